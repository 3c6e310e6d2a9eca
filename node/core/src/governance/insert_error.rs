//! Why an event cannot enter the DAG.

use super::InvalidEvent;
use crate::ids::{AccountId, DeviceId, EventId};

/// Why an event cannot enter the DAG. But for `Known`, `MissingParents` and `Full` it follows from the event's own past, so every
/// node answers alike and whoever relayed it is at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InsertError {
    /// It is there already.
    #[error("event is known already")]
    Known,
    /// Parents that are not there yet; nobody's fault.
    #[error("{} parents are not known yet", parents.len())]
    MissingParents {
        /// Which.
        parents: Vec<EventId>,
    },
    /// Of another server.
    #[error("event of another server")]
    OtherServer,
    /// A second GENESIS, or a first event that is none.
    #[error("exactly the first event is a GENESIS")]
    Genesis,
    /// Its stamp does not exceed those of its parents.
    #[error("stamp does not exceed those of its parents")]
    HlcNotAfterParents,
    /// Not the device's next number after those in its past.
    #[error("number {found} where {expected} follows")]
    Sequence {
        /// The number that follows.
        expected: u64,
        /// The number there was.
        found: u64,
    },
    /// Nobody ever granted anything to its author.
    #[error("account {account:?} was never granted anything")]
    Stranger {
        /// The author.
        account: AccountId,
    },
    /// Its author never certified the signing device.
    #[error("device {device:?} is not certified by the author")]
    UnknownDevice {
        /// The device.
        device: DeviceId,
    },
    /// An ADMIT by an invite that its author did not know.
    #[error("admission by invite {invite:?}, which its author did not know")]
    UnknownInvite {
        /// The invite.
        invite: EventId,
    },
    /// Its bytes are not what they should be.
    #[error("malformed event")]
    Invalid {
        /// How.
        #[source]
        source: InvalidEvent,
    },
    /// The server holds as many events as it may.
    #[error("server is full")]
    Full,
}

impl InsertError {
    /// Whether whoever relayed it must have known better.
    #[must_use]
    pub const fn is_relayers_fault(&self) -> bool {
        !matches!(self, Self::Known | Self::MissingParents { .. } | Self::Full)
    }
}
