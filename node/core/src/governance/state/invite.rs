//! Invites, and who may come in by them.

use folkmoot_identity::Hlc;

use super::{Key, State};
use crate::{
    governance::{Invite, past::Past, role::Rank},
    ids::{AccountId, EventId},
};

/// An effective invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteState {
    /// The INVITE.
    pub id: EventId,
    /// Who made it.
    pub author: AccountId,
    /// When.
    pub created: Hlc,
    /// Its terms.
    pub terms: Invite,
    /// How many accounts came in by it.
    pub uses: usize,
    /// Whether it was taken back.
    pub revoked: bool,
    pub(super) used_up: bool,
    /// Rank of what it confers.
    pub(super) rank: Rank,
    /// What its author knew of.
    pub(super) past: Past,
}

/// Whether an invite lets anybody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteStatus {
    /// It does.
    Open,
    /// Past its end.
    Expired,
    /// Taken back.
    Revoked,
    /// No uses left.
    UsedUp,
}

impl InviteState {
    /// What a door that admits now must make of it.
    #[must_use]
    pub fn status(&self, now: Hlc) -> InviteStatus {
        if self.revoked {
            InviteStatus::Revoked
        } else if self.terms.expires.is_some_and(|expires| now > expires) {
            InviteStatus::Expired
        } else if self.used_up {
            InviteStatus::UsedUp
        } else {
            InviteStatus::Open
        }
    }
}

impl State {
    /// Effective invites, taken back ones included, ascending.
    pub fn invites(&self) -> impl Iterator<Item = &InviteState> + '_ {
        self.invites.values().map(AsRef::as_ref)
    }

    /// One invite.
    #[must_use]
    pub fn invite(&self, id: &EventId) -> Option<&InviteState> {
        self.invites.get(id).map(AsRef::as_ref)
    }

    /// The invite whose link has this key. Of several, since nothing keeps a member from making one with the key of another's, the
    /// one that lets in longest: so a second one never closes a door.
    #[must_use]
    pub fn invite_by_key(&self, public_key: &[u8; 32]) -> Option<&InviteState> {
        let same = self.invites_by_key.get(&Key(*public_key))?;
        same.iter().filter_map(|id| self.invite(id)).min_by_key(|invite| {
            let ends = invite.terms.expires.map_or(u64::MAX, Hlc::bits);
            (invite.revoked, invite.used_up, std::cmp::Reverse(ends), invite.created, invite.id)
        })
    }

    /// Whether no kick or ban keeps the account from coming in by the invite, were it admitted now. Whether the invite itself is
    /// open is [`InviteState::status`]'s to say.
    #[must_use]
    pub fn may_enter(&self, account: &AccountId, invite: &EventId) -> bool {
        let Some(invite) = self.invite(invite) else { return false };
        self.person(account).is_none_or(|person| !person.expulsions.iter().any(|e| e.bars(&invite.past, invite.rank)))
    }
}
