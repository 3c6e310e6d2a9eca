//! [`Snapshot`]: what was committed at one moment, read back by kind.

mod chain;
mod desk;
mod entries;
mod events;
mod governance;
mod logs;
mod messages;
mod state;

use std::sync::Arc;

use bytes::Bytes;

pub use entries::Position;
pub use state::ExpiredNonce;

use crate::{LedgerError, backend::View, catalog::Column, number::Numbers, record::Unreadable, seal::Sealer};

/// A consistent view. Unaffected by what is written after it was made, and by [`Ledger::lock`](crate::Ledger::lock).
pub struct Snapshot<'a> {
    view: Box<dyn View + 'a>,
    /// Absent while locked.
    sealer: Option<Arc<Sealer>>,
    numbers: &'a Numbers,
}

impl std::fmt::Debug for Snapshot<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("locked", &self.sealer.is_none()).finish_non_exhaustive()
    }
}

impl<'a> Snapshot<'a> {
    pub(crate) fn new(view: Box<dyn View + 'a>, sealer: Option<Arc<Sealer>>, numbers: &'a Numbers) -> Self {
        Self { view, sealer, numbers }
    }

    /// The plaintext of a sealed value.
    fn open(&self, column: Column, key: &[u8], sealed: &[u8]) -> Result<Bytes, LedgerError> {
        self.sealer.as_ref().ok_or(LedgerError::Locked)?.open(column, key, sealed)
    }

    /// One sealed row, decoded.
    fn read_sealed<T>(
        &self,
        column: Column,
        key: &[u8],
        decode: impl FnOnce(Bytes) -> Result<T, Unreadable>,
    ) -> Result<Option<T>, LedgerError> {
        let Some(sealed) = self.view.read(column, key)? else {
            // A locked ledger does not say what it lacks either.
            return if self.sealer.is_some() { Ok(None) } else { Err(LedgerError::Locked) };
        };
        let plain = self.open(column, key, &sealed)?;
        decode(plain).map(Some).map_err(|what| LedgerError::damaged(column, key, what))
    }
}
