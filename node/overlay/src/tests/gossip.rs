//! Frames between nodes, their verdicts, and what is lost under load.

use std::collections::HashSet;

use bytes::Bytes;
use folkmoot_proto::limits::GOSSIP_FRAME_BYTES;
use tokio::time::timeout;

use super::{DEADLINE, TEA, config, meet, node, pair, start};
use crate::{OverlayEvent, PublishError, SubscribeError, Verdict, topic::TOPICS_PER_PEER};

#[tokio::test]
async fn frames_go_both_ways() {
    let (mut ann, mut bob) = pair().await;
    meet(TEA, &mut ann, &mut bob).await;
    let published = ann.handle.publish(TEA, Bytes::from_static(b"hello?")).await.unwrap();
    assert_eq!(published.peers, 1);
    let gossip = bob.frame().await;
    assert_eq!((gossip.topic, gossip.source, &gossip.frame[..]), (TEA, ann.device(), &b"hello?"[..]));
    gossip.token.report(Verdict::Accept);
    bob.handle.publish(TEA, Bytes::from_static(b"hello!")).await.unwrap();
    assert_eq!(ann.frame().await.frame, "hello!");
    let status = bob.status("a verdict", |status| status.judging == 0).await;
    assert_eq!((status.counters.received, status.counters.accepted), (1, 1));
}

#[tokio::test]
async fn an_accepted_frame_is_passed_on_and_others_are_not() {
    // given: ann - bob - cid
    let (mut ann, mut bob) = pair().await;
    let mut cid = node(3).await;
    cid.dial(&bob).await;
    bob.up(cid.device()).await;
    meet(TEA, &mut ann, &mut bob).await;
    cid.handle.subscribe(TEA).await.unwrap();
    cid.in_topic(TEA, bob.device()).await;
    bob.in_topic(TEA, cid.device()).await;
    // The mesh between bob and cid forms with a heartbeat: what bob is sent before is kept from cid, so ann repeats.
    let passed_on = timeout(DEADLINE, async {
        for round in 0_u32.. {
            ann.handle.publish(TEA, round.to_be_bytes().to_vec().into()).await.unwrap();
            bob.frame().await.token.report(Verdict::Accept);
            if let Ok(event) = timeout(std::time::Duration::from_millis(100), cid.events.recv()).await
                && let Some(OverlayEvent::Gossip(gossip)) = event
            {
                return gossip;
            }
        }
        unreachable!("rounds do not end")
    });
    assert_eq!(passed_on.await.unwrap().source, bob.device());
    // when: one frame is ignored, one dropped, one accepted
    let passed = |cid_frame: &[u8]| cid_frame == b"good";
    for (frame, verdict) in [("bad", Some(Verdict::Ignore)), ("worse", None), ("good", Some(Verdict::Accept))] {
        ann.handle.publish(TEA, Bytes::from(frame)).await.unwrap();
        let gossip = bob.frame().await;
        assert_eq!(gossip.frame, frame);
        match verdict {
            Some(verdict) => gossip.token.report(verdict),
            None => drop(gossip),
        }
    }
    // then: only the last arrives
    let mut seen = Vec::new();
    while !seen.iter().any(|frame: &Bytes| passed(frame)) {
        seen.push(cid.frame().await.frame);
    }
    assert!(!seen.iter().any(|frame| frame == "bad" || frame == "worse"), "{seen:?}");
    let status = bob.status("no frame left", |status| status.judging == 0).await;
    assert_eq!(status.counters.ignored, 2);
}

#[tokio::test]
async fn a_dropped_token_counts_as_ignored() {
    let (mut ann, mut bob) = pair().await;
    meet(TEA, &mut ann, &mut bob).await;
    ann.handle.publish(TEA, Bytes::from_static(b"x")).await.unwrap();
    drop(bob.frame().await);
    let status = bob.status("a verdict", |status| status.judging == 0).await;
    assert_eq!((status.counters.ignored, status.counters.accepted, status.counters.rejected), (1, 0, 0));
}

#[tokio::test]
async fn who_sends_rejected_frames_is_no_longer_heard() {
    let (mut ann, mut bob) = pair().await;
    meet(TEA, &mut ann, &mut bob).await;
    let heard = timeout(DEADLINE, async {
        for round in 0_u32.. {
            ann.handle.publish(TEA, round.to_be_bytes().to_vec().into()).await.unwrap();
            let Ok(gossip) = timeout(std::time::Duration::from_millis(500), bob.frame()).await else { return round };
            gossip.token.report(Verdict::Reject);
            bob.status("a verdict", |status| status.judging == 0).await;
        }
        unreachable!("rounds do not end")
    });
    let heard = heard.await.unwrap();
    assert!((2..=6).contains(&heard), "heard {heard} times");
}

#[tokio::test]
async fn topics_not_joined_are_not_heard() {
    let (mut ann, mut bob) = pair().await;
    meet(TEA, &mut ann, &mut bob).await;
    let coffee = [8; 32];
    ann.handle.subscribe(coffee).await.unwrap();
    // Nobody there: no error, and told.
    assert_eq!(ann.handle.publish(coffee, Bytes::from_static(b"coffee")).await.unwrap().peers, 0);
    ann.handle.publish(TEA, Bytes::from_static(b"tea")).await.unwrap();
    assert_eq!(bob.frame().await.frame, "tea");
    // Nor is one that was left.
    bob.handle.unsubscribe(TEA).await.unwrap();
    ann.wait("leave", |event| match event {
        OverlayEvent::TopicPeer { topic: TEA, joined: false, .. } => Some(()),
        _ => None,
    })
    .await;
    assert_eq!(ann.handle.publish(TEA, Bytes::from_static(b"more tea")).await.unwrap().peers, 0);
}

#[tokio::test]
async fn a_topic_joined_late_knows_who_is_there() {
    let (mut ann, mut bob) = pair().await;
    ann.handle.subscribe(TEA).await.unwrap();
    // Bob must have heard of ann's topic before it is his.
    let known = timeout(DEADLINE, async {
        while bob.handle.publish(TEA, Bytes::from_static(b"x")).await.is_ok_and(|published| published.peers == 0) {
            tokio::task::yield_now().await;
        }
    });
    known.await.unwrap();
    assert_eq!(ann.frame().await.frame, "x");
    bob.handle.subscribe(TEA).await.unwrap();
    bob.in_topic(TEA, ann.device()).await;
}

#[tokio::test]
async fn too_large_and_repeated_frames_are_refused() {
    let (mut ann, mut bob) = pair().await;
    meet(TEA, &mut ann, &mut bob).await;
    let largest = Bytes::from(vec![1; GOSSIP_FRAME_BYTES]);
    ann.handle.publish(TEA, largest.clone()).await.unwrap();
    assert_eq!(bob.frame().await.frame, largest);
    assert_eq!(ann.handle.publish(TEA, largest).await, Err(PublishError::Duplicate));
    let larger = Bytes::from(vec![1; GOSSIP_FRAME_BYTES + 1]);
    assert_eq!(ann.handle.publish(TEA, larger).await, Err(PublishError::TooLarge { actual: GOSSIP_FRAME_BYTES + 1 }));
}

#[tokio::test]
async fn as_many_topics_as_allowed_are_announced_and_no_more_joined() {
    let (ann, bob) = (node(1).await, node(2).await);
    let topic = |number: usize| {
        let mut topic = [0; 32];
        topic[..8].copy_from_slice(&(number as u64).to_be_bytes());
        topic
    };
    for number in 0..TOPICS_PER_PEER {
        ann.handle.subscribe(topic(number)).await.unwrap();
    }
    assert_eq!(ann.handle.subscribe(topic(TOPICS_PER_PEER)).await, Err(SubscribeError::TooMany));
    ann.handle.dial(bob.address.clone()).await.unwrap();
    let last = topic(TOPICS_PER_PEER - 1);
    let known = timeout(DEADLINE, async {
        while bob.handle.publish(last, Bytes::from_static(b"x")).await.is_ok_and(|published| published.peers == 0) {
            tokio::task::yield_now().await;
        }
    });
    known.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_steady_stream_of_frames_arrives_whole_at_four_peers() {
    const FRAMES: u32 = 2_000;
    let mut ann = node(1).await;
    let mut readers = Vec::new();
    ann.handle.subscribe(TEA).await.unwrap();
    for seed in 2..6 {
        let mut peer = start(config(seed)).await;
        peer.handle.subscribe(TEA).await.unwrap();
        ann.dial(&peer).await;
        ann.in_topic(TEA, peer.device()).await;
        readers.push(tokio::spawn(async move {
            let mut seen = HashSet::new();
            while seen.len() < FRAMES as usize {
                let gossip = peer.frame().await;
                seen.insert(gossip.frame.clone());
                gossip.token.report(Verdict::Accept);
            }
            peer
        }));
    }
    for number in 0..FRAMES {
        let mut frame = vec![0xcd; 300];
        frame[..4].copy_from_slice(&number.to_be_bytes());
        assert_eq!(ann.handle.publish(TEA, frame.into()).await.map(|published| published.peers), Ok(4));
    }
    for reader in readers {
        timeout(DEADLINE, reader).await.unwrap().unwrap();
    }
}
