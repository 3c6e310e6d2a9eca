//! [`Past`]: the set of events that an event knew of, as a persistent bitmap over their positions in the DAG.
//!
//! Exact for every shape, equivocating devices included, because it asks nothing of devices. Cheap for honest ones: whoever knew of
//! the first n events stores the number n; what lies beyond is a tree of three floors whose unchanged parts are shared with the
//! parents'. An event that follows one chain costs one path of at most 500 bytes; the worst a hostile author can do is one bit per
//! event held, which the DAG's budget counts.

use std::sync::Arc;

/// Children of a node.
const FAN: usize = 16;
/// Words of a leaf.
const WORDS: usize = 16;
/// Bits of a leaf.
const LEAF_BITS: u32 = WORDS as u32 * 64;
/// Bits under one child of the root.
const BRANCH_BITS: u32 = LEAF_BITS * FAN as u32;
/// Positions a set can hold.
pub(crate) const CAPACITY: u32 = BRANCH_BITS * FAN as u32;

type Leaf = [u64; WORDS];
type Branch = [Option<Arc<Leaf>>; FAN];
type Root = [Option<Arc<Branch>>; FAN];

/// A set of positions below [`CAPACITY`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Past {
    /// Every position below is in the set.
    full: u32,
    /// The others; positions below `full` may be missing here.
    tree: Option<Arc<Root>>,
}

const fn slots(position: u32) -> (usize, usize, usize, u32) {
    let within = position % BRANCH_BITS % LEAF_BITS;
    (
        (position / BRANCH_BITS) as usize % FAN,
        (position % BRANCH_BITS / LEAF_BITS) as usize,
        (within / 64) as usize,
        within % 64,
    )
}

impl Past {
    /// Whether `position` is in the set.
    pub(crate) fn contains(&self, position: u32) -> bool {
        if position < self.full {
            return true;
        }
        let (branch, leaf, word, bit) = slots(position);
        let Some(root) = &self.tree else { return false };
        let Some(branch) = root.get(branch).and_then(Option::as_ref) else { return false };
        let Some(leaf) = branch.get(leaf).and_then(Option::as_ref) else { return false };
        leaf.get(word).is_some_and(|word| word >> bit & 1 == 1)
    }

    /// How many of the first positions are in it without a gap.
    pub(crate) const fn full(&self) -> u32 {
        self.full
    }

    /// What an event with these parents knew of: the parents and what each of them knew of. Also how many bytes were taken for
    /// it that no parent shares.
    pub(crate) fn of<'a>(parents: impl Iterator<Item = (u32, &'a Self)> + Clone) -> (Self, usize) {
        let base = parents.clone().map(|(_, past)| past.full).max().unwrap_or(0);
        let mut fresh = 0;
        let mut past = Self { full: base, tree: None };
        let mut own: Vec<u32> = parents.clone().map(|(position, _)| position).filter(|p| *p >= base).collect();
        own.sort_unstable();
        // The common case without any tree: a chain on top of everything.
        if parents.clone().all(|(_, past)| past.tree.is_none() || past.is_below(base)) {
            while own.first() == Some(&past.full) {
                past.full += 1;
                own.remove(0);
            }
            if own.is_empty() {
                return (past, fresh);
            }
        }
        let roots: Vec<&Arc<Root>> = parents.filter_map(|(_, past)| past.tree.as_ref()).collect();
        let root = merge_roots(&roots, past.full, &own, &mut fresh);
        past.tree = root;
        past.advance();
        (past, fresh)
    }

    /// Whether nothing of the tree lies at or above `base`.
    fn is_below(&self, base: u32) -> bool {
        let Some(root) = &self.tree else { return true };
        let last = root.iter().enumerate().rev().find_map(|(b, branch)| {
            let branch = branch.as_ref()?;
            let (l, leaf) = branch.iter().enumerate().rev().find_map(|(l, leaf)| Some((l, leaf.as_ref()?)))?;
            let (w, word) = leaf.iter().enumerate().rev().find(|(_, word)| **word != 0)?;
            Some(b as u32 * BRANCH_BITS + l as u32 * LEAF_BITS + w as u32 * 64 + 63 - word.leading_zeros())
        });
        last.is_none_or(|last| last < base)
    }

    /// Moves `full` over the positions that follow without a gap, and drops the tree once it holds nothing beyond.
    fn advance(&mut self) {
        while self.full < CAPACITY && self.tree.is_some() && self.contains_in_tree(self.full) {
            let (.., bit) = slots(self.full);
            let word = self.word(self.full) >> bit;
            self.full += word.trailing_ones();
        }
        if self.is_below(self.full) {
            self.tree = None;
        }
    }

    fn contains_in_tree(&self, position: u32) -> bool {
        let (.., bit) = slots(position);
        self.word(position) >> bit & 1 == 1
    }

    /// The word of the tree that holds `position`.
    fn word(&self, position: u32) -> u64 {
        let (branch, leaf, word, _) = slots(position);
        self.tree
            .as_ref()
            .and_then(|root| root.get(branch)?.as_ref()?.get(leaf)?.as_ref()?.get(word))
            .copied()
            .unwrap_or(0)
    }
}

/// The union of the trees and of the positions in `own`, without parts that lie wholly below `full`.
fn merge_roots(roots: &[&Arc<Root>], full: u32, own: &[u32], fresh: &mut usize) -> Option<Arc<Root>> {
    let mut merged: Root = Default::default();
    for (slot, child) in merged.iter_mut().enumerate() {
        let start = slot as u32 * BRANCH_BITS;
        if start + BRANCH_BITS <= full {
            continue;
        }
        let branches: Vec<&Arc<Branch>> = roots.iter().filter_map(|root| root.get(slot)?.as_ref()).collect();
        *child = merge_branches(&branches, start, full, within(own, start, BRANCH_BITS), fresh);
    }
    share(merged, roots, fresh)
}

fn merge_branches(
    branches: &[&Arc<Branch>],
    start: u32,
    full: u32,
    own: &[u32],
    fresh: &mut usize,
) -> Option<Arc<Branch>> {
    if own.is_empty() && all_same(branches) {
        return branches.first().map(|branch| Arc::clone(branch));
    }
    let mut merged: Branch = Default::default();
    for (slot, child) in merged.iter_mut().enumerate() {
        let start = start + slot as u32 * LEAF_BITS;
        if start + LEAF_BITS <= full {
            continue;
        }
        let leaves: Vec<&Arc<Leaf>> = branches.iter().filter_map(|branch| branch.get(slot)?.as_ref()).collect();
        *child = merge_leaves(&leaves, start, within(own, start, LEAF_BITS), fresh);
    }
    share(merged, branches, fresh)
}

fn merge_leaves(leaves: &[&Arc<Leaf>], start: u32, own: &[u32], fresh: &mut usize) -> Option<Arc<Leaf>> {
    if own.is_empty() && all_same(leaves) {
        return leaves.first().map(|leaf| Arc::clone(leaf));
    }
    let mut merged: Leaf = [0; WORDS];
    for leaf in leaves {
        for (word, other) in merged.iter_mut().zip(leaf.iter()) {
            *word |= other;
        }
    }
    for position in own {
        let within = position - start;
        if let Some(word) = merged.get_mut((within / 64) as usize) {
            *word |= 1 << (within % 64);
        }
    }
    if let Some(same) = leaves.iter().find(|leaf| leaf.as_ref() == &merged) {
        return Some(Arc::clone(same));
    }
    *fresh += size_of::<Leaf>();
    Some(Arc::new(merged))
}

/// One of `inputs` when `merged` holds exactly its children, else a new node; none when it has no children.
fn share<T, const N: usize>(
    merged: [Option<Arc<T>>; N],
    inputs: &[&Arc<[Option<Arc<T>>; N]>],
    fresh: &mut usize,
) -> Option<Arc<[Option<Arc<T>>; N]>> {
    if merged.iter().all(Option::is_none) {
        return None;
    }
    let same = |input: &&&Arc<[Option<Arc<T>>; N]>| {
        input.iter().zip(&merged).all(|pair| match pair {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        })
    };
    if let Some(input) = inputs.iter().find(same) {
        return Some(Arc::clone(input));
    }
    *fresh += size_of::<[Option<Arc<T>>; N]>();
    Some(Arc::new(merged))
}

fn all_same<T>(nodes: &[&Arc<T>]) -> bool {
    nodes.windows(2).all(|pair| matches!(pair, [a, b] if Arc::ptr_eq(a, b)))
}

/// The part of ascending `positions` within `bits` from `start`.
fn within(positions: &[u32], start: u32, bits: u32) -> &[u32] {
    let from = positions.partition_point(|p| *p < start);
    let to = positions.partition_point(|p| *p < start.saturating_add(bits));
    positions.get(from..to).unwrap_or(&[])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_chain_takes_no_memory() {
        let mut past = Past::default();
        for position in 0..5_000 {
            let (next, fresh) = Past::of([(position, &past)].into_iter());
            assert_eq!((next.full, fresh), (position + 1, 0));
            past = next;
        }
    }

    #[test]
    fn two_interleaved_chains_share_what_does_not_change() {
        // given: even and odd positions that know nothing of each other
        let (mut even, mut odd) = (Past::default(), Past::default());
        let mut bytes = 0;
        for position in 1..20_001 {
            let side = if position % 2 == 0 { &mut even } else { &mut odd };
            let parent = if position < 3 { 0 } else { position - 2 };
            let (next, fresh) = Past::of([(parent, &*side)].into_iter());
            *side = next;
            bytes += fresh;
        }
        // then: each event took one path of the tree at most
        assert!(bytes <= 20_000 * 450, "{bytes}");
        // and: whoever merges them knows of everything and needs no tree
        let (merged, _) = Past::of([(19_999, &odd), (20_000, &even)].into_iter());
        assert_eq!((merged.full, merged.tree.is_none()), (20_001, true));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn it_is_the_set_that_a_naive_one_is(parents in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 1..5), 1..400)) {
            let mut naive: Vec<BTreeSet<u32>> = vec![BTreeSet::new()];
            let mut pasts = vec![Past::default()];
            // Spread over leaves and branches: every event stands in for 97 positions of which it takes the first.
            for picks in &parents {
                let chosen: BTreeSet<usize> = picks.iter().map(|pick| pick.index(pasts.len())).collect();
                let mut set = BTreeSet::new();
                for parent in &chosen {
                    set.extend(&naive[*parent]);
                    set.insert(*parent as u32 * 97);
                }
                let past = Past::of(chosen.iter().map(|p| (*p as u32 * 97, &pasts[*p]))).0;
                for position in 0..=(pasts.len() as u32 * 97) {
                    prop_assert_eq!(past.contains(position), set.contains(&position), "{}", position);
                }
                naive.push(set);
                pasts.push(past);
            }
        }
    }
}
