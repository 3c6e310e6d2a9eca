//! The server's message rate: over it a message is refused, and nothing of it is kept.

use folkmoot_rpc::ErrorKind;
use folkmoot_rpc::contract::server::MessageRate;
use serde_json::json;

use super::harness::node::Node;
use super::harness::people::SOON;
use super::harness::wait::wait_for;

#[tokio::test]
async fn message_over_the_servers_rate_is_refused_and_not_kept() {
    // given: a server in which one may say three things at once and one more every four seconds or so
    let node = Node::person("alice").await;
    let place = node.found("Slow", Some(MessageRate { per_second: 1, burst: 3 })).await;
    let send = |text: &str| json!({ "channel_id": place.channel, "content": text });

    // when: somebody speaks as fast as possible
    let mut said = 0;
    let refused = loop {
        let answer = node.client().call_raw("message.send", &send(&format!("number {said}"))).await;
        match answer {
            Ok(_) => said += 1,
            Err(error) => break error,
        }
        assert!(said < 100, "no rate at all");
    };

    // then: the bucket's worth passed, more was refused with the time to wait, and what was refused is not there
    let error = refused.api().expect("the node's own error");
    assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
    let wait = error.detail().retry_after_ms.expect("a time to wait");
    assert!((1..=1_000).contains(&wait), "{wait} ms");
    assert!(said >= 3, "{said} of a burst of three");
    assert_eq!(node.timeline(place.channel).await.map(|lines| lines.len()), Ok(said));

    // then: another server is not concerned, and after a while this one is open again
    let other = node.found("Not slow", None).await;
    node.say(other.channel, "hello").await;
    wait_for("there is room again", SOON, async || {
        node.client().call_raw("message.send", &send("at last")).await.map(|_| ()).map_err(|error| error.to_string())
    })
    .await;
}

#[tokio::test]
async fn rate_beyond_the_bounds_is_refused() {
    let node = Node::person("alice").await;
    let head = node.head().await;
    for (per_second, burst) in [(0, 1), (1, 0), (100_001, 1), (1, 100_001)] {
        let rate = json!({ "per_second": per_second, "burst": burst });
        let params = json!({ "name": "Tea", "visibility": "private", "message_rate": rate });
        node.refuses_as(ErrorKind::InvalidParams, "server.create", &params).await;
    }
    assert!(node.servers().await.is_empty());
    assert_eq!(node.head().await, head);
}
