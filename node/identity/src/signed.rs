//! [`SignedBytes`]: a body, the signature over its id, and the canonical check. Everything signed in Folkmoot passes through
//! here.

use bytes::Bytes;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use folkmoot_proto::{limits::SIGNATURE_BYTES, v1};
use prost::Message;

/// What a signature is about; keeps one from being passed off as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// A governance event.
    Event,
    /// A channel log's first record.
    Log,
    /// An entry of a channel log.
    Entry,
    /// A device certificate.
    Certificate,
    /// A register: profile, prekey, peer record.
    Register,
    /// A join request, signed with the invite's key.
    Join,
    /// A public server's advert.
    Advert,
    /// A signal: presence, typing.
    Signal,
}

impl Context {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "folkmoot/v1/event",
            Self::Log => "folkmoot/v1/log",
            Self::Entry => "folkmoot/v1/entry",
            Self::Certificate => "folkmoot/v1/certificate",
            Self::Register => "folkmoot/v1/register",
            Self::Join => "folkmoot/v1/join",
            Self::Advert => "folkmoot/v1/advert",
            Self::Signal => "folkmoot/v1/signal",
        }
    }

    /// `context ‖ 0x00 ‖ id`, the bytes that are signed.
    fn message(self, id: &[u8; 32]) -> Vec<u8> {
        [self.as_str().as_bytes(), &[0], id].concat()
    }
}

/// A body and the signature over its id, exactly as received.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedBytes {
    /// Canonical protobuf; never re-encoded.
    pub body: Bytes,
    /// 64 bytes when well-formed; not yet checked.
    pub sig: Bytes,
}

impl std::fmt::Debug for SignedBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignedBytes({} bytes)", self.body.len())
    }
}

impl From<v1::SignedBytes> for SignedBytes {
    fn from(wire: v1::SignedBytes) -> Self {
        Self { body: wire.body, sig: wire.sig }
    }
}

impl From<SignedBytes> for v1::SignedBytes {
    fn from(signed: SignedBytes) -> Self {
        Self { body: signed.body, sig: signed.sig }
    }
}

/// Why signed bytes are not what they claim. Whoever relayed them is at fault: honest nodes verify first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The signer's key is not a point, or is of small order.
    #[error("signer's key is invalid or weak")]
    WeakKey,
    /// Not 64 bytes.
    #[error("signature of {actual} bytes, expected 64")]
    Length {
        /// Bytes there were.
        actual: usize,
    },
    /// Signature, key and id do not belong together.
    #[error("signature does not match its signer")]
    Mismatch,
}

/// Signs `id` for `context`. 64 bytes.
#[must_use]
pub fn sign(key: &SigningKey, context: Context, id: &[u8; 32]) -> Bytes {
    Bytes::copy_from_slice(&key.sign(&context.message(id)).to_bytes())
}

/// Checks that 32 bytes can stand for a signer: a point of the curve, not of small order.
///
/// # Errors
/// [`SignatureError::WeakKey`].
pub fn validate_key(signer: &[u8; 32]) -> Result<(), SignatureError> {
    strong_key(signer).map(|_| ())
}

fn strong_key(signer: &[u8; 32]) -> Result<VerifyingKey, SignatureError> {
    let key = VerifyingKey::from_bytes(signer).map_err(|_| SignatureError::WeakKey)?;
    if key.is_weak() { Err(SignatureError::WeakKey) } else { Ok(key) }
}

/// Checks a signature by the strict rules, small-order keys refused.
///
/// # Errors
/// [`SignatureError`], which of the three.
pub fn verify(signer: &[u8; 32], context: Context, id: &[u8; 32], sig: &[u8]) -> Result<(), SignatureError> {
    let key = strong_key(signer)?;
    let sig: [u8; SIGNATURE_BYTES] = sig.try_into().map_err(|_| SignatureError::Length { actual: sig.len() })?;
    key.verify_strict(&context.message(id), &Signature::from_bytes(&sig)).map_err(|_| SignatureError::Mismatch)
}

/// Why bytes are not the canonical form of a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// Not the protobuf message expected.
    #[error("not a {message} message")]
    Undecodable {
        /// Name of the message expected.
        message: &'static str,
        /// What the decoder said.
        #[source]
        source: prost::DecodeError,
    },
    /// Decodes, but encodes to other bytes: unknown fields, explicit defaults, wrong order.
    #[error("{message} is not in canonical form")]
    NotCanonical {
        /// Name of the message expected.
        message: &'static str,
    },
}

/// Decodes a body of a known format and requires `encode(decode(body)) == body`.
///
/// # Errors
/// [`CanonicalError`].
pub fn decode_canonical<M: Message + Default>(message: &'static str, body: &Bytes) -> Result<M, CanonicalError> {
    let decoded = M::decode(body.clone()).map_err(|source| CanonicalError::Undecodable { message, source })?;
    if decoded.encoded_len() == body.len() && decoded.encode_to_vec() == body.as_ref() {
        Ok(decoded)
    } else {
        Err(CanonicalError::NotCanonical { message })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    #[test]
    fn a_signature_holds_for_its_context_and_id_only() {
        let id = [1; 32];
        let sig = sign(&key(), Context::Event, &id);
        let signer = key().verifying_key().to_bytes();
        assert_eq!(verify(&signer, Context::Event, &id, &sig), Ok(()));
        assert_eq!(verify(&signer, Context::Entry, &id, &sig), Err(SignatureError::Mismatch));
        assert_eq!(verify(&signer, Context::Event, &[2; 32], &sig), Err(SignatureError::Mismatch));
        assert_eq!(verify(&signer, Context::Event, &id, &sig[1..]), Err(SignatureError::Length { actual: 63 }));
    }

    #[test]
    fn small_order_keys_are_refused() {
        let mut identity_point = [0; 32];
        identity_point[0] = 1;
        assert_eq!(verify(&identity_point, Context::Event, &[0; 32], &[0; 64]), Err(SignatureError::WeakKey));
    }

    #[test]
    fn a_body_with_an_unknown_field_is_not_canonical() {
        let mut body = v1::Profile { display_name: "ann".into(), bio: String::new() }.encode_to_vec();
        assert!(decode_canonical::<v1::Profile>("Profile", &body.clone().into()).is_ok());
        body.extend([0x78, 0x01]);
        assert_eq!(
            decode_canonical::<v1::Profile>("Profile", &body.into()),
            Err(CanonicalError::NotCanonical { message: "Profile" })
        );
    }
}
