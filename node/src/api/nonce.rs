//! Nonces: what makes a create repeatable.

use folkmoot_rpc::{CallContext, contract::Nonce};
use serde::Serialize;

use crate::pipeline::NonceKey;

/// The key under which a call's answer is kept: token, method and nonce; and the hash of its parameters.
pub(super) fn key<P: Serialize>(context: &CallContext, nonce: Option<&Nonce>, params: &P) -> Option<NonceKey> {
    let nonce = nonce?;
    let mut hasher = blake3::Hasher::new();
    for part in [context.token_id(), context.method(), nonce.as_str()] {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let params = serde_json::to_vec(params).unwrap_or_default();
    Some(NonceKey { key: *hasher.finalize().as_bytes(), params_hash: *blake3::hash(&params).as_bytes() })
}
