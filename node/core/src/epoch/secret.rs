//! The secrets of an epoch and what is derived from them.

use folkmoot_identity::kdf::{Purpose, derive, derive_secret};
use zeroize::Zeroizing;

use crate::ids::{EpochId, ServerId};

/// `H`, 32 random bytes from which everything of an epoch follows. Wiped when dropped.
pub struct HistoryRoot(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for HistoryRoot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HistoryRoot(…)")
    }
}

impl HistoryRoot {
    /// Wraps 32 random bytes.
    #[must_use]
    pub const fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// The bytes, for wrapping and for the sealed store.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// `M = KDF("epoch-msg", H)`.
    #[must_use]
    pub fn message_secret(&self) -> Zeroizing<[u8; 32]> {
        derive_secret(Purpose::EpochMessage, &[&*self.0])
    }

    /// `K_hist = KDF("hist", H)`.
    pub(super) fn history_key(&self) -> Zeroizing<[u8; 32]> {
        derive_secret(Purpose::History, &[&*self.0])
    }

    /// What the KEY_EPOCH event commits to.
    #[must_use]
    pub fn commitments(&self) -> Commitments {
        Commitments {
            history: derive(Purpose::HistoryCommit, &[&*self.0]),
            message: derive(Purpose::MessageCommit, &[&*self.message_secret()]),
        }
    }
}

/// Commitments in a KEY_EPOCH event (rule E2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitments {
    /// `KDF("hc", H)`.
    pub history: [u8; 32],
    /// `KDF("mc", M)`.
    pub message: [u8; 32],
}

/// What this node holds of an epoch: all history, or messages since joining.
#[derive(Debug)]
pub enum Secret {
    /// `H`.
    History(HistoryRoot),
    /// `M`.
    Messages(Zeroizing<[u8; 32]>),
}

impl Secret {
    /// Whether this is the secret that the event committed to.
    #[must_use]
    pub fn matches(&self, commitments: &Commitments) -> bool {
        match self {
            Self::History(root) => root.commitments() == *commitments,
            Self::Messages(m) => derive(Purpose::MessageCommit, &[&**m]) == commitments.message,
        }
    }

    /// The keys for frames and topics of an epoch. Bound to server and epoch, so that a secret that somebody uses again
    /// elsewhere opens nothing there and shares no topic.
    #[must_use]
    pub fn keys(&self, server: &ServerId, epoch: &EpochId) -> EpochKeys {
        match self {
            Self::History(root) => EpochKeys::derive(&root.message_secret(), server, epoch),
            Self::Messages(m) => EpochKeys::derive(m, server, epoch),
        }
    }

    /// The 32 bytes, for wrapping and for the sealed store.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        match self {
            Self::History(root) => root.expose(),
            Self::Messages(m) => m,
        }
    }
}

/// Keys derived from an epoch's message secret. Wiped when dropped.
pub struct EpochKeys {
    pub(super) live: Zeroizing<[u8; 32]>,
    pub(super) hint: Zeroizing<[u8; 32]>,
    topic: [u8; 32],
}

impl std::fmt::Debug for EpochKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EpochKeys(…)")
    }
}

impl EpochKeys {
    fn derive(m: &[u8; 32], server: &ServerId, epoch: &EpochId) -> Self {
        let parts = [m.as_slice(), server.as_ref(), epoch.as_ref()];
        let topic_key = derive_secret(Purpose::TopicKey, &parts);
        Self {
            live: derive_secret(Purpose::Live, &parts),
            hint: derive_secret(Purpose::Hint, &parts),
            topic: derive(Purpose::Topic, &[&*topic_key]),
        }
    }

    /// Name of the gossip topic: known to holders of the epoch only, and another after each rotation.
    #[must_use]
    pub const fn topic(&self) -> [u8; 32] {
        self.topic
    }
}
