//! Small facts: epoch secrets, read markers, nonces, consumers, peers, settings.

use bytes::Bytes;
use folkmoot_core::ids::{ChannelId, DeviceId};
use zeroize::Zeroizing;

use super::Snapshot;
use crate::{
    EpochSecret, LedgerError, NonceRecord, ReadMarker,
    backend::{Span, Step},
    catalog::Column,
    key::{self, tag},
    record::{Unreadable, decode_consumer, decode_setting},
};

/// A nonce whose answer may be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpiredNonce {
    /// The nonce's key.
    pub nonce: [u8; 32],
    /// When it expired, ms UTC.
    pub(crate) expires_ms: u64,
    /// The nonce was used again after it expired, so its answer is a later one that stays.
    pub(crate) renewed: bool,
}

impl Snapshot<'_> {
    /// Visits sealed rows under a prefix in order.
    pub(super) fn scan_sealed(
        &self,
        column: Column,
        prefix: &[u8],
        mut visit: impl FnMut(&[u8], Bytes) -> Result<(), Unreadable>,
    ) -> Result<(), LedgerError> {
        if self.sealer.is_none() {
            return Err(LedgerError::Locked);
        }
        self.view.scan(column, Span::prefix(prefix), &mut |row, sealed| {
            let plain = self.open(column, row, sealed)?;
            visit(row, plain).map_err(|what| LedgerError::damaged(column, row, what))?;
            Ok(Step::Next)
        })
    }

    /// All secrets of epochs. Where both of an epoch are held, that of messages comes first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn epoch_secrets(&self) -> Result<Vec<EpochSecret>, LedgerError> {
        let mut secrets = Vec::new();
        self.scan_sealed(Column::State, &[tag::EPOCH], |row, plain| {
            let (epoch, kind) = key::read_epoch(row).ok_or("not an epoch")?;
            let secret: [u8; 32] = plain.as_ref().try_into().map_err(|_| "secret has the wrong length")?;
            secrets.push(EpochSecret { epoch, kind, secret: Zeroizing::new(secret) });
            Ok(())
        })?;
        Ok(secrets)
    }

    /// How far a channel was read.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn read_marker(&self, channel: &ChannelId) -> Result<Option<ReadMarker>, LedgerError> {
        self.read_sealed(Column::State, &key::tagged(tag::MARKER, channel.as_ref()), ReadMarker::decode)
    }

    /// How far all channels were read.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn read_markers(&self) -> Result<Vec<(ChannelId, ReadMarker)>, LedgerError> {
        let mut markers = Vec::new();
        self.scan_sealed(Column::State, &[tag::MARKER], |row, plain| {
            let channel = ChannelId::new(key::read_tagged(row).ok_or("not a channel")?);
            markers.push((channel, ReadMarker::decode(plain)?));
            Ok(())
        })?;
        Ok(markers)
    }

    /// What a call with this nonce answered; also when it has expired and is not yet forgotten.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn nonce(&self, nonce: &[u8; 32]) -> Result<Option<NonceRecord>, LedgerError> {
        self.read_sealed(Column::State, &key::tagged(tag::NONCE, nonce), NonceRecord::decode)
    }

    /// Nonces that have expired by `now_ms`, oldest first, at most `limit`. To be handed to
    /// [`Batch::delete_nonce`](crate::Batch::delete_nonce) by whoever puts nonces.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn expired_nonces(&self, now_ms: u64, limit: usize) -> Result<Vec<ExpiredNonce>, LedgerError> {
        let mut expired = Vec::new();
        if limit == 0 {
            return Ok(expired);
        }
        let end = key::tagged(tag::NONCE_EXPIRY, &now_ms.saturating_add(1).to_be_bytes());
        self.view.scan(Column::State, Span::new(vec![tag::NONCE_EXPIRY], end), &mut |row, _| {
            let (expires_ms, nonce) = key::read_nonce_expiry(row)
                .ok_or_else(|| LedgerError::damaged(Column::State, row, "not a nonce's expiry"))?;
            expired.push(ExpiredNonce { nonce, expires_ms, renewed: false });
            Ok(if expired.len() < limit { Step::Next } else { Step::Stop })
        })?;
        for found in &mut expired {
            found.renewed = self.nonce(&found.nonce)?.is_some_and(|record| record.expires_ms > found.expires_ms);
        }
        Ok(expired)
    }

    /// How far a consumer of the event log has come.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn consumer(&self, name: &str) -> Result<Option<u64>, LedgerError> {
        let hash = self.sealer.as_ref().ok_or(LedgerError::Locked)?.hash_name(tag::CONSUMER, name);
        let found = self.read_sealed(Column::State, &key::tagged(tag::CONSUMER, &hash), decode_consumer)?;
        Ok(found.map(|(_, seq)| seq))
    }

    /// All consumers by name.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn consumers(&self) -> Result<Vec<(String, u64)>, LedgerError> {
        let mut consumers = Vec::new();
        self.scan_sealed(Column::State, &[tag::CONSUMER], |_, plain| {
            consumers.push(decode_consumer(plain)?);
            Ok(())
        })?;
        consumers.sort_unstable();
        Ok(consumers)
    }

    /// What the overlay knows of all peers.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn peers(&self) -> Result<Vec<(DeviceId, Bytes)>, LedgerError> {
        let mut peers = Vec::new();
        self.scan_sealed(Column::State, &[tag::PEER], |row, plain| {
            peers.push((DeviceId::new(key::read_tagged(row).ok_or("not a device")?), plain));
            Ok(())
        })?;
        Ok(peers)
    }

    /// A setting.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn setting(&self, name: &str) -> Result<Option<Bytes>, LedgerError> {
        let hash = self.sealer.as_ref().ok_or(LedgerError::Locked)?.hash_name(tag::SETTING, name);
        let found = self.read_sealed(Column::State, &key::tagged(tag::SETTING, &hash), decode_setting)?;
        Ok(found.map(|(_, value)| value))
    }

    /// All settings whose name begins so, by name.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn settings(&self, prefix: &str) -> Result<Vec<(String, Bytes)>, LedgerError> {
        let mut settings = Vec::new();
        self.scan_sealed(Column::State, &[tag::SETTING], |_, plain| {
            let (name, value) = decode_setting(plain)?;
            if name.starts_with(prefix) {
                settings.push((name, value));
            }
            Ok(())
        })?;
        settings.sort_unstable();
        Ok(settings)
    }
}
