//! What a node refuses, with the documented answer, and that a refusal leaves no trace: the state is the same before and after.

#[path = "../harness/mod.rs"]
mod harness;

mod batches;
mod contents;
mod http;
mod invites;
mod nonces;
mod params;
mod rates;
mod scene;
mod slow;
mod states;
