//! Bots written in Rhai: the engine with its limits, the manifest, the language of bots, the worker process that runs one, and a
//! simulated world to test one in. It knows the API's contract and no node; whoever runs bots is a [`Host`] to them.

mod api;
mod bot;
pub mod desk;
pub mod engine;
mod feed;
pub mod host;
pub mod manifest;
pub mod scopes;
pub mod sim;
mod template;
pub mod trigger;
pub mod web;
pub mod worker;

pub use bot::{Bot, Outcome, Stats, check};
pub use engine::{Fault, FaultKind, Limits, Place, Source, SourceError};
pub use host::{Call, Host, Level};
pub use manifest::{Manifest, ManifestError};
pub use template::new_bot;
pub use trigger::{Cause, Registered, Task, Trigger};
