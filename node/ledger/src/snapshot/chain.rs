//! Entries as a log has them: runs of consecutive numbers, for peers that catch up.

use folkmoot_core::{
    ids::{EntryId, LogId},
    log::SeqRange,
};
use folkmoot_identity::Hlc;

use super::Snapshot;
use crate::{
    LedgerError, StoredEntry,
    backend::{Span, Step},
    catalog::Column,
    key,
};

/// Rows that a walk along the timeline steps over before it searches for the next one wanted: about what a search costs.
const STEPS_BEFORE_SEEK: u32 = 8;

/// Where an entry of a log stands.
#[derive(Clone, Copy, Debug)]
struct Link {
    seq: u64,
    id: EntryId,
    hlc: Hlc,
    /// [`key::EFFECTS`] if it stands among the effects, else 0.
    lane: u32,
    /// Bytes of the entry as kept.
    length: usize,
}

impl Snapshot<'_> {
    /// Ids held at one number of a log, ascending; several where the log forked. Answers while locked, too.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn ids_at(&self, log: &LogId, seq: u64) -> Result<Vec<EntryId>, LedgerError> {
        let links = self.links(log, SeqRange { from: seq, to: seq }, usize::MAX, false)?;
        Ok(links.into_iter().map(|link| link.id).collect())
    }

    /// Ids of the messages held in a range of a log, newest first, at most `limit`. Answers while locked, too.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn newest_messages_of(
        &self,
        log: &LogId,
        range: SeqRange,
        limit: usize,
    ) -> Result<Vec<(u64, EntryId)>, LedgerError> {
        let mut found = Vec::new();
        let Some(span) = self.chain_span(log, range).filter(|_| limit > 0) else { return Ok(found) };
        self.view.scan(Column::Chain, span.reversed(), &mut |row, value| {
            let link = read_link(row, value)?;
            if link.lane == 0 {
                found.push((link.seq, link.id));
            }
            Ok(if found.len() < limit { Step::Next } else { Step::Stop })
        })?;
        Ok(found)
    }

    /// The oldest entries of a range of a log that fit into `max_bytes`, ascending by (seq, id). All entries of a number come
    /// together, and the first number comes whatever its size.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn run(&self, log: &LogId, range: SeqRange, max_bytes: usize) -> Result<Vec<StoredEntry>, LedgerError> {
        self.entries_of(log, range, max_bytes, false)
    }

    /// The newest entries of a range of a log that fit into `max_bytes`, ascending by (seq, id). All entries of a number come
    /// together, and the last number comes whatever its size.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn run_newest(&self, log: &LogId, range: SeqRange, max_bytes: usize) -> Result<Vec<StoredEntry>, LedgerError> {
        self.entries_of(log, range, max_bytes, true)
    }

    fn entries_of(
        &self,
        log: &LogId,
        range: SeqRange,
        max_bytes: usize,
        newest_first: bool,
    ) -> Result<Vec<StoredEntry>, LedgerError> {
        if self.sealer.is_none() {
            return Err(LedgerError::Locked);
        }
        let mut links = self.links(log, range, max_bytes, newest_first)?;
        // The clock grows along a log, so its entries lie in the timeline in the same order, among those of others: one walk
        // finds all its messages, another all its effects. Only forked branches lie out of order.
        links.sort_unstable_by_key(|link| (link.lane, link.hlc, link.id));
        let (messages, effects) = links.split_at(links.partition_point(|link| link.lane == 0));
        let mut entries = self.walk(log, messages)?;
        entries.extend(self.walk(log, effects)?);
        entries.sort_by_key(|stored| (stored.entry.header.seq, stored.entry.id));
        Ok(entries)
    }

    /// Links of a range, in the order asked for, up to `max_bytes` of entries and never half a number.
    fn links(&self, log: &LogId, range: SeqRange, max_bytes: usize, reverse: bool) -> Result<Vec<Link>, LedgerError> {
        let mut links: Vec<Link> = Vec::new();
        let Some(mut span) = self.chain_span(log, range) else { return Ok(links) };
        span.reverse = reverse;
        let (mut bytes, mut cut) = (0_usize, 0);
        self.view.scan(Column::Chain, span, &mut |row, value| {
            let link = read_link(row, value)?;
            if links.last().is_none_or(|last| last.seq != link.seq) {
                cut = links.len();
            }
            bytes = bytes.saturating_add(link.length);
            if bytes > max_bytes && cut > 0 {
                links.truncate(cut);
                return Ok(Step::Stop);
            }
            links.push(link);
            Ok(Step::Next)
        })?;
        Ok(links)
    }

    /// Where the links of a range stand; `None` when there are none.
    fn chain_span(&self, log: &LogId, range: SeqRange) -> Option<Span> {
        let log_no = self.numbers.log(log).filter(|_| range.from <= range.to)?;
        let end = match range.to.checked_add(1) {
            Some(behind) => key::chain_start(log_no, behind),
            None => key::chain_start(log_no.saturating_add(1), 0),
        };
        Some(Span::new(key::chain_start(log_no, range.from), end))
    }

    /// Reads the entries of links that ascend by (lane, hlc, id).
    fn walk(&self, log: &LogId, links: &[Link]) -> Result<Vec<StoredEntry>, LedgerError> {
        let numbers = self.numbers;
        let home = numbers.log(log).and_then(|log_no| numbers.log_id(log_no));
        let Some(channel_no) = home.and_then(|(_, channel)| numbers.channel(&channel)) else { return Ok(Vec::new()) };
        let rows: Vec<Vec<u8>> =
            links.iter().map(|link| key::timeline(channel_no | link.lane, link.hlc, &link.id)).collect();
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
        let mut behind = last.clone();
        behind.push(0);
        let missing = |row: &[u8]| LedgerError::damaged(Column::Timeline, row, "missing");
        let mut entries = Vec::with_capacity(rows.len());
        let mut wanted = rows.iter().peekable();
        let mut steps = 0;
        self.view.scan(Column::Timeline, Span::new(first.clone(), behind), &mut |row, sealed| {
            let Some(next) = wanted.peek() else { return Ok(Step::Stop) };
            if row == next.as_slice() {
                entries.push(self.decode_row(row, sealed)?);
                wanted.next();
                steps = 0;
                return Ok(if wanted.peek().is_some() { Step::Next } else { Step::Stop });
            }
            if row > next.as_slice() {
                return Err(missing(next));
            }
            steps += 1;
            if steps < STEPS_BEFORE_SEEK {
                return Ok(Step::Next);
            }
            steps = 0;
            Ok(Step::Seek((*next).clone()))
        })?;
        match wanted.next() {
            Some(row) => Err(missing(row)),
            None => Ok(entries),
        }
    }
}

fn read_link(row: &[u8], value: &[u8]) -> Result<Link, LedgerError> {
    let damaged = || LedgerError::damaged(Column::Chain, row, "not a link");
    let (seq, id) = key::read_chain(row).ok_or_else(damaged)?;
    let (hlc, length) = value.split_first_chunk::<8>().ok_or_else(damaged)?;
    let length = u32::from_be_bytes(length.try_into().map_err(|_| damaged())?);
    let lane = length & key::EFFECTS;
    let length = usize::try_from(length & !key::EFFECTS).map_err(|_| damaged())?;
    Ok(Link { seq, id, hlc: Hlc::from_bits(u64::from_be_bytes(*hlc)), lane, length })
}
