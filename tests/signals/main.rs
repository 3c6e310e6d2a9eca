//! What a chat window needs besides messages, on whole nodes: window state and drafts, profiles, presence and typing, notifications, and
//! how catching up goes.

#[path = "../harness/mod.rs"]
mod harness;

mod desk;
mod network;
mod notifications;
mod presence;
mod profile;
