//! Placing entries into their logs: what is new, what is known already, what forks; and the log records that follow.

use folkmoot_core::{
    ids::{ChannelId, EntryId, LogId, ServerId},
    log::{Authorized, Entry, EntryKind, LogInit},
};
use folkmoot_ledger::{EventRecord, LedgerError, LogRecord, StoredEntry};
use folkmoot_proto::limits::{CLOCK_LEAD_MS, FORK_BRANCHES, LOGS_PER_DEVICE};

use super::{
    Log, Turn, World,
    effects::{Fit, Spot},
};
use crate::events::EventKind;

/// What placing an entry made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placed {
    /// Held from now on.
    New,
    /// Held already.
    Known,
    /// Breaks rule C1 against what is held: its clock does not exceed that of its predecessor.
    Broken,
    /// A fourth branch was held already.
    TooManyBranches,
    /// Came without what it says, and nothing explains it: not held yet.
    Hollow,
}

impl Turn<'_> {
    /// Puts an authorized entry into its log, the batch and the event log. `live` entries are announced as they come;
    /// those of catch-up are too, so that whoever follows the event log misses none.
    ///
    /// # Errors
    /// [`LedgerError`]; then nothing was changed.
    pub(super) fn place(&mut self, entry: &Authorized) -> Result<Placed, LedgerError> {
        let (log_id, seq, id) = (entry.entry().log, entry.entry().header.seq, entry.entry().id);
        let Some((server_id, channel_id)) = self.world.log_home.get(&log_id).copied() else {
            return Ok(Placed::Broken);
        };
        let held_here = match self.world.log(&server_id, &channel_id, &log_id) {
            Some(log) if log.ranges.contains(seq) => self.ids_at(log_id, seq)?,
            Some(_) => Vec::new(),
            None => return Ok(Placed::Broken),
        };
        if held_here.contains(&id) {
            return Ok(Placed::Known);
        }
        if held_here.len() >= FORK_BRANCHES {
            return Ok(Placed::TooManyBranches);
        }
        let prev_held = self.prev_is_held(&server_id, &channel_id, entry.entry())?;
        let Some(author) = self.world.find_log(&log_id).map(|log| log.authorized.init().account) else {
            return Ok(Placed::Broken);
        };
        let spot = Spot { server: server_id, channel: channel_id, author };
        let kept = match self.fit(&spot, entry.entry())? {
            Fit::Whole => entry.clone(),
            Fit::Silent => entry.clone().redacted(),
            Fit::Later => {
                self.world.hollow.keep(entry.clone());
                return Ok(Placed::Hollow);
            }
        };
        let judged = self.judge(&spot, kept.entry());
        let now = self.now_ms;
        self.batch()?;
        let Some(server) = self.world.servers.get_mut(&server_id) else { return Ok(Placed::Broken) };
        let Some(channel) = server.channels.get_mut(&channel_id) else { return Ok(Placed::Broken) };
        let Some(log) = channel.logs.get_mut(&log_id) else { return Ok(Placed::Broken) };
        let header = &entry.entry().header;
        if log.tips.contains(&header.prev) && header.hlc <= log.top_hlc {
            return Ok(Placed::Broken);
        }
        let forks = !held_here.is_empty();
        log.dangling.remove(&id);
        if !prev_held && seq > 1 {
            log.dangling.insert(header.prev, seq - 1);
        }
        if log.ranges.top().is_none_or(|top| seq > top) {
            log.tips = vec![id];
            log.top_hlc = header.hlc;
        } else if log.ranges.top() == Some(seq) {
            log.tips.push(id);
            log.top_hlc = log.top_hlc.max(header.hlc);
        }
        log.ranges.insert_one(seq);
        if forks {
            log.forks.insert(seq);
        }
        if log.own && channel.own.as_ref().is_some_and(|own| own.log() == log_id && (forks || own.seq() < seq)) {
            // Somebody holds of our own log what we do not: this folder is a restored copy. Never write behind it.
            channel.own = None;
        }
        channel.hlc = channel.hlc.max(header.hlc);
        self.world.hlc = self.world.hlc.max(header.hlc);
        self.dirty_logs.insert(log_id);
        let batch = self.batch()?;
        batch.append(channel_id, &kept, judged)?;
        let event = |kind: EventKind| {
            EventRecord::new(kind.number(), now, header.hlc)
                .server(server_id)
                .channel(channel_id)
                .actor(author)
                .subject(id.as_ref())
        };
        if header.kind == EntryKind::Message {
            batch.emit(event(EventKind::MessageCreated));
        }
        if forks {
            batch.emit(event(EventKind::MemberForked));
        }
        if header.kind == EntryKind::Message
            && let Err(error) = self.give_notice(server_id, channel_id, author, kept.entry())
        {
            tracing::error!(%error, "nobody is told of a message");
        }
        let stored = StoredEntry { channel: channel_id, entry: kept.into_entry(), judged };
        self.world.in_flight.add(stored.clone());
        self.follow(&spot, &stored.entry, judged)?;
        Ok(Placed::New)
    }

    /// Opens a log in the world and the ledger; nothing happens when it is open already.
    ///
    /// # Errors
    /// [`LedgerError`]; then nothing was changed.
    pub(super) fn open_log(
        &mut self,
        authorized: folkmoot_core::log::AuthorizedLog,
        own: bool,
    ) -> Result<(), LedgerError> {
        let init: LogInit = authorized.init().clone();
        if self.world.log_home.contains_key(&init.id) {
            return Ok(());
        }
        self.batch()?;
        let Some(server) = self.world.servers.get_mut(&init.server) else { return Ok(()) };
        let channel = server.channels.entry(init.channel).or_default();
        let of_device = channel.logs.values().filter(|log| log.authorized.init().device == init.device).count();
        if !own && of_device >= LOGS_PER_DEVICE {
            tracing::debug!(device = ?init.device, "a device opens no further log in this channel");
            return Ok(());
        }
        self.world.log_home.insert(init.id, (init.server, init.channel));
        self.wiring.log_index.opened(init.id, init.account, own);
        server.channels.entry(init.channel).or_default().logs.insert(init.id, Log::new(authorized, own));
        self.dirty_logs.insert(init.id);
        Ok(())
    }

    /// Whether an entry is held already.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub(super) fn holds(&self, log_id: &LogId, seq: u64, id: &EntryId) -> Result<bool, LedgerError> {
        let Some(log) = self.world.find_log(log_id) else { return Ok(false) };
        Ok(log.tips.contains(id) || (log.ranges.contains(seq) && self.ids_at(*log_id, seq)?.contains(id)))
    }

    fn ids_at(&self, log: LogId, seq: u64) -> Result<Vec<EntryId>, LedgerError> {
        let mut ids = self.wiring.ledger.snapshot()?.ids_at(&log, seq)?;
        ids.extend_from_slice(self.world.in_flight.entries_at(log, seq));
        Ok(ids)
    }

    fn prev_is_held(&self, server: &ServerId, channel: &ChannelId, entry: &Entry) -> Result<bool, LedgerError> {
        let Some(log) = self.world.log(server, channel, &entry.log) else { return Ok(false) };
        let (seq, prev) = (entry.header.seq, entry.header.prev);
        if seq <= 1 || log.tips.contains(&prev) {
            return Ok(true);
        }
        if !log.ranges.contains(seq - 1) {
            return Ok(false);
        }
        if self.world.in_flight.entries_at(entry.log, seq - 1).contains(&prev) {
            return Ok(true);
        }
        Ok(self.ids_at(entry.log, seq - 1)?.contains(&prev))
    }
}

impl World {
    /// A log held.
    #[must_use]
    pub fn log(&self, server: &ServerId, channel: &ChannelId, log: &LogId) -> Option<&Log> {
        self.servers.get(server)?.log(channel, log)
    }

    /// A log held, by its id alone.
    #[must_use]
    pub fn find_log(&self, log: &LogId) -> Option<&Log> {
        let (server, channel) = self.log_home.get(log)?;
        self.log(server, channel, log)
    }
}

/// Writes the records of all logs that this turn touched.
pub(super) fn put_dirty(turn: &mut Turn<'_>) {
    let dirty = std::mem::take(&mut turn.dirty_logs);
    let records: Vec<LogRecord> = dirty
        .iter()
        .filter_map(|id| turn.world.find_log(id))
        .map(|log| LogRecord {
            init: log.authorized.init().clone(),
            ranges: log.ranges.clone(),
            forks: log.forks.iter().copied().collect(),
            own: log.own,
            closed: false,
        })
        .collect();
    if records.is_empty() {
        return;
    }
    // The batch exists: whoever marked a log dirty had asked for it.
    if let Ok(batch) = turn.batch() {
        for record in &records {
            if let Err(error) = batch.put_log(record) {
                tracing::error!(%error, "log record not written");
            }
        }
    }
}

impl Turn<'_> {
    /// Opens a log that a peer told of, if governance allows it.
    pub fn open_remote_log(&mut self, init: LogInit) {
        if init.hlc.ms() > self.now_ms + CLOCK_LEAD_MS {
            return;
        }
        let Some(server) = self.world.servers.get(&init.server) else { return };
        match folkmoot_core::log::AuthorizedLog::authorize(init, &server.governance) {
            Ok(authorized) => {
                let own = self.world.me.as_ref().is_some_and(|me| me.device_id() == authorized.init().device);
                if let Err(error) = self.open_log(authorized, own) {
                    tracing::debug!(%error, "log not opened");
                }
            }
            Err(refused) => tracing::debug!(%refused, "log not allowed (yet)"),
        }
    }
}
