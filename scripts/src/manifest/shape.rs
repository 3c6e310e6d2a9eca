//! The manifest as a value: everything in it is within its bounds.

use std::collections::BTreeMap;

use folkmoot_rpc::Scope;
use serde::{Deserialize, Serialize};

use super::{allow::AllowedHost, config::ConfigEntry};
use crate::engine::Limits;

/// The scopes a bot may ask for. The others are about the node and the person it belongs to, which no bot has to do with.
pub const ASKABLE: [Scope; 6] =
    [Scope::Read, Scope::MessageWrite, Scope::ChannelManage, Scope::ServerManage, Scope::MemberModerate, Scope::Invite];

/// Types of events that bots receive.
pub const EVENT_TYPES: &[&str] = &[
    "message.created",
    "message.edited",
    "message.deleted",
    "message.reaction_added",
    "message.reaction_removed",
    "message.pinned",
    "message.unpinned",
    "channel.created",
    "channel.updated",
    "channel.archived",
    "member.joined",
    "member.left",
    "member.updated",
    "member.kicked",
    "member.banned",
    "member.unbanned",
    "server.updated",
    "invite.created",
];

/// The largest answer of a web server that a manifest may allow, in bytes. It crosses a pipe into 256 MiB of address space.
pub const HTTP_BODY_MAX: u64 = 4 * 1024 * 1024;
/// The longest a web request may take by a manifest, in milliseconds.
pub const HTTP_TIMEOUT_MAX_MS: u64 = 20_000;

/// What a bot is and asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Names the bot on one node: 1 to 32 small letters, digits and dashes.
    pub id: String,
    /// The name members see; the id if the manifest has none.
    pub name: String,
    /// Three numbers with dots.
    pub version: String,
    /// What it does, in a sentence.
    pub description: String,
    /// The file that is run.
    pub entry: String,
    /// What it wants to do.
    pub scopes: Vec<Scope>,
    /// What it wants to hear.
    pub events: Events,
    /// Where it wants to reach.
    pub http: Http,
    /// What it may use.
    pub limits: Limits,
    /// What may be set by whoever installs it.
    pub config: BTreeMap<String, ConfigEntry>,
    /// Secrets it uses, by name, and what each is for.
    pub secrets: BTreeMap<String, String>,
}

/// What a bot hears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Events {
    /// Types, such as `message.created` or `message.*`.
    pub types: Vec<String>,
    /// Channels by name, `*` for all; the channels a bot sees at all are those that its role allows.
    pub channels: Vec<String>,
    /// Whether messages of bots are left out. Its own are left out always.
    pub ignore_bots: bool,
}

impl Default for Events {
    fn default() -> Self {
        Self { types: vec!["message.created".to_owned()], channels: vec!["*".to_owned()], ignore_bots: true }
    }
}

impl Events {
    /// Whether events of this type are heard.
    #[must_use]
    pub fn wants_type(&self, kind: &str) -> bool {
        self.types.iter().any(|wanted| wants_type(wanted, kind))
    }

    /// Whether events of the channel with this name are heard.
    #[must_use]
    pub fn wants_channel(&self, name: &str) -> bool {
        self.channels.iter().any(|wanted| wanted == "*" || wanted.strip_prefix('#').unwrap_or(wanted) == name)
    }
}

/// Whether a pattern such as `message.*` takes in a type.
#[must_use]
pub fn wants_type(wanted: &str, kind: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(prefix) => kind.starts_with(prefix),
        None => wanted == kind,
    }
}

/// Where a bot may reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Http {
    /// Hosts with their ports.
    pub allow: Vec<AllowedHost>,
    /// Bytes of an answer.
    pub max_body: u64,
    /// Milliseconds of a request, redirects included.
    pub timeout_ms: u64,
}

impl Default for Http {
    fn default() -> Self {
        Self { allow: Vec::new(), max_body: 1024 * 1024, timeout_ms: 5_000 }
    }
}

impl Http {
    /// Whether the list names a host and port.
    #[must_use]
    pub fn allows(&self, host: &str, port: u16) -> bool {
        self.allow.iter().any(|allowed| allowed.port == port && allowed.host.eq_ignore_ascii_case(host))
    }
}
