//! What this node keeps: governance events, channel logs, keys and the durable event log, in RocksDB. The only crate that names
//! RocksDB; nothing here knows the network, and nothing here decides whether something may be stored.
//!
//! [`Ledger`] is the handle, [`Batch`] one logical event to be written, [`Snapshot`] a consistent view to read from. One thread
//! writes; what queued during the previous sync is the next write, so nobody waits for a timer. Whatever is readable is sealed
//! under a key that is given by [`Ledger::unlock`] and is never stored.

#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod anchor;
mod backend;
mod batch;
mod catalog;
mod desk;
mod error;
mod folder;
mod key;
mod ledger;
mod mark;
mod number;
mod open;
mod queue;
mod record;
mod seal;
mod snapshot;
mod space;
mod wipe;
mod writer;

pub use batch::Batch;
pub use error::{LedgerError, OpenError, StorageFault};
pub use ledger::Ledger;
pub use mark::Mark;
pub use open::LedgerOptions;
pub use record::{
    Draft, EpochSecret, EpochSecretKind, EventRecord, Judged, LogRecord, NonceRecord, Notice, NoticeLevel, NoticePlace,
    NoticeReason, NoticeSettings, QuietHours, ReadMarker, StoredEntry, SubjectRecord, UiState,
};
pub use snapshot::{ExpiredNonce, Position, Snapshot};
pub use space::FreeSpace;
pub use writer::Committed;
