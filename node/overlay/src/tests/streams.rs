//! Streams between nodes.

use bytes::Bytes;
use folkmoot_identity::DeviceId;
use folkmoot_proto::limits::STREAM_FRAME_BYTES;
use tokio::time::timeout;

use super::{DEADLINE, config, node, pair, start};
use crate::{FrameError, OpenError, Protocol};

#[tokio::test]
async fn a_megabyte_echoes_and_more_is_refused() {
    let (ann, mut bob) = pair().await;
    let ann_device = ann.device();
    let echo = tokio::spawn(async move {
        let mut inbound = bob.inbound().await;
        assert_eq!((inbound.device, inbound.protocol), (ann_device, Protocol::Log));
        while let Ok(frame) = inbound.stream.recv().await {
            inbound.stream.send(frame).await.unwrap();
        }
        bob
    });
    let bob_device = ann.handle.peers().await.unwrap()[0].device;
    let mut stream = ann.handle.open_stream(bob_device, Protocol::Log).await.unwrap();
    for size in [0, 1, 70_000, STREAM_FRAME_BYTES] {
        let frame = Bytes::from(vec![0x5a; size]);
        stream.send(frame.clone()).await.unwrap();
        assert_eq!(stream.recv().await.unwrap(), frame);
    }
    let refused = stream.send(vec![0; STREAM_FRAME_BYTES + 1].into()).await;
    assert!(matches!(refused, Err(FrameError::TooLarge { .. })), "{refused:?}");
    drop(stream);
    timeout(DEADLINE, echo).await.unwrap().unwrap();
}

#[tokio::test]
async fn each_protocol_arrives_under_its_name() {
    let (ann, mut bob) = pair().await;
    for protocol in Protocol::ALL {
        let mut stream = ann.handle.open_stream(bob.device(), protocol).await.unwrap();
        stream.send(Bytes::from_static(b"?")).await.unwrap();
        assert_eq!(bob.inbound().await.protocol, protocol);
    }
}

#[tokio::test]
async fn the_end_of_a_stream_is_seen_by_the_other_side() {
    let (ann, mut bob) = pair().await;
    let mut stream = ann.handle.open_stream(bob.device(), Protocol::Auth).await.unwrap();
    stream.send(Bytes::from_static(b"last")).await.unwrap();
    let mut inbound = bob.inbound().await;
    stream.close().await.unwrap();
    assert_eq!(inbound.stream.recv().await.unwrap(), "last");
    assert!(matches!(inbound.stream.recv().await, Err(FrameError::Closed)));
    // The other direction is still open.
    inbound.stream.send(Bytes::from_static(b"bye")).await.unwrap();
    assert_eq!(stream.recv().await.unwrap(), "bye");
}

#[tokio::test]
async fn both_halves_work_at_once() {
    let (ann, mut bob) = pair().await;
    let (mut reader, mut writer) = ann.handle.open_stream(bob.device(), Protocol::Log).await.unwrap().split();
    let writing = tokio::spawn(async move {
        for _ in 0..200 {
            writer.send(vec![1; 50_000].into()).await.unwrap();
        }
        writer
    });
    let echo = tokio::spawn(async move {
        let (mut reader, mut writer) = bob.inbound().await.stream.split();
        for _ in 0..200 {
            writer.send(reader.recv().await.unwrap()).await.unwrap();
        }
        (bob, reader, writer)
    });
    for _ in 0..200 {
        assert_eq!(reader.recv().await.unwrap().len(), 50_000);
    }
    timeout(DEADLINE, writing).await.unwrap().unwrap();
    timeout(DEADLINE, echo).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_device_that_is_not_connected_gets_no_stream() {
    let ann = node(1).await;
    let nobody = DeviceId::new([9; 32]);
    let error = ann.handle.open_stream(nobody, Protocol::Auth).await.unwrap_err();
    assert!(matches!(error, OpenError::NotConnected { device } if device == nobody), "{error:?}");
}

#[tokio::test]
async fn a_flood_of_streams_is_bounded_and_the_rest_told_closed() {
    // given: a node with room for two streams of a peer, and a peer that knows no such bound
    let (mut narrow, mut wide) = (config(1), config(2));
    narrow.limits.streams_per_peer = 2;
    wide.limits.streams_per_peer = 50;
    let (mut bob, mut eve) = (start(narrow).await, start(wide).await);
    eve.dial(&bob).await;
    bob.up(eve.device()).await;
    // when: it opens many at once
    let mut streams = Vec::new();
    for _ in 0..20 {
        let mut stream = eve.handle.open_stream(bob.device(), Protocol::Log).await.unwrap();
        // Those refused by now may say so on the first word already.
        drop(stream.send(Bytes::from_static(b"me")).await);
        streams.push(stream);
    }
    // then: two arrive, the others end
    let (first, second) = (bob.inbound().await, bob.inbound().await);
    let status = bob.status("18 refusals", |status| status.counters.streams_refused == 18).await;
    assert_eq!(status.connected, 1);
    let mut ended = 0;
    for stream in &mut streams {
        stream.set_timeout(std::time::Duration::from_millis(50));
        match stream.recv().await {
            Err(FrameError::Closed | FrameError::Io { .. }) => ended += 1,
            Err(FrameError::Timeout { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(ended, 18);
    // and places come back
    drop((first, second));
    drop(streams);
    let mut again = eve.handle.open_stream(bob.device(), Protocol::Auth).await.unwrap();
    again.send(Bytes::from_static(b"me again")).await.unwrap();
    assert_eq!(bob.inbound().await.protocol, Protocol::Auth);
}

#[tokio::test]
async fn an_opener_keeps_within_its_places_by_waiting() {
    let (mut few, other) = (config(1), config(2));
    few.limits.streams_per_peer = 1;
    let (mut ann, bob) = (start(few).await, start(other).await);
    ann.dial(&bob).await;
    let first = ann.handle.open_stream(bob.device(), Protocol::Log).await.unwrap();
    let (handle, device) = (ann.handle.clone(), bob.device());
    let mut second = tokio::spawn(async move { handle.open_stream(device, Protocol::Log).await });
    assert!(timeout(std::time::Duration::from_millis(100), &mut second).await.is_err());
    drop(first);
    timeout(DEADLINE, second).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_stream_breaks_with_its_connection() {
    let (ann, mut bob) = pair().await;
    let mut stream = ann.handle.open_stream(bob.device(), Protocol::Auth).await.unwrap();
    stream.send(Bytes::from_static(b"hello")).await.unwrap();
    let mut inbound = bob.inbound().await;
    inbound.stream.recv().await.unwrap();
    bob.handle.shutdown().await;
    let lost = timeout(DEADLINE, stream.recv()).await.unwrap();
    assert!(matches!(lost, Err(FrameError::Io { .. } | FrameError::Closed)), "{lost:?}");
}
