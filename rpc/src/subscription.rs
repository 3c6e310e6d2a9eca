//! Subscriptions: from the node's sources to one client, one item at a time. Nothing is buffered here: a source is
//! asked for the next item once the connection has taken the last one.

use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use jsonrpsee::core::SubscriptionError;
use jsonrpsee::core::server::SendTimeoutError;
use jsonrpsee::core::server::{SubscriptionCloseResponse, SubscriptionMessage, SubscriptionSink};
use serde::Serialize;

use crate::contract::Subscription;
use crate::contract::events::{EventItem, SubscribeParams};
use crate::error::{ApiError, ErrorData};
use crate::registry::CallContext;

/// How long a client may take to make room for one item. What is in the socket's and the connection's buffers by then
/// it has not read for that long, so it is ended with 6002 rather than waited for.
pub(crate) const SLOW_CLIENT: Duration = Duration::from_secs(5);

/// The items of one subscription. An error ends it.
///
/// Asked for at the reader's pace; an implementation that pushes must bound its buffer and end with 6002.
pub type ItemStream<T> = BoxStream<'static, Result<T, ApiError>>;

/// The events of one subscription: replay, [`EventItem::Live`], then what happens.
pub type EventStream = ItemStream<EventItem>;

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

/// Carries a stream to a subscriber until either ends, or the subscriber takes nothing for as long as `patience`.
pub(crate) async fn pump<M: Subscription>(
    sink: SubscriptionSink,
    mut stream: ItemStream<M::Output>,
    patience: Duration,
) -> SubscriptionCloseResponse {
    let id = sink.subscription_id();
    let mut last = None;
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
        let Ok(message) = SubscriptionMessage::new(M::NOTIFICATION, id.clone(), &item) else {
            return end(ApiError::internal());
        };
        match sink.send_timeout(message, patience).await {
            Ok(()) => last = M::place(&item),
            Err(SendTimeoutError::Timeout(_)) => return end(M::lagged(last)),
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use futures::stream;
    use jsonrpsee::RpcModule;
    use serde_json::Value;
    use tokio::sync::Notify;

    use super::*;
    use crate::contract::events::Subscribe;

    /// A subscription to live markers 1, 2, 3, …; counts how many were asked for and tells when it ended.
    fn module(items: u64, asked: Arc<AtomicU64>, ended: Arc<Notify>) -> RpcModule<()> {
        let mut module = RpcModule::new(());
        module
            .register_subscription(
                "subscribe",
                Subscribe::NOTIFICATION,
                Subscribe::UNSUBSCRIBE,
                move |_, pending, _, _| {
                    let (asked, ended) = (Arc::clone(&asked), Arc::clone(&ended));
                    async move {
                        let stream = stream::iter(1..=items).map(move |seq| {
                            asked.store(seq, Ordering::Relaxed);
                            Ok(EventItem::Live { seq })
                        });
                        let Ok(sink) = pending.accept().await else { return SubscriptionCloseResponse::None };
                        let end = pump::<Subscribe>(sink, stream.boxed(), Duration::from_millis(20)).await;
                        ended.notify_one();
                        end
                    }
                },
            )
            .expect("registered once");
        module
    }

    const SUBSCRIBE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{}}"#;

    #[tokio::test]
    async fn slow_subscriber_is_ended_with_the_last_event_it_was_sent() {
        // given: room for four messages that nobody takes
        let (asked, ended) = (Arc::new(AtomicU64::new(0)), Arc::new(Notify::new()));
        let module = module(1_000, Arc::clone(&asked), Arc::clone(&ended));
        let (_, mut received) = module.raw_json_request(SUBSCRIBE, 4).await.expect("valid");
        // when: the source has far more, for longer than the patience
        tokio::time::timeout(Duration::from_secs(10), ended.notified()).await.expect("it is given up");
        // then: what was sent arrives, then the end that names the last of it, and nothing more was asked for
        let mut messages = Vec::new();
        while let Ok(Some(message)) = tokio::time::timeout(Duration::from_secs(5), received.recv()).await {
            let message: Value = serde_json::from_str(message.get()).expect("JSON");
            let ended = message["params"].get("error").is_some();
            messages.push(message);
            if ended {
                break;
            }
        }
        let end = messages.pop().expect("an end");
        assert_eq!(end["method"], "events.event");
        assert_eq!(end["params"]["error"]["code"], 6002);
        assert_eq!(end["params"]["error"]["data"]["last_seq"], messages.len());
        assert_eq!(end["params"]["error"].as_object().map(serde_json::Map::len), Some(2));
        assert_eq!(asked.load(Ordering::Relaxed), messages.len() as u64 + 1);
    }

    #[tokio::test]
    async fn event_notification_has_the_published_shape() {
        let (answer, mut received) =
            module(1, Arc::default(), Arc::default()).raw_json_request(SUBSCRIBE, 4).await.expect("valid");
        let answer: Value = serde_json::from_str(answer.get()).expect("JSON");
        let message = received.recv().await.expect("one event");
        let expected = format!(
            r#"{{"jsonrpc":"2.0","method":"events.event","params":{{"subscription":{},"result":{{"type":"stream.live","seq":1}}}}}}"#,
            answer["result"]
        );
        assert_eq!(message.get(), expected);
    }
}
