//! Which sequence numbers of a log are held: a few inclusive ranges, with the gaps between them explicit.

/// Inclusive on both ends; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeqRange {
    /// First number.
    pub from: u64,
    /// Last number.
    pub to: u64,
}

impl SeqRange {
    /// How many numbers.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.to - self.from + 1
    }
}

/// Ascending, disjoint, never adjacent ranges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges(Vec<SeqRange>);

impl Ranges {
    /// From ranges in any order; empty or reversed ones are passed over.
    #[must_use]
    pub fn from_ranges(ranges: impl IntoIterator<Item = SeqRange>) -> Self {
        let mut all = Self::default();
        for range in ranges {
            all.insert(range);
        }
        all
    }

    /// Adds a range, joining what it touches.
    pub fn insert(&mut self, range: SeqRange) {
        if range.from > range.to {
            return;
        }
        // The usual case: an append at the end.
        if let Some(last) = self.0.last_mut()
            && range.from == last.to.saturating_add(1)
        {
            last.to = range.to;
            return;
        }
        let start = self.0.partition_point(|r| r.to.saturating_add(1) < range.from);
        let end = self.0.partition_point(|r| r.from <= range.to.saturating_add(1));
        let mut joined = range;
        if let (Some(first), Some(last)) = (self.0.get(start), self.0.get(end.wrapping_sub(1)))
            && start < end
        {
            joined = SeqRange { from: range.from.min(first.from), to: range.to.max(last.to) };
        }
        self.0.splice(start..end.max(start), [joined]);
    }

    /// Adds one number.
    pub fn insert_one(&mut self, seq: u64) {
        self.insert(SeqRange { from: seq, to: seq });
    }

    /// Whether a number is held.
    #[must_use]
    pub fn contains(&self, seq: u64) -> bool {
        let at = self.0.partition_point(|r| r.to < seq);
        self.0.get(at).is_some_and(|r| r.from <= seq)
    }

    /// The greatest number held.
    #[must_use]
    pub fn top(&self) -> Option<u64> {
        self.0.last().map(|r| r.to)
    }

    /// The ranges, ascending.
    #[must_use]
    pub fn as_slice(&self) -> &[SeqRange] {
        &self.0
    }

    /// How many numbers are held.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().map(SeqRange::count).sum()
    }

    /// What `other` holds and `self` does not, ascending.
    #[must_use]
    pub fn lacking(&self, other: &Self) -> Vec<SeqRange> {
        let mut lacking = Vec::new();
        for theirs in &other.0 {
            let mut from = theirs.from;
            for ours in self.0.iter().filter(|r| r.to >= theirs.from && r.from <= theirs.to) {
                if ours.from > from {
                    lacking.push(SeqRange { from, to: ours.from - 1 });
                }
                from = ours.to.saturating_add(1);
            }
            if from <= theirs.to && from != 0 {
                lacking.push(SeqRange { from, to: theirs.to });
            }
        }
        lacking
    }

    /// Gaps below the top: numbers from 1 on that are not held although a greater one is.
    #[must_use]
    pub fn gaps(&self) -> Vec<SeqRange> {
        match self.top() {
            Some(to) => self.lacking(&Self(vec![SeqRange { from: 1, to }])),
            None => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn set(ranges: &[SeqRange]) -> BTreeSet<u64> {
        ranges.iter().flat_map(|r| r.from..=r.to).collect()
    }

    proptest! {
        #[test]
        fn ranges_behave_as_the_set_of_their_numbers(
            ours in prop::collection::vec((1u64..60, 0u64..8), 0..20),
            theirs in prop::collection::vec((1u64..60, 0u64..8), 0..20),
        ) {
            let make = |v: &[(u64, u64)]| Ranges::from_ranges(v.iter().map(|&(f, n)| SeqRange { from: f, to: f + n }));
            let (a, b) = (make(&ours), make(&theirs));
            let naive: BTreeSet<u64> = ours.iter().flat_map(|&(f, n)| f..=f + n).collect();
            prop_assert_eq!(&set(a.as_slice()), &naive);
            prop_assert!(a.as_slice().windows(2).all(|w| w[0].to + 1 < w[1].from));
            prop_assert_eq!(a.count(), naive.len() as u64);
            let lacking: BTreeSet<u64> = set(b.as_slice()).difference(&naive).copied().collect();
            prop_assert_eq!(set(&a.lacking(&b)), lacking);
            prop_assert!((1..70).all(|n| a.contains(n) == naive.contains(&n)));
        }
    }

    #[test]
    fn a_gap_below_the_top_is_named() {
        let ranges = Ranges::from_ranges([SeqRange { from: 5, to: 9 }, SeqRange { from: 2, to: 2 }]);
        assert_eq!(ranges.gaps(), [SeqRange { from: 1, to: 1 }, SeqRange { from: 3, to: 4 }]);
    }
}
