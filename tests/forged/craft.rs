//! Adverts that nobody may believe: some broken by accident, most by people who hold keys and know the rules.

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use folkmoot_core::governance::{
    Heirs, Payload, Permission, Permissions, Role, RoleChange, RoleDef, Succession, Verified, Visibility,
};
use folkmoot_identity::{
    Certificate, Hlc,
    kdf::{Purpose, derive},
    signed::{Context, SignedBytes, sign},
};
use folkmoot_proto::v1;
use prost::Message;

use super::town::{Person, Town, founded};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// An advert taken apart.
struct Parts {
    frame: v1::Advert,
    body: v1::AdvertBody,
}

impl Parts {
    fn of(advert: &Bytes) -> Self {
        let frame = v1::Advert::decode(advert.clone()).expect("an advert");
        let body = frame.content.clone().expect("content").body;
        Self { body: v1::AdvertBody::decode(body).expect("a body"), frame }
    }

    /// Put together again with a signature of `key`.
    fn signed_by(&self, key: &SigningKey) -> Bytes {
        let body = Bytes::from(self.body.encode_to_vec());
        let sig = sign(key, Context::Advert, &derive(Purpose::Advert, &[&body]));
        self.with(v1::SignedBytes { body, sig })
    }

    fn with(&self, content: v1::SignedBytes) -> Bytes {
        v1::Advert { content: Some(content), ..self.frame.clone() }.encode_to_vec().into()
    }
}

fn wire(event: &Verified) -> v1::SignedBytes {
    event.event().signed().clone().into()
}

/// More than two hundred, each with a word on what is wrong with it. None of them holds at `town.now_ms`.
pub(crate) fn forgeries(town: &Town) -> Vec<(String, Bytes)> {
    let mut all = Vec::new();
    damaged(town, &mut all);
    misstated(town, &mut all);
    foreign_hands(town, &mut all);
    broken_lineage(town, &mut all);
    all
}

/// What goes wrong on the way.
fn damaged(town: &Town, all: &mut Vec<(String, Bytes)>) {
    for (author, whole) in [("ann", town.advert(&town.ann)), ("bob", town.advert(&town.bob))] {
        for at in 0..60 {
            let at = at * whole.len() / 60;
            let mut flipped = whole.to_vec();
            flipped[at] ^= 1 << (at % 8);
            all.push((format!("{author}: bit flipped in byte {at}"), flipped.into()));
        }
        for part in 0..20 {
            let length = part * whole.len() / 20;
            all.push((format!("{author}: cut to {length} bytes"), whole.slice(..length)));
        }
        let longer = [whole.as_ref(), &[0x78, 1]].concat();
        all.push((format!("{author}: unknown field appended"), longer.into()));
        let huge = [whole.as_ref(), &vec![0; 4_096]].concat();
        all.push((format!("{author}: zeros appended"), huge.into()));
    }
    all.push(("nothing at all".into(), Bytes::new()));
    all.push(("a megabyte".into(), vec![0x0a; 1024 * 1024].into()));
}

/// Signed by the owner herself, and yet not to be believed.
fn misstated(town: &Town, all: &mut Vec<(String, Bytes)>) {
    let now = town.now_ms;
    let whole = town.advert(&town.ann);
    let key = town.ann.device.signing_key();
    let mut body = |what: &str, change: &dyn Fn(&mut v1::AdvertBody)| {
        let mut parts = Parts::of(&whole);
        change(&mut parts.body);
        all.push((format!("owner: {what}"), parts.signed_by(key)));
    };
    body("no format", &|b| b.format = 0);
    body("a format to come", &|b| b.format = 2);
    body("no server", &|b| b.server = Bytes::new());
    body("another server", &|b| b.server = vec![7; 32].into());
    body("a short server", &|b| b.server = vec![7; 31].into());
    body("no account", &|b| b.account = Bytes::new());
    body("a long device", &|b| b.device = vec![7; 33].into());
    body("no grant", &|b| b.grant = Bytes::new());
    body("an unknown grant", &|b| b.grant = vec![7; 32].into());
    body("visibility left out", &|b| b.visibility = 0);
    body("private", &|b| b.visibility = v1::Visibility::Private.into());
    body("a visibility to come", &|b| b.visibility = 9);
    body("expired just now", &|b| b.expires = now);
    body("expired a day ago", &|b| (b.stamp, b.expires) = (now - 2 * DAY_MS, now - DAY_MS));
    body("never valid", &|b| b.expires = 0);
    body("valid for ever", &|b| b.expires = u64::MAX);
    body("valid for a year", &|b| b.expires = now + 365 * DAY_MS);
    body("from tomorrow", &|b| (b.stamp, b.expires) = (now + DAY_MS, now + 2 * DAY_MS));
    body("from the end of time", &|b| (b.stamp, b.expires) = (u64::MAX, u64::MAX));
    body("a version from tomorrow", &|b| b.version = Hlc::from_ms(now + DAY_MS).bits());
    body("the last version of all", &|b| b.version = u64::MAX);
    body("no name", &|b| b.name.clear());
    body("a blank name", &|b| b.name = "  ".into());
    body("a long name", &|b| b.name = "x".repeat(65));
    body("a name of two lines", &|b| b.name = "Tea\nhouse".into());
    body("a name that turns around", &|b| b.name = "Tea\u{202e}esuoh".into());
    body("a name with something hidden", &|b| b.name = "Tea\u{200b} house".into());
    body("a name not in its normal form", &|b| b.name = "Cafe\u{301}".into());
    body("a long description", &|b| b.description = "x".repeat(1_025));
    body("a description that turns around", &|b| b.description = "a\u{2067}b".into());
    body("a description that rings", &|b| b.description = "a\u{7}b".into());
    body("nine tags", &|b| b.tags = (0..9).map(|n| format!("tag{n}")).collect());
    body("an empty tag", &|b| b.tags = vec![String::new()]);
    body("a long tag", &|b| b.tags = vec!["x".repeat(33)]);
    body("a tag with a line break", &|b| b.tags = vec!["a\nb".into()]);
    body("a loud language", &|b| b.language = "EN".into());
    body("a long language", &|b| b.language = "en-abcdefgh-abcdefgh".into());
    body("markup as language", &|b| b.language = "<b>".into());
    body("nine addresses", &|b| b.bootstrap = (0..9).map(|n| format!("/ip4/192.0.2.{n}/udp/1/quic-v1")).collect());
    body("a long address", &|b| b.bootstrap = vec![format!("/{}", "x".repeat(256))]);
    body("a web address", &|b| b.bootstrap = vec!["https://example.org/".into()]);
    body("five barred", &|b| b.barred = (1..6).map(|n| vec![n; 32].into()).collect());
    body("barred out of order", &|b| b.barred = vec![vec![2; 32].into(), vec![1; 32].into()]);
    body("barred twice", &|b| b.barred = vec![vec![1; 32].into(), vec![1; 32].into()]);
    body("half a barred account", &|b| b.barred = vec![vec![1; 16].into()]);
    body("more than fits", &|b| {
        b.description = "x".repeat(1_024);
        b.tags = (0..8).map(|n| format!("{n}{}", "ü".repeat(31))).collect();
        b.bootstrap = (0..8).map(|n| format!("/ip4/192.0.2.{n}/{}", "x".repeat(220))).collect();
    });
}

/// Signed by others than it says, or by those who may not.
fn foreign_hands(town: &Town, all: &mut Vec<(String, Bytes)>) {
    let whole = town.advert(&town.ann);
    let mallory = Person::new(31, "Mallory", town.now_ms);
    let keys = [
        ("carol's device", town.carol.device.signing_key()),
        ("mallory's device", mallory.device.signing_key()),
        ("bob's device", town.bob.device.signing_key()),
        ("ann's account key", town.ann.account.signing_key()),
    ];
    for (whose, key) in keys {
        all.push((format!("in ann's name by {whose}"), Parts::of(&whole).signed_by(key)));
        let mut renamed = Parts::of(&whole);
        renamed.body.name = format!("Taken over by {whose}");
        all.push((format!("renamed by {whose}"), renamed.signed_by(key)));
    }
    let mut renamed = Parts::of(&whole);
    renamed.body.name = "Coffee house".into();
    let old = renamed.frame.content.clone().expect("content");
    let body = Bytes::from(renamed.body.encode_to_vec());
    all.push(("renamed under the old signature".into(), renamed.with(v1::SignedBytes { body, sig: old.sig.clone() })));
    all.push(("without a signature".into(), renamed.with(v1::SignedBytes { sig: Bytes::new(), ..old.clone() })));
    all.push(("with an empty signature".into(), renamed.with(v1::SignedBytes { sig: vec![0; 64].into(), ..old })));
    let event =
        sign(town.ann.device.signing_key(), Context::Event, &derive(Purpose::Advert, &[&renamed.body.encode_to_vec()]));
    let body = Bytes::from(renamed.body.encode_to_vec());
    all.push(("signed as an event".into(), renamed.with(v1::SignedBytes { body, sig: event })));

    for person in [&town.carol, &mallory] {
        let who = if person.device.id() == mallory.device.id() { "mallory" } else { "carol" };
        for (what, certificate) in [
            ("without certificate", None),
            ("with a certificate", Some(person.certificate.clone())),
            ("with ann's certificate", Some(town.ann.certificate.clone())),
        ] {
            let mut parts = Parts::of(&whole);
            parts.body.account = Bytes::copy_from_slice(person.account.id().as_ref());
            parts.body.device = Bytes::copy_from_slice(person.device.id().as_ref());
            parts.frame.certificates = certificate.into_iter().map(|c| c.signed.into()).collect();
            all.push((format!("{who} for herself, {what}"), parts.signed_by(person.device.signing_key())));
        }
        let mut parts = Parts::of(&whole);
        parts.body.device = Bytes::copy_from_slice(person.device.id().as_ref());
        all.push((format!("{who}'s device as ann's"), parts.signed_by(person.device.signing_key())));
        let mut forged: SignedBytes =
            Certificate::issue(&mallory.account, person.device.id(), Hlc::from_ms(town.now_ms)).signed;
        let ann = v1::DeviceCertificate {
            format: 1,
            account: Bytes::copy_from_slice(town.ann.account.id().as_ref()),
            device: Bytes::copy_from_slice(person.device.id().as_ref()),
            hlc: 0,
        };
        forged.body = ann.encode_to_vec().into();
        parts.frame.certificates = vec![forged.into()];
        all.push((
            format!("{who}'s device, certified by mallory as ann's"),
            parts.signed_by(person.device.signing_key()),
        ));
    }
}

/// By people whose right does not follow from the GENESIS.
#[expect(clippy::too_many_lines, reason = "a list of claims, each a few lines")]
fn broken_lineage(town: &Town, all: &mut Vec<(String, Bytes)>) {
    let now = town.now_ms;
    let genesis = Some(town.server().genesis());
    let mallory = Person::new(31, "Mallory", now - 60_000);
    let (bob, carol) = (&town.bob, &town.carol);
    let to = |who: &Person, role| Payload::Grant(RoleChange { account: who.account.id(), role });

    // Bob's own proof, changed.
    let whole = town.advert(bob);
    let key = bob.device.signing_key();
    let mut events = |what: &str, change: &dyn Fn(&mut v1::Advert)| {
        let mut parts = Parts::of(&whole);
        change(&mut parts.frame);
        all.push((format!("bob: {what}"), parts.signed_by(key)));
    };
    let other = founded(&mallory, Visibility::Public, 7, now - 60_000);
    let private = founded(&town.ann, Visibility::Private, 9, now - 60_000);
    events("without any event", &|f| f.events.clear());
    events("without his grant", &|f| f.events.truncate(1));
    events("without the GENESIS", &|f| drop(f.events.remove(0)));
    events("the GENESIS last", &|f| f.events.reverse());
    events("the GENESIS of another server", &|f| f.events[0] = wire(&other));
    events("the GENESIS of a private server", &|f| f.events[0] = wire(&private));
    events("an unsigned GENESIS", &|f| f.events[0].sig = vec![0; 64].into());
    events("an unsigned grant", &|f| f.events[1].sig = vec![0; 64].into());
    events("without certificate", &|f| f.certificates.clear());
    events("an unsigned certificate", &|f| f.certificates[0].sig = vec![0; 64].into());
    events("nine certificates", &|f| f.certificates = vec![f.certificates[0].clone(); 9]);
    events("thirteen events", &|f| f.events.extend(vec![f.events[1].clone(); 11]));
    events("two GENESIS", &|f| f.events.insert(1, f.events[0].clone()));
    events("an event that gives nothing", &|f| {
        f.events.push(wire(&town.event(&town.ann, genesis, Payload::Checkpoint { seal: false })));
    });
    events("an event of another server", &|f| {
        let elsewhere = Town {
            governance: folkmoot_core::governance::Governance::new(other.clone()).expect("a genesis"),
            ..Town::new(now)
        };
        f.events.push(wire(&elsewhere.event(&mallory, Some(elsewhere.server().genesis()), to(bob, Role::Admin))));
    });
    for (what, visibility) in [("a private server", Visibility::Private), ("another public server", Visibility::Public)]
    {
        let stranger = founded(&town.ann, visibility, 77, now - 60_000);
        let mut parts = Parts::of(&town.advert(&town.ann));
        parts.frame.events = vec![wire(&stranger)];
        all.push((format!("ann: this name, {what}'s GENESIS"), parts.signed_by(town.ann.device.signing_key())));
        if visibility == Visibility::Private {
            let id = stranger.event().id();
            parts.body.server = Bytes::copy_from_slice(id.as_ref());
            parts.body.grant = parts.body.server.clone();
            all.push(("ann: her private server as public".into(), parts.signed_by(town.ann.device.signing_key())));
        }
    }

    // Grants that give nothing, to mallory.
    let mut claim = |what: &str, grant: &Verified, before: &[Verified], certificates: &[&Person]| {
        let mut parts = Parts::of(&town.advert(&town.ann));
        parts.body.account = Bytes::copy_from_slice(mallory.account.id().as_ref());
        parts.body.device = Bytes::copy_from_slice(mallory.device.id().as_ref());
        parts.body.grant = Bytes::copy_from_slice(grant.event().id().as_ref());
        parts.frame.events.extend(before.iter().map(wire));
        parts.frame.events.push(wire(grant));
        let people = certificates.iter().copied().chain([&mallory]);
        parts.frame.certificates = people.map(|person| person.certificate.signed.clone().into()).collect();
        all.push((format!("mallory: {what}"), parts.signed_by(mallory.device.signing_key())));
    };
    let bob_grant = town.governance.event(&town.bob_admin).expect("granted").signed().clone();
    let bob_grant = folkmoot_core::governance::Unverified::decode(bob_grant).expect("an event").trusted();
    claim("made admin by herself", &town.event(&mallory, genesis, to(&mallory, Role::Admin)), &[], &[]);
    claim(
        "made owner by herself",
        &town.event(&mallory, genesis, Payload::OwnerAdd { account: mallory.account.id() }),
        &[],
        &[],
    );
    claim(
        "made admin by carol, who is a member",
        &town.event(carol, genesis, to(&mallory, Role::Admin)),
        &[],
        &[carol],
    );
    claim("made mod by ann", &town.event(&town.ann, genesis, to(&mallory, Role::Mod)), &[], &[]);
    claim("made member by ann", &town.event(&town.ann, genesis, to(&mallory, Role::Member)), &[], &[]);
    claim(
        "made admin by bob, who is no more himself",
        &town.event(bob, Some(town.bob_admin), to(&mallory, Role::Admin)),
        std::slice::from_ref(&bob_grant),
        &[bob],
    );
    claim(
        "made owner by bob",
        &town.event(bob, Some(town.bob_admin), Payload::OwnerAdd { account: mallory.account.id() }),
        std::slice::from_ref(&bob_grant),
        &[bob],
    );
    claim("bob's grant as hers", &bob_grant, &[], &[]);
    let small = RoleDef { name: "gardener".into(), level: 20, bits: Permissions::MEMBER };
    let small = town.event(&town.ann, genesis, Payload::RoleDef(small));
    let role = Role::Custom(small.event().id());
    claim("given a role without the right", &town.event(&town.ann, genesis, to(&mallory, role)), &[small], &[]);
    claim("given a role that is not shown", &town.event(&town.ann, genesis, to(&mallory, role)), &[], &[]);
    let grand = RoleDef { name: "regent".into(), level: 70, bits: Permission::ManageServer.bit() };
    let grand = town.event(bob, Some(town.bob_admin), Payload::RoleDef(grand));
    let role = Role::Custom(grand.event().id());
    claim(
        "given a role above its maker's rights",
        &town.event(bob, Some(town.bob_admin), to(&mallory, role)),
        &[bob_grant.clone(), grand],
        &[bob],
    );
    let will = |accounts: Vec<&Person>, threshold| {
        let mut accounts: Vec<_> = accounts.into_iter().map(|person| person.account.id()).collect();
        accounts.sort_unstable();
        town.event(&town.ann, genesis, Payload::Heirs(Heirs { accounts, threshold }))
    };
    let word = |who: &Person| town.event(who, None, Payload::HeirSignature { account: mallory.account.id() });
    let succession = |by: &Person, words: &[&Verified]| {
        let mut signatures: Vec<_> = words.iter().map(|word| word.event().id()).collect();
        signatures.sort_unstable();
        let payload = Payload::Succession(Succession { account: mallory.account.id(), signatures });
        town.event(by, None, payload)
    };
    let (bobs, carols, own) = (word(bob), word(carol), word(&mallory));
    claim("steward by heirs nobody named", &succession(bob, &[&bobs]), std::slice::from_ref(&bobs), &[bob]);
    claim("steward by one heir of two", &succession(bob, &[&bobs]), &[will(vec![bob, carol], 2), bobs.clone()], &[bob]);
    claim(
        "steward by one heir and herself",
        &succession(bob, &[&bobs, &own]),
        &[will(vec![bob, carol], 2), bobs.clone(), own.clone()],
        &[bob],
    );
    claim(
        "steward by an heir's word that is not shown",
        &succession(bob, &[&bobs, &carols]),
        &[will(vec![bob, carol], 2), bobs],
        &[bob, carol],
    );
}
