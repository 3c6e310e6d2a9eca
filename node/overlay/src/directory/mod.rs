//! The distributed hash table: small records and who provides what, kept by all nodes that others can reach. Kademlia under a name
//! of our own, so that no other network's nodes and traffic mix in.
//!
//! Everything that comes out of it is a hint from strangers. What goes into our part of it is asked about first: the node looks
//! into every record before it is kept.

mod behaviour;
mod lookup;
mod offers;
mod store;

pub(crate) use behaviour::{Behaviour, PROTOCOL};
pub(crate) use lookup::{Lookups, Outcome, ProvidersReply, RecordsReply};
pub(crate) use offers::Offers;
pub(crate) use store::Store;

use bytes::Bytes;
use folkmoot_identity::DeviceId;

/// Where a record is, and who is listed.
pub(crate) type Key = [u8; 32];

/// A record that a peer wants kept here. Kept only by [`crate::OverlayHandle::keep_record`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Where it is to stand.
    pub key: [u8; 32],
    /// At most [`folkmoot_proto::limits::ADVERT_BYTES`] bytes, unread.
    pub value: Bytes,
    /// Who brought it; nothing says who wrote it.
    pub source: DeviceId,
}

/// Who is said to provide something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Providers {
    /// How many were named, at most 20; this node left out.
    pub named: usize,
    /// Those we are connected to now.
    pub connected: Vec<DeviceId>,
}

/// Why a lookup or an announcement was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// As many are under way as may be.
    #[error("too many lookups at once")]
    Busy,
    /// No other node took it: none is known, or none answered. It is kept here all the same.
    #[error("no other node took it")]
    Alone,
    /// This node provides or keeps as much as it may, or the record is too large.
    #[error("no room for it")]
    Full,
    /// The overlay has stopped.
    #[error("overlay has stopped")]
    Stopped,
}
