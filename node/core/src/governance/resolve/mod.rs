//! From the set of events to which of them are effective. A pure function: no clock, no order of arrival.
//!
//! Events are decided level by level from the top, each level in (hlc, id) order, which extends causal order. Whatever a decision
//! asks about stands above it or before it, so one pass decides everything.

mod acts;
mod authority;
mod judge;
mod register;
mod revocation;
mod uses;

use std::cmp::Reverse;

pub(super) use acts::{Acts, under};
pub(super) use judge::Judge;
pub(super) use register::last_write;

use super::{Why, dag::Dag, past::Past};
use uses::Uses;

/// What was decided about one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not decided, or not among the events resolved.
    Open,
    /// It counts.
    Effective,
    /// It does not.
    Ineffective(Why),
}

/// What was decided about every event, and the effective ones sorted by what they are about.
#[derive(Debug, Default)]
pub(super) struct Resolution {
    pub(super) verdicts: Vec<Verdict>,
    pub(super) acts: Acts,
    pub(super) uses: Uses,
}

impl Resolution {
    /// Decides all events, or those in `scope`, which must hold the past of each.
    pub(super) fn of(dag: &Dag, scope: Option<&Past>) -> Self {
        let mut order: Vec<u32> = (0..dag.len_u32()).filter(|p| scope.is_none_or(|scope| scope.contains(*p))).collect();
        order.sort_by_cached_key(|p| (Reverse(dag.rank(*p)), dag.key(*p)));
        let mut resolution =
            Self { verdicts: vec![Verdict::Open; dag.nodes().len()], acts: Acts::default(), uses: Uses::of(scope) };
        for position in order {
            resolution.decide(dag, position);
        }
        resolution
    }

    /// Decides one event. Everything above it and before it must have been decided.
    pub(super) fn decide(&mut self, dag: &Dag, position: u32) -> Verdict {
        let mut judged = Judge { dag, resolution: self }.judge(position);
        if judged.is_ok() && !self.take_use(dag, position) {
            judged = Err(Why::InviteUsedUp);
        }
        let verdict = match judged {
            Ok(()) => Verdict::Effective,
            Err(why) => Verdict::Ineffective(why),
        };
        if let Some(slot) = self.verdicts.get_mut(position as usize) {
            *slot = verdict;
        }
        if verdict == Verdict::Effective {
            self.acts.note(dag, position);
        }
        verdict
    }

    /// What was decided about an event.
    pub(super) fn verdict(&self, position: u32) -> Verdict {
        self.verdicts.get(position as usize).copied().unwrap_or(Verdict::Open)
    }

    /// Whether it counts.
    pub(super) fn is_effective(&self, position: u32) -> bool {
        self.verdict(position) == Verdict::Effective
    }
}
