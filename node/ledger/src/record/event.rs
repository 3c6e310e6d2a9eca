//! An item of the durable event log: what happened to which ids. Whoever reads it asks for the things themselves.

use bytes::Bytes;
use folkmoot_core::ids::{AccountId, ChannelId, DeviceId, ServerId};
use folkmoot_identity::Hlc;
use folkmoot_proto::v1;
use prost::Message;

use super::Unreadable;
use crate::LedgerError;

/// Bytes of a subject: four ids.
const SUBJECT_BYTES: usize = 128;

/// What happened. Types and ids only: this is the one thing in the ledger that is readable without its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRecord {
    /// Number of the type.
    pub kind: u16,
    /// When it was written here, ms UTC.
    pub ts_ms: u64,
    /// Stamp of what it is about.
    pub hlc: Hlc,
    /// Server it happened in.
    pub server: Option<ServerId>,
    /// Channel it happened in.
    pub channel: Option<ChannelId>,
    /// Who did it.
    pub actor: Option<AccountId>,
    /// Device it came from or is about.
    pub peer: Option<DeviceId>,
    /// Ids of what it is about, at most 128 bytes.
    pub subject: Bytes,
}

impl EventRecord {
    /// An event about nothing in particular.
    #[must_use]
    pub const fn new(kind: u16, ts_ms: u64, hlc: Hlc) -> Self {
        Self { kind, ts_ms, hlc, server: None, channel: None, actor: None, peer: None, subject: Bytes::new() }
    }

    /// In a server.
    #[must_use]
    pub fn server(self, server: ServerId) -> Self {
        Self { server: Some(server), ..self }
    }

    /// In a channel.
    #[must_use]
    pub fn channel(self, channel: ChannelId) -> Self {
        Self { channel: Some(channel), ..self }
    }

    /// By an account.
    #[must_use]
    pub fn actor(self, actor: AccountId) -> Self {
        Self { actor: Some(actor), ..self }
    }

    /// From or about a device.
    #[must_use]
    pub fn peer(self, peer: DeviceId) -> Self {
        Self { peer: Some(peer), ..self }
    }

    /// About these ids, at most 128 bytes together; a batch with a longer one is refused.
    #[must_use]
    pub fn subject(self, ids: &[u8]) -> Self {
        Self { subject: Bytes::copy_from_slice(ids), ..self }
    }

    pub(crate) fn encode(self) -> Result<Vec<u8>, LedgerError> {
        if self.subject.len() > SUBJECT_BYTES {
            let actual = self.subject.len();
            return Err(LedgerError::TooLarge { what: "event subject", actual, limit: SUBJECT_BYTES });
        }
        let record = v1::StoredEvent {
            kind: self.kind.into(),
            ts_ms: self.ts_ms,
            hlc: self.hlc.bits(),
            server: to_disk(self.server.as_ref()),
            channel: to_disk(self.channel.as_ref()),
            actor: to_disk(self.actor.as_ref()),
            peer: to_disk(self.peer.as_ref()),
            subject: self.subject,
        };
        Ok(record.encode_to_vec())
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        let record = v1::StoredEvent::decode(bytes).map_err(|_| "not an event")?;
        Ok(Self {
            kind: u16::try_from(record.kind).map_err(|_| "kind of event out of range")?,
            ts_ms: record.ts_ms,
            hlc: Hlc::from_bits(record.hlc),
            server: from_disk(&record.server)?,
            channel: from_disk(&record.channel)?,
            actor: from_disk(&record.actor)?,
            peer: from_disk(&record.peer)?,
            subject: record.subject,
        })
    }
}

fn to_disk(id: Option<&impl AsRef<[u8]>>) -> Bytes {
    id.map_or_else(Bytes::new, |id| Bytes::copy_from_slice(id.as_ref()))
}

fn from_disk<'a, T: TryFrom<&'a [u8]>>(bytes: &'a Bytes) -> Result<Option<T>, Unreadable> {
    if bytes.is_empty() {
        return Ok(None);
    }
    T::try_from(bytes).map(Some).map_err(|_| "id in an event has the wrong length")
}
