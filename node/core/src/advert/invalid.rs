//! Why bytes are no advert.

use folkmoot_identity::signed::{CanonicalError, SignatureError};

use crate::governance::InvalidEvent;

/// Why bytes are no advert. None of it depends on what this node has seen, but for the clock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAdvert {
    /// More bytes than an advert may have.
    #[error("{actual} bytes, more than an advert may have")]
    TooLarge {
        /// Bytes there were.
        actual: usize,
    },
    /// Not the canonical form of its message.
    #[error("malformed advert")]
    Body(#[from] CanonicalError),
    /// Of a format this program does not know.
    #[error("advert of unknown format {found}")]
    Format {
        /// The format it says.
        found: u32,
    },
    /// A field has the wrong length or value, or there are too many of it.
    #[error("field {field} is out of range")]
    Field {
        /// Name of the field.
        field: &'static str,
    },
    /// Found under the key of another server.
    #[error("advert of another server than asked for")]
    Foreign,
    /// Its time is over.
    #[error("expired at {expires_ms}")]
    Expired {
        /// When, ms UTC.
        expires_ms: u64,
    },
    /// Stamped too far ahead of the reader's clock.
    #[error("stamped ahead of the clock")]
    FromTheFuture,
    /// It wants to be believed for longer than any may.
    #[error("lives longer than an advert may")]
    LivesTooLong,
    /// Of a server that only takes in whom it invites, or says so.
    #[error("not of a public server")]
    Private,
    /// The first event is not the GENESIS whose hash is the server's id.
    #[error("does not begin with the server's GENESIS")]
    Genesis,
    /// An event in it is no event of a server.
    #[error("an event in it is malformed")]
    Event(#[source] InvalidEvent),
    /// An event in it does not follow from those before.
    #[error("an event in it does not follow from those before")]
    Unfounded,
    /// A certificate in it does not hold.
    #[error("a certificate in it does not hold")]
    Certificate,
    /// The device that signed is not one that the author certified.
    #[error("signed by a device that is not the author's")]
    UnknownDevice,
    /// The author's role does not speak for the server.
    #[error("the author may not speak for the server")]
    NotAllowed,
    /// The author's signature does not hold.
    #[error("bad signature")]
    Signature(#[source] SignatureError),
}
