//! Why bytes cannot become an entry or a log.

use folkmoot_identity::signed::{CanonicalError, SignatureError};

/// Why an entry or a LOG_INIT is not well-formed. Whoever relayed it is at fault unless said otherwise: honest nodes check first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEntry {
    /// Not the canonical form of its message.
    #[error("malformed body")]
    Body(#[from] CanonicalError),
    /// Made by a newer program; kept out until this one is upgraded. Nobody's fault.
    #[error("format {found}, expected 1")]
    UnknownFormat {
        /// The format there was.
        found: u32,
    },
    /// A kind this program does not know. Nobody's fault.
    #[error("unknown entry kind {found}")]
    UnknownKind {
        /// The number there was.
        found: i32,
    },
    /// A field has the wrong length or value.
    #[error("field {field} is out of range")]
    Field {
        /// Name of the field.
        field: &'static str,
    },
    /// Larger than allowed.
    #[error("{actual} bytes, limit {limit}")]
    TooLarge {
        /// Bytes there were.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Salt and payload do not match the header's commitment.
    #[error("payload does not match its commitment")]
    Commitment,
    /// The signature does not hold.
    #[error("bad signature")]
    Signature(#[from] SignatureError),
    /// Carries no signature where nothing else vouches for it.
    #[error("unsigned entry that no newer one vouches for")]
    Unsigned,
    /// Payload is not what its kind demands.
    #[error("malformed payload")]
    Payload,
}

impl InvalidEntry {
    /// Whether a newer program may see sense in it, so that nobody is to be blamed.
    #[must_use]
    pub const fn may_be_newer(&self) -> bool {
        matches!(self, Self::UnknownFormat { .. } | Self::UnknownKind { .. })
    }
}
