//! TCP where there is no QUIC.

use bytes::Bytes;
use tokio::net::{TcpListener, UdpSocket};

use super::{DEADLINE, Node, TEA, config, meet, node, start};
use crate::{Address, DialError, OverlayConfig, Protocol, Provenance, Verdict};

fn tcp_only(seed: u8) -> OverlayConfig {
    let mut config = config(seed);
    config.listen = vec![Address::tcp([127, 0, 0, 1].into(), 0)];
    config
}

#[tokio::test]
async fn nodes_without_quic_meet_stream_and_gossip_over_tcp() {
    let (mut ann, mut bob): (Node, Node) = (start(tcp_only(1)).await, start(tcp_only(2)).await);
    assert!(bob.address.is_tcp());
    ann.dial(&bob).await;
    bob.up(ann.device()).await;
    assert!(bob.handle.peers().await.unwrap()[0].address.is_tcp());
    // A frame of the greatest size, and back.
    let mut stream = ann.handle.open_stream(bob.device(), Protocol::Log).await.unwrap();
    let frame = Bytes::from(vec![7; 1024 * 1024]);
    let echo = async {
        let mut inbound = bob.inbound().await;
        let received = inbound.stream.recv().await.unwrap();
        inbound.stream.send(received).await.unwrap();
        inbound
    };
    let asking = async {
        stream.send(frame.clone()).await.unwrap();
        stream.recv().await.unwrap()
    };
    let (back, _inbound) = tokio::join!(asking, echo);
    assert_eq!(back, frame);
    meet(TEA, &mut ann, &mut bob).await;
    ann.handle.publish(TEA, Bytes::from_static(b"hello")).await.unwrap();
    let gossip = bob.frame().await;
    assert_eq!(gossip.frame, "hello");
    gossip.token.report(Verdict::Accept);
}

#[tokio::test]
async fn quic_is_tried_first_and_tcp_if_it_fails() {
    // given: a node that listens on both
    let mut both = config(2);
    both.listen.push(Address::tcp([127, 0, 0, 1].into(), 0));
    let bob = start(both).await;
    let status = bob.handle.status().await.unwrap();
    let listens = |quic| status.listening.iter().find(|address| address.is_quic() == quic).unwrap().clone();
    let (quic, tcp) = (listens(true), listens(false));
    // when: it is dialled at its TCP address and at its QUIC address
    let mut patient = config(1);
    patient.limits.dial_timeout = DEADLINE;
    let mut ann = start(patient).await;
    let both = vec![tcp.clone(), quic];
    ann.handle.dial_known(bob.device(), both, Provenance::Trusted).await.unwrap();
    ann.up(bob.device()).await;
    // then: QUIC it is
    assert!(ann.handle.peers().await.unwrap()[0].address.is_quic());
    // and where somebody holds the port and never answers, TCP
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let silent = Address::quic([127, 0, 0, 1].into(), silent.local_addr().unwrap().port());
    let mut cid = node(3).await;
    cid.handle.dial_known(bob.device(), vec![silent, tcp], Provenance::Trusted).await.unwrap();
    cid.up(bob.device()).await;
    assert!(cid.handle.peers().await.unwrap()[0].address.is_tcp());
}

#[tokio::test]
async fn a_refused_and_a_silent_tcp_port_are_told_apart() {
    let ann = node(1).await;
    let held = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = Address::tcp([127, 0, 0, 1].into(), held.local_addr().unwrap().port());
    let error = ann.handle.dial(silent.clone()).await.unwrap_err();
    assert!(matches!(error, DialError::TimedOut { .. }), "{error:?}");
    drop(held);
    let error = ann.handle.dial(silent).await.unwrap_err();
    assert!(matches!(error, DialError::Refused { .. }), "{error:?}");
}

#[tokio::test]
async fn a_taken_tcp_port_is_named_and_a_kept_one_comes_back() {
    let ann = start(tcp_only(1)).await;
    let mut second = tcp_only(2);
    second.listen = vec![ann.address.clone()];
    let error = crate::Overlay::start(second).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{} is taken by another program", ann.address));
    ann.handle.shutdown().await;
    let mut again = tcp_only(1);
    again.listen = vec![ann.address.clone()];
    assert_eq!(start(again).await.address, ann.address);
}
