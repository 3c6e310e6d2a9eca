//! What the black-box suites share: nodes as child processes, the people who use them, raw HTTP, waiting, looking at files.
//!
//! The suites know the binary and the contract of its API and nothing of its inside. Each suite is a program of its own and uses its
//! part of this.

#![allow(dead_code, reason = "every suite uses another part")]

pub(crate) mod command;
pub(crate) mod files;
pub(crate) mod http;
pub(crate) mod node;
pub(crate) mod people;
pub(crate) mod soak;
pub(crate) mod wait;
