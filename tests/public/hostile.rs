//! A directory in which everybody lies: those who are in a server lose nothing.

use bytes::Bytes;
use folkmoot_core::advert::{Heading, record_key};
use folkmoot_core::ids::ServerId;
use folkmoot_identity::DeviceKey;
use folkmoot_overlay::Address;
use folkmoot_overlay::hostile::{HostilePeer, Lies};

use crate::harness::node::Node;
use crate::harness::people::{Place, SOON, converged};
use crate::harness::wait::wait_for;
use crate::scene::{counter, everything, join, search};

/// Peers who answer every question about the table with nonsense, and lead to nobody.
async fn liars(count: u8) -> Vec<HostilePeer> {
    let nobody = |n: u8| (DeviceKey::from_seed(&[n; 32]).id(), Address::quic([127, 0, 0, 1].into(), 9));
    let lies = Lies {
        values: (0..40_u8).map(|n| Bytes::from(vec![n; 4_000])).collect(),
        providers: (100..120).map(nobody).collect(),
        neighbours: (120..180).map(nobody).collect(),
    };
    let mut liars = Vec::new();
    for n in 0..count {
        liars.push(HostilePeer::start([200 + n; 32], lies.clone()).await);
    }
    liars
}

#[tokio::test]
async fn joined_servers_lose_nothing_to_a_directory_full_of_lies() {
    // given: three people in a public and a private server, and liars connected to each of them who are all the table they know
    let mut alice = Node::person("alice").await;
    let mut bob = Node::person("bob").await;
    let carol = Node::person("carol").await;
    let liars = liars(4).await;
    for node in [&alice, &bob, &carol] {
        let address: Address = node.address().await.parse().expect("an address");
        for liar in &liars {
            assert!(liar.dial(&address).await);
        }
        wait_for("the table is full of liars", SOON, async || match counter(node, "directory_peers").await {
            4.. => Ok(()),
            few => Err(few.to_string()),
        })
        .await;
    }
    let public = alice.found_public("Agora").await;
    let private = alice.found("Backroom", None).await;
    bob.dial(&alice).await;
    carol.dial(&alice).await;
    for node in [&bob, &carol] {
        // The one honest peer is enough to come in by.
        assert_eq!(join(node, public.server).await.channel, public.channel);
        node.join(&alice.invite(private.server).await).await;
    }
    for liar in &liars {
        for key in [record_key(&ServerId::new(public.server.to_bytes())), Heading::All.key()] {
            liar.put(key, Bytes::from(vec![1; 4_000])).await;
            liar.provide(key).await;
        }
    }

    // when: they talk, crash, come back and search
    let mut said = 0;
    let mut talk = async |nodes: [&Node; 3], places: [Place; 2]| {
        for place in places {
            for node in nodes {
                node.say(place.channel, &format!("{} speaks", node.name())).await;
            }
        }
        said += 3;
        for place in places {
            converged(&nodes, place.channel, said).await;
        }
    };
    talk([&alice, &bob, &carol], [public, private]).await;
    alice.kill();
    for place in [public, private] {
        bob.say(place.channel, "while she is away").await;
    }
    bob.kill();
    alice.restart().await;
    bob.restart().await;
    let found = search(&carol, &everything()).await;
    assert!(found.items.iter().all(|listing| listing.id == public.server), "{found:?}");

    // then: all is there, on every node
    for place in [public, private] {
        converged(&[&alice, &bob, &carol], place.channel, 4).await;
    }
    for node in [&alice, &bob, &carol] {
        assert_eq!(node.servers().await.len(), 2, "{}", node.name());
        let members = node.call_raw("member.list", &serde_json::json!({ "server_id": public.server })).await;
        assert_eq!(members["items"].as_array().map(Vec::len), Some(3), "{members}");
    }
}
