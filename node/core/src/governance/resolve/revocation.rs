//! Condition R: revocations of strictly higher rank that the author had not seen.

use std::ops::ControlFlow;

use super::{Judge, acts::under};
use crate::{
    governance::{Payload, Permission, Role, past::Past, role::Rank},
    ids::AccountId,
};

/// What a decision about one event looks at.
struct Subject<'a> {
    position: u32,
    rank: Rank,
    past: &'a Past,
    author: AccountId,
    grant: Option<u32>,
    role: Option<Role>,
    needed: Option<Permission>,
}

/// Told of each revocation that hits; may stop the search.
type Visit<'a, B> = &'a mut dyn FnMut(u32) -> ControlFlow<B>;

impl Judge<'_> {
    /// Visits every effective revocation of strictly higher rank that takes away what the event stood on and is not spared.
    pub(super) fn each_hit<B>(&self, position: u32, visit: Visit<'_, B>) -> ControlFlow<B> {
        let node = self.dag.node(position);
        let subject = Subject {
            position,
            rank: node.claim.rank,
            past: &node.past,
            author: node.event.account,
            grant: node.claim.grant,
            role: node.claim.role,
            needed: node.event.payload.needed(),
        };
        let acts = &self.resolution.acts;
        let device = (node.event.account, node.event.device);
        if !node.event.is_by_root() {
            self.visit(&subject, under(&acts.device_revokes, &device), visit, |_| true)?;
        }
        if matches!(node.event.payload, Payload::HeirSignature { .. }) {
            return ControlFlow::Continue(());
        }
        self.visit(&subject, &acts.seals, visit, |r| !subject.past.contains(r))?;
        match &node.event.payload {
            Payload::Succession(_) => self.visit(&subject, &acts.wills, visit, |r| !subject.past.contains(r)),
            Payload::Admit(admit) => {
                self.door_hits(&subject, &admit.account, node.claim.invite, visit)?;
                // The admitting member outranks whoever revoked it.
                let floor = subject.role.map_or(Rank::NOBODY, |role| Rank::of_level(self.dag.role_level(role)));
                let admitter = Subject { rank: floor.max(subject.rank), ..subject };
                self.author_hits(&admitter, Some(&admit.account), visit)
            }
            _ => self.author_hits(&subject, None, visit),
        }
    }

    /// Visits those of `candidates` that rank above the event, had not seen it, fulfil `hits` and are not spared.
    fn visit<B>(
        &self,
        subject: &Subject<'_>,
        candidates: &[u32],
        visit: Visit<'_, B>,
        hits: impl Fn(u32) -> bool,
    ) -> ControlFlow<B> {
        // Those after it knew of the event.
        for r in candidates.iter().take_while(|r| self.dag.node(**r).past.full() <= subject.position) {
            if self.dag.rank(*r) > subject.rank
                && !self.dag.is_in_past(subject.position, *r)
                && hits(*r)
                && !self.is_spared(*r, subject.position)
            {
                visit(*r)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Revocations of the author's account, of the role it acted by, of the bit it needed. Those that already keep `admitted`
    /// out are not told twice.
    fn author_hits<B>(
        &self,
        subject: &Subject<'_>,
        admitted: Option<&AccountId>,
        visit: Visit<'_, B>,
    ) -> ControlFlow<B> {
        let acts = &self.resolution.acts;
        // A re-grant made in knowledge of the revocation.
        let knew = |r: u32| subject.grant.is_some_and(|grant| self.dag.is_in_past(r, grant));
        let invite = self.dag.node(subject.position).claim.invite;
        self.visit(subject, under(&acts.against, &subject.author), visit, |r| match &self.dag.event(r).payload {
            Payload::RevokeRole(change) => subject.role == Some(change.role) && !knew(r),
            _ => !knew(r) && !admitted.is_some_and(|account| self.expels(r, account, invite, subject.past)),
        })?;
        let (Some(role), Some(needed)) = (subject.role, subject.needed) else { return ControlFlow::Continue(()) };
        let Some(writes) = acts.role_writes.get(&role) else { return ControlFlow::Continue(()) };
        self.visit(subject, writes, visit, |r| match &self.dag.event(r).payload {
            // Narrowing: only acts that needed a lost bit, and only concurrent ones.
            Payload::RolePerms(perms) => {
                !perms.bits.contains(needed)
                    && !subject.past.contains(r)
                    && self.bits(role, Some(&self.dag.node(r).past)).contains(needed)
            }
            _ => false,
        })
    }

    /// Whatever keeps the admitted account out: its invite taken back, a kick, a ban.
    fn door_hits<B>(
        &self,
        subject: &Subject<'_>,
        account: &AccountId,
        invite: Option<u32>,
        visit: Visit<'_, B>,
    ) -> ControlFlow<B> {
        let acts = &self.resolution.acts;
        let Some(at) = invite else { return ControlFlow::Continue(()) };
        self.visit(subject, under(&acts.invite_revokes, &at), visit, |_| true)?;
        self.visit(subject, under(&acts.against, account), visit, |r| self.expels(r, account, invite, subject.past))
    }

    /// Whether `r`, an act against `account`, ends what `grant` gave it: it ranks above what was given, and the granter did not know
    /// of it. What owners hold is never ended.
    pub(in crate::governance) fn ends(&self, r: u32, grant: u32, account: &AccountId) -> bool {
        let Some(role) = self.dag.conferred(grant).filter(|role| *role != Role::Owner) else { return false };
        let node = self.dag.node(grant);
        self.dag.rank(r) > Rank::of_level(self.dag.role_level(role))
            && match &self.dag.event(r).payload {
                Payload::RevokeRole(change) => change.role == role && !node.past.contains(r),
                _ if matches!(node.event.payload, Payload::Admit(_)) => {
                    self.expels(r, account, node.claim.invite, &node.past)
                }
                _ => !node.past.contains(r),
            }
    }

    /// Whether `r` keeps `account` from coming in by `invite`: a kick that the inviter did not know of, a ban not lifted in
    /// `seen`.
    pub(in crate::governance) fn expels(&self, r: u32, account: &AccountId, invite: Option<u32>, seen: &Past) -> bool {
        match &self.dag.event(r).payload {
            Payload::Remove(act) => {
                act.account == *account && !invite.is_some_and(|invite| self.dag.is_in_past(r, invite))
            }
            Payload::Ban(act) => act.account == *account && !self.is_lifted(r, account, Some(seen)),
            _ => false,
        }
    }

    /// Whether an UNBAN of at least the ban's rank followed it, and is in `seen` if given.
    pub(in crate::governance) fn is_lifted(&self, ban: u32, account: &AccountId, seen: Option<&Past>) -> bool {
        // The newest first: it mostly knew of the ban.
        under(&self.resolution.acts.unbans, account).iter().rev().any(|u| {
            self.dag.rank(*u) >= self.dag.rank(ban)
                && self.dag.is_in_past(ban, *u)
                && seen.is_none_or(|seen| seen.contains(*u))
        })
    }

    /// Whether a checkpoint covers the event and not `r`, or a RATIFY names it, ranking at least as high as `r`.
    fn is_spared(&self, r: u32, position: u32) -> bool {
        let acts = &self.resolution.acts;
        if acts.checkpoints.is_empty() && acts.ratified.is_empty() {
            return false;
        }
        let rank = self.dag.rank(r).min(Rank::OWNER);
        let counts = |x: &u32| self.dag.rank(*x) >= rank && self.counts_before(*x, position);
        let covers = |c: &u32| *c != r && self.dag.is_in_past(position, *c) && !self.dag.is_in_past(r, *c);
        acts.checkpoints.iter().any(|c| covers(c) && counts(c))
            || under(&acts.ratified, &self.dag.event(position).id()).iter().any(counts)
    }
}
