//! When a timer of the top level is due.

use super::cron::Cron;
use crate::trigger::Schedule;

impl Schedule {
    /// The first time, for a timer that begins to stand now.
    pub(super) fn first(&self, now_ms: u64) -> Option<u64> {
        match self {
            Self::Every { ms } | Self::After { ms } => now_ms.checked_add(*ms),
            Self::Cron { .. } => self.cron()?.after(now_ms),
            Self::At { ms } => Some(*ms),
        }
    }

    /// The first time after this one, for a timer that was due then.
    pub(super) fn following(&self, due_ms: u64, after_ms: u64) -> Option<u64> {
        match self {
            Self::Every { ms } => {
                let runs = after_ms.saturating_sub(due_ms) / (*ms).max(1) + 1;
                due_ms.checked_add(ms.checked_mul(runs)?)
            }
            Self::Cron { .. } => self.cron()?.after(after_ms.max(due_ms)),
            Self::After { .. } | Self::At { .. } => None,
        }
    }

    /// The last time up to now, for a timer that is due since `due_ms`.
    pub(super) fn latest(&self, due_ms: u64, now_ms: u64) -> u64 {
        match self {
            Self::Every { ms } => {
                let ms = (*ms).max(1);
                due_ms + now_ms.saturating_sub(due_ms) / ms * ms
            }
            Self::Cron { .. } => self.cron().and_then(|cron| cron.last(now_ms)).map_or(due_ms, |last| last.max(due_ms)),
            Self::After { .. } | Self::At { .. } => due_ms,
        }
    }

    fn cron(&self) -> Option<Cron> {
        match self {
            Self::Cron { pattern, offset_min } => Cron::parse(pattern, *offset_min).ok(),
            _ => None,
        }
    }
}
