//! How far the entries of a channel log count: fences of those who were taken out, timeouts, and when its author might speak there.
//!
//! A pure function of the events and of an entry's number and stamp, so that every node comes to the same, whatever arrived first.

use std::collections::BTreeSet;

use folkmoot_identity::Hlc;
use folkmoot_proto::limits::FENCES;

use super::{EventId, Governance, Payload};
use crate::{
    governance::{
        Fence, LEVEL_STEWARD, OverrideTarget, Permission, Permissions, Role,
        resolve::{Judge, under},
    },
    ids::{AccountId, ChannelId},
    log::LogInit,
};

/// Turns in what an author might do that are looked at: the newest. Who was granted and taken roles more often than that is shown or
/// hidden by what holds since.
const TURNS: usize = 512;

/// How far the entries of one log count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogBounds {
    last: Option<u64>,
    before: Option<Hlc>,
    silences: Vec<Silence>,
}

/// A time in which what a log says is kept and not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Entries up to this number are shown all the same.
    pub after_seq: u64,
    /// From this stamp on.
    pub from: Hlc,
    /// Up to this stamp, and not with it.
    pub until: Hlc,
}

/// Whose logs an event that turned may have changed the bounds of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touched {
    /// Nobody's.
    Nothing,
    /// Those of one account.
    Account(AccountId),
    /// Those of one channel.
    Channel(ChannelId),
    /// Any.
    Everything,
}

impl LogBounds {
    /// Whether there is no bound at all: the usual case.
    #[must_use]
    pub const fn is_free(&self) -> bool {
        self.last.is_none() && self.before.is_none() && self.silences.is_empty()
    }

    /// The greatest number that counts; `None` when any does. 0 when nothing of the log does.
    #[must_use]
    pub const fn last(&self) -> Option<u64> {
        self.last
    }

    /// The stamp beyond which nothing counts, where no number could be told.
    #[must_use]
    pub const fn before(&self) -> Option<Hlc> {
        self.before
    }

    /// Whether nothing more can ever be written into the log.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.last.is_some() || self.before.is_some()
    }

    /// Whether an entry may be kept and handed on.
    #[must_use]
    pub fn admits(&self, seq: u64, hlc: Hlc) -> bool {
        self.last.is_none_or(|last| seq <= last) && self.before.is_none_or(|before| hlc <= before)
    }

    /// Whether an entry is shown to people.
    #[must_use]
    pub fn shows(&self, seq: u64, hlc: Hlc) -> bool {
        let silent = |s: &Silence| seq > s.after_seq && s.from <= hlc && hlc < s.until;
        self.admits(seq, hlc) && !self.silences.iter().any(silent)
    }
}

impl Governance {
    /// Whose logs the turning of an event may have changed the bounds of.
    #[must_use]
    pub fn touches(&self, id: &EventId) -> Touched {
        let Some(event) = self.event(id) else { return Touched::Nothing };
        match &event.payload {
            Payload::Remove(act) | Payload::Ban(act) => Touched::Account(act.account),
            Payload::Grant(change) | Payload::RevokeRole(change) => Touched::Account(change.account),
            Payload::OwnerAdd { account } => Touched::Account(*account),
            Payload::Succession(succession) => Touched::Account(succession.account),
            Payload::Admit(admit) => Touched::Account(admit.account),
            Payload::Restrict(restrict) => Touched::Account(restrict.account),
            Payload::Leave { .. } | Payload::DeviceRevoke { .. } => Touched::Account(event.account),
            Payload::ChannelPut(put) => put.channel.map_or(Touched::Nothing, Touched::Channel),
            Payload::ChannelArchive { channel } => Touched::Channel(*channel),
            Payload::RoleDef(_) | Payload::RolePerms(_) => Touched::Everything,
            _ => Touched::Nothing,
        }
    }

    /// How far the entries of a log count.
    #[must_use]
    pub fn bounds(&self, init: &LogInit) -> LogBounds {
        let mut bounds = LogBounds { silences: self.silences(init), ..LogBounds::default() };
        let acts = &self.resolution.acts;
        let judge = Judge { dag: &self.dag, resolution: &self.resolution };
        let grant = self.dag.position(&init.grant);
        let by_others = under(&acts.against, &init.account)
            .iter()
            .filter(|r| grant.is_some_and(|grant| judge.ends(**r, grant, &init.account)));
        let owner = grant.is_some_and(|grant| self.dag.conferred(grant) == Some(Role::Owner));
        let left = under(&acts.leaves, &init.account)
            .iter()
            .filter(|x| !owner && grant.is_some_and(|grant| !self.dag.is_in_past(**x, grant)));
        let disowned = under(&acts.device_revokes, &(init.account, init.device)).iter();
        for act in by_others.chain(left).chain(disowned) {
            self.fence(init, *act, &mut bounds);
        }
        bounds
    }

    /// Bounds a log by one act. A log that the act does not name was not known to its author: nothing of it counts, unless the author
    /// could not know of it, or had no room to name it.
    fn fence(&self, init: &LogInit, act: u32, bounds: &mut LogBounds) {
        let event = self.dag.event(act);
        let fences: &[Fence] = match &event.payload {
            Payload::Remove(act) | Payload::Ban(act) => &act.fences,
            Payload::Leave { fences } | Payload::DeviceRevoke { fences, .. } => fences,
            _ => return,
        };
        let private = self.state.channel(&init.channel).is_some_and(|channel| channel.private);
        match fences.binary_search_by_key(&init.id, |fence| fence.log) {
            Ok(at) => {
                let seq = fences.get(at).map_or(0, |fence| fence.seq);
                bounds.last = Some(bounds.last.map_or(seq, |last| last.min(seq)));
            }
            Err(_) if private || fences.len() == FENCES => {
                bounds.before = Some(bounds.before.map_or(event.hlc, |before| before.min(event.hlc)));
            }
            Err(_) => bounds.last = Some(0),
        }
    }

    /// When the log's author might not speak in its channel.
    fn silences(&self, init: &LogInit) -> Vec<Silence> {
        let mut silences = Vec::new();
        for timeout in self.state.restrictions(&init.account) {
            let here = timeout.channels.is_empty() || timeout.channels.contains(&init.channel);
            let Some(event) = self.event(&timeout.event).filter(|_| here) else { continue };
            let Payload::Restrict(restrict) = &event.payload else { continue };
            let listed = restrict.fences.iter().find(|fence| fence.log == init.id).map(|fence| fence.seq);
            silences.push(Silence {
                after_seq: listed.unwrap_or(0),
                from: if listed.is_some() { Hlc::ZERO } else { event.hlc },
                until: Hlc::from_ms(timeout.until_ms),
            });
        }
        let history = History { governance: self, account: init.account, channel: init.channel };
        if !history.is_plain() {
            history.mute_spells(&mut silences);
        }
        silences
    }
}

/// What an account might do in a channel, through time as the stamps tell it.
struct History<'a> {
    governance: &'a Governance,
    account: AccountId,
    channel: ChannelId,
}

impl History<'_> {
    fn hlc(&self, event: u32) -> Hlc {
        self.governance.dag.event(event).hlc
    }

    fn grants(&self) -> &[u32] {
        under(&self.governance.resolution.acts.grants, &self.account)
    }

    fn endings(&self) -> impl Iterator<Item = u32> + '_ {
        let acts = &self.governance.resolution.acts;
        under(&acts.against, &self.account).iter().chain(under(&acts.leaves, &self.account)).copied()
    }

    fn puts(&self) -> &[u32] {
        self.governance.resolution.acts.puts.get(&self.channel).map_or(&[], Vec::as_slice)
    }

    fn archives(&self) -> &[u32] {
        under(&self.governance.resolution.acts.archives, &self.channel)
    }

    fn role_writes(&self, role: Role) -> &[u32] {
        self.governance.resolution.acts.role_writes.get(&role).map_or(&[], Vec::as_slice)
    }

    /// Whether nothing ever kept anybody with one of these roles from speaking here: the usual case.
    fn is_plain(&self) -> bool {
        let dag = &self.governance.dag;
        let bare = |put: &u32| matches!(&dag.event(*put).payload, Payload::ChannelPut(put) if put.overrides.is_empty());
        let speaking = |grant: &u32| {
            let role = dag.conferred(*grant);
            role.is_some_and(|role| {
                self.role_writes(role).is_empty() && role.initial_permissions().contains(Permission::Send)
            })
        };
        self.archives().is_empty()
            && self.puts().iter().all(bare)
            && self.endings().next().is_none()
            && self.grants().iter().any(speaking)
    }

    /// Adds the times in which the account might not speak.
    fn mute_spells(&self, silences: &mut Vec<Silence>) {
        let dag = &self.governance.dag;
        let roles = self.grants().iter().filter_map(|grant| dag.conferred(*grant));
        let mut turns: BTreeSet<Hlc> = roles.flat_map(|role| self.role_writes(role)).map(|w| self.hlc(*w)).collect();
        turns.extend(self.grants().iter().chain(self.puts()).chain(self.archives()).map(|event| self.hlc(*event)));
        turns.extend(self.endings().map(|event| self.hlc(event)));
        let newest: Vec<Hlc> = turns.into_iter().rev().take(TURNS).collect();
        let mut muted_since: Option<Hlc> = None;
        for at in newest.into_iter().rev() {
            match (self.might_speak(at), muted_since) {
                (false, None) => muted_since = Some(at),
                (true, Some(from)) => {
                    silences.push(Silence { after_seq: 0, from, until: at });
                    muted_since = None;
                }
                _ => {}
            }
        }
        if let Some(from) = muted_since {
            silences.push(Silence { after_seq: 0, from, until: Hlc::from_bits(u64::MAX) });
        }
    }

    /// Whether the account held VIEW and SEND here, by what was stamped up to a moment.
    fn might_speak(&self, at: Hlc) -> bool {
        let dag = &self.governance.dag;
        let mut roles: Vec<(u8, Role)> = self
            .grants()
            .iter()
            .filter(|grant| self.hlc(**grant) <= at && self.stood(**grant, at))
            .filter_map(|grant| dag.conferred(*grant))
            .filter(|role| self.bits(*role, at).is_some())
            .map(|role| (dag.role_level(role), role))
            .collect();
        roles.sort_unstable();
        roles.dedup();
        if roles.last().is_some_and(|(level, _)| *level >= LEVEL_STEWARD) {
            return true;
        }
        let Some(put) = self.last_up_to(self.puts(), at) else { return false };
        let Payload::ChannelPut(channel) = &dag.event(put).payload else { return false };
        let closed = self.archives().iter().any(|archive| self.hlc(*archive) <= at && !dag.is_in_past(*archive, put));
        if closed {
            return false;
        }
        let bits = roles.iter().filter_map(|(_, role)| self.bits(*role, at));
        let held = bits.fold(Permissions::NONE, Permissions::union);
        let targets = roles.iter().map(|(_, role)| OverrideTarget::Role(*role));
        let held = targets.chain([OverrideTarget::Account(self.account)]).fold(held, |held, target| {
            match channel.overrides.iter().find(|o| o.target == target) {
                Some(other) => held.without(other.deny).union(other.allow),
                None => held,
            }
        });
        held.contains(Permission::View) && held.contains(Permission::Send)
    }

    /// Whether nothing stamped up to a moment ended a grant.
    fn stood(&self, grant: u32, at: Hlc) -> bool {
        let Governance { dag, resolution, .. } = self.governance;
        let judge = Judge { dag, resolution };
        let owner = dag.conferred(grant) == Some(Role::Owner);
        let ended = self.endings().filter(|r| self.hlc(*r) <= at).any(|r| match dag.event(r).payload {
            Payload::Leave { .. } => !owner && !dag.is_in_past(r, grant),
            _ => judge.ends(r, grant, &self.account),
        });
        !ended
    }

    /// What a role held at a moment; `None` once it was deleted, or while its definition is not effective.
    fn bits(&self, role: Role, at: Hlc) -> Option<Permissions> {
        let writes = self.role_writes(role);
        if matches!(role, Role::Owner | Role::Steward) {
            return Some(Permissions::ALL);
        }
        match self.last_up_to(writes, at).map(|write| &self.governance.dag.event(write).payload) {
            Some(Payload::RoleDef(def)) => Some(def.bits),
            Some(Payload::RolePerms(perms)) => (!perms.deleted).then_some(perms.bits),
            _ if matches!(role, Role::Custom(_)) => None,
            _ => Some(role.initial_permissions()),
        }
    }

    fn last_up_to(&self, events: &[u32], at: Hlc) -> Option<u32> {
        let known = events.iter().copied().filter(|event| self.hlc(*event) <= at);
        known.max_by_key(|event| self.governance.dag.key(*event))
    }
}
