//! `bot.toml`: what a bot is, what it asks for, what may be set. Read and checked whole before anything of the bot runs.

mod allow;
mod config;
mod read;
mod shape;

pub use allow::{AllowedHost, BadHost};
pub use config::{BadConfig, ConfigEntry, ConfigType};
pub use read::{MANIFEST_BYTES, MANIFEST_FILE, ManifestError};
pub use shape::{ASKABLE, EVENT_TYPES, Events, HTTP_BODY_MAX, HTTP_TIMEOUT_MAX_MS, Http, Manifest, wants_type};
