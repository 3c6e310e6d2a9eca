//! Whole overlays in one process, over loopback. Nothing sleeps: everything waits for an event, with a deadline.

mod connect;
mod directory;
mod gossip;
mod limits;
mod streams;
mod tcp;

use std::time::Duration;

use folkmoot_identity::DeviceId;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::{
    Address, EventReceiver, Gossip, Inbound, NetStatus, Overlay, OverlayConfig, OverlayEvent, OverlayHandle, Topic,
};

/// Far beyond what anything here takes.
const DEADLINE: Duration = Duration::from_secs(20);
const TEA: Topic = [7; 32];

/// One overlay and what it tells.
struct Node {
    handle: OverlayHandle,
    events: EventReceiver,
    address: Address,
}

fn config(seed: u8) -> OverlayConfig {
    let mut config = OverlayConfig::new(Zeroizing::new([seed; 32]), vec![Address::quic([127, 0, 0, 1].into(), 0)]);
    config.limits.dial_timeout = Duration::from_secs(1);
    config
}

async fn start(config: OverlayConfig) -> Node {
    let Overlay { handle, events, listening } = Overlay::start(config).await.unwrap();
    Node { handle, events, address: listening[0].clone() }
}

async fn node(seed: u8) -> Node {
    start(config(seed)).await
}

/// Two nodes, the first connected to the second, both told so.
async fn pair() -> (Node, Node) {
    let (mut ann, mut bob) = (node(1).await, node(2).await);
    ann.dial(&bob).await;
    bob.up(ann.handle.device()).await;
    (ann, bob)
}

impl Node {
    fn device(&self) -> DeviceId {
        self.handle.device()
    }

    fn full_address(&self) -> Address {
        self.address.with_device(&self.device())
    }

    async fn dial(&mut self, other: &Self) {
        assert_eq!(self.handle.dial(other.address.clone()).await.unwrap(), other.device());
        self.up(other.device()).await;
    }

    /// The first thing that `pick` makes something of; what comes before is discarded.
    async fn wait<T>(&mut self, what: &str, pick: impl Fn(OverlayEvent) -> Option<T>) -> T {
        let found = timeout(DEADLINE, async {
            loop {
                let event = self.events.recv().await.expect("the overlay runs");
                if let Some(found) = pick(event) {
                    return found;
                }
            }
        });
        found.await.unwrap_or_else(|_| panic!("no {what} in time"))
    }

    async fn up(&mut self, other: DeviceId) {
        self.wait("PeerUp", |event| match event {
            OverlayEvent::PeerUp { device, .. } if device == other => Some(()),
            _ => None,
        })
        .await;
    }

    async fn down(&mut self, other: DeviceId) {
        self.wait("PeerDown", |event| match event {
            OverlayEvent::PeerDown { device } if device == other => Some(()),
            _ => None,
        })
        .await;
    }

    async fn in_topic(&mut self, expected: Topic, other: DeviceId) {
        self.wait("TopicPeer", |event| match event {
            OverlayEvent::TopicPeer { topic, device, joined: true } if topic == expected && device == other => Some(()),
            _ => None,
        })
        .await;
    }

    async fn frame(&mut self) -> Gossip {
        self.wait("Gossip", |event| match event {
            OverlayEvent::Gossip(gossip) => Some(gossip),
            _ => None,
        })
        .await
    }

    async fn inbound(&mut self) -> Inbound {
        self.wait("Inbound", |event| match event {
            OverlayEvent::Inbound(inbound) => Some(inbound),
            _ => None,
        })
        .await
    }

    /// Asks for the status until it is as wanted.
    async fn status(&self, what: &str, wanted: impl Fn(&NetStatus) -> bool) -> NetStatus {
        let found = timeout(DEADLINE, async {
            loop {
                let status = self.handle.status().await.unwrap();
                if wanted(&status) {
                    return status;
                }
                tokio::task::yield_now().await;
            }
        });
        found.await.unwrap_or_else(|_| panic!("status never had {what}"))
    }
}

/// Joins both to a topic and waits until both know.
async fn meet(topic: Topic, ann: &mut Node, bob: &mut Node) {
    ann.handle.subscribe(topic).await.unwrap();
    bob.handle.subscribe(topic).await.unwrap();
    ann.in_topic(topic, bob.device()).await;
    bob.in_topic(topic, ann.device()).await;
}
