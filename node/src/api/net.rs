//! `net.*`.

use std::collections::BTreeMap;

use folkmoot_core::ids::ServerId;
use folkmoot_overlay::{Address, DialError, NetStatus as Overlay};
use folkmoot_rpc::{
    ApiError, CallContext, ErrorKind,
    contract::{
        Page,
        net::{
            ChannelGaps, ConnectParams, Connected, Direction, DisconnectParams, Disconnected, NatStatus, NetStatus,
            Peer, ServerSync, SyncPeer, SyncStatusParams,
        },
        node::NoParams,
    },
    ids,
};

use super::Api;
use crate::{clock::now_ms, pipeline::World};

pub(super) async fn status(api: &Api, _context: CallContext, _params: NoParams) -> Result<NetStatus, ApiError> {
    let status = api.overlay_status().await?;
    Ok(NetStatus {
        peer_id: status.device.peer_id(),
        nat: nat(&status),
        listen: status.listening.iter().map(ToString::to_string).collect(),
        external: status.observed.iter().map(ToString::to_string).collect(),
        relayed: 0,
        peers: u32::try_from(status.connected).unwrap_or(u32::MAX),
        counters: counters(&status, api.node.directory.judged()),
    })
}

/// Public when others see us at an address we listen on, private when they see us elsewhere.
fn nat(status: &Overlay) -> NatStatus {
    let public: Vec<&Address> = status.observed.iter().filter(|a| !a.is_private_or_loopback()).collect();
    match public.as_slice() {
        [] => NatStatus::Unknown,
        seen if seen.iter().any(|a| status.listening.iter().any(|l| l.ip() == a.ip())) => NatStatus::Public,
        _ => NatStatus::Private,
    }
}

/// The overlay's counters by name, and what became of the records that peers offered.
pub(super) fn counters(status: &Overlay, (records_kept, records_unworthy): (u64, u64)) -> BTreeMap<String, u64> {
    let c = &status.counters;
    [
        ("frames_published", c.published),
        ("frames_not_published", c.publish_queues_full),
        ("frames_undelivered", c.undelivered),
        ("frames_received", c.received),
        ("frames_missed", c.missed),
        ("frames_malformed", c.malformed),
        ("verdicts_accepted", c.accepted),
        ("verdicts_ignored", c.ignored),
        ("verdicts_rejected", c.rejected),
        ("streams_refused", c.streams_refused),
        ("records_offered", c.records_offered),
        ("records_kept", records_kept),
        ("records_unworthy", records_unworthy),
        ("records_refused", c.records_refused),
        ("records_dropped", c.records_dropped),
        ("providers_refused", c.providers_refused),
        ("directory_peers", status.directory.peers as u64),
        ("directory_records", status.directory.records as u64),
        ("directory_providers", status.directory.providers as u64),
        ("connections", c.connections),
        ("dials_failed", c.dials_failed),
        ("inbound_failed", c.inbound_failed),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

pub(super) async fn peers(api: &Api, _context: CallContext, _params: NoParams) -> Result<Page<Peer>, ApiError> {
    let peers = api.node.overlay.peers().await.map_err(|_| ApiError::busy("the node is stopping"))?;
    let views = api.node.views.all();
    let items = peers
        .into_iter()
        .map(|peer| {
            let account = views.iter().find_map(|view| view.state.account_of_device(&peer.device));
            let since = u64::try_from(peer.since.elapsed().as_millis()).unwrap_or(0);
            Peer {
                id: peer.device.peer_id(),
                peer_id: peer.device.peer_id(),
                addresses: vec![peer.address.to_string()],
                direction: match peer.direction {
                    folkmoot_overlay::Direction::Inbound => Direction::Inbound,
                    folkmoot_overlay::Direction::Outbound => Direction::Outbound,
                },
                connected_at: now_ms().saturating_sub(since),
                rtt_ms: peer.rtt.map(|rtt| rtt.as_secs_f64() * 1_000.0),
                agent: None,
                account_id: account.map(|a| ids::AccountId::from_bytes(*a.as_bytes())),
            }
        })
        .collect();
    Ok(Page::whole(items))
}

pub(super) async fn connect(api: &Api, _context: CallContext, params: ConnectParams) -> Result<Connected, ApiError> {
    let address: Address = params.address.parse().map_err(|_| {
        let text = "address: expected a multiaddress such as /ip4/192.0.2.1/udp/4001/quic-v1/p2p/PEER or /ip4/192.0.2.1/tcp/4001/p2p/PEER";
        ApiError::invalid_content("address", text)
    })?;
    let device = api.node.overlay.dial(address).await.map_err(|error| match &error {
        DialError::TimedOut { .. } => ApiError::new(ErrorKind::Timeout, error.to_string()),
        DialError::Unsupported { .. } | DialError::OwnAddress { .. } => {
            ApiError::invalid_content("address", error.to_string())
        }
        _ => ApiError::peer_unreachable(error.to_string()),
    })?;
    Ok(Connected { peer_id: device.peer_id() })
}

pub(super) async fn disconnect(
    api: &Api,
    _context: CallContext,
    params: DisconnectParams,
) -> Result<Disconnected, ApiError> {
    // What can stand at the end of an address is a peer's id.
    if format!("/ip4/127.0.0.1/udp/1/quic-v1/p2p/{}", params.peer_id).parse::<Address>().is_err() {
        return Err(ApiError::invalid_params("peer_id", "a peer's id, as net.peers shows it, is expected"));
    }
    let peers = api.node.overlay.peers().await.map_err(|_| ApiError::busy("the node is stopping"))?;
    let peer = peers.iter().find(|peer| peer.device.peer_id() == params.peer_id);
    let peer = peer.ok_or_else(|| ApiError::not_found("peer"))?;
    api.node.overlay.disconnect(peer.device).await.map_err(|_| ApiError::busy("the node is stopping"))?;
    Ok(Disconnected { peer_id: params.peer_id })
}

pub(super) async fn sync_status(
    api: &Api,
    context: CallContext,
    params: SyncStatusParams,
) -> Result<Page<ServerSync>, ApiError> {
    let views = match params.server_id {
        Some(server) => {
            let view = api.view(server)?;
            api.allow(&context, view.id)?;
            vec![view]
        }
        None => api.node.views.all().into_iter().filter(|view| api.allow(&context, view.id).is_ok()).collect(),
    };
    let servers: Vec<ServerId> = views.iter().map(|view| view.id).collect();
    let gaps = api.node.pipeline.read(move |world| servers.iter().map(|server| gaps_of(world, server)).collect());
    let gaps: Vec<Vec<ChannelGaps>> = gaps.await.map_err(|e| super::error::pipeline(&e))?;
    let connected = api.node.overlay.peers().await.map_err(|_| ApiError::busy("the node is stopping"))?;
    let progress = api.node.sync.progress();
    let items = views.iter().zip(gaps).map(|(view, channels)| {
        let members = connected.iter().filter(|peer| view.state.is_member_device(&peer.device));
        let peers = members.map(|peer| {
            let asked = progress.of(view.id, peer.device);
            let account = view.state.account_of_device(&peer.device);
            SyncPeer {
                peer_id: peer.device.peer_id(),
                account_id: account.map(|a| ids::AccountId::from_bytes(*a.as_bytes())),
                asking: asked.asking,
                synced_at: asked.synced_ms,
                error: asked.error,
            }
        });
        ServerSync {
            server_id: ids::ServerId::from_bytes(*view.id.as_bytes()),
            missing: channels.iter().map(|channel| channel.missing).fold(0, u64::saturating_add),
            peers: peers.collect(),
            channels,
        }
    });
    Ok(Page::whole(items.collect()))
}

/// The channels of a server in which something is missing.
fn gaps_of(world: &World, server: &ServerId) -> Vec<ChannelGaps> {
    let (Some(me), Some(server)) = (world.me.as_ref(), world.servers.get(server)) else { return Vec::new() };
    let me = me.account_id();
    let channels = server.channels.iter().filter(|(id, _)| server.governance.state().sees(&me, id));
    channels
        .filter_map(|(id, channel)| {
            let gaps = || channel.logs.values().flat_map(|log| log.ranges.gaps());
            let missing = gaps().map(|gap| gap.count()).fold(0, u64::saturating_add);
            let channel_id = ids::ChannelId::from_bytes(*id.as_bytes());
            (missing > 0).then(|| ChannelGaps { channel_id, gaps: gaps().count() as u64, missing })
        })
        .collect()
}

impl Api {
    pub(super) async fn overlay_status(&self) -> Result<Overlay, ApiError> {
        self.node.overlay.status().await.map_err(|_| ApiError::busy("the node is stopping"))
    }
}

/// How a device is called in the overlay.
pub(super) trait PeerName {
    /// The libp2p peer id as text.
    fn peer_id(&self) -> String;
}

impl PeerName for folkmoot_core::ids::DeviceId {
    fn peer_id(&self) -> String {
        folkmoot_overlay::peer_name(self)
    }
}
