//! Channel logs: one append-only chain of entries per channel, device and incarnation.
//!
//! The ladder an entry climbs: bytes -> [`Unverified`] -> [`Verified`] -> [`Authorized`]; only the last fits the ledger.
//! A timeline is the union of a channel's logs ordered by (hlc, entry id).

mod authorize;
mod entry;
mod init;
mod invalid;
mod payload;
mod ranges;
mod run;
mod write;

pub use authorize::{AuthorizedLog, Refused};
pub use entry::{Authorized, Body, Entry, EntryKind, Header, Unverified, Verified};
pub use init::{LogInit, NewLog};
pub use invalid::InvalidEntry;
pub use payload::MessagePayload;
pub use ranges::{Ranges, SeqRange};
pub use run::{Run, RunError, verify_run};
pub use write::{Author, Draft};
