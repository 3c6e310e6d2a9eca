//! [`Judge`]: the two conditions together, for one event.

use std::ops::ControlFlow;

use super::Resolution;
use crate::governance::{Payload, Why, dag::Dag};

/// Looks at one event in the light of what was decided above it and before it.
#[derive(Clone, Copy)]
pub(in crate::governance) struct Judge<'a> {
    pub(in crate::governance) dag: &'a Dag,
    pub(in crate::governance) resolution: &'a Resolution,
}

impl Judge<'_> {
    /// Conditions A and R: whether the event counts, but for the uses of its invite.
    pub(in crate::governance) fn judge(&self, event: u32) -> Result<(), Why> {
        self.authority(event)?;
        if self.is_beyond_revocation(event) {
            return Ok(());
        }
        match self.each_hit(event, &mut |_| ControlFlow::Break(())) {
            ControlFlow::Break(()) => Err(Why::Revoked),
            ControlFlow::Continue(()) => Ok(()),
        }
    }

    /// One of [`Self::killers`].
    pub(in crate::governance) fn first_killer(&self, event: u32) -> Option<u32> {
        if self.authority(event).is_err() || self.is_beyond_revocation(event) {
            return None;
        }
        match self.each_hit(event, &mut ControlFlow::Break) {
            ControlFlow::Break(r) => Some(r),
            ControlFlow::Continue(()) => None,
        }
    }

    /// What an event is lost to that had all authority of its own past: the rollback list. Empty for every other event.
    pub(in crate::governance) fn killers(&self, event: u32) -> Vec<u32> {
        let mut killers = Vec::new();
        if self.authority(event).is_ok() && !self.is_beyond_revocation(event) {
            let every: ControlFlow<()> = self.each_hit(event, &mut |r| {
                killers.push(r);
                ControlFlow::Continue(())
            });
            debug_assert!(every.is_continue(), "the visitor never breaks");
        }
        killers
    }

    fn is_beyond_revocation(&self, event: u32) -> bool {
        let payload = &self.dag.event(event).payload;
        payload.is_own_word() || matches!(payload, Payload::Genesis(_))
    }

    /// Whether an event is effective and stands above `than` or, at the same rank, before it.
    pub(super) fn counts_before(&self, event: u32, than: u32) -> bool {
        let (rank, limit) = (self.dag.rank(event), self.dag.rank(than));
        self.resolution.is_effective(event)
            && (rank > limit || rank == limit && self.dag.key(event) < self.dag.key(than))
    }
}
