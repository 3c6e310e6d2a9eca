//! The event log as its readers see it: replay, live, filters, long polls, kept places, numbers without gaps over restarts.

mod harness;

use std::collections::BTreeSet;
use std::time::Duration;

use folkmoot_rpc::client::{Follow, Subscription};
use folkmoot_rpc::contract::events::{
    Ack, AckParams, Event, EventItem, Poll, PollParams, PollResult, SubscribeParams, kind,
};
use folkmoot_rpc::contract::{ConsumerName, Limit};
use folkmoot_rpc::{Client, Endpoint, ErrorKind};
use harness::http::{self, Request};
use harness::node::Node;
use harness::people::SOON;
use harness::wait::in_time;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

/// The next item of a subscription.
async fn next(events: &mut Subscription) -> EventItem {
    let item = in_time("the next event", SOON, events.next()).await;
    item.expect("the subscription goes on").expect("an event")
}

/// Everything up to `stream.live`, and the number it tells.
async fn replay(events: &mut Subscription) -> (Vec<Event>, u64) {
    let mut replayed = Vec::new();
    loop {
        match next(events).await {
            EventItem::Event(event) => replayed.push(*event),
            EventItem::Live { seq } => return (replayed, seq),
        }
    }
}

async fn subscribe(client: &Client, filter: &SubscribeParams) -> Subscription {
    client.subscribe(filter).await.expect("the node takes a subscription")
}

fn content(event: &Event) -> String {
    let data: Value = serde_json::from_str(event.data.get()).expect("event data is JSON");
    data["content"].as_str().unwrap_or_default().to_owned()
}

fn assert_gap_free(events: &[Event], from: u64) {
    let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert!(numbers.iter().copied().eq((from..).take(numbers.len())), "not {from} and on: {numbers:?}");
}

#[tokio::test]
async fn subscription_replays_then_says_live_then_goes_on() {
    // given: things that happened
    let node = Node::person("alice").await;
    let place = node.found("News", None).await;
    for number in 0..300 {
        node.say(place.channel, &format!("old {number}")).await;
    }
    let head = node.head().await;

    // when: a reader comes and asks for everything
    let mut events = subscribe(node.client(), &SubscribeParams::since(0)).await;
    let (replayed, live) = replay(&mut events).await;

    // then: it gets all of it in order, each with its whole object, then the mark, then what happens
    assert_eq!(live, head);
    assert_gap_free(&replayed, 1);
    assert_eq!(replayed.len() as u64, head);
    let texts: Vec<_> = replayed.iter().filter(|event| event.kind == kind::MESSAGE_CREATED).map(content).collect();
    assert_eq!(texts, (0..300).map(|number| format!("old {number}")).collect::<Vec<_>>());
    let ids: BTreeSet<_> = replayed.iter().map(|event| &event.id).collect();
    assert_eq!(ids.len(), replayed.len(), "ids name events for good");
    let message = node.say(place.channel, "new").await;
    let EventItem::Event(event) = next(&mut events).await else { panic!("live is said once") };
    assert_eq!((event.seq, &*event.kind), (head + 1, kind::MESSAGE_CREATED));
    assert_eq!((event.server_id, event.channel_id), (Some(place.server), Some(place.channel)));
    assert_eq!((event.actor, event.hlc), (Some(message.author.account_id), message.hlc));
    let data: Value = serde_json::from_str(event.data.get()).expect("event data is JSON");
    assert_eq!(data, serde_json::to_value(&message).expect("messages serialize"), "the whole message");

    // then: one who asks for nothing old gets only what comes
    let mut fresh = subscribe(node.client(), &SubscribeParams::default()).await;
    assert_eq!(next(&mut fresh).await, EventItem::Live { seq: head + 1 });
    let mut late = subscribe(node.client(), &SubscribeParams::since(head)).await;
    let (replayed, live) = replay(&mut late).await;
    assert_eq!((replayed.len(), live), (1, head + 1));
}

#[tokio::test]
async fn event_is_told_once_while_replay_turns_into_live() {
    // given: somebody who goes on talking
    let node = Node::person("alice").await;
    let place = node.found("Busy", None).await;
    let talking = async {
        for number in 0..200 {
            node.say(place.channel, &format!("{number}")).await;
        }
    };

    // when: readers come in the middle of it
    let reading = async {
        let client = node.connect().await;
        let mut all = Vec::new();
        for _ in 0..5 {
            let mut events = subscribe(&client, &SubscribeParams::since(0)).await;
            let mut seen = Vec::new();
            while seen.len() < 200 {
                if let EventItem::Event(event) = next(&mut events).await {
                    seen.push(*event);
                }
            }
            all.push(seen);
        }
        all
    };
    let ((), readers) = tokio::join!(talking, reading);

    // then: each saw every number once, in order
    for seen in readers {
        assert_gap_free(&seen, 1);
    }
}

#[tokio::test]
async fn filters_let_through_what_they_name() {
    // given: two servers with messages
    let node = Node::person("alice").await;
    let tea = node.found("Tea", None).await;
    let coffee = node.found("Coffee", None).await;
    let second = node.call_raw("channel.create", &json!({ "server_id": tea.server, "name": "oolong" })).await;
    let second = second["id"].as_str().and_then(|id| id.parse().ok()).expect("a channel id");
    node.say(tea.channel, "in tea").await;
    node.say(coffee.channel, "in coffee").await;
    node.say(second, "in oolong").await;
    let all = node.events_after(0).await;
    let head = node.head().await;

    // then: by subscription and by poll alike, a filter lets through what it names and tells the place it looked up to
    let types = |words: &[&str]| Some(words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
    let filters = [
        SubscribeParams { types: types(&["message.created"]), ..SubscribeParams::since(0) },
        SubscribeParams { types: types(&["channel.*", "server.created"]), ..SubscribeParams::since(0) },
        SubscribeParams { types: types(&["nothing.such"]), ..SubscribeParams::since(0) },
        SubscribeParams { types: types(&[]), ..SubscribeParams::since(0) },
        SubscribeParams { servers: Some(vec![tea.server]), ..SubscribeParams::since(0) },
        SubscribeParams { channels: Some(vec![coffee.channel, second]), ..SubscribeParams::since(0) },
        SubscribeParams {
            types: types(&["message.*"]),
            servers: Some(vec![tea.server]),
            channels: Some(vec![second]),
            ..SubscribeParams::since(3)
        },
    ];
    for filter in filters {
        let wanted: Vec<u64> = all
            .iter()
            .filter(|event| event.seq > filter.since.unwrap_or(0))
            .filter(|event| filter.wants(&event.kind, event.server_id, event.channel_id))
            .map(|event| event.seq)
            .collect();
        let mut events = subscribe(node.client(), &filter).await;
        let (replayed, live) = replay(&mut events).await;
        let seen: Vec<u64> = replayed.iter().map(|event| event.seq).collect();
        assert_eq!((seen, live), (wanted.clone(), head), "{filter:?}");
        let SubscribeParams { since, types, servers, channels, consumer } = filter.clone();
        let poll = PollParams { since, types, servers, channels, consumer, ..PollParams::default() };
        let PollResult { items, next_since, head: told } = node.call::<Poll>(&poll).await;
        let seen: Vec<u64> = items.iter().map(|event| event.seq).collect();
        assert_eq!((seen, next_since, told), (wanted, head, head), "{filter:?}");
    }
    // The three messages show that the filters had something to tell apart.
    assert_eq!(all.iter().filter(|event| event.kind == kind::MESSAGE_CREATED).count(), 3);
}

#[tokio::test]
async fn poll_waits_for_what_it_asks_for_and_no_longer() {
    let node = Node::person("alice").await;
    let place = node.found("Waiting", None).await;
    let head = node.head().await;
    let poll = move |timeout_ms: u64| PollParams {
        since: Some(head),
        timeout_ms: Some(timeout_ms),
        types: Some(vec!["message.*".to_owned()]),
        ..PollParams::default()
    };

    // then: nothing happens, and the poll ends empty when its time is over
    let began = Instant::now();
    let none = node.call::<Poll>(&poll(300)).await;
    assert_eq!((none.items, none.next_since, none.head), (Vec::new(), head, head));
    assert!(began.elapsed() >= Duration::from_millis(300), "it waited {:?}", began.elapsed());

    // when: somebody says something while another poll waits, after something it does not ask for
    let client = node.connect().await;
    let waiting = tokio::spawn(async move { client.call::<Poll>(&poll(60_000)).await });
    node.call_raw("channel.create", &json!({ "server_id": place.server, "name": "elsewhere" })).await;
    node.say(place.channel, "here").await;

    // then: it ends with just that, long before its time is over
    let answer = in_time("the poll ends", Duration::from_secs(20), waiting).await.expect("the task ends");
    let answer = answer.expect("the poll is answered");
    assert_eq!(answer.items.iter().map(content).collect::<Vec<_>>(), ["here"]);
    assert_eq!(answer.next_since, node.head().await);

    // then: pages follow one another
    let page = PollParams { since: Some(0), limit: Limit::new(2).expect("two"), ..PollParams::default() };
    let first = node.call::<Poll>(&page).await;
    assert_eq!((first.items.len(), first.next_since), (2, 2));
    let rest = node.call::<Poll>(&PollParams { since: Some(2), ..PollParams::default() }).await;
    assert_gap_free(&rest.items, 3);
}

#[tokio::test]
async fn consumer_goes_on_behind_what_it_acknowledged_after_a_crash() {
    // given: a consumer that has dealt with some of the log
    let mut node = Node::person("alice").await;
    let place = node.found("Log", None).await;
    for number in 0..10 {
        node.say(place.channel, &format!("{number}")).await;
    }
    let name = || ConsumerName::new("archive").expect("a short name");
    let filter = SubscribeParams { consumer: Some(name()), ..SubscribeParams::default() };
    let head = node.head().await;
    let (everything, _) = replay(&mut subscribe(node.client(), &filter).await).await;
    assert_eq!(everything.len() as u64, head, "an unknown consumer begins at the beginning");
    let done = head - 4;
    let acked = node.call::<Ack>(&AckParams { consumer: name(), seq: done }).await;
    assert_eq!(acked.seq, done);
    let back = node.call::<Ack>(&AckParams { consumer: name(), seq: 1 }).await;
    assert_eq!(back.seq, done, "a place never moves back");

    // when: the node is killed and comes back
    node.kill();
    node.restart().await;
    node.say(place.channel, "after").await;

    // then: the consumer gets what it has not dealt with, by subscription and by poll
    let (rest, _) = replay(&mut subscribe(node.client(), &filter).await).await;
    assert_gap_free(&rest, done + 1);
    assert_eq!(rest.last().map(content), Some("after".to_owned()));
    let poll = PollParams { consumer: Some(name()), ..PollParams::default() };
    let polled = node.call::<Poll>(&poll).await;
    assert_eq!(
        polled.items.iter().map(|event| event.seq).collect::<Vec<_>>(),
        rest.iter().map(|e| e.seq).collect::<Vec<_>>()
    );

    // then: another name has a place of its own
    let other = SubscribeParams { consumer: ConsumerName::new("other"), ..SubscribeParams::default() };
    let (all, _) = replay(&mut subscribe(node.client(), &other).await).await;
    assert_gap_free(&all, 1);
}

#[tokio::test]
async fn numbers_have_no_gap_over_restarts_and_old_events_stay_as_they_were() {
    let mut node = Node::person("alice").await;
    let place = node.found("Numbers", None).await;
    node.say(place.channel, "one").await;
    let first = node.events_after(0).await;

    node.stop().await;
    node.restart().await;
    node.say(place.channel, "two").await;
    node.terminate().await;
    node.restart().await;
    node.say(place.channel, "three").await;
    node.kill();
    node.restart().await;
    node.say(place.channel, "four").await;

    let all = node.events_after(0).await;
    assert_gap_free(&all, 1);
    let texts: Vec<_> = all.iter().filter(|event| event.kind == kind::MESSAGE_CREATED).map(content).collect();
    assert_eq!(texts, ["one", "two", "three", "four"]);
    for (before, after) in first.iter().zip(&all) {
        let what = |event: &Event| (event.seq, event.id.clone(), event.kind.clone(), event.ts, event.hlc, event.actor);
        assert_eq!(what(before), what(after));
    }
}

#[tokio::test]
async fn follower_goes_on_where_it_was_when_the_node_comes_back() {
    // given: a program that follows the log
    let mut node = Node::person("alice").await;
    let place = node.found("Follow", None).await;
    let filter = SubscribeParams { types: Some(vec!["message.created".to_owned()]), ..SubscribeParams::since(0) };
    let mut follow = Follow::endpoint(Endpoint::path_in(&node.data_dir()), filter);
    let mut next_text = async || {
        in_time("the next message", SOON, async {
            loop {
                if let EventItem::Event(event) = follow.next().await.expect("following goes on") {
                    return content(&event);
                }
            }
        })
        .await
    };
    node.say(place.channel, "before").await;
    assert_eq!(next_text().await, "before");

    // when: the node is killed, comes back on another port with another token, and says something
    node.kill();
    node.restart().await;
    node.say(place.channel, "after").await;

    // then: the follower sees that and nothing twice
    assert_eq!(next_text().await, "after");
}

#[tokio::test]
async fn events_come_as_server_sent_events_too() {
    let node = Node::person("alice").await;
    let place = node.found("Stream", None).await;
    node.say(place.channel, "first").await;
    let head = node.head().await;

    // when: a plain HTTP client asks for messages from the beginning
    let request = Request::get(&node, "/events?since=0&types=message.created");
    let mut stream = http::open(&node).await;
    stream.write_all(&request.head()).await.expect("sent");
    let mut text = String::new();
    let mut read_until = async |wanted: &str| {
        in_time(wanted, SOON, async {
            let mut chunk = [0_u8; 4096];
            while !text.contains(wanted) {
                let read = stream.read(&mut chunk).await.expect("readable");
                assert!(read > 0, "the stream ended: {text}");
                text.push_str(&String::from_utf8_lossy(&chunk[..read]));
            }
        })
        .await;
        text.clone()
    };

    // then: replay, the mark, and what happens
    let replayed = read_until("stream.live").await;
    assert!(replayed.contains("200 OK") && replayed.contains("text/event-stream"), "{replayed}");
    assert!(replayed.contains(&format!("id: {head}\nevent: message.created\ndata: {{")), "{replayed}");
    node.say(place.channel, "second").await;
    let live = read_until("\"content\":\"second\"").await;
    assert!(live.contains(&format!("id: {}\nevent: message.created\n", head + 1)), "{live}");

    // then: what is no filter is refused
    for query in ["since=x", "since=99999999", "bogus=1", "servers=nonsense", "types="] {
        let answer = Request::get(&node, &format!("/events?{query}")).send(&node).await;
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
        let code = answer.error_code().and_then(|code| i32::try_from(code).ok()).and_then(ErrorKind::from_code);
        assert!(matches!(code, Some(ErrorKind::InvalidParams | ErrorKind::CursorInvalid)), "{query}: {answer:?}");
    }
}

#[tokio::test]
async fn members_coming_and_going_are_events_and_strangers_are_not() {
    // given: a member and a stranger
    let alice = Node::person("alice").await;
    let (mut bob, mut mallory) = (Node::person("bob").await, Node::person("mallory").await);
    let place = alice.found("Doorway", None).await;
    bob.join(&alice.invite(place.server).await).await;
    let (bob_peer, mallory_peer) = (bob.peer_id().await, mallory.peer_id().await);
    mallory.dial(&alice).await;
    alice.wait_for_peer(&mallory_peer).await;
    let head = alice.head().await;

    // when: both go, and the member comes back
    mallory.stop().await;
    bob.stop().await;
    let down = alice.wait_for_event(head, kind::PEER_DOWN).await;
    bob.restart().await;
    let up = alice.wait_for_event(down.seq, kind::PEER_UP).await;

    // then: both events are about the member
    for event in [down, up] {
        let data: Value = serde_json::from_str(event.data.get()).expect("event data is JSON");
        assert_eq!(data["peer_id"], json!(bob_peer), "{event:?}");
    }
    let told = alice.events_after(0).await;
    assert!(told.iter().all(|event| !event.data.get().contains(&mallory_peer)), "{told:?}");
}
