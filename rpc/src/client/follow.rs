//! Following the event log across lost connections and restarted nodes: connects again, subscribes from the last event
//! seen, and so delivers each event once as long as the program itself lives.

use std::path::PathBuf;
use std::time::Duration;

use super::{Client, ClientError, Subscription};
use crate::contract::events::{EventItem, SubscribeParams};
use crate::credential::Token;

/// Rest before the first new attempt; doubles with each.
const REST_MIN: Duration = Duration::from_millis(100);
/// The longest rest.
const REST_MAX: Duration = Duration::from_secs(5);

/// How the node is found again.
enum Target {
    /// Read anew each time: port and token change when the node restarts.
    EndpointFile(PathBuf),
    Address(String, Token),
}

/// A reader of the event log.
pub struct Follow {
    target: Target,
    filter: SubscribeParams,
    open: Option<(Client, Subscription)>,
    rest: Duration,
}

impl Follow {
    /// Follows the node that writes this `endpoint.json`, now and after each restart.
    #[must_use]
    pub const fn endpoint(path: PathBuf, filter: SubscribeParams) -> Self {
        Self { target: Target::EndpointFile(path), filter, open: None, rest: REST_MIN }
    }

    /// Follows the node at an address.
    #[must_use]
    pub const fn address(ws_url: String, token: Token, filter: SubscribeParams) -> Self {
        Self { target: Target::Address(ws_url, token), filter, open: None, rest: REST_MIN }
    }

    /// The place after which it goes on.
    #[must_use]
    pub const fn position(&self) -> Option<u64> {
        self.filter.since
    }

    /// The next item; waits for the node as long as it takes. `stream.live` comes again after each reconnection.
    ///
    /// # Errors
    /// What trying again does not change: no right to read, a place that is not kept any more (6001).
    ///
    /// # Cancel safety
    /// Cancel safe: no event is lost.
    pub async fn next(&mut self) -> Result<EventItem, ClientError> {
        loop {
            let failed = match self.step().await {
                Ok(item) => {
                    self.rest = REST_MIN;
                    self.filter.since = Some(self.filter.since.unwrap_or(0).max(item.seq()));
                    return Ok(item);
                }
                Err(error) if error.retryable() => error,
                Err(error) => return Err(error),
            };
            tracing::debug!(error = %failed, rest = ?self.rest, "following again after a rest");
            self.open = None;
            tokio::time::sleep(self.rest).await;
            self.rest = (self.rest * 2).min(REST_MAX);
        }
    }

    async fn step(&mut self) -> Result<EventItem, ClientError> {
        if self.open.is_none() {
            let client = match &self.target {
                Target::EndpointFile(path) => Client::connect(path).await?,
                Target::Address(ws_url, token) => Client::open(ws_url, token).await?,
            };
            let subscription = client.subscribe(&self.filter).await?;
            self.open = Some((client, subscription));
        }
        let Some((_, subscription)) = self.open.as_mut() else { return Err(ClientError::Closed) };
        subscription.next().await.unwrap_or(Err(ClientError::Closed))
    }
}
