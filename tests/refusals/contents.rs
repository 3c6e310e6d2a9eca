//! Texts and names that break the rules of form.

use folkmoot_rpc::ErrorKind;
use serde_json::{Value, json};

use super::harness::node::Node;
use super::scene::Scene;

/// Bytes of a message's text.
const TEXT_BYTES: usize = 8 * 1024;

/// Names that cannot be: nothing, control characters, invisible ones, ones that turn what stands around them.
const IMPOSSIBLE: [&str; 12] = [
    "",
    "   ",
    "\t\n",
    "bell\u{7}",
    "null\0",
    "two\nlines",
    "escape\u{1b}[31m",
    "delete\u{7f}",
    "next\u{85}line",
    "turned\u{202e}around",
    "isolated\u{2066}",
    "\u{feff}marked",
];

#[tokio::test]
async fn blank_text_is_invalid_and_text_above_8_kib_too_large() {
    let scene = Scene::set().await;
    let before = scene.state().await;
    let send = |content: &str| json!({ "channel_id": scene.place.channel, "content": content });
    for blank in ["", " ", "\n\t \r\n", "\u{a0}\u{2003}"] {
        let error = scene.node.refuses_as(ErrorKind::InvalidContent, "message.send", &send(blank)).await;
        assert_eq!(error.detail().field.as_deref(), Some("content"), "{error:?}");
    }
    for long in
        ["x".repeat(9 * 1024), "x".repeat(TEXT_BYTES + 1), "ä".repeat(TEXT_BYTES / 2) + "x", "x".repeat(500_000)]
    {
        let error = scene.node.refuses_as(ErrorKind::TooLarge, "message.send", &send(&long)).await;
        assert_eq!(error.detail().limit, Some(TEXT_BYTES as u64), "{error:?}");
    }
    scene.assert_untouched(before).await;

    // then: what just fits comes back unchanged
    for text in
        ["x".repeat(TEXT_BYTES), "ä".repeat(TEXT_BYTES / 2), "\u{202e}a text may be anything\u{7}\0 ".to_owned()]
    {
        let message = scene.node.say(scene.place.channel, &text).await;
        assert_eq!(message.content, text);
    }
}

#[tokio::test]
async fn impossible_names_of_servers_and_channels_are_refused() {
    let scene = Scene::set().await;
    let before = scene.state().await;
    let long = "x".repeat(65);
    for name in IMPOSSIBLE.into_iter().chain([long.as_str()]) {
        let server = json!({ "name": name, "visibility": "private" });
        let channel = json!({ "server_id": scene.place.server, "name": name });
        for (method, params) in [("server.create", server), ("channel.create", channel)] {
            let error = scene.node.refuses_as(ErrorKind::InvalidContent, method, &params).await;
            assert_eq!(error.detail().field.as_deref(), Some("name"), "{method} {name:?}: {error:?}");
        }
    }
    for topic in ["two\nlines", "turned\u{202e}around", &"x".repeat(257)] {
        let params = json!({ "server_id": scene.place.server, "name": "fine", "topic": topic });
        let error = scene.node.refuses_as(ErrorKind::InvalidContent, "channel.create", &params).await;
        assert_eq!(error.detail().field.as_deref(), Some("topic"), "{topic:?}: {error:?}");
    }
    scene.assert_untouched(before).await;
}

#[tokio::test]
async fn impossible_display_names_are_refused() {
    // given: a node without an identity
    let node = Node::start("nobody").await;
    let long = "x".repeat(33);
    for name in IMPOSSIBLE.into_iter().chain([long.as_str()]) {
        let error =
            node.refuses_as(ErrorKind::InvalidContent, "identity.create", &json!({ "display_name": name })).await;
        assert_eq!(error.detail().field.as_deref(), Some("display_name"), "{name:?}: {error:?}");
    }
    node.refuses_as(ErrorKind::Precondition, "identity.get", &json!({})).await;

    // when: it has one
    node.be().await;
    let before = node.call_raw("identity.get", &json!({})).await;

    // then: it cannot be renamed so either
    for name in IMPOSSIBLE.into_iter().chain([long.as_str()]) {
        node.refuses_as(ErrorKind::InvalidContent, "identity.update", &json!({ "display_name": name })).await;
    }
    let long_bio = json!({ "bio": "x".repeat(513) });
    let error = node.refuses("identity.update", &long_bio).await;
    assert!(matches!(error.kind(), ErrorKind::InvalidContent | ErrorKind::TooLarge), "{error}");
    let rev = before["rev"].as_u64().expect("a revision");
    let params = json!({ "bio": "hello", "if_rev": rev + 1 });
    let error = node.refuses_as(ErrorKind::Conflict, "identity.update", &params).await;
    assert_eq!(error.detail().current_rev, Some(rev), "{error:?}");
    assert_eq!(node.call_raw("identity.get", &json!({})).await, before);
}

#[tokio::test]
async fn names_are_trimmed_and_normalized() {
    let scene = Scene::set().await;
    let create = |name: &str| json!({ "server_id": scene.place.server, "name": name });
    for (typed, kept) in [("  tea  ", "tea"), ("Cafe\u{301}", "Caf\u{e9}"), ("two  words", "two words")] {
        let channel = scene.node.call_raw("channel.create", &create(typed)).await;
        assert_eq!(channel["name"], json!(kept), "{channel}");
    }
    let longest: Value = scene.node.call_raw("channel.create", &create(&"ä".repeat(64))).await;
    assert_eq!(longest["name"], json!("ä".repeat(64)));
}
