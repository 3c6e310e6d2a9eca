//! [`Content`]: what an entry says, by its kind.

use bytes::Bytes;
use folkmoot_proto::{
    limits::{MENTIONS, REDACTION_REASON_BYTES, TEXT_BYTES},
    v1,
};
use prost::Message;

use super::{Emoji, EntryKind, InvalidEntry, MessagePayload};
use crate::ids::AccountId;

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A message.
    Message(MessagePayload),
    /// Another text for a message.
    Edit(EditPayload),
    /// An emoji put to a message.
    React(Emoji),
    /// An emoji taken back.
    Unreact(Emoji),
    /// A pin.
    Pin,
    /// A pin taken back.
    Unpin,
    /// A redaction.
    Redact {
        /// Why; may be empty. At most 1 KiB on one line.
        reason: String,
    },
}

/// Payload of an EDIT entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditPayload {
    /// UTF-8, 1 byte to 8 KiB, not blank.
    pub text: String,
    /// Accounts called by name, at most 32.
    pub mentions: Vec<AccountId>,
}

impl Content {
    /// The kind of entry that says it.
    #[must_use]
    pub const fn kind(&self) -> EntryKind {
        match self {
            Self::Message(_) => EntryKind::Message,
            Self::Edit(_) => EntryKind::Edit,
            Self::React(_) => EntryKind::React,
            Self::Unreact(_) => EntryKind::Unreact,
            Self::Pin => EntryKind::Pin,
            Self::Unpin => EntryKind::Unpin,
            Self::Redact { .. } => EntryKind::Redact,
        }
    }

    /// Canonical protobuf.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Message(message) => message.encode(),
            Self::Edit(EditPayload { text, mentions }) => {
                let mentions = mentions.iter().map(|a| Bytes::copy_from_slice(a.as_ref())).collect();
                v1::EditPayload { text: text.clone(), mentions }.encode_to_vec().into()
            }
            Self::React(emoji) | Self::Unreact(emoji) => {
                v1::ReactPayload { emoji: emoji.as_str().to_owned() }.encode_to_vec().into()
            }
            Self::Pin | Self::Unpin => Bytes::new(),
            Self::Redact { reason } => v1::RedactPayload { reason: reason.clone() }.encode_to_vec().into(),
        }
    }

    /// Decodes leniently: unknown fields of newer programs are passed over.
    ///
    /// # Errors
    /// [`InvalidEntry::Payload`] or a field out of range.
    pub fn decode(kind: EntryKind, bytes: &Bytes) -> Result<Self, InvalidEntry> {
        let malformed = |_| InvalidEntry::Payload;
        let emoji = || {
            let wire = v1::ReactPayload::decode(bytes.clone()).map_err(malformed)?;
            Emoji::new(&wire.emoji).map_err(|_| InvalidEntry::Field { field: "emoji" })
        };
        Ok(match kind {
            EntryKind::Message => Self::Message(MessagePayload::decode(bytes)?),
            EntryKind::Edit => {
                let wire = v1::EditPayload::decode(bytes.clone()).map_err(malformed)?;
                check_text(&wire.text)?;
                Self::Edit(EditPayload { mentions: accounts(&wire.mentions)?, text: wire.text })
            }
            EntryKind::React => Self::React(emoji()?),
            EntryKind::Unreact => Self::Unreact(emoji()?),
            EntryKind::Pin => Self::Pin,
            EntryKind::Unpin => Self::Unpin,
            EntryKind::Redact => {
                let wire = v1::RedactPayload::decode(bytes.clone()).map_err(malformed)?;
                if wire.reason.len() > REDACTION_REASON_BYTES {
                    return Err(InvalidEntry::TooLarge { actual: wire.reason.len(), limit: REDACTION_REASON_BYTES });
                }
                if wire.reason.contains(char::is_control) {
                    return Err(InvalidEntry::Field { field: "reason" });
                }
                Self::Redact { reason: wire.reason }
            }
        })
    }
}

/// Text of a message: not blank, at most 8 KiB.
pub(super) fn check_text(text: &str) -> Result<(), InvalidEntry> {
    if text.len() > TEXT_BYTES {
        return Err(InvalidEntry::TooLarge { actual: text.len(), limit: TEXT_BYTES });
    }
    if text.trim().is_empty() { Err(InvalidEntry::Field { field: "text" }) } else { Ok(()) }
}

/// Accounts called by name, at most 32.
pub(super) fn accounts(wire: &[Bytes]) -> Result<Vec<AccountId>, InvalidEntry> {
    if wire.len() > MENTIONS {
        return Err(InvalidEntry::Field { field: "mentions" });
    }
    let account = |a: &Bytes| AccountId::try_from(a.as_ref()).map_err(|_| InvalidEntry::Field { field: "mentions" });
    wire.iter().map(account).collect()
}
