//! Parameters of every method of the contract: unknown names, wrong types, malformed and unknown ids, numbers out of range.

use folkmoot_rpc::ErrorKind;
use folkmoot_rpc::contract::{Descriptor, methods};
use serde_json::{Value, json};

use super::scene::Scene;

/// The parameters of a method's example.
fn example(method: &Descriptor) -> Value {
    (method.example)().0
}

/// Parameters that name an object by its id.
fn id_fields(params: &Value) -> Vec<String> {
    let params = params.as_object().expect("parameters are an object");
    params.keys().filter(|name| name.ends_with("_id") || *name == "up_to").cloned().collect()
}

#[tokio::test]
async fn unknown_parameter_is_refused_by_every_method() {
    let scene = Scene::set().await;
    let before = scene.state().await;
    for method in methods() {
        let mut params = example(method);
        params["bogus"] = json!(1);
        let error = scene.node.refuses_as(ErrorKind::InvalidParams, method.name, &params).await;
        let told = error.detail().field.as_deref() == Some("bogus") || error.message().contains("bogus");
        assert!(told, "{}: {error:?} does not name the parameter", method.name);
    }
    scene.assert_untouched(before).await;
}

#[tokio::test]
async fn wrong_type_is_refused_for_every_parameter() {
    let scene = Scene::set().await;
    let before = scene.state().await;
    let mut tried = 0;
    for method in methods() {
        let good = example(method);
        for name in good.as_object().expect("parameters are an object").keys() {
            // A list of lists is what no parameter is, but for the one that may be anything.
            if (method.name, name.as_str()) == ("ui.state.set", "value") {
                continue;
            }
            let mut params = good.clone();
            params[name] = json!([[]]);
            scene.node.refuses_as(ErrorKind::InvalidParams, method.name, &params).await;
            tried += 1;
        }
    }
    assert!(tried > 30, "only {tried} parameters");
    scene.assert_untouched(before).await;
}

#[tokio::test]
async fn missing_and_positional_parameters_are_refused() {
    let scene = Scene::set().await;
    let before = scene.state().await;
    let (server, channel) = (scene.place.server, scene.place.channel);
    let rows = [
        ("message.send", json!({})),
        ("message.send", json!({ "channel_id": channel })),
        ("message.send", json!({ "content": "hello" })),
        ("message.send", json!({ "channel_id": null, "content": "hello" })),
        ("message.send", json!({ "channel_id": channel, "content": null })),
        ("message.send", json!([channel, "hello"])),
        ("server.create", json!({ "name": "Tea" })),
        ("server.create", json!({ "name": "Tea", "visibility": "secret" })),
        ("server.leave", json!([server])),
        ("channel.create", json!({ "server_id": server })),
        ("events.poll", json!({})),
        ("identity.unlock", json!({})),
        ("net.connect", json!({})),
        ("invite.accept", json!({})),
    ];
    for (method, params) in rows {
        scene.node.refuses_as(ErrorKind::InvalidParams, method, &params).await;
    }
    scene.assert_untouched(before).await;
}

#[tokio::test]
async fn malformed_id_is_refused_and_unknown_id_is_not_found() {
    let scene = Scene::set().await;
    let before = scene.state().await;
    let mut tried = 0;
    for method in methods() {
        // The ids of the examples are well-formed and nobody's.
        let unknown = example(method);
        let fields = id_fields(&unknown);
        if fields.is_empty() {
            continue;
        }
        // A node that nobody is connected to cannot know which servers there are.
        let nobodys = if method.name == "server.join" { ErrorKind::PeerUnreachable } else { ErrorKind::NotFound };
        scene.node.refuses_as(nobodys, method.name, &unknown).await;
        for field in fields {
            let good = unknown[&field].as_str().expect("ids are text").to_owned();
            let upper = format!("{}{}", &good[..4], good[4..].to_uppercase());
            let another = format!("{}{}", if good.starts_with("acc") { "srv" } else { "acc" }, &good[3..]);
            for malformed in ["", "nonsense", &good[4..], &good[..40], &format!("{good}a"), &upper, &another] {
                let mut params = unknown.clone();
                params[&field] = json!(malformed);
                scene.node.refuses_as(ErrorKind::InvalidParams, method.name, &params).await;
                tried += 1;
            }
        }
    }
    assert!(tried > 50, "only {tried} malformed ids");
    scene.assert_untouched(before).await;
}

#[tokio::test]
async fn unknown_object_beside_a_known_one_is_not_found() {
    let scene = Scene::set().await;
    let before = scene.state().await;
    let (server, channel) = (scene.place.server, scene.place.channel);
    let nobodys = example(folkmoot_rpc::contract::find("message.get").expect("a method"))["message_id"].clone();
    let rows = [
        ("message.send", json!({ "channel_id": channel, "content": "re", "reply_to": nobodys })),
        ("message.send", json!({ "channel_id": channel, "content": "re", "thread": nobodys })),
        ("message.list", json!({ "channel_id": channel, "before": nobodys })),
        ("message.list", json!({ "channel_id": channel, "after": nobodys })),
        ("message.list", json!({ "channel_id": channel, "around": nobodys })),
        ("channel.mark_read", json!({ "channel_id": channel, "up_to": nobodys })),
    ];
    for (method, params) in rows {
        scene.node.refuses_as(ErrorKind::NotFound, method, &params).await;
    }
    // A message is no category.
    let params = json!({ "server_id": server, "name": "child", "parent_id": channel });
    scene.node.refuses_as(ErrorKind::Precondition, "channel.create", &params).await;
    scene.assert_untouched(before).await;
}

#[tokio::test]
async fn limits_anchors_and_cursors_out_of_range_are_refused() {
    let scene = Scene::set().await;
    let before = scene.state().await;
    let (server, channel, message) = (scene.place.server, scene.place.channel, scene.message.id);
    let lists = [
        ("message.list", json!({ "channel_id": channel })),
        ("channel.list", json!({ "server_id": server })),
        ("member.list", json!({ "server_id": server })),
        ("server.list", json!({})),
    ];
    for (method, good) in lists {
        for limit in [json!(0), json!(-1), json!(201), json!(65_537), json!(1.5), json!("50"), json!(true)] {
            let mut params = good.clone();
            params["limit"] = limit;
            scene.node.refuses_as(ErrorKind::InvalidParams, method, &params).await;
        }
        for cursor in ["", "nonsense", "b", "b0000000000000000", "at_", "at_-1", "äöü"] {
            let mut params = good.clone();
            params["cursor"] = json!(cursor);
            scene.node.refuses_as(ErrorKind::CursorInvalid, method, &params).await;
        }
        let mut params = good.clone();
        params["cursor"] = json!("x".repeat(257));
        scene.node.refuses_as(ErrorKind::InvalidParams, method, &params).await;
    }
    let anchors = ["before", "after", "around", "cursor"];
    for (one, other) in [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)] {
        let mut params = json!({ "channel_id": channel });
        params[anchors[one]] = json!(message);
        params[anchors[other]] = json!(message);
        scene.node.refuses_as(ErrorKind::InvalidParams, "message.list", &params).await;
    }
    let head = scene.node.head().await;
    let rows = [
        (ErrorKind::InvalidParams, "events.poll", json!({ "since": -1 })),
        (ErrorKind::InvalidParams, "events.poll", json!({ "since": 0, "limit": 1_001 })),
        (ErrorKind::InvalidParams, "events.poll", json!({ "since": 0, "timeout_ms": 60_001 })),
        (ErrorKind::InvalidParams, "events.poll", json!({ "since": 0, "types": vec!["a"; 65] })),
        (ErrorKind::InvalidParams, "events.subscribe", json!({ "types": [""] })),
        (ErrorKind::InvalidParams, "events.ack", json!({ "consumer": "", "seq": 0 })),
        (ErrorKind::InvalidParams, "node.shutdown", json!({ "grace_ms": 60_001 })),
        (ErrorKind::CursorInvalid, "events.poll", json!({ "since": head + 1 })),
        (ErrorKind::CursorInvalid, "events.subscribe", json!({ "since": head + 1 })),
        (ErrorKind::CursorInvalid, "events.ack", json!({ "consumer": "me", "seq": head + 1 })),
    ];
    for (kind, method, params) in rows {
        scene.node.refuses_as(kind, method, &params).await;
    }
    scene.assert_untouched(before).await;
}

#[tokio::test]
async fn unknown_method_is_told_as_such() {
    let scene = Scene::set().await;
    let before = scene.state().await;
    for method in ["message.shout", "message", "", "message.send ", "rpc.", "events.event"] {
        // -32601 has no kind of its own.
        scene.node.refuses_as(ErrorKind::Unsupported, method, &json!({})).await;
    }
    scene.assert_untouched(before).await;
}
