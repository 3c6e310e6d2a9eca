//! People: members, those who were, those who are kept out; and their devices.

use folkmoot_identity::Hlc;

use super::State;
use crate::{
    governance::{LEVEL_OWNER, Role, past::Past, role::Rank},
    ids::{AccountId, ChannelId, DeviceId, EventId},
};

/// Everything about one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) member: Option<Member>,
    /// Effective grants to it, whether they still count or not; ascending.
    pub(super) grants: Vec<EventId>,
    /// Devices it certified in effective events, and whether it disowned them since. Ascending.
    pub(super) devices: Vec<(DeviceId, bool)>,
    pub(super) banned: bool,
    pub(super) pending: bool,
    pub(super) restrictions: Vec<Restriction>,
    /// Effective kicks, and bans not lifted, for the door.
    pub(super) expulsions: Vec<Expelled>,
}

/// An effective kick, or a ban not lifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expelled {
    pub(super) event: EventId,
    pub(super) position: u32,
    pub(super) rank: Rank,
    pub(super) ban: bool,
}

impl Expelled {
    /// Whether it keeps its target from coming in by an invite that knew of `past` and confers `rank`.
    pub(super) fn bars(&self, past: &Past, rank: Rank) -> bool {
        self.rank > rank && (self.ban || !past.contains(self.position))
    }
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub account: AccountId,
    /// Level of the highest role.
    pub level: u8,
    /// By level from the top.
    pub roles: Vec<Role>,
    /// When it came in: stamp of the oldest grant that still counts.
    pub joined: Hlc,
    /// That grant.
    pub admission: EventId,
    /// The grant to cite: of the highest role.
    pub grant: EventId,
    /// For each role the oldest grant that still counts.
    pub grants: Vec<(Role, EventId)>,
}

/// A timeout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restriction {
    /// The RESTRICT.
    pub event: EventId,
    /// Until when, ms UTC.
    pub until_ms: u64,
    /// Level by which it was made: who ends it early needs as much.
    pub level: u8,
    /// Where; empty for everywhere.
    pub channels: Vec<ChannelId>,
}

impl State {
    pub(super) fn person(&self, account: &AccountId) -> Option<&Person> {
        self.people.get(account).map(AsRef::as_ref)
    }

    /// Accounts of all members, ascending.
    pub fn members(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.people.iter().filter(|(_, person)| person.member.is_some()).map(|(account, _)| *account)
    }

    /// How many members there are.
    #[must_use]
    pub const fn member_count(&self) -> usize {
        self.members
    }

    /// A member.
    #[must_use]
    pub fn member(&self, account: &AccountId) -> Option<&Member> {
        self.person(account)?.member.as_ref()
    }

    /// Whether the account is a member.
    #[must_use]
    pub fn is_member(&self, account: &AccountId) -> bool {
        self.member(account).is_some()
    }

    /// Whether the account is an owner.
    #[must_use]
    pub fn is_owner(&self, account: &AccountId) -> bool {
        self.member(account).is_some_and(|member| member.level == LEVEL_OWNER)
    }

    /// Owners, ascending.
    pub fn owners(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.members().filter(|account| self.is_owner(account))
    }

    /// Level of the account's highest role; 0 for nobody.
    #[must_use]
    pub fn level_of(&self, account: &AccountId) -> u32 {
        self.member(account).map_or(0, |member| member.level.into())
    }

    /// The grant for an account to cite: of its highest role.
    #[must_use]
    pub fn grant_of(&self, account: &AccountId) -> Option<EventId> {
        self.member(account).map(|member| member.grant)
    }

    /// Everybody who was ever effectively granted anything, and everybody an act is about; ascending.
    pub fn accounts_ever(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.people.keys()
    }

    /// Whether an event is effective and gives the account a role, be it taken since.
    #[must_use]
    pub fn is_effective_grant_to(&self, grant: &EventId, account: &AccountId) -> bool {
        self.person(account).is_some_and(|person| person.grants.binary_search(grant).is_ok())
    }

    /// Banned accounts, ascending.
    pub fn bans(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.people.iter().filter(|(_, person)| person.banned).map(|(account, _)| *account)
    }

    /// The BANs that keep an account out, ascending by arrival; none unless it is banned.
    pub fn bans_of(&self, account: &AccountId) -> impl Iterator<Item = EventId> + '_ {
        let expulsions = self.person(account).filter(|person| person.banned).map_or(&[][..], |p| &p.expulsions);
        expulsions.iter().filter(|expelled| expelled.ban).map(|expelled| expelled.event)
    }

    /// Accounts whose admission lost the race for the last use of an invite; ascending.
    pub fn pending(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.people.iter().filter(|(_, person)| person.pending).map(|(account, _)| *account)
    }

    /// Timeouts of an account that rank above it, whether over or not.
    #[must_use]
    pub fn restrictions(&self, account: &AccountId) -> &[Restriction] {
        self.person(account).map_or(&[], |person| &person.restrictions)
    }

    /// Until when an account may not speak anywhere, ms UTC.
    #[must_use]
    pub fn timeout_until(&self, account: &AccountId, now_ms: u64) -> Option<u64> {
        let everywhere = self.restrictions(account).iter().filter(|r| r.channels.is_empty());
        everywhere.map(|r| r.until_ms).filter(|until| *until > now_ms).max()
    }

    /// Whether the account ever certified the device, be it disowned since.
    #[must_use]
    pub fn certified_device(&self, account: &AccountId, device: &DeviceId) -> bool {
        self.person(account).is_some_and(|person| person.devices.iter().any(|(d, _)| d == device))
    }

    /// Devices of an account that it has not disowned, ascending.
    pub fn devices_of(&self, account: &AccountId) -> impl Iterator<Item = DeviceId> + '_ {
        let devices = self.person(account).map_or(&[][..], |person| &person.devices);
        devices.iter().filter(|(_, disowned)| !disowned).map(|(device, _)| *device)
    }

    /// Devices of all members that are not disowned, by account.
    pub fn member_devices(&self) -> impl Iterator<Item = DeviceId> + '_ {
        let members = self.people.values().filter(|person| person.member.is_some());
        members.flat_map(|person| person.devices.iter().filter(|(_, disowned)| !disowned).map(|(device, _)| *device))
    }

    /// Whether the device is one of a member's and not disowned.
    #[must_use]
    pub fn is_member_device(&self, device: &DeviceId) -> bool {
        let Some(accounts) = self.devices.get(device) else { return false };
        accounts.iter().any(|account| self.is_member(account) && self.devices_of(account).any(|d| d == *device))
    }

    /// Whose the device is, member or not. Where several accounts certified it: the one to which the device itself agreed when it
    /// came in, else the first.
    #[must_use]
    pub fn account_of_device(&self, device: &DeviceId) -> Option<AccountId> {
        self.devices.get(device)?.first().copied()
    }
}
