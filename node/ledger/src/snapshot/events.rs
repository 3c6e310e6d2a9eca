//! The durable event log. Readable while locked: types and ids only.

use std::ops::RangeInclusive;

use super::Snapshot;
use crate::{
    EventRecord, LedgerError,
    backend::{Span, Step},
    catalog::Column,
    key,
};

impl Snapshot<'_> {
    /// Events with numbers above `seq`, ascending, at most `limit`. A consumer whose `seq + 1` is below
    /// [`oldest_seq`](Self::oldest_seq) has missed some.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn events_after(&self, seq: u64, limit: usize) -> Result<Vec<(u64, EventRecord)>, LedgerError> {
        let mut events = Vec::new();
        let Some(from) = seq.checked_add(1).filter(|_| limit > 0) else { return Ok(events) };
        self.view.scan(Column::Events, Span::from(key::event(from)), &mut |row, value| {
            let damaged = |what| LedgerError::damaged(Column::Events, row, what);
            let seq = key::read_event(row).ok_or_else(|| damaged("not a number"))?;
            events.push((seq, EventRecord::decode(value).map_err(damaged)?));
            Ok(if events.len() < limit { Step::Next } else { Step::Stop })
        })?;
        Ok(events)
    }

    /// Number of the oldest event kept; one more than [`head_seq`](Self::head_seq) when none is.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn oldest_seq(&self) -> Result<u64, LedgerError> {
        let mut oldest = None;
        self.view.scan(Column::Events, Span::from(Vec::new()), &mut |row, _| {
            oldest = Some(event_number(row)?);
            Ok(Step::Stop)
        })?;
        oldest.map_or_else(|| self.head_seq().map(|head| head + 1), Ok)
    }

    /// The oldest events that may go when the last `keep` shall stay, at most `limit`; an empty range when none may. To be handed
    /// to [`Batch::prune_events`](crate::Batch::prune_events).
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn prunable_events(&self, keep: u64, limit: u64) -> Result<RangeInclusive<u64>, LedgerError> {
        let (oldest, head) = (self.oldest_seq()?, self.head_seq()?);
        let last = head.saturating_sub(keep).min(oldest.saturating_add(limit).saturating_sub(1));
        Ok(oldest..=last)
    }

    /// Number of the last event; 0 before the first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn head_seq(&self) -> Result<u64, LedgerError> {
        let Some(value) = self.view.read(Column::Meta, key::LAST_WRITE)? else { return Ok(0) };
        let (_, head) = crate::writer::decode_last_write(&value)
            .ok_or_else(|| LedgerError::damaged(Column::Meta, key::LAST_WRITE, "not the number of a write"))?;
        Ok(head)
    }
}

fn event_number(row: &[u8]) -> Result<u64, LedgerError> {
    key::read_event(row).ok_or_else(|| LedgerError::damaged(Column::Events, row, "not a number"))
}
