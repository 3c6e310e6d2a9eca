//! From an admitted request to JSON-RPC: hands POST bodies and WebSocket handshakes to jsonrpsee with the session in
//! the request's extensions, where the registry finds it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, SEC_WEBSOCKET_PROTOCOL};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use jsonrpsee::core::id_providers::RandomStringIdProvider;

use jsonrpsee::server::{
    BatchRequestConfig, Methods, PingConfig, ServerBuilder, ServerConfig, ServerHandle, StopHandle, TowerService,
    TowerServiceBuilder, stop_channel,
};
use tokio::time::Instant;
use tower::Service;
use tower::layer::util::Identity;

use super::limits::{self, Timing};
use super::refusal::Refusal;
use crate::credential::Credential;
use crate::registry::Session;

/// Characters of a subscription's id.
const SUBSCRIPTION_ID_CHARS: usize = 16;

/// JSON-RPC for one connection.
pub(super) type Rpc = TowerService<Identity, Identity>;

/// Makes the JSON-RPC end of each connection.
pub(super) struct RpcFactory {
    builder: TowerServiceBuilder<Identity, Identity>,
    methods: Methods,
    stop: StopHandle,
    handle: ServerHandle,
}

impl RpcFactory {
    pub(super) fn new(methods: Methods, timing: &Timing) -> Self {
        let config = ServerConfig::builder()
            .max_request_body_size(limits::BODY_BYTES)
            .max_response_body_size(limits::RESPONSE_BYTES)
            // Counted by us, before a request comes this far.
            .max_connections(u32::try_from(limits::CONNECTIONS_MAX * limits::STRANGERS_MAX).unwrap_or(u32::MAX))
            .max_subscriptions_per_connection(limits::SUBSCRIPTIONS_MAX)
            .set_batch_request_config(BatchRequestConfig::Limit(limits::BATCH_MAX))
            .set_message_buffer_capacity(limits::OUTBOX_MESSAGES)
            .set_id_provider(RandomStringIdProvider::new(SUBSCRIPTION_ID_CHARS))
            .enable_ws_ping(PingConfig::new().ping_interval(timing.ping).inactive_limit(timing.pong).max_failures(1))
            .build();
        let (stop, handle) = stop_channel();
        let builder = ServerBuilder::new().set_config(config).to_service_builder();
        Self { builder, methods, stop, handle }
    }

    pub(super) fn connection(&self) -> Rpc {
        self.builder.clone().build(self.methods.clone(), self.stop.clone())
    }

    /// Running calls end, WebSockets close.
    pub(super) fn stop(&self) {
        // An error says that nobody listens: stopped already.
        if self.handle.stop().is_err() {
            tracing::debug!("no connection to stop");
        }
    }
}

/// Reads a body that is plain JSON, within its bound and its time.
pub(super) async fn read_body(
    headers: &HeaderMap,
    body: Incoming,
    at_most_bytes: u32,
    began: Instant,
    within: Duration,
) -> Result<Bytes, Refusal> {
    let too_large = Refusal::BodyTooLarge { at_most_bytes };
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > u64::from(at_most_bytes)) {
        return Err(too_large);
    }
    let limited = Limited::new(body, at_most_bytes as usize);
    match tokio::time::timeout_at(began + within, limited.collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large),
        // A body that breaks off: the client is gone or as good as gone.
        Ok(Err(_)) | Err(_) => Err(Refusal::TooSlow),
    }
}

/// Whether the body is JSON and not compressed.
pub(super) fn is_plain_json(headers: &HeaderMap) -> bool {
    let plain = headers
        .get_all(http::header::CONTENT_ENCODING)
        .iter()
        .all(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(media_type), None) = (types.next(), types.next()) else { return false };
    let Ok(media_type) = media_type.to_str() else { return false };
    let mut parts = media_type.split(';').map(str::trim);
    let json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    plain && json && parts.all(|parameter| parameter.eq_ignore_ascii_case("charset=utf-8"))
}

/// One body of calls.
pub(super) async fn post(mut rpc: Rpc, credential: Arc<Credential>, body: Bytes) -> Response<Body> {
    let mut request = Request::post("/rpc");
    if let Some(headers) = request.headers_mut() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let request = request.extension(Arc::new(Session::new(credential))).body(Full::new(body));
    let answered = match request {
        Ok(request) => rpc.call(request).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match answered {
        Ok(response) => response.map(Body::new),
        Err(error) => failed(&error),
    }
}

/// A WebSocket. The caller marks the socket upgraded.
pub(super) async fn upgrade(
    mut rpc: Rpc,
    credential: Arc<Credential>,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Refusal> {
    let protocol = super::guard::protocols(request.headers()).answer.and_then(|word| HeaderValue::from_str(word).ok());
    request.extensions_mut().insert(Arc::new(Session::new(credential)));
    let mut response = match rpc.call(request).await {
        // The library answers 200 to a handshake it does not like.
        Ok(response) if response.status() != StatusCode::SWITCHING_PROTOCOLS => return Err(Refusal::BadHandshake),
        Ok(response) => response.map(Body::new),
        Err(error) => return Ok(failed(&error.to_string())),
    };
    if let Some(protocol) = protocol {
        response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    Ok(response)
}

fn failed(error: &str) -> Response<Body> {
    tracing::error!(error, "a request failed in the server");
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
