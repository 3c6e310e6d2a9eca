//! Large and hostile histories stay bounded in time. The counts are small by default; FOLKMOOT_SCALE_EVENTS raises them, and with
//! `--nocapture` the times are printed.

use std::time::{Duration, Instant};

use bytes::Bytes;
use folkmoot_core::{
    governance::{
        Admit, ChannelKind, ChannelPut, EventBody, Expulsion, Founder, Genesis, Governance, Invite, JoinRequest,
        KeyEpoch, MessageRate, Payload, Role, Visibility,
    },
    ids::{AccountId, DeviceId, EventId, ScopeId, ServerId},
};
use folkmoot_identity::{
    Certificate, Hlc, Register, RegisterId, RegisterKind, RegisterValue, certificate::CertificateId,
    signed::SignedBytes,
};
use rand::{RngExt, SeedableRng, rngs::SmallRng};

/// Per event on top, far above what it takes, so that a busy machine does not fail the test; quadratic work would.
const LIMIT: Duration = Duration::from_millis(1);

fn events() -> usize {
    std::env::var("FOLKMOOT_SCALE_EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000)
}

fn scattered(kind: u8, n: usize) -> [u8; 32] {
    *blake3::hash(&[&[kind], n.to_be_bytes().as_slice()].concat()).as_bytes()
}

fn id(n: usize) -> EventId {
    EventId::new(scattered(b'e', n))
}

fn account(n: usize) -> AccountId {
    AccountId::new(scattered(b'a', n))
}

fn device(n: usize) -> DeviceId {
    DeviceId::new(scattered(b'd', n))
}

const fn unsigned() -> SignedBytes {
    SignedBytes { body: Bytes::new(), sig: Bytes::new() }
}

fn certificate(n: usize) -> Certificate {
    let id = CertificateId::new([0; 32]);
    Certificate { id, account: account(n), device: device(n), hlc: Hlc::ZERO, signed: unsigned() }
}

fn register(n: usize) -> Register {
    Register {
        id: RegisterId::new([0; 32]),
        kind: RegisterKind::Prekey,
        account: account(n),
        device: None,
        hlc: Hlc::ZERO,
        value: RegisterValue::Prekey([0; 32]),
        signed: unsigned(),
    }
}

fn admit(n: usize, invite: EventId) -> Payload {
    let request = JoinRequest {
        server: ServerId::from(id(0)),
        nonce: [0; 32],
        account: account(n),
        certificate: certificate(n),
        prekey: register(n),
        profile: register(n),
        signed: unsigned(),
    };
    Payload::Admit(Box::new(Admit { account: account(n), invite, request }))
}

fn invite(n: usize) -> Payload {
    Payload::Invite(Invite { public_key: scattered(b'k', n), role: Role::Member, max_uses: None, expires: None })
}

fn remove(n: usize) -> Payload {
    Payload::Remove(Expulsion { account: account(n), reason: String::new(), fences: Vec::new() })
}

fn channel() -> Payload {
    Payload::ChannelPut(ChannelPut {
        channel: None,
        name: "tea".into(),
        kind: ChannelKind::Text,
        topic: String::new(),
        parent: None,
        overrides: Vec::new(),
        private: false,
        order: 0,
    })
}

fn key_epoch() -> Payload {
    Payload::KeyEpoch(KeyEpoch {
        scope: ScopeId::new([0; 32]),
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

/// A server that grows.
struct Server {
    governance: Governance,
    hlc: Vec<u64>,
    slowest: Duration,
    began: Instant,
}

impl Server {
    /// One owner, account 0.
    fn new() -> Self {
        let genesis = Genesis {
            name: "tea".into(),
            description: String::new(),
            visibility: Visibility::Private,
            founders: vec![Founder {
                account: account(0),
                certificate: certificate(0),
                prekey: register(0),
                profile: register(0),
            }],
            nonce: [0; 16],
            message_rate: MessageRate { per_second: 50, burst: 500 },
            tags: Vec::new(),
            bootstrap: Vec::new(),
        };
        let genesis = EventBody::genesis(account(0), device(0), Hlc::from_bits(1), genesis).assume(id(0));
        let governance = Governance::new(genesis).expect("a genesis");
        Self { governance, hlc: vec![1], slowest: Duration::ZERO, began: Instant::now() }
    }

    fn len(&self) -> usize {
        self.hlc.len()
    }

    /// Somebody does something. Returns the event's number.
    fn tell(&mut self, author: usize, auth: usize, parents: &[usize], payload: Payload) -> usize {
        let number = self.len();
        let hlc = parents.iter().map(|p| self.hlc[*p]).max().unwrap_or(0) + 1;
        let ids: Vec<EventId> = parents.iter().map(|p| id(*p)).collect();
        let started = Instant::now();
        let body = EventBody {
            server: Some(self.governance.server()),
            account: account(author),
            device: device(author),
            seq: self.governance.next_seq(&device(author), &ids),
            hlc: Hlc::from_bits(hlc),
            parents: ids,
            auth: Some(id(auth)),
            payload,
        };
        self.governance.insert(body.assume(id(number))).expect("parents are known");
        self.slowest = self.slowest.max(started.elapsed());
        self.hlc.push(hlc);
        number
    }

    /// Bounds what it took, then decides everything but one stray event at once, as a node does that starts.
    fn check(mut self, shape: &str) {
        let (count, took, slowest) = (self.len(), self.began.elapsed(), self.slowest);
        let heads = self.governance.heads();
        self.tell(0, 0, &[0], channel());
        let started = Instant::now();
        let state = self.governance.state_at(&heads);
        let anew = started.elapsed();
        println!(
            "{shape}: {count} events in {took:?}, slowest {slowest:?}; decided anew in {anew:?}; {} members",
            state.member_count()
        );
        let limit = LIMIT * u32::try_from(count).expect("few") + Duration::from_secs(5);
        assert!(took < limit && anew < limit, "{shape}: {took:?} and {anew:?} for {count} events");
    }
}

/// Members join one after the other and talk in forks that soon merge; one in a thousand is removed.
fn honest(count: usize) -> Server {
    let mut random = SmallRng::seed_from_u64(1);
    let mut server = Server::new();
    let door = server.tell(0, 0, &[0], invite(0));
    let mut members = vec![(0, 0)];
    let mut tips = vec![door];
    while server.len() < count {
        let (who, auth) = members[random.random_range(0..members.len())];
        let parents =
            if random.random_bool(0.05) { vec![tips[random.random_range(0..tips.len())]] } else { tips.clone() };
        let n = server.len();
        let event = match random.random_range(0..1_000) {
            0 => server.tell(0, 0, &parents, remove(members[random.random_range(0..members.len())].0.max(1))),
            1..100 => {
                members.push((n, n));
                server.tell(who, auth, &parents, admit(n, id(door)))
            }
            100..105 => server.tell(0, 0, &parents, channel()),
            105..115 => server.tell(who, auth, &parents, key_epoch()),
            _ => server.tell(who, auth, &parents, invite(n)),
        };
        tips.retain(|tip| !parents.contains(tip));
        tips.push(event);
    }
    server
}

#[test]
fn an_honest_server_grows_without_work_for_what_was() {
    honest(events()).check("honest");
}

#[test]
fn a_hundred_thousand_heads_that_know_nothing_of_each_other() {
    let mut server = Server::new();
    while server.len() < events() {
        server.tell(0, 0, &[0], invite(0));
    }
    // Merging them sixteen at a time, as an honest node would.
    let heads: Vec<usize> = (1..server.len()).collect();
    let mut last = None;
    for some in heads.chunks(15) {
        let parents: Vec<usize> = some.iter().copied().chain(last).collect();
        last = Some(server.tell(0, 0, &parents, key_epoch()));
    }
    server.check("concurrent heads");
}

#[test]
fn sixteen_parents_each() {
    let mut random = SmallRng::seed_from_u64(2);
    let mut server = Server::new();
    while server.len() < events() {
        let newest = server.len();
        let mut parents: Vec<usize> = (0..16).map(|_| newest - 1 - random.random_range(0..newest.min(400))).collect();
        parents.sort_unstable();
        parents.dedup();
        server.tell(0, 0, &parents, invite(server.len()));
    }
    server.check("sixteen parents");
}

#[test]
fn two_halves_that_do_not_hear_of_each_other_for_long() {
    let mut server = Server::new();
    let door = server.tell(0, 0, &[0], invite(0));
    let (mut left, mut right) = (door, door);
    while server.len() < events() {
        let n = server.len();
        left = server.tell(0, 0, &[left], admit(n, id(door)));
        right = server.tell(n, n, &[left.min(n), right], invite(server.len()));
        let n = server.len();
        right = server.tell(0, 0, &[right], admit(n, id(door)));
    }
    server.tell(0, 0, &[left, right], key_epoch());
    server.check("two halves");
}

#[test]
fn strands_that_merge_at_random_points_far_back() {
    let mut random = SmallRng::seed_from_u64(3);
    let mut server = Server::new();
    let strands: Vec<Vec<usize>> = (0..64)
        .map(|_| {
            let mut strand = vec![0];
            for _ in 0..events() / 128 {
                strand.push(server.tell(0, 0, &[strand[strand.len() - 1]], invite(server.len())));
            }
            strand
        })
        .collect();
    while server.len() < events() {
        let mut parents: Vec<usize> = (0..16)
            .map(|_| {
                let strand = &strands[random.random_range(0..strands.len())];
                strand[random.random_range(0..strand.len())]
            })
            .collect();
        parents.sort_unstable();
        parents.dedup();
        server.tell(0, 0, &parents, invite(server.len()));
    }
    server.check("strands");
}

#[test]
fn a_member_that_wrote_much_is_removed_again_and_again() {
    let mut server = Server::new();
    let door = server.tell(0, 0, &[0], invite(0));
    let joined = server.tell(0, 0, &[door], admit(1, id(door)));
    let mut last = joined;
    while server.len() < events() / 2 {
        last = server.tell(1, joined, &[last], invite(server.len()));
    }
    while server.len() < events() {
        last = server.tell(0, 0, &[last], remove(1));
    }
    server.check("removed again and again");
}
