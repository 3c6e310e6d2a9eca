//! The methods of the API, one file per namespace: names, parameters, results, scopes, errors, examples. What a method
//! does stands in the node; here is only what it promises.

mod bounded;
mod method;
mod paging;
mod scope;

pub mod channel;
pub mod events;
pub mod identity;
pub mod invite;
pub mod member;
pub mod message;
pub mod net;
pub mod node;
pub mod rpc;
pub mod sample;
pub mod server;

pub use bounded::{ConsumerName, Hlc, Limit, Nonce, Passphrase};
pub use method::{CallKind, Created, Descriptor, Done, Method, find, methods};
pub use paging::{Cursor, Page};
pub use scope::{Scope, ScopeSet};
