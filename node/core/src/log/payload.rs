//! What a MESSAGE entry says.

use bytes::Bytes;
use folkmoot_proto::v1;
use prost::Message;

use super::{
    InvalidEntry,
    content::{accounts, check_text},
};
use crate::ids::{AccountId, EntryId};

/// Payload of a MESSAGE entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessagePayload {
    /// UTF-8, 1 byte to 8 KiB, not blank.
    pub text: String,
    /// The message answered.
    pub reply_to: Option<EntryId>,
    /// The message whose thread this belongs to.
    pub thread: Option<EntryId>,
    /// Accounts called by name, at most 32.
    pub mentions: Vec<AccountId>,
}

impl MessagePayload {
    /// Canonical protobuf.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let optional = |id: &Option<EntryId>| id.map(|id| Bytes::copy_from_slice(id.as_ref())).unwrap_or_default();
        v1::MessagePayload {
            text: self.text.clone(),
            reply_to: optional(&self.reply_to),
            thread: optional(&self.thread),
            mentions: self.mentions.iter().map(|a| Bytes::copy_from_slice(a.as_ref())).collect(),
        }
        .encode_to_vec()
        .into()
    }

    /// Entries this message refers to, for the header.
    #[must_use]
    pub fn refs(&self) -> Vec<EntryId> {
        let mut refs: Vec<EntryId> = self.reply_to.into_iter().chain(self.thread).collect();
        refs.sort_unstable();
        refs.dedup();
        refs
    }

    /// Decodes leniently: unknown fields of newer programs are passed over.
    ///
    /// # Errors
    /// [`InvalidEntry::Payload`] or a field out of range.
    pub fn decode(bytes: &Bytes) -> Result<Self, InvalidEntry> {
        let wire = v1::MessagePayload::decode(bytes.clone()).map_err(|_| InvalidEntry::Payload)?;
        check_text(&wire.text)?;
        let optional = |bytes: &Bytes, field| match bytes.len() {
            0 => Ok(None),
            _ => EntryId::try_from(bytes.as_ref()).map(Some).map_err(|_| InvalidEntry::Field { field }),
        };
        Ok(Self {
            reply_to: optional(&wire.reply_to, "reply_to")?,
            thread: optional(&wire.thread, "thread")?,
            mentions: accounts(&wire.mentions)?,
            text: wire.text,
        })
    }
}
