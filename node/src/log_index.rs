//! What readers ask about logs without going through the pipeline: who writes one, and who was seen to hold what of it.
//! Leaf locks, held for single look-ups.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use folkmoot_core::{
    ids::{AccountId, DeviceId, LogId},
    log::{Entry, Ranges},
    sync::LogSummary,
};

/// Authors and holders of logs.
#[derive(Debug, Default)]
pub struct LogIndex {
    authors: RwLock<HashMap<LogId, AccountId>>,
    holders: RwLock<HashMap<LogId, HashMap<DeviceId, Ranges>>>,
}

impl LogIndex {
    /// A log was opened.
    pub fn opened(&self, log: LogId, author: AccountId) {
        self.authors.write().unwrap_or_else(PoisonError::into_inner).insert(log, author);
    }

    /// Who writes a log; `None` for one that is not open here.
    #[must_use]
    pub fn author(&self, log: &LogId) -> Option<AccountId> {
        self.authors.read().unwrap_or_else(PoisonError::into_inner).get(log).copied()
    }

    /// A member's device was seen to hold this. Logs that are not open here are passed over, so a peer cannot make this grow.
    pub fn seen(&self, device: DeviceId, held: &[LogSummary]) {
        let authors = self.authors.read().unwrap_or_else(PoisonError::into_inner);
        let mut holders = self.holders.write().unwrap_or_else(PoisonError::into_inner);
        for summary in held.iter().filter(|summary| authors.contains_key(&summary.log)) {
            holders.entry(summary.log).or_default().insert(device, summary.ranges.clone());
        }
    }

    /// How many devices other than this one were seen to hold an entry.
    #[must_use]
    pub fn holders(&self, entry: &Entry) -> u32 {
        let holders = self.holders.read().unwrap_or_else(PoisonError::into_inner);
        let count = holders
            .get(&entry.log)
            .map_or(0, |devices| devices.values().filter(|ranges| ranges.contains(entry.header.seq)).count());
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.authors.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.holders.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
