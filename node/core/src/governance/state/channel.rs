//! Channels.

use super::State;
use crate::{
    governance::{ChannelKind, Override},
    ids::{ChannelId, EventId},
};

/// A channel as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelState {
    /// Its id: that of the CHANNEL_PUT that made it.
    pub id: ChannelId,
    /// 1-64 characters.
    pub name: String,
    /// What it is for.
    pub kind: ChannelKind,
    /// At most 256 characters.
    pub topic: String,
    /// The category it stands in; may be archived or unknown.
    pub parent: Option<ChannelId>,
    /// Who may do otherwise here.
    pub overrides: Vec<Override>,
    /// Whether it has group keys of its own.
    pub private: bool,
    /// Whether it takes nothing any more.
    pub archived: bool,
    /// The CHANNEL_PUT that counts.
    pub put: EventId,
}

impl State {
    /// All channels, archived ones included, ascending.
    pub fn channels(&self) -> impl Iterator<Item = &ChannelState> + '_ {
        self.channels.values().map(AsRef::as_ref)
    }

    /// Ids of the same.
    pub fn channel_ids(&self) -> impl Iterator<Item = ChannelId> + '_ {
        self.channels.keys().copied()
    }

    /// One channel.
    #[must_use]
    pub fn channel(&self, id: &ChannelId) -> Option<&ChannelState> {
        self.channels.get(id).map(AsRef::as_ref)
    }

    /// Whether messages can stand in the channel; an archived one keeps those it has.
    #[must_use]
    pub fn takes_messages(&self, id: &ChannelId) -> bool {
        self.channel(id).is_some_and(|channel| channel.kind != ChannelKind::Category)
    }
}
