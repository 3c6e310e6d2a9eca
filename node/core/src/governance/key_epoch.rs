//! Data of KEY_EPOCH: commitments to a group key and the key itself, wrapped to each recipient.

use bytes::Bytes;
use folkmoot_proto::{
    limits::{EPOCH_PARENTS, REASON_BYTES, WRAP_ROWS_BYTES},
    v1,
};
use prost::Message;

use super::{InvalidEvent, codec};
use crate::{
    epoch::WrapKind,
    ids::{DeviceId, EventId, ScopeId},
};

/// Bytes of a history link: a nonce, a tag and four parents of 70 bytes at most.
const HIST_LINK_BYTES: usize = 512;
/// Bytes of a sealed secret: 32 of encapsulated key, 48 of ciphertext.
const SEALED_BYTES: usize = 80;

/// Data of KEY_EPOCH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEpoch {
    /// The server's own scope, or that of a private channel.
    pub scope: ScopeId,
    /// 1 + the greatest of the parents'.
    pub generation: u32,
    /// KEY_EPOCH events it follows, at most 4, ascending.
    pub parents: Vec<EventId>,
    /// Digest of the devices its author held to be allowed.
    pub recipients_root: [u8; 32],
    /// `KDF("hc", H)`.
    pub history_commit: [u8; 32],
    /// `KDF("mc", M)`.
    pub message_commit: [u8; 32],
    /// The secret, once per recipient device, ascending by device, at most 32 KiB.
    pub rows: Vec<WrapRow>,
    /// The parents' secrets under this one; empty without parents.
    pub hist_link: Bytes,
    /// Why, shown to people; at most 512 bytes.
    pub reason: String,
}

/// An epoch's secret for one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrapRow {
    /// Whose.
    pub device: DeviceId,
    /// The X25519 key it is sealed to.
    pub prekey: [u8; 32],
    /// Which secret.
    pub kind: WrapKind,
    /// 80 bytes: encapsulated key and ciphertext.
    pub sealed: Bytes,
}

impl KeyEpoch {
    /// From the wire form, as a new epoch is made in it.
    ///
    /// # Errors
    /// [`InvalidEvent`] when a field is out of range.
    pub fn from_wire(wire: v1::KeyEpoch) -> Result<Self, InvalidEvent> {
        Self::decode(wire)?.ok_or(InvalidEvent::Field { field: "kind" })
    }

    /// As [`Self::from_wire`]; `None` when a row is of a kind that only a newer program knows.
    pub(super) fn decode(wire: v1::KeyEpoch) -> Result<Option<Self>, InvalidEvent> {
        let field = |field| InvalidEvent::Field { field };
        if wire.generation == 0 {
            return Err(field("generation"));
        }
        let parents: Vec<EventId> = codec::ascending(&wire.parents, EPOCH_PARENTS, "parents")?;
        if wire.hist_link.len() > HIST_LINK_BYTES || wire.hist_link.is_empty() != parents.is_empty() {
            return Err(field("hist_link"));
        }
        if wire.reason.len() > REASON_BYTES {
            return Err(field("reason"));
        }
        let bytes: usize = wire.rows.iter().map(Message::encoded_len).sum();
        if bytes > WRAP_ROWS_BYTES || !wire.rows.is_sorted_by(|a, b| a.device < b.device) {
            return Err(field("rows"));
        }
        let rows: Option<Vec<WrapRow>> = wire.rows.into_iter().map(row).collect::<Result<_, _>>()?;
        let Some(rows) = rows else { return Ok(None) };
        Ok(Some(Self {
            scope: codec::bytes32(&wire.scope, "scope")?,
            generation: wire.generation,
            parents,
            recipients_root: codec::bytes32(&wire.recipients_root, "recipients_root")?,
            history_commit: codec::bytes32(&wire.history_commit, "history_commit")?,
            message_commit: codec::bytes32(&wire.message_commit, "message_commit")?,
            rows,
            hist_link: wire.hist_link,
            reason: wire.reason,
        }))
    }

    pub(super) fn to_wire(&self) -> v1::KeyEpoch {
        let bytes = |id: &[u8]| Bytes::copy_from_slice(id);
        v1::KeyEpoch {
            scope: bytes(self.scope.as_ref()),
            generation: self.generation,
            parents: self.parents.iter().map(|p| bytes(p.as_ref())).collect(),
            recipients_root: bytes(&self.recipients_root),
            history_commit: bytes(&self.history_commit),
            message_commit: bytes(&self.message_commit),
            rows: self
                .rows
                .iter()
                .map(|row| v1::WrapRow {
                    device: bytes(row.device.as_ref()),
                    prekey: bytes(&row.prekey),
                    kind: row.kind.to_wire().into(),
                    sealed: row.sealed.clone(),
                })
                .collect(),
            hist_link: self.hist_link.clone(),
            reason: self.reason.clone(),
        }
    }
}

fn row(wire: v1::WrapRow) -> Result<Option<WrapRow>, InvalidEvent> {
    if wire.kind == 0 || wire.sealed.len() != SEALED_BYTES {
        return Err(InvalidEvent::Field { field: "rows" });
    }
    let (device, prekey) = (codec::bytes32(&wire.device, "rows")?, codec::bytes32(&wire.prekey, "rows")?);
    Ok(WrapKind::from_wire(wire.kind).map(|kind| WrapRow { device, prekey, kind, sealed: wire.sealed }))
}
