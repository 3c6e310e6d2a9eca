//! Catching up on channel logs: who lacks what, told by digests and ranges, and in which order it is fetched.
//!
//! Two nodes compare one digest over a server; where it differs, one per channel; where those differ, the ranges of each log. The
//! asker plans its fetches newest first. Governance events have their own exchange: `governance::Dag::missing_for`.

mod digest;
mod plan;

pub use digest::{LogSummary, channel_digest, server_digest, tip};
pub use plan::{Fetch, plan};
