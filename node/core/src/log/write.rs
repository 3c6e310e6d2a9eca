//! Writing: the next entry of one's own log.

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use folkmoot_identity::{
    Hlc,
    kdf::{Purpose, derive},
    signed::{Context, sign},
};
use folkmoot_proto::limits::SALT_BYTES;
use prost::Message;

use super::{Body, Content, Entry, EntryKind, Header, LogInit, Verified};
use crate::ids::{EntryId, LogId};

/// What the next entry shall say.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it does.
    pub kind: EntryKind,
    /// Entries referred to, ascending, at most 3.
    pub refs: Vec<EntryId>,
    /// Canonical protobuf of the kind's message.
    pub payload: Bytes,
    /// 16 random bytes.
    pub salt: [u8; SALT_BYTES],
}

impl Draft {
    /// An entry that says this, about the entries referred to.
    #[must_use]
    pub fn of(content: &Content, refs: Vec<EntryId>, salt: [u8; SALT_BYTES]) -> Self {
        Self { kind: content.kind(), refs, payload: content.encode(), salt }
    }
}

/// The writing end of one's own log: its head, advanced by every entry.
#[derive(Clone, Debug)]
pub struct Author {
    log: LogId,
    seq: u64,
    prev: EntryId,
    hlc: Hlc,
}

impl Author {
    /// At the start of a new log.
    #[must_use]
    pub fn new(init: &LogInit) -> Self {
        Self { log: init.id, seq: 0, prev: EntryId::new(*init.id.as_bytes()), hlc: init.hlc }
    }

    /// Behind the last entry written.
    #[must_use]
    pub fn resume(last: &Entry) -> Self {
        Self { log: last.log, seq: last.header.seq, prev: last.id, hlc: last.header.hlc }
    }

    /// The log.
    #[must_use]
    pub const fn log(&self) -> LogId {
        self.log
    }

    /// Number of the last entry; 0 before the first.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// Stamp of the last entry.
    #[must_use]
    pub const fn hlc(&self) -> Hlc {
        self.hlc
    }

    /// Signs the next entry, stamped after `seen` and not before `now_ms`, and moves the head behind it.
    pub fn append(&mut self, device: &SigningKey, draft: Draft, seen: Hlc, now_ms: u64) -> Verified {
        let Draft { kind, refs, payload, salt } = draft;
        let header = Header {
            kind,
            seq: self.seq + 1,
            prev: self.prev,
            hlc: self.hlc.max(seen).after(now_ms),
            refs,
            payload_commit: derive(Purpose::Payload, &[&salt, &payload]),
            payload_len: u32::try_from(payload.len()).unwrap_or(u32::MAX),
        };
        let header_bytes = Bytes::from(header.to_wire().encode_to_vec());
        let id = Entry::id_of(self.log, &header_bytes);
        let sig = sign(device, Context::Entry, id.as_bytes());
        self.seq = header.seq;
        self.prev = id;
        self.hlc = header.hlc;
        Verified::from_author(Entry {
            log: self.log,
            id,
            header,
            header_bytes,
            sig,
            body: Some(Body { salt, payload }),
        })
    }
}
