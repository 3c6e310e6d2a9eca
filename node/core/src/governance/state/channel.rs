//! Channels.

use folkmoot_identity::Hlc;

use super::State;
use crate::{
    governance::{ChannelKind, Override, OverrideTarget},
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
    /// Place among its siblings, ascending.
    pub order: u64,
    /// Whether it takes nothing any more.
    pub archived: bool,
    /// The CHANNEL_PUT that counts.
    pub put: EventId,
    /// Stamp of whatever changed it last.
    pub changed: Hlc,
}

impl ChannelState {
    /// What a role or account may do otherwise here.
    #[must_use]
    pub fn override_of(&self, target: &OverrideTarget) -> Option<&Override> {
        let at = self.overrides.binary_search_by_key(target, |o| o.target).ok()?;
        self.overrides.get(at)
    }
}

impl State {
    /// All channels in the order people see them: within their category by place, then by id. Categories stand where their own place
    /// is, what is in them behind them.
    #[must_use]
    pub fn channels_in_order(&self) -> Vec<&ChannelState> {
        let place = |channel: &ChannelState| (channel.order, channel.id);
        let mut channels: Vec<&ChannelState> = self.channels().collect();
        channels.sort_by_cached_key(|channel| match channel.parent.and_then(|parent| self.channel(&parent)) {
            Some(category) => (place(category), Some(place(channel))),
            None => (place(channel), None),
        });
        channels
    }

    /// The channels beside each other under one parent, or under none, in order.
    #[must_use]
    pub fn siblings(&self, parent: Option<&ChannelId>) -> Vec<&ChannelState> {
        let mut siblings: Vec<&ChannelState> = self.channels().filter(|c| c.parent.as_ref() == parent).collect();
        siblings.sort_by_key(|channel| (channel.order, channel.id));
        siblings
    }

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
