//! What readers ask about logs without going through the pipeline: who writes one, and who was seen to hold what of it.
//! Leaf locks, held for single look-ups.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use folkmoot_core::{
    ids::{AccountId, DeviceId, LogId},
    log::{Entry, Ranges, SeqRange},
    sync::LogSummary,
};

/// Authors and holders of logs.
#[derive(Debug, Default)]
pub struct LogIndex {
    authors: RwLock<HashMap<LogId, Author>>,
    holders: RwLock<HashMap<LogId, HashMap<DeviceId, Ranges>>>,
}

/// Who writes a log.
#[derive(Clone, Copy, Debug)]
struct Author {
    account: AccountId,
    /// Whether it is this device.
    own: bool,
}

impl LogIndex {
    /// A log was opened; `own` by this device.
    pub fn opened(&self, log: LogId, account: AccountId, own: bool) {
        let author = Author { account, own };
        self.authors.write().unwrap_or_else(PoisonError::into_inner).insert(log, author);
    }

    /// Who writes a log; `None` for one that is not open here.
    #[must_use]
    pub fn author(&self, log: &LogId) -> Option<AccountId> {
        self.authors.read().unwrap_or_else(PoisonError::into_inner).get(log).map(|author| author.account)
    }

    /// A member's device was seen to hold this. Logs that are not open here are passed over, so a peer cannot make this grow.
    /// Returns what of our own logs it was not known to hold.
    pub fn seen(&self, device: DeviceId, held: &[LogSummary]) -> Vec<(LogId, Vec<SeqRange>)> {
        let authors = self.authors.read().unwrap_or_else(PoisonError::into_inner);
        let mut holders = self.holders.write().unwrap_or_else(PoisonError::into_inner);
        let mut news = Vec::new();
        for summary in held {
            let Some(author) = authors.get(&summary.log) else { continue };
            let before = holders.entry(summary.log).or_default().insert(device, summary.ranges.clone());
            if author.own {
                let fresh = before.unwrap_or_default().lacking(&summary.ranges);
                if !fresh.is_empty() {
                    news.push((summary.log, fresh));
                }
            }
        }
        news
    }

    /// How many devices other than this one were seen to hold an entry.
    #[must_use]
    pub fn holders(&self, entry: &Entry) -> u32 {
        self.holders_at(&entry.log, entry.header.seq)
    }

    /// The same by its place.
    #[must_use]
    pub fn holders_at(&self, log: &LogId, seq: u64) -> u32 {
        let holders = self.holders.read().unwrap_or_else(PoisonError::into_inner);
        let count =
            holders.get(log).map_or(0, |devices| devices.values().filter(|ranges| ranges.contains(seq)).count());
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The devices other than this one that were seen to hold an entry.
    #[must_use]
    pub fn holding(&self, entry: &Entry) -> Vec<DeviceId> {
        let holders = self.holders.read().unwrap_or_else(PoisonError::into_inner);
        let devices = holders.get(&entry.log).into_iter().flatten();
        devices.filter(|(_, ranges)| ranges.contains(entry.header.seq)).map(|(device, _)| *device).collect()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.authors.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.holders.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
