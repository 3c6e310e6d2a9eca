//! [`Lineage`]: from a GENESIS along grants to who may speak for a server, seen by somebody who has nothing but these events.
//!
//! The rules are those of condition A of governance, as far as they can be told without the events in between: each act cites a
//! grant to its author, whose role holds what the act needs and stands above what it gives. What was taken back meanwhile cannot
//! be seen from here.

use std::collections::{BTreeMap, BTreeSet};

use super::InvalidAdvert;
use crate::{
    governance::{
        Event, Heirs, LEVEL_ADMIN, Payload, Permission, Permissions, Role, Succession, Unverified, Verified, Visibility,
    },
    ids::{AccountId, DeviceId, EventId, ServerId},
};

/// What a role is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Worth {
    level: u8,
    bits: Permissions,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Lineage {
    server: ServerId,
    /// Which role a grant gives to whom.
    grants: BTreeMap<(EventId, AccountId), Role>,
    roles: BTreeMap<Role, Worth>,
    devices: BTreeSet<(AccountId, DeviceId)>,
    heirs: Option<Heirs>,
    /// Who wants whom as a steward.
    words: BTreeMap<EventId, (AccountId, AccountId)>,
}

impl Lineage {
    /// Begins with a GENESIS, which must be that of `server` and found a public one.
    pub(super) fn begin(server: ServerId, genesis: Unverified) -> Result<Self, InvalidAdvert> {
        if genesis.id() != server.genesis() {
            return Err(InvalidAdvert::Genesis);
        }
        let Payload::Genesis(data) = &genesis.claimed().payload else { return Err(InvalidAdvert::Genesis) };
        if data.visibility != Visibility::Public {
            return Err(InvalidAdvert::Private);
        }
        let genesis = genesis.verify().map_err(InvalidAdvert::Event)?;
        let Payload::Genesis(data) = &genesis.event().payload else { return Err(InvalidAdvert::Genesis) };
        let worth = |role: Role| Worth { level: role.builtin_level().unwrap_or(0), bits: role.initial_permissions() };
        Ok(Self {
            server,
            grants: data.founders.iter().map(|f| ((server.genesis(), f.account), Role::Owner)).collect(),
            roles: Role::BUILTIN.into_iter().map(|role| (role, worth(role))).collect(),
            devices: data.founders.iter().map(|f| (f.account, f.certificate.device)).collect(),
            heirs: None,
            words: BTreeMap::new(),
        })
    }

    /// Takes the word of an account for a device; the certificate must be verified.
    pub(super) fn certify(&mut self, account: AccountId, device: DeviceId) {
        self.devices.insert((account, device));
    }

    /// Takes an event that follows from those before.
    pub(super) fn follow(&mut self, event: &Verified) -> Result<(), InvalidAdvert> {
        let event = event.event();
        if event.server != Some(self.server) {
            return Err(InvalidAdvert::Unfounded);
        }
        if !event.is_by_root() && !self.is_device_of(&event.account, &event.device) {
            return Err(InvalidAdvert::UnknownDevice);
        }
        match &event.payload {
            Payload::HeirSignature { account } => {
                self.words.insert(event.id(), (event.account, *account));
            }
            Payload::Succession(succession) => {
                self.succeeds(event, succession)?;
                self.grants.insert((event.id(), succession.account), Role::Steward);
            }
            _ => self.act(event)?,
        }
        Ok(())
    }

    /// An act by the authority of a grant.
    fn act(&mut self, event: &Event) -> Result<(), InvalidAdvert> {
        let cited = event.auth.and_then(|grant| self.grants.get(&(grant, event.account)).copied());
        let Some(own) = cited.and_then(|role| self.roles.get(&role)).copied() else {
            return Err(InvalidAdvert::Unfounded);
        };
        if event.payload.needed().is_some_and(|needed| !own.bits.contains(needed)) {
            return Err(InvalidAdvert::Unfounded);
        }
        let below = |role: &Role| self.roles.get(role).is_some_and(|worth| worth.level < own.level);
        match &event.payload {
            Payload::OwnerAdd { account } if cited == Some(Role::Owner) => {
                self.grants.insert((event.id(), *account), Role::Owner);
            }
            Payload::Heirs(heirs) if cited == Some(Role::Owner) => self.heirs = Some(heirs.clone()),
            Payload::Grant(change) if below(&change.role) => {
                self.grants.insert((event.id(), change.account), change.role);
            }
            Payload::RoleDef(def) if (1..own.level).contains(&def.level) && def.bits.is_within(own.bits) => {
                self.roles.insert(Role::Custom(event.id()), Worth { level: def.level, bits: def.bits });
            }
            Payload::RolePerms(perms) if below(&perms.role) && !perms.deleted && perms.bits.is_within(own.bits) => {
                if let Some(worth) = self.roles.get_mut(&perms.role) {
                    worth.bits = perms.bits;
                }
            }
            _ => return Err(InvalidAdvert::Unfounded),
        }
        Ok(())
    }

    /// Enough of the heirs want this steward, the one who tells among them.
    fn succeeds(&self, event: &Event, succession: &Succession) -> Result<(), InvalidAdvert> {
        let heirs = self.heirs.as_ref().ok_or(InvalidAdvert::Unfounded)?;
        let signers: BTreeSet<AccountId> = succession
            .signatures
            .iter()
            .filter_map(|word| self.words.get(word))
            .filter(|(heir, wanted)| *wanted == succession.account && heirs.accounts.contains(heir))
            .map(|(heir, _)| *heir)
            .collect();
        let enough = heirs.threshold > 0 && signers.len() >= heirs.threshold as usize;
        if enough && signers.contains(&event.account) { Ok(()) } else { Err(InvalidAdvert::Unfounded) }
    }

    /// Whether the account vouched for the device.
    pub(super) fn is_device_of(&self, account: &AccountId, device: &DeviceId) -> bool {
        self.devices.contains(&(*account, *device))
    }

    /// Level at which the account may speak for the server by a grant.
    pub(super) fn rank(&self, grant: &EventId, account: &AccountId) -> Result<u8, InvalidAdvert> {
        let role = self.grants.get(&(*grant, *account)).ok_or(InvalidAdvert::NotAllowed)?;
        let worth = self.roles.get(role).ok_or(InvalidAdvert::NotAllowed)?;
        let may = worth.level >= LEVEL_ADMIN || worth.bits.contains(Permission::ManageServer);
        if may { Ok(worth.level) } else { Err(InvalidAdvert::NotAllowed) }
    }
}
