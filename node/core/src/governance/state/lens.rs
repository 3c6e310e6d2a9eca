//! [`Lens`]: the effective events, or those of them up to a stamp, read for one account, role or channel; and who could do what then.
//!
//! What somebody wrote into a channel long ago is judged by what they could do then. Which events count is decided with everything
//! known today: what was revoked by somebody higher who had not seen it never counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use folkmoot_identity::Hlc;

use super::{ChannelState, Member, Restriction, RoleState, State, build::bare, member::Person};
use crate::{
    governance::{
        Payload, Role,
        dag::Dag,
        resolve::{Judge, last_write, under},
        role::Rank,
    },
    ids::{AccountId, ChannelId, EventId},
};

/// Reads one resolution, up to a stamp if one is given.
pub(in crate::governance) struct Lens<'a> {
    judge: Judge<'a>,
    until: Option<Hlc>,
}

impl<'a> Lens<'a> {
    pub(in crate::governance) const fn new(judge: Judge<'a>, until: Option<Hlc>) -> Self {
        Self { judge, until }
    }

    const fn dag(&self) -> &'a Dag {
        self.judge.dag
    }

    /// Whether an event is among those looked at.
    fn sees(&self, position: u32) -> bool {
        self.until.is_none_or(|until| self.dag().event(position).hlc <= until)
    }

    /// The part of a state that what `account` may do in `channel` depends on.
    pub(in crate::governance) fn state(&self, account: &AccountId, channel: &ChannelId) -> State {
        let mut state = bare(self.dag());
        let member = self.member(account);
        let level = member.as_ref().map_or(0, |member| member.level);
        let roles: BTreeSet<Role> = member.iter().flat_map(|member| member.roles.iter().copied()).collect();
        let held = roles.into_iter().filter_map(|role| Some((role, self.role(role)?)));
        state.roles = Arc::new(held.collect());
        state.members = usize::from(member.is_some());
        let restrictions = self.restrictions(account, level);
        state.people.insert(*account, Arc::new(Person { member, restrictions, ..Person::default() }));
        let channel = self.channel(*channel).map(|channel| (channel.id, Arc::new(channel)));
        state.channels = Arc::new(channel.into_iter().collect());
        state.deleted = self.is_server_deleted();
        state
    }

    /// The account as a member, if it is one.
    pub(super) fn member(&self, account: &AccountId) -> Option<Member> {
        let dag = self.dag();
        let grants = under(&self.judge.resolution.acts.grants, account).iter().copied();
        let mut alive: Vec<u32> = grants.filter(|g| self.sees(*g) && self.is_alive(*g, account)).collect();
        alive.sort_by_cached_key(|g| dag.key(*g));
        let admission = *alive.first()?;
        let mut by_role: BTreeMap<Role, u32> = BTreeMap::new();
        for grant in alive {
            if let Some(role) = dag.conferred(grant) {
                by_role.entry(role).or_insert(grant);
            }
        }
        let mut grants: Vec<(Role, EventId)> =
            by_role.into_iter().map(|(role, grant)| (role, dag.event(grant).id())).collect();
        grants.sort_by_key(|(role, _)| std::cmp::Reverse((dag.role_level(*role), *role)));
        let (highest, grant) = *grants.first()?;
        let first = dag.event(admission);
        Some(Member {
            account: *account,
            level: dag.role_level(highest),
            roles: grants.iter().map(|(role, _)| *role).collect(),
            joined: first.hlc,
            admission: first.id(),
            grant,
            grants,
        })
    }

    /// Whether an effective grant still counts: no revocation of higher rank that the granter did not know of.
    pub(super) fn is_alive(&self, grant: u32, account: &AccountId) -> bool {
        let (dag, judge) = (self.dag(), self.judge);
        let Some(role) = dag.conferred(grant) else { return false };
        if role == Role::Owner {
            return true;
        }
        if let Role::Custom(id) = &role
            && !dag.position(id).is_some_and(|def| judge.resolution.is_effective(def))
        {
            return false;
        }
        if judge.is_deleted_among(role, |write| self.sees(write)) {
            return false;
        }
        let (acts, node) = (&judge.resolution.acts, dag.node(grant));
        if under(&acts.leaves, account).iter().any(|x| self.sees(*x) && !node.past.contains(*x)) {
            return false;
        }
        !under(&acts.against, account).iter().any(|r| self.sees(*r) && judge.ends(*r, grant, account))
    }

    /// Timeouts of an account of this level that rank above it, ascending.
    pub(super) fn restrictions(&self, account: &AccountId, level: u8) -> Vec<Restriction> {
        let dag = self.dag();
        let all = under(&self.judge.resolution.acts.restricts, account);
        let seen: Vec<u32> = all.iter().copied().filter(|r| self.sees(*r)).collect();
        let mut restrictions: Vec<Restriction> = seen
            .iter()
            .filter(|r| dag.rank(**r) > Rank::of_level(level) && !self.is_ended(**r, &seen))
            .filter_map(|r| match &dag.event(*r).payload {
                Payload::Restrict(restrict) => Some(Restriction {
                    event: dag.event(*r).id(),
                    until_ms: restrict.until_ms,
                    level: dag.rank(*r).level(),
                    channels: restrict.channels.clone(),
                }),
                _ => None,
            })
            .collect();
        restrictions.sort_unstable_by_key(|r| r.event);
        restrictions
    }

    /// Whether one of `restricts` that knew of a timeout and ranks as high ends it.
    fn is_ended(&self, timeout: u32, restricts: &[u32]) -> bool {
        let dag = self.dag();
        let id = dag.event(timeout).id();
        restricts.iter().any(|r| {
            matches!(&dag.event(*r).payload, Payload::Restrict(restrict) if restrict.lifts.contains(&id))
                && dag.rank(*r) >= dag.rank(timeout)
                && dag.is_in_past(timeout, *r)
        })
    }

    /// Whether an owner closed the server.
    pub(super) fn is_server_deleted(&self) -> bool {
        let dag = self.dag();
        let deletions = self.judge.resolution.acts.deletions.iter().copied();
        let last = last_write(dag, deletions.filter(|d| self.sees(*d))).map(|p| &dag.event(p).payload);
        matches!(last, Some(Payload::ServerDelete { restore: false }))
    }

    /// A role, if it is defined.
    pub(super) fn role(&self, role: Role) -> Option<RoleState> {
        let dag = self.dag();
        let name = match role {
            Role::Custom(id) => match dag.position(&id) {
                Some(position) if self.sees(position) && self.judge.resolution.is_effective(position) => {
                    self.judge.name_of(role).unwrap_or_default().to_owned()
                }
                _ => return None,
            },
            builtin => builtin.builtin_name().unwrap_or_default().to_owned(),
        };
        let bits = self.judge.bits_among(role, |write| self.sees(write));
        let deleted = self.judge.is_deleted_among(role, |write| self.sees(write));
        let writes = self.judge.resolution.acts.role_writes.get(&role).map_or(&[][..], Vec::as_slice);
        let changed = writes.iter().filter(|w| self.sees(**w)).map(|w| dag.event(*w).hlc).max().unwrap_or_default();
        Some(RoleState { role, name, level: dag.role_level(role), bits, deleted, changed })
    }

    /// A channel, if it was made.
    pub(super) fn channel(&self, id: ChannelId) -> Option<ChannelState> {
        let (dag, acts) = (self.dag(), &self.judge.resolution.acts);
        let puts = acts.puts.get(&id).map_or(&[][..], Vec::as_slice);
        let position = last_write(dag, puts.iter().copied().filter(|p| self.sees(*p)))?;
        let node = dag.node(position);
        let Payload::ChannelPut(put) = &node.event.payload else { return None };
        let archives = under(&acts.archives, &id).iter();
        let closing: Vec<u32> = archives.copied().filter(|a| self.sees(*a) && !node.past.contains(*a)).collect();
        Some(ChannelState {
            id,
            name: put.name.clone(),
            kind: put.kind,
            topic: put.topic.clone(),
            parent: put.parent,
            overrides: put.overrides.clone(),
            private: put.private,
            order: put.order,
            archived: !closing.is_empty(),
            put: node.event.id(),
            changed: closing.iter().map(|archive| dag.event(*archive).hlc).fold(node.event.hlc, Hlc::max),
        })
    }
}
