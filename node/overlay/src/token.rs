//! [`MessageToken`]: the right, and the duty, to say once what a gossip message was worth.

use std::fmt;

use libp2p::{PeerId, gossipsub::MessageId};
use tokio::sync::mpsc;

/// What a gossip message was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Good: passed on to others.
    Accept,
    /// Of no use here, or not judged: not passed on, nobody punished. Whatever depends on governance state.
    Ignore,
    /// Wrong without any context (form, authentication tag, signature): not passed on, who relayed it is punished.
    Reject,
}

/// A verdict on its way to the actor.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) message: MessageId,
    pub(crate) source: PeerId,
    pub(crate) frame_bytes: usize,
    pub(crate) verdict: Verdict,
}

/// Stands for one gossip message waiting for its verdict. [`report`](Self::report) uses it up; dropped, it reports
/// [`Verdict::Ignore`]. So every message gets exactly one.
#[must_use = "dropping the token reports the message as ignored"]
pub struct MessageToken {
    message: Option<(MessageId, PeerId)>,
    frame_bytes: usize,
    reports: mpsc::Sender<Report>,
}

impl MessageToken {
    pub(crate) const fn new(
        message: MessageId,
        source: PeerId,
        frame_bytes: usize,
        reports: mpsc::Sender<Report>,
    ) -> Self {
        Self { message: Some((message, source)), frame_bytes, reports }
    }

    /// Gives the verdict. Never waits.
    pub fn report(mut self, verdict: Verdict) {
        self.send(verdict);
    }

    fn send(&mut self, verdict: Verdict) {
        let Some((message, source)) = self.message.take() else { return };
        // The channel holds as many reports as there can be tokens: it is never full, only closed once the overlay has stopped.
        let report = Report { message, source, frame_bytes: self.frame_bytes, verdict };
        if self.reports.try_send(report).is_err() {
            tracing::trace!("overlay stopped before the verdict");
        }
    }
}

impl Drop for MessageToken {
    fn drop(&mut self) {
        self.send(Verdict::Ignore);
    }
}

impl fmt::Debug for MessageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageToken").field("frame_bytes", &self.frame_bytes).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> (MessageToken, mpsc::Receiver<Report>) {
        let (reports, received) = mpsc::channel(4);
        (MessageToken::new(MessageId::new(b"id"), PeerId::random(), 3, reports), received)
    }

    #[test]
    fn a_reported_token_reports_once() {
        let (token, mut received) = token();
        token.report(Verdict::Accept);
        assert_eq!(received.try_recv().unwrap().verdict, Verdict::Accept);
        assert!(received.try_recv().is_err());
    }

    #[test]
    fn a_dropped_token_reports_ignore() {
        let (token, mut received) = token();
        drop(token);
        assert_eq!(received.try_recv().unwrap().verdict, Verdict::Ignore);
        assert!(received.try_recv().is_err());
    }
}
