//! [`Dag`]: the events of one server, who knew of what, and what can be said of each event from its own past alone.
//!
//! Holds every well-formed event, effective or not. Never forgets one, never asks a clock.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use folkmoot_proto::limits::{EVENTS_PER_SERVER, HELLO_HEADS};

use super::{
    Event, InsertError, InvalidEvent, Payload, Role,
    claim::{Claim, claim},
    past::{CAPACITY, Past},
    role::Rank,
};
use crate::ids::{AccountId, DeviceId, EventId, ServerId};

/// Memory the events of one server may take, bytes with what tells who knew of what. Honest servers of 100,000 events need a third.
/// When it is full, only owners and stewards can still add, so that they can remove whoever filled it.
pub(super) const MEMORY_BYTES: usize = 256 * 1024 * 1024;
/// What an event takes beside its bytes.
const OVERHEAD_BYTES: usize = 768;
/// Part of both limits that is kept for owners and stewards.
const RESERVE: usize = 16;

const _: () = assert!(EVENTS_PER_SERVER < CAPACITY as usize);

/// For each device the greatest number such that all events up to it are held.
pub type DeviceSeqs = BTreeMap<DeviceId, u64>;

/// An event in its place.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) event: Event,
    pub(crate) past: Past,
    pub(crate) claim: Claim,
}

/// The events of one server by position: parents before children, in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Dag {
    #[expect(
        clippy::vec_box,
        reason = "growing moves pointers, not events: no pause of milliseconds on one insertion"
    )]
    nodes: Vec<Box<Node>>,
    index: HashMap<EventId, u32>,
    heads: BTreeSet<u32>,
    /// Per device (number, position), ascending.
    by_device: HashMap<DeviceId, Vec<(u64, u32)>>,
    pub(super) certificates: HashMap<(AccountId, DeviceId), Vec<u32>>,
    pub(super) leaves: HashMap<AccountId, Vec<u32>>,
    /// Granting events by who is granted, effective or not.
    pub(super) grants: HashMap<AccountId, Vec<u32>>,
    /// HEIRS events by who is named.
    wills: HashMap<AccountId, Vec<u32>>,
    /// INVITE_REVOKE events by the invite they name, which may arrive after them.
    invite_revokes: HashMap<EventId, Vec<u32>>,
    /// ADMIT events per invite.
    pub(super) admits: HashMap<u32, Vec<u32>>,
    bytes: usize,
}

/// Where a DAG stood.
#[derive(Debug)]
pub(super) struct Mark {
    heads: BTreeSet<u32>,
    bytes: usize,
}

/// Drops the position filed last under a key.
fn forget<K: std::hash::Hash + Eq>(by: &mut HashMap<K, Vec<u32>>, key: &K) {
    if let Some(positions) = by.get_mut(key) {
        positions.pop();
        if positions.is_empty() {
            by.remove(key);
        }
    }
}

/// Whether an event's claim to be let in is checked, or was before it was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    /// From a peer or our own hand.
    Check,
    /// From our own ledger, or a test vector.
    Open,
}

impl Dag {
    /// Puts an event in its place.
    pub(super) fn insert(&mut self, event: Event, gate: Gate) -> Result<u32, InsertError> {
        if self.index.contains_key(&event.id()) {
            return Err(InsertError::Known);
        }
        let parents = self.parents(&event)?;
        let position = u32::try_from(self.nodes.len()).map_err(|_| InsertError::Full)?;
        let known = parents.iter().filter_map(|p| Some((*p, &self.nodes.get(*p as usize)?.past)));
        let (past, fresh) = Past::of(known);
        let expected = self.next_seq_in(&event.device, &past, parents.iter().copied().max().unwrap_or(0));
        if event.seq != expected {
            return Err(InsertError::Sequence { expected, found: event.seq });
        }
        let claim = claim(self, &event, &past);
        if gate == Gate::Check {
            self.check_gate(&event, &past)?;
        }
        let bytes = fresh + event.signed().body.len() + OVERHEAD_BYTES;
        let reserve = if claim.rank >= Rank::STEWARD { 0 } else { RESERVE };
        let room = |limit: usize| limit - limit.checked_div(reserve).unwrap_or(0);
        if self.nodes.len() >= room(EVENTS_PER_SERVER) || self.bytes + bytes > room(MEMORY_BYTES) {
            return Err(InsertError::Full);
        }
        self.bytes += bytes;
        for parent in &parents {
            self.heads.remove(parent);
        }
        self.heads.insert(position);
        self.note(position, &event, &claim);
        self.nodes.push(Box::new(Node { event, past, claim }));
        Ok(position)
    }

    fn parents(&self, event: &Event) -> Result<Vec<u32>, InsertError> {
        let founding = matches!(event.payload, Payload::Genesis(_));
        if founding != self.nodes.is_empty() || founding != event.parents.is_empty() {
            return Err(InsertError::Genesis);
        }
        if let Some(genesis) = self.nodes.first()
            && event.server != Some(ServerId::from(genesis.event.id()))
        {
            return Err(InsertError::OtherServer);
        }
        let missing: Vec<EventId> = event.parents.iter().filter(|p| !self.index.contains_key(p)).copied().collect();
        if !missing.is_empty() {
            return Err(InsertError::MissingParents { parents: missing });
        }
        let parents: Vec<u32> = event.parents.iter().filter_map(|p| self.position(p)).collect();
        if parents.iter().any(|p| self.event(*p).hlc >= event.hlc) {
            return Err(InsertError::HlcNotAfterParents);
        }
        Ok(parents)
    }

    /// Refuses what no member can have made: the author must be known as a grantee or heir, its device as its own, and an ADMIT
    /// must prove that its invite's key asked. All of it stands in the event's own past, so every node answers alike and whoever
    /// relays such an event is at fault. Without this a stranger's throwaway keys could fill the DAG.
    fn check_gate(&self, event: &Event, past: &Past) -> Result<(), InsertError> {
        if matches!(event.payload, Payload::Genesis(_)) {
            return Ok(());
        }
        let named = |by: &HashMap<AccountId, Vec<u32>>| {
            by.get(&event.account).is_some_and(|events| events.iter().any(|p| past.contains(*p)))
        };
        if !named(&self.grants) && !named(&self.wills) {
            return Err(InsertError::Stranger { account: event.account });
        }
        if !self.knows_device(event, past) {
            return Err(InsertError::UnknownDevice { device: event.device });
        }
        if let Payload::Admit(admit) = &event.payload {
            let invite = self.position(&admit.invite).filter(|p| past.contains(*p));
            let Some(Payload::Invite(invite)) = invite.map(|p| &self.event(p).payload) else {
                return Err(InsertError::UnknownInvite { invite: admit.invite });
            };
            admit.request.verify_key(&invite.public_key)?;
        }
        Ok(())
    }

    /// Whether the author's certificate for the signing device is in `past`, or the account itself signed.
    pub(super) fn knows_device(&self, event: &Event, past: &Past) -> bool {
        event.is_by_root()
            || matches!(event.payload, Payload::Genesis(_))
            || self
                .certificates
                .get(&(event.account, event.device))
                .is_some_and(|events| events.iter().any(|p| past.contains(*p)))
    }

    fn note(&mut self, position: u32, event: &Event, claim: &Claim) {
        self.index.insert(event.id(), position);
        let own = self.by_device.entry(event.device).or_default();
        let at = own.partition_point(|(seq, _)| *seq <= event.seq);
        own.insert(at, (event.seq, position));
        match &event.payload {
            Payload::Genesis(genesis) => {
                for founder in &genesis.founders {
                    self.certificates.entry((founder.account, founder.certificate.device)).or_default().push(position);
                    self.grants.entry(founder.account).or_default().push(position);
                }
            }
            Payload::OwnerAdd { account } => self.grants.entry(*account).or_default().push(position),
            Payload::Grant(grant) => self.grants.entry(grant.account).or_default().push(position),
            Payload::Succession(succession) => self.grants.entry(succession.account).or_default().push(position),
            Payload::Admit(admit) => {
                self.certificates.entry((admit.account, admit.request.device())).or_default().push(position);
                self.grants.entry(admit.account).or_default().push(position);
                if let Some(invite) = claim.invite {
                    self.admits.entry(invite).or_default().push(position);
                }
            }
            Payload::DeviceAdd { certificate } => {
                self.certificates.entry((event.account, certificate.device)).or_default().push(position);
            }
            Payload::Leave { .. } => self.leaves.entry(event.account).or_default().push(position),
            Payload::Heirs(heirs) => {
                for account in &heirs.accounts {
                    self.wills.entry(*account).or_default().push(position);
                }
            }
            Payload::InviteRevoke { invite } => self.invite_revokes.entry(*invite).or_default().push(position),
            _ => {}
        }
    }

    /// How things stand, to come back to by [`Dag::retract_last`].
    pub(super) fn mark(&self) -> Mark {
        Mark { heads: self.heads.clone(), bytes: self.bytes }
    }

    /// Takes back the one event inserted since `mark`, as if it had never come. What was decided about it is the caller's to take
    /// back.
    pub(super) fn retract_last(&mut self, mark: Mark) {
        let Some(node) = self.nodes.pop() else { return };
        let Node { event, claim, .. } = *node;
        (self.heads, self.bytes) = (mark.heads, mark.bytes);
        self.index.remove(&event.id());
        let position = self.len_u32();
        if let Some(own) = self.by_device.get_mut(&event.device) {
            own.retain(|(_, other)| *other != position);
            if own.is_empty() {
                self.by_device.remove(&event.device);
            }
        }
        let Self { certificates, grants, wills, leaves, invite_revokes, admits, .. } = self;
        match &event.payload {
            Payload::OwnerAdd { account } => forget(grants, account),
            Payload::Grant(grant) => forget(grants, &grant.account),
            Payload::Succession(succession) => forget(grants, &succession.account),
            Payload::Admit(admit) => {
                forget(certificates, &(admit.account, admit.request.device()));
                forget(grants, &admit.account);
                if let Some(invite) = &claim.invite {
                    forget(admits, invite);
                }
            }
            Payload::DeviceAdd { certificate } => forget(certificates, &(event.account, certificate.device)),
            Payload::Leave { .. } => forget(leaves, &event.account),
            Payload::Heirs(heirs) => heirs.accounts.iter().for_each(|account| forget(wills, account)),
            Payload::InviteRevoke { invite } => forget(invite_revokes, invite),
            _ => {}
        }
    }

    /// INVITE_REVOKE events by which the author of an invite took it back. They count, effective or not.
    pub(super) fn own_revokes(&self, invite: u32) -> impl Iterator<Item = u32> + '_ {
        let event = self.event(invite);
        let naming = self.invite_revokes.get(&event.id()).map_or(&[][..], Vec::as_slice);
        naming.iter().copied().filter(|r| self.event(*r).account == event.account)
    }

    /// One more than the greatest number of the device in `past`, which holds nothing beyond `newest`.
    fn next_seq_in(&self, device: &DeviceId, past: &Past, newest: u32) -> u64 {
        let mut own = self.by_device.get(device).map_or(&[][..], Vec::as_slice);
        // From the greatest number down; of the events that share one only those before `newest` can be in the past.
        while let Some((seq, _)) = own.last() {
            let same = own.partition_point(|(other, _)| other < seq);
            let (rest, twins) = own.split_at(same);
            let before = twins.partition_point(|(_, position)| *position <= newest);
            if twins.iter().take(before).rev().any(|(_, position)| past.contains(*position)) {
                return seq + 1;
            }
            own = rest;
        }
        1
    }

    /// Number of the device's next event on top of `parents`; unknown parents count as nothing.
    pub(super) fn next_seq(&self, device: &DeviceId, parents: &[EventId]) -> u64 {
        let parents: Vec<u32> = parents.iter().filter_map(|p| self.position(p)).collect();
        let (past, _) = Past::of(parents.iter().filter_map(|p| Some((*p, &self.nodes.get(*p as usize)?.past))));
        self.next_seq_in(device, &past, parents.iter().copied().max().unwrap_or(0))
    }

    /// Another event of the same device with the same number.
    pub(super) fn twin(&self, position: u32) -> Option<u32> {
        let event = self.event(position);
        let own = self.by_device.get(&event.device)?;
        let from = own.partition_point(|(seq, _)| *seq < event.seq);
        let same = own.get(from..)?.iter().take_while(|(seq, _)| *seq == event.seq);
        same.map(|(_, other)| *other).find(|other| *other != position)
    }

    /// Last event of a device that has no equivocation above it, for its next event to follow.
    pub(super) fn last_of(&self, device: &DeviceId) -> Option<u32> {
        self.by_device.get(device)?.last().map(|(_, position)| *position)
    }

    pub(super) fn device_seqs(&self) -> DeviceSeqs {
        self.by_device.iter().filter_map(|(device, own)| Some((*device, own.last()?.0))).collect()
    }

    /// Numbers that a device used more than once, with the events.
    pub(super) fn equivocations(&self) -> BTreeMap<(DeviceId, u64), Vec<EventId>> {
        let mut found: BTreeMap<_, Vec<EventId>> = BTreeMap::new();
        for (device, own) in &self.by_device {
            for twins in own.chunk_by(|a, b| a.0 == b.0).filter(|twins| twins.len() > 1) {
                let Some((seq, _)) = twins.first() else { continue };
                found.insert((*device, *seq), twins.iter().map(|(_, p)| self.event(*p).id()).collect());
            }
        }
        found
    }

    /// Positions that a side with these heads and numbers does not hold, parents first.
    ///
    /// Heads that are all known here say exactly what the other side holds. Else it holds more than we know of, and its numbers
    /// say what of ours it has; our own heads are sent all the same, since a device that used a number twice may hide one behind it.
    /// What is lacking below them will be asked for as missing parents.
    pub(super) fn missing_for(&self, heads: &[EventId], seqs: &DeviceSeqs) -> Vec<u32> {
        let known: Vec<u32> = heads.iter().filter_map(|h| self.position(h)).collect();
        let exact = known.len() == heads.len() && heads.len() < HELLO_HEADS;
        let (held, _) = Past::of(known.iter().filter_map(|p| Some((*p, &self.nodes.get(*p as usize)?.past))));
        (held.full()..self.len_u32())
            .filter(|position| !held.contains(*position))
            .filter(|position| {
                let event = self.event(*position);
                exact
                    || self.heads.contains(position)
                    || seqs.get(&event.device).is_none_or(|seq| event.seq > *seq)
                    || self.twin(*position).is_some()
            })
            .collect()
    }

    /// At most `limit` events for the next one to follow: all heads, else those that cover what it must know of, among it the
    /// device's own last event, and then the newest by stamp.
    pub(super) fn parents_for(&self, device: &DeviceId, must_know: &[EventId], limit: usize) -> Vec<u32> {
        let mut heads: Vec<u32> = self.heads.iter().copied().collect();
        if heads.len() <= limit {
            return heads;
        }
        heads.sort_by_cached_key(|head| std::cmp::Reverse(self.key(*head)));
        let covers = |head: &u32, known: u32| *head == known || self.is_in_past(known, *head);
        let mut chosen: Vec<u32> = Vec::new();
        for known in self.last_of(device).into_iter().chain(must_know.iter().filter_map(|id| self.position(id))) {
            if chosen.len() < limit && !chosen.iter().any(|head| covers(head, known)) {
                chosen.extend(heads.iter().copied().find(|head| covers(head, known)));
            }
        }
        let rest =
            heads.into_iter().filter(|head| !chosen.contains(head)).take(limit - chosen.len()).collect::<Vec<_>>();
        chosen.extend(rest);
        chosen
    }

    pub(crate) fn len_u32(&self) -> u32 {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn heads(&self) -> impl Iterator<Item = u32> + '_ {
        self.heads.iter().copied()
    }

    /// Whether everything else is in the past of `position`.
    pub(crate) fn is_on_top(&self, position: u32) -> bool {
        self.heads.len() == 1 && self.heads.contains(&position)
    }

    pub(crate) fn position(&self, id: &EventId) -> Option<u32> {
        self.index.get(id).copied()
    }

    /// The node at a position this DAG gave out.
    pub(crate) fn node(&self, position: u32) -> &Node {
        self.nodes.get(position as usize).expect("positions come from this DAG, which never shrinks")
    }

    pub(crate) fn event(&self, position: u32) -> &Event {
        &self.node(position).event
    }

    /// All nodes by position.
    pub(crate) fn nodes(&self) -> impl ExactSizeIterator<Item = &Node> + '_ {
        self.nodes.iter().map(AsRef::as_ref)
    }

    /// Whether the event at `earlier` is in the past of the one at `later`.
    pub(crate) fn is_in_past(&self, earlier: u32, later: u32) -> bool {
        self.node(later).past.contains(earlier)
    }

    pub(crate) fn rank(&self, position: u32) -> Rank {
        self.node(position).claim.rank
    }

    /// (hlc, id): extends causal order.
    pub(crate) fn key(&self, position: u32) -> (folkmoot_identity::Hlc, EventId) {
        let event = self.event(position);
        (event.hlc, event.id())
    }

    /// Level of a role; 0 for one that is not defined here.
    pub(crate) fn role_level(&self, role: Role) -> u8 {
        match role {
            Role::Custom(id) => match self.position(&id).map(|p| &self.event(p).payload) {
                Some(Payload::RoleDef(def)) => def.level,
                _ => 0,
            },
            builtin => builtin.builtin_level().unwrap_or(0),
        }
    }

    /// The role that a granting event confers.
    pub(crate) fn conferred(&self, grant: u32) -> Option<Role> {
        let node = self.node(grant);
        match &node.event.payload {
            Payload::Genesis(_) | Payload::OwnerAdd { .. } => Some(Role::Owner),
            Payload::Succession(_) => Some(Role::Steward),
            Payload::Grant(grant) => Some(grant.role),
            Payload::Admit(_) => match &self.event(node.claim.invite?).payload {
                Payload::Invite(invite) => Some(invite.role),
                _ => None,
            },
            _ => None,
        }
    }
}

impl From<InvalidEvent> for InsertError {
    fn from(source: InvalidEvent) -> Self {
        Self::Invalid { source }
    }
}
