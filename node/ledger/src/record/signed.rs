//! Signed bytes: governance events and registers, exactly as received.

use bytes::Bytes;
use folkmoot_identity::signed::SignedBytes;
use folkmoot_proto::v1;
use prost::Message;

use super::Unreadable;

pub(crate) fn encode_signed(signed: &SignedBytes) -> Vec<u8> {
    v1::SignedBytes::from(signed.clone()).encode_to_vec()
}

pub(crate) fn decode_signed(plain: Bytes) -> Result<SignedBytes, Unreadable> {
    v1::SignedBytes::decode(plain).map(SignedBytes::from).map_err(|_| "not signed bytes")
}
