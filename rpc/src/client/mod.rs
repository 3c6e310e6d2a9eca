//! The client: one WebSocket to a node, any number of calls at once, subscriptions, and a reader that follows the event
//! log across restarts. Used by the command line, tests, benchmarks and examples; knows the contract and no node.

mod connection;
mod endpoint;
mod follow;

use std::io;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use crate::contract::events::{Subscribe, SubscribeParams};
use crate::contract::{self, Method};
use crate::credential::{CredentialError, Token};
use crate::error::ApiError;

use connection::{Connection, Notice};
pub use endpoint::Endpoint;
pub use follow::Follow;

/// How long a call waits for its answer; the longest `events.poll` is answered well before.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(90);

/// Why a call or a connection failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The node answered with an error.
    #[error("the node refused: {error}")]
    Api {
        /// What it said.
        error: ApiError,
    },
    /// There is no readable `endpoint.json`: no node runs on this data folder.
    #[error("no node is running: cannot read {}", path.display())]
    NoEndpoint {
        /// Where it was looked for.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// `endpoint.json` holds something else.
    #[error("{} is not an endpoint", path.display())]
    BadEndpoint {
        /// Where it stands.
        path: PathBuf,
    },
    /// The token cannot be read.
    #[error("no usable token")]
    Token {
        /// Why not.
        source: CredentialError,
    },
    /// Not `ws://HOST:PORT/PATH`.
    #[error("not a WebSocket address: {url}")]
    BadAddress {
        /// What was given.
        url: String,
    },
    /// Nobody answers there: no node runs.
    #[error("no node answers at {url}")]
    Connect {
        /// Where.
        url: String,
        /// Why not.
        source: io::Error,
    },
    /// The node refused the connection; 401 says that the token is wrong.
    #[error("the node refused the connection with status {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// What answers there speaks something else.
    #[error("no WebSocket at the other end")]
    Handshake {
        /// Why not.
        source: Box<soketto::handshake::Error>,
    },
    /// The connection ended before the answer came. The call may have been carried out: send it again with its nonce.
    #[error("the connection is closed")]
    Closed,
    /// No answer within [`CALL_TIMEOUT`].
    #[error("no answer in time")]
    Timeout,
    /// The parameters are longer than a request may be, or do not serialize.
    #[error("the call cannot be sent: {reason}")]
    Unsendable {
        /// Why not.
        reason: String,
    },
    /// The answer is not what the contract says: another version of the node.
    #[error("unexpected answer to {method}")]
    Unexpected {
        /// The method called.
        method: String,
        /// What does not fit.
        source: serde_json::Error,
    },
}

impl ClientError {
    /// The node's error, if it was that.
    #[must_use]
    pub const fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api { error } => Some(error),
            _ => None,
        }
    }

    /// Whether trying again later may help without anybody changing anything.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Api { error } => error.kind().retryable(),
            Self::NoEndpoint { .. } | Self::Connect { .. } | Self::Closed | Self::Timeout => true,
            // A node that is just starting has written its new token and not its endpoint, or the other way round.
            Self::Refused { .. } | Self::Token { .. } | Self::BadEndpoint { .. } => true,
            Self::BadAddress { .. } | Self::Handshake { .. } | Self::Unsendable { .. } | Self::Unexpected { .. } => {
                false
            }
        }
    }
}

/// A connection to a node. Clones share it; it closes with the last of them and its subscriptions.
#[derive(Clone)]
pub struct Client {
    connection: Connection,
}

impl Client {
    /// Connects to the node that wrote this `endpoint.json`, as its administrator.
    ///
    /// # Errors
    /// If no node runs there, or it refuses.
    pub async fn connect(endpoint: &Path) -> Result<Self, ClientError> {
        let endpoint = Endpoint::read(endpoint)?;
        let token = endpoint.admin_token()?;
        Self::open(&endpoint.ws_url, &token).await
    }

    /// Connects to a WebSocket address with a token.
    ///
    /// # Errors
    /// If nobody answers there, or the token is refused.
    pub async fn open(ws_url: &str, token: &Token) -> Result<Self, ClientError> {
        Ok(Self { connection: Connection::open(ws_url, token).await? })
    }

    /// Calls a method of the contract.
    ///
    /// # Errors
    /// What the node answered, or why no answer came.
    pub async fn call<M: Method>(&self, params: &M::Params) -> Result<M::Output, ClientError> {
        let result = self.call_raw(M::NAME, params).await?;
        serde_json::from_str(result.get())
            .map_err(|source| ClientError::Unexpected { method: M::NAME.to_owned(), source })
    }

    /// Calls a method by its name with parameters of any shape.
    ///
    /// # Errors
    /// What the node answered, or why no answer came.
    pub async fn call_raw<P>(&self, method: &str, params: &P) -> Result<Box<RawValue>, ClientError>
    where
        P: Serialize + ?Sized + Sync,
    {
        let answer = self.connection.call(method, params).await?;
        match tokio::time::timeout(CALL_TIMEOUT, answer).await {
            Ok(Ok(result)) => result.map_err(|error| ClientError::Api { error }),
            Ok(Err(_)) => Err(ClientError::Closed),
            Err(_) => Err(ClientError::Timeout),
        }
    }

    /// Subscribes to events.
    ///
    /// # Errors
    /// What the node answered, or why no answer came.
    pub async fn subscribe(&self, filter: &SubscribeParams) -> Result<Subscription, ClientError> {
        self.open_subscription(filter).await
    }

    /// Opens any subscription of the contract.
    ///
    /// # Errors
    /// What the node answered, or why no answer came.
    pub async fn open_subscription<M: contract::Subscription>(
        &self,
        params: &M::Params,
    ) -> Result<Subscription<M>, ClientError> {
        let (answer, items) = self.connection.subscribe(M::NAME, params).await?;
        let id = match tokio::time::timeout(CALL_TIMEOUT, answer).await {
            Ok(Ok(id)) => id.map_err(|error| ClientError::Api { error })?,
            Ok(Err(_)) => return Err(ClientError::Closed),
            Err(_) => return Err(ClientError::Timeout),
        };
        Ok(Subscription {
            id,
            items,
            last: None,
            connection: self.connection.clone(),
            ended: false,
            method: PhantomData,
        })
    }

    /// Whether the connection has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.connection.is_closed()
    }
}

/// The items of one subscription. Ends with the error that ended it, [`ClientError::Closed`] if the connection did.
///
/// Holds a bounded number of items. Who lets it fill is ended with 6002, and the last item taken where it has a place,
/// as the node does: the connection's other calls never wait for it.
pub struct Subscription<M: contract::Subscription = Subscribe> {
    id: String,
    items: mpsc::Receiver<Notice>,
    /// Place of the last item taken.
    last: Option<u64>,
    connection: Connection,
    ended: bool,
    method: PhantomData<fn() -> M>,
}

impl<M: contract::Subscription> Subscription<M> {
    /// The subscription's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The next item; none after the end.
    ///
    /// # Cancel safety
    /// Cancel safe: no item is lost.
    pub async fn next(&mut self) -> Option<Result<M::Output, ClientError>> {
        std::future::poll_fn(|cx| self.poll_item(cx)).await
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<M::Output, ClientError>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        self.items.poll_recv(cx).map(|notice| {
            let item = match notice {
                Some(Notice::Item(item)) => serde_json::from_str::<M::Output>(item.get())
                    // Ends it: going on would skip an item in silence.
                    .map_err(|source| self.give_up(ClientError::Unexpected { method: M::NAME.to_owned(), source })),
                Some(Notice::Ended(error)) => Err(ClientError::Api { error }),
                Some(Notice::Overflowed) => Err(self.give_up(ClientError::Api { error: M::lagged(self.last) })),
                None => Err(ClientError::Closed),
            };
            match &item {
                Ok(item) => self.last = M::place(item).or(self.last),
                Err(_) => self.ended = true,
            }
            Some(item)
        })
    }

    /// The node would go on: tells it not to.
    fn give_up(&self, why: ClientError) -> ClientError {
        self.connection.forget(&self.id, M::UNSUBSCRIBE);
        why
    }
}

impl<M: contract::Subscription> Stream for Subscription<M> {
    type Item = Result<M::Output, ClientError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(cx)
    }
}

impl<M: contract::Subscription> Drop for Subscription<M> {
    fn drop(&mut self) {
        if !self.ended {
            self.connection.forget(&self.id, M::UNSUBSCRIBE);
        }
    }
}

#[cfg(test)]
mod tests;
