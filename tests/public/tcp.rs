//! A network that lets no UDP through.

use crate::harness::node::Node;
use crate::harness::people::converged;

#[tokio::test]
async fn people_without_quic_join_and_talk_over_tcp() {
    let tcp = ["--listen", "/ip4/127.0.0.1/tcp/0"];
    let mut alice = Node::start_with("alice", &tcp).await;
    alice.be().await;
    assert!(alice.address().await.starts_with("/ip4/127.0.0.1/tcp/"));
    let bob = Node::start_with("bob", &tcp).await;
    bob.be().await;
    // A third listens on both, and dials out over what the others have.
    let both = ["--listen", "/ip4/127.0.0.1/udp/0/quic-v1", "--listen", "/ip4/127.0.0.1/tcp/0"];
    let carol = Node::start_with("carol", &both).await;
    carol.be().await;
    let place = alice.found("Tunnel", None).await;
    let link = alice.invite(place.server).await;
    bob.join(&link).await;
    carol.join(&link).await;
    for number in 0..10 {
        alice.say(place.channel, &format!("{number} down the wire")).await;
        bob.say(place.channel, &format!("{number} and back")).await;
        carol.say(place.channel, &format!("{number} from outside")).await;
    }
    converged(&[&alice, &bob, &carol], place.channel, 30).await;
    // The port is kept over a crash, and the others come back to it.
    let address = alice.address().await;
    alice.kill();
    alice.restart().await;
    assert_eq!(alice.address().await, address);
    alice.say(place.channel, "here again").await;
    converged(&[&alice, &bob, &carol], place.channel, 31).await;
}
