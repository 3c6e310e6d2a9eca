//! Making invites and taking them back.

use bytes::Bytes;
use folkmoot_core::{
    governance::{Invite, Payload, Permission, Role},
    ids::{EventId, ServerId},
};
use folkmoot_identity::{Hlc, InviteKey};

use super::{ActError, Deed, Made, NewInvite, invite_setting};
use crate::{
    clock::random,
    pipeline::{NonceKey, Turn},
};

impl Turn<'_> {
    /// Makes an invite; its seed is kept sealed, so that the link can be shown again.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn create_invite(&mut self, new: NewInvite, nonce: Option<NonceKey>) -> Result<Made<EventId>, ActError> {
        if let Some(id) = self.replayed(nonce)? {
            return Ok(Made { id: EventId::new(id), replayed: true });
        }
        let NewInvite { server, max_uses, expires_ms, role } = new;
        self.require(server, Permission::Invite)?;
        if matches!(role, Role::Custom(_)) && self.state(server)?.role(&role).is_none_or(|role| role.deleted) {
            return Err(ActError::UnknownRole);
        }
        let key = InviteKey::from_seed(&random());
        let invite = Invite { public_key: key.public(), role, max_uses, expires: expires_ms.map(Hlc::from_ms) };
        let event = self.author(server, Payload::Invite(invite))?;
        let id = event.id();
        self.batch()?.put_setting(&invite_setting(&id), &Bytes::copy_from_slice(key.seed()))?;
        self.remember(nonce, id.as_ref())?;
        Ok(Made { id, replayed: false })
    }

    /// Takes an invite back: one's own, or with KICK another's.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn revoke_invite(&mut self, server: ServerId, invite: EventId, dry_run: bool) -> Result<Deed, ActError> {
        let me = self.member(server)?;
        let state = self.state(server)?;
        let held = state.invite(&invite).ok_or(ActError::UnknownInvite)?;
        let (author, revoked, role) = (held.author, held.revoked, held.terms.role);
        let payload = Payload::InviteRevoke { invite };
        if revoked {
            return self.already(server, &payload, dry_run);
        }
        // Another's is closed only by somebody above those it lets in.
        let conferred = state.role(&role).map_or(0, |role| role.level);
        if author != me {
            let acting = self.acting_level(server, Permission::Kick)?;
            if acting <= conferred {
                return Err(ActError::level());
            }
        }
        self.perform(server, payload, dry_run)
    }
}
