//! What a call with a nonce answered, so that its repetition is answered alike.

use bytes::Bytes;
use folkmoot_proto::v1;
use prost::Message;

use super::Unreadable;

/// Answer to a call that may be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NonceRecord {
    /// Hash of the call's parameters.
    pub params_hash: [u8; 32],
    /// What was answered.
    pub result: Bytes,
    /// When it may be forgotten, ms UTC.
    pub expires_ms: u64,
}

impl NonceRecord {
    pub(crate) fn encode(self) -> Vec<u8> {
        v1::StoredNonce {
            params_hash: Bytes::copy_from_slice(&self.params_hash),
            result: self.result,
            expires_ms: self.expires_ms,
        }
        .encode_to_vec()
    }

    pub(crate) fn decode(plain: Bytes) -> Result<Self, Unreadable> {
        let record = v1::StoredNonce::decode(plain).map_err(|_| "not a nonce")?;
        Ok(Self {
            params_hash: record.params_hash.as_ref().try_into().map_err(|_| "hash in a nonce has the wrong length")?,
            result: record.result,
            expires_ms: record.expires_ms,
        })
    }
}
