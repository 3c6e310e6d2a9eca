//! What a call costs before a node does anything: one server that answers `message.send` at once, one client on the
//! same machine with a number of calls in flight. Prints calls per second.
//!
//! `cargo run -p folkmoot-rpc --example echo -- [CALLS] [IN_FLIGHT]`

use std::sync::Arc;
use std::time::Instant;

use folkmoot_rpc::contract::events::SubscribeParams;
use folkmoot_rpc::contract::{Created, message};
use folkmoot_rpc::credential::{AdminOnly, Token};
use folkmoot_rpc::{ApiError, CallContext, Client, EventSource, EventStream, Method, Registry, Server, ServerConfig};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};

#[path = "../src/canned.rs"]
#[macro_use]
mod canned;

struct NoEvents;

impl EventSource for NoEvents {
    fn open(&self, _: CallContext, _: SubscribeParams) -> BoxFuture<'static, Result<EventStream, ApiError>> {
        async { Ok(futures::stream::pending().boxed()) }.boxed()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>());
    let calls = arguments.next().transpose()?.unwrap_or(200_000);
    let in_flight = arguments.next().transpose()?.unwrap_or(32);

    let builder = Registry::builder()
        .events(Arc::new(NoEvents))
        .method::<message::Get, _, _>(|_, _| async { Ok(message::Get::example().1) })
        .method::<message::Send, _, _>(|_, params| async move {
            Ok(Created::new(message::Message { content: params.content, ..message::Get::example().1 }))
        });
    let registry = canned_but_messages!(folkmoot_rpc, builder).build()?;
    let token = Token::generate();
    let config = ServerConfig::new(([127, 0, 0, 1], 0).into(), registry, Arc::new(AdminOnly::new(&token)));
    let server = Server::start(config).await?;
    let client = Client::open(&server.ws_url(), &token).await?;

    let params = message::SendParams { content: "x".repeat(200), ..message::Send::example().0 };
    let began = Instant::now();
    let running = (0..in_flight).map(|_| {
        let (client, params) = (client.clone(), params.clone());
        async move {
            for _ in 0..calls / in_flight {
                client.call::<message::Send>(&params).await?;
            }
            Ok::<_, folkmoot_rpc::client::ClientError>(())
        }
    });
    futures::future::try_join_all(running).await?;
    let seconds = began.elapsed().as_secs_f64();
    let done = calls / in_flight * in_flight;
    println!("{done} calls, {in_flight} in flight: {:.0} calls/s", done as f64 / seconds);
    server.stop(std::time::Duration::from_secs(1)).await;
    Ok(())
}
