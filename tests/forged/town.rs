//! A public server whose keys are known to the tests: ann owns it, bob is an admin, carol a member.

use bytes::Bytes;
use folkmoot_core::{
    advert::{Draft, Listing, Proof, barred},
    governance::{
        Admit, EventBody, Founder, Genesis, Governance, Invite, JoinRequest, MessageRate, Payload, Role, RoleChange,
        ServerSettings, Verified, Visibility,
    },
    ids::{EventId, ServerId},
    standing::standing_key,
};
use folkmoot_identity::{AccountKey, Certificate, DeviceKey, Hlc, PrekeySecret, Profile, Register};

/// Somebody with fixed keys.
pub(crate) struct Person {
    pub(crate) account: AccountKey,
    pub(crate) device: DeviceKey,
    pub(crate) certificate: Certificate,
    prekey: Register,
    profile: Register,
}

impl Person {
    pub(crate) fn new(seed: u8, name: &str, now_ms: u64) -> Self {
        let (account, device) = (AccountKey::from_seed(&[seed; 32]), DeviceKey::from_seed(&[seed + 1; 32]));
        let hlc = Hlc::from_ms(now_ms);
        let certificate = Certificate::issue(&account, device.id(), hlc);
        let prekey = PrekeySecret::from_bytes(&[seed + 2; 32]);
        let prekey = Register::sign_prekey(&device, account.id(), *prekey.public(), hlc);
        let profile = Register::sign_profile(&account, &Profile::new(name, "").expect("a name"), hlc);
        Self { account, device, certificate, prekey, profile }
    }
}

/// See the module.
pub(crate) struct Town {
    pub(crate) governance: Governance,
    pub(crate) ann: Person,
    pub(crate) bob: Person,
    pub(crate) carol: Person,
    pub(crate) bob_admin: EventId,
    pub(crate) now_ms: u64,
}

/// GENESIS by one person.
pub(crate) fn founded(by: &Person, visibility: Visibility, nonce: u8, now_ms: u64) -> Verified {
    let founder = Founder {
        account: by.account.id(),
        certificate: by.certificate.clone(),
        prekey: by.prekey.clone(),
        profile: by.profile.clone(),
    };
    let genesis = Genesis {
        name: "Tea house".into(),
        description: String::new(),
        visibility,
        founders: vec![founder],
        nonce: [nonce; 16],
        message_rate: MessageRate { per_second: 50, burst: 500 },
        tags: Vec::new(),
        bootstrap: Vec::new(),
    };
    EventBody::genesis(by.account.id(), by.device.id(), Hlc::from_ms(now_ms), genesis).sign(by.device.signing_key())
}

/// What the town's settings say.
pub(crate) fn settings() -> ServerSettings {
    ServerSettings {
        name: "Tea house".into(),
        description: "Leaves and water, all day long.".into(),
        tags: vec!["tea".into(), "talk".into()],
        bootstrap: vec![
            "/ip4/192.0.2.1/udp/4001/quic-v1/p2p/12D3KooWJWEKvSFbben74C7H4YtKjhPMTDxd7gP7zxWSUEeF27st".into(),
        ],
        message_rate: MessageRate { per_second: 50, burst: 500 },
        language: "en".into(),
    }
}

impl Town {
    pub(crate) fn new(now_ms: u64) -> Self {
        let past = now_ms - 60_000;
        let (ann, bob, carol) =
            (Person::new(1, "Ann", past), Person::new(11, "Bob", past), Person::new(21, "Carol", past));
        let governance = Governance::new(founded(&ann, Visibility::Public, 9, past)).expect("a genesis");
        let mut town = Self { governance, ann, bob, carol, bob_admin: EventId::new([0; 32]), now_ms };
        town.by_ann(Payload::ServerSet(Box::new(settings())));
        let key = standing_key(&town.governance.server());
        let invite = Invite { public_key: key.public(), role: Role::Member, max_uses: None, expires: None };
        let door = town.by_ann(Payload::Invite(invite));
        let (bob, carol) = (town.request(&town.bob), town.request(&town.carol));
        for request in [bob, carol] {
            town.by_ann(Payload::Admit(Box::new(Admit { account: request.account, invite: door, request })));
        }
        let admin = RoleChange { account: town.bob.account.id(), role: Role::Admin };
        town.bob_admin = town.by_ann(Payload::Grant(admin));
        town
    }

    pub(crate) fn server(&self) -> ServerId {
        self.governance.server()
    }

    fn request(&self, who: &Person) -> JoinRequest {
        let (certificate, prekey, profile) = (who.certificate.clone(), who.prekey.clone(), who.profile.clone());
        let key = standing_key(&self.server());
        JoinRequest::make(self.server(), [8; 32], certificate, prekey, profile, key.signing_key())
    }

    /// An event on top of everything, not taken into the town.
    pub(crate) fn event(&self, by: &Person, auth: Option<EventId>, payload: Payload) -> Verified {
        let root = payload.is_own_word();
        let device = if root { by.account.id().as_device() } else { by.device.id() };
        let past = self.now_ms - 60_000;
        let body = self.governance.next_body(by.account.id(), device, auth, Hlc::ZERO, past, payload);
        body.sign(if root { by.account.signing_key() } else { by.device.signing_key() })
    }

    /// An act of ann's, taken into the town.
    pub(crate) fn by_ann(&mut self, payload: Payload) -> EventId {
        let event = self.event(&self.ann, Some(self.server().genesis()), payload);
        self.take(event)
    }

    /// Takes an event into the town.
    pub(crate) fn take(&mut self, event: Verified) -> EventId {
        let inserted = self.governance.insert(event).expect("in order");
        assert!(inserted.effective, "{:?}", self.governance.why(&inserted.id));
        inserted.id
    }

    /// What somebody of the town would sign now, or none if the town does not let them.
    pub(crate) fn draft(&self, by: &Person) -> Option<Draft> {
        let proof = Proof::gather(&self.governance, &by.account.id(), &by.device.id())?;
        Some(Draft {
            server: self.server(),
            account: by.account.id(),
            device: by.device.id(),
            proof,
            version: self.governance.state().settings_hlc(),
            stamp_ms: self.now_ms,
            listing: Listing::of(self.governance.state().settings()).expect("a name"),
            barred: barred(&self.governance),
        })
    }

    /// The advert that somebody of the town signs.
    pub(crate) fn advert(&self, by: &Person) -> Bytes {
        self.draft(by).expect("may sign").sign(by.device.signing_key()).expect("fits")
    }
}
