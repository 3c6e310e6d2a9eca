//! Native notifications. Each waits on a thread of its own until it is clicked or gone; how many wait is bounded, what is
//! above is shown and not waited for. A desktop without notifications is no fault.

use std::sync::atomic::{AtomicUsize, Ordering};

use notify_rust::{Hint, Notification};

use crate::event::{Event, Queue};

/// Notifications that wait for a click at once: as many as desktops stack.
const WAITING_MAX: usize = 8;
/// What notifications, the menu and the taskbar know the program by; the desktop entry has this name.
pub(crate) const DESKTOP_ENTRY: &str = "org.folkmoot.Folkmoot";

/// Notifications that are being shown or wait.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Shows a notification; a click on it comes back with the tag.
pub(crate) fn show(title: String, body: String, tag: Option<String>, queue: Queue) {
    if WAITING.fetch_add(1, Ordering::Relaxed) >= WAITING_MAX {
        WAITING.fetch_sub(1, Ordering::Relaxed);
        return;
    }
    std::thread::spawn(move || {
        show_and_wait(&title, &body, tag, &queue);
        WAITING.fetch_sub(1, Ordering::Relaxed);
    });
}

fn show_and_wait(title: &str, body: &str, tag: Option<String>, queue: &Queue) {
    let mut notification = Notification::new();
    notification
        .appname("Folkmoot")
        .summary(title)
        // Servers may read the body as markup: what is not meant as markup is escaped.
        .body(&plain(body))
        .icon(DESKTOP_ENTRY)
        .hint(Hint::DesktopEntry(DESKTOP_ENTRY.to_owned()))
        .hint(Hint::Category("im.received".to_owned()));
    if tag.is_some() {
        notification.action("default", "Open");
    }
    match notification.show() {
        Ok(shown) => {
            let Some(tag) = tag else { return };
            shown.wait_for_action(|action| {
                if action == "default" {
                    queue.put(Event::NotificationChosen { tag });
                }
            });
        }
        Err(error) => crate::complain(&format!("moot-window: no notification: {error}")),
    }
}

fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_message_is_shown_as_it_is() {
        assert_eq!(plain("<a href='x'>&</a>"), "&lt;a href='x'&gt;&amp;&lt;/a&gt;");
    }
}
