//! In which order what is lacking is fetched: the newest page of every log first, then the rest downwards, logs in turn.

use std::collections::VecDeque;

use folkmoot_proto::limits::FETCH_ENTRIES;

use super::LogSummary;
use crate::{
    ids::LogId,
    log::{Ranges, SeqRange},
};

/// Entries of a log that are fetched first: a page on a screen.
const FIRST_ENTRIES: u64 = 64;

/// Fetches planned for one log in one sync: what a peer claims to hold may be a lie, and the rest comes with the next sync.
const FETCHES_PER_LOG: usize = 1_024;
/// Fetches planned for all logs in one sync.
const FETCHES: usize = 16_384;

/// One request for consecutive entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// The log.
    pub log: LogId,
    /// At most [`FETCH_ENTRIES`] numbers.
    pub range: SeqRange,
}

/// Plans the fetches that bring `ours` up to what a peer offers.
///
/// A log whose greatest number agrees but whose tip does not is forked: its top is fetched although numbers are held.
#[must_use]
pub fn plan<'a>(ours: impl Fn(&LogId) -> Option<&'a LogSummary>, theirs: &[LogSummary]) -> VecDeque<Fetch> {
    let nothing = Ranges::default();
    let mut queues: Vec<VecDeque<Fetch>> = Vec::new();
    for offer in theirs {
        let held = ours(&offer.log);
        let held_ranges = held.map_or(&nothing, |s| &s.ranges);
        let mut lacking = held_ranges.lacking(&offer.ranges);
        if let (Some(held), Some(to)) = (held, offer.ranges.top())
            && held.ranges.top() == Some(to)
            && held.tip != offer.tip
        {
            lacking.push(SeqRange { from: to.saturating_sub(FETCH_ENTRIES - 1).max(1), to });
        }
        let queue = slices(offer.log, &lacking);
        if !queue.is_empty() {
            queues.push(queue);
        }
    }
    let mut fetches = VecDeque::new();
    while !queues.is_empty() && fetches.len() < FETCHES {
        queues.retain_mut(|queue| {
            fetches.extend(queue.pop_front());
            !queue.is_empty()
        });
    }
    fetches
}

/// Cuts ranges into fetches, newest first, the first one small.
fn slices(log: LogId, lacking: &[SeqRange]) -> VecDeque<Fetch> {
    let mut fetches = VecDeque::new();
    let mut size = FIRST_ENTRIES;
    for range in lacking.iter().rev() {
        let mut to = range.to;
        loop {
            let from = to.saturating_sub(size - 1).max(range.from);
            fetches.push_back(Fetch { log, range: SeqRange { from, to } });
            if fetches.len() == FETCHES_PER_LOG {
                return fetches;
            }
            size = FETCH_ENTRIES;
            if from == range.from {
                break;
            }
            to = from - 1;
        }
    }
    fetches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(log: u8, ranges: &[(u64, u64)], tip: u8) -> LogSummary {
        LogSummary {
            log: LogId::new([log; 32]),
            ranges: Ranges::from_ranges(ranges.iter().map(|&(from, to)| SeqRange { from, to })),
            tip: [tip; 32],
        }
    }

    fn ranges(fetches: &VecDeque<Fetch>) -> Vec<(u8, u64, u64)> {
        fetches.iter().map(|f| (f.log.as_bytes()[0], f.range.from, f.range.to)).collect()
    }

    #[test]
    fn the_newest_page_of_every_log_comes_before_the_rest() {
        let theirs = [summary(1, &[(1, 2_000)], 0), summary(2, &[(1, 100)], 0)];
        let plan = plan(|_| None, &theirs);
        assert_eq!(ranges(&plan), [(1, 1_937, 2_000), (2, 37, 100), (1, 913, 1_936), (2, 1, 36), (1, 1, 912)]);
    }

    #[test]
    fn only_gaps_are_fetched() {
        let ours = summary(1, &[(1, 10), (20, 30)], 0);
        let theirs = [summary(1, &[(1, 32)], 0)];
        let plan = plan(|_| Some(&ours), &theirs);
        assert_eq!(ranges(&plan), [(1, 31, 32), (1, 11, 19)]);
    }

    #[test]
    fn a_fork_fetches_the_top_again() {
        let ours = summary(1, &[(1, 10)], 1);
        let theirs = [summary(1, &[(1, 10)], 2)];
        assert_eq!(ranges(&plan(|_| Some(&ours), &theirs)), [(1, 1, 10)]);
    }
}
