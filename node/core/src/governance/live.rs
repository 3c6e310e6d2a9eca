//! [`Governance`]: the events of one server and what they come to, kept up to date as events arrive in any causal order.
//!
//! An event on top of everything known changes nothing that was decided before (a RATIFY is meant to), so only it is decided. One
//! that is concurrent to others and can take away what they stood on makes those others be looked at again; only if one of them
//! turns is everything decided anew.

mod bounds;
mod epochs;

use std::{collections::BTreeMap, sync::OnceLock};

pub use bounds::{LogBounds, Silence, Touched};
pub use epochs::{Access, ScopeEpoch};

use folkmoot_identity::Hlc;
use folkmoot_proto::limits::EVENT_PARENTS;

use super::{
    Denied, DeviceSeqs, Event, EventBody, InsertError, Payload, Permission, State, Verified, Why,
    dag::{Dag, Gate},
    event::Origin,
    past::Past,
    resolve::{Judge, Resolution, Verdict, under},
    state::{Builder, Lens},
};
use crate::ids::{AccountId, ChannelId, DeviceId, EventId, ScopeId, ServerId};

/// How often a batch may be decided anew from the beginning before the rest of it is taken unseen and decided once at the end.
const RESOLUTIONS_PER_BATCH: usize = 8;

/// The events of one server and what they come to.
#[derive(Debug)]
pub struct Governance {
    server: ServerId,
    dag: Dag,
    resolution: Resolution,
    state: State,
    /// Per KEY_EPOCH who was allowed in its author's past, once computed.
    access: BTreeMap<EventId, OnceLock<Access>>,
    /// Digest of who is allowed now in the server's own scope, once computed.
    root_now: OnceLock<[u8; 32]>,
    /// The same for private channels.
    private_roots: OnceLock<BTreeMap<ScopeId, [u8; 32]>>,
    greatest_hlc: Hlc,
}

/// What inserting an event did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inserted {
    /// The event.
    pub id: EventId,
    /// Whether it counts.
    pub effective: bool,
    /// The event itself if it counts, and every other that counts now and did not, or the other way round.
    pub effective_changed: Vec<EventId>,
    /// Another event of the same device with the same number: the two prove that the device equivocates.
    pub equivocates: Option<EventId>,
}

/// Why an own event was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Proposal {
    /// It would have no effect.
    #[error("without effect: {0}")]
    Ineffective(#[source] Why),
    /// It cannot enter the DAG at all.
    #[error(transparent)]
    Insert(#[from] InsertError),
}

impl Governance {
    /// A server of which only its GENESIS is known.
    ///
    /// # Errors
    /// [`InsertError::Genesis`] when it is none; [`InsertError::Invalid`].
    pub fn new(genesis: Verified) -> Result<Self, InsertError> {
        let (event, _) = genesis.into_event()?;
        if !matches!(event.payload, Payload::Genesis(_)) {
            return Err(InsertError::Genesis);
        }
        let (server, greatest_hlc) = (ServerId::from(event.id()), event.hlc);
        let mut dag = Dag::default();
        dag.insert(event, Gate::Check)?;
        let mut resolution = Resolution::of(&dag, None);
        let state = Builder::new(&dag, &mut resolution).whole();
        Ok(Self {
            server,
            dag,
            resolution,
            state,
            access: BTreeMap::new(),
            root_now: OnceLock::new(),
            private_roots: OnceLock::new(),
            greatest_hlc,
        })
    }

    /// Takes an event whose parents are known.
    ///
    /// # Errors
    /// [`InsertError`]; then nothing was changed.
    pub fn insert(&mut self, event: Verified) -> Result<Inserted, InsertError> {
        let position = self.place(event)?;
        Ok(self.settle(position))
    }

    /// Decides an event that was placed, and whatever it turns.
    fn settle(&mut self, position: u32) -> Inserted {
        let effective_changed = match self.decide(position) {
            Some(changed) => changed,
            None => self.decide_all(),
        };
        self.note_root(position);
        Inserted {
            id: self.dag.event(position).id(),
            effective: self.resolution.is_effective(position),
            effective_changed,
            equivocates: self.dag.twin(position).map(|p| self.dag.event(p).id()),
        }
    }

    /// Takes an event only if it counts: this program's own road, so that it never authors an act without effect.
    ///
    /// # Errors
    /// [`Proposal`]; then nothing was changed.
    pub fn propose(&mut self, event: Verified) -> Result<Inserted, Proposal> {
        let position = self.try_out(event, false)?;
        Ok(self.settle(position))
    }

    /// Whether an event would count if it were taken now.
    ///
    /// # Errors
    /// [`Proposal`].
    pub fn consider(&mut self, event: Verified) -> Result<(), Proposal> {
        self.try_out(event, true).map(|_| ())
    }

    /// Places an event and judges it; takes it back unless it counts, or in any case.
    fn try_out(&mut self, event: Verified, in_any_case: bool) -> Result<u32, Proposal> {
        let (mark, greatest_hlc) = (self.dag.mark(), self.greatest_hlc);
        let position = self.place(event)?;
        let judged = Judge { dag: &self.dag, resolution: &self.resolution }.judge(position);
        let judged = judged.and_then(|()| {
            if self.resolution.would_take_use(&self.dag, position) { Ok(()) } else { Err(Why::InviteUsedUp) }
        });
        if judged.is_err() || in_any_case {
            self.access.remove(&self.dag.event(position).id());
            self.resolution.verdicts.pop();
            self.dag.retract_last(mark);
            self.greatest_hlc = greatest_hlc;
        }
        judged.map(|()| position).map_err(Proposal::Ineffective)
    }

    /// Takes many events, parents before children, as from the ledger. Those known already are passed over.
    ///
    /// # Errors
    /// [`InsertError`] of the first that cannot be taken; those before it are in.
    pub fn insert_all(&mut self, events: impl IntoIterator<Item = Verified>) -> Result<(), InsertError> {
        let (mut resolutions, mut stale) = (0, false);
        let mut outcome = Ok(());
        for event in events {
            let position = match self.place(event) {
                Ok(position) => position,
                Err(InsertError::Known) => continue,
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            };
            if stale {
                self.note_root(position);
                continue;
            }
            if self.decide(position).is_none() {
                if resolutions == RESOLUTIONS_PER_BATCH {
                    stale = true;
                } else {
                    resolutions += 1;
                    self.decide_all();
                }
            }
            if !stale {
                self.note_root(position);
            }
        }
        if stale {
            self.decide_all();
        }
        outcome
    }

    fn place(&mut self, event: Verified) -> Result<u32, InsertError> {
        let (event, origin) = event.into_event()?;
        let gate = if origin == Origin::Stored { Gate::Open } else { Gate::Check };
        let (id, hlc, is_epoch) = (event.id(), event.hlc, matches!(event.payload, Payload::KeyEpoch(_)));
        let position = self.dag.insert(event, gate)?;
        self.resolution.verdicts.push(Verdict::Open);
        self.greatest_hlc = self.greatest_hlc.max(hlc);
        if is_epoch {
            self.access.insert(id, OnceLock::new());
        }
        Ok(position)
    }

    /// Decides one new event. `None` when that turned others, so that everything has to be decided anew.
    fn decide(&mut self, position: u32) -> Option<Vec<EventId>> {
        if !self.resolution.may_decide_late(&self.dag, position) {
            return None;
        }
        let verdict = self.resolution.decide(&self.dag, position);
        if verdict == Verdict::Effective && self.turns_others(position) {
            return None;
        }
        Builder::new(&self.dag, &mut self.resolution).apply(&mut self.state, position);
        if !self.leaves_members(position) {
            self.root_now = OnceLock::new();
        }
        if !self.leaves_access(position) {
            self.private_roots = OnceLock::new();
        }
        let id = self.dag.event(position).id();
        Some(if verdict == Verdict::Effective { vec![id] } else { Vec::new() })
    }

    /// Whether an effective new event changes what was decided about others.
    fn turns_others(&self, position: u32) -> bool {
        let on_top = self.dag.is_on_top(position);
        match &self.dag.event(position).payload {
            Payload::Ratify { ids } => {
                ids.iter().filter_map(|id| self.dag.position(id)).any(|p| !self.resolution.still_holds(&self.dag, p))
            }
            // Without the concurrent ones it would be on top, and change nothing.
            Payload::Checkpoint { .. } => !on_top,
            Payload::DeviceRevoke { .. }
            | Payload::Remove(_)
            | Payload::Ban(_)
            | Payload::RevokeRole(_)
            | Payload::RolePerms(_)
            | Payload::InviteRevoke { .. }
            | Payload::Heirs(_) => {
                !on_top && self.concurrent(position).any(|p| !self.resolution.still_holds(&self.dag, p))
            }
            _ => false,
        }
    }

    /// Events that a new one did not know of. None of them can know of it.
    fn concurrent(&self, position: u32) -> impl Iterator<Item = u32> + '_ {
        let past = &self.dag.node(position).past;
        (past.full()..position).filter(|p| !past.contains(*p))
    }

    /// Decides everything anew. Returns what turned.
    fn decide_all(&mut self) -> Vec<EventId> {
        let mut resolution = Resolution::of(&self.dag, None);
        let before = std::mem::take(&mut self.resolution.verdicts);
        let counts = |verdict: Option<&Verdict>| verdict == Some(&Verdict::Effective);
        let newest = self.dag.len_u32().saturating_sub(1);
        let turned = (0..self.dag.len_u32()).filter(|p| {
            let (was, is) = (before.get(*p as usize), resolution.verdicts.get(*p as usize));
            // The newest may have been decided already, to no effect.
            if *p == newest { counts(is) } else { counts(was) != counts(is) }
        });
        let turned = turned.map(|p| self.dag.event(p).id()).collect();
        self.state = Builder::new(&self.dag, &mut resolution).whole();
        self.resolution = resolution;
        self.root_now = OnceLock::new();
        self.private_roots = OnceLock::new();
        turned
    }

    /// Whether an event can have nothing to do with who is a member.
    fn leaves_members(&self, position: u32) -> bool {
        matches!(
            self.dag.event(position).payload,
            Payload::Invite(_)
                | Payload::ChannelPut(_)
                | Payload::ChannelArchive { .. }
                | Payload::ServerSet(_)
                | Payload::ServerDelete { .. }
                | Payload::KeyEpoch(_)
                | Payload::Restrict(_)
        )
    }

    /// What the past of these events and they themselves come to. Unknown ones are passed over.
    #[must_use]
    pub fn state_at(&self, events: &[EventId]) -> State {
        let known = events.iter().filter_map(|id| self.dag.position(id));
        let (scope, _) = Past::of(known.map(|p| (p, &self.dag.node(p).past)));
        if scope.full() == self.dag.len_u32() {
            return self.state.clone();
        }
        let mut resolution = Resolution::of(&self.dag, Some(&scope));
        Builder::new(&self.dag, &mut resolution).whole()
    }

    /// Whether `account` held `permission` in `channel` at a stamp: by those of the events that count today which are stamped no
    /// later. What somebody did in a channel is judged by it: a right given or taken afterwards changes nothing.
    ///
    /// # Errors
    /// [`Denied`], as [`State::may`].
    pub fn may_at(
        &self,
        account: &AccountId,
        permission: Permission,
        channel: &ChannelId,
        at: Hlc,
    ) -> Result<(), Denied> {
        // The usual case: said in knowledge of everything.
        if at >= self.greatest_hlc {
            return self.state.may(account, permission, Some(channel), at.ms());
        }
        let judge = Judge { dag: &self.dag, resolution: &self.resolution };
        Lens::new(judge, Some(at)).state(account, channel).may(account, permission, Some(channel), at.ms())
    }

    /// What all events come to.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The server.
    #[must_use]
    pub const fn server(&self) -> ServerId {
        self.server
    }

    /// How many events there are; at least 1.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there is always a GENESIS")]
    pub fn len(&self) -> usize {
        self.dag.nodes().len()
    }

    /// Whether the event is here.
    #[must_use]
    pub fn contains(&self, id: &EventId) -> bool {
        self.dag.position(id).is_some()
    }

    /// An event.
    #[must_use]
    pub fn event(&self, id: &EventId) -> Option<&Event> {
        self.dag.position(id).map(|p| self.dag.event(p))
    }

    /// All events, parents before children.
    pub fn events(&self) -> impl Iterator<Item = &Event> + '_ {
        self.dag.nodes().map(|node| &node.event)
    }

    /// Events that no other has as a parent.
    #[must_use]
    pub fn heads(&self) -> Vec<EventId> {
        self.dag.heads().map(|p| self.dag.event(p).id()).collect()
    }

    /// The greatest stamp of all events.
    #[must_use]
    pub const fn greatest_hlc(&self) -> Hlc {
        self.greatest_hlc
    }

    /// Per device the number up to which all its events are here.
    #[must_use]
    pub fn device_seqs(&self) -> DeviceSeqs {
        self.dag.device_seqs()
    }

    /// Events that a side with these heads (of at most 64 it sent) and numbers does not hold, parents before children. Parents of
    /// our heads that are not among them because a device used numbers twice will be asked for as missing.
    pub fn missing_for<'a>(&'a self, heads: &[EventId], seqs: &DeviceSeqs) -> impl Iterator<Item = &'a Event> + 'a {
        self.dag.missing_for(heads, seqs).into_iter().map(|p| self.dag.event(p))
    }

    /// Whether `earlier` is in the past of `later`; false when either is unknown.
    #[must_use]
    pub fn is_in_past(&self, earlier: &EventId, later: &EventId) -> bool {
        match (self.dag.position(earlier), self.dag.position(later)) {
            (Some(earlier), Some(later)) => self.dag.is_in_past(earlier, later),
            _ => false,
        }
    }

    /// Whether the event counts.
    #[must_use]
    pub fn is_effective(&self, id: &EventId) -> bool {
        self.dag.position(id).is_some_and(|p| self.resolution.is_effective(p))
    }

    /// Why an event does not count; `None` when it does, or is unknown.
    #[must_use]
    pub fn why(&self, id: &EventId) -> Option<Why> {
        match self.resolution.verdict(self.dag.position(id)?) {
            Verdict::Ineffective(why) => Some(why),
            Verdict::Open | Verdict::Effective => None,
        }
    }

    /// What took an event away that had all authority of its own past, ascending: the rollback list. A RATIFY restores it.
    #[must_use]
    pub fn killers(&self, id: &EventId) -> Vec<EventId> {
        let Some(position) = self.dag.position(id) else { return Vec::new() };
        let killers = Judge { dag: &self.dag, resolution: &self.resolution }.killers(position);
        let mut killers: Vec<EventId> = killers.into_iter().map(|r| self.dag.event(r).id()).collect();
        killers.sort_unstable();
        killers.dedup();
        killers
    }

    /// Events that had all authority of their own past and are lost to what others decided unseen, in order of arrival: honest ones
    /// among them are what a RATIFY is for.
    pub fn rolled_back(&self) -> impl Iterator<Item = &Event> + '_ {
        let lost = |p: &u32| self.resolution.verdict(*p) == Verdict::Ineffective(Why::Revoked);
        (0..self.dag.len_u32()).filter(lost).map(|p| self.dag.event(p))
    }

    /// The acts by which an account, or one of its devices, is no longer in the server; empty for a member's device.
    #[must_use]
    pub fn departure_of(&self, account: &AccountId, device: &DeviceId) -> Vec<EventId> {
        let acts = &self.resolution.acts;
        let by_account = under(&acts.against, account).iter().chain(under(&acts.leaves, account));
        let gone = by_account.filter(|_| !self.state.is_member(account));
        let disowned = under(&acts.device_revokes, &(*account, *device)).iter();
        gone.chain(disowned).map(|act| self.dag.event(*act).id()).collect()
    }

    /// Level at which an event is decided: that of the grant it cites, at most 100.
    #[must_use]
    pub fn level_of(&self, id: &EventId) -> u8 {
        self.dag.position(id).map_or(0, |p| self.dag.rank(p).level())
    }

    /// Numbers that a device used more than once, with the events: each pair proves that the device equivocates. Shown to people;
    /// kills nothing.
    #[must_use]
    pub fn equivocations(&self) -> BTreeMap<(DeviceId, u64), Vec<EventId>> {
        self.dag.equivocations()
    }

    /// The body of an event on top of everything known, to be signed with the key of `device`.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "each is a field of the body, and nothing else groups them")]
    pub fn next_body(
        &self,
        account: AccountId,
        device: DeviceId,
        auth: Option<EventId>,
        seen: Hlc,
        now_ms: u64,
        payload: Payload,
    ) -> EventBody {
        let must_know: Vec<EventId> = auth.into_iter().chain(payload.rests_on()).collect();
        let parents = self.dag.parents_for(&device, &must_know, EVENT_PARENTS);
        let newest = parents.iter().map(|p| self.dag.event(*p).hlc).max().unwrap_or_default();
        let parents: Vec<EventId> = parents.into_iter().map(|p| self.dag.event(p).id()).collect();
        EventBody {
            server: Some(self.server),
            account,
            device,
            seq: self.next_seq(&device, &parents),
            hlc: seen.max(newest).after(now_ms),
            parents,
            auth,
            payload,
        }
    }

    /// Number of the device's next event on top of `parents`.
    #[must_use]
    pub fn next_seq(&self, device: &DeviceId, parents: &[EventId]) -> u64 {
        self.dag.next_seq(device, parents)
    }
}

#[cfg(test)]
mod proposals;
#[cfg(test)]
mod tests;
