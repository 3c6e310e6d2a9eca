//! Keeping the bounds of channel logs in step with governance: what counts of a log, what is told of it to peers, what people see.

use folkmoot_core::{
    governance::{LogBounds, Touched},
    ids::{ChannelId, EntryId, LogId, ServerId},
    log::{Ranges, SeqRange},
};
use folkmoot_ledger::LedgerError;

use super::{Log, Turn};

/// What a peer is told of a log of which not all that is held counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Numbers that count and are held.
    pub ranges: Ranges,
    /// Ids held at the greatest of them.
    pub tips: Vec<EntryId>,
}

/// Bytes read at once in search of the last entry before a stamp.
const SEARCH_BYTES: usize = 256 * 1024;

impl Turn<'_> {
    /// Asks governance anew about the logs that an event touches.
    pub(super) fn rebound(&mut self, server_id: ServerId, touched: Touched) -> Result<(), LedgerError> {
        let Some(server) = self.world.servers.get(&server_id) else { return Ok(()) };
        let meant = |channel: &ChannelId, log: &Log| match &touched {
            Touched::Nothing => false,
            Touched::Account(account) => log.authorized.init().account == *account,
            Touched::Channel(touched) => touched == channel,
            Touched::Everything => true,
        };
        let logs = server.channels.iter().flat_map(|(id, channel)| channel.logs.iter().map(move |log| (id, log)));
        let turned: Vec<(ChannelId, LogId, LogBounds)> = logs
            .filter(|(channel, (_, log))| meant(channel, log))
            .map(|(channel, (id, log))| (*channel, *id, server.governance.bounds(log.authorized.init()), &log.bounds))
            .filter(|(.., bounds, held)| bounds != *held)
            .map(|(channel, id, bounds, _)| (channel, id, bounds))
            .collect();
        for (channel, log, bounds) in turned {
            self.bound(server_id, channel, log, bounds)?;
        }
        Ok(())
    }

    /// Puts bounds to a log. One's own that is closed is never written again: the next entry opens another.
    pub(super) fn bound(
        &mut self,
        server_id: ServerId,
        channel_id: ChannelId,
        log_id: LogId,
        bounds: LogBounds,
    ) -> Result<(), LedgerError> {
        let clip = self.clip(&log_id, &bounds)?;
        self.wiring.log_index.bound(log_id, bounds.clone());
        let Some(server) = self.world.servers.get_mut(&server_id) else { return Ok(()) };
        let Some(channel) = server.channels.get_mut(&channel_id) else { return Ok(()) };
        let closed = bounds.is_closed();
        if let Some(log) = channel.logs.get_mut(&log_id) {
            (log.bounds, log.clip) = (bounds, clip);
        }
        if closed && channel.own.as_ref().is_some_and(|own| own.log() == log_id) {
            channel.own = None;
        }
        Ok(())
    }

    /// What is left of a log within bounds; `None` when that is all of it.
    fn clip(&self, log_id: &LogId, bounds: &LogBounds) -> Result<Option<Clip>, LedgerError> {
        let Some(log) = self.world.find_log(log_id) else { return Ok(None) };
        let Some(top) = log.ranges.top() else { return Ok(None) };
        let mut last = bounds.last().unwrap_or(u64::MAX).min(top);
        if bounds.before().is_some_and(|before| log.top_hlc > before) {
            last = last.min(self.last_within(log_id, last, bounds)?);
        }
        if last == top {
            return Ok(None);
        }
        let within = log.ranges.as_slice().iter().filter(|range| range.from <= last);
        let ranges = Ranges::from_ranges(within.map(|range| SeqRange { from: range.from, to: range.to.min(last) }));
        let tips = match ranges.top() {
            Some(top) => self.ids_at(*log_id, top)?,
            None => Vec::new(),
        };
        Ok(Some(Clip { ranges, tips }))
    }

    /// Number of the last entry held, up to `from`, that bounds admit by its stamp; 0 for none.
    fn last_within(&self, log_id: &LogId, from: u64, bounds: &LogBounds) -> Result<u64, LedgerError> {
        let mut to = from;
        while to > 0 {
            let part = SeqRange { from: 1, to };
            let entries = self.wiring.ledger.snapshot()?.run_newest(log_id, part, SEARCH_BYTES)?;
            let Some(oldest) = entries.first().map(|e| e.entry.header.seq) else { return Ok(0) };
            let admitted = entries.iter().rev().find(|e| bounds.admits(e.entry.header.seq, e.entry.header.hlc));
            match admitted {
                Some(entry) => return Ok(entry.entry.header.seq),
                None => to = oldest - 1,
            }
        }
        Ok(0)
    }
}
