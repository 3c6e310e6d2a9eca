//! SIGKILL while messages are being acknowledged: what was acknowledged is there once, and the event log has no hole.

mod harness;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use folkmoot_rpc::contract::events::kind;
use folkmoot_rpc::contract::message::{Get, MessageParams, Send};
use folkmoot_rpc::contract::server::MessageRate;
use folkmoot_rpc::ids::{ChannelId, MessageId};
use folkmoot_rpc::{Client, client::ClientError};
use harness::node::Node;
use harness::people::{connection_lost, converged, said};
use harness::soak::{Choices, cases};
use harness::wait::in_time;
use tokio::task::JoinSet;

/// Calls in flight at once.
const SENDERS: u64 = 8;
/// So many rounds show the whole history again; every round shows its own part.
const WHOLE_EVERY: u64 = 25;
/// Above anything one client can send, so that the rate plays no part.
const FAST: MessageRate = MessageRate { per_second: 100_000, burst: 100_000 };

/// What the senders of all rounds know.
#[derive(Default)]
struct Ledger {
    /// Texts that were acknowledged, with the message each became.
    acknowledged: BTreeMap<String, MessageId>,
    /// Texts sent without an answer: they may be there or not.
    unanswered: Vec<String>,
    /// The last event looked at.
    seq: u64,
    /// Every message the event log has told of.
    told: HashSet<MessageId>,
}

/// What one sender got: texts with the message each became, none where no answer came.
type Sent = Vec<(String, Option<MessageId>)>;

/// Sends until the connection is gone. Every text is its own nonce.
async fn send_until_cut(client: Client, channel: ChannelId, prefix: String) -> Sent {
    let mut sent = Vec::new();
    for number in 0_u64.. {
        let text = format!("{prefix}-{number}");
        match client.call::<Send>(&said(channel, &text, Some(&text))).await {
            Ok(message) => {
                assert_eq!((message.object.content.as_str(), message.replayed), (text.as_str(), false));
                sent.push((text, Some(message.object.id)));
            }
            Err(error) if connection_lost(&error) => {
                sent.push((text, None));
                break;
            }
            Err(error) => panic!("{text}: {error}"),
        }
    }
    sent
}

impl Ledger {
    fn note(&mut self, sent: Sent) {
        for (text, id) in sent {
            match id {
                Some(id) => {
                    let before = self.acknowledged.insert(text, id);
                    assert_eq!(before, None, "a text is sent once");
                }
                None => self.unanswered.push(text),
            }
        }
    }

    /// Repeats what got no answer, as a client would; the nonce decides whether it is done or was done.
    async fn repeat_unanswered(&mut self, node: &Node, channel: ChannelId) -> u64 {
        let mut replayed = 0;
        for text in std::mem::take(&mut self.unanswered) {
            let message = node.call::<Send>(&said(channel, &text, Some(&text))).await;
            replayed += u64::from(message.replayed);
            self.acknowledged.insert(text, message.object.id);
        }
        replayed
    }

    /// The event log goes on where it stood, number by number, and tells of each message once.
    async fn check_events(&mut self, node: &Node) {
        for event in node.events_after(self.seq).await {
            assert_eq!(event.seq, self.seq + 1, "the log has a hole or a double");
            self.seq = event.seq;
            if event.kind == kind::MESSAGE_CREATED {
                let message: serde_json::Value = serde_json::from_str(event.data.get()).expect("event data is JSON");
                let id = message["id"].as_str().and_then(|id| id.parse().ok());
                let id: MessageId = id.unwrap_or_else(|| panic!("event {} without its message: {message}", event.seq));
                assert!(self.told.insert(id), "event {} tells of {id} again", event.seq);
            }
        }
        assert_eq!(self.seq, node.head().await, "the log ends at its head");
    }

    /// Everything acknowledged is there once, and nothing else is.
    async fn check_history(&self, node: &Node, channel: ChannelId) {
        let lines = node.timeline(channel).await.expect("the history has no gap");
        let mut seen: HashMap<&str, MessageId> = HashMap::new();
        for line in &lines {
            let before = seen.insert(&line.text, line.id);
            assert_eq!(before, None, "{} is there twice", line.text);
        }
        for (text, id) in &self.acknowledged {
            assert_eq!(seen.get(text.as_str()), Some(id), "{text} was acknowledged");
        }
        assert_eq!(lines.len(), self.acknowledged.len(), "messages nobody sent");
        assert_eq!(lines.len(), self.told.len(), "messages and the events that tell of them");
    }
}

#[tokio::test]
async fn acknowledged_messages_survive_sigkill_once_and_the_event_log_has_no_hole() {
    let rounds = cases(8);
    let mut choices = Choices::seeded();
    let mut node = Node::person("alice").await;
    let place = node.found("Crash test", Some(FAST)).await;
    let mut ledger = Ledger::default();
    let (mut cut, mut replayed) = (0, 0);

    for round in 0..rounds {
        // given: senders on connections of their own, and a moment at which the node dies
        let mut senders = JoinSet::new();
        for sender in 0..SENDERS {
            let client = node.connect().await;
            senders.spawn(send_until_cut(client, place.channel, format!("{round}-{sender}")));
        }
        let moment = Duration::from_micros(choices.within(1_000..250_000));

        // when: it is killed while they send
        tokio::time::sleep(moment).await;
        node.kill();
        let sent: Vec<Sent> = in_time("the senders see it", Duration::from_secs(30), senders.join_all()).await;
        sent.into_iter().for_each(|sent| ledger.note(sent));
        cut += ledger.unanswered.len();
        node.restart().await;

        // then: what was acknowledged is there, and repeating the rest doubles nothing
        let newest: Vec<MessageId> = ledger.acknowledged.values().rev().take(20).copied().collect();
        for message_id in newest {
            node.call::<Get>(&MessageParams { message_id }).await;
        }
        replayed += ledger.repeat_unanswered(&node, place.channel).await;
        ledger.check_events(&node).await;
        if round % WHOLE_EVERY == 0 || round + 1 == rounds {
            ledger.check_history(&node, place.channel).await;
        }
    }

    println!("{rounds} rounds: {} acknowledged, {cut} cut off, {replayed} of them had been done", ledger.told.len());
    assert!(ledger.acknowledged.len() as u64 > rounds, "the senders did send");
    assert!(cut > 0, "the node was killed while messages were under way");
}

#[tokio::test]
async fn messages_of_a_killed_node_reach_the_others_once() {
    // given: two members, of whom one dies again and again while it sends
    let rounds = cases(8).div_ceil(2);
    let mut choices = Choices::seeded();
    let mut alice = Node::person("alice").await;
    let bob = Node::person("bob").await;
    let place = alice.found("Unsteady", Some(FAST)).await;
    bob.join(&alice.invite(place.server).await).await;
    let mut ledger = Ledger::default();

    for round in 0..rounds {
        // when: it is killed while it sends
        let client = alice.connect().await;
        let sender = tokio::spawn(send_until_cut(client, place.channel, format!("{round}")));
        tokio::time::sleep(Duration::from_micros(choices.within(1_000..150_000))).await;
        alice.kill();
        ledger.note(in_time("the sender sees it", Duration::from_secs(30), sender).await.expect("the sender ends"));
        alice.restart().await;
        ledger.repeat_unanswered(&alice, place.channel).await;
    }

    // then: both hold everything acknowledged once: no log of the dead forks and none has a gap
    let history = converged(&[&alice, &bob], place.channel, ledger.acknowledged.len()).await;
    let texts: HashSet<_> = history.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ledger.acknowledged.keys().map(String::as_str).collect());
    let events = bob.events_after(0).await;
    assert!(events.iter().all(|event| event.kind != "member.forked"), "bob saw a fork: {events:?}");
    assert!(events.iter().zip(1..).all(|(event, seq)| event.seq == seq), "bob's log has a hole");
}

#[tokio::test]
async fn call_cut_off_by_a_kill_tells_its_client_at_once() {
    // given: a client that waits for an event
    let mut node = Node::person("alice").await;
    let client = node.connect().await;
    let head = node.head().await;
    let params = serde_json::json!({ "since": head, "timeout_ms": 60_000 });
    let waiting = tokio::spawn(async move { client.call_raw("events.poll", &params).await.map(|_| ()) });
    // One round trip behind it: the poll has been sent.
    node.head().await;

    // when: the node dies
    node.kill();

    // then: it need not wait for its own timeout
    let ended = in_time("the call ends", Duration::from_secs(10), waiting).await.expect("the task ends");
    assert!(matches!(ended, Err(ClientError::Closed)), "{ended:?}");
}
