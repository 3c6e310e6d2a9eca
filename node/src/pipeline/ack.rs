//! Named consumers of the event log and how far they have read.

use folkmoot_ledger::LedgerError;

use super::Turn;

/// Why a position is not taken.
#[derive(Debug, thiserror::Error)]
pub enum AckError {
    /// There is no such event yet.
    #[error("the newest event is {head}")]
    BeyondHead {
        /// The newest.
        head: u64,
    },
    /// As many consumers as a node remembers.
    #[error("too many consumers")]
    TooMany,
    /// The ledger takes no writes.
    #[error("the ledger takes no writes")]
    Ledger(#[from] LedgerError),
}

impl Turn<'_> {
    /// Moves a consumer forward, never back; returns where it stands.
    ///
    /// # Errors
    /// [`AckError`].
    pub fn ack(&mut self, consumer: &str, seq: u64, most: usize) -> Result<u64, AckError> {
        let head = *self.wiring.ledger.head().borrow();
        if seq > head {
            return Err(AckError::BeyondHead { head });
        }
        let snapshot = self.wiring.ledger.snapshot()?;
        match snapshot.consumer(consumer)? {
            Some(held) if held >= seq => return Ok(held),
            None if snapshot.consumers()?.len() >= most => return Err(AckError::TooMany),
            _ => {}
        }
        self.batch()?.put_consumer(consumer, seq)?;
        Ok(seq)
    }
}
