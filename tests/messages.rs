//! What people do to messages, with real processes over QUIC on loopback: answering, threads, editing, deleting, reacting, pinning,
//! calling by name; at once, while somebody is away, and seen by somebody who comes later.

mod harness;

use std::time::Duration;

use folkmoot_rpc::ErrorKind;
use folkmoot_rpc::contract::events::kind;
use folkmoot_rpc::contract::message::Message;
use folkmoot_rpc::ids::{AccountId, ChannelId, MessageId};
use harness::files::plaintext_in;
use harness::node::Node;
use harness::people::{Place, SOON};
use harness::wait::wait_for;
use serde_json::{Value, json};

const TEA: &str = "\u{1f375}";
const HEART: &str = "\u{2764}\u{fe0f}";

/// What everybody must see of a message, whoever looks and whatever reached them in which order.
fn common(message: &Value) -> Value {
    let mut message = message.clone();
    let fields = message.as_object_mut().expect("a message is an object");
    for own in ["rev", "delivery"] {
        fields.remove(own);
    }
    for reaction in fields["reactions"].as_array_mut().expect("reactions are a list") {
        reaction.as_object_mut().expect("a reaction is an object").remove("me");
    }
    message
}

/// A channel as everybody must see it, with its pins; a gap is an error.
async fn seen(node: &Node, channel: ChannelId) -> Result<Value, String> {
    let mut rows = Vec::new();
    for method in ["message.list", "message.pins"] {
        let page = node.call_raw(method, &json!({ "channel_id": channel, "limit": 200 })).await;
        for item in page["items"].as_array().expect("a page has items") {
            if item.get("gap").is_some() {
                return Err(format!("{}: {item}", node.name()));
            }
            rows.push(common(item));
        }
    }
    Ok(json!(rows))
}

/// Waits until all nodes see the same of a channel, and what `ready` looks for.
#[track_caller]
fn agree<'a>(
    nodes: &'a [&Node],
    channel: ChannelId,
    what: &'a str,
    ready: impl Fn(&Value) -> bool + 'a,
) -> impl Future<Output = Value> + 'a {
    wait_for(what, SOON, async move || {
        let mut first: Option<Value> = None;
        for node in nodes {
            let seen = seen(node, channel).await?;
            if !ready(&seen) {
                return Err(format!("{} sees {seen:#}", node.name()));
            }
            match &first {
                Some(first) if *first != seen => {
                    return Err(format!("{} sees {seen:#}, not {first:#}", node.name()));
                }
                Some(_) => {}
                None => first = Some(seen),
            }
        }
        Ok(first.unwrap_or_default())
    })
}

/// Rows of a view that hold a value somewhere.
fn row(seen: &Value, id: MessageId) -> &Value {
    seen.as_array().and_then(|rows| rows.iter().find(|row| row["id"] == json!(id))).unwrap_or(&Value::Null)
}

async fn get(node: &Node, id: MessageId) -> Value {
    node.call_raw("message.get", &json!({ "message_id": id })).await
}

async fn history(node: &Node, id: MessageId) -> Vec<String> {
    let page = node.call_raw("message.history", &json!({ "message_id": id })).await;
    let items = page["items"].as_array().expect("a history has items");
    items.iter().map(|version| version["content"].as_str().expect("a text").to_owned()).collect()
}

async fn change(node: &Node, method: &str, id: MessageId, more: Value) -> Value {
    let mut params = json!({ "message_id": id });
    for (name, value) in more.as_object().expect("parameters") {
        params[name] = value.clone();
    }
    node.call_raw(method, &params).await
}

async fn say(node: &Node, channel: ChannelId, more: Value) -> Message {
    let mut params = json!({ "channel_id": channel });
    for (name, value) in more.as_object().expect("parameters") {
        params[name] = value.clone();
    }
    serde_json::from_value(node.call_raw("message.send", &params).await).expect("a message")
}

/// Alice's server with bob in it.
async fn two() -> (Node, Node, Place) {
    let alice = Node::person("alice").await;
    let bob = Node::person("bob").await;
    let place = alice.found("Messages", None).await;
    bob.join(&alice.invite(place.server).await).await;
    (alice, bob, place)
}

#[tokio::test]
async fn what_is_done_to_messages_shows_at_once_later_and_to_whoever_joins() {
    const SECRET: &str = "quagmire-octopus-2291";
    const REGRET: &str = "quagmire-octopus-7745";
    // given: alice and bob, and something said by both
    let (mut alice, mut bob, place) = two().await;
    let channel = place.channel;
    let plan = alice.say(channel, "we meet at five").await;
    let secret = bob.say(channel, SECRET).await;
    let regret = alice.say(channel, REGRET).await;
    let idea = bob.say(channel, "bring cake?").await;
    agree(&[&alice, &bob], channel, "both hold four messages", |seen| seen.as_array().is_some_and(|s| s.len() == 4))
        .await;
    let (alice_head, bob_head) = (alice.head().await, bob.head().await);

    // when: both do things to them
    change(&alice, "message.edit", plan.id, json!({ "content": "we meet at six" })).await;
    change(&alice, "message.edit", regret.id, json!({ "content": format!("{REGRET} indeed") })).await;
    change(&bob, "message.react", plan.id, json!({ "emoji": TEA })).await;
    change(&alice, "message.react", plan.id, json!({ "emoji": TEA })).await;
    change(&bob, "message.react", plan.id, json!({ "emoji": HEART })).await;
    change(&bob, "message.unreact", plan.id, json!({ "emoji": HEART })).await;
    change(&alice, "message.pin", plan.id, json!({})).await;
    change(&alice, "message.pin", idea.id, json!({})).await;
    change(&alice, "message.unpin", idea.id, json!({})).await;
    change(&alice, "message.delete", regret.id, json!({})).await;
    change(&alice, "message.delete", secret.id, json!({ "reason": "not here" })).await;
    let answer = say(&bob, channel, json!({ "content": "yes", "reply_to": plan.id })).await;
    let inside = say(&bob, channel, json!({ "content": "which?", "thread": idea.id })).await;

    // then: both see it, live
    let done = |seen: &Value| {
        row(seen, plan.id)["content"] == json!("we meet at six")
            && row(seen, plan.id)["reactions"] == json!([{ "emoji": TEA, "count": 2 }])
            && row(seen, plan.id)["pinned"] == json!(true)
            && row(seen, idea.id)["pinned"] == json!(false)
            && row(seen, idea.id)["thread"]["replies"] == json!(1)
            && row(seen, secret.id)["deleted"]["reason"] == json!("not here")
            && row(seen, regret.id)["deleted"]["by"] == json!(plan.author.account_id)
            && row(seen, answer.id)["reply_to"] == json!(plan.id)
            && row(seen, inside.id)["thread_id"] == json!(idea.id)
    };
    let agreed = agree(&[&alice, &bob], channel, "both see what was done", done).await;
    for (node, since) in [(&alice, alice_head), (&bob, bob_head)] {
        for kind in [
            kind::MESSAGE_EDITED,
            kind::MESSAGE_DELETED,
            kind::MESSAGE_REACTION_ADDED,
            kind::MESSAGE_REACTION_REMOVED,
            kind::MESSAGE_PINNED,
            kind::MESSAGE_UNPINNED,
        ] {
            let event = node.wait_for_event(since, kind).await;
            let data: Value = serde_json::from_str(event.data.get()).expect("event data is JSON");
            assert_eq!(
                common(&data),
                common(&get(node, serde_json::from_value(data["id"].clone()).expect("an id")).await)
            );
        }
        assert_eq!(history(node, plan.id).await, ["we meet at six", "we meet at five"]);
        assert_eq!(history(node, idea.id).await, ["bring cake?"]);
        for gone in [secret.id, regret.id] {
            assert!(history(node, gone).await.is_empty(), "{}", node.name());
        }
    }

    // when: bob is away, alice goes on, then bob returns while alice is away and does something of his own
    bob.stop().await;
    change(&alice, "message.edit", plan.id, json!({ "content": "we meet at seven" })).await;
    change(&alice, "message.unreact", plan.id, json!({ "emoji": TEA })).await;
    change(&alice, "message.delete", inside.id, json!({})).await;
    alice.stop().await;
    bob.restart().await;
    change(&bob, "message.react", answer.id, json!({ "emoji": HEART })).await;
    change(&bob, "message.edit", answer.id, json!({ "content": "yes, gladly" })).await;
    alice.restart().await;

    // then: both see both
    let done = |seen: &Value| {
        row(seen, plan.id)["content"] == json!("we meet at seven")
            && row(seen, plan.id)["reactions"] == json!([{ "emoji": TEA, "count": 1 }])
            && row(seen, answer.id)["content"] == json!("yes, gladly")
            && row(seen, answer.id)["reactions"] == json!([{ "emoji": HEART, "count": 1 }])
            && row(seen, inside.id)["deleted"].is_object()
            && row(seen, idea.id).get("thread").is_none()
    };
    let after = agree(&[&alice, &bob], channel, "both see what was done meanwhile", done).await;
    assert_ne!(agreed, after);

    // when: alice is away for good, and carol joins by bob's link
    let link = bob.invite(place.server).await;
    alice.kill();
    let mut carol = Node::person("carol").await;
    carol.join(&link).await;

    // then: she sees the same, and what was deleted is nowhere: not in her lists, not in her history, not in her files
    let seen = agree(&[&bob, &carol], channel, "carol sees what bob sees", done).await;
    assert_eq!(seen, after);
    assert_eq!(history(&carol, plan.id).await, ["we meet at seven", "we meet at six", "we meet at five"]);
    for gone in [secret.id, regret.id, inside.id] {
        assert!(history(&carol, gone).await.is_empty());
        assert_eq!(get(&carol, gone).await["content"], json!(""));
    }
    carol.stop().await;
    assert_eq!(plaintext_in(&carol.data_dir(), &[SECRET, REGRET, "which?"]), []);
}

#[tokio::test]
async fn deleting_outlives_a_crash_and_comes_with_nobody_but_its_bearer() {
    // given: three members; bob says something, and is away when alice deletes it
    let (mut alice, mut bob, place) = two().await;
    let carol = Node::person("carol").await;
    carol.join(&alice.invite(place.server).await).await;
    let said = bob.say(place.channel, "a mistake").await;
    let both = |seen: &Value| row(seen, said.id)["content"] == json!("a mistake");
    agree(&[&alice, &bob, &carol], place.channel, "all hold it", both).await;
    bob.kill();
    change(&alice, "message.delete", said.id, json!({})).await;
    let gone = |seen: &Value| row(seen, said.id)["deleted"].is_object();
    agree(&[&alice, &carol], place.channel, "carol knows that it is deleted", gone).await;

    // when: alice crashes, and bob returns to carol alone
    alice.kill();
    bob.restart().await;

    // then: his node drops it too, and so does alice's stay dropped
    agree(&[&bob, &carol], place.channel, "bob knows that it is deleted", gone).await;
    assert!(history(&bob, said.id).await.is_empty());
    alice.restart().await;
    agree(&[&alice, &bob, &carol], place.channel, "all know that it is deleted", gone).await;
    bob.refuses_as(ErrorKind::Gone, "message.edit", &json!({ "message_id": said.id, "content": "again" })).await;
}

#[tokio::test]
async fn what_may_not_be_done_is_refused_and_says_why() {
    let (alice, bob, place) = two().await;
    let said = alice.say(place.channel, "mine").await;
    let his = bob.say(place.channel, "his").await;
    agree(&[&alice, &bob], place.channel, "both hold both", |seen| seen.as_array().is_some_and(|s| s.len() == 2)).await;
    let of = |id: MessageId, more: Value| {
        let mut params = json!({ "message_id": id });
        for (name, value) in more.as_object().expect("parameters") {
            params[name] = value.clone();
        }
        params
    };
    let before = seen(&bob, place.channel).await;
    let head = bob.head().await;

    // then: what is not his is refused, by name of what is missing
    for (method, params, missing) in [
        ("message.edit", of(said.id, json!({ "content": "not mine" })), "author"),
        ("message.delete", of(said.id, json!({})), "REDACT_OTHERS"),
        ("message.pin", of(said.id, json!({})), "PIN"),
        ("message.unpin", of(said.id, json!({})), "PIN"),
    ] {
        let error = bob.refuses_as(ErrorKind::Forbidden, method, &params).await;
        assert_eq!(error.detail().missing.as_deref(), Some(missing), "{method}: {error:?}");
    }
    // then: so is what is not there
    let unknown = MessageId::from_bytes([9; 32]);
    for (method, more) in [
        ("message.get", json!({})),
        ("message.edit", json!({ "content": "text" })),
        ("message.delete", json!({})),
        ("message.history", json!({})),
        ("message.react", json!({ "emoji": TEA })),
        ("message.unreact", json!({ "emoji": TEA })),
        ("message.pin", json!({})),
        ("message.unpin", json!({})),
        ("message.delivery", json!({})),
    ] {
        bob.refuses_as(ErrorKind::NotFound, method, &of(unknown, more)).await;
    }
    let nowhere = json!({ "channel_id": ChannelId::from_bytes([9; 32]) });
    bob.refuses_as(ErrorKind::NotFound, "message.pins", &nowhere).await;
    for (name, value) in [("reply_to", unknown), ("thread", unknown)] {
        let params = json!({ "channel_id": place.channel, "content": "hm", name: value });
        bob.refuses_as(ErrorKind::NotFound, "message.send", &params).await;
    }
    let thread = json!({ "channel_id": place.channel, "thread": unknown });
    bob.refuses_as(ErrorKind::NotFound, "message.list", &thread).await;
    // then: so is what is no text, no emoji, no cursor
    for content in ["", " \n"] {
        let params = of(his.id, json!({ "content": content }));
        let error = bob.refuses_as(ErrorKind::InvalidContent, "message.edit", &params).await;
        assert_eq!(error.detail().field.as_deref(), Some("content"));
    }
    let long = of(his.id, json!({ "content": "x".repeat(8 * 1024 + 1) }));
    assert_eq!(bob.refuses_as(ErrorKind::TooLarge, "message.edit", &long).await.detail().limit, Some(8 * 1024));
    for emoji in ["", " ", "two words", ":thumbsup:", "\u{202e}", "\u{7}", "\u{1f375}\u{1f375}"] {
        let params = of(his.id, json!({ "emoji": emoji }));
        let error = bob.refuses_as(ErrorKind::InvalidContent, "message.react", &params).await;
        assert_eq!(error.detail().field.as_deref(), Some("emoji"), "{emoji:?}");
    }
    let long = of(his.id, json!({ "emoji": "x".repeat(33) }));
    assert_eq!(bob.refuses_as(ErrorKind::TooLarge, "message.react", &long).await.detail().limit, Some(32));
    let long = of(his.id, json!({ "reason": "x".repeat(257) }));
    assert_eq!(bob.refuses_as(ErrorKind::TooLarge, "message.delete", &long).await.detail().limit, Some(256));
    let lines = of(his.id, json!({ "reason": "two\nlines" }));
    bob.refuses_as(ErrorKind::InvalidContent, "message.delete", &lines).await;
    let cursor = json!({ "channel_id": place.channel, "cursor": "x" });
    bob.refuses_as(ErrorKind::CursorInvalid, "message.pins", &cursor).await;
    bob.refuses_as(ErrorKind::CursorInvalid, "message.history", &of(his.id, json!({ "cursor": "x" }))).await;
    let calls: String = (0..33).map(|n| format!("<@{}>", AccountId::from_bytes([n; 32]))).collect();
    let params = json!({ "channel_id": place.channel, "content": calls });
    bob.refuses_as(ErrorKind::InvalidContent, "message.send", &params).await;
    // then: so is a change of what has changed meanwhile
    let stale = of(his.id, json!({ "content": "his own", "if_rev": 7 }));
    assert_eq!(bob.refuses_as(ErrorKind::Conflict, "message.edit", &stale).await.detail().current_rev, Some(1));
    // then: nothing of it left a trace
    assert_eq!(seen(&bob, place.channel).await, before);
    assert!(
        bob.events_after(head)
            .await
            .iter()
            .all(|event| !event.kind.starts_with("message.") || event.kind == kind::MESSAGE_DELIVERY)
    );

    // when: a message is deleted, by its author or by somebody who may
    change(&bob, "message.delete", his.id, json!({})).await;

    // then: nothing more can be done to it
    for (method, more) in [
        ("message.edit", json!({ "content": "text" })),
        ("message.delete", json!({})),
        ("message.react", json!({ "emoji": TEA })),
        ("message.unreact", json!({ "emoji": TEA })),
    ] {
        bob.refuses_as(ErrorKind::Gone, method, &of(his.id, more)).await;
    }
    let answer = json!({ "channel_id": place.channel, "content": "hm", "reply_to": his.id });
    bob.refuses_as(ErrorKind::Gone, "message.send", &answer).await;
}

#[tokio::test]
async fn doing_again_what_is_so_already_writes_nothing() {
    let (alice, _bob, place) = two().await;
    let said = alice.say(place.channel, "tea?").await;
    let steps: [(&str, Value); 6] = [
        ("message.react", json!({ "emoji": TEA })),
        ("message.pin", json!({})),
        ("message.edit", json!({ "content": "tea!" })),
        ("message.unreact", json!({ "emoji": TEA })),
        ("message.unpin", json!({})),
        ("message.edit", json!({ "content": "tea?" })),
    ];
    let mut rev = said.rev;
    for (method, more) in steps {
        let once = change(&alice, method, said.id, more.clone()).await;
        assert_eq!(once["rev"], json!(rev + 1), "{method} {more}");
        rev += 1;
        let head = alice.head().await;
        let twice = change(&alice, method, said.id, more.clone()).await;
        assert_eq!(twice["rev"], json!(rev), "{method} {more} again");
        let news = alice.events_after(head).await;
        assert!(
            news.iter().all(|event| !event.kind.starts_with("message.") || event.kind == kind::MESSAGE_DELIVERY),
            "{method}: {news:?}"
        );
    }
    // and: what was taken back was never there
    let plain = get(&alice, said.id).await;
    assert_eq!((&plain["reactions"], &plain["pinned"]), (&json!([]), &json!(false)));
    change(&alice, "message.unreact", said.id, json!({ "emoji": HEART })).await;
    assert_eq!(get(&alice, said.id).await["rev"], json!(rev));
}

#[tokio::test]
async fn message_shows_twenty_emoji_and_takes_no_other() {
    let alice = Node::person("alice").await;
    let place = alice.found("Emoji", None).await;
    let said = alice.say(place.channel, "go").await;
    let emoji = |n: u32| char::from_u32(0x1f345 + n).expect("a fruit or so").to_string();
    for n in 0..20 {
        change(&alice, "message.react", said.id, json!({ "emoji": emoji(n) })).await;
    }
    let params = json!({ "message_id": said.id, "emoji": emoji(20) });
    let error = alice.refuses_as(ErrorKind::Quota, "message.react", &params).await;
    assert_eq!(error.detail().limit, Some(20));
    // when: one is taken back, there is room
    change(&alice, "message.unreact", said.id, json!({ "emoji": emoji(3) })).await;
    let shown = change(&alice, "message.react", said.id, json!({ "emoji": emoji(20) })).await;
    assert_eq!(shown["reactions"].as_array().map(Vec::len), Some(20));
}

#[tokio::test]
async fn threads_are_listed_apart_and_stand_in_the_channel_too() {
    let (alice, bob, place) = two().await;
    let root = alice.say(place.channel, "let us talk about cake").await;
    agree(&[&alice, &bob], place.channel, "bob holds it", |seen| row(seen, root.id).is_object()).await;
    let mut inside = Vec::new();
    for n in 0..5 {
        inside.push(say(&bob, place.channel, json!({ "content": format!("cake {n}"), "thread": root.id })).await.id);
        bob.say(place.channel, &format!("weather {n}")).await;
    }
    let list = async |node: &Node, more: Value| {
        let mut params = json!({ "channel_id": place.channel, "thread": root.id });
        for (name, value) in more.as_object().expect("parameters") {
            params[name] = value.clone();
        }
        let page = node.call_raw("message.list", &params).await;
        let ids: Vec<MessageId> = page["items"]
            .as_array()
            .expect("a page has items")
            .iter()
            .map(|item| serde_json::from_value(item["id"].clone()).expect("no gaps"))
            .collect();
        (ids, page["next_cursor"].clone())
    };
    let newest: Vec<MessageId> = inside.iter().rev().copied().collect();
    for node in [&alice, &bob] {
        wait_for("the thread is there", SOON, async || match list(node, json!({})).await.0 {
            ids if ids == newest => Ok(()),
            ids => Err(format!("{ids:?}")),
        })
        .await;
        assert_eq!(list(node, json!({ "before": inside[2] })).await.0, newest[3..]);
        assert_eq!(list(node, json!({ "after": inside[2] })).await.0, newest[..2]);
        assert_eq!(list(node, json!({ "around": inside[2], "limit": 3 })).await.0, newest[1..4]);
        let (first, cursor) = list(node, json!({ "limit": 2 })).await;
        assert_eq!(first, newest[..2]);
        assert_eq!(list(node, json!({ "limit": 3, "cursor": cursor })).await.0, newest[2..]);
        let shown = get(node, root.id).await;
        assert_eq!(shown["thread"]["replies"], json!(5));
        assert_eq!(shown["thread"]["last_reply_at"], get(node, inside[4]).await["created_at"]);
        let all = seen(node, place.channel).await.expect("no gaps");
        assert_eq!(all.as_array().map(Vec::len), Some(11));
    }
    // then: a thread begins nowhere within a thread
    let nested = json!({ "channel_id": place.channel, "content": "deeper", "thread": inside[0] });
    alice.refuses_as(ErrorKind::Precondition, "message.send", &nested).await;
    // then: what was deleted is no answer any more
    change(&bob, "message.delete", inside[4], json!({})).await;
    wait_for("alice counts four answers", SOON, async || match get(&alice, root.id).await["thread"].clone() {
        thread if thread["replies"] == json!(4) => Ok(()),
        thread => Err(thread.to_string()),
    })
    .await;
    assert_eq!(list(&alice, json!({})).await.0, newest[1..]);
}

/// What a channel says of itself, or a server: unread and mentions.
async fn counts(node: &Node, method: &str, params: Value) -> (u64, u64) {
    let object = node.call_raw(method, &params).await;
    let number = |name: &str| object[name].as_u64().expect("a number");
    (number("unread"), number("mentions"))
}

async fn unread(node: &Node, place: &Place) -> (u64, u64) {
    counts(node, "channel.get", json!({ "channel_id": place.channel })).await
}

async fn wait_for_unread(node: &Node, place: &Place, expected: (u64, u64)) {
    wait_for(&format!("{} has {expected:?} unread and mentions", node.name()), SOON, async || {
        match unread(node, place).await {
            found if found == expected => Ok(()),
            found => Err(format!("{found:?}")),
        }
    })
    .await;
    assert_eq!(counts(node, "server.get", json!({ "server_id": place.server })).await, expected);
}

#[tokio::test]
async fn calls_are_counted_and_effects_are_not_unread() {
    let (alice, bob, place) = two().await;
    let (alice_id, bob_id) = (alice.account().await, bob.account().await);
    let said = bob.say(place.channel, "good morning").await;
    assert_eq!(unread(&bob, &place).await, (0, 0), "one's own is never unread");
    wait_for_unread(&alice, &place, (1, 0)).await;

    // when: bob calls alice by name, and answers her
    let call = bob.say(place.channel, &format!("<@{alice_id}>, are you there?")).await;
    assert_eq!(call.mentions, [alice_id]);
    wait_for_unread(&alice, &place, (2, 1)).await;
    let answer = alice.say(place.channel, "yes").await;
    wait_for_unread(&bob, &place, (1, 0)).await;
    say(&bob, place.channel, json!({ "content": "good", "reply_to": answer.id })).await;
    wait_for_unread(&alice, &place, (3, 2)).await;

    // then: reactions, pins and edits are not unread; an edit may call, or call no more
    change(&bob, "message.react", said.id, json!({ "emoji": TEA })).await;
    change(&bob, "message.edit", call.id, json!({ "content": "are you there?" })).await;
    wait_for_unread(&alice, &place, (3, 1)).await;
    change(&bob, "message.edit", said.id, json!({ "content": format!("good morning <@{alice_id}> <@{bob_id}>") }))
        .await;
    wait_for_unread(&alice, &place, (3, 2)).await;
    assert_eq!(get(&alice, said.id).await["mentions"], json!([alice_id, bob_id]));

    // then: what is deleted is not unread
    change(&bob, "message.delete", said.id, json!({})).await;
    wait_for_unread(&alice, &place, (2, 1)).await;

    // then: everybody is called by whoever may
    let all = bob.say(place.channel, "@everyone, listen").await;
    assert!(!all.mention_everyone, "a member may not");
    wait_for_unread(&alice, &place, (3, 1)).await;
    let all = alice.say(place.channel, "@everyone, listen").await;
    assert!(all.mention_everyone);
    wait_for_unread(&bob, &place, (2, 1)).await;
    assert_eq!(get(&bob, all.id).await["mention_everyone"], json!(true));

    // then: reading ends it
    let state = alice.call_raw("channel.mark_read", &json!({ "channel_id": place.channel, "up_to": all.id })).await;
    assert_eq!((&state["unread"], &state["mentions"]), (&json!(0), &json!(0)));
    assert_eq!(unread(&alice, &place).await, (0, 0));
}

#[tokio::test]
async fn who_holds_a_message_is_told() {
    let (alice, bob, place) = two().await;
    let (bob_id, head) = (bob.account().await, alice.head().await);
    let said = alice.say(place.channel, "heard?").await;
    let report = change(&alice, "message.delivery", said.id, json!({})).await;
    assert_eq!(report["message_id"], json!(said.id));
    let held = wait_for("alice knows that bob holds it", Duration::from_secs(90), async || {
        match change(&alice, "message.delivery", said.id, json!({})).await {
            report if report["state"] == json!("held") => Ok(report),
            report => Err(report.to_string()),
        }
    })
    .await;
    assert_eq!((&held["holders"], &held["held_by"]), (&json!(1), &json!([bob_id])));
    let events = alice.events_after(head).await;
    let told = events.iter().find(|event| event.kind == kind::MESSAGE_DELIVERY).expect("told");
    let data: Value = serde_json::from_str(told.data.get()).expect("event data is JSON");
    assert_eq!((&data["id"], &data["delivery"]["state"]), (&json!(said.id), &json!("held")));
}
