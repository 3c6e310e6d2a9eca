//! Condition A: what the author's own past gave it. Here stands the part that depends on which events are effective; the rest is
//! the event's [`Claim`](crate::governance::claim::Claim).

use std::collections::BTreeSet;

use super::{Judge, acts::under, last_write};
use crate::{
    governance::{Payload, Permission, Permissions, Role, Why},
    ids::AccountId,
};

impl Judge<'_> {
    /// Whether the event had authority by its own past.
    pub(super) fn authority(&self, position: u32) -> Result<(), Why> {
        let node = self.dag.node(position);
        node.claim.basis?;
        if let Payload::Succession(succession) = &node.event.payload {
            return self.succession(position, &succession.account, &succession.signatures);
        }
        if !node.event.payload.needs_grant() {
            return Ok(());
        }
        let (Some(grant), Some(role)) = (node.claim.grant, node.claim.role) else { return Err(Why::NoGrant) };
        if !self.counts_before(grant, position) {
            return Err(Why::NoGrant);
        }
        if let Role::Custom(id) = &role
            && !self.dag.position(id).is_some_and(|def| self.counts_before(def, position))
        {
            return Err(Why::RoleNotInForce);
        }
        if self.is_deleted(role, Some(&node.past)) {
            return Err(Why::RoleNotInForce);
        }
        let own = self.bits(role, Some(&node.past));
        match node.event.payload.needed() {
            Some(needed) if !own.contains(needed) => return Err(Why::Lacks(needed)),
            _ => {}
        }
        self.gives_only_what_it_has(position, own)
    }

    fn gives_only_what_it_has(&self, position: u32, own: Permissions) -> Result<(), Why> {
        let node = self.dag.node(position);
        let within = |bits: Permissions| if bits.is_within(own) { Ok(()) } else { Err(Why::ExceedsAuthor) };
        match &node.event.payload {
            Payload::RoleDef(def) => within(def.bits),
            Payload::RolePerms(perms) => within(perms.bits),
            Payload::ChannelPut(put) => {
                within(put.overrides.iter().fold(Permissions::NONE, |all, o| all.union(o.allow)))
            }
            Payload::InviteRevoke { .. } => {
                let inviter = node.claim.invite.map(|invite| self.dag.event(invite).account);
                if inviter == Some(node.event.account) || own.contains(Permission::Kick) {
                    Ok(())
                } else {
                    Err(Why::Lacks(Permission::Kick))
                }
            }
            Payload::Admit(_) => self.admission(position),
            _ => Ok(()),
        }
    }

    /// The invite as the admitting member knew it. That it is not expired by the member's own clock was checked at the door.
    fn admission(&self, position: u32) -> Result<(), Why> {
        let node = self.dag.node(position);
        let Some(invite) = node.claim.invite.filter(|invite| self.counts_before(*invite, position)) else {
            return Err(Why::NoInvite);
        };
        let rank = node.claim.rank;
        let revoked = under(&self.resolution.acts.invite_revokes, &invite)
            .iter()
            .any(|r| node.past.contains(*r) && self.dag.rank(*r) > rank);
        if revoked { Err(Why::InviteRevoked) } else { Ok(()) }
    }

    /// Enough of the heirs last named in its past have signed, the author among them.
    fn succession(&self, position: u32, steward: &AccountId, signatures: &[crate::ids::EventId]) -> Result<(), Why> {
        let node = self.dag.node(position);
        let wills = self.resolution.acts.wills.iter().copied().filter(|will| node.past.contains(*will));
        let Some(Payload::Heirs(will)) = last_write(self.dag, wills).map(|will| &self.dag.event(will).payload) else {
            return Err(Why::NoHeirs);
        };
        let signers: BTreeSet<AccountId> = signatures
            .iter()
            .filter_map(|id| self.dag.position(id))
            .filter(|p| node.past.contains(*p) && self.counts_before(*p, position))
            .map(|p| self.dag.event(p))
            .filter(|e| matches!(&e.payload, Payload::HeirSignature { account } if account == steward))
            .map(|e| e.account)
            .filter(|signer| will.accounts.contains(signer))
            .collect();
        if signers.len() < will.threshold as usize || !signers.contains(&node.event.account) {
            return Err(Why::TooFewHeirs);
        }
        Ok(())
    }
}
