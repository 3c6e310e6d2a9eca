//! Roles: making, changing, deleting, giving and taking them.

use folkmoot_core::{
    governance::{Payload, Permission, Permissions, Role, RoleChange, RoleDef, RolePerms, RoleState},
    ids::{AccountId, EventId, ServerId},
};
use folkmoot_proto::limits::{OWNERS, ROLES};

use super::{ActError, Deed, Made};
use crate::pipeline::{NonceKey, Turn, rev};

/// A role to make. The name is validated by the caller.
#[derive(Clone, Debug)]
pub struct NewRole {
    /// Where.
    pub server: ServerId,
    /// 1-64 characters.
    pub name: String,
    /// 1-99.
    pub level: u8,
    /// What it holds.
    pub bits: Permissions,
}

/// What becomes of a role. The name is validated by the caller.
#[derive(Clone, Debug)]
pub struct RoleEdit {
    /// Where.
    pub server: ServerId,
    /// Which.
    pub role: Role,
    /// Another name, 1-64 characters.
    pub name: Option<String>,
    /// Other bits.
    pub bits: Option<Permissions>,
    /// The revision it must still have.
    pub if_rev: Option<u64>,
}

impl Turn<'_> {
    /// Makes a role.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn create_role(&mut self, new: NewRole, nonce: Option<NonceKey>) -> Result<Made<EventId>, ActError> {
        if let Some(id) = self.replayed(nonce)? {
            return Ok(Made { id: EventId::new(id), replayed: true });
        }
        let NewRole { server, name, level, bits } = new;
        self.holds_all(server, bits)?;
        let defined = self.state(server)?.roles().len() - Role::BUILTIN.len();
        if defined >= ROLES {
            return Err(ActError::TooMany { what: "roles", limit: ROLES });
        }
        let event = self.author(server, Payload::RoleDef(RoleDef { name, level, bits }))?;
        self.remember(nonce, event.id().as_ref())?;
        Ok(Made { id: event.id(), replayed: false })
    }

    /// Changes a role's name or bits.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn update_role(&mut self, edit: RoleEdit) -> Result<(), ActError> {
        let RoleEdit { server, role, name, bits, if_rev } = edit;
        self.member(server)?;
        let held = self.role(server, &role)?.clone();
        same_rev(&held, if_rev)?;
        if name.is_some() && !matches!(role, Role::Custom(_)) {
            return Err(ActError::Refused("a built-in role keeps its name".into()));
        }
        let name = name.filter(|name| *name != held.name);
        let bits = bits.unwrap_or(held.bits);
        if name.is_none() && bits == held.bits {
            return Ok(());
        }
        self.holds_all(server, bits)?;
        self.author(server, Payload::RolePerms(RolePerms { role, bits, name, deleted: false }))?;
        Ok(())
    }

    /// Deletes a role that somebody defined.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn delete_role(
        &mut self,
        server: ServerId,
        role: Role,
        if_rev: Option<u64>,
        dry_run: bool,
    ) -> Result<Deed, ActError> {
        self.member(server)?;
        same_rev(self.role(server, &role)?, if_rev)?;
        if !matches!(role, Role::Custom(_)) {
            return Err(ActError::Refused("a built-in role cannot be deleted".into()));
        }
        let deleted = RolePerms { role, bits: Permissions::NONE, name: None, deleted: true };
        self.perform(server, Payload::RolePerms(deleted), dry_run)
    }

    /// Gives a member a role; nothing happens when it has it.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn assign_role(&mut self, server: ServerId, account: AccountId, role: Role) -> Result<(), ActError> {
        self.member(server)?;
        self.role(server, &role)?;
        let state = self.state(server)?;
        let member = state.member(&account).ok_or(ActError::UnknownMember)?;
        if member.roles.contains(&role) {
            return Ok(());
        }
        if role == Role::Owner && state.owners().count() >= OWNERS {
            return Err(ActError::TooMany { what: "owners", limit: OWNERS });
        }
        let payload = match role {
            Role::Owner => Payload::OwnerAdd { account },
            role => Payload::Grant(RoleChange { account, role }),
        };
        self.author(server, payload)?;
        Ok(())
    }

    /// Takes a role from a member; nothing happens when it does not have it.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn unassign_role(&mut self, server: ServerId, account: AccountId, role: Role) -> Result<(), ActError> {
        self.member(server)?;
        self.role(server, &role)?;
        let member = self.state(server)?.member(&account).ok_or(ActError::UnknownMember)?;
        if !member.roles.contains(&role) {
            return Ok(());
        }
        match role {
            Role::Member => {
                return Err(ActError::Refused("the role member goes with membership: kick instead".into()));
            }
            Role::Owner => return Err(ActError::Refused("owners stay owners".into())),
            _ => {}
        }
        self.author(server, Payload::RevokeRole(RoleChange { account, role }))?;
        Ok(())
    }

    /// A role that is not deleted.
    fn role(&self, server: ServerId, role: &Role) -> Result<&RoleState, ActError> {
        self.state(server)?.role(role).filter(|role| !role.deleted).ok_or(ActError::UnknownRole)
    }

    /// Nobody gives what they do not hold: names the first bit that is missing.
    pub(super) fn holds_all(&self, server: ServerId, bits: Permissions) -> Result<(), ActError> {
        let me = self.member(server)?;
        // Timeouts take nothing that could be given.
        let held = self.state(server)?.permissions(&me, None, u64::MAX);
        let lacking: Option<Permission> = bits.without(held).iter().next();
        lacking.map_or(Ok(()), |permission| Err(ActError::missing(permission)))
    }
}

fn same_rev(role: &RoleState, if_rev: Option<u64>) -> Result<(), ActError> {
    let current_rev = rev(role.changed);
    if if_rev.is_some_and(|expected| expected != current_rev) {
        Err(ActError::Conflict { current_rev })
    } else {
        Ok(())
    }
}
