//! What comes up from the overlay, handed to whom it concerns. Never waits for the disk: streams get tasks of their own.

use std::sync::Arc;

use folkmoot_core::ids::DeviceId;
use folkmoot_overlay::{EventReceiver, FramedStream, Gossip, Inbound, OverlayEvent, Protocol};
use tokio::select;
use tokio_util::task::TaskTracker;

use crate::{
    directory,
    events::EventKind,
    join::{self, Doorway},
    node::Inner,
    pipeline::GossipFrame,
    sync::{Nudge, answer_auth, answer_log},
};

/// Runs until the shutdown or until the overlay is gone; streams under way are cut then.
pub(crate) async fn run(node: Arc<Inner>, mut events: EventReceiver) {
    let streams = TaskTracker::new();
    loop {
        select! {
            biased;
            () = node.shutdown.cancelled() => break,
            event = events.recv() => match event {
                Some(event) => on_event(&node, &streams, event).await,
                None => break,
            },
        }
    }
    streams.close();
    streams.wait().await;
}

async fn on_event(node: &Arc<Inner>, streams: &TaskTracker, event: OverlayEvent) {
    match event {
        OverlayEvent::PeerUp { device, address } => {
            tracing::debug!(?device, %address, "peer up");
            node.sync.peer_up(device).await;
            node.directory.ring();
            record(node, streams, EventKind::PeerUp, device);
        }
        OverlayEvent::PeerDown { device } => {
            tracing::debug!(?device, "peer down");
            node.sync.peer_down(device).await;
            record(node, streams, EventKind::PeerDown, device);
            let node = Arc::clone(node);
            streams.spawn(async move { parted(&node, device).await });
        }
        OverlayEvent::Gossip(Gossip { topic, source, frame, token }) => {
            node.pipeline.gossip(GossipFrame { topic, source, frame, token }).await;
        }
        OverlayEvent::Inbound(Inbound { device, protocol, stream }) => {
            let node = Arc::clone(node);
            streams.spawn(async move {
                let shutdown = node.shutdown.clone();
                select! {
                    () = shutdown.cancelled() => {}
                    () = answer(&node, device, protocol, stream) => {}
                }
            });
        }
        // Who comes into a topic may know more than we do; who goes from one knows an epoch that we do not.
        OverlayEvent::TopicPeer { device, joined, .. } => {
            for server in node.views.servers_of_device(&device) {
                node.sync.nudge(Nudge { server, peer: Some(device) });
                if joined {
                    node.presences.prompt(server);
                }
            }
        }
        OverlayEvent::Missed { device, .. } | OverlayEvent::Undelivered { device, .. } => {
            for server in node.views.servers_of_device(&device) {
                node.sync.nudge(Nudge { server, peer: Some(device) });
            }
        }
        OverlayEvent::Listening(_) => {
            let node = Arc::clone(node);
            streams.spawn(async move { node.publish_addresses().await });
        }
        OverlayEvent::Offered(offered) => node.directory.offer(offered),
        OverlayEvent::Observed(_) => {}
    }
}

async fn answer(node: &Inner, peer: DeviceId, protocol: Protocol, stream: FramedStream) {
    match protocol {
        Protocol::Auth => answer_auth(&node.pipeline, &node.sync, peer, stream).await,
        Protocol::Log => answer_log(&node.pipeline, &node.log_index, &node.ledger, peer, stream).await,
        Protocol::Join => {
            let doorway = Doorway { pipeline: &node.pipeline, overlay: &node.overlay, rates: &node.rates };
            if let Err(error) = join::answer(doorway, peer, stream).await {
                tracing::debug!(?peer, error = &error as &dyn std::error::Error, "join stream ended early");
            }
        }
        Protocol::Directory => {
            if let Err(error) = directory::answer(&node.directory, stream).await {
                tracing::debug!(?peer, error = &error as &dyn std::error::Error, "directory stream ended early");
            }
        }
    }
}

/// Somebody disconnected: gone where nobody else hears of it.
async fn parted(node: &Inner, device: DeviceId) {
    let connected = node.overlay.peers().await.unwrap_or_default();
    if connected.iter().any(|peer| peer.device == device) {
        // Back already, by another connection.
        return;
    }
    for server in node.views.servers_of_device(&device) {
        let Some(view) = node.views.server(&server) else { continue };
        let others = connected.iter().any(|peer| view.state.is_member_device(&peer.device));
        let members = u64::try_from(view.state.member_count()).unwrap_or(u64::MAX);
        node.presences.parted(&server, &device, others, members);
    }
}

/// Members' comings and goings stand in the event log; strangers' do not, or they could make it grow.
fn record(node: &Arc<Inner>, streams: &TaskTracker, kind: EventKind, device: DeviceId) {
    if node.views.servers_of_device(&device).is_empty() {
        return;
    }
    let pipeline = node.pipeline.clone();
    streams.spawn(async move {
        if let Err(error) = pipeline.act(move |turn| turn.peer_changed(kind, device)).await {
            tracing::debug!(%error, "peer change not recorded");
        }
    });
}
