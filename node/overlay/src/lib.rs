//! The overlay: QUIC connections between devices, TCP where there is no QUIC, gossip over them, framed streams, and a distributed
//! hash table. The only crate that names libp2p; nothing of libp2p shows in its interface.
//!
//! It moves bytes and knows devices. What the bytes mean, who is a member and when to dial again is the node's business;
//! nothing here decodes a frame's content or touches a disk.
//!
//! Entry point: [`Overlay::start`]. Commands go down through [`OverlayHandle`] and may wait; what happens comes up through
//! [`EventReceiver`] and never stops the swarm: notices are coalesced, gossip beyond its bound is dropped, counted and told.

#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]

mod actor;
mod address;
mod behaviour;
mod config;
mod dial;
mod directory;
mod events;
mod framed;
mod gate;
mod gossip;
mod handle;
#[cfg(any(test, feature = "hostile"))]
pub mod hostile;
mod outbox;
mod peer;
mod start;
mod status;
mod streams;
mod token;
mod topic;

#[cfg(test)]
mod tests;

pub use address::{Address, AddressError};
pub use config::{OverlayConfig, OverlayLimits};
pub use dial::{DialError, DialLimit, Provenance};
pub use directory::{DirectoryError, Offered, Providers};
pub use events::{EventReceiver, Gossip, Inbound, OverlayEvent};
pub use framed::{FrameError, FrameReader, FrameWriter, FramedStream};
pub use gossip::{PublishError, Published, SubscribeError};
pub use handle::{OverlayHandle, Stopped};
pub use peer::peer_name;
pub use start::{Overlay, OverlayError};
pub use status::{Counters, Direction, DirectoryStatus, NetStatus, PeerInfo};
pub use streams::{OpenError, Protocol};
pub use token::{MessageToken, Verdict};

/// A topic: 32 bytes that only those who hold the scope's topic key can compute.
pub type Topic = [u8; 32];
