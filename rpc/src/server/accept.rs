//! The accept loop and one connection's life.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

use super::socket::{Link, Socket};
use super::{Counters, Shared, limits, route};

/// Rest after a failed accept: it fails at once again while the process has no file left.
const ACCEPT_REST: Duration = Duration::from_millis(50);

pub(super) async fn run(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = shared.stopping.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                Counters::count(&shared.counters.accepted);
                let connection = serve(stream, Arc::clone(&shared));
                shared.sockets.spawn(connection);
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_REST).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    // Answers are small and waited for.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let cut = shared.killed.child_token();
    let (place, evicted) = shared.places.enter(cut.clone());
    if evicted {
        Counters::count(&shared.counters.evicted);
    }
    let link = Arc::new(Link::new(place));
    let socket = Socket::new(stream, Arc::clone(&link), Arc::clone(&shared), cut);
    let rpc = shared.rpc.connection();
    let service = service_fn(|request| {
        let (shared, link, rpc) = (Arc::clone(&shared), Arc::clone(&link), rpc.clone());
        async move { Ok::<_, Infallible>(route::answer(request, shared, link, rpc).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.timing.head)
        .max_buf_size(limits::HEAD_BYTES)
        .max_headers(limits::HEAD_LINES)
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shared.stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}
