//! From a resolution to a state: whole, or only what one event touched.

use std::sync::Arc;

use folkmoot_identity::Hlc;

use super::{
    EpochState, InviteState, Key, Shards, State,
    lens::Lens,
    member::{Expelled, Person},
};
use crate::{
    governance::{
        Payload, Role, Why,
        dag::Dag,
        resolve::{Judge, Resolution, Verdict, last_write, under},
        role::Rank,
    },
    ids::{AccountId, ChannelId, DeviceId, EventId, ServerId},
};

/// Kicks and bans of one account that a further one is compared with.
const EXPULSIONS_COMPARED: usize = 8;

/// Reads one resolution.
pub(in crate::governance) struct Builder<'a> {
    dag: &'a Dag,
    resolution: &'a mut Resolution,
}

impl<'a> Builder<'a> {
    pub(in crate::governance) fn new(dag: &'a Dag, resolution: &'a mut Resolution) -> Self {
        Self { dag, resolution }
    }

    fn judge(&self) -> Judge<'_> {
        Judge { dag: self.dag, resolution: self.resolution }
    }

    fn lens(&self) -> Lens<'_> {
        Lens::new(self.judge(), None)
    }

    /// The whole state.
    pub(in crate::governance) fn whole(&mut self) -> State {
        let mut state = bare(self.dag);
        let positions: Vec<u32> = (0..self.dag.len_u32()).collect();
        for position in &positions {
            self.note(&mut state, *position);
        }
        let acts = &self.resolution.acts;
        let mut accounts: Vec<AccountId> = acts.grants.keys().chain(acts.against.keys()).copied().collect();
        accounts.extend(acts.certificates.keys().chain(acts.restricts.keys()).copied());
        accounts.extend(positions.iter().filter_map(|p| self.pending(*p)));
        accounts.sort_unstable();
        accounts.dedup();
        let roles: Vec<Role> = acts.role_writes.keys().copied().chain(Role::BUILTIN).collect();
        let channels: Vec<ChannelId> = acts.puts.keys().copied().collect();
        let invites = acts.invites.clone();
        for account in accounts {
            self.refresh_account(&mut state, &account);
        }
        for role in roles {
            self.refresh_role(&mut state, role);
        }
        for channel in channels {
            self.refresh_channel(&mut state, channel);
        }
        for invite in invites {
            self.refresh_invite(&mut state, invite);
        }
        self.refresh_settings(&mut state);
        self.refresh_deletion(&mut state);
        self.refresh_heirs(&mut state);
        state
    }

    /// Devices of all members that are not disowned: who a new epoch may be wrapped to.
    pub(in crate::governance) fn member_devices(&self) -> Vec<DeviceId> {
        let accounts = self.resolution.acts.grants.iter();
        accounts
            .filter(|(account, grants)| grants.iter().any(|g| self.lens().is_alive(*g, account)))
            .flat_map(|(account, _)| self.devices(account))
            .filter(|(_, disowned)| !disowned)
            .map(|(device, _)| device)
            .collect()
    }

    /// Takes up one event that was just decided, nothing else having changed.
    pub(in crate::governance) fn apply(&mut self, state: &mut State, position: u32) {
        self.note(state, position);
        if let Some(account) = self.pending(position) {
            self.refresh_account(state, &account);
        }
        let dag = self.dag;
        let event = dag.event(position);
        if let Payload::InviteRevoke { invite } = &event.payload
            && let Some(invite) = dag.position(invite)
        {
            // The author's own word closes its invite, effective or not.
            self.refresh_invite(state, invite);
        }
        if !self.resolution.is_effective(position) {
            return;
        }
        match &event.payload {
            Payload::Genesis(_) | Payload::HeirSignature { .. } | Payload::Unknown { .. } => {}
            Payload::Checkpoint { .. } => {
                // It may keep uses of limited invites for those it covers.
                for invite in self.resolution.acts.invites.clone() {
                    if matches!(&dag.event(invite).payload, Payload::Invite(terms) if terms.max_uses.is_some()) {
                        self.refresh_invite(state, invite);
                    }
                }
            }
            Payload::OwnerAdd { account } | Payload::Unban { account } => self.refresh_account(state, account),
            Payload::Succession(succession) => self.refresh_account(state, &succession.account),
            Payload::Grant(change) | Payload::RevokeRole(change) => self.refresh_account(state, &change.account),
            Payload::Remove(act) | Payload::Ban(act) => self.refresh_account(state, &act.account),
            Payload::Restrict(restrict) => self.refresh_account(state, &restrict.account),
            Payload::Leave { .. } | Payload::DeviceAdd { .. } | Payload::DeviceRevoke { .. } => {
                self.refresh_account(state, &event.account);
            }
            Payload::Admit(admit) => {
                self.refresh_account(state, &admit.account);
                if let Some(invite) = dag.node(position).claim.invite {
                    self.refresh_invite(state, invite);
                }
            }
            Payload::RoleDef(_) => self.refresh_role(state, Role::Custom(event.id())),
            Payload::RolePerms(perms) => {
                let deleted = |state: &State| state.role(&perms.role).is_some_and(|role| role.deleted);
                let before = deleted(state);
                self.refresh_role(state, perms.role);
                if deleted(state) != before {
                    for account in self.granted(perms.role) {
                        self.refresh_account(state, &account);
                    }
                }
            }
            Payload::Heirs(_) => self.refresh_heirs(state),
            Payload::Invite(_) => self.refresh_invite(state, position),
            Payload::ChannelPut(put) => {
                self.refresh_channel(state, put.channel.unwrap_or_else(|| ChannelId::from(event.id())));
            }
            Payload::ChannelArchive { channel } => self.refresh_channel(state, *channel),
            Payload::ServerSet(_) => self.refresh_settings(state),
            Payload::ServerDelete { .. } => self.refresh_deletion(state),
            Payload::InviteRevoke { .. } | Payload::KeyEpoch(_) | Payload::Ratify { .. } => {}
        }
    }

    /// The account of an ADMIT that came too late for its invite.
    fn pending(&self, position: u32) -> Option<AccountId> {
        match &self.dag.event(position).payload {
            Payload::Admit(admit) if self.resolution.verdict(position) == Verdict::Ineffective(Why::InviteUsedUp) => {
                Some(admit.account)
            }
            _ => None,
        }
    }

    /// Lists that only grow by it: effective events, epochs, departures.
    fn note(&self, state: &mut State, position: u32) {
        let event = self.dag.event(position);
        match self.resolution.verdict(position) {
            Verdict::Effective => {}
            Verdict::Ineffective(Why::Revoked) if event.payload.is_granting() => {
                // Whoever it let in is out again; whatever undid it is how they left.
                if let Some(killer) = self.judge().first_killer(position) {
                    state.departures.insert(self.dag.event(killer).id(), None);
                }
                return;
            }
            _ => return,
        }
        state.effective.insert(event.id(), ());
        match &event.payload {
            Payload::KeyEpoch(data) => {
                let author_level = self.dag.rank(position).level().into();
                let epoch = EpochState { event: event.id(), author: event.account, author_level, data: data.clone() };
                Arc::make_mut(&mut state.epochs).push(Arc::new(epoch));
            }
            Payload::Leave { .. } | Payload::Remove(_) | Payload::Ban(_) | Payload::DeviceRevoke { .. } => {
                state.departures.insert(event.id(), None);
            }
            // Whoever held nothing but this role is no member any more.
            Payload::RolePerms(perms) if perms.deleted => {
                state.departures.insert(event.id(), None);
            }
            Payload::RevokeRole(change) => {
                state.departures.insert(event.id(), Some(change.account));
            }
            _ => {}
        }
    }

    fn refresh_account(&self, state: &mut State, account: &AccountId) {
        let acts = &self.resolution.acts;
        let grants = under(&acts.grants, account);
        let member = self.lens().member(account);
        let level = member.as_ref().map_or(0, |member| member.level);
        let expulsions = self.expulsions(account);
        let restrictions = self.lens().restrictions(account, level);
        let mut granted: Vec<EventId> = grants.iter().map(|g| self.dag.event(*g).id()).collect();
        granted.sort_unstable();
        let lost_race = |p: &u32| self.pending(*p) == Some(*account);
        let person = Person {
            grants: granted,
            devices: self.devices(account),
            banned: member.is_none() && expulsions.iter().any(|e| e.ban),
            pending: member.is_none() && self.dag.grants.get(account).is_some_and(|all| all.iter().any(lost_race)),
            restrictions,
            expulsions,
            member,
        };
        let was = state.is_member(account);
        state.members = state.members + usize::from(person.member.is_some()) - usize::from(was);
        for (device, _) in &person.devices {
            let owners = self.owners_of(state, account, device);
            state.devices.insert(*device, Arc::new(owners));
        }
        if person == Person::default() {
            state.people.remove(account);
        } else {
            state.people.insert(*account, Arc::new(person));
        }
    }

    /// Kicks and bans that may keep an account out. A kick that another of its rank knew of says nothing more than that one; bans
    /// that were lifted say nothing.
    fn expulsions(&self, account: &AccountId) -> Vec<Expelled> {
        let judge = self.judge();
        let mut kept: Vec<Expelled> = Vec::new();
        for r in under(&self.resolution.acts.against, account).iter().rev() {
            let rank = self.dag.rank(*r);
            // Compared with a few only: kicks that know nothing of each other must not cost their number squared.
            let told = |ban: bool| {
                let mut newest = kept.iter().rev().take(EXPULSIONS_COMPARED);
                newest.any(|k| k.ban == ban && k.rank >= rank && (ban || self.dag.is_in_past(*r, k.position)))
            };
            let ban = match &self.dag.event(*r).payload {
                Payload::Remove(_) => false,
                Payload::Ban(_) => true,
                _ => continue,
            };
            let settled = told(ban) || (ban && judge.is_lifted(*r, account, None));
            if !settled {
                kept.push(Expelled { event: self.dag.event(*r).id(), position: *r, rank, ban });
            }
        }
        kept.sort_unstable_by_key(|e| e.position);
        kept
    }

    /// Devices that an account certified in effective events, and whether it disowned them.
    fn devices(&self, account: &AccountId) -> Vec<(DeviceId, bool)> {
        let acts = &self.resolution.acts;
        let certificates = under(&acts.certificates, account);
        let mut devices: Vec<DeviceId> =
            certificates.iter().filter_map(|c| self.certified(*c, account)).map(|(device, _)| device).collect();
        devices.sort_unstable();
        devices.dedup();
        devices.into_iter().map(|device| (device, acts.device_revokes.contains_key(&(*account, device)))).collect()
    }

    /// The device of `account` that an event certifies, and whether the device itself agreed to belong to it.
    fn certified(&self, position: u32, account: &AccountId) -> Option<(DeviceId, bool)> {
        match &self.dag.event(position).payload {
            Payload::Genesis(genesis) => {
                genesis.founders.iter().find(|f| f.account == *account).map(|f| (f.certificate.device, true))
            }
            Payload::Admit(admit) => Some((admit.request.device(), true)),
            Payload::DeviceAdd { certificate } => Some((certificate.device, false)),
            _ => None,
        }
    }

    /// Accounts that certified a device, whose it is first: one to which the device itself agreed, then the earliest.
    fn owners_of(&self, state: &State, account: &AccountId, device: &DeviceId) -> Vec<AccountId> {
        let mut owners: Vec<AccountId> = state.devices.get(device).map(|o| o.to_vec()).unwrap_or_default();
        if !owners.contains(account) {
            owners.push(*account);
        }
        owners.sort_by_cached_key(|account| {
            let acts = &self.resolution.acts;
            let certificates = under(&acts.certificates, account);
            let best = certificates.iter().filter_map(|c| {
                let (certified, agreed) = self.certified(*c, account)?;
                (certified == *device).then(|| (!agreed, self.dag.key(*c)))
            });
            best.min()
        });
        owners
    }

    fn refresh_role(&self, state: &mut State, role: Role) {
        if let Some(held) = self.lens().role(role) {
            Arc::make_mut(&mut state.roles).insert(role, held);
        }
    }

    fn refresh_channel(&self, state: &mut State, id: ChannelId) {
        if let Some(channel) = self.lens().channel(id) {
            Arc::make_mut(&mut state.channels).insert(id, Arc::new(channel));
        }
    }

    fn refresh_invite(&mut self, state: &mut State, position: u32) {
        let node = self.dag.node(position);
        let Payload::Invite(terms) = &node.event.payload else { return };
        if !self.resolution.is_effective(position) {
            return;
        }
        let rank = Rank::of_level(self.dag.role_level(terms.role));
        let by_author = self.dag.own_revokes(position).any(|r| self.resolution.verdict(r) != Verdict::Open);
        let by_others = under(&self.resolution.acts.invite_revokes, &position);
        let revoked = by_author || by_others.iter().any(|r| self.dag.rank(*r) > rank);
        let used_up = !self.resolution.has_use_left(self.dag, position, None);
        let invite = InviteState {
            id: node.event.id(),
            author: node.event.account,
            created: node.event.hlc,
            terms: terms.clone(),
            uses: self.resolution.uses.taken(position),
            revoked,
            used_up,
            rank,
            past: node.past.clone(),
        };
        state.invites_by_key.update(Key(terms.public_key), |same| {
            Arc::make_mut(same).insert(invite.id);
        });
        state.invites.insert(invite.id, Arc::new(invite));
    }

    fn refresh_settings(&self, state: &mut State) {
        let last = last_write(self.dag, self.resolution.acts.settings.iter().copied());
        let Some(event) = last.map(|p| self.dag.event(p)) else { return };
        if let Payload::ServerSet(settings) = &event.payload {
            state.settings = Arc::new(settings.as_ref().clone());
            state.settings_hlc = event.hlc;
        }
    }

    fn refresh_deletion(&self, state: &mut State) {
        state.deleted = self.lens().is_server_deleted();
    }

    /// Accounts that were ever effectively granted a role.
    fn granted(&self, role: Role) -> Vec<AccountId> {
        let grants = self.resolution.acts.grants.iter();
        let with_role = grants.filter(|(_, grants)| grants.iter().any(|g| self.dag.conferred(*g) == Some(role)));
        with_role.map(|(account, _)| *account).collect()
    }

    fn refresh_heirs(&self, state: &mut State) {
        let last = last_write(self.dag, self.resolution.acts.wills.iter().copied());
        if let Some(Payload::Heirs(heirs)) = last.map(|p| &self.dag.event(p).payload) {
            state.heirs_changed = last.map(|p| self.dag.event(p).hlc).unwrap_or_default();
            state.heirs = Some(Arc::new(heirs.clone()));
        }
    }
}

/// A state of which nothing is known but the GENESIS.
pub(super) fn bare(dag: &Dag) -> State {
    let first = dag.nodes().next().map(|n| &n.event);
    let (server, visibility, settings, settings_hlc) = match first.map(|event| (event, &event.payload)) {
        Some((event, Payload::Genesis(genesis))) => {
            (ServerId::from(event.id()), genesis.visibility, genesis.settings(), event.hlc)
        }
        _ => unreachable!("the first event of a DAG is its GENESIS"),
    };
    State {
        server,
        visibility,
        settings: Arc::new(settings),
        settings_hlc,
        people: Shards::default(),
        devices: Shards::default(),
        effective: Shards::default(),
        channels: Arc::default(),
        roles: Arc::default(),
        invites: Shards::default(),
        invites_by_key: Shards::default(),
        heirs: None,
        heirs_changed: Hlc::ZERO,
        epochs: Arc::default(),
        deleted: false,
        departures: Shards::default(),
        members: 0,
    }
}
