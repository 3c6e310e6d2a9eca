//! Tests of the client against a real server whose methods answer with the contract's examples.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use tokio::time::timeout;

use super::*;
use crate::contract::events::EventItem;
use crate::contract::{Created, Hlc, events, message, sample, server};
use crate::credential::{ADMIN_TOKEN_FILE, AdminOnly, issue_admin_token};
use crate::{CallContext, ErrorKind, EventSource, EventStream, Registry, Server, ServerConfig};

const SOON: Duration = Duration::from_secs(20);

/// A log of `head` events; after it nothing happens. Places above 1,000,000 are not kept.
struct Log {
    head: Arc<AtomicU64>,
}

impl EventSource for Log {
    fn open(&self, _: CallContext, filter: SubscribeParams) -> BoxFuture<'static, Result<EventStream, ApiError>> {
        let head = self.head.load(Ordering::SeqCst);
        async move {
            let since = filter.since.unwrap_or(head);
            if since > 1_000_000 {
                return Err(ApiError::cursor_expired(1, head));
            }
            let replay = futures::stream::iter((since + 1..=head).map(|seq| Ok(event(seq))));
            let live = futures::stream::iter([Ok(EventItem::Live { seq: head.max(since) })]);
            Ok(replay.chain(live).chain(futures::stream::pending()).boxed())
        }
        .boxed()
    }
}

fn event(seq: u64) -> EventItem {
    let data = RawValue::from_string(format!("{{\"n\":{seq}}}")).expect("JSON");
    EventItem::Event(Box::new(events::Event {
        seq,
        id: format!("evt_{seq}"),
        kind: events::kind::PEER_UP.into(),
        ts: sample::TIME_MS,
        hlc: Hlc(seq),
        actor: None,
        server_id: None,
        channel_id: None,
        data,
    }))
}

/// A node as far as a client can tell: a server, its token and its `endpoint.json`.
async fn start(home: &Path, head: u64) -> Server {
    let folder = home.join("api");
    let token = issue_admin_token(&folder, false).expect("a token");
    let log = Log { head: Arc::new(AtomicU64::new(head)) };
    let builder = Registry::builder()
        .events(Arc::new(log))
        .method::<message::Get, _, _>(|_, _| async { Err(ApiError::not_found("message")) })
        .method::<message::Send, _, _>(|_, params| async move {
            let message = message::Message { content: params.content, ..message::Send::example().1.object };
            Ok(Created::new(message))
        });
    let registry = canned_but_messages!(crate, builder).build().expect("every method has a handler");
    let config = ServerConfig::new(([127, 0, 0, 1], 0).into(), registry, Arc::new(AdminOnly::new(&token)));
    let server = Server::start(config).await.expect("a free loopback port");
    let endpoint = Endpoint::of(&server, "0.1.0", folder.join(ADMIN_TOKEN_FILE));
    endpoint.write(&Endpoint::path_in(home)).expect("written");
    server
}

fn send(content: &str) -> message::SendParams {
    message::SendParams { content: content.to_owned(), ..message::Send::example().0 }
}

#[tokio::test]
async fn calls_run_side_by_side_and_each_gets_its_own_answer() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let _server = start(home.path(), 0).await;
    let client = Client::connect(&Endpoint::path_in(home.path())).await.expect("connected");
    let calls = (0..500).map(|number| {
        let client = client.clone();
        async move {
            let text = format!("message {number}");
            let answer = client.call::<message::Send>(&send(&text)).await.expect("sent");
            assert_eq!(answer.object.content, text);
        }
    });
    timeout(SOON, futures::future::join_all(calls)).await.expect("all answered");
}

#[tokio::test]
async fn error_of_the_node_keeps_its_kind_and_detail() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let _server = start(home.path(), 0).await;
    let client = Client::connect(&Endpoint::path_in(home.path())).await.expect("connected");
    let params = message::MessageParams { message_id: sample::MESSAGE };
    let failed = client.call::<message::Get>(&params).await.expect_err("unknown");
    assert_eq!(failed.api().map(ApiError::kind), Some(ErrorKind::NotFound));
    assert!(failed.api().and_then(ApiError::trace_id).is_some());
    let failed = client.call_raw("server.get", &serde_json::json!({"server": 1})).await.expect_err("misnamed");
    assert_eq!(failed.api().and_then(|error| error.detail().field.as_deref()), Some("server"));
    let failed = client.call_raw("server.burn", &serde_json::json!({})).await.expect_err("no such method");
    assert_eq!(failed.api().map(ApiError::kind), Some(ErrorKind::Unsupported));
    let raw = client.call_raw("server.get", &server::Get::example().0).await.expect("a server");
    assert!(raw.get().contains("Tea house"));
}

#[tokio::test]
async fn call_that_is_too_long_is_not_sent() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let _server = start(home.path(), 0).await;
    let client = Client::connect(&Endpoint::path_in(home.path())).await.expect("connected");
    let failed = client.call::<message::Send>(&send(&"x".repeat(2 << 20))).await.expect_err("too long");
    assert!(matches!(failed, ClientError::Unsendable { .. }), "{failed}");
    assert!(client.call::<message::Send>(&send("short")).await.is_ok(), "the connection lives on");
}

#[tokio::test]
async fn events_come_in_order_and_end_with_the_connection() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let server = start(home.path(), 300).await;
    let client = Client::connect(&Endpoint::path_in(home.path())).await.expect("connected");
    let mut events = client.subscribe(&SubscribeParams::since(100)).await.expect("subscribed");
    for seq in 101..=300 {
        assert_eq!(events.next().await.expect("open").expect("an event"), event(seq));
    }
    assert_eq!(events.next().await.expect("open").expect("an item"), EventItem::Live { seq: 300 });
    timeout(SOON, server.stop(SOON)).await.expect("stops");
    let end = timeout(SOON, events.next()).await.expect("ends").expect("says why");
    assert!(matches!(end, Err(ClientError::Closed)), "{end:?}");
    assert!(events.next().await.is_none());
    assert!(matches!(client.call::<message::Send>(&send("late")).await, Err(ClientError::Closed)));
    assert!(client.is_closed());
}

#[tokio::test]
async fn reader_that_falls_behind_is_ended_and_calls_go_on() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let _server = start(home.path(), 50_000).await;
    let client = Client::connect(&Endpoint::path_in(home.path())).await.expect("connected");
    // given: a subscription nobody reads while everything is replayed to it
    let mut events = client.subscribe(&SubscribeParams::since(0)).await.expect("subscribed");
    let replayed = timeout(SOON, async {
        while events.items.len() < 4_096 {
            client.call::<message::Send>(&send("meanwhile")).await.expect("sent");
        }
    });
    replayed.await.expect("the buffer fills while calls are answered");
    // then: what was taken comes, then the end that names the last of it
    let mut last = 0;
    let end = loop {
        match events.next().await.expect("open") {
            Ok(item) => last = item.seq(),
            Err(end) => break end,
        }
    };
    let error = end.api().expect("an error of the table");
    assert_eq!((error.kind(), error.detail().last_seq), (ErrorKind::Lagged, Some(last)));
    assert!(last >= 4_000, "{last}");
}

#[tokio::test]
async fn follower_goes_on_after_a_restart_without_loss_or_repetition() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let server = start(home.path(), 3).await;
    let mut follow = Follow::endpoint(Endpoint::path_in(home.path()), SubscribeParams::since(0));
    let mut seen = Vec::new();
    let mut next = async |follow: &mut Follow, until: u64| loop {
        match timeout(SOON, follow.next()).await.expect("goes on").expect("an item") {
            EventItem::Event(event) => seen.push(event.seq),
            EventItem::Live { seq } if seq == until => break,
            EventItem::Live { .. } => {}
        }
    };
    next(&mut follow, 3).await;
    // when: the node restarts on another port with another token, and more has happened
    timeout(SOON, server.stop(SOON)).await.expect("stops");
    Endpoint::remove(&Endpoint::path_in(home.path())).expect("removed");
    let _server = start(home.path(), 7).await;
    next(&mut follow, 7).await;
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(follow.position(), Some(7));
}

#[tokio::test]
async fn follower_gives_up_where_trying_again_does_not_help() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let _server = start(home.path(), 3).await;
    let mut follow = Follow::endpoint(Endpoint::path_in(home.path()), SubscribeParams::since(2_000_000));
    let failed = timeout(SOON, follow.next()).await.expect("an answer").expect_err("not kept");
    assert_eq!(failed.api().map(ApiError::kind), Some(ErrorKind::CursorExpired));
}

#[tokio::test]
async fn wrong_token_and_missing_node_are_told_apart() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let missing = Client::connect(&Endpoint::path_in(home.path())).await.map(|_| ());
    assert!(matches!(missing, Err(ClientError::NoEndpoint { .. })), "{missing:?}");
    let server = start(home.path(), 0).await;
    let refused = Client::open(&server.ws_url(), &Token::generate()).await.map(|_| ());
    assert!(matches!(refused, Err(ClientError::Refused { status: 401 })), "{refused:?}");
    let (url, token) = (server.ws_url(), Endpoint::read(&Endpoint::path_in(home.path())).and_then(|e| e.admin_token()));
    timeout(SOON, server.stop(SOON)).await.expect("stops");
    let gone = Client::open(&url, &token.expect("a token")).await.map(|_| ());
    assert!(matches!(gone, Err(ClientError::Connect { .. })), "{gone:?}");
    let bad = Client::open("http://127.0.0.1/", &Token::generate()).await.map(|_| ());
    assert!(matches!(bad, Err(ClientError::BadAddress { .. })), "{bad:?}");
}

#[tokio::test]
async fn endpoint_file_is_private_whole_and_as_published() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().expect("a temporary folder");
    let server = start(home.path(), 0).await;
    let path = Endpoint::path_in(home.path());
    let mode = std::fs::metadata(&path).expect("exists").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let value: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&path).expect("readable")).expect("JSON");
    let keys: Vec<_> = value.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(keys, ["url", "ws_url", "ui_url", "pid", "version", "api", "admin_token_file"]);
    assert_eq!(value["url"], format!("http://127.0.0.1:{}", server.address().port()));
    assert_eq!(value["ws_url"], format!("ws://127.0.0.1:{}/rpc", server.address().port()));
    std::fs::write(&path, "{}").expect("written");
    assert!(matches!(Endpoint::read(&path), Err(ClientError::BadEndpoint { .. })));
}
