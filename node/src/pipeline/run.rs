//! Road 3, a run of entries from catch-up: verified on the stream's task, authorized and placed here.

use folkmoot_core::{
    ids::LogId,
    log::{Run, Verified},
};
use folkmoot_ledger::LedgerError;
use folkmoot_proto::limits::CLOCK_LEAD_MS;

use super::{Turn, logs::Placed};

/// A verified run of a log that is open here.
pub struct IncomingRun {
    /// The log.
    pub log: LogId,
    /// Its entries, ascending.
    pub run: Run,
}

/// What became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunOutcome {
    /// Entries that are held now and were not before.
    pub placed: usize,
    /// Entries stamped too far ahead of our clock: to be asked for again when due.
    pub early: usize,
}

impl Turn<'_> {
    /// Places a run.
    ///
    /// # Errors
    /// [`LedgerError`]; what was placed before it stays in the batch.
    pub fn ingest_run(&mut self, incoming: IncomingRun) -> Result<RunOutcome, LedgerError> {
        let IncomingRun { log, run } = incoming;
        let mut outcome = RunOutcome::default();
        let latest = self.now_ms + CLOCK_LEAD_MS;
        let mut entries = run.entries;
        let whole = entries.len();
        // What is stamped too far ahead is not kept yet; nor is what only such an entry vouches for, since nobody could take
        // our word for it.
        let due = entries.iter().take_while(|verified| verified.entry().header.hlc.ms() <= latest).count();
        if due < whole {
            entries.truncate(due);
            let dangling = self.world.find_log(&log).map(|held| &held.dangling);
            let vouched = |entry: &folkmoot_core::log::Entry| {
                !entry.sig.is_empty() || dangling.is_some_and(|dangling| dangling.contains_key(&entry.id))
            };
            let kept = entries.iter().rposition(|verified| vouched(verified.entry())).map_or(0, |last| last + 1);
            entries.truncate(kept);
        }
        outcome.early = whole - entries.len();
        for verified in entries {
            outcome.placed += usize::from(self.place_verified(log, verified)?);
        }
        Ok(outcome)
    }

    fn place_verified(&mut self, log: LogId, verified: Verified) -> Result<bool, LedgerError> {
        let Some(held) = self.world.find_log(&log) else { return Ok(false) };
        let Ok(authorized) = held.authorized.admit(verified) else { return Ok(false) };
        Ok(self.place(&authorized)? == Placed::New)
    }
}
