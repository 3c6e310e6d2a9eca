//! [`EntryKind`]: what an entry does, what it needs, and what it is about.

use folkmoot_proto::v1;

use super::InvalidEntry;
use crate::governance::Permission;

/// What an entry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// Says something.
    Message,
    /// Gives a message another text.
    Edit,
    /// Puts an emoji to a message.
    React,
    /// Takes one's emoji back.
    Unreact,
    /// Pins a message to its channel.
    Pin,
    /// Takes a pin back, whoever's.
    Unpin,
    /// Drops what a message says, everywhere.
    Redact,
}

impl EntryKind {
    pub(super) const fn to_wire(self) -> v1::EntryKind {
        match self {
            Self::Message => v1::EntryKind::Message,
            Self::Edit => v1::EntryKind::Edit,
            Self::React => v1::EntryKind::React,
            Self::Unreact => v1::EntryKind::Unreact,
            Self::Pin => v1::EntryKind::Pin,
            Self::Unpin => v1::EntryKind::Unpin,
            Self::Redact => v1::EntryKind::Redact,
        }
    }

    pub(super) fn from_wire(number: i32) -> Result<Self, InvalidEntry> {
        match v1::EntryKind::try_from(number) {
            Ok(v1::EntryKind::Message) => Ok(Self::Message),
            Ok(v1::EntryKind::Edit) => Ok(Self::Edit),
            Ok(v1::EntryKind::React) => Ok(Self::React),
            Ok(v1::EntryKind::Unreact) => Ok(Self::Unreact),
            Ok(v1::EntryKind::Pin) => Ok(Self::Pin),
            Ok(v1::EntryKind::Unpin) => Ok(Self::Unpin),
            Ok(v1::EntryKind::Redact) => Ok(Self::Redact),
            Ok(v1::EntryKind::Unspecified) => Err(InvalidEntry::Field { field: "kind" }),
            Ok(v1::EntryKind::Seal | v1::EntryKind::LogClose) | Err(_) => {
                Err(InvalidEntry::UnknownKind { found: number })
            }
        }
    }

    /// Whether it is about a message, which is its only reference, instead of being one.
    #[must_use]
    pub const fn is_effect(self) -> bool {
        !matches!(self, Self::Message)
    }

    /// Whether its payload is what somebody said, and goes when the message is redacted. Only such an entry may come without
    /// payload.
    #[must_use]
    pub const fn is_speech(self) -> bool {
        matches!(self, Self::Message | Self::Edit)
    }

    /// What its author must hold in the channel. UNREACT needs nothing: taking back one's own is always allowed. For REDACT it is
    /// what the messages of others need.
    #[must_use]
    pub const fn needs(self) -> Option<Permission> {
        match self {
            Self::Message | Self::Edit => Some(Permission::Send),
            Self::React => Some(Permission::React),
            Self::Unreact => None,
            Self::Pin | Self::Unpin => Some(Permission::Pin),
            Self::Redact => Some(Permission::RedactOthers),
        }
    }
}
