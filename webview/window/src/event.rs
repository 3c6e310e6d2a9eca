//! What can happen to the window, as one queue that the main thread empties.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tao::event_loop::EventLoopProxy;

use crate::keeper::Order;

/// Messages of the page that wait at once. A page sends a handful a second; a page gone wild loses what is above.
const FROM_PAGE_MAX: usize = 256;

/// Something happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// The page said something.
    FromPage {
        /// Address of the page that said it.
        sender: String,
        /// What it said.
        text: String,
    },
    /// The page has another title.
    Titled {
        /// Which.
        title: String,
    },
    /// The keeper said something.
    Order(Order),
    /// The keeper is gone.
    KeeperGone,
    /// A new page replaces the old one.
    LoadStarted,
    /// The page and what it names are here.
    LoadFinished,
    /// The time is over by which something had to be on the screen.
    PaintDue,
    /// The process that runs the page died.
    PageDied,
    /// Somebody clicked a notification.
    NotificationChosen {
        /// What the page gave with it.
        tag: String,
    },
}

/// Where callbacks put what happened.
#[derive(Clone)]
pub(crate) struct Queue {
    proxy: EventLoopProxy<Event>,
    from_page: Arc<AtomicUsize>,
}

impl Queue {
    pub(crate) fn new(proxy: EventLoopProxy<Event>) -> Self {
        Self { proxy, from_page: Arc::default() }
    }

    /// Puts an event; lost when the loop has ended.
    pub(crate) fn put(&self, event: Event) {
        if self.proxy.send_event(event).is_err() {
            crate::complain("moot-window: something happened after the end");
        }
    }

    /// Puts a message of the page, if it has not said too much already.
    pub(crate) fn put_from_page(&self, sender: String, text: String) {
        if self.from_page.fetch_add(1, Ordering::Relaxed) >= FROM_PAGE_MAX {
            self.from_page.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        self.put(Event::FromPage { sender, text });
    }

    /// A message of the page was taken out.
    pub(crate) fn took_from_page(&self) {
        self.from_page.fetch_sub(1, Ordering::Relaxed);
    }
}
