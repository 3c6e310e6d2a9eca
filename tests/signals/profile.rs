//! A changed profile reaches the other members.

use folkmoot_rpc::ErrorKind;
use folkmoot_rpc::contract::events::kind;
use serde_json::{Value, json};

use crate::harness::node::Node;
use crate::harness::people::SOON;
use crate::harness::wait::wait_for;

#[tokio::test]
async fn changed_profile_reaches_members_who_are_there_and_those_who_come_back() {
    // given: bob in alice's server, and carol away
    let alice = Node::person("alice").await;
    let mut bob = Node::person("bob").await;
    let mut carol = Node::person("carol").await;
    let place = alice.found("Bicycle workshop", None).await;
    let link = alice.invite(place.server).await;
    bob.join(&link).await;
    carol.join(&link).await;
    let account = bob.account().await;
    let member = json!({ "server_id": place.server, "account_id": account });
    assert_eq!(alice.call_raw("member.get", &member).await["display_name"], "bob");
    carol.stop().await;

    // when: bob takes another name and says something about himself
    let before = bob.call_raw("identity.get", &json!({})).await;
    let since = alice.head().await;
    let update = json!({ "display_name": "Robert", "bio": "Trues wheels.\nOn Tuesdays.", "if_rev": before["rev"] });
    let after = bob.call_raw("identity.update", &update).await;
    assert_eq!((&after["display_name"], &after["bio"]), (&json!("Robert"), &json!("Trues wheels.\nOn Tuesdays.")));
    assert_eq!(bob.call_raw("identity.get", &json!({})).await, after);

    // then: alice hears of it at once and shows it, also on messages
    let event = alice.wait_for_event(since, kind::MEMBER_UPDATED).await;
    assert_eq!((event.actor, event.server_id), (Some(account), Some(place.server)));
    let data: Value = serde_json::from_str(event.data.get()).expect("event data is JSON");
    assert_eq!((&data["display_name"], &data["bio"]), (&after["display_name"], &after["bio"]));
    let shown = alice.call_raw("member.get", &member).await;
    assert_eq!((&shown["display_name"], &shown["bio"]), (&after["display_name"], &after["bio"]));

    // then: a stale revision, a bad name, a long text and a picture are refused and change nothing
    bob.refuses_as(ErrorKind::Conflict, "identity.update", &update).await;
    bob.refuses_as(ErrorKind::InvalidContent, "identity.update", &json!({ "display_name": "\u{202e}bob" })).await;
    bob.refuses_as(ErrorKind::InvalidContent, "identity.update", &json!({ "bio": "x".repeat(513) })).await;
    let blob = json!({ "avatar": folkmoot_rpc::contract::sample::BLOB });
    bob.refuses_as(ErrorKind::BlobUnavailable, "identity.update", &blob).await;
    assert_eq!(bob.call_raw("identity.get", &json!({})).await, after);
    // and: nothing new is no change
    let same = json!({ "display_name": "Robert" });
    assert_eq!(bob.call_raw("identity.update", &same).await, after);

    // when: the text is taken away, bob restarts and carol comes back
    let last = bob.call_raw("identity.update", &json!({ "bio": "" })).await;
    assert_eq!(last.get("bio"), None);
    bob.stop().await;
    bob.restart().await;
    assert_eq!(bob.call_raw("identity.get", &json!({})).await["rev"], last["rev"]);
    carol.restart().await;

    // then: both show who he is now
    for node in [&alice, &carol] {
        wait_for(&format!("{} shows the new profile", node.name()), SOON, async || {
            let shown = node.call_raw("member.get", &member).await;
            let new = shown["display_name"] == "Robert" && shown.get("bio").is_none();
            if new { Ok(()) } else { Err(shown.to_string()) }
        })
        .await;
    }
    let nobody = json!({ "server_id": place.server, "account_id": folkmoot_rpc::contract::sample::ACCOUNT });
    alice.refuses_as(ErrorKind::NotFound, "member.get", &nobody).await;
}
