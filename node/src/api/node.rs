//! `node.*` and the metrics.

use std::fmt::Write;

use folkmoot_identity::IdentityState;
use folkmoot_rpc::{
    API_VERSION, ApiError, CallContext,
    contract::{
        Done,
        node::{
            HealthCheck, HealthReport, HealthStatus, NoParams, NodeInfo, NodeStats, ShutdownParams, TicketedAddress,
        },
    },
};

use super::{Api, net};
use crate::node::Inner;

/// What this version can do beyond the first contract; grows with the issues.
const FEATURES: [&str; 0] = [];

pub(super) async fn info(api: &Api, _context: CallContext, _params: NoParams) -> Result<NodeInfo, ApiError> {
    let status = api.overlay_status().await?;
    let device = status.device;
    Ok(NodeInfo {
        version: env!("CARGO_PKG_VERSION").into(),
        api: API_VERSION.into(),
        features: FEATURES.iter().map(|&feature| feature.to_owned()).collect(),
        peer_id: folkmoot_overlay::peer_name(&device),
        listen: status.listening.iter().map(|address| address.with_device(&device).to_string()).collect(),
        uptime_ms: uptime_ms(&api.node),
        data_dir: api.node.data_dir.display().to_string(),
    })
}

fn uptime_ms(node: &Inner) -> u64 {
    u64::try_from(node.started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

pub(super) async fn health(api: &Api, _context: CallContext, _params: NoParams) -> Result<HealthReport, ApiError> {
    let check = |name: &str, problem: Option<String>| HealthCheck {
        name: name.to_owned(),
        ok: problem.is_none(),
        detail: problem,
    };
    let storage = api.node.ledger.check_writable().err().filter(|e| !matches!(e, folkmoot_ledger::LedgerError::Locked));
    let identity = match api.node.keystore.state() {
        IdentityState::Ready => None,
        IdentityState::Locked => Some("locked: call identity.unlock".to_owned()),
        IdentityState::None => Some("none yet: call identity.create".to_owned()),
    };
    let listening = api.overlay_status().await?.listening;
    let network = listening.is_empty().then(|| "listens on no address".to_owned());
    let checks =
        vec![check("storage", storage.map(|e| e.to_string())), check("identity", identity), check("network", network)];
    let ok = checks.iter().all(|check| check.ok);
    Ok(HealthReport { status: if ok { HealthStatus::Ok } else { HealthStatus::Degraded }, checks })
}

pub(super) async fn stats(api: &Api, _context: CallContext, _params: NoParams) -> Result<NodeStats, ApiError> {
    let status = api.overlay_status().await?;
    let views = api.node.views.all();
    // Answered after the commit: what is on its way to the disk is counted once it is there.
    let counts = api.node.pipeline.act(|turn| {
        let channels = turn.world.servers.values().flat_map(|server| server.channels.values());
        channels.flat_map(|channel| channel.logs.values()).map(|log| log.ranges.count()).sum::<u64>()
    });
    let messages = counts.await.map_err(|e| super::error::pipeline(&e))?;
    let data_dir = api.node.data_dir.clone();
    let disk_bytes = tokio::task::spawn_blocking(move || folder_bytes(&data_dir));
    Ok(NodeStats {
        uptime_ms: uptime_ms(&api.node),
        memory_bytes: memory_bytes(),
        disk_bytes: disk_bytes.await.map_err(|_| ApiError::internal())?,
        servers: views.len() as u64,
        channels: views.iter().map(|view| view.state.channel_ids().count() as u64).sum(),
        messages,
        head_seq: *api.node.ledger.head().borrow(),
        peers: status.connected as u64,
        counters: net::counters(&status, api.node.directory.judged()),
    })
}

pub(super) async fn shutdown(api: &Api, _context: CallContext, params: ShutdownParams) -> Result<Done, ApiError> {
    let shutdown = api.node.shutdown.clone();
    let grace = std::time::Duration::from_millis(params.grace_ms.unwrap_or(0));
    // Not tracked: it only waits for the answer to leave and then starts the stop that waits for everything else.
    tokio::spawn(async move {
        tokio::time::sleep(grace).await;
        shutdown.cancel();
    });
    Ok(Done {})
}

pub(super) async fn ui_ticket(
    api: &Api,
    _context: CallContext,
    _params: NoParams,
) -> Result<TicketedAddress, ApiError> {
    // A call came in, so the server listens.
    api.node.sessions.ticket().ok_or_else(ApiError::internal)
}

/// The process's resident memory where the system tells.
fn memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1_024)
}

/// Bytes of all files in a folder; what vanishes meanwhile counts nothing.
fn folder_bytes(folder: &std::path::Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .filter_map(Result::ok)
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => folder_bytes(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}

/// `/metrics`, in the Prometheus text format.
pub fn metrics(node: &Inner) -> String {
    let mut text = String::new();
    let rows = [
        ("folkmoot_uptime_seconds", "gauge", uptime_ms(node) / 1_000),
        ("folkmoot_memory_bytes", "gauge", memory_bytes().unwrap_or(0)),
        ("folkmoot_servers", "gauge", node.views.server_ids().len() as u64),
        ("folkmoot_events_total", "counter", *node.ledger.head().borrow()),
    ];
    for (name, kind, value) in rows {
        // Writing into a string cannot fail.
        let _infallible = write!(text, "# TYPE {name} {kind}\n{name} {value}\n");
    }
    text
}
