//! The contract of the local API and the two ends that speak it: methods, shapes, errors, scopes, the HTTP and
//! WebSocket server, the client, and the OpenRPC document made from all of these.
//!
//! This crate knows no node. A node implements the handlers of a [`Registry`] and an [`EventSource`]; bots, the window,
//! the command line and examples use the [`client`]. JSON lives here and nowhere else.

// First, so that the modules below see its macros.
#[cfg(test)]
#[macro_use]
mod canned;

pub mod client;
pub mod contract;
pub mod credential;
pub mod error;
pub mod ids;
pub mod openrpc;
pub mod registry;
pub mod server;
pub mod session;
mod subscription;

pub use client::{Client, Endpoint};
pub use contract::{Method, Scope};
pub use credential::{Credential, CredentialStore, Token};
pub use error::{ApiError, ErrorKind};
pub use registry::{CallContext, Gate, Registry, RegistryError};
pub use server::{Server, ServerConfig};
pub use session::Sessions;
pub use subscription::{EventSource, EventStream, ItemStream};

/// Version of the contract, as `node.info`, `endpoint.json` and the OpenRPC document name it.
///
/// The first number grows with a breaking change, the second with an addition.
pub const API_VERSION: &str = "1.0";
