//! The frame on the screen: its size and place, its title with what is unread, coming to the front.

use gtk::gdk_pixbuf::PixbufLoader;
use gtk::prelude::{GtkWindowExt, PixbufLoaderExt};
use tao::dpi::{LogicalPosition, LogicalSize};
use tao::event_loop::EventLoop;
use tao::platform::unix::WindowExtUnix;
use tao::window::{UserAttentionType, Window, WindowBuilder};

use crate::event::Event;
use crate::geometry::{Geometry, Screen};
use crate::ipc::shown;
use crate::notification::DESKTOP_ENTRY;

const NAME: &str = "Folkmoot";
/// Characters of a title; channels and servers have names of 64.
const TITLE_CHARS: usize = 200;
/// Shown until the page paints itself, so that a dark desktop does not flash white.
const BACKGROUND: (u8, u8, u8, u8) = (30, 31, 34, 255);
/// The icon of the application.
const ICON: &[u8] = include_bytes!("../../ui/public/icon.svg");

/// The window.
pub(crate) struct Frame {
    pub(crate) window: Window,
    geometry: Geometry,
}

impl Frame {
    /// Opens it as it was left.
    ///
    /// # Errors
    /// If the toolkit refuses.
    pub(crate) fn open(event_loop: &EventLoop<Event>, kept: Geometry) -> anyhow::Result<Self> {
        let screens: Vec<Screen> = event_loop
            .available_monitors()
            .map(|monitor| {
                let scale = monitor.scale_factor();
                let position = monitor.position().to_logical::<i32>(scale);
                let size = monitor.size().to_logical::<u32>(scale);
                Screen { x: position.x, y: position.y, width: size.width, height: size.height }
            })
            .collect();
        let geometry = kept.fitted(&screens);
        let mut builder = WindowBuilder::new()
            .with_title(NAME)
            .with_inner_size(LogicalSize::new(geometry.width, geometry.height))
            .with_min_inner_size(LogicalSize::new(Geometry::LEAST.0, Geometry::LEAST.1))
            .with_background_color(BACKGROUND)
            .with_maximized(geometry.maximized);
        if let Some((x, y)) = geometry.position {
            builder = builder.with_position(LogicalPosition::new(x, y));
        }
        let window = builder.build(event_loop)?;
        set_icon(&window);
        Ok(Self { window, geometry })
    }

    /// Notes size and place; those of a maximized window are the screen's, not ours.
    pub(crate) fn note_geometry(&mut self) {
        self.geometry.maximized = self.window.is_maximized();
        if self.geometry.maximized || self.window.is_minimized() {
            return;
        }
        let scale = self.window.scale_factor();
        let size = self.window.inner_size().to_logical::<u32>(scale);
        (self.geometry.width, self.geometry.height) = (size.width, size.height);
        if let Ok(position) = self.window.outer_position() {
            let position = position.to_logical::<i32>(scale);
            self.geometry.position = Some((position.x, position.y));
        }
    }

    pub(crate) const fn geometry(&self) -> Geometry {
        self.geometry
    }

    /// Comes to the front as far as the desktop lets it; else its entry in the taskbar asks for attention.
    pub(crate) fn raise(&self) {
        self.window.set_visible(true);
        self.window.set_minimized(false);
        self.window.set_focus();
        if !self.window.is_focused() {
            self.window.request_user_attention(Some(UserAttentionType::Informational));
        }
    }

    /// Takes over the title of the page, which begins with what is unread.
    pub(crate) fn set_title(&self, of_page: &str) {
        self.window.set_title(&title(of_page));
    }

    /// Shows in the taskbar how many mentions are unread.
    pub(crate) fn set_badge(&self, mentions: u32, unread: bool) {
        let shown = (mentions > 0).then_some(i64::from(mentions));
        self.window.set_badge_count(shown, Some(format!("{DESKTOP_ENTRY}.desktop")));
        if mentions > 0 && !self.window.is_focused() {
            self.window.request_user_attention(Some(UserAttentionType::Informational));
        }
        if !unread {
            self.window.request_user_attention(None);
        }
    }
}

/// A title for the frame: bounded, plain, with our name at its end.
fn title(of_page: &str) -> String {
    let shown = shown(of_page, TITLE_CHARS);
    match shown.trim() {
        "" => NAME.to_owned(),
        named if named.ends_with(NAME) => named.to_owned(),
        other => format!("{other} · {NAME}"),
    }
}

/// Where the program is installed the desktop knows its icon by name; this is for where it is not.
fn set_icon(window: &Window) {
    let loader = PixbufLoader::new();
    let loaded = loader.write(ICON).and_then(|()| loader.close());
    // Without a reader for SVG there is no icon, and nothing else is missing.
    if loaded.is_ok() {
        window.gtk_window().set_icon(loader.pixbuf().as_ref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn title_of_the_frame_is_the_page_s_and_names_us() {
        for (of_page, of_frame) in [
            ("", "Folkmoot"),
            ("(3) Folkmoot", "(3) Folkmoot"),
            ("(1) #general · Tea", "(1) #general · Tea · Folkmoot"),
            ("#a\u{202e}b\n", "#ab · Folkmoot"),
        ] {
            assert_eq!(title(of_page), of_frame, "{of_page:?}");
        }
        assert!(title(&"x".repeat(10_000)).chars().count() < 250);
    }
}
