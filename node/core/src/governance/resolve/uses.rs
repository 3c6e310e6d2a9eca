//! Uses of invites: first come by (hlc, id), one per account. What a checkpoint covers is not displaced by what it had not seen.

use std::collections::{HashMap, HashSet};

use super::{Judge, Resolution, Verdict};
use crate::{
    governance::{Payload, Why, dag::Dag, past::Past},
    ids::AccountId,
};

/// Who took a use of which invite.
#[derive(Debug, Default)]
pub(in crate::governance) struct Uses {
    /// Per invite the accounts that got one.
    taken: HashMap<u32, HashSet<AccountId>>,
    /// Per invite the accounts that some checkpoints keep a use for. One set each: those decided after each other mostly ask
    /// about the same checkpoints.
    kept: HashMap<u32, (Vec<u32>, HashSet<AccountId>)>,
    /// Events resolved; all if `None`.
    scope: Option<Past>,
}

impl Uses {
    pub(super) fn of(scope: Option<&Past>) -> Self {
        Self { scope: scope.cloned(), ..Self::default() }
    }

    /// How many accounts got a use of the invite.
    pub(in crate::governance) fn taken(&self, invite: u32) -> usize {
        self.taken.get(&invite).map_or(0, HashSet::len)
    }

    /// Accounts whose ADMIT one of the checkpoints covers.
    fn kept_by(&self, dag: &Dag, invite: u32, checkpoints: &[u32]) -> HashSet<AccountId> {
        let admits = dag.admits.get(&invite).map_or(&[][..], Vec::as_slice);
        admits
            .iter()
            .filter(|o| self.scope.as_ref().is_none_or(|scope| scope.contains(**o)))
            .filter(|o| checkpoints.iter().any(|c| dag.is_in_past(**o, *c)))
            .filter_map(|o| match &dag.event(*o).payload {
                Payload::Admit(admit) => Some(admit.account),
                _ => None,
            })
            .collect()
    }

    /// Whether the account got a use of the invite.
    pub(in crate::governance) fn has_taken(&self, invite: u32, account: &AccountId) -> bool {
        self.taken.get(&invite).is_some_and(|taken| taken.contains(account))
    }
}

impl Resolution {
    /// Takes a use for an ADMIT that is otherwise in order; false when none is left. Other events need none.
    ///
    /// ADMITs of one invite must come in (hlc, id) order.
    pub(super) fn take_use(&mut self, dag: &Dag, position: u32) -> bool {
        let Payload::Admit(admit) = &dag.event(position).payload else { return true };
        let Some(invite) = dag.node(position).claim.invite else { return true };
        if !self.would_take_use(dag, position) {
            return false;
        }
        self.uses.taken.entry(invite).or_default().insert(admit.account);
        true
    }

    /// Whether [`Self::take_use`] would find one.
    pub(in crate::governance) fn would_take_use(&mut self, dag: &Dag, position: u32) -> bool {
        let Payload::Admit(admit) = &dag.event(position).payload else { return true };
        let Some(invite) = dag.node(position).claim.invite else { return true };
        self.uses.has_taken(invite, &admit.account) || self.has_use_left(dag, invite, Some(position))
    }

    /// Whether one more account can come in by the invite: by the ADMIT given, or by one that follows everything.
    pub(in crate::governance) fn has_use_left(&mut self, dag: &Dag, invite: u32, admit: Option<u32>) -> bool {
        let Payload::Invite(terms) = &dag.event(invite).payload else { return false };
        let Some(limit) = terms.max_uses.and_then(|limit| usize::try_from(limit).ok()) else { return true };
        let taken = self.uses.taken(invite);
        let all = dag.admits.get(&invite).map_or(0, Vec::len);
        if taken >= limit {
            return false;
        }
        if all < limit || self.acts.checkpoints.is_empty() {
            return true;
        }
        let blind: Vec<u32> = self
            .acts
            .checkpoints
            .iter()
            .copied()
            .filter(|c| !admit.is_some_and(|admit| dag.is_in_past(admit, *c)))
            .collect();
        if self.uses.kept.get(&invite).is_none_or(|(by, _)| *by != blind) {
            let accounts = self.uses.kept_by(dag, invite, &blind);
            self.uses.kept.insert(invite, (blind, accounts));
        }
        let none = HashSet::new();
        let kept = self.uses.kept.get(&invite).map_or(&none, |(_, accounts)| accounts);
        let taken = self.uses.taken.get(&invite).unwrap_or(&none);
        taken.len() + kept.difference(taken).count() < limit
    }

    /// Whether deciding an ADMIT now, after others, gives what deciding it in its place would: no other of its limited invite
    /// stands behind it.
    pub(in crate::governance) fn may_decide_late(&self, dag: &Dag, position: u32) -> bool {
        let Some(invite) = dag.node(position).claim.invite else { return true };
        let Payload::Invite(terms) = &dag.event(invite).payload else { return true };
        let key = dag.key(position);
        terms.max_uses.is_none()
            || dag.admits.get(&invite).is_none_or(|all| all.iter().all(|o| *o == position || dag.key(*o) < key))
    }

    /// Whether the two conditions still say of an event what was decided; the uses of invites left aside.
    pub(in crate::governance) fn still_holds(&self, dag: &Dag, position: u32) -> bool {
        let judged = Judge { dag, resolution: self }.judge(position);
        match (self.verdict(position), judged) {
            (Verdict::Effective | Verdict::Ineffective(Why::InviteUsedUp), Ok(())) => true,
            (Verdict::Ineffective(before), Err(now)) => before == now,
            _ => false,
        }
    }
}
