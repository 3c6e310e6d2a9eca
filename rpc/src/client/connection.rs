//! One WebSocket: a task that writes calls, many in one flush when many are waiting, a task that reads answers and hands
//! each to who waits for it. What the answers mean is read by the callers.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::io::{BufReader, BufWriter};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use soketto::handshake::ServerResponse;
use soketto::handshake::client::{Client as Handshake, Header};
use soketto::{Incoming, Receiver, Sender};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};
use tokio_util::task::AbortOnDropHandle;
use zeroize::Zeroizing;

use super::ClientError;
use crate::credential::Token;
use crate::error::{ApiError, ErrorData};
use crate::server::limits::{BODY_BYTES, RESPONSE_BYTES};

/// Calls waiting to be written; then callers wait.
const OUTBOX_CALLS: usize = 256;
/// Items of one subscription waiting to be taken; about 3 MB of messages. Then it ends with 6002.
const ITEMS_WAITING: usize = 4_096;
/// Calls written between two flushes.
const FLUSH_CALLS: usize = 64;

type Stream = BufReader<BufWriter<Compat<TcpStream>>>;
/// The answer to a call, unread.
type Answer = Result<Box<RawValue>, ApiError>;

/// What a subscription gets, unread.
pub(super) enum Notice {
    Item(Box<RawValue>),
    /// The node ended it.
    Ended(ApiError),
    /// It was not read for too long and ends here.
    Overflowed,
}

/// Who waits for an answer.
enum Waiting {
    Call(oneshot::Sender<Answer>),
    Subscribe(oneshot::Sender<Result<String, ApiError>>, mpsc::Sender<Notice>),
}

#[derive(Default)]
struct Waiters {
    calls: HashMap<u64, Waiting>,
    listeners: HashMap<String, mpsc::Sender<Notice>>,
    closed: bool,
}

/// What both tasks and all callers share.
#[derive(Default)]
struct Desk {
    waiters: Mutex<Waiters>,
    next_id: AtomicU64,
}

impl Desk {
    fn waiters(&self) -> MutexGuard<'_, Waiters> {
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody waits any longer; dropping the senders tells them.
    fn close(&self) {
        let mut waiters = self.waiters();
        waiters.closed = true;
        waiters.calls.clear();
        waiters.listeners.clear();
    }

    fn expect(&self, waiting: Waiting) -> Result<u64, ClientError> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let mut waiters = self.waiters();
        if waiters.closed {
            return Err(ClientError::Closed);
        }
        waiters.calls.insert(id, waiting);
        Ok(id)
    }
}

/// A call on the wire.
#[derive(Serialize)]
struct Call<'a, P: ?Sized> {
    jsonrpc: &'static str,
    id: u64,
    method: &'a str,
    params: &'a P,
}

/// Anything the node sends.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(default)]
    id: Option<u64>,
    #[serde(default, borrow)]
    result: Option<&'a RawValue>,
    #[serde(default, borrow)]
    error: Option<WireError<'a>>,
    #[serde(default, borrow)]
    params: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct WireError<'a> {
    code: i32,
    #[serde(default)]
    message: String,
    // Read leniently: the library's own errors carry other data.
    #[serde(default, borrow)]
    data: Option<&'a RawValue>,
}

impl WireError<'_> {
    fn into_api(self) -> ApiError {
        let data = self.data.and_then(|data| serde_json::from_str::<ErrorData>(data.get()).ok());
        let message = match (&data, self.data) {
            // The library puts its explanation there.
            (None, Some(data)) => format!("{}: {}", self.message, data.get().trim_matches('"')),
            _ => self.message,
        };
        ApiError::from_wire(self.code, message, data)
    }
}

/// `params` of a notification.
#[derive(Deserialize)]
struct WireNotice<'a> {
    #[serde(borrow)]
    subscription: Cow<'a, str>,
    #[serde(default, borrow)]
    result: Option<&'a RawValue>,
    #[serde(default, borrow)]
    error: Option<WireError<'a>>,
}

/// The connection; clones share it.
#[derive(Clone)]
pub(super) struct Connection {
    desk: Arc<Desk>,
    outbox: mpsc::Sender<String>,
    _tasks: Arc<[AbortOnDropHandle<()>; 2]>,
}

impl Connection {
    pub(super) async fn open(ws_url: &str, token: &Token) -> Result<Self, ClientError> {
        let (sender, receiver) = handshake(ws_url, token).await?;
        let desk = Arc::new(Desk::default());
        let (outbox, calls) = mpsc::channel(OUTBOX_CALLS);
        let writing = {
            let desk = Arc::clone(&desk);
            async move {
                write(sender, calls).await;
                desk.close();
            }
        };
        let reading = {
            let desk = Arc::clone(&desk);
            async move {
                read(receiver, &desk).await;
                desk.close();
            }
        };
        let tasks = [writing.boxed_task(), reading.boxed_task()];
        Ok(Self { desk, outbox, _tasks: Arc::new(tasks) })
    }

    /// Sends a call; the receiver gets its answer.
    pub(super) async fn call<P>(&self, method: &str, params: &P) -> Result<oneshot::Receiver<Answer>, ClientError>
    where
        P: Serialize + ?Sized + Sync,
    {
        let (waiting, answer) = oneshot::channel();
        self.send(Waiting::Call(waiting), method, params).await?;
        Ok(answer)
    }

    /// Sends a subscription; its items come from the moment the answer does.
    pub(super) async fn subscribe<P>(
        &self,
        method: &str,
        params: &P,
    ) -> Result<(oneshot::Receiver<Result<String, ApiError>>, mpsc::Receiver<Notice>), ClientError>
    where
        P: Serialize + ?Sized + Sync,
    {
        let (waiting, answer) = oneshot::channel();
        let (items, received) = mpsc::channel(ITEMS_WAITING);
        self.send(Waiting::Subscribe(waiting, items), method, params).await?;
        Ok((answer, received))
    }

    async fn send<P>(&self, waiting: Waiting, method: &str, params: &P) -> Result<(), ClientError>
    where
        P: Serialize + ?Sized + Sync,
    {
        let id = self.desk.expect(waiting)?;
        let sent = match encode(id, method, params) {
            Ok(text) => self.outbox.send(text).await.map_err(|_| ClientError::Closed),
            Err(error) => Err(error),
        };
        if sent.is_err() {
            self.desk.waiters().calls.remove(&id);
        }
        sent
    }

    /// Ends a subscription that nobody reads any more. Best effort: the node ends it with the connection at the latest.
    pub(super) fn forget(&self, id: &str, method: &str) {
        self.desk.waiters().listeners.remove(id);
        let call = self.desk.next_id.fetch_add(1, Ordering::Relaxed);
        if let Ok(text) = encode(call, method, &[id])
            && self.outbox.try_send(text).is_err()
        {
            tracing::debug!(id, "subscription left to end with its connection");
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.desk.waiters().closed
    }
}

/// Spawns a task that ends with its handle.
trait BoxedTask {
    fn boxed_task(self) -> AbortOnDropHandle<()>;
}

impl<F: Future<Output = ()> + Send + 'static> BoxedTask for F {
    fn boxed_task(self) -> AbortOnDropHandle<()> {
        AbortOnDropHandle::new(tokio::spawn(self))
    }
}

fn encode<P: Serialize + ?Sized>(id: u64, method: &str, params: &P) -> Result<String, ClientError> {
    let text = serde_json::to_string(&Call { jsonrpc: "2.0", id, method, params })
        .map_err(|error| ClientError::Unsendable { reason: error.to_string() })?;
    // Refused here: the node could not tell which call it refuses.
    if text.len() > BODY_BYTES as usize {
        return Err(ClientError::Unsendable { reason: format!("{} bytes, at most {BODY_BYTES}", text.len()) });
    }
    Ok(text)
}

async fn handshake(ws_url: &str, token: &Token) -> Result<(Sender<Stream>, Receiver<Stream>), ClientError> {
    let bad = || ClientError::BadAddress { url: ws_url.to_owned() };
    let rest = ws_url.strip_prefix("ws://").ok_or_else(bad)?;
    let (host, path) = rest.split_once('/').ok_or_else(bad)?;
    let resource = format!("/{path}");
    let connect = |source| ClientError::Connect { url: ws_url.to_owned(), source };
    let stream = TcpStream::connect(host).await.map_err(connect)?;
    stream.set_nodelay(true).map_err(connect)?;

    let authorization = Zeroizing::new(format!("Bearer {}", token.expose()));
    let headers = [Header { name: "Authorization", value: authorization.as_bytes() }];
    let stream = BufReader::new(BufWriter::new(stream.compat()));
    let mut handshake = Handshake::new(stream, host, &resource);
    handshake.set_headers(&headers);
    let answered = handshake.handshake().await;
    match answered.map_err(|source| ClientError::Handshake { source: Box::new(source) })? {
        ServerResponse::Accepted { .. } => {}
        ServerResponse::Redirect { status_code, .. } | ServerResponse::Rejected { status_code } => {
            return Err(ClientError::Refused { status: status_code });
        }
    }
    let mut builder = handshake.into_builder();
    // A batch of answers or the longest answer, and the frame around it.
    builder.set_max_message_size(RESPONSE_BYTES as usize + 64 * 1024);
    Ok(builder.finish())
}

async fn write(mut sender: Sender<Stream>, mut calls: mpsc::Receiver<String>) {
    while let Some(call) = calls.recv().await {
        if sender.send_text_owned(call).await.is_err() {
            return;
        }
        // What queued meanwhile goes out with it.
        for _ in 1..FLUSH_CALLS {
            let Ok(call) = calls.try_recv() else { break };
            if sender.send_text_owned(call).await.is_err() {
                return;
            }
        }
        if sender.flush().await.is_err() {
            return;
        }
    }
    // The last client is gone.
    if let Err(error) = sender.close().await {
        tracing::debug!(%error, "cannot close the connection");
    }
}

async fn read(mut receiver: Receiver<Stream>, desk: &Desk) {
    let mut message = Vec::new();
    loop {
        message.clear();
        match receiver.receive(&mut message).await {
            Ok(Incoming::Data(_)) => {}
            Ok(Incoming::Pong(_)) => continue,
            Ok(Incoming::Closed(_)) => return,
            Err(error) => {
                tracing::debug!(%error, "connection ended");
                return;
            }
        }
        match serde_json::from_slice::<Wire<'_>>(&message) {
            Ok(Wire { id: Some(id), result, error, .. }) => on_answer(desk, id, result, error),
            Ok(Wire { params: Some(params), .. }) => on_notice(desk, params),
            Ok(Wire { error, .. }) => {
                let error = error.map(WireError::into_api);
                tracing::warn!(?error, "the node refused a message and could not tell which");
            }
            Err(error) => tracing::warn!(%error, "the node sent something unreadable"),
        }
    }
}

fn on_answer(desk: &Desk, id: u64, result: Option<&RawValue>, error: Option<WireError<'_>>) {
    let mut waiters = desk.waiters();
    let Some(waiting) = waiters.calls.remove(&id) else { return };
    // A missing result is a null one: serde reads both alike.
    let answer = match error {
        Some(error) => Err(error.into_api()),
        None => Ok(result.map_or_else(|| RawValue::NULL.to_owned(), ToOwned::to_owned)),
    };
    // Who waited may have given up; then nobody is told.
    match waiting {
        Waiting::Call(caller) => drop(caller.send(answer)),
        Waiting::Subscribe(caller, items) => {
            let subscribed =
                answer.and_then(|id| serde_json::from_str::<String>(id.get()).map_err(|_| ApiError::internal()));
            if let Ok(id) = &subscribed {
                waiters.listeners.insert(id.clone(), items);
            }
            drop(caller.send(subscribed));
        }
    }
}

fn on_notice(desk: &Desk, params: &RawValue) {
    let wire = match serde_json::from_str::<WireNotice<'_>>(params.get()) {
        Ok(wire) => wire,
        Err(error) => {
            tracing::warn!(%error, "the node sent an unreadable notification");
            return;
        }
    };
    let notice = match (wire.result, wire.error) {
        (Some(result), _) => Notice::Item(result.to_owned()),
        (None, Some(error)) => Notice::Ended(error.into_api()),
        (None, None) => Notice::Ended(ApiError::internal()),
    };
    let mut waiters = desk.waiters();
    let Some(listener) = waiters.listeners.get(&*wire.subscription) else { return };
    // The last place is kept for what says why it ended.
    let notice = match notice {
        Notice::Item(_) if listener.capacity() <= 1 => Notice::Overflowed,
        notice => notice,
    };
    let ends = !matches!(notice, Notice::Item(_));
    if listener.try_send(notice).is_err() || ends {
        waiters.listeners.remove(&*wire.subscription);
    }
}
