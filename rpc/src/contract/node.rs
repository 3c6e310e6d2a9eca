//! `node.*`: the node itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Done, Method, Scope, sample};
use crate::error::ErrorKind;

/// No parameters.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

/// `node.info`
pub struct Info;

/// What this node is and where it listens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NodeInfo {
    /// Version of the program.
    pub version: String,
    /// Version of the contract.
    pub api: String,
    /// Optional capabilities of this build.
    pub features: Vec<String>,
    /// Name of the node in the overlay.
    pub peer_id: String,
    /// Addresses it listens on.
    pub listen: Vec<String>,
    /// Milliseconds since it started.
    pub uptime_ms: u64,
    /// Absolute path of its data folder.
    pub data_dir: String,
}

impl Method for Info {
    const NAME: &'static str = "node.info";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[];
    const SUMMARY: &'static str = "Version, name and addresses of this node.";
    type Params = NoParams;
    type Output = NodeInfo;

    fn example() -> (NoParams, NodeInfo) {
        let info = NodeInfo {
            version: "0.1.0".into(),
            api: crate::API_VERSION.into(),
            features: Vec::new(),
            peer_id: sample::PEER.into(),
            listen: vec!["/ip4/127.0.0.1/udp/4001/quic-v1".into()],
            uptime_ms: 1_250,
            data_dir: "/home/alice/.local/share/folkmoot".into(),
        };
        (NoParams {}, info)
    }
}

/// `node.health`
pub struct Health;

/// Whether the node does what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// Everything works.
    Ok,
    /// Something does not; the checks say what.
    Degraded,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HealthCheck {
    /// What: `storage`, `overlay`, `identity`, …
    pub name: String,
    /// Whether it works.
    pub ok: bool,
    /// Why not, or how well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// State of the node's parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HealthReport {
    /// All in one word.
    pub status: HealthStatus,
    /// Part by part.
    pub checks: Vec<HealthCheck>,
}

impl Method for Health {
    const NAME: &'static str = "node.health";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[];
    const SUMMARY: &'static str = "Whether the parts of this node work.";
    type Params = NoParams;
    type Output = HealthReport;

    fn example() -> (NoParams, HealthReport) {
        let storage = HealthCheck { name: "storage".into(), ok: true, detail: None };
        (NoParams {}, HealthReport { status: HealthStatus::Ok, checks: vec![storage] })
    }
}

/// `node.stats`
pub struct Stats;

/// What the node holds and has done since it started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NodeStats {
    /// Milliseconds since it started.
    pub uptime_ms: u64,
    /// Resident memory in bytes, if the platform tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// Bytes of the database on disk.
    pub disk_bytes: u64,
    /// Servers joined.
    pub servers: u64,
    /// Channels known.
    pub channels: u64,
    /// Messages kept.
    pub messages: u64,
    /// The newest event of the event log.
    pub head_seq: u64,
    /// Peers connected.
    pub peers: u64,
    /// Counters since the start by name; names may come and go.
    pub counters: std::collections::BTreeMap<String, u64>,
}

impl Method for Stats {
    const NAME: &'static str = "node.stats";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[];
    const SUMMARY: &'static str = "What this node holds and has done.";
    type Params = NoParams;
    type Output = NodeStats;

    fn example() -> (NoParams, NodeStats) {
        let stats = NodeStats {
            uptime_ms: 1_250,
            memory_bytes: Some(41_000_000),
            disk_bytes: 2_400_000,
            servers: 1,
            channels: 1,
            messages: 200,
            head_seq: 231,
            peers: 1,
            counters: [("rpc_calls".to_owned(), 12)].into(),
        };
        (NoParams {}, stats)
    }
}

/// `node.shutdown`
pub struct Shutdown;

/// The most time a shutdown may be given.
pub const GRACE_MAX_MS: u64 = 60_000;

/// How long running calls may take.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShutdownParams {
    /// Milliseconds running calls may still take; 2,000 when left out, at most 60,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 60_000))]
    pub grace_ms: Option<u64>,
}

impl Method for Shutdown {
    const NAME: &'static str = "node.shutdown";
    const SCOPE: Scope = Scope::Admin;
    const ERRORS: &'static [ErrorKind] = &[];
    const SUMMARY: &'static str = "Stops the node in order; answers before it does.";
    type Params = ShutdownParams;
    type Output = Done;

    fn check(params: &ShutdownParams) -> Result<(), crate::ApiError> {
        if params.grace_ms.is_some_and(|grace| grace > GRACE_MAX_MS) {
            return Err(crate::ApiError::invalid_params("grace_ms", "grace_ms is at most 60000"));
        }
        Ok(())
    }

    fn example() -> (ShutdownParams, Done) {
        (ShutdownParams { grace_ms: Some(1_000) }, Done {})
    }
}

/// `node.ui_ticket`
pub struct UiTicket;

/// An address that opens the interface, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TicketedAddress {
    /// The interface's address with the ticket in its fragment. Who opens it first is in: show it to nobody else.
    pub url: String,
    /// Milliseconds UTC after which it opens nothing.
    pub expires_at: u64,
}

impl Method for UiTicket {
    const NAME: &'static str = "node.ui_ticket";
    const SCOPE: Scope = Scope::Admin;
    const ERRORS: &'static [ErrorKind] = &[];
    const SUMMARY: &'static str = "A fresh address of the interface; opens it once, within a minute.";
    type Params = NoParams;
    type Output = TicketedAddress;

    fn example() -> (NoParams, TicketedAddress) {
        let url = "http://127.0.0.1:40123/#ticket=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8".into();
        (NoParams {}, TicketedAddress { url, expires_at: sample::TIME_MS + 60_000 })
    }
}
