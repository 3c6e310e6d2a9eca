//! Streams between two devices: the protocols there are, opening one, and taking those that others open, each under a permit.
//!
//! An own behaviour instead of `libp2p-stream`: that one never forgets the connections of strangers, hands streams over through
//! a channel of one place and drops what comes while it is taken, and dials on its own when asked for a stream.

mod behaviour;
mod handler;
mod protocol;
mod quota;

pub use behaviour::OpenError;
pub use protocol::Protocol;

pub(crate) use behaviour::Behaviour;
pub(crate) use handler::OpenRequest;
pub(crate) use quota::StreamPermit;
