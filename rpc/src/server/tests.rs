//! Black-box tests of the server over raw TCP: every row of the refusal table, the limits, and that nothing refused was
//! executed. The registry behind it answers with the contract's examples.

mod events;
mod interface;
mod limits;
mod refusals;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use tokio::sync::Semaphore;

use super::limits::Timing;
use super::{Asset, Interface, Server, ServerConfig};
use crate::contract::events::{EventItem, SubscribeParams};
use crate::contract::{Created, Scope, message};
use crate::credential::{AdminOnly, Credential, CredentialStore, Token};
use crate::error::{ApiError, ErrorKind};
use crate::{CallContext, EventSource, EventStream, Method, Registry, Sessions};

/// How long a test waits for something that happens at once.
const SOON: Duration = Duration::from_secs(10);

/// Replays three markers, then stays open; `since: 99` fails later, `since: 100` at once.
struct ThreeEvents;

impl EventSource for ThreeEvents {
    fn open(&self, _: CallContext, filter: SubscribeParams) -> BoxFuture<'static, Result<EventStream, ApiError>> {
        async move {
            let since = filter.since.unwrap_or(3);
            if since == 100 {
                return Err(ApiError::cursor_expired(1, 3));
            }
            let replay = futures::stream::iter((since + 1..=3).map(|seq| Ok(EventItem::Live { seq })));
            if since == 99 {
                let end = futures::stream::iter([Err(ApiError::lagged(99))]);
                return Ok(end.boxed());
            }
            Ok(replay.chain(futures::stream::pending()).boxed())
        }
        .boxed()
    }
}

/// The admin token, and "reader" and "slow" for scoped ones.
struct Tokens {
    admin: AdminOnly,
    reader: Arc<Credential>,
    slow: Arc<Credential>,
}

impl CredentialStore for Tokens {
    fn authenticate(&self, token: &str) -> Option<Arc<Credential>> {
        match token {
            "reader" => Some(Arc::clone(&self.reader)),
            "slow" => Some(Arc::clone(&self.slow)),
            _ => self.admin.authenticate(token),
        }
    }
}

/// An interface of a page and a script.
struct Page;

impl Interface for Page {
    fn asset(&self, path: &str) -> Option<Asset> {
        let (text, media_type) = match path {
            "/" => ("<!doctype html>", "text/html; charset=utf-8"),
            "/assets/app.js" => ("export {}", "text/javascript; charset=utf-8"),
            _ => return None,
        };
        Some(Asset { bytes: text.into(), media_type, digest: *blake3::hash(text.as_bytes()).as_bytes() })
    }
}

/// A server whose `message.send` counts, and whose `message.get` waits until it is let through.
struct Fixture {
    server: Option<Server>,
    port: u16,
    token: Token,
    sessions: Arc<Sessions>,
    /// Messages that were sent: anything refused must not count.
    sent: Arc<AtomicUsize>,
    /// Lets a waiting `message.get` through.
    gate: Arc<Semaphore>,
}

impl Fixture {
    async fn start() -> Self {
        Self::start_with(Timing::default()).await
    }

    async fn start_with(timing: Timing) -> Self {
        let (sent, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let (sends, gets) = (Arc::clone(&sent), Arc::clone(&gate));
        let builder = Registry::builder()
            .events(Arc::new(ThreeEvents))
            .method::<message::Send, _, _>(move |_, params| {
                sends.fetch_add(1, Ordering::SeqCst);
                let message = message::Message { content: params.content, ..message::Get::example().1 };
                async { Ok(Created::new(message)) }
            })
            .method::<message::Get, _, _>(move |_, _| {
                let gate = Arc::clone(&gets);
                async move {
                    let passed = gate.acquire().await;
                    passed.map_err(|_| ApiError::new(ErrorKind::Cancelled, "the gate is gone"))?.forget();
                    Ok(message::Get::example().1)
                }
            });
        let registry = canned_but_messages!(crate, builder).build().expect("every method has a handler");
        let token = Token::generate();
        let tokens = Tokens {
            admin: AdminOnly::new(&token),
            reader: Arc::new(Credential::scoped("tok_reader", [Scope::Read], None, 1_000)),
            slow: Arc::new(Credential::scoped("tok_slow", [Scope::Read], None, 1)),
        };
        let sessions = Arc::new(Sessions::new(|| 1_000));
        let credentials = Arc::new((tokens, Arc::clone(&sessions)));
        let mut config = ServerConfig::new(([127, 0, 0, 1], 0).into(), registry, credentials);
        config.interface = Some(Arc::new(Page));
        config.sessions = Some(Arc::clone(&sessions));
        config.timing = timing;
        let server = Server::start(config).await.expect("a free loopback port");
        Self { port: server.address().port(), server: Some(server), token, sessions, sent, gate }
    }

    fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }

    async fn stop(&mut self, grace: Duration) {
        if let Some(server) = self.server.take() {
            tokio::time::timeout(SOON, server.stop(grace)).await.expect("the server stops");
        }
    }
}

/// A call of `message.send` in JSON.
fn send_call(id: u32) -> String {
    let channel = crate::contract::sample::CHANNEL;
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"message.send","params":{{"channel_id":"{channel}","content":"hi"}}}}"#
    )
}

/// A call of `message.get` in JSON: waits for the fixture's gate.
fn get_call(id: u32) -> String {
    let message = crate::contract::sample::MESSAGE;
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"message.get","params":{{"message_id":"{message}"}}}}"#)
}
