//! What the values say: one file per record, each with its way to disk and back.

mod desk;
mod entry;
mod event;
mod hand;
mod log;
mod moment;
mod nonce;
mod secret;
mod signed;
mod small;
mod subject;

pub use desk::{Draft, Notice, NoticeLevel, NoticePlace, NoticeReason, NoticeSettings, QuietHours, UiState};
pub use entry::{Judged, StoredEntry};
pub use event::EventRecord;
pub use log::LogRecord;
pub use nonce::NonceRecord;
pub use secret::{EpochSecret, EpochSecretKind};
pub use small::ReadMarker;
pub use subject::SubjectRecord;

pub(crate) use entry::{decode_entry, encode_entry};
pub(crate) use hand::{decode_hand, encode_hand};
pub(crate) use signed::{decode_signed, encode_signed};
pub(crate) use small::{decode_consumer, decode_setting, encode_consumer, encode_setting};

/// Why a record cannot be read; turned into [`LedgerError::Damaged`](crate::LedgerError::Damaged) where its key is known.
pub(crate) type Unreadable = &'static str;

#[cfg(test)]
mod tests;
