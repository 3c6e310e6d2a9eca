//! Repeated calls: the same nonce gives the first result again, with other parameters it is refused, across restarts too.

use folkmoot_rpc::ErrorKind;
use serde_json::{Value, json};

use super::harness::node::Node;
use super::scene::Scene;

/// A create of every kind, each with its nonce.
fn creates(scene: &Scene) -> Vec<(&'static str, Value)> {
    let (server, channel) = (scene.place.server, scene.place.channel);
    vec![
        ("message.send", json!({ "channel_id": channel, "content": "once", "nonce": "n" })),
        ("channel.create", json!({ "server_id": server, "name": "once", "nonce": "n" })),
        ("server.create", json!({ "name": "Once", "visibility": "private", "nonce": "n" })),
        ("invite.create", json!({ "server_id": server, "nonce": "n" })),
    ]
}

/// The same call with something else in it.
fn altered(method: &str, params: &Value) -> Value {
    let mut params = params.clone();
    match method {
        "message.send" => params["content"] = json!("twice"),
        "invite.create" => params["max_uses"] = json!(3),
        _ => params["name"] = json!("Twice"),
    }
    params
}

/// Repeats every create; all are answered from memory, and nothing changes.
async fn assert_remembered(scene: &Scene, first: &[Value]) {
    let before = scene.state().await;
    for ((method, params), first) in creates(scene).into_iter().zip(first) {
        let again = scene.node.call_raw(method, &params).await;
        assert_eq!(again["replayed"], json!(true), "{method}: {again}");
        assert_eq!(again["id"], first["id"], "{method}: {again}");
        let error = scene.node.refuses_as(ErrorKind::NonceReused, method, &altered(method, &params)).await;
        assert_eq!(error.kind().code(), 2006);
    }
    scene.assert_untouched(before).await;
}

#[tokio::test]
async fn nonce_gives_the_first_result_again_across_restarts_and_crashes() {
    // given: one create of every kind with a nonce; the methods do not share it
    let mut scene = Scene::set().await;
    let mut first = Vec::new();
    for (method, params) in creates(&scene) {
        let made = scene.node.call_raw(method, &params).await;
        assert_eq!(made.get("replayed"), None, "{method}: {made}");
        first.push(made);
    }
    assert_remembered(&scene, &first).await;

    // when: the node restarts in order
    scene.node.stop().await;
    scene.node.restart().await;

    // then: it remembers
    assert_remembered(&scene, &first).await;

    // when: it is killed
    scene.node.kill();
    scene.node.restart().await;

    // then: it still does
    assert_remembered(&scene, &first).await;
}

#[tokio::test]
async fn same_nonce_at_the_same_time_makes_one_message() {
    let scene = Scene::set().await;
    let params = json!({ "channel_id": scene.place.channel, "content": "once", "nonce": "together" });

    // when: the same call is sent many times at once over many connections
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (client, params) = (scene.node.connect().await, params.clone());
        calls.spawn(async move {
            let answer = client.call_raw("message.send", &params).await.expect("the call is answered");
            serde_json::from_str::<Value>(answer.get()).expect("an answer is JSON")
        });
    }
    let answers = calls.join_all().await;

    // then: one made it, the others were told of it
    let made = answers.iter().filter(|answer| answer.get("replayed").is_none()).count();
    assert_eq!(made, 1, "{answers:?}");
    assert!(answers.iter().all(|answer| answer["id"] == answers[0]["id"]), "{answers:?}");
    assert_eq!(scene.node.timeline(scene.place.channel).await.map(|lines| lines.len()), Ok(2));
}

#[tokio::test]
async fn nonce_of_a_refused_call_is_free() {
    let scene = Scene::set().await;
    let send = |content: &str| json!({ "channel_id": scene.place.channel, "content": content, "nonce": "again" });
    scene.node.refuses_as(ErrorKind::InvalidContent, "message.send", &send(" ")).await;
    let made = scene.node.call_raw("message.send", &send("now with a text")).await;
    assert_eq!(made.get("replayed"), None, "{made}");
}

#[tokio::test]
async fn nonce_is_1_to_64_characters() {
    let scene = Scene::set().await;
    let before = scene.state().await;
    for (method, mut params) in creates(&scene) {
        for nonce in [String::new(), "x".repeat(65)] {
            params["nonce"] = json!(nonce);
            scene.node.refuses_as(ErrorKind::InvalidParams, method, &params).await;
        }
    }
    scene.assert_untouched(before).await;
    let longest = "ä".repeat(64);
    let params = json!({ "channel_id": scene.place.channel, "content": "fits", "nonce": longest });
    scene.node.call_raw("message.send", &params).await;
}

#[tokio::test]
async fn repeated_first_run_tells_the_account_and_not_the_phrase() {
    let node = Node::start("alice").await;
    let params = json!({ "display_name": "alice", "nonce": "first-run" });
    let first = node.call_raw("identity.create", &params).await;
    let words = first["recovery_phrase"].as_str().expect("a phrase").split(' ').count();
    assert_eq!(words, 24);

    let again = node.call_raw("identity.create", &params).await;
    assert_eq!(again["replayed"], json!(true), "{again}");
    assert_eq!(again["account_id"], first["account_id"]);
    assert_eq!(again.get("recovery_phrase"), None, "the phrase is shown once");
    let other = json!({ "display_name": "bob", "nonce": "first-run" });
    node.refuses_as(ErrorKind::NonceReused, "identity.create", &other).await;
}
