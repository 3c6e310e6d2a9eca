//! Subscriptions: from the node's event source to one client, one item at a time. Nothing is buffered here: the source
//! is asked for the next item once the connection has taken the last one.

use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use jsonrpsee::core::SubscriptionError;
use jsonrpsee::core::server::SendTimeoutError;
use jsonrpsee::core::server::{SubscriptionCloseResponse, SubscriptionMessage, SubscriptionSink};
use serde::Serialize;

use crate::contract::events::{EventItem, NOTIFICATION, SubscribeParams};
use crate::error::{ApiError, ErrorData};
use crate::registry::CallContext;

/// How long a client may take to make room for one item. What is in the socket's and the connection's buffers by then
/// it has not read for that long, so it is ended with 6002 rather than waited for.
pub(crate) const SLOW_CLIENT: Duration = Duration::from_secs(5);

/// The events of one subscription: replay, [`EventItem::Live`], then what happens. An error ends it.
///
/// Read from the log at the reader's pace; an implementation that pushes must bound its buffer and end with 6002.
pub type EventStream = BoxStream<'static, Result<EventItem, ApiError>>;

/// Where events come from: implemented by the node.
pub trait EventSource: Send + Sync + 'static {
    /// Opens a stream of the events a caller wants. What is wrong with the request is told here, what goes wrong later
    /// is told in the stream.
    fn open(&self, context: CallContext, filter: SubscribeParams) -> BoxFuture<'static, Result<EventStream, ApiError>>;
}

/// `error` of the notification that ends a subscription.
#[derive(Serialize)]
pub(crate) struct EndError {
    code: i32,
    data: ErrorData,
}

impl From<ApiError> for EndError {
    fn from(error: ApiError) -> Self {
        let (code, _, data) = error.into_wire();
        Self { code, data }
    }
}

/// Carries a stream to a subscriber until either ends.
pub(crate) async fn pump(sink: SubscriptionSink, mut stream: EventStream) -> SubscriptionCloseResponse {
    let id = sink.subscription_id();
    let mut last_seq = 0;
    loop {
        let item = tokio::select! {
            biased;
            () = sink.closed() => return SubscriptionCloseResponse::None,
            item = stream.next() => item,
        };
        let item = match item {
            Some(Ok(item)) => item,
            Some(Err(error)) => return end(error),
            None => return SubscriptionCloseResponse::None,
        };
        let Ok(message) = SubscriptionMessage::new(NOTIFICATION, id.clone(), &item) else {
            return end(ApiError::internal());
        };
        match sink.send_timeout(message, SLOW_CLIENT).await {
            Ok(()) => last_seq = item.seq(),
            Err(SendTimeoutError::Timeout(_)) => return end(ApiError::lagged(last_seq)),
            Err(SendTimeoutError::Closed(_)) => return SubscriptionCloseResponse::None,
        }
    }
}

fn end(error: ApiError) -> SubscriptionCloseResponse {
    match serde_json::value::to_raw_value(&EndError::from(error)) {
        Ok(json) => SubscriptionCloseResponse::NotifErr(SubscriptionError::from_json(json)),
        // Numbers and strings always serialize; without them the client still learns that it ended.
        Err(error) => SubscriptionCloseResponse::NotifErr(error.into()),
    }
}
