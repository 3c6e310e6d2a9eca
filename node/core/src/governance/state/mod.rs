//! [`State`]: what a server's events come to. A snapshot: cheap to clone, does not change under its holder, asks nobody.

mod build;
mod channel;
mod invite;
mod lens;
mod may;
mod member;
mod shards;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use folkmoot_identity::Hlc;

pub(super) use build::Builder;
pub use channel::ChannelState;
pub use invite::{InviteState, InviteStatus};
pub(super) use lens::Lens;
pub use may::{Because, Denied, Rule, Step};
pub use member::{Member, Restriction};

use member::Person;
use shards::Shards;

use super::{Heirs, KeyEpoch, MessageRate, Permissions, Role, ServerSettings, Visibility};
use crate::ids::{AccountId, ChannelId, DeviceId, EventId, ServerId};

/// What a server's events come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    server: ServerId,
    visibility: Visibility,
    settings: Arc<ServerSettings>,
    settings_hlc: Hlc,
    people: Shards<AccountId, Arc<Person>>,
    /// Who certified a device; whose it is comes first.
    devices: Shards<DeviceId, Arc<Vec<AccountId>>>,
    effective: Shards<EventId, ()>,
    channels: Arc<BTreeMap<ChannelId, Arc<ChannelState>>>,
    roles: Arc<BTreeMap<Role, RoleState>>,
    invites: Shards<EventId, Arc<InviteState>>,
    invites_by_key: Shards<Key, Arc<BTreeSet<EventId>>>,
    heirs: Option<Arc<Heirs>>,
    heirs_changed: Hlc,
    epochs: Arc<Vec<Arc<EpochState>>>,
    deleted: bool,
    /// With the target of a role taken: a departure only while it is no member.
    departures: Shards<EventId, Option<AccountId>>,
    members: usize,
}

/// A public key as a key of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key([u8; 32]);

impl AsRef<[u8]> for Key {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// A role as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleState {
    /// By reference.
    pub role: Role,
    /// Its name.
    pub name: String,
    /// 1-100.
    pub level: u8,
    /// What it holds.
    pub bits: Permissions,
    /// Whether it was deleted: it is kept for those who read what was.
    pub deleted: bool,
    /// Stamp of whatever changed it last; zero for a built-in one that nobody changed.
    pub changed: Hlc,
}

/// An effective KEY_EPOCH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochState {
    /// The event.
    pub event: EventId,
    /// Who made it.
    pub author: AccountId,
    /// Level by which it was made.
    pub author_level: u32,
    /// Its data.
    pub data: KeyEpoch,
}

impl State {
    /// The server.
    #[must_use]
    pub const fn server(&self) -> ServerId {
        self.server
    }

    /// Who may come in.
    #[must_use]
    pub const fn visibility(&self) -> Visibility {
        self.visibility
    }

    /// Name, description, tags, bootstrap peers, message rate.
    #[must_use]
    pub fn settings(&self) -> &ServerSettings {
        &self.settings
    }

    /// Stamp of the GENESIS or SERVER_SET that made them so.
    #[must_use]
    pub const fn settings_hlc(&self) -> Hlc {
        self.settings_hlc
    }

    /// How fast one author may write.
    #[must_use]
    pub fn message_rate(&self) -> MessageRate {
        self.settings.message_rate
    }

    /// Whether an event counts.
    #[must_use]
    pub fn is_effective(&self, event: &EventId) -> bool {
        self.effective.contains(event)
    }

    /// Whether an owner closed the server for good.
    #[must_use]
    pub const fn is_deleted(&self) -> bool {
        self.deleted
    }

    /// Every role that is not deleted, built-in ones included, by level from the top.
    #[must_use]
    pub fn roles(&self) -> Vec<&RoleState> {
        let mut roles: Vec<&RoleState> = self.roles.values().filter(|role| !role.deleted).collect();
        roles.sort_by_key(|role| std::cmp::Reverse((role.level, role.role)));
        roles
    }

    /// One role, deleted or not.
    #[must_use]
    pub fn role(&self, role: &Role) -> Option<&RoleState> {
        self.roles.get(role)
    }

    /// Who may appoint a steward.
    #[must_use]
    pub fn heirs(&self) -> Option<&Heirs> {
        self.heirs.as_deref()
    }

    /// Stamp of the act that named the heirs; zero while none are named.
    #[must_use]
    pub const fn heirs_changed(&self) -> Hlc {
        self.heirs_changed
    }

    /// Effective epochs, in order of arrival.
    pub fn epochs(&self) -> impl Iterator<Item = &EpochState> + '_ {
        self.epochs.iter().map(AsRef::as_ref)
    }

    /// Effective events by which devices may have left the allowed set: an epoch that did not know of one of them is not usable.
    pub fn departures(&self) -> impl Iterator<Item = EventId> + '_ {
        self.departures
            .iter()
            .filter(|(_, unless_member)| unless_member.is_none_or(|account| !self.is_member(&account)))
            .map(|(event, _)| *event)
    }
}

#[cfg(test)]
impl State {
    /// Departures name one of several events that undid an admission, which one depends on what came first.
    pub(super) fn without_departures(&self) -> Self {
        Self { departures: Shards::default(), ..self.clone() }
    }
}
