//! Entries and the types they climb: [`Unverified`], [`Verified`], [`Authorized`].

use bytes::Bytes;
use folkmoot_identity::{
    Hlc,
    kdf::{Purpose, derive},
    signed::{CanonicalError, Context, decode_canonical, verify},
};
use folkmoot_proto::{
    limits::{ENTRY_BYTES, ENTRY_REFS, LOG_ENTRIES, SALT_BYTES, SIGNATURE_BYTES},
    v1,
};
use prost::Message;

use super::{Content, EntryKind, InvalidEntry, LogInit, MessagePayload, Moment};
use crate::ids::{EntryId, LogId};

/// Signed part of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What it does.
    pub kind: EntryKind,
    /// 1, 2, … along the log.
    pub seq: u64,
    /// The entry before; the log's own id at seq 1.
    pub prev: EntryId,
    /// Grows along the log.
    pub hlc: Hlc,
    /// Entries referred to, at most 3.
    pub refs: Vec<EntryId>,
    /// `KDF("payload", salt ‖ payload)`.
    pub payload_commit: [u8; 32],
    /// Bytes of the payload.
    pub payload_len: u32,
}

impl Header {
    pub(super) fn to_wire(&self) -> v1::EntryHeader {
        v1::EntryHeader {
            format: 1,
            kind: self.kind.to_wire().into(),
            seq: self.seq,
            prev: Bytes::copy_from_slice(self.prev.as_ref()),
            hlc: self.hlc.bits(),
            refs: self.refs.iter().map(|r| Bytes::copy_from_slice(r.as_ref())).collect(),
            payload_commit: Bytes::copy_from_slice(&self.payload_commit),
            payload_len: self.payload_len,
            flags: 0,
        }
    }

    fn from_wire(wire: &v1::EntryHeader) -> Result<Self, InvalidEntry> {
        let field = |field| InvalidEntry::Field { field };
        if wire.format != 1 {
            return Err(InvalidEntry::UnknownFormat { found: wire.format });
        }
        if wire.flags != 0 {
            return Err(field("flags"));
        }
        if wire.seq == 0 || wire.seq > LOG_ENTRIES {
            return Err(field("seq"));
        }
        if wire.refs.len() > ENTRY_REFS || !wire.refs.is_sorted_by(|a, b| a < b) {
            return Err(field("refs"));
        }
        let kind = EntryKind::from_wire(wire.kind)?;
        if kind.is_effect() && wire.refs.len() != 1 {
            return Err(field("refs"));
        }
        Ok(Self {
            kind,
            seq: wire.seq,
            prev: EntryId::try_from(wire.prev.as_ref()).map_err(|_| field("prev"))?,
            hlc: Hlc::from_bits(wire.hlc),
            refs: wire
                .refs
                .iter()
                .map(|r| EntryId::try_from(r.as_ref()).map_err(|_| field("refs")))
                .collect::<Result<_, _>>()?,
            payload_commit: wire.payload_commit.as_ref().try_into().map_err(|_| field("payload_commit"))?,
            payload_len: wire.payload_len,
        })
    }
}

/// Salt and payload; absent once redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Keeps a redacted payload from being guessed.
    pub salt: [u8; SALT_BYTES],
    /// Canonical protobuf of the kind's message.
    pub payload: Bytes,
}

/// An entry with its decoded header. Which checks it passed is said by the type around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The log it belongs to.
    pub log: LogId,
    /// `KDF("entry", log ‖ header)`.
    pub id: EntryId,
    /// Decoded header.
    pub header: Header,
    /// Header as received.
    pub header_bytes: Bytes,
    /// 64 bytes; empty where a newer entry's hash chain vouches.
    pub sig: Bytes,
    /// Salt and payload, unless redacted.
    pub body: Option<Body>,
}

impl Entry {
    /// Wire and disk form.
    #[must_use]
    pub fn to_wire(&self) -> v1::Entry {
        let (salt, payload) = match &self.body {
            Some(body) => (Bytes::copy_from_slice(&body.salt), body.payload.clone()),
            None => (Bytes::new(), Bytes::new()),
        };
        v1::Entry { header: self.header_bytes.clone(), sig: self.sig.clone(), salt, payload }
    }

    /// Decodes and checks form, limits and commitment, not the signature. For strangers' bytes go through [`Unverified`].
    ///
    /// # Errors
    /// [`InvalidEntry`].
    pub fn decode(log: LogId, wire: v1::Entry) -> Result<Self, InvalidEntry> {
        let actual = wire.header.len() + wire.sig.len() + wire.salt.len() + wire.payload.len();
        if actual > ENTRY_BYTES {
            return Err(InvalidEntry::TooLarge { actual, limit: ENTRY_BYTES });
        }
        if !matches!(wire.sig.len(), 0 | SIGNATURE_BYTES) {
            return Err(InvalidEntry::Field { field: "sig" });
        }
        let header = Header::from_wire(&decode_canonical("EntryHeader", &wire.header)?)?;
        let body = match wire.salt.len() {
            0 if wire.payload.is_empty() => None,
            SALT_BYTES => {
                if derive(Purpose::Payload, &[&wire.salt, &wire.payload]) != header.payload_commit
                    || usize::try_from(header.payload_len) != Ok(wire.payload.len())
                {
                    return Err(InvalidEntry::Commitment);
                }
                let salt = wire.salt.as_ref().try_into().map_err(|_| InvalidEntry::Field { field: "salt" })?;
                Some(Body { salt, payload: wire.payload })
            }
            _ => return Err(InvalidEntry::Field { field: "salt" }),
        };
        let id = Self::id_of(log, &wire.header);
        Ok(Self { log, id, header, header_bytes: wire.header, sig: wire.sig, body })
    }

    /// Takes back an entry that was verified before it was stored, from a store that authenticates what it returns under the id it
    /// was stored with. Checks form only: neither hashes nor signature. Never for bytes from a peer.
    ///
    /// # Errors
    /// [`InvalidEntry`] when the bytes have not the form of an entry.
    pub fn from_ledger(log: LogId, id: EntryId, wire: v1::Entry) -> Result<Self, InvalidEntry> {
        let header = v1::EntryHeader::decode(wire.header.clone())
            .map_err(|source| CanonicalError::Undecodable { message: "EntryHeader", source })?;
        let body = match wire.salt.len() {
            0 => None,
            _ => {
                let salt = wire.salt.as_ref().try_into().map_err(|_| InvalidEntry::Field { field: "salt" })?;
                Some(Body { salt, payload: wire.payload })
            }
        };
        let header = Header::from_wire(&header)?;
        Ok(Self { log, id, header, header_bytes: wire.header, sig: wire.sig, body })
    }

    pub(super) fn id_of(log: LogId, header: &[u8]) -> EntryId {
        EntryId::new(derive(Purpose::Entry, &[log.as_ref(), header]))
    }

    /// What this entry says; `None` once redacted.
    ///
    /// # Errors
    /// [`InvalidEntry::Payload`]; cannot happen for an entry that was verified.
    pub fn content(&self) -> Result<Option<Content>, InvalidEntry> {
        self.body.as_ref().map(|body| Content::decode(self.header.kind, &body.payload)).transpose()
    }

    /// The message this entry says; `None` for an effect and once redacted.
    #[must_use]
    pub fn message(&self) -> Option<MessagePayload> {
        match self.content() {
            Ok(Some(Content::Message(message))) => Some(message),
            _ => None,
        }
    }

    /// The message it is about: itself, or the one that it names.
    #[must_use]
    pub fn subject(&self) -> EntryId {
        match self.header.refs.as_slice() {
            [target] if self.header.kind.is_effect() => *target,
            _ => self.id,
        }
    }

    /// Where it stands among all entries.
    #[must_use]
    pub const fn moment(&self) -> Moment {
        Moment { hlc: self.header.hlc, id: self.id }
    }
}

/// Bytes from a stranger in an entry's form.
#[derive(Clone, Debug)]
pub struct Unverified(Entry);

impl Unverified {
    /// Checks form, limits, commitment and payload. Only what somebody said may come without its payload.
    ///
    /// # Errors
    /// [`InvalidEntry`].
    pub fn decode(log: LogId, wire: v1::Entry) -> Result<Self, InvalidEntry> {
        let entry = Entry::decode(log, wire)?;
        if entry.content()?.is_none() && !entry.header.kind.is_speech() {
            return Err(InvalidEntry::Payload);
        }
        Ok(Self(entry))
    }

    /// What it claims to be.
    #[must_use]
    pub const fn claimed(&self) -> &Entry {
        &self.0
    }

    /// Checks the entry's own signature against the log's device.
    ///
    /// # Errors
    /// [`InvalidEntry::Unsigned`] without signature, [`InvalidEntry::Signature`] when it does not hold.
    pub fn verify_signed(self, init: &LogInit) -> Result<Verified, InvalidEntry> {
        if self.0.sig.is_empty() {
            return Err(InvalidEntry::Unsigned);
        }
        if self.0.log != init.id {
            return Err(InvalidEntry::Field { field: "log" });
        }
        verify(init.device.as_bytes(), Context::Entry, self.0.id.as_bytes(), &self.0.sig)?;
        Ok(Verified(self.0))
    }

    /// Takes the hash chain's word: a verified entry named this one as its `prev`. The unchecked signature is dropped, lest a
    /// forged one be handed on as checked.
    pub(super) fn vouched(mut self) -> Verified {
        self.0.sig = Bytes::new();
        Verified(self.0)
    }
}

/// Well-formed, within limits, signed by its log's device or vouched for by its chain. Says nothing about permission.
#[derive(Clone, Debug)]
pub struct Verified(Entry);

impl Verified {
    pub(super) const fn from_author(entry: Entry) -> Self {
        Self(entry)
    }

    /// The entry.
    #[must_use]
    pub const fn entry(&self) -> &Entry {
        &self.0
    }

    pub(super) fn authorize(self) -> Authorized {
        Authorized(self.0)
    }
}

/// Also allowed by the server's governance. Only this fits the ledger's append.
#[derive(Clone, Debug)]
pub struct Authorized(Entry);

impl Authorized {
    /// The entry.
    #[must_use]
    pub const fn entry(&self) -> &Entry {
        &self.0
    }

    /// The same without what it says: the chain holds without it.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        self.0.body = None;
        self
    }

    /// Gives up the proof.
    #[must_use]
    pub fn into_entry(self) -> Entry {
        self.0
    }
}
