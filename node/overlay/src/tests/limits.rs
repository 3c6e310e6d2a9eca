//! What strangers cannot take, and what members may.

use std::time::Duration;

use tokio::time::timeout;

use super::{DEADLINE, Node, config, node, start};
use crate::{DialError, OverlayEvent};

/// A node that takes one connection of strangers.
async fn narrow() -> Node {
    let mut narrow = config(1);
    narrow.limits.inbound = 1;
    start(narrow).await
}

#[tokio::test]
async fn a_full_house_refuses_strangers_and_lets_members_in() {
    let (ann, mut eve, mut bob, mut cid) = (narrow().await, node(2).await, node(3).await, node(4).await);
    eve.dial(&ann).await;
    ann.handle.set_members(vec![cid.device()]).await.unwrap();
    // Bob is let in by the transport and shown out at once.
    match bob.handle.dial(ann.address.clone()).await {
        Ok(device) => bob.down(device).await,
        Err(error) => assert!(matches!(error, DialError::Refused { .. }), "{error:?}"),
    }
    cid.dial(&ann).await;
    let status = ann.status("two peers", |status| status.connected == 2).await;
    assert!(status.counters.inbound_failed >= 1);
}

#[tokio::test]
async fn an_own_limit_on_dialling_is_told() {
    let mut few = config(1);
    few.limits.outbound = 0;
    let (ann, bob) = (start(few).await, node(2).await);
    let error = ann.handle.dial(bob.full_address()).await.unwrap_err();
    assert!(matches!(error, DialError::Limit { .. }), "{error:?}");
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "connection limit exceeded: at most 0 established outgoing connections are allowed");
}

#[tokio::test]
async fn idle_strangers_are_let_go_and_members_kept() {
    let mut hasty = config(1);
    hasty.limits.idle_timeout = Duration::from_millis(300);
    let (mut ann, mut bob, mut eve) = (start(hasty).await, node(2).await, node(3).await);
    ann.handle.set_members(vec![bob.device()]).await.unwrap();
    bob.dial(&ann).await;
    eve.dial(&ann).await;
    eve.down(ann.device()).await;
    ann.down(eve.device()).await;
    let peers = ann.handle.peers().await.unwrap();
    assert_eq!(peers.iter().map(|peer| peer.device).collect::<Vec<_>>(), vec![bob.device()]);
    // No longer a member, it is let go as well.
    ann.handle.set_members(Vec::new()).await.unwrap();
    ann.down(bob.device()).await;
}

#[tokio::test]
async fn a_reader_who_does_not_read_does_not_stop_the_overlay() {
    // given: bob reads nothing at all
    let (mut ann, bob) = (node(1).await, node(2).await);
    // when: ann comes and goes more often than there is room for notices
    for _ in 0..20 {
        ann.dial(&bob).await;
        ann.handle.disconnect(bob.device()).await.unwrap();
        ann.down(bob.device()).await;
    }
    ann.dial(&bob).await;
    // then: bob answers commands, and the last thing told of ann is that she is up
    let status = bob.status("ann", |status| status.connected == 1).await;
    assert_eq!(status.connected, 1);
    let mut events = bob.events;
    let last = timeout(DEADLINE, async {
        let mut last = None;
        while let Some(event) = events.try_recv() {
            match event {
                OverlayEvent::PeerUp { .. } => last = Some(true),
                OverlayEvent::PeerDown { .. } => last = Some(false),
                _ => {}
            }
        }
        last
    });
    assert_eq!(last.await.unwrap(), Some(true));
}
