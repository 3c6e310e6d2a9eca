//! What was done to messages, and which of them stand out: subjects, hands, edits, threads, marks.

use folkmoot_core::{
    ids::{AccountId, ChannelId, EntryId},
    log::{Hand, Moment},
};
use folkmoot_identity::Hlc;

use super::{Position, Snapshot, entries::Lane};
use crate::{
    LedgerError, Mark, StoredEntry, SubjectRecord,
    backend::{Span, Step},
    catalog::Column,
    key::{self, tag},
    record::decode_hand,
};

impl Snapshot<'_> {
    /// What was done to a message, all in all; `None` when nothing was.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn subject(&self, channel: &ChannelId, message: &EntryId) -> Result<Option<SubjectRecord>, LedgerError> {
        let Some(channel_no) = self.channel_number(channel)? else { return Ok(None) };
        self.read_sealed(Column::State, &key::about(tag::SUBJECT, channel_no, message), SubjectRecord::decode)
    }

    /// What each account did to a message.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn hands(&self, channel: &ChannelId, message: &EntryId) -> Result<Vec<(AccountId, Hand)>, LedgerError> {
        let mut hands = Vec::new();
        let Some(channel_no) = self.channel_number(channel)? else { return Ok(hands) };
        self.scan_sealed(Column::State, &key::about(tag::HAND, channel_no, message), |row, plain| {
            hands.push((key::read_hand(row).ok_or("not a hand's key")?, decode_hand(plain)?));
            Ok(())
        })?;
        Ok(hands)
    }

    /// Edits of a message with their authors, newest first, at most `limit`: the newest, or those before `before`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn edits(
        &self,
        channel: &ChannelId,
        message: &EntryId,
        before: Option<&Moment>,
        limit: usize,
    ) -> Result<Vec<(Moment, AccountId)>, LedgerError> {
        let Some(channel_no) = self.channel_number(channel)? else { return Ok(Vec::new()) };
        let span = older(key::about(tag::EDIT, channel_no, message), before);
        self.moments(span, limit, |moment, value| Some((moment, AccountId::try_from(value).ok()?)))
    }

    /// A page of the thread that begins with a message, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn thread(
        &self,
        channel: &ChannelId,
        root: &EntryId,
        at: Position,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, LedgerError> {
        let Some(channel_no) = self.channel_number(channel)? else { return Ok(Vec::new()) };
        let prefix = key::about(tag::REPLY, channel_no, root);
        let end = key::after_prefix(&prefix).unwrap_or_default();
        let row = |hlc: Hlc, id: &EntryId| key::at(prefix.clone(), &Moment { hlc, id: *id });
        let lane = Lane { bounds: (prefix.clone(), end), row: &row };
        let replies = lane.page(at, limit, |span, limit| self.moments(span, limit, |moment, _| Some(moment)))?;
        let mut entries = Vec::with_capacity(replies.len());
        for reply in replies {
            entries.extend(self.entry(&reply.id)?);
        }
        Ok(entries)
    }

    /// Marked messages of a channel, newest first, at most `limit`: the newest, or those before `before`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn marked(
        &self,
        mark: Mark,
        channel: &ChannelId,
        before: Option<&Moment>,
        limit: usize,
    ) -> Result<Vec<Moment>, LedgerError> {
        let Some(channel_no) = self.channel_number(channel)? else { return Ok(Vec::new()) };
        self.moments(older(key::marks(mark, channel_no), before), limit, |moment, _| Some(moment))
    }

    /// How many marked messages of a channel stand after a place, counted up to `max`. Answers while locked, too.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn count_marked_after(
        &self,
        mark: Mark,
        channel: &ChannelId,
        after: &Moment,
        max: u64,
    ) -> Result<u64, LedgerError> {
        let mut count = 0;
        let Some(channel_no) = self.numbers.channel(channel).filter(|_| max > 0) else { return Ok(count) };
        let prefix = key::marks(mark, channel_no);
        let mut span = Span::prefix(&prefix);
        span.from = key::at(prefix, after);
        span.from.push(0);
        self.view.scan(Column::State, span, &mut |_, _| {
            count += 1;
            Ok(if count < max { Step::Next } else { Step::Stop })
        })?;
        Ok(count)
    }

    /// Rows of the timeline whose earlier value is to vanish from the disk, at most `limit`. Answers while locked, too.
    pub(crate) fn wipes(&self, limit: usize) -> Result<Vec<Vec<u8>>, LedgerError> {
        let mut rows = Vec::new();
        self.view.scan(Column::State, Span::prefix(&[tag::WIPE]), &mut |row, _| {
            rows.push(row.get(1..).unwrap_or_default().to_vec());
            Ok(if rows.len() < limit { Step::Next } else { Step::Stop })
        })?;
        Ok(rows)
    }

    /// What rows whose keys end in moments say.
    fn moments<T>(
        &self,
        span: Span,
        limit: usize,
        read: impl Fn(Moment, &[u8]) -> Option<T>,
    ) -> Result<Vec<T>, LedgerError> {
        let mut found = Vec::new();
        if limit == 0 {
            return Ok(found);
        }
        self.view.scan(Column::State, span, &mut |row, value| {
            let item = key::read_at(row).and_then(|moment| read(moment, value));
            found.push(item.ok_or_else(|| LedgerError::damaged(Column::State, row, "not in order of time"))?);
            Ok(if found.len() < limit { Step::Next } else { Step::Stop })
        })?;
        Ok(found)
    }
}

/// What stands under a prefix, newest first: all of it, or what is before a moment.
fn older(prefix: Vec<u8>, before: Option<&Moment>) -> Span {
    let mut span = Span::prefix(&prefix).reversed();
    if let Some(before) = before {
        span.to = Some(key::at(prefix, before));
    }
    span
}
