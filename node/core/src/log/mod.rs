//! Channel logs: one append-only chain of entries per channel, device and incarnation.
//!
//! The ladder an entry climbs: bytes -> [`Unverified`] -> [`Verified`] -> [`Authorized`]; only the last fits the ledger.
//! A timeline is the union of a channel's logs ordered by (hlc, entry id). What is done to a message afterwards (edits, reactions,
//! pins, redactions: [`Effects`]) is entries too, and comes to the same in whatever order it arrives.

mod authorize;
mod content;
mod effect;
mod emoji;
mod entry;
mod hand;
mod init;
mod invalid;
mod kind;
mod outcome;
mod payload;
mod ranges;
mod run;
mod write;

pub use authorize::{AuthorizedLog, Refused};
pub use content::{Content, EditPayload};
pub use effect::{Act, Effect, Effects, Moment, Target};
pub use emoji::{Emoji, EmojiError};
pub use entry::{Authorized, Body, Entry, Header, Unverified, Verified};
pub use hand::{Hand, Switch};
pub use init::{LogInit, NewLog};
pub use invalid::InvalidEntry;
pub use kind::EntryKind;
pub use outcome::{Done, Outcome, Tally};
pub use payload::MessagePayload;
pub use ranges::{Ranges, SeqRange};
pub use run::{Run, RunError, verify_run};
pub use write::{Author, Draft};
