//! Roles and the ladder of levels.

use super::Permissions;
use crate::ids::EventId;

/// A role by reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A role defined by the server: the id of its ROLE_DEF. Sorts before the built-in ones.
    Custom(EventId),
    /// Level 10.
    Member,
    /// Level 50.
    Mod,
    /// Level 80.
    Admin,
    /// Level 99; every permission.
    Steward,
    /// Level 100; every permission; never removed.
    Owner,
}

/// Level of owners.
pub const LEVEL_OWNER: u8 = 100;
/// Level of stewards.
pub const LEVEL_STEWARD: u8 = 99;
/// Level of admins.
pub const LEVEL_ADMIN: u8 = 80;
/// Level of moderators.
pub const LEVEL_MOD: u8 = 50;
/// Level of members; an invite confers no more.
pub const LEVEL_MEMBER: u8 = 10;

impl Role {
    /// The five that every server has, from the top.
    pub const BUILTIN: [Self; 5] = [Self::Owner, Self::Steward, Self::Admin, Self::Mod, Self::Member];

    /// Level of a built-in role.
    #[must_use]
    pub const fn builtin_level(self) -> Option<u8> {
        match self {
            Self::Owner => Some(LEVEL_OWNER),
            Self::Steward => Some(LEVEL_STEWARD),
            Self::Admin => Some(LEVEL_ADMIN),
            Self::Mod => Some(LEVEL_MOD),
            Self::Member => Some(LEVEL_MEMBER),
            Self::Custom(_) => None,
        }
    }

    /// What the role holds before anybody changed it.
    #[must_use]
    pub const fn initial_permissions(self) -> Permissions {
        match self {
            Self::Owner | Self::Steward => Permissions::ALL,
            Self::Admin => Permissions::ADMIN,
            Self::Mod => Permissions::MOD,
            Self::Member => Permissions::MEMBER,
            Self::Custom(_) => Permissions::NONE,
        }
    }

    /// Name of a built-in role.
    #[must_use]
    pub const fn builtin_name(self) -> Option<&'static str> {
        match self {
            Self::Owner => Some("owner"),
            Self::Steward => Some("steward"),
            Self::Admin => Some("admin"),
            Self::Mod => Some("mod"),
            Self::Member => Some("member"),
            Self::Custom(_) => None,
        }
    }

    /// The built-in role of that name.
    #[must_use]
    pub fn from_builtin_name(name: &str) -> Option<Self> {
        Self::BUILTIN.into_iter().find(|role| role.builtin_name() == Some(name))
    }
}

/// Rank at which an event is decided: twice its level, so that a succession fits between stewards and owners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Rank(u16);

impl Rank {
    /// An account's word about itself.
    pub(crate) const SELF: Self = Self(204);
    /// GENESIS, and an heir's signature: below the word of an account about its devices, above owners.
    pub(crate) const GENESIS: Self = Self(202);
    /// Owners.
    pub(crate) const OWNER: Self = Self::of_level(LEVEL_OWNER);
    /// A succession: below owners, above everybody else.
    pub(crate) const SUCCESSION: Self = Self(199);
    /// Stewards.
    pub(crate) const STEWARD: Self = Self::of_level(LEVEL_STEWARD);
    /// Cites nothing.
    pub(crate) const NOBODY: Self = Self(0);

    /// Rank of acts by a role of `level`.
    pub(crate) const fn of_level(level: u8) -> Self {
        Self(level as u16 * 2)
    }

    /// The level, rounded down.
    pub(crate) const fn level(self) -> u8 {
        let level = self.0 / 2;
        if level > LEVEL_OWNER as u16 { LEVEL_OWNER } else { level as u8 }
    }
}
