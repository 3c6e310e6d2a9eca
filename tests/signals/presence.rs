//! Who is there and who is writing, from one node to another.

use folkmoot_rpc::ErrorKind;
use folkmoot_rpc::client::Subscription;
use folkmoot_rpc::contract::presence::{PresenceItem, Status, Subscribe, SubscribeParams};
use folkmoot_rpc::ids::{AccountId, ServerId};
use serde_json::{Value, json};

use crate::harness::files::plaintext_in;
use crate::harness::node::Node;
use crate::harness::people::{LIVE, Place, SOON};
use crate::harness::wait::{in_time, wait_for};

/// Stands in a status, and nowhere else on the machine.
const MARKER: &str = "obsidian-samovar-1913";

async fn listen(node: &Node) -> Subscription<Subscribe> {
    let all = SubscribeParams::default();
    node.client().open_subscription::<Subscribe>(&all).await.expect("the node takes a subscription")
}

/// The next item that `wanted` makes something of.
async fn heard<T>(what: &str, items: &mut Subscription<Subscribe>, wanted: impl Fn(&PresenceItem) -> Option<T>) -> T {
    in_time(what, LIVE, async {
        loop {
            let item = items.next().await.expect("the subscription goes on").expect("an item");
            if let Some(found) = wanted(&item) {
                return found;
            }
        }
    })
    .await
}

/// The next status of somebody that is this one, with its words.
async fn status_of(items: &mut Subscription<Subscribe>, who: AccountId, wanted: Status) -> Option<String> {
    heard(&format!("{wanted:?}"), items, |item| match item {
        PresenceItem::Presence { account_id, status, text, .. } if *account_id == who && *status == wanted => {
            Some(text.clone())
        }
        _ => None,
    })
    .await
}

async fn member(node: &Node, server: ServerId, account: AccountId) -> Value {
    node.call_raw("member.get", &json!({ "server_id": server, "account_id": account })).await
}

async fn wait_for_status(node: &Node, server: ServerId, account: AccountId, status: &str) -> Value {
    wait_for(&format!("{} sees {status}", node.name()), SOON, async || {
        let shown = member(node, server, account).await;
        if shown["status"] == status { Ok(shown) } else { Err(shown.to_string()) }
    })
    .await
}

/// Alice's server with bob in it; each sees the other.
async fn two_people() -> (Node, Node, Place) {
    let alice = Node::person("alice").await;
    let bob = Node::person("bob").await;
    let place = alice.found("Tea house", None).await;
    bob.join(&alice.invite(place.server).await).await;
    wait_for_status(&alice, place.server, bob.account().await, "online").await;
    wait_for_status(&bob, place.server, alice.account().await, "online").await;
    (alice, bob, place)
}

#[tokio::test]
async fn chosen_status_is_told_at_once_and_an_invisible_person_says_nothing() {
    // given: alice watching bob
    let (alice, mut bob, place) = two_people().await;
    let who = bob.account().await;
    let mut items = listen(&alice).await;

    // when: bob does not want to be disturbed; then alice hears it and sees it
    let text = format!("counting {MARKER}");
    let own = bob.call_raw("presence.set", &json!({ "status": "dnd", "text": format!("  {text} ") })).await;
    assert_eq!(own, json!({ "status": "dnd", "text": text }));
    assert_eq!(status_of(&mut items, who, Status::Dnd).await, Some(text.clone()));
    let shown = member(&alice, place.server, who).await;
    assert_eq!(
        (&shown["online"], &shown["status"], &shown["status_text"]),
        (&json!(true), &json!("dnd"), &json!(text))
    );
    let online = alice.call_raw("member.list", &json!({ "server_id": place.server, "online": true })).await;
    assert_eq!(online["items"].as_array().map(Vec::len), Some(2), "{online}");

    // when: he turns invisible; then he is gone to her, and not to himself
    bob.call_raw("presence.set", &json!({ "status": "invisible" })).await;
    status_of(&mut items, who, Status::Offline).await;
    assert_eq!(member(&alice, place.server, who).await["online"], json!(false));
    assert_eq!(member(&bob, place.server, who).await["status"], "invisible");
    // and: his typing is not told, nor a restart
    bob.call_raw("channel.typing", &json!({ "channel_id": place.channel })).await;
    bob.stop().await;
    assert_eq!(plaintext_in(&bob.data_dir(), &[MARKER]), []);
    bob.restart().await;
    assert_eq!(bob.call_raw("presence.get", &json!({})).await, json!({ "status": "invisible" }));
    bob.wait_for_peer(&alice.peer_id().await).await;

    // when: he shows himself; then that is the first she hears
    bob.call_raw("presence.set", &json!({ "status": "idle" })).await;
    let first = heard("anything of bob", &mut items, |item| Some(item.clone())).await;
    assert!(
        matches!(&first, PresenceItem::Presence { status: Status::Idle, account_id, .. } if *account_id == who),
        "{first:?}"
    );

    // then: what is no status is refused
    for text in ["x".repeat(129), "a\u{202e}b".to_owned(), "two\nlines".to_owned()] {
        let params = json!({ "status": "online", "text": text });
        let refused = bob.refuses_as(ErrorKind::InvalidContent, "presence.set", &params).await;
        assert_eq!(refused.detail().field.as_deref(), Some("text"));
    }
    bob.refuses_as(ErrorKind::InvalidParams, "presence.set", &json!({ "status": "offline" })).await;
    assert_eq!(bob.call_raw("presence.get", &json!({})).await, json!({ "status": "idle" }));
}

#[tokio::test]
async fn writing_is_told_to_the_others_while_it_lasts() {
    let (alice, bob, place) = two_people().await;
    let who = bob.account().await;
    let mut items = listen(&alice).await;
    let elsewhere = SubscribeParams { servers: Some(vec![folkmoot_rpc::contract::sample::SERVER]) };
    let mut nothing = alice.client().open_subscription::<Subscribe>(&elsewhere).await.expect("subscribed");

    // when: bob presses many keys
    for _ in 0..20 {
        bob.call_raw("channel.typing", &json!({ "channel_id": place.channel })).await;
    }

    // then: alice hears once that he writes, for eight seconds
    let typing = |item: &PresenceItem| match item {
        PresenceItem::Typing { server_id, channel_id, account_id, until } => {
            Some((*server_id, *channel_id, *account_id, *until))
        }
        PresenceItem::Presence { .. } => None,
    };
    let (server, channel, account, until) = heard("typing", &mut items, typing).await;
    assert_eq!((server, channel, account), (place.server, place.channel, who));
    #[expect(clippy::disallowed_methods, reason = "what the node says is compared with the time of day")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_millis();
    let left = i128::from(until) - i128::try_from(now).expect("milliseconds");
    assert!((0..=8_000).contains(&left), "{left} ms are left");
    bob.say(place.channel, "there you are").await;
    bob.call_raw("presence.set", &json!({ "status": "idle" })).await;
    let next = heard("the next item", &mut items, |item| Some(item.clone())).await;
    assert!(matches!(next, PresenceItem::Presence { status: Status::Idle, .. }), "told once: {next:?}");

    // then: nothing came to who listens elsewhere, and nowhere can nobody write
    let quiet = tokio::time::timeout(std::time::Duration::ZERO, nothing.next()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    let nowhere = json!({ "channel_id": folkmoot_rpc::contract::sample::CHANNEL });
    bob.refuses_as(ErrorKind::NotFound, "channel.typing", &nowhere).await;
    let category = json!({ "server_id": place.server, "name": "Rooms", "kind": "category" });
    let category = alice.call_raw("channel.create", &category).await["id"].clone();
    alice.refuses_as(ErrorKind::Precondition, "channel.typing", &json!({ "channel_id": category })).await;
}

#[tokio::test]
async fn who_goes_is_gone_whether_it_says_goodbye_or_is_killed_or_locked() {
    let (alice, mut bob, place) = two_people().await;
    let who = bob.account().await;
    let mut items = listen(&alice).await;
    bob.stop().await;
    status_of(&mut items, who, Status::Offline).await;
    assert_eq!(member(&alice, place.server, who).await["online"], json!(false));
    bob.restart().await;
    status_of(&mut items, who, Status::Online).await;
    bob.kill();
    wait_for_status(&alice, place.server, who, "offline").await;
    bob.restart().await;
    wait_for_status(&alice, place.server, who, "online").await;
}

#[tokio::test]
async fn presence_reaches_members_who_are_not_connected_to_one_another() {
    // given: carol who knows only alice, and bob who knows only alice
    let (alice, bob, place) = two_people().await;
    let carol = Node::person("carol").await;
    carol.join(&alice.invite(place.server).await).await;
    // then: each sees the other, by whatever way
    wait_for_status(&carol, place.server, bob.account().await, "online").await;
    wait_for_status(&bob, place.server, carol.account().await, "online").await;
    let mut items = listen(&carol).await;
    bob.call_raw("presence.set", &json!({ "status": "idle" })).await;
    status_of(&mut items, bob.account().await, Status::Idle).await;
}
