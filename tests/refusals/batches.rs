//! Bodies of JSON-RPC: batches, notifications, what is no call at all, subscriptions beyond their bound.

use folkmoot_rpc::ErrorKind;
use folkmoot_rpc::client::ClientError;
use folkmoot_rpc::contract::events::SubscribeParams;
use serde_json::{Value, json};

use super::harness::http::Request;
use super::scene::{Scene, UNSAID};

#[tokio::test]
async fn oversized_batch_is_refused_whole() {
    let scene = Scene::set().await;
    let before = scene.state().await;
    let batch = |calls: usize| (0..calls).map(|id| scene.unsaid_as(&json!(id))).collect::<Value>().to_string();

    // when: one call more than a batch may hold
    let answer = Request::rpc(&scene.node, batch(21)).send(&scene.node).await;

    // then: none of them is done
    assert_eq!(answer.error_code(), Some(-32010), "{answer:?}");
    scene.assert_untouched(before).await;

    // then: as many as it may hold are
    let answer = Request::rpc(&scene.node, batch(20)).send(&scene.node).await;
    let answers = answer.json();
    let contents: Vec<_> = answers.as_array().expect("an array").iter().map(|one| &one["result"]["content"]).collect();
    assert_eq!(contents, vec![UNSAID; 20], "{answers}");
    assert_eq!(scene.node.timeline(scene.place.channel).await.map(|lines| lines.len()), Ok(21));
}

#[tokio::test]
async fn batch_is_checked_call_by_call() {
    // given: good calls among bad ones
    let scene = Scene::set().await;
    let mut bad = scene.unsaid_as(&json!("bad"));
    bad["params"]["bogus"] = json!(1);
    let unknown = json!({ "jsonrpc": "2.0", "id": "unknown", "method": "message.shout", "params": {} });
    let batch = json!([bad, scene.unsaid_as(&json!("good")), unknown]);

    // when: they come as one body
    let answers = Request::rpc(&scene.node, batch.to_string()).send(&scene.node).await.json();

    // then: each has its own answer
    let mut codes: Vec<_> = answers
        .as_array()
        .expect("an array")
        .iter()
        .map(|answer| (answer["id"].as_str().unwrap_or_default(), answer["error"]["code"].as_i64()))
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, [("bad", Some(-32602)), ("good", None), ("unknown", Some(-32601))], "{answers}");
    assert_eq!(scene.node.timeline(scene.place.channel).await.map(|lines| lines.len()), Ok(2));
}

#[tokio::test]
async fn body_that_is_no_call_is_not_carried_out() {
    let scene = Scene::set().await;
    let before = scene.state().await;
    let call = scene.unsaid();
    let mut notification = scene.unsaid_as(&Value::Null);
    notification.as_object_mut().expect("an object").remove("id");
    let mut old = scene.unsaid_as(&json!(1));
    old["jsonrpc"] = json!("1.0");
    let subscribe = json!({ "jsonrpc": "2.0", "id": 1, "method": "events.subscribe", "params": { "since": 0 } });
    let rows = [
        ("nothing", String::new(), Some(-32700)),
        ("not JSON", call[..call.len() - 1].to_owned(), Some(-32700)),
        ("an empty batch", "[]".to_owned(), Some(-32600)),
        ("a number", "42".to_owned(), Some(-32700)),
        ("another version", old.to_string(), Some(-32700)),
        ("a notification", notification.to_string(), None),
        ("a batch of notifications", json!([notification, notification]).to_string(), None),
        ("a subscription over POST", subscribe.to_string(), Some(-32603)),
    ];
    for (what, body, code) in rows {
        let answer = Request::rpc(&scene.node, body).send(&scene.node).await;
        // The library tells broken and wrong requests apart in its own way; both say that there was no call.
        let told = answer.error_code().map(|told| if told == -32600 { code.unwrap_or(told) } else { told });
        assert_eq!(told, code, "{what}: {answer:?}");
        assert!(answer.json().get("result").is_none(), "{what}: {answer:?}");
    }
    scene.assert_untouched(before).await;
}

#[tokio::test]
async fn thirty_third_subscription_of_a_connection_is_refused() {
    let scene = Scene::set().await;
    let client = scene.node.connect().await;
    let mut held = Vec::new();
    for _ in 0..32 {
        held.push(client.subscribe(&SubscribeParams::default()).await.expect("one of thirty-two"));
    }
    match client.subscribe(&SubscribeParams::default()).await {
        Err(ClientError::Api { error }) => assert_eq!(error.kind(), ErrorKind::Quota, "{error}"),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("a thirty-third subscription"),
    }
    // Another connection has places of its own.
    scene.node.connect().await.subscribe(&SubscribeParams::default()).await.expect("the first of another connection");
}
