//! Why bytes cannot become an event.

use folkmoot_identity::signed::{CanonicalError, SignatureError};

/// Why an event is not well-formed. Needs no context, so whoever relayed it is at fault: honest nodes check first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEvent {
    /// Not the canonical form of its message.
    #[error("malformed body")]
    Body(#[from] CanonicalError),
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
    /// A signature on it or in it does not hold.
    #[error("bad signature of the {of}")]
    Signature {
        /// Whose signature: event, certificate, register, request.
        of: &'static str,
        /// Why not.
        #[source]
        source: SignatureError,
    },
    /// A certificate or register in it does not verify.
    #[error("embedded {what} does not verify")]
    Embedded {
        /// Which.
        what: &'static str,
    },
    /// A certificate, register or request in it is about somebody else.
    #[error("embedded {what} belongs to another account, device or server")]
    Foreign {
        /// Which.
        what: &'static str,
    },
    /// LEAVE, DEVICE_ADD and DEVICE_REVOKE are signed by the account key.
    #[error("not signed by the account itself")]
    NotOwnWord,
}
