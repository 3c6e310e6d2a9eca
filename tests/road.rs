//! The whole road with real processes over QUIC on loopback: people join by links, talk, lose and regain nodes, leave.

mod harness;

use std::collections::HashSet;

use folkmoot_rpc::ErrorKind;
use folkmoot_rpc::contract::events::kind;
use folkmoot_rpc::contract::node::{Info, NoParams};
use folkmoot_rpc::contract::server::{Leave, ServerParams};
use folkmoot_rpc::ids::ChannelId;
use harness::files::plaintext_in;
use harness::node::Node;
use harness::people::{Line, SOON, converged};
use harness::wait::wait_for;
use serde_json::json;

/// Stands in every message of the first test, and nowhere else on the machine.
const MARKER: &str = "zanzibar-chrysalis-4711";
/// The server's name there.
const SERVER: &str = "Quixotic Teahouse 9d1c";

/// Both say `count` things, each without waiting for the other; returns what was said.
async fn talk(channel: ChannelId, speakers: [&Node; 2], count: usize) -> HashSet<String> {
    let speak = async |node: &Node| {
        let mut texts = Vec::new();
        for number in 0..count {
            let text = format!("{MARKER} {} says {number}", node.name());
            node.say(channel, &text).await;
            texts.push(text);
        }
        texts
    };
    let (mine, yours) = tokio::join!(speak(speakers[0]), speak(speakers[1]));
    mine.into_iter().chain(yours).collect()
}

fn texts(lines: &[Line]) -> HashSet<String> {
    lines.iter().map(|line| line.text.clone()).collect()
}

#[tokio::test]
async fn three_people_keep_one_history_through_a_crash_and_a_stranger_reads_nothing() {
    // given: alice's server, bob in it by her link, a stranger connected to both
    let mut alice = Node::person("alice").await;
    let bob = Node::person("bob").await;
    let mallory = Node::person("mallory").await;
    let place = alice.found(SERVER, None).await;
    let joined = bob.join(&alice.invite(place.server).await).await;
    assert_eq!((joined.server, joined.channel), (place.server, place.channel));
    mallory.dial(&alice).await;
    mallory.dial(&bob).await;

    // when: both write a hundred messages at once
    let said = talk(place.channel, [&alice, &bob], 100).await;

    // then: both hold all 200 in the same order, and each author's own order stands
    let history = converged(&[&alice, &bob], place.channel, 200).await;
    assert_eq!(texts(&history), said);
    for author in ["alice", "bob"] {
        let own: Vec<_> = history.iter().filter(|line| line.text.contains(author)).map(|line| &line.text).collect();
        let spoken: Vec<_> = (0..100).map(|number| format!("{MARKER} {author} says {number}")).collect();
        assert!(own.iter().copied().eq(&spoken), "{author}: {own:?}");
    }

    // when: alice's node is killed, and carol joins by bob's link
    let alice_peer = alice.peer_id().await;
    alice.kill();
    let carol = Node::person("carol").await;
    carol.join(&bob.invite(place.server).await).await;
    mallory.dial(&carol).await;

    // then: she has the whole history from bob alone
    assert_eq!(converged(&[&carol], place.channel, 200).await, history);
    assert!(!carol.peers().await.contains(&alice_peer), "alice is away");

    // when: alice's node comes back
    alice.restart().await;

    // then: carol finds it though she only ever knew bob, and all three hold the same
    carol.wait_for_peer(&alice_peer).await;
    assert_eq!(converged(&[&alice, &bob, &carol], place.channel, 200).await, history);

    // then: what alice says now reaches both as it happens
    mallory.dial(&alice).await;
    let (bob_head, carol_head) = (bob.head().await, carol.head().await);
    let news = alice.say(place.channel, &format!("{MARKER} I am back")).await;
    for (node, since) in [(&bob, bob_head), (&carol, carol_head)] {
        let event = node.wait_for_event(since, kind::MESSAGE_CREATED).await;
        let data: serde_json::Value = serde_json::from_str(event.data.get()).expect("event data is JSON");
        assert_eq!(data["id"], json!(news.id), "{}: {data}", node.name());
        assert_eq!(data["content"], json!(news.content), "{}: {data}", node.name());
    }

    // then: the stranger was connected to all of them and has nothing of it
    for node in [&alice, &bob, &carol] {
        assert!(mallory.peers().await.contains(&node.peer_id().await), "mallory is connected to {}", node.name());
    }
    assert!(mallory.servers().await.is_empty(), "{:?}", mallory.servers().await);
    mallory.refuses_as(ErrorKind::NotFound, "message.get", &json!({ "message_id": news.id })).await;
    mallory.refuses_as(ErrorKind::NotFound, "message.list", &json!({ "channel_id": place.channel })).await;
    let mut mallory = mallory;
    mallory.stop().await;
    assert_eq!(plaintext_in(&mallory.data_dir(), &[MARKER, SERVER]), []);
}

#[tokio::test]
async fn message_written_while_its_reader_was_away_comes_from_any_member_who_has_it() {
    // given: three members, and alice's node down
    let mut alice = Node::person("alice").await;
    let mut bob = Node::person("bob").await;
    let carol = Node::person("carol").await;
    let place = alice.found("Post office", None).await;
    let link = alice.invite(place.server).await;
    bob.join(&link).await;
    carol.join(&link).await;
    alice.say(place.channel, "see you later").await;
    converged(&[&alice, &bob, &carol], place.channel, 1).await;
    alice.kill();

    // when: bob writes, carol gets it, and bob goes away in his turn
    for number in 0..20 {
        bob.say(place.channel, &format!("letter {number}")).await;
    }
    let history = converged(&[&bob, &carol], place.channel, 21).await;
    let bob_peer = bob.peer_id().await;
    bob.stop().await;

    // then: alice, returning, gets bob's letters from carol
    alice.restart().await;
    assert_eq!(converged(&[&alice, &carol], place.channel, 21).await, history);
    assert!(!alice.peers().await.contains(&bob_peer), "bob is away");

    // then: bob, returning, gets what was said meanwhile
    alice.say(place.channel, "thank you, bob").await;
    bob.restart().await;
    let history = converged(&[&alice, &bob, &carol], place.channel, 22).await;
    assert_eq!(history.last().map(|line| line.text.as_str()), Some("thank you, bob"));
}

#[tokio::test]
async fn member_who_crashed_and_came_back_at_once_is_heard_live() {
    // given: two members whose nodes have been connected for some seconds
    let mut alice = Node::person("alice").await;
    let bob = Node::person("bob").await;
    let place = alice.found("Revenant", None).await;
    bob.join(&alice.invite(place.server).await).await;
    let (alice_peer, bob_peer) = (alice.peer_id().await, bob.peer_id().await);
    bob.wait_for_peer(&alice_peer).await;
    let uptime = async || bob.call::<Info>(&NoParams {}).await.uptime_ms;
    let began = uptime().await;
    wait_for("the connection is some seconds old", SOON, async || match uptime().await - began {
        3_000.. => Ok(()),
        young => Err(format!("{young} ms")),
    })
    .await;

    // when: one crashes and is back before the other has noticed
    alice.kill();
    alice.restart().await;
    alice.wait_for_peer(&bob_peer).await;

    // then: each still hears what the other says as it is said
    for number in 0..3 {
        for (speaker, listener) in [(&alice, &bob), (&bob, &alice)] {
            let head = listener.head().await;
            speaker.say(place.channel, &format!("{number} from {}", speaker.name())).await;
            listener.wait_for_event(head, kind::MESSAGE_CREATED).await;
        }
    }
    converged(&[&alice, &bob], place.channel, 6).await;
}

#[tokio::test]
async fn member_who_left_gets_nothing_further() {
    // given: three members who talk
    let alice = Node::person("alice").await;
    let bob = Node::person("bob").await;
    let carol = Node::person("carol").await;
    let place = alice.found("Lighthouse", None).await;
    let link = alice.invite(place.server).await;
    bob.join(&link).await;
    carol.join(&link).await;
    bob.say(place.channel, "I shall be off").await;
    converged(&[&alice, &bob, &carol], place.channel, 1).await;
    let (alice_head, carol_head) = (alice.head().await, carol.head().await);
    let bob_account = bob.account().await;

    // when: bob leaves
    bob.call::<Leave>(&ServerParams { server_id: place.server }).await;

    // then: the others learn of it and the keys are replaced
    for (node, since) in [(&alice, alice_head), (&carol, carol_head)] {
        let left = node.wait_for_event(since, kind::MEMBER_LEFT).await;
        assert_eq!(left.actor, Some(bob_account), "{}", node.name());
        let rotated = node.wait_for_event(since, kind::KEY_ROTATED).await;
        assert_eq!(rotated.server_id, Some(place.server), "{}", node.name());
    }
    let members = alice.call_raw("member.list", &json!({ "server_id": place.server })).await;
    assert_eq!(members["items"].as_array().map(Vec::len), Some(2), "{members}");

    // then: bob's node knows the server no more
    assert!(bob.servers().await.is_empty());
    bob.refuses_as(ErrorKind::NotFound, "server.get", &json!({ "server_id": place.server })).await;
    bob.refuses_as(ErrorKind::NotFound, "message.list", &json!({ "channel_id": place.channel })).await;
    bob.refuses_as(ErrorKind::NotFound, "message.send", &json!({ "channel_id": place.channel, "content": "hm" })).await;

    // when: the two who remain go on talking, with bob connected to both
    let bob_head = bob.head().await;
    bob.dial(&alice).await;
    bob.dial(&carol).await;
    for number in 0..10 {
        alice.say(place.channel, &format!("between us {number}")).await;
        carol.say(place.channel, &format!("quite so {number}")).await;
    }
    let history = converged(&[&alice, &carol], place.channel, 21).await;

    // then: nothing of it is on bob's node
    let news = bob.events_after(bob_head).await;
    assert!(news.iter().all(|event| event.server_id.is_none()), "{news:?}");
    for line in history.iter().skip(1) {
        bob.refuses_as(ErrorKind::NotFound, "message.get", &json!({ "message_id": line.id })).await;
    }
}

#[tokio::test]
async fn member_who_left_may_come_back_by_a_link_and_read_what_was_said_meanwhile() {
    // given: bob has left, and alice has gone on talking
    let alice = Node::person("alice").await;
    let bob = Node::person("bob").await;
    let place = alice.found("Revolving door", None).await;
    let link = alice.invite(place.server).await;
    bob.join(&link).await;
    bob.say(place.channel, "back in a minute").await;
    converged(&[&alice, &bob], place.channel, 1).await;
    let head = alice.head().await;
    bob.call::<Leave>(&ServerParams { server_id: place.server }).await;
    alice.wait_for_event(head, kind::KEY_ROTATED).await;
    alice.say(place.channel, "he is gone").await;

    // when: he joins again
    bob.join(&link).await;

    // then: both hold one history, and both can go on
    bob.say(place.channel, "here I am").await;
    let history = converged(&[&alice, &bob], place.channel, 3).await;
    let texts: Vec<_> = history.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ["back in a minute", "he is gone", "here I am"]);
}

#[tokio::test]
async fn invite_nobody_answers_is_kept_and_opens_once_a_member_is_back() {
    // given: a link into a server whose only member is away
    let mut alice = Node::person("alice").await;
    let bob = Node::person("bob").await;
    let place = alice.found("Closed on Mondays", None).await;
    let link = alice.invite(place.server).await;
    alice.say(place.channel, "welcome").await;
    alice.kill();

    // when: bob follows it
    bob.refuses_as(ErrorKind::PeerUnreachable, "invite.accept", &json!({ "link": link })).await;
    assert!(bob.servers().await.is_empty());
    alice.restart().await;

    // then: he is in without doing anything more
    wait_for("bob's node joins by itself", SOON, async || match bob.servers().await.as_slice() {
        [server] if server.id == place.server => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    converged(&[&alice, &bob], place.channel, 1).await;
}
