//! [`Batch`]: one logical event, written whole or not at all. Values are sealed when they are put, on the caller's thread.

use std::{ops::RangeInclusive, sync::Arc};

use bytes::Bytes;
use folkmoot_core::{
    ids::{AccountId, ChannelId, DeviceId, EntryId, EpochId, EventId, ServerId},
    log::{Authorized, Entry, Hand, Moment},
};
use folkmoot_identity::{Hlc, Register, signed::SignedBytes};

use crate::{
    EpochSecretKind, EventRecord, ExpiredNonce, Judged, LedgerError, LogRecord, Mark, NonceRecord, ReadMarker,
    StoredEntry, SubjectRecord,
    backend::Op,
    catalog::Column,
    key::{self, tag},
    number::{Claims, Numbers},
    record::{encode_consumer, encode_entry, encode_hand, encode_setting, encode_signed},
    seal::{Nonces, Sealer},
};

/// What RocksDB adds to a row, about.
const ROW_OVERHEAD_BYTES: usize = 32;

/// Rows to be written together. Dropped, it leaves no trace.
pub struct Batch {
    pub(crate) numbers: Arc<Numbers>,
    pub(crate) sealer: Arc<Sealer>,
    nonces: Nonces,
    pub(crate) ops: Vec<Op>,
    /// Encoded events; they get their numbers when they are written.
    pub(crate) events: Vec<Vec<u8>>,
    pub(crate) claims: Claims,
    pub(crate) bytes: usize,
    /// Why the batch cannot be written, found where no error could be returned.
    pub(crate) fault: Option<LedgerError>,
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch")
            .field("rows", &self.ops.len())
            .field("events", &self.events.len())
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl Batch {
    pub(crate) const fn new(numbers: Arc<Numbers>, sealer: Arc<Sealer>) -> Self {
        Self {
            numbers,
            sealer,
            nonces: Nonces::new(),
            ops: Vec::new(),
            events: Vec::new(),
            claims: Claims::new(),
            bytes: 0,
            fault: None,
        }
    }

    /// Whether nothing was put.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ops.is_empty() && self.events.is_empty()
    }

    /// Bytes that will be written, about.
    #[must_use]
    pub const fn size_bytes(&self) -> usize {
        self.bytes
    }

    /// Keeps a governance event.
    ///
    /// # Errors
    /// As all of these: [`LedgerError`] when a value cannot be sealed; then it is not in the batch.
    pub fn put_event(&mut self, server: ServerId, event: EventId, signed: &SignedBytes) -> Result<(), LedgerError> {
        self.put_sealed(Column::Governance, key::governance(&server, &event), &encode_signed(signed))
    }

    /// Keeps a register in place of the one of the same account, kind and device.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn put_register(&mut self, register: &Register) -> Result<(), LedgerError> {
        let key = key::register(&register.account, register.kind, register.device.as_ref());
        self.put_sealed(Column::State, key, &encode_signed(&register.signed))
    }

    /// Keeps the whole record of a log in place of the one before.
    ///
    /// # Errors
    /// [`LedgerError::OtherChannel`] when entries were appended under another channel than the record's.
    pub fn put_log(&mut self, record: &LogRecord) -> Result<(), LedgerError> {
        self.numbers.claim(record.init.id, record.init.channel, &mut self.claims, &mut self.ops)?;
        self.put_sealed(Column::Logs, record.init.id.as_ref().to_vec(), &record.encode())
    }

    /// Keeps an entry: in the timeline of its channel, in the chain of its log, and by its id. An entry that is held already
    /// stays as it is, except that the copy with or without signature that came last is kept: ask
    /// [`Snapshot::contains_entry`](crate::Snapshot::contains_entry) first.
    ///
    /// # Errors
    /// [`LedgerError::OtherChannel`] when the log belongs to another channel.
    pub fn append(&mut self, channel: ChannelId, entry: &Authorized, judged: Judged) -> Result<(), LedgerError> {
        self.put_entry(channel, entry.entry(), judged).map(drop)
    }

    /// Keeps what governance says of an entry now, in place of what it said.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn rejudge(&mut self, stored: &StoredEntry) -> Result<(), LedgerError> {
        self.put_entry(stored.channel, &stored.entry, stored.judged).map(drop)
    }

    /// Forgets what an entry says; its header stays, and the chain with it. The next [`Ledger::wipe`](crate::Ledger::wipe) takes
    /// it from the disk.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn redact(&mut self, stored: &StoredEntry) -> Result<(), LedgerError> {
        let entry = Entry { body: None, ..stored.entry.clone() };
        let row = self.put_entry(stored.channel, &entry, stored.judged)?;
        self.put_plain(Column::State, key::tagged(tag::WIPE, &row), Vec::new());
        Ok(())
    }

    /// Puts the rows of an entry; returns its key in the timeline.
    fn put_entry(&mut self, channel: ChannelId, entry: &Entry, judged: Judged) -> Result<Vec<u8>, LedgerError> {
        let (log_no, channel_no) = self.numbers.claim(entry.log, channel, &mut self.claims, &mut self.ops)?;
        let hlc = entry.header.hlc;
        let plain = encode_entry(log_no, entry, judged);
        let length = u32::try_from(plain.len()).unwrap_or(u32::MAX);
        let lane = if entry.header.kind.is_effect() { key::EFFECTS } else { 0 };
        let row = key::timeline(channel_no | lane, hlc, &entry.id);
        self.put_sealed(Column::Timeline, row.clone(), &plain)?;
        let place = [hlc.bits().to_be_bytes().as_slice(), &((length & !key::EFFECTS) | lane).to_be_bytes()].concat();
        self.put_plain(Column::Chain, key::chain(log_no, entry.header.seq, &entry.id), place);
        let place = [(channel_no | lane).to_be_bytes().as_slice(), &hlc.bits().to_be_bytes()].concat();
        self.put_plain(Column::Ids, entry.id.as_ref().to_vec(), place);
        Ok(row)
    }

    /// Keeps what one account did to a message; nothing, when it did nothing.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn put_hand(
        &mut self,
        channel: ChannelId,
        message: EntryId,
        account: AccountId,
        hand: &Hand,
    ) -> Result<(), LedgerError> {
        let key = key::hand(self.number(channel)?, &message, &account);
        if *hand == Hand::default() {
            self.delete(Column::State, key);
            return Ok(());
        }
        self.put_sealed(Column::State, key, &encode_hand(hand))
    }

    /// Keeps what was done to a message, all in all.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn put_subject(
        &mut self,
        channel: ChannelId,
        message: EntryId,
        subject: &SubjectRecord,
    ) -> Result<(), LedgerError> {
        let key = key::about(tag::SUBJECT, self.number(channel)?, &message);
        self.put_sealed(Column::State, key, &subject.encode())
    }

    /// Files an edit under its message.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn put_edit(
        &mut self,
        channel: ChannelId,
        message: EntryId,
        edit: &Moment,
        by: AccountId,
    ) -> Result<(), LedgerError> {
        let key = key::at(key::about(tag::EDIT, self.number(channel)?, &message), edit);
        self.put_plain(Column::State, key, by.as_ref().to_vec());
        Ok(())
    }

    /// Takes an edit out of its message's file.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn delete_edit(&mut self, channel: ChannelId, message: EntryId, edit: &Moment) -> Result<(), LedgerError> {
        let key = key::at(key::about(tag::EDIT, self.number(channel)?, &message), edit);
        self.delete(Column::State, key);
        Ok(())
    }

    /// Puts a message into the thread that begins with another.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn put_reply(&mut self, channel: ChannelId, thread: EntryId, reply: &Moment) -> Result<(), LedgerError> {
        let key = key::at(key::about(tag::REPLY, self.number(channel)?, &thread), reply);
        self.put_plain(Column::State, key, Vec::new());
        Ok(())
    }

    /// Takes a message out of a thread.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn delete_reply(&mut self, channel: ChannelId, thread: EntryId, reply: &Moment) -> Result<(), LedgerError> {
        let key = key::at(key::about(tag::REPLY, self.number(channel)?, &thread), reply);
        self.delete(Column::State, key);
        Ok(())
    }

    /// Marks a message. For a pin the moment has the pin's stamp and the message's id.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn mark(&mut self, mark: Mark, channel: ChannelId, at: &Moment) -> Result<(), LedgerError> {
        let key = key::at(key::marks(mark, self.number(channel)?), at);
        self.put_plain(Column::State, key, Vec::new());
        Ok(())
    }

    /// Takes a mark away.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn unmark(&mut self, mark: Mark, channel: ChannelId, at: &Moment) -> Result<(), LedgerError> {
        let key = key::at(key::marks(mark, self.number(channel)?), at);
        self.delete(Column::State, key);
        Ok(())
    }

    /// The number of a channel.
    fn number(&mut self, channel: ChannelId) -> Result<u32, LedgerError> {
        self.numbers.claim_channel(channel, &mut self.claims, &mut self.ops)
    }

    /// Forgets that the earlier value of a row of the timeline is to be wiped.
    pub(crate) fn delete_wipe(&mut self, row: &[u8]) {
        self.delete(Column::State, key::tagged(tag::WIPE, row));
    }

    /// Keeps a secret of an epoch. Both kinds of one epoch may be kept.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn put_epoch_secret(
        &mut self,
        epoch: EpochId,
        kind: EpochSecretKind,
        secret: &[u8; 32],
    ) -> Result<(), LedgerError> {
        self.put_sealed(Column::State, key::epoch(&epoch, kind), secret)
    }

    /// Keeps how far this account has read a channel.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn put_read_marker(&mut self, channel: ChannelId, hlc: Hlc, entry: EntryId) -> Result<(), LedgerError> {
        let key = key::tagged(tag::MARKER, channel.as_ref());
        self.put_sealed(Column::State, key, &ReadMarker { hlc, entry }.encode())
    }

    /// Keeps the answer to a call that may be repeated.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn put_nonce(&mut self, nonce: [u8; 32], record: NonceRecord) -> Result<(), LedgerError> {
        let expires_ms = record.expires_ms;
        self.put_sealed(Column::State, key::tagged(tag::NONCE, &nonce), &record.encode())?;
        self.put_plain(Column::State, key::nonce_expiry(expires_ms, &nonce), Vec::new());
        Ok(())
    }

    /// Forgets an answer found by [`Snapshot::expired_nonces`](crate::Snapshot::expired_nonces).
    pub fn delete_nonce(&mut self, expired: &ExpiredNonce) {
        self.delete(Column::State, key::nonce_expiry(expired.expires_ms, &expired.nonce));
        if !expired.renewed {
            self.delete(Column::State, key::tagged(tag::NONCE, &expired.nonce));
        }
    }

    /// Keeps how far a consumer of the event log has come.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn put_consumer(&mut self, name: &str, seq: u64) -> Result<(), LedgerError> {
        let hash = self.sealer.hash_name(tag::CONSUMER, name);
        self.put_sealed(Column::State, key::tagged(tag::CONSUMER, &hash), &encode_consumer(name, seq))
    }

    /// Keeps what the overlay knows of a peer.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn put_peer(&mut self, device: DeviceId, value: &[u8]) -> Result<(), LedgerError> {
        self.put_sealed(Column::State, key::tagged(tag::PEER, device.as_ref()), value)
    }

    /// Forgets a peer.
    pub fn delete_peer(&mut self, device: DeviceId) {
        self.delete(Column::State, key::tagged(tag::PEER, device.as_ref()));
    }

    /// Keeps a setting.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn put_setting(&mut self, name: &str, value: &Bytes) -> Result<(), LedgerError> {
        let hash = self.sealer.hash_name(tag::SETTING, name);
        self.put_sealed(Column::State, key::tagged(tag::SETTING, &hash), &encode_setting(name, value))
    }

    /// Forgets a setting.
    pub fn delete_setting(&mut self, name: &str) {
        let hash = self.sealer.hash_name(tag::SETTING, name);
        self.delete(Column::State, key::tagged(tag::SETTING, &hash));
    }

    /// Forgets a consumer of the event log.
    pub fn delete_consumer(&mut self, name: &str) {
        let hash = self.sealer.hash_name(tag::CONSUMER, name);
        self.delete(Column::State, key::tagged(tag::CONSUMER, &hash));
    }

    /// Forgets the oldest events of the durable event log, as many as were found by
    /// [`Snapshot::prunable_events`](crate::Snapshot::prunable_events).
    pub fn prune_events(&mut self, prunable: RangeInclusive<u64>) {
        for seq in prunable {
            self.delete(Column::Events, key::event(seq));
        }
    }

    /// Puts an event at the end of the durable event log. Its number is told by [`Committed`](crate::Committed). A subject that
    /// is too long fails the whole batch when it is submitted.
    pub fn emit(&mut self, event: EventRecord) {
        match event.encode() {
            Ok(encoded) => {
                self.bytes += encoded.len() + ROW_OVERHEAD_BYTES;
                self.events.push(encoded);
            }
            Err(error) => self.fault = self.fault.take().or(Some(error)),
        }
    }

    pub(crate) fn put_sealed(&mut self, column: Column, key: Vec<u8>, plain: &[u8]) -> Result<(), LedgerError> {
        let sealed = self.sealer.seal(&mut self.nonces, column, &key, plain)?;
        self.put_plain(column, key, sealed);
        Ok(())
    }

    fn put_plain(&mut self, column: Column, key: Vec<u8>, value: Vec<u8>) {
        self.bytes += key.len() + value.len() + ROW_OVERHEAD_BYTES;
        self.ops.push(Op { column, key, value: Some(value) });
    }

    pub(crate) fn delete(&mut self, column: Column, key: Vec<u8>) {
        self.bytes += key.len() + ROW_OVERHEAD_BYTES;
        self.ops.push(Op { column, key, value: None });
    }
}
