//! What the values say: one file per record, each with its way to disk and back.

mod entry;
mod event;
mod log;
mod nonce;
mod secret;
mod signed;
mod small;

pub use entry::StoredEntry;
pub use event::EventRecord;
pub use log::LogRecord;
pub use nonce::NonceRecord;
pub use secret::{EpochSecret, EpochSecretKind};
pub use small::ReadMarker;

pub(crate) use entry::{decode_entry, encode_entry};
pub(crate) use signed::{decode_signed, encode_signed};
pub(crate) use small::{decode_consumer, decode_setting, encode_consumer, encode_setting};

/// Why a record cannot be read; turned into [`LedgerError::Damaged`](crate::LedgerError::Damaged) where its key is known.
pub(crate) type Unreadable = &'static str;

#[cfg(test)]
mod tests;
