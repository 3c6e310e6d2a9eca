//! The door of a public server: work and rate, seen from outside by a joiner who does not keep to the rules.

use bytes::Bytes;
use folkmoot_core::ids::ServerId;
use folkmoot_core::standing::{find_work, is_work, standing_key};
use folkmoot_identity::signed::{Context, SignedBytes};
use folkmoot_overlay::{Address, FramedStream, Overlay, OverlayConfig, OverlayHandle, Protocol};
use folkmoot_proto::limits::JOIN_WORK_BITS;
use folkmoot_proto::v1::{self, RefusalReason, join_frame::Frame};
use zeroize::Zeroizing;

use crate::harness::node::Node;

/// A program that speaks the protocol without being a node.
async fn stranger(node: &Node) -> (Overlay, folkmoot_core::ids::DeviceId) {
    let overlay = Overlay::start(OverlayConfig::new(Zeroizing::new([77; 32]), Vec::new())).await.expect("starts");
    let address: Address = node.address().await.parse().expect("an address");
    let door = overlay.handle.dial(address).await.expect("the node answers");
    (overlay, door)
}

async fn hello(handle: &OverlayHandle, door: folkmoot_core::ids::DeviceId, server: ServerId) -> (FramedStream, Frame) {
    let mut stream = handle.open_stream(door, Protocol::Join).await.expect("a stream");
    let hello = v1::JoinHello {
        server: Bytes::copy_from_slice(server.as_ref()),
        invite_key: Bytes::copy_from_slice(&standing_key(&server).public()),
    };
    stream.send_message(&v1::JoinFrame { frame: Some(Frame::Hello(hello)) }).await.expect("sent");
    let answer: v1::JoinFrame = stream.recv_message().await.expect("an answer");
    (stream, answer.frame.expect("a frame"))
}

fn reason(frame: &Frame) -> Option<RefusalReason> {
    match frame {
        Frame::Refusal(refusal) => RefusalReason::try_from(refusal.reason).ok(),
        _ => None,
    }
}

#[tokio::test]
async fn nobody_comes_in_without_work_nor_too_often() {
    // given: a public server and a stranger at its door
    let alice = Node::person("alice").await;
    let place = alice.found_public("Revolving door").await;
    let server = ServerId::new(place.server.to_bytes());
    let (overlay, door) = stranger(&alice).await;
    let device = overlay.handle.device();

    // when: it brings no work, or work for another challenge
    for late in [false, true] {
        let (mut stream, challenge) = hello(&overlay.handle, door, server).await;
        let Frame::Challenge(challenge) = challenge else { panic!("{challenge:?}") };
        assert!(challenge.work_bits >= JOIN_WORK_BITS, "{}", challenge.work_bits);
        let nonce: [u8; 32] = challenge.nonce.as_ref().try_into().expect("32 bytes");
        let work = if late { find_work(&[0; 32], &device, JOIN_WORK_BITS).expect("found") } else { 0 };
        assert!(!is_work(&nonce, &device, work, challenge.work_bits));
        let body = Bytes::from_static(b"no request at all");
        let sig = standing_key(&server).sign(Context::Join, &[0; 32]);
        let request = Some(SignedBytes { body, sig }.into());
        let proof = Frame::Proof(v1::JoinProof { request, work });
        stream.send_message(&v1::JoinFrame { frame: Some(proof) }).await.expect("sent");
        let answer: v1::JoinFrame = stream.recv_message().await.expect("an answer");
        // then: it is refused
        assert_eq!(reason(&answer.frame.expect("a frame")), Some(RefusalReason::Malformed));
    }

    // when: it comes again and again
    let mut let_near = 2;
    let busy = loop {
        let (_, answer) = hello(&overlay.handle, door, server).await;
        match answer {
            Frame::Challenge(_) => let_near += 1,
            refused => break reason(&refused),
        }
        assert!(let_near < 100, "nobody stops it");
    };
    // then: the door is busy for that block of addresses, after about a burst
    assert_eq!(busy, Some(RefusalReason::Busy));
    assert!((20..30).contains(&let_near), "{let_near}");
    let members = alice.call_raw("member.list", &serde_json::json!({ "server_id": place.server })).await;
    assert_eq!(members["items"].as_array().map(Vec::len), Some(1), "{members}");
    overlay.handle.shutdown().await;
}
