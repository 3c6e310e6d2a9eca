//! The bytes of governance events: golden hexdumps of the kinds that every server is made of, and what is refused.

use bytes::Bytes;
use folkmoot_core::{
    epoch::WrapKind,
    governance::{
        Admit, ChannelKind, ChannelPut, EventBody, Expulsion, Fence, Founder, Genesis, Governance, Heirs, InsertError,
        InvalidEvent, Invite, JoinRequest, KeyEpoch, MessageRate, Override, OverrideTarget, Payload, Permission,
        Permissions, Restrict, Role, RoleChange, RoleDef, RolePerms, ServerSettings, Succession, Unverified, Verified,
        Visibility, Why, WrapRow,
    },
    ids::{ChannelId, EventId, LogId, ServerId},
};
use folkmoot_identity::{
    AccountKey, Certificate, DeviceKey, Hlc, InviteKey, PrekeySecret, Profile, Register,
    kdf::{Purpose, derive},
    signed::{CanonicalError, Context, SignatureError, SignedBytes, sign},
};
use folkmoot_proto::v1;
use prost::Message;

/// 2023-11-14, 22:13:20 UTC.
const NOW_MS: u64 = 1_700_000_000_000;

/// Somebody with fixed keys.
struct Person {
    account: AccountKey,
    device: DeviceKey,
    certificate: Certificate,
    prekey: Register,
    profile: Register,
}

fn person(seed: u8, name: &str) -> Person {
    let (account, device) = (AccountKey::from_seed(&[seed; 32]), DeviceKey::from_seed(&[seed + 1; 32]));
    let hlc = Hlc::from_ms(NOW_MS);
    let certificate = Certificate::issue(&account, device.id(), hlc);
    let prekey = PrekeySecret::from_bytes(&[seed + 2; 32]);
    let prekey = Register::sign_prekey(&device, account.id(), *prekey.public(), hlc);
    let profile = Register::sign_profile(&account, &Profile::new(name, "").expect("a name"), hlc);
    Person { account, device, certificate, prekey, profile }
}

fn ann() -> Person {
    person(1, "Ann")
}

fn bob() -> Person {
    person(11, "Bob")
}

fn invite_key() -> InviteKey {
    InviteKey::from_seed(&[21; 32])
}

fn founded_by(person: &Person) -> Verified {
    let genesis = Genesis {
        name: "tea".into(),
        description: "leaves".into(),
        visibility: Visibility::Private,
        founders: vec![Founder {
            account: person.account.id(),
            certificate: person.certificate.clone(),
            prekey: person.prekey.clone(),
            profile: person.profile.clone(),
        }],
        nonce: [9; 16],
        message_rate: MessageRate { per_second: 50, burst: 500 },
        tags: vec!["drink".into()],
        bootstrap: Vec::new(),
    };
    EventBody::genesis(person.account.id(), person.device.id(), Hlc::from_ms(NOW_MS), genesis)
        .sign(person.device.signing_key())
}

/// A server in which Ann does things.
struct Scene {
    governance: Governance,
    ann: Person,
}

impl Scene {
    fn new() -> Self {
        let ann = ann();
        Self { governance: Governance::new(founded_by(&ann)).expect("a genesis"), ann }
    }

    fn body(&self, by: &Person, auth: Option<EventId>, payload: Payload) -> EventBody {
        let device = if payload.is_own_word() { by.account.id().as_device() } else { by.device.id() };
        self.governance.next_body(by.account.id(), device, auth, Hlc::ZERO, NOW_MS, payload)
    }

    fn by_ann(&self, payload: Payload) -> EventBody {
        self.body(&self.ann, Some(self.governance.server().genesis()), payload)
    }

    fn insert(&mut self, event: &Verified) -> EventId {
        // As a peer would receive it.
        let received = Unverified::decode(event.event().signed().clone()).expect("well-formed");
        let inserted = self.governance.insert(received.verify().expect("signed")).expect("in order");
        assert!(inserted.effective, "{:?}", self.governance.why(&inserted.id));
        inserted.id
    }

    fn invite(&mut self) -> EventId {
        let terms = Invite {
            public_key: invite_key().public(),
            role: Role::Member,
            max_uses: Some(3),
            expires: Some(Hlc::from_ms(NOW_MS + 86_400_000)),
        };
        let event = self.by_ann(Payload::Invite(terms)).sign(self.ann.device.signing_key());
        self.insert(&event)
    }

    fn admit_body(&self, invite: EventId, request: JoinRequest) -> EventBody {
        self.by_ann(Payload::Admit(Box::new(Admit { account: request.account, invite, request })))
    }
}

fn request(server: ServerId, who: &Person, key: &InviteKey) -> JoinRequest {
    let Person { certificate, prekey, profile, .. } = who;
    let (certificate, prekey, profile) = (certificate.clone(), prekey.clone(), profile.clone());
    JoinRequest::make(server, [8; 32], certificate, prekey, profile, key.signing_key())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

/// The events of a small server, one of each kind that every server is made of.
fn golden_events() -> Vec<(&'static str, Verified)> {
    let mut scene = Scene::new();
    let (bob, key) = (bob(), scene.ann.device.signing_key().clone());
    let mut events = vec![("GENESIS", founded_by(&scene.ann))];
    let change = RoleChange { account: bob.account.id(), role: Role::Mod };
    let grant = scene.by_ann(Payload::Grant(change)).sign(&key);
    scene.insert(&grant);
    events.push(("GRANT", grant));
    let terms = Invite {
        public_key: invite_key().public(),
        role: Role::Member,
        max_uses: Some(3),
        expires: Some(Hlc::from_ms(NOW_MS + 86_400_000)),
    };
    let invite = scene.by_ann(Payload::Invite(terms)).sign(&key);
    let door = scene.insert(&invite);
    events.push(("INVITE", invite));
    let admit = scene.admit_body(door, request(scene.governance.server(), &bob, &invite_key())).sign(&key);
    scene.insert(&admit);
    events.push(("ADMIT", admit));
    let leave = scene.body(&bob, None, Payload::Leave { fences: Vec::new() }).sign(bob.account.signing_key());
    scene.insert(&leave);
    events.push(("LEAVE", leave));
    let put = ChannelPut {
        channel: None,
        name: "general".into(),
        kind: ChannelKind::Text,
        topic: "hot".into(),
        parent: None,
        overrides: Vec::new(),
        private: false,
        order: 0,
    };
    let put = scene.by_ann(Payload::ChannelPut(put)).sign(&key);
    scene.insert(&put);
    events.push(("CHANNEL_PUT", put));
    let epoch = scene.by_ann(Payload::KeyEpoch(key_epoch(&scene))).sign(&key);
    scene.insert(&epoch);
    events.push(("KEY_EPOCH", epoch));
    events
}

fn key_epoch(scene: &Scene) -> KeyEpoch {
    KeyEpoch {
        scope: scene.governance.server().into(),
        generation: 1,
        parents: Vec::new(),
        recipients_root: [0x11; 32],
        history_commit: [0x22; 32],
        message_commit: [0x33; 32],
        rows: vec![WrapRow {
            device: scene.ann.device.id(),
            prekey: [0x44; 32],
            kind: WrapKind::History,
            sealed: Bytes::from_static(&[0x55; 80]),
        }],
        hist_link: Bytes::new(),
        reason: "first".into(),
    }
}

/// `[NAME]` sections of hexadecimal bytes; what follows `#` is for readers.
fn golden_sections() -> Vec<(String, String)> {
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in include_str!("governance_wire.hex").lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            sections.push((name.to_owned(), String::new()));
        } else if let Some((_, hex)) = sections.last_mut() {
            hex.extend(line.split_whitespace());
        }
    }
    sections
}

#[test]
fn golden_bytes_of_the_kinds_every_server_is_made_of() {
    let made: Vec<(String, String)> = golden_events()
        .into_iter()
        .flat_map(|(name, verified)| {
            let (id, signed) = (verified.event().id(), verified.event().signed().clone());
            [
                (name.to_owned(), hex(&signed.body)),
                (format!("{name} id"), hex(id.as_ref())),
                (format!("{name} signature"), hex(&signed.sig)),
            ]
        })
        .collect();
    let golden = golden_sections();
    assert_eq!(golden.len(), made.len());
    for (golden, made) in golden.into_iter().zip(made) {
        assert_eq!(golden, made);
    }
}

#[test]
fn what_is_signed_decodes_to_what_was_meant() {
    for (name, verified) in golden_events() {
        let received = Unverified::decode(verified.event().signed().clone()).expect(name);
        assert_eq!(received.claimed(), verified.event(), "{name}");
        received.verify().expect(name);
    }
}

fn fences() -> Vec<Fence> {
    vec![Fence { log: LogId::new([1; 32]), seq: 7 }, Fence { log: LogId::new([2; 32]), seq: 0 }]
}

/// Kinds that [`golden_events`] leaves out.
fn further_payloads(scene: &Scene) -> Vec<Payload> {
    let who = bob().account.id();
    let mut heirs = vec![who, scene.ann.account.id()];
    heirs.sort_unstable();
    let expulsion = Expulsion { account: who, reason: "noise".into(), fences: fences() };
    let custom = Role::Custom(EventId::new([5; 32]));
    let bits = Permissions::of(&[Permission::View, Permission::RedactOthers]);
    let device = DeviceKey::from_seed(&[77; 32]).id();
    vec![
        Payload::OwnerAdd { account: who },
        Payload::Heirs(Heirs { accounts: heirs, threshold: 2 }),
        Payload::Succession(Succession { account: who, signatures: vec![EventId::new([3; 32])] }),
        Payload::HeirSignature { account: who },
        Payload::RoleDef(RoleDef { name: "captain".into(), level: 90, bits }),
        Payload::RolePerms(RolePerms { role: custom, bits, name: Some("mate".into()), deleted: false }),
        Payload::RolePerms(RolePerms { role: custom, bits: Permissions::NONE, name: None, deleted: true }),
        Payload::RolePerms(RolePerms { role: Role::Member, bits, name: None, deleted: false }),
        Payload::RevokeRole(RoleChange { account: who, role: custom }),
        Payload::Remove(expulsion.clone()),
        Payload::Ban(expulsion),
        Payload::Unban { account: who },
        Payload::DeviceAdd { certificate: Certificate::issue(&scene.ann.account, device, Hlc::from_ms(NOW_MS)) },
        Payload::DeviceRevoke { device, fences: fences() },
        Payload::InviteRevoke { invite: EventId::new([4; 32]) },
        Payload::ChannelArchive { channel: ChannelId::new([6; 32]) },
        Payload::ChannelPut(ChannelPut {
            channel: Some(ChannelId::new([6; 32])),
            name: "annex".into(),
            kind: ChannelKind::Announcement,
            topic: String::new(),
            parent: Some(ChannelId::new([7; 32])),
            overrides: vec![
                Override { target: OverrideTarget::Role(custom), allow: bits, deny: Permissions::NONE },
                Override { target: OverrideTarget::Role(Role::Member), allow: Permissions::NONE, deny: bits },
                Override { target: OverrideTarget::Account(who), allow: bits, deny: bits },
            ],
            private: true,
            order: 7 << 32,
        }),
        Payload::Restrict(Restrict {
            account: who,
            until_ms: NOW_MS,
            channels: vec![ChannelId::new([6; 32])],
            fences: fences(),
            lifts: vec![EventId::new([8; 32])],
            reason: "calm down".into(),
        }),
        Payload::Leave { fences: fences() },
        Payload::ServerDelete { restore: true },
        Payload::ServerSet(Box::new(ServerSettings {
            name: "coffee".into(),
            description: String::new(),
            tags: Vec::new(),
            bootstrap: vec!["/ip4/192.0.2.1/udp/4001/quic-v1".into()],
            message_rate: MessageRate { per_second: 1, burst: 100_000 },
            language: "pt-br".into(),
        })),
        Payload::Ratify { ids: vec![EventId::new([1; 32]), EventId::new([2; 32])] },
        Payload::Checkpoint { seal: true },
    ]
}

#[test]
fn every_other_kind_survives_its_bytes() {
    let scene = Scene::new();
    for payload in further_payloads(&scene) {
        let auth = payload.needs_grant().then(|| scene.governance.server().genesis());
        let body = scene.body(&scene.ann, auth, payload.clone());
        let key = if payload.is_own_word() { scene.ann.account.signing_key() } else { scene.ann.device.signing_key() };
        let received = Unverified::decode(body.sign(key).event().signed().clone())
            .unwrap_or_else(|error| panic!("{payload:?}: {error:?}"));
        assert_eq!(received.claimed().payload, payload);
        received.verify().expect("signed");
    }
}

/// A GRANT by Ann on the wire, changed, and signed again.
fn tampered(scene: &Scene, change: impl FnOnce(&mut v1::EventBody)) -> SignedBytes {
    let payload = Payload::Grant(RoleChange { account: bob().account.id(), role: Role::Mod });
    let good = scene.by_ann(payload).sign(scene.ann.device.signing_key());
    let mut wire = v1::EventBody::decode(good.event().signed().body.clone()).expect("an event");
    change(&mut wire);
    signed(scene, wire.encode_to_vec().into())
}

fn signed(scene: &Scene, body: Bytes) -> SignedBytes {
    let id = derive(Purpose::AuthEvent, &[&body]);
    let sig = sign(scene.ann.device.signing_key(), Context::Event, &id);
    SignedBytes { body, sig }
}

fn data(message: &impl Message) -> Bytes {
    message.encode_to_vec().into()
}

#[test]
fn each_malformed_event_is_refused_for_its_own_reason() {
    let scene = Scene::new();
    let refused = |change: fn(&mut v1::EventBody)| Unverified::decode(tampered(&scene, change)).expect_err("malformed");
    let field = |field| InvalidEvent::Field { field };
    assert_eq!(refused(|e| e.format = 0), field("format"));
    assert_eq!(refused(|e| e.r#type = 0), field("type"));
    assert_eq!(refused(|e| e.seq = 0), field("seq"));
    assert_eq!(refused(|e| e.account = Bytes::from_static(&[1; 31])), field("account"));
    assert_eq!(refused(|e| e.device = Bytes::new()), field("device"));
    assert_eq!(refused(|e| e.server = Bytes::new()), field("server"));
    assert_eq!(refused(|e| e.parents.clear()), field("parents"));
    assert_eq!(refused(|e| e.parents.push(e.parents[0].clone())), field("parents"));
    assert_eq!(refused(|e| e.parents.push(Bytes::from_static(&[0; 32]))), field("parents"));
    assert_eq!(refused(|e| e.parents = (0..17).map(|n| Bytes::copy_from_slice(&[n; 32])).collect()), field("parents"));
    assert_eq!(refused(|e| e.auth = Bytes::new()), field("auth"));
    assert_eq!(refused(|e| e.data = data(&v1::Grant::default())), field("account"));
    assert_eq!(
        refused(|e| e.data = data(&v1::Grant {
            account: Bytes::from_static(&[0; 32]),
            role: Some(v1::RoleRef { builtin: 4, id: Bytes::new() })
        })),
        InvalidEvent::Signature { of: "account", source: SignatureError::WeakKey }
    );
    let both = |e: &mut v1::EventBody| {
        let mut grant = v1::Grant::decode(e.data.clone()).expect("a grant");
        grant.role = Some(v1::RoleRef { builtin: 4, id: Bytes::from_static(&[1; 32]) });
        e.data = data(&grant);
    };
    assert_eq!(refused(both), field("role"));
    assert_eq!(refused(|e| e.data = vec![0; 70_000].into()), InvalidEvent::TooLarge { actual: 70_253, limit: 65_536 });
    assert_eq!(
        refused(|e| e.data = Bytes::from_static(&[0x78, 1])),
        InvalidEvent::Body(CanonicalError::NotCanonical { message: "Grant" })
    );
}

#[test]
fn bytes_that_say_the_same_in_another_way_are_refused() {
    let scene = Scene::new();
    let good = tampered(&scene, |_| {});
    let longer = [good.body.as_ref(), &[0x78, 0x01]].concat();
    assert_eq!(
        Unverified::decode(signed(&scene, longer.into())).expect_err("an unknown field"),
        InvalidEvent::Body(CanonicalError::NotCanonical { message: "EventBody" })
    );
    // The first field written with a byte more than it needs.
    let padded = [&[0x08, 0x81, 0x00], &good.body[2..]].concat();
    assert_eq!(
        Unverified::decode(signed(&scene, padded.into())).expect_err("a long varint"),
        InvalidEvent::Body(CanonicalError::NotCanonical { message: "EventBody" })
    );
}

#[test]
fn whatever_a_newer_program_may_mean_is_kept_and_has_no_effect() {
    let changes: [fn(&mut v1::EventBody); 5] = [
        |e| e.format = 2,
        |e| e.r#type = 99,
        |e| {
            e.r#type = v1::EventType::RoleDef.into();
            e.data = data(&v1::RoleDef { name: "x".into(), level: 3, bits: 1 << 30 });
        },
        |e| {
            let mut grant = v1::Grant::decode(e.data.clone()).expect("a grant");
            grant.role = Some(v1::RoleRef { builtin: 9, id: Bytes::new() });
            e.data = data(&grant);
        },
        |e| {
            e.r#type = v1::EventType::ChannelPut.into();
            e.data = data(&v1::ChannelPut { name: "x".into(), kind: 9, ..v1::ChannelPut::default() });
        },
    ];
    for change in changes {
        let mut scene = Scene::new();
        let signed = tampered(&scene, change);
        let event = Unverified::decode(signed.clone()).expect("kept").verify().expect("signed");
        let inserted = scene.governance.insert(event).expect("in order");
        assert_eq!((inserted.effective, scene.governance.why(&inserted.id)), (false, Some(Why::UnknownType)));
        // It is forwarded as it came, and others can follow it.
        assert_eq!(scene.governance.event(&inserted.id).map(|e| e.signed().clone()), Some(signed));
        let next = scene.by_ann(Payload::Checkpoint { seal: false }).sign(scene.ann.device.signing_key());
        scene.insert(&next);
    }
}

#[test]
fn a_signature_that_does_not_hold_is_refused() {
    let scene = Scene::new();
    let mut forged = tampered(&scene, |_| {});
    forged.sig = signed(&scene, Bytes::from_static(b"something else")).sig;
    let error = Unverified::decode(forged).expect("well-formed").verify().expect_err("forged");
    assert_eq!(error, InvalidEvent::Signature { of: "event", source: SignatureError::Mismatch });
}

#[test]
fn an_accounts_word_about_itself_is_signed_by_the_account() {
    let scene = Scene::new();
    let change = |e: &mut v1::EventBody| {
        e.r#type = v1::EventType::Leave.into();
        (e.auth, e.data) = (Bytes::new(), Bytes::new());
    };
    assert_eq!(Unverified::decode(tampered(&scene, change)).expect_err("by a device"), InvalidEvent::NotOwnWord);
}

#[test]
fn a_genesis_with_the_credentials_of_somebody_else_founds_nothing() {
    let (ann, bob) = (ann(), bob());
    let key = ann.device.signing_key();
    let genuine = founded_by(&ann);
    let Payload::Genesis(genesis) = &genuine.event().payload else { panic!("a genesis") };
    let found = |change: fn(&mut Founder, &Person)| {
        let mut genesis = genesis.as_ref().clone();
        change(&mut genesis.founders[0], &bob);
        let body = EventBody::genesis(ann.account.id(), ann.device.id(), Hlc::from_ms(NOW_MS), genesis);
        match Governance::new(body.sign(key)).expect_err("foreign") {
            InsertError::Invalid { source } => source,
            other => panic!("{other:?}"),
        }
    };
    let foreign = |what| InvalidEvent::Foreign { what };
    assert_eq!(found(|f, bob| f.certificate = bob.certificate.clone()), foreign("certificate"));
    assert_eq!(found(|f, bob| f.prekey = bob.prekey.clone()), foreign("prekey"));
    assert_eq!(found(|f, bob| f.profile = bob.profile.clone()), foreign("profile"));
    assert_eq!(found(|f, _| f.profile = f.prekey.clone()), foreign("profile"));
    let by_bob = EventBody::genesis(bob.account.id(), bob.device.id(), Hlc::from_ms(NOW_MS), genesis.as_ref().clone());
    assert_eq!(
        Governance::new(by_bob.sign(bob.device.signing_key())).expect_err("not a founder"),
        InsertError::Invalid { source: foreign("founder") }
    );
}

#[test]
fn nobody_is_admitted_who_did_not_ask_with_the_invites_key() {
    let mut scene = Scene::new();
    let (door, server, key) = (scene.invite(), scene.governance.server(), scene.ann.device.signing_key().clone());
    // Signed with another key.
    let forged = scene.admit_body(door, request(server, &bob(), &InviteKey::from_seed(&[1; 32]))).sign(&key);
    assert_eq!(
        scene.governance.insert(forged).expect_err("forged"),
        InsertError::Invalid { source: InvalidEvent::Signature { of: "request", source: SignatureError::Mismatch } }
    );
    // For another server.
    let elsewhere = request(ServerId::new([3; 32]), &bob(), &invite_key());
    let foreign = scene.admit_body(door, elsewhere).sign(&key);
    assert_eq!(
        scene.governance.insert(foreign).expect_err("foreign"),
        InsertError::Invalid { source: InvalidEvent::Foreign { what: "request" } }
    );
    // By an invite that is none.
    let unknown = scene.admit_body(server.genesis(), request(server, &bob(), &invite_key())).sign(&key);
    assert_eq!(
        scene.governance.insert(unknown).expect_err("no invite"),
        InsertError::UnknownInvite { invite: server.genesis() }
    );
    // Nothing of it left a trace, and whoever asks rightly comes in.
    let admit = scene.admit_body(door, request(server, &bob(), &invite_key())).sign(&key);
    scene.insert(&admit);
    let state = scene.governance.state();
    assert!(state.is_member(&bob().account.id()) && state.is_member_device(&bob().device.id()));
    assert_eq!(state.account_of_device(&bob().device.id()), Some(bob().account.id()));
}

#[test]
fn the_request_is_checked_at_the_door_too() {
    let server = ServerId::new([3; 32]);
    let made = request(server, &bob(), &invite_key());
    assert_eq!(JoinRequest::verify(made.signed.clone(), &invite_key().public()), Ok(made.clone()));
    assert_eq!(
        JoinRequest::verify(made.signed, ann().account.id().as_bytes()).expect_err("another key"),
        InvalidEvent::Signature { of: "request", source: SignatureError::Mismatch }
    );
}

#[test]
fn strangers_and_unknown_devices_cannot_write_into_the_dag() {
    let mut scene = Scene::new();
    let (bob, server) = (bob(), scene.governance.server());
    let add = Payload::DeviceAdd { certificate: bob.certificate.clone() };
    let stranger = scene.body(&bob, None, add).sign(bob.account.signing_key());
    assert_eq!(
        scene.governance.insert(stranger).expect_err("a stranger"),
        InsertError::Stranger { account: bob.account.id() }
    );
    let mut body = scene.by_ann(Payload::Checkpoint { seal: false });
    (body.device, body.seq) = (bob.device.id(), 1);
    assert_eq!(
        scene.governance.insert(body.sign(bob.device.signing_key())).expect_err("not her device"),
        InsertError::UnknownDevice { device: bob.device.id() }
    );
    assert_eq!((scene.governance.len(), scene.governance.heads()), (1, vec![server.genesis()]));
}

#[test]
fn a_new_device_acts_once_its_account_has_certified_it_and_until_it_is_disowned() {
    let mut scene = Scene::new();
    let (ann, second) = (ann(), DeviceKey::from_seed(&[77; 32]));
    let certificate = Certificate::issue(&ann.account, second.id(), Hlc::from_ms(NOW_MS));
    let add = scene.body(&ann, None, Payload::DeviceAdd { certificate }).sign(ann.account.signing_key());
    scene.insert(&add);
    let mut body = scene.by_ann(Payload::Checkpoint { seal: false });
    (body.device, body.seq) = (second.id(), 1);
    let act = body.clone().sign(second.signing_key());
    scene.insert(&act);
    assert!(scene.governance.state().devices_of(&ann.account.id()).any(|d| d == second.id()));
    let disown = Payload::DeviceRevoke { device: second.id(), fences: Vec::new() };
    let disown = scene.body(&ann, None, disown).sign(ann.account.signing_key());
    scene.insert(&disown);
    let state = scene.governance.state();
    assert!(!state.is_member_device(&second.id()) && state.certified_device(&ann.account.id(), &second.id()));
    // The thief, who pretends not to have heard.
    (body.hlc, body.payload) = (body.hlc.next(), Payload::Checkpoint { seal: true });
    body.seq = 2;
    body.parents = vec![act.event().id()];
    let late = scene.governance.insert(body.sign(second.signing_key())).expect("known device");
    assert_eq!(scene.governance.why(&late.id), Some(Why::Revoked));
    assert_eq!(scene.governance.killers(&late.id), [disown.event().id()]);
}

#[test]
fn an_own_event_beyond_the_limits_is_refused_before_it_can_split_us_from_the_others() {
    let mut scene = Scene::new();
    let settings = |name: String| {
        Payload::ServerSet(Box::new(ServerSettings {
            name,
            description: String::new(),
            tags: Vec::new(),
            bootstrap: Vec::new(),
            message_rate: MessageRate { per_second: 1, burst: 1 },
            language: String::new(),
        }))
    };
    for name in [String::new(), "  ".into(), "x".repeat(65), "a\nb".into()] {
        let event = scene.by_ann(settings(name)).sign(scene.ann.device.signing_key());
        assert_eq!(
            scene.governance.insert(event).expect_err("refused"),
            InsertError::Invalid { source: InvalidEvent::Field { field: "name" } }
        );
    }
    let event = scene.by_ann(settings("x".repeat(64))).sign(scene.ann.device.signing_key());
    scene.insert(&event);
    assert_eq!(scene.governance.state().settings().name, "x".repeat(64));
}

#[test]
fn no_flipped_bit_goes_unnoticed() {
    for (name, verified) in golden_events() {
        let signed = verified.event().signed();
        for at in 0..signed.body.len() {
            let mut body = signed.body.to_vec();
            body[at] ^= 1 << (at % 8);
            let flipped = SignedBytes { body: body.into(), sig: signed.sig.clone() };
            let taken = Unverified::decode(flipped).and_then(Unverified::verify);
            assert!(taken.is_err(), "{name}, byte {at}");
        }
        for length in 0..signed.body.len() {
            let cut = SignedBytes { body: signed.body.slice(..length), sig: signed.sig.clone() };
            assert!(Unverified::decode(cut).and_then(Unverified::verify).is_err(), "{name}, {length} bytes");
        }
    }
}

#[test]
fn credentials_that_nobody_signed_are_refused() {
    let (scene, key) = (Scene::new(), InviteKey::from_seed(&[21; 32]));
    let mut bob = bob();
    bob.profile =
        Register { signed: SignedBytes { sig: ann().profile.signed.sig, ..bob.profile.signed }, ..bob.profile };
    let request = request(scene.governance.server(), &bob, &key);
    assert_eq!(
        JoinRequest::verify(request.signed.clone(), &key.public()).expect_err("at the door"),
        InvalidEvent::Embedded { what: "profile" }
    );
    let admit = scene.admit_body(scene.governance.server().genesis(), request).sign(scene.ann.device.signing_key());
    let received = Unverified::decode(admit.event().signed().clone()).expect("well-formed");
    assert_eq!(received.verify().expect_err("in an event"), InvalidEvent::Embedded { what: "profile" });
}
