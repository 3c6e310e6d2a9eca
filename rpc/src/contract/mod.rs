//! The methods of the API, one file per namespace: names, parameters, results, scopes, errors, examples. What a method
//! does stands in the node; here is only what it promises.

mod bounded;
mod change;
mod method;
mod paging;
mod scope;

pub mod act;
pub mod channel;
pub mod channel_change;
pub mod channel_permissions;
pub mod contact;
pub mod draft;
pub mod events;
pub mod identity;
pub mod invite;
pub mod member;
pub mod member_moderation;
pub mod message;
pub mod net;
pub mod node;
pub mod notification;
pub mod permission;
pub mod presence;
pub mod rpc;
pub mod sample;
pub mod server;
pub mod server_audit;
pub mod server_heirs;
pub mod server_role;
pub mod server_rollback;
pub mod ui;

pub use bounded::{ConsumerName, Hlc, Limit, Nonce, Passphrase};
pub use change::Change;
pub use method::{CallKind, Created, Descriptor, Done, Method, Subscription, find, methods};
pub use paging::{Cursor, Page};
pub use scope::{Scope, ScopeSet};
