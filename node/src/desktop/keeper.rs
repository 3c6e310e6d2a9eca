//! Keeps one window on the screen: opens it, answers what it asks, brings it to the front for those who come later, opens it
//! again when it crashed, in plainer graphics when it stayed blank, and says so when none can be shown.

use std::{
    collections::VecDeque,
    io,
    path::PathBuf,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    MootLink, Tickets,
    instance::Request,
    window::{Graphics, Launch, Order, Report, Told, WindowProcess},
};

/// A window that dies this often within [`CRASH_SPAN`] is given up.
const CRASHES_MAX: usize = 3;
/// See [`CRASHES_MAX`].
const CRASH_SPAN: Duration = Duration::from_secs(5 * 60);

/// How keeping ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Somebody closed the window.
    Closed,
    /// We were told to stop, and closed it.
    Stopped,
    /// None can be shown; a link that was to be opened is still to be.
    NoWindow { why: String, link: Option<MootLink> },
}

/// Everything needed to keep a window.
pub(crate) struct Keeper {
    pub(crate) tickets: Tickets,
    pub(crate) requests: mpsc::Receiver<Request>,
    pub(crate) state_file: PathBuf,
    /// Opened with the first window.
    pub(crate) link: Option<MootLink>,
    pub(crate) stop: CancellationToken,
}

/// Why a window is not watched any more.
enum Gone {
    Closed,
    Stopped,
    /// It showed nothing, or died before it did.
    Blank(String),
    Died(String),
}

impl Keeper {
    /// Keeps a window until it is closed, until told to stop, or until none can be shown.
    pub(crate) async fn keep(&mut self) -> Outcome {
        let mut graphics = Graphics::Usual;
        let mut crashes = VecDeque::with_capacity(CRASHES_MAX);
        loop {
            let gone = match self.open(graphics).await {
                Ok(window) => self.watch(window).await,
                Err(error) => return self.no_window(error.to_string()),
            };
            match gone {
                Gone::Closed => return Outcome::Closed,
                Gone::Stopped => return Outcome::Stopped,
                Gone::Blank(why) if graphics == Graphics::Usual => {
                    tracing::warn!(why, "the window shows nothing; trying plainer graphics");
                    graphics = Graphics::Safe;
                }
                Gone::Blank(why) => return self.no_window(why),
                Gone::Died(why) if died_too_often(&mut crashes, Instant::now()) => return self.no_window(why),
                Gone::Died(why) => tracing::warn!(why, "the window died; opening it again"),
            }
        }
    }

    fn no_window(&mut self, why: String) -> Outcome {
        Outcome::NoWindow { why, link: self.link.take() }
    }

    async fn open(&self, graphics: Graphics) -> io::Result<WindowProcess> {
        let url = self.tickets.fresh().await.map_err(io::Error::other)?;
        let launch = Launch { url: &url, link: self.link.as_ref(), state_file: &self.state_file };
        WindowProcess::start(&launch, graphics).await
    }

    /// Stays with a window until it is gone.
    async fn watch(&mut self, mut window: WindowProcess) -> Gone {
        let mut painted = false;
        loop {
            let told = tokio::select! {
                biased;
                () = self.stop.cancelled() => {
                    window.close().await;
                    return Gone::Stopped;
                }
                Some(request) = self.requests.recv() => {
                    self.on_request(request, &mut window).await;
                    continue;
                }
                told = window.next() => told,
            };
            match told {
                Told::Report(Report::Painted) => {
                    painted = true;
                    // The link of the start was in its address.
                    self.link = None;
                }
                Told::Report(Report::Ticket) => self.on_ticket(&mut window).await,
                Told::Closed => return Gone::Closed,
                Told::Blank => return Gone::Blank("it stayed blank".to_owned()),
                Told::Died(status) if painted => return Gone::Died(status.to_string()),
                Told::Died(status) => return Gone::Blank(status.to_string()),
            }
        }
    }

    async fn on_request(&mut self, request: Request, window: &mut WindowProcess) {
        let raise = request.heard();
        if let Err(error) = window.order(&Order::Raise { link: raise.link.as_ref() }).await {
            tracing::warn!(%error, "the window does not take an order");
            // It is about to be gone; the next one opens the link.
            self.link = raise.link.or(self.link.take());
        }
    }

    async fn on_ticket(&self, window: &mut WindowProcess) {
        match self.tickets.fresh().await {
            Ok(url) => {
                if let Err(error) = window.order(&Order::Load { url: &url }).await {
                    tracing::warn!(%error, "the window does not take an order");
                }
            }
            // The interface shows that the node does not answer, and asks again.
            Err(error) => tracing::warn!(%error, "no ticket for the window"),
        }
    }
}

/// Notes a crash; true when there were too many.
fn died_too_often(crashes: &mut VecDeque<Instant>, now: Instant) -> bool {
    crashes.retain(|crash| now.saturating_duration_since(*crash) < CRASH_SPAN);
    crashes.push_back(now);
    crashes.len() >= CRASHES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_crashes_in_five_minutes_are_too_many() {
        let start = Instant::now();
        let mut crashes = VecDeque::new();
        let at = |minutes: u64| start + Duration::from_secs(minutes * 60);
        assert!(!died_too_often(&mut crashes, at(0)));
        assert!(!died_too_often(&mut crashes, at(4)));
        assert!(!died_too_often(&mut crashes, at(6)), "the first is long ago");
        assert!(died_too_often(&mut crashes, at(7)));
    }
}
