//! What the pipeline's thread knows: every server's governance, keys and logs. Rebuilt from the ledger at start and on unlock.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use folkmoot_core::{
    epoch::Ring,
    governance::{Governance, Payload},
    ids::{AccountId, ChannelId, DeviceId, EntryId, EpochId, LogId, ScopeId, ServerId},
    log::{Author, AuthorizedLog, Ranges},
    sync::{LogSummary, channel_digest, tip},
};
use folkmoot_identity::{Hlc, device::DeviceKey, keystore::Account};

use super::{rate::Rates, registers::Registers};

/// This node's own hands: the account unlocked and the device that signs for it.
#[derive(Clone)]
pub struct Me {
    /// The account and its secrets.
    pub account: Arc<Account>,
    /// The device key.
    pub device: Arc<DeviceKey>,
}

impl Me {
    /// The account's id.
    #[must_use]
    pub fn account_id(&self) -> AccountId {
        self.account.id()
    }

    /// The device's id.
    #[must_use]
    pub fn device_id(&self) -> DeviceId {
        self.device.id()
    }
}

/// Everything the thread knows. Empty while the node is locked or has no identity.
#[derive(Default)]
pub struct World {
    /// Present when ready.
    pub me: Option<Me>,
    /// Servers joined or made.
    pub servers: BTreeMap<ServerId, Server>,
    /// Which server a channel belongs to.
    pub channel_home: HashMap<ChannelId, ServerId>,
    /// Which channel a log belongs to.
    pub log_home: HashMap<LogId, (ServerId, ChannelId)>,
    /// Which server a gossip topic belongs to.
    pub topics: HashMap<[u8; 32], (ServerId, ScopeId)>,
    /// Profiles, prekeys and addresses of everybody met.
    pub registers: Registers,
    /// What lies on the desk of this node's person.
    pub desk: super::Desk,
    /// Greatest stamp seen or made.
    pub hlc: Hlc,
    /// What was done to messages, as far as it was asked for.
    pub(super) subjects: super::subject::Subjects,
    /// Entries that came without what they say.
    pub(super) hollow: super::hollow::Hollow,
    /// Entries and nonces handed to the ledger whose commit is still under way.
    pub(super) in_flight: super::turn::InFlight,
}

/// Group keys of one scope.
pub struct Keys {
    /// Its epochs.
    pub ring: Ring,
    /// Topics subscribed to.
    pub topics: BTreeSet<[u8; 32]>,
    /// When this device makes a new epoch, because there is none to write under; ms UTC.
    pub(super) rotation_due_ms: Option<u64>,
}

impl Keys {
    /// No keys yet.
    #[must_use]
    pub const fn new(server: ServerId, scope: ScopeId) -> Self {
        Self { ring: Ring::new(server, scope), topics: BTreeSet::new(), rotation_due_ms: None }
    }
}

/// One server.
pub struct Server {
    /// Its authorization DAG.
    pub governance: Governance,
    /// Its group keys: of its own scope, and of the private channels this device may see.
    pub scopes: BTreeMap<ScopeId, Keys>,
    /// Its channels that have logs, or had one opened.
    pub channels: BTreeMap<ChannelId, Channel>,
    pub(super) rates: Rates,
    /// Our own bucket, which nobody else's replays can empty.
    pub(super) own_rate: Rates,
    /// When this heir makes a succession that enough have signed for, ms UTC.
    pub(super) succession_due_ms: Option<u64>,
    /// Events there were when successions were last looked for.
    pub(super) succession_seen: usize,
    /// Effects from this stamp on are to be judged anew.
    pub(super) rejudge_from: Option<Hlc>,
    /// How fast authors say what passes.
    pub(super) signal_rates: Rates,
    /// How fast this node's person is disturbed.
    pub(super) notice_rates: Rates,
}

impl Server {
    /// A server with nothing but its governance.
    #[must_use]
    pub fn new(governance: Governance) -> Self {
        Self {
            scopes: BTreeMap::new(),
            governance,
            channels: BTreeMap::new(),
            rates: Rates::default(),
            own_rate: Rates::default(),
            succession_due_ms: None,
            succession_seen: 0,
            rejudge_from: None,
            signal_rates: Rates::default(),
            notice_rates: Rates::default(),
        }
    }

    /// Whether a device's account is a member and may see a channel.
    #[must_use]
    pub fn shows(&self, device: &DeviceId, channel: &ChannelId) -> bool {
        let state = self.governance.state();
        state.is_member_device(device)
            && state.account_of_device(device).is_some_and(|account| state.sees(&account, channel))
    }

    /// The keys of a scope.
    #[must_use]
    pub fn ring(&self, scope: &ScopeId) -> Option<&Ring> {
        self.scopes.get(scope).map(|keys| &keys.ring)
    }

    /// The keys of a scope, made empty when there are none.
    pub(super) fn keys_mut(&mut self, scope: ScopeId) -> &mut Keys {
        let server = self.governance.server();
        self.scopes.entry(scope).or_insert_with(|| Keys::new(server, scope))
    }

    /// The scope that an epoch belongs to.
    #[must_use]
    pub fn scope_of_epoch(&self, epoch: &EpochId) -> Option<ScopeId> {
        match &self.governance.event(&epoch.event())?.payload {
            Payload::KeyEpoch(data) => Some(data.scope),
            _ => None,
        }
    }

    /// A log of any of its channels.
    #[must_use]
    pub fn log(&self, channel: &ChannelId, log: &LogId) -> Option<&Log> {
        self.channels.get(channel)?.logs.get(log)
    }

    /// Digest of every channel that has logs and that a device's account may see, ascending by channel: nobody is told of others.
    #[must_use]
    pub fn digests_for(&self, device: &DeviceId) -> Vec<(ChannelId, [u8; 32])> {
        self.channels
            .iter()
            .filter(|(id, channel)| !channel.logs.is_empty() && self.shows(device, id))
            .map(|(id, channel)| (*id, channel_digest(&channel.summaries())))
            .collect()
    }

    /// Entries known to exist and not held, over all channels.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.channels
            .values()
            .flat_map(|c| c.logs.values())
            .map(|log| log.ranges.top().unwrap_or(0).saturating_sub(log.ranges.count()))
            .fold(0, u64::saturating_add)
    }
}

/// One channel's logs.
#[derive(Default)]
pub struct Channel {
    /// All logs, own and others'.
    pub logs: BTreeMap<LogId, Log>,
    /// The writing end of our own log, once opened.
    pub own: Option<Author>,
    /// Greatest stamp in the channel.
    pub hlc: Hlc,
}

impl Channel {
    /// What is held of each log.
    #[must_use]
    pub fn summaries(&self) -> Vec<LogSummary> {
        self.logs.values().map(Log::summary).collect()
    }
}

/// What is held of one log.
pub struct Log {
    /// Its first record, allowed by governance.
    pub authorized: AuthorizedLog,
    /// Numbers held.
    pub ranges: Ranges,
    /// Ids held at the greatest number; several when forked there.
    pub tips: Vec<EntryId>,
    /// Stamp of the newest of them.
    pub top_hlc: Hlc,
    /// Ids that held entries name as `prev` and that are not held, with their numbers: what a run may be verified by.
    pub dangling: HashMap<EntryId, u64>,
    /// Numbers at which several entries are held.
    pub forks: BTreeSet<u64>,
    /// The greatest number that a peer told of.
    pub offered: u64,
    /// Whether this device writes it.
    pub own: bool,
}

impl Log {
    /// A log of which nothing is held yet.
    #[must_use]
    pub fn new(authorized: AuthorizedLog, own: bool) -> Self {
        Self {
            authorized,
            ranges: Ranges::default(),
            tips: Vec::new(),
            top_hlc: Hlc::ZERO,
            dangling: HashMap::new(),
            forks: BTreeSet::new(),
            offered: 0,
            own,
        }
    }

    /// For digests and offers.
    #[must_use]
    pub fn summary(&self) -> LogSummary {
        LogSummary { log: self.authorized.init().id, ranges: self.ranges.clone(), tip: tip(&self.tips) }
    }
}
