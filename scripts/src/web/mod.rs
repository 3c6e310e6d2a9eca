//! The web as bots reach it: what an address must look like, which machines are never reached, and the client that does it. Bots
//! themselves have no network; whoever hosts them makes the requests here.

mod address;
mod client;

pub(crate) use address::allowed;
pub use address::is_public;
pub use client::{Secrets, Web, WebError};
