//! From the ledger into the world: at start, and when the account is unlocked. And the way back: forgetting it all on lock.

use std::collections::{BTreeSet, HashMap};

use folkmoot_core::{
    epoch::{HistoryRoot, Secret},
    governance::{Governance, Unverified},
    ids::{EpochId, ServerId},
    log::{Author, AuthorizedLog, SeqRange},
};
use folkmoot_identity::signed::SignedBytes;
use folkmoot_ledger::{EpochSecret, EpochSecretKind, LedgerError, LogRecord, Snapshot};

use super::{Desk, Log, Me, Server, Turn, World};

/// Why the ledger's content makes no world.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It cannot be read.
    #[error("the ledger cannot be read")]
    Ledger(#[from] LedgerError),
    /// A server's events do not form a history.
    #[error("the events of server {server:?} do not form a history")]
    BrokenServer {
        /// The server.
        server: ServerId,
    },
}

impl Turn<'_> {
    /// Makes the world anew from the ledger, which must be unlocked.
    ///
    /// # Errors
    /// [`LoadError`]; the world is empty then.
    pub fn load(&mut self, me: Me) -> Result<(), LoadError> {
        self.unload();
        self.wait_for_commits()?;
        let snapshot = self.wiring.ledger.snapshot()?;
        for register in snapshot.registers()? {
            // Verified before it was stored; decoding it again costs the signature once per start.
            if let Ok(register) = folkmoot_identity::Register::verify(register) {
                self.world.registers.put(register);
            }
        }
        let mut secrets: HashMap<EpochId, EpochSecret> =
            snapshot.epoch_secrets()?.into_iter().map(|secret| (secret.epoch, secret)).collect();
        for server in snapshot.servers()? {
            let loaded = load_server(&snapshot, server, &mut secrets)?;
            self.world.hlc = self.world.hlc.max(loaded.governance.greatest_hlc());
            let channels: Vec<_> = loaded.governance.state().channel_ids().collect();
            self.world.channel_home.extend(channels.into_iter().map(|channel| (channel, server)));
            self.world.servers.insert(server, loaded);
            self.touched.insert(server);
        }
        for record in snapshot.logs()? {
            self.load_log(&snapshot, record, &me)?;
        }
        self.world.desk = Desk::load(&snapshot)?;
        self.world.me = Some(me);
        self.load_rejudging(&snapshot)?;
        let servers: Vec<ServerId> = self.world.servers.keys().copied().collect();
        for server in servers {
            super::keys::refresh(self, server)?;
        }
        // The keystore is written first: a crash in between leaves members with the old profile.
        let profile = self.world.me.as_ref().map(|me| me.account.profile().clone());
        if let Some(profile) = profile
            && !self.world.servers.is_empty()
            && self.world.registers.would_take(&profile)
        {
            self.publish_register(profile)?;
        }
        Ok(())
    }

    /// Forgets everything that was unsealed.
    pub fn unload(&mut self) {
        for topic in self.world.topics.keys() {
            self.wiring.topics.leave(*topic);
        }
        self.wiring.log_index.clear();
        let in_flight = std::mem::take(&mut self.world.in_flight);
        self.touched.extend(self.world.servers.keys().copied());
        *self.world = World { in_flight, ..World::default() };
    }

    fn load_log(&mut self, snapshot: &Snapshot<'_>, record: LogRecord, me: &Me) -> Result<(), LoadError> {
        let LogRecord { init, ranges, forks, own, closed } = record;
        let (log_id, server_id, channel_id, log_author) = (init.id, init.server, init.channel, init.account);
        let Some(server) = self.world.servers.get_mut(&server_id) else { return Ok(()) };
        let Ok(authorized) = AuthorizedLog::authorize(init, &server.governance) else {
            tracing::warn!(log = ?log_id, "a stored log is not allowed by governance; left out");
            return Ok(());
        };
        let own = own && authorized.init().device == me.device_id();
        let mut log = Log::new(authorized, own);
        log.dangling = dangling(snapshot, &log_id, ranges.as_slice())?;
        let mut author = None;
        if let Some(top) = ranges.top() {
            let newest = snapshot.run_newest(&log_id, SeqRange { from: top, to: top }, usize::MAX)?;
            log.tips = newest.iter().map(|e| e.entry.id).collect();
            log.top_hlc = newest.iter().map(|e| e.entry.header.hlc).max().unwrap_or_default();
            // A fork of our own log means that this folder was copied: begin anew behind it.
            author = newest.first().filter(|_| newest.len() == 1 && forks.is_empty()).map(|e| Author::resume(&e.entry));
        } else if own {
            author = Some(Author::new(log.authorized.init()));
        }
        log.ranges = ranges;
        log.forks = forks.into_iter().collect::<BTreeSet<_>>();
        let channel = server.channels.entry(channel_id).or_default();
        channel.hlc = channel.hlc.max(log.top_hlc);
        self.world.hlc = self.world.hlc.max(log.top_hlc);
        if own && !closed && author.as_ref().is_some_and(|a| channel.own.as_ref().is_none_or(|own| own.hlc() < a.hlc()))
        {
            channel.own = author;
        }
        channel.logs.insert(log_id, log);
        self.wiring.log_index.opened(log_id, log_author, own);
        self.world.log_home.insert(log_id, (server_id, channel_id));
        Ok(())
    }
}

fn load_server(
    snapshot: &Snapshot<'_>,
    server: ServerId,
    secrets: &mut HashMap<EpochId, EpochSecret>,
) -> Result<Server, LoadError> {
    let broken = || LoadError::BrokenServer { server };
    let mut waiting: HashMap<_, SignedBytes> = snapshot.events_of(&server)?.into_iter().collect();
    let genesis = waiting.remove(&server.genesis()).ok_or_else(broken)?;
    let trusted = |signed| Unverified::decode(signed).map(Unverified::trusted).map_err(|_| broken());
    let mut governance = Governance::new(trusted(genesis)?).map_err(|_| broken())?;
    let mut events = waiting.into_values().map(trusted).collect::<Result<Vec<_>, _>>()?;
    // (hlc, id) extends causal order.
    events.sort_unstable_by_key(|e| (e.event().hlc, e.event().id()));
    governance.insert_all(events).map_err(|_| broken())?;
    let mut loaded = Server::new(governance);
    let epochs: Vec<_> = loaded.governance.state().epochs().map(|e| e.event).collect();
    for event in epochs {
        let id = event.into();
        if let Some(EpochSecret { kind, secret, .. }) = secrets.remove(&id) {
            let secret = match kind {
                EpochSecretKind::History => Secret::History(HistoryRoot::new(secret)),
                EpochSecretKind::Messages => Secret::Messages(secret),
            };
            let scope = loaded.scope_of_epoch(&id).unwrap_or_else(|| server.into());
            loaded.keys_mut(scope).ring.restore(id, secret);
        }
    }
    Ok(loaded)
}

/// Ids that the lowest entry of each range names and that are not held.
fn dangling(
    snapshot: &Snapshot<'_>,
    log: &folkmoot_core::ids::LogId,
    ranges: &[SeqRange],
) -> Result<HashMap<folkmoot_core::ids::EntryId, u64>, LedgerError> {
    let mut dangling = HashMap::new();
    for range in ranges.iter().filter(|range| range.from > 1) {
        for entry in snapshot.run_newest(log, SeqRange { from: range.from, to: range.from }, usize::MAX)? {
            dangling.insert(entry.entry.header.prev, range.from - 1);
        }
    }
    Ok(dangling)
}
