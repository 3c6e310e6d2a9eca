//! The loop: takes one event after the other and acts. Everything that the window does begins here.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use tao::event::{Event as LoopEvent, WindowEvent};
use tao::event_loop::{ControlFlow, EventLoop, EventLoopBuilder};

use crate::event::{Event, Queue};
use crate::external::External;
use crate::geometry::Geometry;
use crate::ipc::{self, Message};
use crate::keeper::{self, Order};
use crate::launch::Launch;
use crate::notification;
use crate::origin::Origin;
use crate::page::Page;
use crate::page_script;
use crate::report::{BLANK, Report};
use crate::window::Frame;
use crate::zoom::Zoom;

/// From the loaded page to its first content; then the graphics are given up.
const PAINT_WITHIN: Duration = Duration::from_secs(3);
/// From the start to its first content, should the page not even load: an engine that hangs.
const START_WITHIN: Duration = Duration::from_secs(20);
/// Bytes of a link; the longest invites are far below.
const LINK_BYTES: usize = 4 * 1024;

/// Opens the window and stays until it is closed. The process ends with the loop.
///
/// # Errors
/// If there is no window to open.
pub(crate) fn run(launch: Launch) -> anyhow::Result<()> {
    let origin = Origin::of(&launch.url).context("not an address of the interface")?;
    let kept = Geometry::load(&launch.state_file);
    let zoom = Zoom::near(kept.zoom);
    let event_loop: EventLoop<Event> = EventLoopBuilder::with_user_event().build();
    let queue = Queue::new(event_loop.create_proxy());
    let frame = Frame::open(&event_loop, kept)?;
    let link = launch.link.as_deref().filter(|link| is_link(link));
    let page = Page::open(&frame, &page_script::with_link(&launch.url, link), origin, &queue)?;
    page.set_zoom(zoom);
    if !is_automated() {
        keeper::listen(queue.clone());
    }
    let mut shell = Shell { frame, page, queue, state_file: launch.state_file, zoom, painted: false };
    shell.wait_for_paint(START_WITHIN);
    event_loop.run(move |event, _, flow| {
        *flow = ControlFlow::Wait;
        if let Some(code) = shell.on_event(event) {
            *flow = ControlFlow::ExitWithCode(code);
        }
    })
}

/// The window, its page, and what is known of them.
struct Shell {
    frame: Frame,
    page: Page,
    queue: Queue,
    state_file: PathBuf,
    zoom: Zoom,
    /// Whether anything was ever seen in this window.
    painted: bool,
}

impl Shell {
    /// Acts on an event; the exit code when it was the last.
    fn on_event(&mut self, event: LoopEvent<'_, Event>) -> Option<i32> {
        match event {
            LoopEvent::UserEvent(event) => self.on_own_event(event),
            LoopEvent::WindowEvent { event: WindowEvent::CloseRequested | WindowEvent::Destroyed, .. } => {
                Some(self.close())
            }
            LoopEvent::WindowEvent { event: WindowEvent::Resized(_) | WindowEvent::Moved(_), .. } => {
                self.frame.note_geometry();
                None
            }
            LoopEvent::WindowEvent { event: WindowEvent::Focused(true), .. } => {
                self.page.focus();
                None
            }
            _ => None,
        }
    }

    fn on_own_event(&mut self, event: Event) -> Option<i32> {
        match event {
            Event::FromPage { sender, text } => {
                self.queue.took_from_page();
                self.on_message(&sender, &text);
            }
            Event::Titled { title } => self.frame.set_title(&title),
            Event::Order(order) => self.on_order(order),
            Event::KeeperGone => return Some(self.close()),
            Event::LoadStarted => {
                if let Err(error) = self.page.on_load_started() {
                    crate::complain(&format!("moot-window: {error:#}"));
                    return Some(1);
                }
            }
            Event::LoadFinished => self.wait_for_paint(PAINT_WITHIN),
            Event::PaintDue if self.painted => {}
            Event::PaintDue => return Some(BLANK),
            // The keeper sends an address with a new ticket, and that begins a new page.
            Event::PageDied => {
                self.page.on_death();
                Report::Ticket.send();
            }
            Event::NotificationChosen { tag } => {
                self.frame.raise();
                self.page.run(&page_script::notification_chosen(&tag));
            }
        }
        None
    }

    fn on_message(&mut self, sender: &str, text: &str) {
        let Some(nonce) = self.page.nonce().filter(|_| self.page.is_ours(sender)) else { return };
        let message = match ipc::parse(text, nonce) {
            Ok(message) => message,
            Err(reason) => {
                crate::complain(&format!("moot-window: a message of the page is not heard: {reason:?}"));
                return;
            }
        };
        match message {
            Message::Painted {} | Message::Hidden {} => {
                if !std::mem::replace(&mut self.painted, true) {
                    Report::Painted.send();
                }
            }
            Message::Badge { mentions, unread } => self.frame.set_badge(mentions, unread),
            Message::Notify { title, body, tag } => notification::show(title, body, tag, self.queue.clone()),
            Message::Open { url } => match External::check(&url) {
                Ok(link) => link.open(),
                Err(reason) => crate::complain(&format!("moot-window: a link is not opened: {reason:?}")),
            },
            Message::Zoom { step } => {
                self.zoom = self.zoom.step(step);
                self.page.set_zoom(self.zoom);
            }
            Message::Ticket {} => Report::Ticket.send(),
        }
    }

    fn on_order(&self, order: Order) {
        match order {
            Order::Raise { link } => {
                self.frame.raise();
                if let Some(link) = link.filter(|link| is_link(link)) {
                    self.page.run(&page_script::open_link(&link));
                }
            }
            Order::Load { url } => {
                if let Err(error) = self.page.load(&url) {
                    crate::complain(&format!("moot-window: {error:#}"));
                }
            }
        }
    }

    /// Looks again after a while whether anything is on the screen.
    fn wait_for_paint(&self, within: Duration) {
        if self.painted {
            return;
        }
        let queue = self.queue.clone();
        gtk::glib::timeout_add_local_once(within, move || queue.put(Event::PaintDue));
    }

    /// Keeps what the window looked like.
    fn close(&mut self) -> i32 {
        let geometry = Geometry { zoom: self.zoom.percent(), ..self.frame.geometry() };
        if let Err(error) = geometry.save(&self.state_file) {
            crate::complain(&format!("moot-window: cannot write {}: {error}", self.state_file.display()));
        }
        0
    }
}

/// Whether a test drives the window: then there is no keeper.
fn is_automated() -> bool {
    #[cfg(feature = "automation")]
    let automated = crate::automation::is_awake();
    #[cfg(not(feature = "automation"))]
    let automated = false;
    automated
}

/// Whether a text can be a link of ours; what it leads to is the interface's business.
fn is_link(text: &str) -> bool {
    text.len() <= LINK_BYTES && text.starts_with("moot://") && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_links_are_handed_on() {
        assert!(is_link("moot://join/abc"));
        for text in [
            "",
            "moot:join",
            "https://example.org/",
            "moot://a b",
            "moot://\n",
            &format!("moot://{}", "x".repeat(5_000)),
        ] {
            assert!(!is_link(text), "{text:.40}");
        }
    }
}
