//! From [`Verified`] to [`Authorized`]: whether the server's governance allows a log and what stands in it.

use super::{Authorized, LogInit, Verified};
use crate::{governance::Governance, ids::EventId};

/// A log whose author the governance state allows to write there.
#[derive(Clone, Debug)]
pub struct AuthorizedLog(LogInit);

/// Why governance does not allow a log or an entry. Depends on what this node has seen so far: never a reason to reject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The log belongs to another server.
    #[error("log of another server")]
    OtherServer,
    /// The channel is unknown or takes no messages.
    #[error("no such text channel")]
    NoChannel,
    /// The log cites a grant that is unknown, ineffective, or another's.
    #[error("cites no effective grant of its author")]
    NoGrant,
    /// The account never certified this device.
    #[error("device is not the author's")]
    UnknownDevice,
    /// Governance events that the author knew are not here yet.
    #[error("governance event {missing:?} is not known yet")]
    NotSynced {
        /// One of the lacking heads.
        missing: EventId,
    },
    /// The entry belongs to another log.
    #[error("entry of another log")]
    OtherLog,
}

impl AuthorizedLog {
    /// Asks governance about a log: its channel, its grant, its device.
    ///
    /// # Errors
    /// [`Refused`]; may turn into consent when more of the server's history arrives.
    pub fn authorize(init: LogInit, governance: &Governance) -> Result<Self, Refused> {
        if init.server != governance.server() {
            return Err(Refused::OtherServer);
        }
        if let Some(missing) = init.heads.iter().find(|h| !governance.contains(h)) {
            return Err(Refused::NotSynced { missing: *missing });
        }
        if !governance.contains(&init.grant) {
            return Err(Refused::NotSynced { missing: init.grant });
        }
        let state = governance.state();
        if !state.takes_messages(&init.channel) {
            return Err(Refused::NoChannel);
        }
        if !state.is_effective_grant_to(&init.grant, &init.account) {
            return Err(Refused::NoGrant);
        }
        if !state.certified_device(&init.account, &init.device) {
            return Err(Refused::UnknownDevice);
        }
        Ok(Self(init))
    }

    /// The log's first record.
    #[must_use]
    pub const fn init(&self) -> &LogInit {
        &self.0
    }

    /// Allows an entry of this log.
    ///
    /// # Errors
    /// [`Refused::OtherLog`].
    pub fn admit(&self, entry: Verified) -> Result<Authorized, Refused> {
        if entry.entry().log == self.0.id { Ok(entry.authorize()) } else { Err(Refused::OtherLog) }
    }
}
