//! Entries as people see them: pages of a channel's messages, single entries, counts.

use folkmoot_core::ids::{ChannelId, EntryId};
use folkmoot_identity::Hlc;

use super::Snapshot;
use crate::{
    LedgerError, StoredEntry,
    backend::{Span, Step},
    catalog::Column,
    key,
    record::decode_entry,
};

/// Where a page lies. The entry named need not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// The newest entries.
    Newest,
    /// The newest of those before this one.
    Before(Hlc, EntryId),
    /// The oldest of those after this one.
    After(Hlc, EntryId),
    /// This one and its neighbours, half of them newer where there are as many.
    Around(Hlc, EntryId),
}

impl Snapshot<'_> {
    /// A page of a channel's messages, newest first, at most `limit`. Costs what the page costs, whatever the history.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn page(&self, channel: &ChannelId, at: Position, limit: usize) -> Result<Vec<StoredEntry>, LedgerError> {
        let Some(channel_no) = self.channel_number(channel)? else { return Ok(Vec::new()) };
        let lane = Lane { bounds: bounds(channel_no), row: &|hlc, id| key::timeline(channel_no, hlc, id) };
        lane.page(at, limit, |span, limit| self.timeline(span, limit))
    }

    /// Effects on messages of a channel, oldest first, from a stamp on, at most `limit`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn effects_from(&self, channel: &ChannelId, from: Hlc, limit: usize) -> Result<Vec<StoredEntry>, LedgerError> {
        let Some(channel_no) = self.channel_number(channel)? else { return Ok(Vec::new()) };
        let lane = channel_no | key::EFFECTS;
        let (_, end) = bounds(lane);
        self.timeline(Span::new(key::timeline(lane, from, &EntryId::new([0; 32])), end), limit)
    }

    /// One entry.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn entry(&self, id: &EntryId) -> Result<Option<StoredEntry>, LedgerError> {
        let Some((channel_no, hlc)) = self.place_of(id)? else {
            return if self.sealer.is_some() { Ok(None) } else { Err(LedgerError::Locked) };
        };
        let row = key::timeline(channel_no, hlc, id);
        let sealed = self.view.read(Column::Timeline, &row)?;
        let sealed = sealed.ok_or_else(|| LedgerError::damaged(Column::Timeline, &row, "missing"))?;
        self.decode_row(&row, &sealed).map(Some)
    }

    /// Whether an entry is held. Answers while locked, too.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn contains_entry(&self, id: &EntryId) -> Result<bool, LedgerError> {
        Ok(self.place_of(id)?.is_some())
    }

    /// Whether an entry is held in this channel. Answers while locked, too.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn contains_entry_in(&self, channel: &ChannelId, id: &EntryId) -> Result<bool, LedgerError> {
        let Some((channel_no, _)) = self.place_of(id)? else { return Ok(false) };
        Ok(self.numbers.channel(channel) == Some(channel_no & !key::EFFECTS))
    }

    /// The newest message of a channel.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn last_entry(&self, channel: &ChannelId) -> Result<Option<StoredEntry>, LedgerError> {
        Ok(self.page(channel, Position::Newest, 1)?.pop())
    }

    /// Stamp and id of the newest message of a channel. Answers while locked, too.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn last_position(&self, channel: &ChannelId) -> Result<Option<(Hlc, EntryId)>, LedgerError> {
        let Some(channel_no) = self.numbers.channel(channel) else { return Ok(None) };
        let (start, end) = bounds(channel_no);
        let mut last = None;
        self.view.scan(Column::Timeline, Span::new(start, end).reversed(), &mut |row, _| {
            let (_, hlc, id) = read_row(row)?;
            last = Some((hlc, id));
            Ok(Step::Stop)
        })?;
        Ok(last)
    }

    /// How many messages of a channel stand after this one, counted up to `max`. Answers while locked, too.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn count_after(&self, channel: &ChannelId, hlc: Hlc, id: &EntryId, max: u64) -> Result<u64, LedgerError> {
        let Some(channel_no) = self.numbers.channel(channel) else { return Ok(0) };
        let (_, end) = bounds(channel_no);
        let mut count = 0;
        if max == 0 {
            return Ok(count);
        }
        self.view.scan(Column::Timeline, Span::new(just_after(channel_no, hlc, id), end), &mut |_, _| {
            count += 1;
            Ok(if count < max { Step::Next } else { Step::Stop })
        })?;
        Ok(count)
    }

    /// Where an entry stands.
    fn place_of(&self, id: &EntryId) -> Result<Option<(u32, Hlc)>, LedgerError> {
        let Some(value) = self.view.read(Column::Ids, id.as_ref())? else { return Ok(None) };
        let place = value.split_first_chunk::<4>().and_then(|(channel_no, hlc)| {
            Some((u32::from_be_bytes(*channel_no), Hlc::from_bits(u64::from_be_bytes(hlc.try_into().ok()?))))
        });
        place.map(Some).ok_or_else(|| LedgerError::damaged(Column::Ids, id.as_ref(), "not a place"))
    }

    /// The number of a channel that has entries; a locked ledger does not say what it lacks.
    pub(super) fn channel_number(&self, channel: &ChannelId) -> Result<Option<u32>, LedgerError> {
        if self.sealer.is_none() {
            return Err(LedgerError::Locked);
        }
        Ok(self.numbers.channel(channel))
    }

    fn timeline(&self, span: Span, limit: usize) -> Result<Vec<StoredEntry>, LedgerError> {
        let mut entries = Vec::new();
        if limit == 0 {
            return Ok(entries);
        }
        self.view.scan(Column::Timeline, span, &mut |row, sealed| {
            entries.push(self.decode_row(row, sealed)?);
            Ok(if entries.len() < limit { Step::Next } else { Step::Stop })
        })?;
        Ok(entries)
    }

    /// An entry from its row of the timeline.
    pub(super) fn decode_row(&self, row: &[u8], sealed: &[u8]) -> Result<StoredEntry, LedgerError> {
        let (_, _, id) = read_row(row)?;
        let plain = self.open(Column::Timeline, row, sealed)?;
        decode_entry(&id, plain, |number| self.numbers.log_id(number))
            .map_err(|what| LedgerError::damaged(Column::Timeline, row, what))
    }
}

fn read_row(row: &[u8]) -> Result<(u32, Hlc, EntryId), LedgerError> {
    key::read_timeline(row).ok_or_else(|| LedgerError::damaged(Column::Timeline, row, "not a place in a timeline"))
}

/// Rows in order of time between two keys, and the key of one.
pub(super) struct Lane<'a> {
    pub(super) bounds: (Vec<u8>, Vec<u8>),
    pub(super) row: &'a dyn Fn(Hlc, &EntryId) -> Vec<u8>,
}

impl Lane<'_> {
    /// A page, newest first, of what `read` finds in a span.
    pub(super) fn page<T>(
        self,
        at: Position,
        limit: usize,
        read: impl Fn(Span, usize) -> Result<Vec<T>, LedgerError>,
    ) -> Result<Vec<T>, LedgerError> {
        let (start, end) = self.bounds;
        // The least key behind an entry's.
        let behind = |hlc: Hlc, id: &EntryId| {
            let mut row = (self.row)(hlc, id);
            row.push(0);
            row
        };
        match at {
            Position::Newest => read(Span::new(start, end).reversed(), limit),
            Position::Before(hlc, id) => read(Span::new(start, (self.row)(hlc, &id)).reversed(), limit),
            Position::After(hlc, id) => {
                let mut newer = read(Span::new(behind(hlc, &id), end), limit)?;
                newer.reverse();
                Ok(newer)
            }
            Position::Around(hlc, id) => {
                let behind = behind(hlc, &id);
                let newer = read(Span::new(behind.clone(), end), limit)?;
                let older = read(Span::new(start, behind).reversed(), limit)?;
                // The entry itself counts among the older ones. What one side lacks the other may fill.
                let newer_count = newer.len().min((limit / 2).max(limit.saturating_sub(older.len())));
                let mut page: Vec<_> = newer.into_iter().take(newer_count).collect();
                page.reverse();
                page.extend(older.into_iter().take(limit - newer_count));
                Ok(page)
            }
        }
    }
}

/// Where a channel's timeline begins and ends.
fn bounds(channel_no: u32) -> (Vec<u8>, Vec<u8>) {
    // The last number is never given out: the counter behind it would overflow.
    (key::timeline_start(channel_no), key::timeline_start(channel_no.saturating_add(1)))
}

/// The least key behind an entry's.
fn just_after(channel_no: u32, hlc: Hlc, id: &EntryId) -> Vec<u8> {
    let mut row = key::timeline(channel_no, hlc, id);
    row.push(0);
    row
}
