//! Following and leaving gossip topics, in the order asked, without holding up whoever asks.

use folkmoot_overlay::OverlayHandle;
use tokio::sync::mpsc;

/// Changes waiting for the overlay: a server changes a topic or two at a time, a start a few hundred.
const CHANGE_CAP: usize = 4_096;

enum Change {
    Follow([u8; 32]),
    Leave([u8; 32]),
}

/// Where topics are followed.
#[derive(Clone)]
pub struct Topics(mpsc::Sender<Change>);

impl Topics {
    /// Starts the task that tells the overlay; it ends with the last handle.
    #[must_use]
    pub fn start(overlay: OverlayHandle) -> Self {
        let (sender, mut changes) = mpsc::channel(CHANGE_CAP);
        tokio::spawn(async move {
            while let Some(change) = changes.recv().await {
                match change {
                    Change::Follow(topic) => {
                        if let Err(error) = overlay.subscribe(topic).await {
                            tracing::warn!(%error, "topic not followed; its messages come by catch-up");
                        }
                    }
                    Change::Leave(topic) => {
                        if overlay.unsubscribe(topic).await.is_err() {
                            return;
                        }
                    }
                }
            }
        });
        Self(sender)
    }

    /// Follows a topic.
    pub fn follow(&self, topic: [u8; 32]) {
        self.change(Change::Follow(topic));
    }

    /// Leaves a topic.
    pub fn leave(&self, topic: [u8; 32]) {
        self.change(Change::Leave(topic));
    }

    fn change(&self, change: Change) {
        if self.0.try_send(change).is_err() {
            tracing::warn!("a topic change was lost; messages come by catch-up");
        }
    }
}
