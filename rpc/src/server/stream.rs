//! `GET /events`: the event log as server-sent events, for `curl` and for tools without WebSockets. The same events by
//! the same rules as `events.subscribe`.

use std::fmt::Write as _;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Query;
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use hyper::body::Incoming;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Shared;
use super::limits::QUERY_BYTES;
use super::refusal::Refusal;
use crate::contract::ConsumerName;
use crate::contract::events::{EventItem, LIVE, SubscribeParams};
use crate::credential::Credential;
use crate::error::ApiError;
use crate::subscription::{EndError, EventStream, SLOW_CLIENT};

/// Opens the stream.
pub(super) async fn open(
    request: &Request<Incoming>,
    shared: &Shared,
    credential: &Arc<Credential>,
) -> Result<Response<Body>, Refusal> {
    let filter = read_filter(request).map_err(Refusal::Api)?;
    let events = shared.registry.open_events(credential, filter).await.map_err(Refusal::Api)?;
    let writer = Writer {
        events,
        ping: shared.timing.ping,
        stopping: shared.stopping.clone(),
        last_seq: 0,
        gave_at: Instant::now(),
        ended: false,
    };
    let body = Body::from_stream(stream::unfold(writer, |mut writer| async move {
        let text = writer.next().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(text)), writer))
    }));
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Reads the query; lists are separated by commas. `Last-Event-ID` of a client that comes back counts above `since`.
fn read_filter(request: &Request<Incoming>) -> Result<SubscribeParams, ApiError> {
    if request.uri().query().is_some_and(|query| query.len() > QUERY_BYTES) {
        return Err(ApiError::invalid_params("query", "the query is too long"));
    }
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(request.uri())
        .map_err(|_| ApiError::invalid_params("query", "not a query"))?;
    let mut filter = SubscribeParams::default();
    for (name, value) in pairs {
        match name.as_str() {
            "since" => filter.since = Some(read("since", &value)?),
            "types" => filter.types = Some(value.split(',').map(str::to_owned).collect()),
            "servers" => filter.servers = Some(read_list("servers", &value)?),
            "channels" => filter.channels = Some(read_list("channels", &value)?),
            "consumer" => {
                let consumer = ConsumerName::new(&value);
                filter.consumer =
                    Some(consumer.ok_or_else(|| ApiError::invalid_params("consumer", "1 to 64 characters"))?);
            }
            _ => return Err(ApiError::invalid_params(name, "unknown field")),
        }
    }
    if let Some(last) = request.headers().get("last-event-id") {
        filter.since = Some(read("last-event-id", last.to_str().unwrap_or_default())?);
    }
    Ok(filter)
}

fn read<T: FromStr>(field: &'static str, value: &str) -> Result<T, ApiError> {
    value.parse().map_err(|_| ApiError::invalid_params(field, "malformed value"))
}

fn read_list<T: FromStr>(field: &'static str, value: &str) -> Result<Vec<T>, ApiError> {
    value.split(',').map(|item| read(field, item)).collect()
}

/// Writes one event after the other, each when the connection asks for it.
struct Writer {
    events: EventStream,
    ping: Duration,
    stopping: CancellationToken,
    last_seq: u64,
    gave_at: Instant,
    ended: bool,
}

impl Writer {
    async fn next(&mut self) -> Option<String> {
        if self.ended {
            return None;
        }
        // The connection asks again as soon as it has room.
        if self.last_seq > 0 && self.gave_at.elapsed() > SLOW_CLIENT {
            return Some(self.end(ApiError::lagged(self.last_seq)));
        }
        let next = tokio::select! {
            biased;
            () = self.stopping.cancelled() => return None,
            next = tokio::time::timeout(self.ping, self.events.next()) => next,
        };
        let text = match next {
            Ok(Some(Ok(item))) => {
                self.last_seq = item.seq();
                render(&item)
            }
            Ok(Some(Err(error))) => return Some(self.end(error)),
            Ok(None) => return None,
            // Nothing happened: a comment shows both ends that the other is there.
            Err(_) => ": ping\n\n".to_owned(),
        };
        self.gave_at = Instant::now();
        Some(text)
    }

    fn end(&mut self, error: ApiError) -> String {
        self.ended = true;
        let data = serde_json::to_string(&EndError::from(error)).unwrap_or_default();
        format!("event: error\ndata: {data}\n\n")
    }
}

fn render(item: &EventItem) -> String {
    let kind = match item {
        EventItem::Event(event) => &*event.kind,
        EventItem::Live { .. } => LIVE,
    };
    // JSON is one line.
    let data = serde_json::to_string(item).unwrap_or_default();
    let mut text = String::with_capacity(data.len() + kind.len() + 48);
    // Writing to a string cannot fail.
    write!(text, "id: {}\nevent: {kind}\ndata: {data}\n\n", item.seq()).unwrap_or_default();
    text
}
