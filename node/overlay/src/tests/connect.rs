//! Connecting, failing to, losing each other.

use std::time::Duration;

use bytes::Bytes;
use folkmoot_identity::DeviceId;
use tokio::{net::UdpSocket, time::timeout};

use super::{DEADLINE, Node, config, node, pair, start};
use crate::{Address, DialError, Direction, Overlay, OverlayError, OverlayEvent, Protocol, Provenance};

#[tokio::test]
async fn two_nodes_connect_by_address_and_list_each_other() {
    let (ann, bob) = pair().await;
    let peers = ann.handle.peers().await.unwrap();
    assert_eq!(peers.len(), 1);
    assert_eq!((peers[0].device, peers[0].direction), (bob.device(), Direction::Outbound));
    assert_eq!(peers[0].address, bob.address);
    let peers = bob.handle.peers().await.unwrap();
    assert_eq!((peers[0].device, peers[0].direction), (ann.device(), Direction::Inbound));
    // QUIC dials from the port it listens on, so that whoever is called knows where to call back.
    assert_eq!(peers[0].address, ann.address);
}

#[tokio::test]
async fn identify_tells_where_the_other_listens_and_where_we_are_seen() {
    let (mut ann, bob) = pair().await;
    let observed = ann
        .wait("Observed", |event| match event {
            OverlayEvent::Observed(address) => Some(address),
            _ => None,
        })
        .await;
    assert_eq!(observed, ann.address);
    let status = ann.status("an observed address", |status| !status.observed.is_empty()).await;
    assert_eq!((status.listening, status.connected), (vec![ann.address.clone()], 1));
    assert_eq!(ann.handle.peers().await.unwrap()[0].announced, vec![bob.address.clone()]);
}

#[tokio::test]
async fn a_ping_measures_the_way() {
    let (ann, _bob) = pair().await;
    let measured = timeout(DEADLINE, async {
        loop {
            if let Some(rtt) = ann.handle.peers().await.unwrap()[0].rtt {
                return rtt;
            }
            tokio::task::yield_now().await;
        }
    });
    let rtt = measured.await.unwrap();
    assert!(rtt > Duration::ZERO && rtt < Duration::from_secs(1), "{rtt:?}");
}

#[tokio::test]
async fn a_dial_of_a_connected_device_answers_at_once() {
    let (ann, bob) = pair().await;
    for address in [bob.address.clone(), bob.full_address()] {
        assert_eq!(ann.handle.dial(address).await.unwrap(), bob.device());
    }
    assert_eq!(ann.handle.peers().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_own_address_is_told_as_such() {
    let ann = node(1).await;
    let elsewhere = Address::quic([127, 0, 0, 1].into(), 1).with_device(&ann.device());
    for address in [ann.address.clone(), ann.full_address(), elsewhere] {
        let error = ann.handle.dial(address.clone()).await.unwrap_err();
        assert_eq!(error.to_string(), format!("{address} is this node itself"));
    }
}

#[tokio::test]
async fn a_wrong_device_is_told_with_both_names() {
    let (ann, bob) = (node(1).await, node(2).await);
    let nobody = DeviceId::new([9; 32]);
    let error = ann.handle.dial(bob.address.with_device(&nobody)).await.unwrap_err();
    let DialError::WrongPeer { expected, actual, .. } = error else { panic!("{error:?}") };
    assert_eq!((expected, actual), (nobody, Some(bob.device())));
    assert_eq!(ann.handle.status().await.unwrap().connected, 0);
}

#[tokio::test]
async fn a_dead_address_times_out() {
    let ann = node(1).await;
    // Somebody holds the port and never answers.
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = Address::quic([127, 0, 0, 1].into(), silent.local_addr().unwrap().port());
    let error = ann.handle.dial(address.clone()).await.unwrap_err();
    assert_eq!(error.to_string(), format!("no answer from {address} within 1s"));
    assert_eq!(ann.handle.status().await.unwrap().counters.dials_failed, 1);
}

#[tokio::test]
async fn an_address_of_another_kind_is_unsupported() {
    let ann = node(1).await;
    for text in ["/ip4/127.0.0.1/tcp/1/ws", "/dns4/example.org/udp/1/quic-v1"] {
        let error = ann.handle.dial(text.parse().unwrap()).await.unwrap_err();
        assert!(matches!(error, DialError::Unsupported { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let ann = node(1).await;
    let mut second = config(2);
    second.listen = vec![ann.address.clone()];
    let error = Overlay::start(second).await.unwrap_err();
    assert!(matches!(error, OverlayError::Taken { .. }), "{error:?}");
    assert_eq!(error.to_string(), format!("{} is taken by another program", ann.address));
}

#[tokio::test]
async fn the_port_can_be_kept_over_a_restart() {
    let ann = node(1).await;
    ann.handle.shutdown().await;
    let mut again = config(1);
    again.listen = vec![ann.address.clone()];
    let overlay = Overlay::start(again).await.unwrap();
    assert_eq!(overlay.port(), ann.address.udp_port());
    assert_eq!(overlay.listening, vec![ann.address]);
}

#[tokio::test]
async fn garbage_on_the_port_does_no_harm() {
    let (mut ann, mut bob) = (node(1).await, node(2).await);
    let eve = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = bob.address.udp_port().unwrap();
    for size in [0_usize, 1, 20, 600, 1200, 1472] {
        for first in [0x00, 0x40, 0x80, 0xc0, 0xff] {
            let mut packet = vec![0xa5; size];
            packet.iter_mut().take(1).for_each(|byte| *byte = first);
            eve.send_to(&packet, ("127.0.0.1", port)).await.unwrap();
        }
    }
    ann.dial(&bob).await;
    bob.up(ann.device()).await;
}

#[tokio::test]
async fn a_node_that_stops_is_missed_at_once_and_found_again() {
    let (mut ann, bob) = pair().await;
    let (device, address) = (bob.device(), bob.address.clone());
    bob.handle.shutdown().await;
    // Long before QUIC's ten seconds of silence.
    timeout(Duration::from_secs(3), ann.down(device)).await.unwrap();
    let mut again = config(2);
    again.listen = vec![address.clone()];
    let mut bob = start(again).await;
    ann.handle.dial_known(device, vec![address], Provenance::Trusted).await.unwrap();
    ann.up(device).await;
    bob.up(ann.device()).await;
}

#[tokio::test]
async fn a_disconnect_is_told_on_both_sides() {
    let (mut ann, mut bob) = pair().await;
    ann.handle.disconnect(bob.device()).await.unwrap();
    ann.down(bob.device()).await;
    bob.down(ann.device()).await;
    ann.dial(&bob).await;
}

#[tokio::test]
async fn simultaneous_dials_bring_each_up_once() {
    let (mut ann, mut bob) = (node(1).await, node(2).await);
    let (one, other) = tokio::join!(ann.handle.dial(bob.address.clone()), bob.handle.dial(ann.address.clone()));
    assert_eq!((one.unwrap(), other.unwrap()), (bob.device(), ann.device()));
    ann.up(bob.device()).await;
    bob.up(ann.device()).await;
    // Whichever connections came about, both are known to both sides once a stream has gone each way.
    for (from, to) in [(0, 1), (1, 0)] {
        let nodes = [&mut ann, &mut bob];
        let (opener, device) = (nodes[from].handle.clone(), nodes[to].device());
        let mut stream = opener.open_stream(device, Protocol::Auth).await.unwrap();
        stream.send(Bytes::from_static(b"hello")).await.unwrap();
        let [one, other] = nodes;
        let receiver = if to == 0 { one } else { other };
        let unwanted = receiver.wait("stream, and nobody up again", |event| match event {
            OverlayEvent::PeerUp { .. } | OverlayEvent::PeerDown { .. } => Some(true),
            OverlayEvent::Inbound(_) => Some(false),
            _ => None,
        });
        assert!(!unwanted.await);
    }
}

fn ann_device() -> DeviceId {
    let keys = libp2p::identity::Keypair::ed25519_from_bytes([1; 32]).unwrap();
    crate::peer::device_id(&keys.public().to_peer_id()).unwrap()
}

#[tokio::test]
async fn the_device_is_the_public_key_of_the_seed() {
    assert_eq!(node(1).await.device(), ann_device());
}

#[tokio::test]
async fn private_addresses_of_strangers_are_dialled_only_among_private_ones() {
    // given: a node that listens on no address at all, so that nothing says it is on a private network
    let mut alone = config(1);
    alone.listen = Vec::new();
    let overlay = Overlay::start(alone).await.unwrap();
    let mut bob = node(2).await;
    // when: a stranger names a loopback address, then the user names it
    let learned = vec![bob.address.clone()];
    overlay.handle.dial_known(bob.device(), learned.clone(), Provenance::Learned).await.unwrap();
    assert_eq!(overlay.handle.status().await.unwrap().connected, 0);
    overlay.handle.dial_known(bob.device(), learned, Provenance::Trusted).await.unwrap();
    // then: only the second was followed
    bob.up(ann_device()).await;
    assert_eq!(bob.handle.peers().await.unwrap().len(), 1);
    // and among nodes on loopback only, the first is
    let mut cid: Node = node(3).await;
    cid.handle.dial_known(bob.device(), vec![bob.address.clone()], Provenance::Learned).await.unwrap();
    cid.up(bob.device()).await;
}

#[tokio::test]
async fn a_stopped_overlay_says_so() {
    let mut ann = node(1).await;
    ann.handle.shutdown().await;
    assert!(matches!(ann.handle.dial(ann.full_address()).await, Err(DialError::Stopped)));
    assert!(ann.handle.status().await.is_err());
    let rest = timeout(DEADLINE, async { while ann.events.recv().await.is_some() {} });
    rest.await.unwrap();
}
