//! The wire and disk shapes of Folkmoot, generated from `folkmoot/v1/*.proto`, and the limits that bound them.
//!
//! Nothing here has behaviour. `identity` and `core` convert these to domain types at the boundary; no other crate uses them
//! in its own interfaces.

pub mod limits;

/// Generated from `folkmoot/v1/*.proto`; the comments there are the documentation.
#[allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/folkmoot.v1.rs"));
}
