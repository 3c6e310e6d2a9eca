//! Permission bits. Their numbers are on the wire: a new one goes to the end, none ever moves.

use std::fmt;

/// One right. The last group governs channel entries, the others governance events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Permission {
    /// Change the server's settings.
    ManageServer = 0,
    /// Define roles and their bits.
    ManageRole = 1,
    /// Make, change and archive channels.
    ManageChannel = 2,
    /// Give and take roles.
    Grant = 3,
    /// Remove members.
    Kick = 4,
    /// Ban and unban.
    Ban = 5,
    /// Make invites.
    Invite = 6,
    /// Put members in timeout.
    Mute = 7,
    /// Decide about storage.
    Store = 8,
    /// Make group keys.
    Rotate = 9,
    /// Read, and admit by an invite.
    View = 10,
    /// Write messages.
    Send = 11,
    /// Attach files.
    Attach = 12,
    /// React to messages.
    React = 13,
    /// Pin messages.
    Pin = 14,
    /// Mention everybody.
    MentionAll = 15,
    /// Redact the messages of others.
    RedactOthers = 16,
}

impl Permission {
    /// Every permission, by number.
    pub const ALL: [Self; 17] = [
        Self::ManageServer,
        Self::ManageRole,
        Self::ManageChannel,
        Self::Grant,
        Self::Kick,
        Self::Ban,
        Self::Invite,
        Self::Mute,
        Self::Store,
        Self::Rotate,
        Self::View,
        Self::Send,
        Self::Attach,
        Self::React,
        Self::Pin,
        Self::MentionAll,
        Self::RedactOthers,
    ];

    /// Its name, as people and the API see it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ManageServer => "MANAGE_SERVER",
            Self::ManageRole => "MANAGE_ROLE",
            Self::ManageChannel => "MANAGE_CHANNEL",
            Self::Grant => "GRANT",
            Self::Kick => "KICK",
            Self::Ban => "BAN",
            Self::Invite => "INVITE",
            Self::Mute => "MUTE",
            Self::Store => "STORE",
            Self::Rotate => "ROTATE",
            Self::View => "VIEW",
            Self::Send => "SEND",
            Self::Attach => "ATTACH",
            Self::React => "REACT",
            Self::Pin => "PIN",
            Self::MentionAll => "MENTION_ALL",
            Self::RedactOthers => "REDACT_OTHERS",
        }
    }

    /// The permission of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.word() == word)
    }

    /// As a set of one.
    #[must_use]
    pub const fn bit(self) -> Permissions {
        Permissions(1 << self as u8)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A set of permissions: bit n is the permission of number n. Never holds a bit without a permission.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u32);

impl Permissions {
    /// No permission.
    pub const NONE: Self = Self(0);
    /// Every permission: what owners and stewards hold.
    pub const ALL: Self = Self((1 << Permission::ALL.len()) - 1);
    /// What a timeout takes away.
    pub const SPEAKING: Self = Self::of(&[Permission::Send, Permission::Attach, Permission::React]);
    /// What a member holds unless the role was changed.
    pub const MEMBER: Self = Self::of(&[
        Permission::View,
        Permission::Send,
        Permission::Attach,
        Permission::React,
        Permission::Invite,
        Permission::Rotate,
    ]);
    /// What a moderator holds unless the role was changed.
    pub const MOD: Self =
        Self::MEMBER.union(Self::of(&[Permission::Kick, Permission::Mute, Permission::Pin, Permission::RedactOthers]));
    /// What an admin holds unless the role was changed.
    pub const ADMIN: Self = Self::MOD.union(Self::of(&[
        Permission::Ban,
        Permission::Grant,
        Permission::ManageChannel,
        Permission::ManageRole,
        Permission::Store,
        Permission::MentionAll,
    ]));

    /// The set of these.
    #[must_use]
    pub const fn of(permissions: &[Permission]) -> Self {
        let mut bits = 0;
        let mut rest = permissions;
        while let [first, others @ ..] = rest {
            bits |= 1 << *first as u8;
            rest = others;
        }
        Self(bits)
    }

    /// From the wire; `None` if a bit is set that this program has no permission for.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Option<Self> {
        if bits & !Self::ALL.0 == 0 { Some(Self(bits)) } else { None }
    }

    /// For the wire.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether it holds `permission`.
    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit().0 != 0
    }

    /// Whether everything in `self` is in `other`.
    #[must_use]
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// What is in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in `self` and not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Its members by number.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |p| self.contains(*p))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::NONE, |set, p| set.union(p.bit()))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_stay_as_they_are() {
        let words = "MANAGE_SERVER MANAGE_ROLE MANAGE_CHANNEL GRANT KICK BAN INVITE MUTE STORE ROTATE VIEW SEND ATTACH REACT \
                     PIN MENTION_ALL REDACT_OTHERS";
        for (number, word) in words.split(' ').enumerate() {
            let permission = Permission::from_word(word).expect("known");
            assert_eq!((permission as usize, permission.bit().bits()), (number, 1 << number), "{word}");
        }
        assert_eq!(Permissions::ALL.iter().count(), words.split(' ').count());
    }

    #[test]
    fn a_bit_without_a_permission_is_no_set() {
        assert_eq!(Permissions::from_bits(1 << 17), None);
        assert_eq!(Permissions::from_bits(1 << 16), Some(Permission::RedactOthers.bit()));
    }

    #[test]
    fn each_builtin_role_holds_what_the_one_below_holds() {
        assert!(Permissions::MEMBER.is_within(Permissions::MOD));
        assert!(Permissions::MOD.is_within(Permissions::ADMIN));
        assert!(!Permissions::ALL.is_within(Permissions::ADMIN));
    }
}
