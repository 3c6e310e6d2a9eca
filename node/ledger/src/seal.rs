//! Sealing of values: XChaCha20-Poly1305 under the ledger's key, with a fresh random nonce, bound to column and key.

use bytes::Bytes;
use chacha20poly1305::{AeadInOut, KeyInit, Tag, XChaCha20Poly1305, XNonce};
use folkmoot_identity::kdf::{Purpose, derive_secret};
use zeroize::Zeroizing;

use crate::{LedgerError, catalog::Column};

const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

/// Nonces fetched from the operating system at once.
const NONCES_AT_ONCE: usize = 32;

/// The ledger's key, ready to use. Wiped when dropped.
pub(crate) struct Sealer {
    cipher: XChaCha20Poly1305,
    names: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl Sealer {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self { cipher: XChaCha20Poly1305::new(key.into()), names: derive_secret(Purpose::LedgerSeal, &[key, b"names"]) }
    }

    /// What stands in a key for a name that nobody shall read there.
    pub(crate) fn hash_name(&self, tag: u8, name: &str) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.names);
        hasher.update(&[tag]);
        hasher.update(name.as_bytes());
        *hasher.finalize().as_bytes()
    }

    /// `nonce24 ‖ ciphertext ‖ tag16`.
    pub(crate) fn seal(
        &self,
        nonces: &mut Nonces,
        column: Column,
        key: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, LedgerError> {
        let nonce = nonces.take()?;
        let mut sealed = Vec::with_capacity(NONCE_BYTES + plain.len() + TAG_BYTES);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let (_, body) = sealed.split_at_mut(NONCE_BYTES);
        let tag = self
            .cipher
            .encrypt_inout_detached(&XNonce::from(nonce), &associated_data(column, key), body.into())
            .map_err(|_| LedgerError::TooLarge { what: "value", actual: plain.len(), limit: u32::MAX as usize })?;
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    /// The plaintext; fails when the bytes are not what was sealed under this column and key.
    pub(crate) fn open(&self, column: Column, key: &[u8], sealed: &[u8]) -> Result<Bytes, LedgerError> {
        let damaged = |what| LedgerError::damaged(column, key, what);
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(|| damaged("too short"))?;
        let (body, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or_else(|| damaged("too short"))?;
        let mut plain = body.to_vec();
        self.cipher
            .decrypt_inout_detached(
                &XNonce::from(*nonce),
                &associated_data(column, key),
                plain.as_mut_slice().into(),
                &Tag::from(*tag),
            )
            .map_err(|_| damaged("does not authenticate"))?;
        Ok(plain.into())
    }
}

fn associated_data(column: Column, key: &[u8]) -> Vec<u8> {
    [column.name().as_bytes(), key].concat()
}

/// Random nonces, fetched from the operating system a few at a time: a system call for each would cost as much as the sealing.
pub(crate) struct Nonces {
    fetched: [[u8; NONCE_BYTES]; NONCES_AT_ONCE],
    used: usize,
}

impl Nonces {
    pub(crate) const fn new() -> Self {
        Self { fetched: [[0; NONCE_BYTES]; NONCES_AT_ONCE], used: NONCES_AT_ONCE }
    }

    fn take(&mut self) -> Result<[u8; NONCE_BYTES], LedgerError> {
        if let Some(nonce) = self.fetched.get(self.used) {
            self.used += 1;
            return Ok(*nonce);
        }
        getrandom::fill(self.fetched.as_flattened_mut())
            .map_err(|error| LedgerError::io("get random bytes", std::io::Error::other(error)))?;
        self.used = 1;
        let [first, ..] = self.fetched;
        Ok(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_opens_under_its_own_key_column_and_sealer_only() {
        let (sealer, other) = (Sealer::new(&[1; 32]), Sealer::new(&[2; 32]));
        let sealed = sealer.seal(&mut Nonces::new(), Column::State, b"k", b"plain").expect("seals");
        assert_eq!(sealed.len(), 5 + NONCE_BYTES + TAG_BYTES);
        assert_eq!(sealer.open(Column::State, b"k", &sealed).expect("opens"), Bytes::from_static(b"plain"));
        assert!(sealer.open(Column::State, b"l", &sealed).is_err());
        assert!(sealer.open(Column::Logs, b"k", &sealed).is_err());
        assert!(other.open(Column::State, b"k", &sealed).is_err());
    }

    #[test]
    fn every_flipped_byte_and_every_cut_is_noticed() {
        let sealer = Sealer::new(&[1; 32]);
        let sealed = sealer.seal(&mut Nonces::new(), Column::State, b"k", b"plain").expect("seals");
        for at in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1;
            assert!(sealer.open(Column::State, b"k", &flipped).is_err(), "byte {at}");
            assert!(sealer.open(Column::State, b"k", &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn nonces_differ() {
        let mut nonces = Nonces::new();
        let mut seen: Vec<_> = (0..NONCES_AT_ONCE * 3).map(|_| nonces.take().expect("random")).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), NONCES_AT_ONCE * 3);
    }

    #[test]
    fn names_of_two_kinds_hash_apart() {
        let sealer = Sealer::new(&[1; 32]);
        assert_ne!(sealer.hash_name(b'C', "a"), sealer.hash_name(b'S', "a"));
        assert_ne!(sealer.hash_name(b'C', "a"), Sealer::new(&[2; 32]).hash_name(b'C', "a"));
    }
}
