//! Changing a public server: by who may, from what it was, and seen by strangers.

use folkmoot_rpc::ErrorKind;
use folkmoot_rpc::contract::events::kind;
use folkmoot_rpc::contract::server::{Get, ServerParams};
use folkmoot_rpc::ids::ServerId;
use serde_json::json;

use crate::harness::node::Node;
use crate::scene::{find, join, knowing};

#[tokio::test]
async fn a_change_reaches_members_and_the_directory() {
    // given: a public server with a member, and a stranger who has found it
    let hub = Node::start("hub").await;
    let alice = knowing("alice", &hub).await;
    let bob = knowing("bob", &hub).await;
    let place = alice.found_public("Tea house").await;
    find(&bob, place.server, |_| true).await;
    join(&bob, place.server).await;
    let carol = knowing("carol", &hub).await;
    find(&carol, place.server, |listing| listing.description.is_empty()).await;
    // when: a member tries, an owner does
    let new = json!({ "server_id": place.server, "description": "Now with cake", "tags": ["Cake"], "language": "de", "bootstrap": [hub.address().await] });
    let refused = bob.refuses_as(ErrorKind::Forbidden, "server.update", &new).await;
    assert!(refused.to_string().contains("MANAGE_SERVER"), "{refused}");
    let head = bob.head().await;
    let changed = alice.call_raw("server.update", &new).await;
    assert_eq!(
        (&changed["description"], &changed["tags"], &changed["name"]),
        (&json!("Now with cake"), &json!(["Cake"]), &json!("Tea house"))
    );
    // then: the member sees it as it happens, the stranger by the directory
    let event = bob.wait_for_event(head, kind::SERVER_UPDATED).await;
    let data: serde_json::Value = serde_json::from_str(event.data.get()).expect("JSON");
    assert_eq!((&data["description"], &data["language"]), (&json!("Now with cake"), &json!("de")), "{data}");
    let listing = find(&carol, place.server, |listing| listing.description == "Now with cake").await;
    assert_eq!((listing.tags, listing.language.as_deref()), (vec!["Cake".to_owned()], Some("de")));
    // and what is taken away is gone
    let bare = json!({ "server_id": place.server, "description": "", "tags": [], "language": "", "bootstrap": [] });
    alice.call_raw("server.update", &bare).await;
    let listing = find(&carol, place.server, |listing| listing.description.is_empty()).await;
    assert_eq!((listing.tags.len(), listing.language), (0, None));
}

#[tokio::test]
async fn whoever_comes_late_is_told_and_nonsense_is_refused() {
    let alice = Node::person("alice").await;
    let place = alice.found("Archive", None).await;
    let rev = alice.call::<Get>(&ServerParams { server_id: place.server }).await.rev;
    let update = |fields: serde_json::Value| {
        let mut params = json!({ "server_id": place.server });
        for (name, value) in fields.as_object().expect("an object") {
            params[name] = value.clone();
        }
        params
    };
    // A private server is changed likewise; nothing changed is no change.
    let same = alice.call_raw("server.update", &update(json!({ "name": "Archive", "if_rev": rev }))).await;
    assert_eq!(same["rev"], json!(rev));
    let renamed = alice.call_raw("server.update", &update(json!({ "name": " The  Archive ", "if_rev": rev }))).await;
    assert_eq!((&renamed["name"], renamed["rev"].as_u64() > Some(rev)), (&json!("The Archive"), true));
    let late =
        alice.refuses_as(ErrorKind::Conflict, "server.update", &update(json!({ "name": "X", "if_rev": rev }))).await;
    assert_eq!(late.detail().current_rev, renamed["rev"].as_u64());
    for (fields, expected) in [
        (json!({ "name": "" }), ErrorKind::InvalidContent),
        (json!({ "name": "a\u{202e}b" }), ErrorKind::InvalidContent),
        (json!({ "description": "x".repeat(1_025) }), ErrorKind::TooLarge),
        (json!({ "description": "a\u{202e}b" }), ErrorKind::InvalidContent),
        (json!({ "tags": [""] }), ErrorKind::InvalidContent),
        (json!({ "language": "english" , "tags": ["x".repeat(33)] }), ErrorKind::InvalidContent),
        (json!({ "language": "not a language" }), ErrorKind::InvalidContent),
        (json!({ "bootstrap": ["/ip4/192.0.2.1/udp/1/quic-v1"] }), ErrorKind::InvalidContent),
        (json!({ "bootstrap": ["nowhere"] }), ErrorKind::InvalidContent),
    ] {
        alice.refuses_as(expected, "server.update", &update(fields)).await;
    }
    for fields in [
        json!({ "tags": ["1", "2", "3", "4", "5", "6", "7", "8", "9"] }),
        json!({ "message_rate": { "per_second": 0, "burst": 1 } }),
        json!({ "visibility": "public" }),
    ] {
        let error = alice.refuses("server.update", &update(fields)).await;
        assert_eq!(error.kind().code(), -32602, "{error}");
    }
    let server = alice.call::<Get>(&ServerParams { server_id: place.server }).await;
    assert_eq!((server.name.as_str(), Some(server.rev)), ("The Archive", renamed["rev"].as_u64()));
    let unknown = json!({ "server_id": ServerId::from_bytes([9; 32]), "name": "X" });
    alice.refuses_as(ErrorKind::NotFound, "server.update", &unknown).await;
}
