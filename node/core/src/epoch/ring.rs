//! The epochs of one scope as this node knows them: which secrets it holds, which it lacks, which to encrypt under.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::{Commitments, EpochKeys, FrameError, HistoryRoot, Secret, frame, new::open_link};
use crate::ids::{EpochId, ScopeId, ServerId};

/// What an effective KEY_EPOCH event says, and whether it may be encrypted under.
#[derive(Clone, Debug)]
pub struct KnownEpoch {
    /// 1 + the greatest of its parents'.
    pub generation: u32,
    /// Level of its author.
    pub author_level: u32,
    /// What its secrets must match.
    pub commitments: Commitments,
    /// The epochs it follows.
    pub parents: Vec<EpochId>,
    /// Its parents' secrets under its own.
    pub hist_link: Bytes,
    /// Whether everybody who holds it is still allowed (rule E3).
    pub usable: bool,
}

struct Held {
    secret: Secret,
    keys: EpochKeys,
}

/// Whoever wrapped a secret wrapped another one (rule E2). Ask somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("secret of epoch {epoch:?} does not match its commitment")]
pub struct BadWrap {
    /// The epoch.
    pub epoch: EpochId,
}

/// Epochs of one scope.
pub struct Ring {
    server: ServerId,
    scope: ScopeId,
    known: BTreeMap<EpochId, KnownEpoch>,
    held: BTreeMap<EpochId, Held>,
}

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ring").field("known", &self.known.len()).field("held", &self.held.len()).finish()
    }
}

impl Ring {
    /// No epochs yet.
    #[must_use]
    pub const fn new(server: ServerId, scope: ScopeId) -> Self {
        Self { server, scope, known: BTreeMap::new(), held: BTreeMap::new() }
    }

    /// Takes note of an effective epoch, or of a change of its author's level or its usability.
    pub fn note(&mut self, id: EpochId, epoch: KnownEpoch) {
        self.known.insert(id, epoch);
    }

    /// Forgets epochs that are no longer effective; secrets stay, for what was encrypted under them.
    pub fn retain(&mut self, effective: &BTreeSet<EpochId>) {
        self.known.retain(|id, _| effective.contains(id));
    }

    /// Takes a secret, checks it against its commitment and follows the history links. Returns what is newly held, to be
    /// stored.
    ///
    /// # Errors
    /// [`BadWrap`] when it is not the secret committed to, or the epoch is unknown.
    pub fn hold(&mut self, id: EpochId, secret: Secret) -> Result<Vec<EpochId>, BadWrap> {
        let known = self.known.get(&id).ok_or(BadWrap { epoch: id })?;
        if !secret.matches(&known.commitments) {
            return Err(BadWrap { epoch: id });
        }
        let mut gained = Vec::new();
        let mut queue = vec![(id, secret)];
        while let Some((id, secret)) = queue.pop() {
            let better = match self.held.get(&id) {
                None => true,
                Some(held) => matches!((&held.secret, &secret), (Secret::Messages(_), Secret::History(_))),
            };
            let Some(known) = self.known.get(&id) else { continue };
            if !better || !secret.matches(&known.commitments) {
                continue;
            }
            if let Secret::History(root) = &secret {
                queue.extend(
                    open_link(root, &known.hist_link).into_iter().map(|(id, root)| (id, Secret::History(root))),
                );
            }
            let keys = secret.keys(&self.server, &id);
            self.held.insert(id, Held { secret, keys });
            gained.push(id);
        }
        Ok(gained)
    }

    /// Takes a secret back from this node's own sealed store, where only checked ones are put.
    pub fn restore(&mut self, id: EpochId, secret: Secret) {
        let keys = secret.keys(&self.server, &id);
        self.held.insert(id, Held { secret, keys });
    }

    /// Rule E4: the usable epoch with the greatest (generation, author level, id) whose secret is held.
    #[must_use]
    pub fn sending(&self) -> Option<EpochId> {
        self.known
            .iter()
            .filter(|(id, known)| known.usable && self.held.contains_key(id))
            .max_by_key(|(id, known)| (known.generation, known.author_level, **id))
            .map(|(id, _)| *id)
    }

    /// Effective epochs whose secret is not held, the newest first: whoever makes many that nobody can open hides none behind them.
    #[must_use]
    pub fn lacking(&self) -> Vec<EpochId> {
        let lacking = self.known.iter().filter(|(id, _)| !self.held.contains_key(id));
        let mut lacking: Vec<(u32, EpochId)> = lacking.map(|(id, known)| (known.generation, *id)).collect();
        lacking.sort_unstable_by_key(|(generation, id)| (std::cmp::Reverse(*generation), *id));
        lacking.into_iter().map(|(_, id)| id).collect()
    }

    /// Whether any effective epoch is usable, held or not.
    #[must_use]
    pub fn any_usable(&self) -> bool {
        self.known.values().any(|known| known.usable)
    }

    /// Whether any effective epoch is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The parents of the next epoch: effective epochs held with all history that no other epoch held follows. What was made on two
    /// sides of a partition comes together in it, whatever the generations.
    #[must_use]
    pub fn tips(&self) -> Vec<(EpochId, u32, &HistoryRoot)> {
        let held = || self.known.iter().filter_map(|(id, known)| Some((id, known, self.held.get(id)?)));
        let followed: BTreeSet<EpochId> = held().flat_map(|(_, known, _)| known.parents.iter().copied()).collect();
        held()
            .filter(|(id, ..)| !followed.contains(id))
            .filter_map(|(id, known, held)| match &held.secret {
                Secret::History(root) => Some((*id, known.generation, root)),
                Secret::Messages(_) => None,
            })
            .collect()
    }

    /// A secret held.
    #[must_use]
    pub fn secret(&self, id: &EpochId) -> Option<&Secret> {
        self.held.get(id).map(|held| &held.secret)
    }

    /// Generation and commitment to `H` of a known epoch.
    #[must_use]
    pub fn header(&self, id: &EpochId) -> Option<(u32, Commitments)> {
        self.known.get(id).map(|known| (known.generation, known.commitments))
    }

    /// Topics to follow: those of usable epochs held; while there is none, those of the newest generation held. Whoever was left
    /// out of the newer ones stays behind on the old.
    #[must_use]
    pub fn topics(&self) -> BTreeSet<[u8; 32]> {
        let held = || self.known.iter().filter_map(|(id, known)| Some((known, self.held.get(id)?)));
        let newest = held().map(|(known, _)| known.generation).max();
        let any_usable = held().any(|(known, _)| known.usable);
        held()
            .filter(|(known, _)| if any_usable { known.usable } else { Some(known.generation) == newest })
            .map(|(_, held)| held.keys.topic())
            .collect()
    }

    /// Topic of one epoch held.
    #[must_use]
    pub fn topic(&self, id: &EpochId) -> Option<[u8; 32]> {
        self.held.get(id).map(|held| held.keys.topic())
    }

    /// Encrypts a frame under an epoch held.
    #[must_use]
    pub fn seal(&self, epoch: &EpochId, nonce: &[u8; 24], plain: &[u8]) -> Option<Bytes> {
        self.held.get(epoch).map(|held| frame::seal_frame(&held.keys, &self.scope, epoch, nonce, plain))
    }

    /// Finds a frame's epoch by its hint and decrypts it; `None` when no epoch held fits.
    pub fn open(&self, bytes: &[u8]) -> Option<Result<(EpochId, Bytes), FrameError>> {
        let (id, held) = self.held.iter().find(|(_, held)| frame::hint_of(&held.keys, bytes))?;
        Some(frame::open_frame(&held.keys, &self.scope, id, bytes).map(|plain| (*id, plain)))
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::epoch::{EpochParent, EpochPlan, NewEpoch};

    fn root(seed: u8) -> HistoryRoot {
        HistoryRoot::new(Zeroizing::new([seed; 32]))
    }

    fn ring() -> Ring {
        Ring::new(ServerId::new([9; 32]), ScopeId::new([9; 32]))
    }

    fn note(ring: &mut Ring, id: u8, new: &NewEpoch, usable: bool) -> EpochId {
        let id = EpochId::new([id; 32]);
        let known = KnownEpoch {
            generation: new.data.generation,
            author_level: 10,
            commitments: new.root.commitments(),
            parents: new.data.parents.iter().map(|p| EpochId::try_from(p.as_ref()).expect("an id")).collect(),
            hist_link: new.data.hist_link.clone(),
            usable,
        };
        ring.note(id, known);
        id
    }

    fn make(seed: u8, parents: &[EpochParent<'_>]) -> NewEpoch {
        let plan = EpochPlan {
            server: ServerId::new([9; 32]),
            scope: ScopeId::new([9; 32]),
            parents,
            allowed: &[],
            recipients: &[],
            link_nonce: [seed; 24],
            reason: "",
        };
        NewEpoch::make(root(seed), &plan, |_, _, _, _| None)
    }

    #[test]
    fn the_newest_root_hands_over_all_history() {
        // given: three epochs, each linked to the one before
        let first = make(1, &[]);
        let second = make(2, &[EpochParent { id: EpochId::new([1; 32]), generation: 1, root: &first.root }]);
        let third = make(3, &[EpochParent { id: EpochId::new([2; 32]), generation: 2, root: &second.root }]);
        let mut ring = ring();
        let ids =
            [note(&mut ring, 1, &first, true), note(&mut ring, 2, &second, true), note(&mut ring, 3, &third, true)];
        // when: only the newest secret is handed over
        let gained = ring.hold(ids[2], Secret::History(root(3))).expect("matches");
        // then: all three are held
        assert_eq!(gained.len(), 3);
        assert!(ring.lacking().is_empty());
        assert_eq!(ring.sending(), Some(ids[2]));
    }

    #[test]
    fn a_wrong_secret_is_told_and_not_held() {
        let mut ring = ring();
        let id = note(&mut ring, 1, &make(1, &[]), true);
        assert_eq!(ring.hold(id, Secret::History(root(2))), Err(BadWrap { epoch: id }));
        assert_eq!(ring.lacking(), [id]);
    }

    #[test]
    fn an_unusable_epoch_still_decrypts_but_is_not_encrypted_under() {
        let mut ring = ring();
        let id = note(&mut ring, 1, &make(1, &[]), false);
        ring.hold(id, Secret::History(root(1))).expect("matches");
        assert_eq!(ring.sending(), None);
        let frame = ring.seal(&id, &[0; 24], b"x").expect("held");
        assert_eq!(ring.open(&frame), Some(Ok((id, Bytes::from_static(b"x")))));
    }

    #[test]
    fn the_next_epoch_follows_what_was_made_on_both_sides_of_a_partition() {
        // given: one side has rotated twice, the other once
        let first = make(1, &[]);
        let from = |id: u8, generation, root| EpochParent { id: EpochId::new([id; 32]), generation, root };
        let left = make(2, &[from(1, 1, &first.root)]);
        let further = make(3, &[from(2, 2, &left.root)]);
        let right = make(4, &[from(1, 1, &first.root)]);
        let mut ring = ring();
        for (id, epoch, seed) in [(1, &first, 1), (2, &left, 2), (3, &further, 3), (4, &right, 4)] {
            let id = note(&mut ring, id, epoch, true);
            ring.hold(id, Secret::History(root(seed))).expect("matches");
        }
        // then: both ends are its parents, so that its secret hands over both histories
        let tips: Vec<(EpochId, u32)> = ring.tips().into_iter().map(|(id, generation, _)| (id, generation)).collect();
        assert_eq!(tips, [(EpochId::new([3; 32]), 3), (EpochId::new([4; 32]), 2)]);
        // then: meanwhile the greater generation is written under
        assert_eq!(ring.sending(), Some(EpochId::new([3; 32])));
    }

    #[test]
    fn an_epoch_that_nobody_can_open_is_no_parent_and_does_not_hide_one() {
        let (first, garbage) = (make(1, &[]), make(2, &[]));
        let mut ring = ring();
        let held = note(&mut ring, 1, &first, true);
        ring.hold(held, Secret::History(root(1))).expect("matches");
        let unheld = note(&mut ring, 2, &garbage, true);
        assert_eq!(ring.tips().len(), 1);
        assert_eq!((ring.sending(), ring.lacking()), (Some(held), vec![unheld]));
    }
}
