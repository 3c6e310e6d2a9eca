//! Verdicts on signals, given by a whole node of which the others are members.

use std::sync::Arc;

use folkmoot_core::{ids::ChannelId, signal::Status};
use folkmoot_identity::{
    kdf::{Purpose, derive},
    signed::{Context, sign},
};
use folkmoot_rpc::{Client, Endpoint, ids};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::*;
use crate::{
    clock::now_ms,
    config::Config,
    node::{Inner, Node, NodeError},
    pipeline::Me,
};

/// A person with a node in this process.
struct Somebody {
    inner: Arc<Inner>,
    client: Client,
    running: JoinHandle<Result<(), NodeError>>,
    _home: TempDir,
}

impl Somebody {
    async fn called(name: &str) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let config = Config { listen: vec!["/ip4/127.0.0.1/udp/0/quic-v1".into()], ..Config::default() };
        let node = Node::start(home.path(), &config).await.expect("the node starts");
        let inner = Arc::clone(node.inner());
        let running = tokio::spawn(node.run());
        let client = Client::connect(&Endpoint::path_in(home.path())).await.expect("the API answers");
        let somebody = Self { inner, client, running, _home: home };
        somebody.does("identity.create", json!({ "display_name": name })).await;
        somebody
    }

    async fn does(&self, method: &str, params: Value) -> Value {
        let answer = self.client.call_raw(method, &params).await.expect(method);
        serde_json::from_str(answer.get()).expect("JSON")
    }

    async fn me(&self) -> Me {
        self.inner.pipeline.read(|world| world.me.clone()).await.expect("the pipeline runs").expect("ready")
    }

    /// What this node says to others about signals that came by gossip.
    async fn judges(&self, server: ServerId, signals: Vec<SignedBytes>) -> Verdict {
        let at = (server, server.into());
        let judged = self.inner.pipeline.act(move |turn| ingest_gossip(turn, at, signals)).await;
        judged.expect("the pipeline runs")
    }

    async fn goes(self) {
        let Self { inner, client, running, _home } = self;
        inner.shutdown.cancel();
        // The pipeline ends with the last who could ask it something.
        drop((inner, client));
        running.await.expect("no panic").expect("an orderly end");
    }
}

/// A presence that is news: stamped later than what the person's own node says by itself.
fn presence(server: ServerId, me: &Me, later_ms: u64) -> Signal {
    let said = Said::Presence { status: Status::Idle, text: String::new() };
    let hlc = Hlc::from_ms(now_ms() + later_ms);
    Signal { server, account: me.account_id(), device: me.device_id(), hlc, said }
}

fn signed(signal: &Signal, me: &Me) -> Vec<SignedBytes> {
    vec![signal.sign(me.device.signing_key())]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_member_s_own_word_is_taken_and_only_what_needs_no_context_is_blamed() {
    // given: alice's server with mallory and bob in it
    let (alice, mallory, bob) =
        tokio::join!(Somebody::called("alice"), Somebody::called("mallory"), Somebody::called("bob"));
    let made = alice.does("server.create", json!({ "name": "Tea", "visibility": "private" })).await;
    let server_id: ids::ServerId = serde_json::from_value(made["id"].clone()).expect("an id");
    let server = ServerId::new(server_id.to_bytes());
    let link = alice.does("invite.create", json!({ "server_id": server_id })).await["link"].clone();
    for guest in [&mallory, &bob] {
        guest.does("invite.accept", json!({ "link": link })).await;
    }
    let channels = alice.does("channel.list", json!({ "server_id": server_id })).await;
    let channel: ids::ChannelId = serde_json::from_value(channels["items"][0]["id"].clone()).expect("an id");
    let category = json!({ "server_id": server_id, "name": "Rooms", "kind": "category" });
    let category: ids::ChannelId =
        serde_json::from_value(alice.does("channel.create", category).await["id"].clone()).expect("an id");
    let (mallory_me, bob_me) = (mallory.me().await, bob.me().await);
    let typing = |channel: ids::ChannelId, later_ms| Signal {
        said: Said::Typing { channel: ChannelId::new(channel.to_bytes()) },
        ..presence(server, &mallory_me, later_ms)
    };

    // then: mallory's own word counts, once
    let own = presence(server, &mallory_me, 60_000);
    assert_eq!(alice.judges(server, signed(&own, &mallory_me)).await, Verdict::Accept);
    assert_eq!(alice.inner.presences.shown(&server, &mallory_me.account_id()).status, Status::Idle);
    assert_eq!(alice.judges(server, signed(&own, &mallory_me)).await, Verdict::Ignore, "played again");

    // then: mallory does not speak for bob, neither by a borrowed name nor by a borrowed device
    let borrowed = Signal { account: bob_me.account_id(), ..presence(server, &mallory_me, 70_000) };
    assert_eq!(alice.judges(server, signed(&borrowed, &mallory_me)).await, Verdict::Ignore);
    let body = presence(server, &bob_me, 70_000).sign(bob_me.device.signing_key()).body;
    let sig = sign(mallory_me.device.signing_key(), Context::Signal, &derive(Purpose::Signal, &[&body]));
    assert_eq!(alice.judges(server, vec![SignedBytes { body, sig }]).await, Verdict::Reject);

    // then: what was signed for another server is not carried here
    let elsewhere = Signal { server: ServerId::new([9; 32]), ..presence(server, &mallory_me, 80_000) };
    assert_eq!(alice.judges(server, signed(&elsewhere, &mallory_me)).await, Verdict::Reject);

    // then: clocks that differ are nobody's fault
    for far in [now_ms() + CLOCK_LEAD_MS + 60_000, now_ms() - SIGNAL_LATE_MS - 60_000] {
        let far = Signal { hlc: Hlc::from_ms(far), ..presence(server, &mallory_me, 0) };
        assert_eq!(alice.judges(server, signed(&far, &mallory_me)).await, Verdict::Ignore);
    }

    // then: one writes where one may write
    let beside = typing(category, 81_000);
    assert_eq!(alice.judges(server, signed(&beside, &mallory_me)).await, Verdict::Ignore);
    let here = typing(channel, 82_000);
    assert_eq!(alice.judges(server, signed(&here, &mallory_me)).await, Verdict::Accept);
    let (at, astray) = ((server, ScopeId::new([9; 32])), signed(&typing(channel, 82_500), &mallory_me));
    let astray = alice.inner.pipeline.act(move |turn| ingest_gossip(turn, at, astray)).await;
    assert_eq!(astray.expect("the pipeline runs"), Verdict::Ignore, "under other keys than the channel's");

    // then: a frame holds a few, a person says a few at once, and noise is blamed
    let many: Vec<_> = (0..5).map(|n| typing(channel, 83_000 + n).sign(mallory_me.device.signing_key())).collect();
    assert_eq!(alice.judges(server, many).await, Verdict::Reject);
    let noise = SignedBytes { body: Bytes::from_static(&[0xff; 40]), sig: Bytes::new() };
    assert_eq!(alice.judges(server, vec![noise]).await, Verdict::Reject);
    let mut ignored = 0;
    for n in 0..40 {
        let next = typing(channel, 84_000 + n);
        ignored += u32::from(alice.judges(server, signed(&next, &mallory_me)).await == Verdict::Ignore);
    }
    assert!((10..40).contains(&ignored), "{ignored} of 40 were too many");

    // then: somebody who left says nothing here any more
    bob.does("server.leave", json!({ "server_id": server_id })).await;
    let gone = async {
        while alice.inner.views.server(&server).is_some_and(|view| view.state.is_member(&bob_me.account_id())) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), gone).await.expect("alice hears that bob left");
    let late = presence(server, &bob_me, 90_000);
    assert_eq!(alice.judges(server, signed(&late, &bob_me)).await, Verdict::Ignore);

    tokio::join!(alice.goes(), mallory.goes(), bob.goes());
}

#[test]
fn old_nodes_take_a_frame_of_signals_for_an_empty_one() {
    /// A frame as nodes knew it before there were signals.
    #[derive(Clone, PartialEq, prost::Message)]
    struct Before {
        #[prost(message, repeated, tag = "1")]
        entries: Vec<v1::LogEntry>,
        #[prost(bytes = "bytes", repeated, tag = "5")]
        announced: Vec<Bytes>,
    }
    let signals = vec![v1::SignedBytes { body: Bytes::from_static(&[1]), sig: Bytes::from_static(&[2]) }];
    let frame = v1::GossipFrame { signals, ..v1::GossipFrame::default() }.encode_to_vec();
    let read = Before::decode(frame.as_slice()).expect("unknown fields are passed over");
    assert_eq!(read, Before::default());
}
