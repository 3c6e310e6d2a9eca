//! What the network panel shows: how complete each server is, who is asked, and how to let go of a node.

use folkmoot_rpc::ErrorKind;
use serde_json::json;

use crate::harness::node::Node;
use crate::harness::people::{SOON, converged};
use crate::harness::wait::wait_for;

#[tokio::test]
async fn sync_status_names_the_members_nodes_and_when_they_were_last_asked() {
    let alice = Node::person("alice").await;
    let bob = Node::person("bob").await;
    let place = alice.found("Tea house", None).await;
    alice.say(place.channel, "hello").await;
    bob.join(&alice.invite(place.server).await).await;
    converged(&[&alice, &bob], place.channel, 1).await;
    let (peer, account) = (alice.peer_id().await, alice.account().await);
    let status = wait_for("bob has asked alice to the end", SOON, async || {
        let status = bob.call_raw("net.sync.status", &json!({ "server_id": place.server })).await;
        let done = status["items"][0]["peers"][0]["synced_at"].is_u64();
        if done { Ok(status) } else { Err(status.to_string()) }
    })
    .await;
    let row = &status["items"][0];
    assert_eq!((&row["server_id"], &row["missing"], &row["channels"]), (&json!(place.server), &json!(0), &json!([])));
    assert_eq!((&row["peers"][0]["peer_id"], &row["peers"][0]["account_id"]), (&json!(peer), &json!(account)));
    let all = bob.call_raw("net.sync.status", &json!({})).await;
    assert_eq!(all["items"].as_array().map(Vec::len), Some(1));
    let unknown = json!({ "server_id": folkmoot_rpc::contract::sample::SERVER });
    bob.refuses_as(ErrorKind::NotFound, "net.sync.status", &unknown).await;
}

#[tokio::test]
async fn disconnecting_closes_the_connection_on_both_sides() {
    // given: two nodes that share no server, so that neither looks for the other again
    let alice = Node::person("alice").await;
    let mallory = Node::person("mallory").await;
    mallory.dial(&alice).await;
    let peer = mallory.peer_id().await;
    alice.wait_for_peer(&peer).await;
    let gone = alice.call_raw("net.disconnect", &json!({ "peer_id": peer })).await;
    assert_eq!(gone, json!({ "peer_id": peer }));
    for (node, other) in [(&alice, &peer), (&mallory, &alice.peer_id().await)] {
        wait_for(&format!("{} is rid of the other", node.name()), SOON, async || {
            let peers = node.peers().await;
            if peers.contains(other) { Err(format!("{peers:?}")) } else { Ok(()) }
        })
        .await;
    }
    alice.refuses_as(ErrorKind::NotFound, "net.disconnect", &json!({ "peer_id": peer })).await;
    for none in ["nobody".to_owned(), "x".repeat(65)] {
        alice.refuses_as(ErrorKind::InvalidParams, "net.disconnect", &json!({ "peer_id": none })).await;
    }
}
