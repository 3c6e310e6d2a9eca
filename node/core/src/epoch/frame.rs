//! Live frames: `hint8 ‖ nonce24 ‖ AEAD(K_live, plaintext, aad = scope ‖ epoch)`.

use bytes::Bytes;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

use super::EpochKeys;
use crate::ids::{EpochId, ScopeId};

const HINT_BYTES: usize = 8;
const NONCE_BYTES: usize = 24;

/// Why a frame does not open. Under a known epoch the peer that relayed it is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Shorter than hint, nonce and tag.
    #[error("frame of {actual} bytes, expected at least 48")]
    TooShort {
        /// Bytes there were.
        actual: usize,
    },
    /// The authentication tag does not hold.
    #[error("frame does not authenticate")]
    Tag,
}

/// Encrypts a frame.
///
/// # Panics
/// Never: the cipher fails only above 256 GiB.
#[must_use]
pub fn seal_frame(keys: &EpochKeys, scope: &ScopeId, epoch: &EpochId, nonce: &[u8; 24], plain: &[u8]) -> Bytes {
    let aad = [scope.as_ref(), epoch.as_ref()].concat();
    let sealed = XChaCha20Poly1305::new((&*keys.live).into())
        .encrypt(&XNonce::from(*nonce), Payload { msg: plain, aad: &aad })
        .expect("plaintext is bounded by the frame limit");
    let mut frame = Vec::with_capacity(HINT_BYTES + NONCE_BYTES + sealed.len());
    frame.extend_from_slice(&hint(keys, nonce));
    frame.extend_from_slice(nonce);
    frame.extend_from_slice(&sealed);
    frame.into()
}

/// Whether the frame says it belongs to the epoch of `keys`.
#[must_use]
pub fn hint_of(keys: &EpochKeys, frame: &[u8]) -> bool {
    match (
        frame.first_chunk::<HINT_BYTES>(),
        frame.get(HINT_BYTES..).and_then(|rest| rest.first_chunk::<NONCE_BYTES>()),
    ) {
        (Some(found), Some(nonce)) => hint(keys, nonce) == *found,
        _ => false,
    }
}

/// Decrypts a frame whose hint matched.
///
/// # Errors
/// [`FrameError`].
pub fn open_frame(keys: &EpochKeys, scope: &ScopeId, epoch: &EpochId, frame: &[u8]) -> Result<Bytes, FrameError> {
    let too_short = FrameError::TooShort { actual: frame.len() };
    let rest = frame.get(HINT_BYTES..).ok_or(too_short)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(too_short)?;
    let aad = [scope.as_ref(), epoch.as_ref()].concat();
    XChaCha20Poly1305::new((&*keys.live).into())
        .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &aad })
        .map(Bytes::from)
        .map_err(|_| FrameError::Tag)
}

/// First eight bytes of `blake3_keyed(K_hint, nonce)`.
fn hint(keys: &EpochKeys, nonce: &[u8; NONCE_BYTES]) -> [u8; HINT_BYTES] {
    let full = blake3::keyed_hash(&keys.hint, nonce);
    let [a, b, c, d, e, f, g, h, ..] = *full.as_bytes();
    [a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::{
        epoch::{HistoryRoot, Secret},
        ids::ServerId,
    };

    fn keys(seed: u8) -> EpochKeys {
        Secret::History(HistoryRoot::new(Zeroizing::new([seed; 32])))
            .keys(&ServerId::new([1; 32]), &EpochId::new([2; 32]))
    }

    #[test]
    fn a_frame_opens_under_its_own_epoch_only() {
        let (scope, epoch) = (ScopeId::new([1; 32]), EpochId::new([2; 32]));
        let frame = seal_frame(&keys(7), &scope, &epoch, &[9; 24], b"hello");
        assert!(hint_of(&keys(7), &frame));
        assert!(!hint_of(&keys(8), &frame));
        assert_eq!(open_frame(&keys(7), &scope, &epoch, &frame).as_deref(), Ok(&b"hello"[..]));
        assert_eq!(open_frame(&keys(7), &ScopeId::new([3; 32]), &epoch, &frame), Err(FrameError::Tag));
        assert_eq!(open_frame(&keys(8), &scope, &epoch, &frame), Err(FrameError::Tag));
        assert_eq!(open_frame(&keys(7), &scope, &epoch, &frame[..20]), Err(FrameError::TooShort { actual: 20 }));
    }
}
