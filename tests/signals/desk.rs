//! Window state and drafts: two windows agree, a restart keeps them, the disk does not tell them, and neither grows without bound.

use folkmoot_rpc::ErrorKind;
use folkmoot_rpc::contract::events::kind;
use serde_json::{Value, json};

use crate::harness::files::plaintext_in;
use crate::harness::node::Node;

/// Stands in what is kept, and nowhere else on the machine.
const MARKER: &str = "cardamom-lattice-2207";

fn data(event: &folkmoot_rpc::contract::events::Event) -> Value {
    serde_json::from_str(event.data.get()).expect("event data is JSON")
}

#[tokio::test]
async fn two_windows_agree_on_what_is_kept_under_a_key() {
    // given: a value kept by one window
    let mut node = Node::person("alice").await;
    let empty = node.call_raw("ui.state.get", &json!({ "key": "layout" })).await;
    assert_eq!(empty, json!({ "key": "layout", "value": null, "rev": 0 }));
    let since = node.head().await;
    let value = json!({ "columns": 4, "note": MARKER, "nested": [1, { "a": null }] });
    let kept = node.call_raw("ui.state.set", &json!({ "key": "layout", "value": value, "if_rev": 0 })).await;
    let rev = kept["rev"].as_u64().expect("a revision");
    assert!(rev > 0);

    // then: the other window hears of it and reads the same
    let event = node.wait_for_event(since, kind::UI_STATE_UPDATED).await;
    assert_eq!(data(&event), kept);
    assert_eq!(node.call_raw("ui.state.get", &json!({ "key": "layout" })).await, kept);

    // when: it changes what it has not seen changed; then what the first wrote stays
    let stale = json!({ "key": "layout", "value": 1, "if_rev": 0 });
    let refused = node.refuses_as(ErrorKind::Conflict, "ui.state.set", &stale).await;
    assert_eq!(refused.detail().current_rev, Some(rev));
    let changed = node.call_raw("ui.state.set", &json!({ "key": "layout", "value": value, "if_rev": rev })).await;
    let rev = changed["rev"].as_u64().expect("a revision");
    assert!(rev > kept["rev"].as_u64().expect("a revision"));

    // when: the node restarts; then it is there, and the disk does not tell it
    node.stop().await;
    assert_eq!(plaintext_in(&node.data_dir(), &[MARKER]), []);
    node.restart().await;
    assert_eq!(node.call_raw("ui.state.get", &json!({ "key": "layout" })).await, changed);

    // when: it is forgotten and made anew; then no old revision fits
    let gone = node.call_raw("ui.state.set", &json!({ "key": "layout", "value": null })).await;
    assert_eq!(gone, json!({ "key": "layout", "value": null, "rev": 0 }));
    let anew = node.call_raw("ui.state.set", &json!({ "key": "layout", "value": 5 })).await;
    assert!(anew["rev"].as_u64().expect("a revision") > rev);
    node.refuses_as(ErrorKind::Conflict, "ui.state.set", &json!({ "key": "layout", "value": 6, "if_rev": rev })).await;
}

#[tokio::test]
async fn window_state_is_bounded_in_keys_names_and_bytes() {
    let node = Node::person("alice").await;
    for number in 0..64 {
        node.call_raw("ui.state.set", &json!({ "key": format!("key-{number}"), "value": number })).await;
    }
    let one_more = json!({ "key": "key-64", "value": 1 });
    let refused = node.refuses_as(ErrorKind::Quota, "ui.state.set", &one_more).await;
    assert_eq!(refused.detail().limit, Some(64));
    node.call_raw("ui.state.set", &json!({ "key": "key-0", "value": "still fits" })).await;
    node.call_raw("ui.state.set", &json!({ "key": "key-1", "value": null })).await;
    node.call_raw("ui.state.set", &one_more).await;

    let large = json!({ "key": "key-0", "value": "x".repeat(64 * 1024) });
    let refused = node.refuses_as(ErrorKind::TooLarge, "ui.state.set", &large).await;
    assert_eq!((refused.detail().field.as_deref(), refused.detail().limit), (Some("value"), Some(64 * 1024)));
    for key in ["", "white space", &"k".repeat(65)] {
        node.refuses_as(ErrorKind::InvalidParams, "ui.state.set", &json!({ "key": key, "value": 1 })).await;
        node.refuses_as(ErrorKind::InvalidParams, "ui.state.get", &json!({ "key": key })).await;
    }
    let kept = node.call_raw("ui.state.get", &json!({ "key": "key-0" })).await;
    assert_eq!(kept["value"], "still fits");
}

#[tokio::test]
async fn draft_is_kept_over_a_restart_until_it_is_blank() {
    // given: something begun
    let mut node = Node::person("alice").await;
    let place = node.found("Reading circle", None).await;
    let get = json!({ "channel_id": place.channel });
    let set = |content: &str| json!({ "channel_id": place.channel, "content": content });
    assert_eq!(node.call_raw("message.draft.get", &get).await, json!({ "channel_id": place.channel, "content": "" }));
    let since = node.head().await;
    let text = format!("Chapter three, {MARKER}\n\n");
    let kept = node.call_raw("message.draft.set", &set(&text)).await;
    assert_eq!(kept["content"], json!(text));
    let event = node.wait_for_event(since, kind::DRAFT_UPDATED).await;
    assert_eq!((event.server_id, event.channel_id), (Some(place.server), Some(place.channel)));
    assert_eq!(data(&event), kept);

    // then: the same again is no news
    let head = node.head().await;
    node.call_raw("message.draft.set", &set(&text)).await;
    assert_eq!(node.head().await, head);

    // when: the node is killed; then it is there
    node.kill();
    assert_eq!(plaintext_in(&node.data_dir(), &[MARKER]), []);
    node.restart().await;
    assert_eq!(node.call_raw("message.draft.get", &get).await["content"], json!(text));

    // when: it is blanked; then it is gone, and that is told
    let since = node.head().await;
    assert_eq!(node.call_raw("message.draft.set", &set(" \n")).await["content"], "");
    let event = node.wait_for_event(since, kind::DRAFT_UPDATED).await;
    assert_eq!(data(&event), json!({ "channel_id": place.channel, "content": "" }));

    // then: what is too long, or nowhere, is refused
    let refused = node.refuses_as(ErrorKind::TooLarge, "message.draft.set", &set(&"x".repeat(8 * 1024 + 1))).await;
    assert_eq!(refused.detail().limit, Some(8 * 1024));
    let nowhere = json!({ "channel_id": folkmoot_rpc::contract::sample::CHANNEL, "content": "hm" });
    node.refuses_as(ErrorKind::NotFound, "message.draft.set", &nowhere).await;
}
