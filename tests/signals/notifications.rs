//! What is said to oneself, and what of it may disturb.

use folkmoot_rpc::ErrorKind;
use folkmoot_rpc::contract::events::{Event, kind};
use folkmoot_rpc::contract::message::{Message, Send, SendParams};
use folkmoot_rpc::ids::MessageId;
use serde_json::{Value, json};

use crate::harness::node::Node;
use crate::harness::people::{Place, SOON, said};
use crate::harness::wait::wait_for;

async fn two_people() -> (Node, Node, Place) {
    let alice = Node::person("alice").await;
    let bob = Node::person("bob").await;
    let place = alice.found("Tea house", None).await;
    bob.join(&alice.invite(place.server).await).await;
    (alice, bob, place)
}

async fn reply(node: &Node, place: Place, to: MessageId, text: &str) -> Message {
    let params = SendParams { reply_to: Some(to), ..said(place.channel, text, None) };
    node.call::<Send>(&params).await.object
}

/// Waits until a message is here; whatever it raises has been raised then.
async fn arrived(node: &Node, message: &Message) {
    wait_for("the message arrives", SOON, async || {
        let params = json!({ "message_id": message.id });
        node.client().call_raw("message.get", &params).await.map(drop).map_err(|error| error.to_string())
    })
    .await;
}

fn data(event: &Event) -> Value {
    serde_json::from_str(event.data.get()).expect("event data is JSON")
}

/// Why the node would disturb its person after a place in its log, oldest first.
async fn raised(node: &Node, since: u64) -> Vec<String> {
    let events = node.events_after(since).await;
    let created = events.iter().filter(|event| event.kind == kind::NOTIFICATION_CREATED);
    created.map(|event| data(event)["reason"].as_str().expect("a reason").to_owned()).collect()
}

#[tokio::test]
async fn replies_and_keywords_are_listed_newest_first_and_read_as_the_channel_is() {
    // given: alice said something, and wants to hear of oolong
    let (alice, bob, place) = two_people().await;
    let keywords = json!({ "keywords": ["Oolong", " white tea "] });
    alice.call_raw("notification.settings.set", &keywords).await;
    let question = alice.say(place.channel, "Is the kettle on?").await;
    arrived(&bob, &question).await;
    let since = alice.head().await;

    // when: bob answers, speaks of tea, and speaks of nothing in particular
    let answer = reply(&bob, place, question.id, "Since five minutes.").await;
    let tea = bob.say(place.channel, "oolong or white tea?").await;
    let other = bob.say(place.channel, "It rains.").await;
    arrived(&alice, &other).await;

    // then: the two that concern her are listed, newest first
    let listed = alice.call_raw("notification.list", &json!({})).await;
    let rows: Vec<_> = listed["items"].as_array().expect("items").iter().collect();
    let brief = |row: &Value| (row["id"].clone(), row["reason"].clone(), row["read"].clone());
    let expected = [(json!(tea.id), json!("keyword"), json!(false)), (json!(answer.id), json!("reply"), json!(false))];
    assert_eq!(rows.iter().map(|row| brief(row)).collect::<Vec<_>>(), expected);
    assert_eq!(rows[1]["message"]["content"], "Since five minutes.");
    assert_eq!(raised(&alice, since).await, ["reply", "keyword", "message"]);
    let events = alice.events_after(since).await;
    let first = events.iter().find(|event| event.kind == kind::NOTIFICATION_CREATED).expect("one was raised");
    assert_eq!(data(first)["message"]["id"], json!(answer.id));
    assert_eq!((first.actor, first.channel_id), (Some(bob.account().await), Some(place.channel)));

    // when: she reads up to the answer; then that one is read
    alice.call_raw("channel.mark_read", &json!({ "channel_id": place.channel, "up_to": answer.id })).await;
    let page = alice.call_raw("notification.list", &json!({ "limit": 1 })).await;
    assert_eq!(brief(&page["items"][0]), expected[0]);
    let next = json!({ "limit": 1, "cursor": page["next_cursor"] });
    let page = alice.call_raw("notification.list", &next).await;
    assert_eq!(brief(&page["items"][0]), (json!(answer.id), json!("reply"), json!(true)));
    assert_eq!(page.get("next_cursor"), None, "{page}");
    let foreign = json!({ "cursor": "b0" });
    alice.refuses_as(ErrorKind::CursorInvalid, "notification.list", &foreign).await;

    // then: what she says herself concerns her not
    assert_eq!(bob.call_raw("notification.list", &json!({})).await["items"], json!([]));
    reply(&alice, place, question.id, "oolong, I mean").await;
    assert_eq!(alice.call_raw("notification.list", &json!({})).await["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn level_mute_quiet_hours_and_status_decide_what_disturbs() {
    let (alice, bob, place) = two_people().await;
    let mine = alice.say(place.channel, "Who is coming on Friday?").await;
    arrived(&bob, &mine).await;
    let channel = json!({ "channel_id": place.channel });
    let everywhere = json!({ "quiet_hours": { "from_minute": 0, "to_minute": 0, "utc_offset_minutes": 60 } });
    let steps = [
        // what alice sets, and what of a reply and of a plain message disturbs her then
        ("notification.settings.set", json!({ "server_id": place.server, "level": "mentions" }), vec!["reply"]),
        ("notification.settings.set", json!({ "channel_id": place.channel, "level": "all" }), vec!["reply", "message"]),
        ("channel.mute", json!({ "channel_id": place.channel, "muted": true }), vec!["reply"]),
        ("notification.settings.set", json!({ "channel_id": place.channel, "level": "none" }), vec![]),
        ("notification.settings.set", json!({ "channel_id": place.channel, "level": null }), vec!["reply"]),
        ("presence.set", json!({ "status": "dnd" }), vec![]),
        ("presence.set", json!({ "status": "online" }), vec!["reply"]),
        ("notification.settings.set", everywhere, vec![]),
        ("notification.settings.set", json!({ "quiet_hours": null }), vec!["reply"]),
    ];
    for (method, params, expected) in steps {
        alice.call_raw(method, &params).await;
        let since = alice.head().await;
        reply(&bob, place, mine.id, "I am.").await;
        let last = bob.say(place.channel, "With cake.").await;
        arrived(&alice, &last).await;
        assert_eq!(raised(&alice, since).await, expected, "after {method} {params}");
    }
    // whatever disturbed her or not, it all waits in the list
    let listed = alice.call_raw("notification.list", &json!({})).await;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(9));

    // then: the settings show what was set and what holds, the channel that it is mute, and both are told to other windows
    let settings = alice.call_raw("notification.settings.get", &channel).await;
    assert_eq!(settings.get("level"), None, "{settings}");
    assert_eq!(settings["effective"]["level"], "mentions");
    assert_eq!(alice.call_raw("channel.get", &channel).await["muted"], json!(true));
    let since = alice.head().await;
    let shown = alice.call_raw("channel.mute", &json!({ "channel_id": place.channel, "muted": false })).await;
    let event = alice.wait_for_event(since, kind::CHANNEL_UPDATED).await;
    assert_eq!(data(&event), shown);
    let set = json!({ "server_id": place.server, "level": "none", "keywords": ["cake"] });
    let settings = alice.call_raw("notification.settings.set", &set).await;
    let event = alice.wait_for_event(since, kind::NOTIFICATION_SETTINGS_UPDATED).await;
    assert_eq!(data(&event), settings);
    let stale = json!({ "server_id": place.server, "level": "all", "if_rev": 1 });
    alice.refuses_as(ErrorKind::Conflict, "notification.settings.set", &stale).await;
    let empty = json!({ "keywords": ["  "] });
    alice.refuses_as(ErrorKind::InvalidContent, "notification.settings.set", &empty).await;
}

#[tokio::test]
async fn settings_outlive_a_restart_and_what_was_said_long_ago_or_before_one_came_does_not_disturb() {
    // given: alice, who wants to hear of everything, and said something before bob came
    let (mut alice, bob, place) = two_people().await;
    let set = json!({ "keywords": ["cake"], "level": "all" });
    let set = alice.call_raw("notification.settings.set", &set).await;
    alice.say(place.channel, "before carol came").await;
    let mut carol = Node::person("carol").await;
    carol.join(&bob.invite(place.server).await).await;
    wait_for("carol has what was said", SOON, async || match carol.timeline(place.channel).await {
        Ok(lines) if lines.len() == 1 => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    assert_eq!(raised(&carol, 0).await, Vec::<String>::new());

    // when: alice is away while bob speaks, a short while
    alice.stop().await;
    let missed = bob.say(place.channel, "cake for everybody").await;
    alice.restart().await;
    assert_eq!(alice.call_raw("notification.settings.get", &json!({})).await, set);
    let since = 0;
    arrived(&alice, &missed).await;

    // then: she is told when she is back
    assert_eq!(raised(&alice, since).await, ["keyword"]);
    carol.stop().await;
}
