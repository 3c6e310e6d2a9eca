//! People and random histories for tests: everybody, hostile or not, acts with whatever grant they can cite, on top of whatever
//! they pretend to have seen. Devices equivocate freely.

use std::collections::BTreeSet;

use bytes::Bytes;
use folkmoot_identity::{
    Certificate, Hlc, Register, RegisterId, RegisterKind, RegisterValue, certificate::CertificateId,
    signed::SignedBytes,
};
use rand::{RngExt, SeedableRng, rngs::SmallRng, seq::IndexedRandom};

use super::{
    Admit, ChannelKind, ChannelPut, EventBody, Expulsion, Founder, Genesis, Governance, Heirs, Invite, JoinRequest,
    KeyEpoch, MessageRate, Payload, Permissions, Restrict, Role, RoleChange, RoleDef, RolePerms, Succession, Verified,
    Visibility,
};
use crate::ids::{AccountId, ChannelId, DeviceId, EventId, ServerId};

/// How many random histories a property is tried on.
pub(crate) fn cases(few: u64) -> u64 {
    std::env::var("FOLKMOOT_SOAK_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(few)
}

/// The nth account.
pub(crate) fn account(n: u32) -> AccountId {
    AccountId::new(std::array::from_fn(|i| if i < 4 { n.to_be_bytes()[i] } else { 0xac }))
}

/// The nth device of an account.
pub(crate) fn device(owner: AccountId, n: u8) -> DeviceId {
    let mut bytes = *owner.as_bytes();
    bytes[31] = n;
    DeviceId::new(bytes)
}

/// The nth event; ids are scattered, as hashes are.
pub(crate) fn event_id(n: u32) -> EventId {
    EventId::new(*blake3::hash(&n.to_be_bytes()).as_bytes())
}

fn unsigned() -> SignedBytes {
    SignedBytes { body: Bytes::new(), sig: Bytes::new() }
}

/// A certificate that nobody signed.
pub(crate) fn certificate(owner: AccountId, device: DeviceId) -> Certificate {
    Certificate { id: CertificateId::new([0; 32]), account: owner, device, hlc: Hlc::ZERO, signed: unsigned() }
}

fn register(owner: AccountId) -> Register {
    Register {
        id: RegisterId::new([0; 32]),
        kind: RegisterKind::Prekey,
        account: owner,
        device: None,
        hlc: Hlc::ZERO,
        value: RegisterValue::Prekey([0; 32]),
        signed: unsigned(),
    }
}

/// GENESIS by the first of `owners`.
pub(crate) fn genesis(owners: &[AccountId]) -> EventBody {
    let founder = |owner: &AccountId| Founder {
        account: *owner,
        certificate: certificate(*owner, device(*owner, 1)),
        prekey: register(*owner),
        profile: register(*owner),
    };
    let genesis = Genesis {
        name: "tea".into(),
        description: String::new(),
        visibility: Visibility::Private,
        founders: owners.iter().map(founder).collect(),
        nonce: [0; 16],
        message_rate: MessageRate { per_second: 50, burst: 500 },
        tags: Vec::new(),
        bootstrap: Vec::new(),
    };
    EventBody::genesis(owners[0], device(owners[0], 1), Hlc::from_bits(1), genesis)
}

/// ADMIT of an account with its first device.
pub(crate) fn admit(who: AccountId, invite: EventId) -> Payload {
    let request = JoinRequest {
        server: ServerId::new([0; 32]),
        nonce: [0; 32],
        account: who,
        certificate: certificate(who, device(who, 1)),
        prekey: register(who),
        profile: register(who),
        signed: unsigned(),
    };
    Payload::Admit(Box::new(Admit { account: who, invite, request }))
}

/// INVITE for members.
pub(crate) const fn invite(max_uses: Option<u32>) -> Payload {
    Payload::Invite(Invite { public_key: [7; 32], role: Role::Member, max_uses, expires: None })
}

/// REMOVE.
pub(crate) const fn remove(who: AccountId) -> Payload {
    Payload::Remove(Expulsion { account: who, reason: String::new(), fences: Vec::new() })
}

/// CHANNEL_PUT.
pub(crate) fn channel_put(channel: Option<ChannelId>, name: String) -> Payload {
    Payload::ChannelPut(ChannelPut {
        channel,
        name,
        kind: ChannelKind::Text,
        topic: String::new(),
        parent: None,
        overrides: Vec::new(),
        private: false,
        order: 0,
    })
}

/// KEY_EPOCH without recipients.
pub(crate) fn key_epoch() -> Payload {
    Payload::KeyEpoch(KeyEpoch {
        scope: ServerId::from(event_id(0)).into(),
        generation: 1,
        parents: Vec::new(),
        recipients_root: [0; 32],
        history_commit: [0; 32],
        message_commit: [0; 32],
        rows: Vec::new(),
        hist_link: Bytes::new(),
        reason: String::new(),
    })
}

/// A random history under construction; `governance` holds it all.
pub(crate) struct Story {
    pub(crate) random: SmallRng,
    pub(crate) people: Vec<AccountId>,
    pub(crate) bodies: Vec<(EventId, EventBody)>,
    /// What each event knew of, the slow and obvious way.
    pub(crate) pasts: Vec<BTreeSet<usize>>,
    pub(crate) governance: Governance,
}

/// Kinds that random histories are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Grant,
    RevokeRole,
    Remove,
    Ban,
    Unban,
    Invite,
    Admit,
    InviteRevoke,
    ChannelPut,
    ChannelArchive,
    RoleDef,
    RolePerms,
    Leave,
    Checkpoint,
    Ratify,
    Heirs,
    HeirSignature,
    Succession,
    OwnerAdd,
    DeviceAdd,
    DeviceRevoke,
    Restrict,
    KeyEpoch,
}

/// As often as they shall come.
pub(crate) const KINDS: [Kind; 30] = [
    Kind::Grant,
    Kind::Grant,
    Kind::Grant,
    Kind::Remove,
    Kind::Remove,
    Kind::Ban,
    Kind::Unban,
    Kind::Invite,
    Kind::Invite,
    Kind::Admit,
    Kind::Admit,
    Kind::Admit,
    Kind::Admit,
    Kind::InviteRevoke,
    Kind::ChannelPut,
    Kind::ChannelArchive,
    Kind::RoleDef,
    Kind::RolePerms,
    Kind::RevokeRole,
    Kind::Leave,
    Kind::Checkpoint,
    Kind::Ratify,
    Kind::Heirs,
    Kind::HeirSignature,
    Kind::Succession,
    Kind::OwnerAdd,
    Kind::DeviceAdd,
    Kind::DeviceRevoke,
    Kind::Restrict,
    Kind::KeyEpoch,
];

impl Story {
    /// A history that begins with a GENESIS by one or two owners.
    pub(crate) fn begin(seed: u64) -> Self {
        let mut random = SmallRng::seed_from_u64(seed);
        let people: Vec<AccountId> = (0..random.random_range(5..10)).map(account).collect();
        let body = genesis(&people[..random.random_range(1..=2)]);
        let governance = Governance::new(body.clone().assume(event_id(0))).expect("a genesis");
        Self { random, people, bodies: vec![(event_id(0), body)], pasts: vec![BTreeSet::new()], governance }
    }

    /// A whole random history.
    pub(crate) fn random(seed: u64) -> Self {
        let mut story = Self::begin(seed);
        for _ in 0..story.random.random_range(5..70) {
            story.act(&KINDS, None);
        }
        story
    }

    /// Somebody does something, on top of `parents` or of some events. Returns its index.
    pub(crate) fn act(&mut self, kinds: &[Kind], parents: Option<Vec<usize>>) -> Option<usize> {
        let parents = parents.unwrap_or_else(|| {
            if self.random.random_bool(0.6) {
                (0..self.random.random_range(1..=3)).map(|_| self.random.random_range(0..self.bodies.len())).collect()
            } else {
                vec![self.bodies.len() - 1]
            }
        });
        let seen: BTreeSet<usize> = parents.iter().flat_map(|p| self.pasts[*p].iter().copied().chain([*p])).collect();
        let kind = *kinds.choose(&mut self.random)?;
        let author = *self.people.choose(&mut self.random)?;
        let payload = self.payload(kind, author, &seen)?;
        let (author, auth) = if payload.needs_grant() { self.grant_of(author, &seen) } else { (author, None) };
        let own = self.random.random_range(1..=2);
        let signer = if payload.is_own_word() || self.random.random_bool(0.7) {
            author.as_device()
        } else {
            device(author, own)
        };
        let hlc = parents.iter().map(|p| self.bodies[*p].1.hlc.bits()).max()? + self.random.random_range(1..=3);
        Some(self.tell(author, signer, auth, hlc, &parents, payload))
    }

    /// Adds an event.
    #[expect(
        clippy::too_many_arguments,
        reason = "an event has that many parts, and a history is told one event a line"
    )]
    pub(crate) fn tell(
        &mut self,
        author: AccountId,
        signer: DeviceId,
        auth: Option<EventId>,
        hlc: u64,
        parents: &[usize],
        payload: Payload,
    ) -> usize {
        let ids: Vec<EventId> = parents.iter().map(|p| self.bodies[*p].0).collect();
        let body = EventBody {
            server: Some(self.governance.server()),
            account: author,
            device: signer,
            seq: self.governance.next_seq(&signer, &ids),
            hlc: Hlc::from_bits(hlc),
            parents: ids,
            auth,
            payload,
        };
        let (index, id) = (self.bodies.len(), event_id(u32::try_from(self.bodies.len()).expect("few")));
        self.governance.insert(body.clone().assume(id)).expect("parents are known");
        self.pasts.push(parents.iter().flat_map(|p| self.pasts[*p].iter().copied().chain([*p])).collect());
        self.bodies.push((id, body));
        index
    }

    /// The event at an index, once more.
    pub(crate) fn event(&self, index: usize) -> Verified {
        let (id, body) = &self.bodies[index];
        body.clone().assume(*id)
    }

    /// Some causal order of all events.
    pub(crate) fn shuffled(&mut self) -> Vec<usize> {
        let (mut order, mut placed) = (Vec::new(), BTreeSet::new());
        let mut waiting: Vec<usize> = (0..self.bodies.len()).collect();
        while !waiting.is_empty() {
            let ready: Vec<usize> =
                (0..waiting.len()).filter(|w| self.pasts[waiting[*w]].iter().all(|p| placed.contains(p))).collect();
            let next = waiting.swap_remove(*ready.choose(&mut self.random).expect("acyclic"));
            placed.insert(next);
            order.push(next);
        }
        order
    }

    /// A grant of the author among `seen`, else the first owner with the GENESIS.
    fn grant_of(&mut self, author: AccountId, seen: &BTreeSet<usize>) -> (AccountId, Option<EventId>) {
        let to_author = |payload: &Payload| match payload {
            Payload::Genesis(genesis) => genesis.founders.iter().any(|f| f.account == author),
            Payload::OwnerAdd { account } => *account == author,
            Payload::Succession(succession) => succession.account == author,
            Payload::Grant(change) => change.account == author,
            Payload::Admit(admit) => admit.account == author,
            _ => false,
        };
        let grants: Vec<EventId> =
            seen.iter().map(|i| &self.bodies[*i]).filter(|(_, b)| to_author(&b.payload)).map(|(id, _)| *id).collect();
        match grants.choose(&mut self.random) {
            Some(grant) => (author, Some(*grant)),
            None => (self.people[0], Some(event_id(0))),
        }
    }

    fn known(&mut self, seen: &BTreeSet<usize>, wanted: impl Fn(&Payload) -> bool) -> Option<EventId> {
        let known: Vec<EventId> =
            seen.iter().map(|i| &self.bodies[*i]).filter(|(_, b)| wanted(&b.payload)).map(|(id, _)| *id).collect();
        known.choose(&mut self.random).copied()
    }

    fn bits(&mut self) -> Permissions {
        Permissions::from_bits(self.random.random_range(0..1 << 17)).unwrap_or_default()
    }

    fn role(&mut self, seen: &BTreeSet<usize>) -> Role {
        let custom = self.known(seen, |p| matches!(p, Payload::RoleDef(_)));
        let builtin = *[Role::Admin, Role::Mod, Role::Member].choose(&mut self.random).expect("three");
        match custom {
            Some(id) if self.random.random_bool(0.3) => Role::Custom(id),
            _ => builtin,
        }
    }

    fn payload(&mut self, kind: Kind, author: AccountId, seen: &BTreeSet<usize>) -> Option<Payload> {
        let target = *self.people.choose(&mut self.random)?;
        let any_channel = |p: &Payload| matches!(p, Payload::ChannelPut(put) if put.channel.is_none());
        let any_invite = |p: &Payload| matches!(p, Payload::Invite(_));
        let expulsion = Expulsion { account: target, reason: String::new(), fences: Vec::new() };
        Some(match kind {
            Kind::Grant => Payload::Grant(RoleChange { account: target, role: self.role(seen) }),
            Kind::RevokeRole => Payload::RevokeRole(RoleChange { account: target, role: self.role(seen) }),
            Kind::Remove => Payload::Remove(expulsion),
            Kind::Ban => Payload::Ban(expulsion),
            Kind::Unban => Payload::Unban { account: target },
            Kind::Invite => invite(self.random.random_bool(0.5).then(|| self.random.random_range(1..=2))),
            Kind::Admit => admit(target, self.known(seen, any_invite)?),
            Kind::InviteRevoke => Payload::InviteRevoke { invite: self.known(seen, any_invite)? },
            Kind::ChannelPut => {
                let channel = self.known(seen, any_channel).filter(|_| self.random.random_bool(0.7));
                channel_put(channel.map(ChannelId::from), format!("n{}", self.bodies.len()))
            }
            Kind::ChannelArchive => Payload::ChannelArchive { channel: self.known(seen, any_channel)?.into() },
            Kind::RoleDef => Payload::RoleDef(RoleDef {
                name: "r".into(),
                level: *[5, 20, 40, 60, 90].choose(&mut self.random)?,
                bits: self.bits(),
            }),
            Kind::RolePerms => {
                let (role, bits) = (self.role(seen), self.bits());
                let deleted = matches!(role, Role::Custom(_)) && self.random.random_bool(0.3);
                let bits = if deleted { Permissions::NONE } else { bits };
                Payload::RolePerms(RolePerms { role, bits, name: None, deleted })
            }
            Kind::Leave => Payload::Leave { fences: Vec::new() },
            Kind::Checkpoint => Payload::Checkpoint { seal: self.random.random_bool(0.2) },
            Kind::Ratify => {
                let named = self.random.random_range(0..self.bodies.len());
                Payload::Ratify { ids: vec![self.bodies[named].0] }
            }
            Kind::Heirs => {
                let mut accounts: Vec<AccountId> = self.people.sample(&mut self.random, 3).copied().collect();
                accounts.sort_unstable();
                Payload::Heirs(Heirs { accounts, threshold: self.random.random_range(1..=3) })
            }
            Kind::HeirSignature => Payload::HeirSignature { account: target },
            Kind::Succession => {
                let mut signatures: Vec<EventId> = seen
                    .iter()
                    .map(|i| &self.bodies[*i])
                    .filter(|(_, b)| matches!(&b.payload, Payload::HeirSignature { account } if *account == target))
                    .map(|(id, _)| *id)
                    .collect();
                signatures.sort_unstable();
                Payload::Succession(Succession { account: target, signatures })
            }
            Kind::OwnerAdd => Payload::OwnerAdd { account: target },
            Kind::DeviceAdd => Payload::DeviceAdd { certificate: certificate(author, device(author, 2)) },
            Kind::DeviceRevoke => {
                Payload::DeviceRevoke { device: device(author, self.random.random_range(1..=2)), fences: Vec::new() }
            }
            Kind::Restrict => Payload::Restrict(Restrict {
                account: target,
                until_ms: 1_000_000,
                channels: Vec::new(),
                fences: Vec::new(),
                lifts: Vec::new(),
                reason: String::new(),
            }),
            Kind::KeyEpoch => key_epoch(),
        })
    }
}
