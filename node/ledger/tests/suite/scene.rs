//! A server with one channel and people who write there: entries that climbed the whole ladder, as the ledger takes them.

use folkmoot_core::{
    governance::{ChannelKind, ChannelPut, EventBody, Founder, Genesis, Governance, MessageRate, Payload, Visibility},
    ids::{ChannelId, EventId, ServerId},
    log::{Author, Authorized, AuthorizedLog, Content, Draft, LogInit, MessagePayload, NewLog, Ranges},
};
use folkmoot_identity::{
    AccountKey, Certificate, DeviceKey, Hlc, PrekeySecret, Profile, Register, signed::SignedBytes,
};
use folkmoot_ledger::LogRecord;

/// When the scene begins, ms UTC.
pub(crate) const NOW_MS: u64 = 1_700_000_000_000;

/// Alice's server.
pub(crate) struct Scene {
    pub account: AccountKey,
    pub device: DeviceKey,
    pub server: ServerId,
    pub channel: ChannelId,
    pub profile: Register,
    pub prekey: Register,
    /// All events with their ids.
    pub events: Vec<(EventId, SignedBytes)>,
    governance: Governance,
}

impl Scene {
    /// The same for the same seed.
    pub(crate) fn new(seed: u8) -> Self {
        let account = AccountKey::from_seed(&[seed; 32]);
        let device = DeviceKey::from_seed(&[seed ^ 0xff; 32]);
        let hlc = Hlc::from_ms(NOW_MS);
        let profile = Register::sign_profile(&account, &Profile::new("alice", "").expect("a name"), hlc);
        let prekey = Register::sign_prekey(&device, account.id(), *PrekeySecret::from_bytes(&[seed; 32]).public(), hlc);
        let founder = Founder {
            account: account.id(),
            certificate: Certificate::issue(&account, device.id(), hlc),
            prekey: prekey.clone(),
            profile: profile.clone(),
        };
        let genesis = Genesis {
            name: "garden".into(),
            description: String::new(),
            visibility: Visibility::Private,
            founders: vec![founder],
            nonce: [seed; 16],
            message_rate: MessageRate { per_second: 50, burst: 500 },
            tags: Vec::new(),
            bootstrap: Vec::new(),
        };
        let genesis = EventBody::genesis(account.id(), device.id(), hlc, genesis).sign(device.signing_key());
        let mut governance = Governance::new(genesis).expect("a genesis");
        let put = ChannelPut {
            channel: None,
            name: "tea".into(),
            kind: ChannelKind::Text,
            topic: String::new(),
            parent: None,
            overrides: Vec::new(),
            private: false,
            order: 0,
        };
        let auth = governance.state().grant_of(&account.id());
        let payload = Payload::ChannelPut(put);
        let body = governance.next_body(account.id(), device.id(), auth, hlc, NOW_MS, payload);
        let put = governance.insert(body.sign(device.signing_key())).expect("a channel");
        let events = governance.events().map(|event| (event.id(), event.signed().clone())).collect();
        let server = governance.server();
        Self { account, device, server, channel: put.id.into(), profile, prekey, events, governance }
    }

    /// Opens a log; another nonce is another incarnation.
    pub(crate) fn log(&self, nonce: u8) -> Log {
        let new = NewLog {
            server: self.server,
            channel: self.channel,
            account: self.account.id(),
            grant: self.governance.state().grant_of(&self.account.id()).expect("a founder is a member"),
            heads: self.governance.heads(),
            nonce: [nonce; 16],
            hlc: Hlc::from_ms(NOW_MS),
        };
        let init = new.sign(self.device.signing_key());
        let authorized = AuthorizedLog::authorize(init.clone(), &self.governance).expect("allowed");
        let device = DeviceKey::from_seed(self.device.seed());
        Log { author: Author::new(&init), authorized, device, ranges: Ranges::default() }
    }
}

/// The writing end of one log.
pub(crate) struct Log {
    author: Author,
    authorized: AuthorizedLog,
    device: DeviceKey,
    ranges: Ranges,
}

impl Log {
    pub(crate) fn init(&self) -> &LogInit {
        self.authorized.init()
    }

    /// The next entry, written `at_ms` after the scene began.
    pub(crate) fn say(&mut self, text: &str, at_ms: u64) -> Authorized {
        let content = Content::Message(MessagePayload { text: text.to_owned(), ..MessagePayload::default() });
        self.append(Draft::of(&content, Vec::new(), [7; 16]), at_ms)
    }

    /// The next entry, which does something to a message.
    pub(crate) fn does(&mut self, content: &Content, to: &Authorized, at_ms: u64) -> Authorized {
        self.append(Draft::of(content, vec![to.entry().id], [7; 16]), at_ms)
    }

    fn append(&mut self, draft: Draft, at_ms: u64) -> Authorized {
        let entry = self.author.append(self.device.signing_key(), draft, Hlc::ZERO, NOW_MS + at_ms);
        self.ranges.insert_one(entry.entry().header.seq);
        self.authorized.admit(entry).expect("of this log")
    }

    /// The log as it is kept.
    pub(crate) fn record(&self) -> LogRecord {
        LogRecord {
            init: self.init().clone(),
            ranges: self.ranges.clone(),
            forks: Vec::new(),
            own: true,
            closed: false,
        }
    }

    /// A copy that goes on from here: what both say next forks the log.
    pub(crate) fn twin(&self) -> Self {
        Self {
            author: self.author.clone(),
            authorized: self.authorized.clone(),
            device: DeviceKey::from_seed(self.device.seed()),
            ranges: self.ranges.clone(),
        }
    }
}
