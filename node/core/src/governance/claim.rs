//! [`Claim`]: what can be said about an event's authority from its own past and from definitions alone, once and for ever.
//! Whatever depends on which events are effective is `resolve::authority`'s.

use super::{
    Event, Payload, Role, Why,
    dag::Dag,
    past::Past,
    role::{LEVEL_MEMBER, Rank},
};
use crate::ids::AccountId;

/// An event's claim to authority.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    /// Rank at which it is decided: that of the grant it cites.
    pub(crate) rank: Rank,
    /// The grant it cites, if its author knew it and it is the author's.
    pub(crate) grant: Option<u32>,
    /// The role that the grant confers.
    pub(crate) role: Option<Role>,
    /// The INVITE it is about, if its author knew it.
    pub(crate) invite: Option<u32>,
    /// Whether its past contradicts it already.
    pub(crate) basis: Result<(), Why>,
}

/// Examines an event that is about to enter `dag`.
pub(super) fn claim(dag: &Dag, event: &Event, past: &Past) -> Claim {
    let mut claim = Claim { rank: Rank::NOBODY, grant: None, role: None, invite: None, basis: Ok(()) };
    claim.basis = examine(dag, event, past, &mut claim);
    claim
}

fn examine(dag: &Dag, event: &Event, past: &Past, claim: &mut Claim) -> Result<(), Why> {
    let known = |id| dag.position(id).filter(|position| past.contains(*position));
    match &event.payload {
        Payload::Genesis(_) => claim.rank = Rank::GENESIS,
        Payload::Leave { .. } | Payload::DeviceAdd { .. } | Payload::DeviceRevoke { .. } => claim.rank = Rank::SELF,
        Payload::HeirSignature { .. } => claim.rank = Rank::GENESIS,
        Payload::Succession(_) => claim.rank = Rank::SUCCESSION,
        _ => {
            let grant = event.auth.as_ref().and_then(known).filter(|p| dag.event(*p).payload.is_granting());
            claim.grant = grant;
            claim.role = grant.and_then(|grant| dag.conferred(grant));
            claim.rank = claim.role.map_or(Rank::NOBODY, |role| Rank::of_level(dag.role_level(role)));
        }
    }
    if let Payload::Admit(admit) = &event.payload {
        claim.invite = known(&admit.invite).filter(|p| matches!(dag.event(*p).payload, Payload::Invite(_)));
        // Whoever admits only opens a door that an invite made.
        claim.rank = match claim.invite.map(|p| &dag.event(p).payload) {
            Some(Payload::Invite(invite)) => Rank::of_level(dag.role_level(invite.role)),
            _ => Rank::NOBODY,
        };
    }
    if event.payload.is_own_word() || matches!(event.payload, Payload::Genesis(_)) {
        return Ok(());
    }
    if !dag.knows_device(event, past) {
        return Err(Why::UnknownDevice);
    }
    if !event.payload.needs_grant() {
        return Ok(());
    }
    let (Some(grant), Some(role)) = (claim.grant, claim.role) else { return Err(Why::NoGrant) };
    let left = |leaves: &Vec<u32>| leaves.iter().any(|x| past.contains(*x) && !dag.is_in_past(*x, grant));
    if role != Role::Owner && dag.leaves.get(&event.account).is_some_and(left) {
        return Err(Why::Left);
    }
    if !grants_to(dag, grant, &event.account) {
        return Err(Why::AnothersGrant);
    }
    about(dag, event, past, claim, role)
}

/// Whether a granting event gives its role to `account`.
pub(super) fn grants_to(dag: &Dag, grant: u32, account: &AccountId) -> bool {
    match &dag.event(grant).payload {
        Payload::Genesis(genesis) => genesis.founders.iter().any(|f| f.account == *account),
        Payload::OwnerAdd { account: to } => to == account,
        Payload::Succession(succession) => succession.account == *account,
        Payload::Grant(grant) => grant.account == *account,
        Payload::Admit(admit) => admit.account == *account,
        _ => false,
    }
}

/// What each kind must find in its past.
fn about(dag: &Dag, event: &Event, past: &Past, claim: &mut Claim, own: Role) -> Result<(), Why> {
    let level = dag.role_level(own);
    let known = |id| dag.position(id).filter(|position| past.contains(*position));
    match &event.payload {
        Payload::Unknown { .. } => Err(Why::UnknownType),
        Payload::OwnerAdd { .. } if claim.rank < Rank::OWNER => Err(Why::OwnersOnly),
        Payload::ServerDelete { .. } if claim.rank < Rank::OWNER => Err(Why::OwnersOnly),
        Payload::Heirs(_) if claim.rank < Rank::OWNER => Err(Why::OwnersOnly),
        Payload::Checkpoint { .. } if claim.rank < Rank::STEWARD => Err(Why::StewardsOnly),
        Payload::Heirs(heirs) if !(1..=heirs.accounts.len()).contains(&(heirs.threshold as usize)) => {
            Err(Why::Threshold)
        }
        Payload::RoleDef(def) if def.level == 0 || def.level >= level => Err(Why::ExceedsAuthor),
        Payload::RolePerms(perms) => below(dag, past, perms.role, level),
        Payload::Grant(change) | Payload::RevokeRole(change) => below(dag, past, change.role, level),
        Payload::ChannelPut(put) => match &put.channel {
            Some(channel) => knows_channel(dag, past, channel),
            None => Ok(()),
        },
        Payload::ChannelArchive { channel } => knows_channel(dag, past, channel),
        Payload::Invite(invite) => {
            if let Role::Custom(id) = &invite.role
                && !known(id).is_some_and(|p| matches!(dag.event(p).payload, Payload::RoleDef(_)))
            {
                return Err(Why::UnknownRole);
            }
            if dag.role_level(invite.role) > LEVEL_MEMBER { Err(Why::InviteAboveMember) } else { Ok(()) }
        }
        Payload::InviteRevoke { invite } => {
            claim.invite = known(invite).filter(|p| matches!(dag.event(*p).payload, Payload::Invite(_)));
            claim.invite.map(|_| ()).ok_or(Why::UnknownInvite)
        }
        Payload::Admit(_) => {
            let Some(position) = claim.invite else { return Err(Why::NoInvite) };
            let Payload::Invite(invite) = &dag.event(position).payload else { return Err(Why::NoInvite) };
            if invite.expires.is_some_and(|expires| event.hlc > expires) {
                return Err(Why::InviteExpired);
            }
            let revoked = dag.own_revokes(position).any(|r| past.contains(r));
            if revoked { Err(Why::InviteRevoked) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

fn below(dag: &Dag, past: &Past, role: Role, level: u8) -> Result<(), Why> {
    if let Role::Custom(id) = &role {
        let def = dag.position(id).filter(|p| past.contains(*p));
        if !def.is_some_and(|p| matches!(dag.event(p).payload, Payload::RoleDef(_))) {
            return Err(Why::UnknownRole);
        }
    }
    let target = dag.role_level(role);
    if target == 0 || target >= level { Err(Why::RoleNotBelow) } else { Ok(()) }
}

/// A channel is what an event made: so no server can lay hands on the channel of another by naming it.
fn knows_channel(dag: &Dag, past: &Past, channel: &crate::ids::ChannelId) -> Result<(), Why> {
    let made = dag.position(&crate::ids::EventId::new(*channel.as_bytes())).filter(|p| past.contains(*p));
    let is_channel = |p: u32| matches!(&dag.event(p).payload, Payload::ChannelPut(put) if put.channel.is_none());
    if made.is_some_and(is_channel) { Ok(()) } else { Err(Why::UnknownChannel) }
}
