//! Every bound on what a client can make the server hold, each with its reason.

use std::time::Duration;

/// Bytes of a request's body and of a WebSocket message: a message with all its attachments' names is far below.
pub const BODY_BYTES: u32 = 1024 * 1024;
/// Bytes of the body that brings a ticket: some sixty with its field's name.
pub const TICKET_BYTES: u32 = 4 * 1024;
/// Bytes of a response: a page of the longest messages.
pub const RESPONSE_BYTES: u32 = 8 * 1024 * 1024;
/// Calls of a batch.
pub const BATCH_MAX: u32 = 20;
/// Authenticated connections; the next one is answered 429.
pub const CONNECTIONS_MAX: usize = 64;
/// Sockets that have shown no credential yet. Places of their own: when full, the oldest is closed, so that a flood of
/// them never keeps a good client out.
pub const STRANGERS_MAX: usize = 256;
/// Subscriptions of a connection.
pub const SUBSCRIPTIONS_MAX: u32 = 32;
/// Messages waiting to be written to one WebSocket; then callers and subscriptions wait.
pub const OUTBOX_MESSAGES: u32 = 256;
/// Bytes of a request's head.
pub const HEAD_BYTES: usize = 16 * 1024;
/// Header lines of a request.
pub const HEAD_LINES: usize = 64;
/// Bytes of a query string; only `/events` has one.
pub const QUERY_BYTES: usize = 8 * 1024;

/// How long clients may take. Tests shorten it.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Until the head of a request is complete; on a kept connection until the next one is.
    pub head: Duration,
    /// Until the whole request is here.
    pub request: Duration,
    /// Between pings of a WebSocket, and between comments of an event stream.
    pub ping: Duration,
    /// Without an answer to a ping, after which a WebSocket is closed.
    pub pong: Duration,
    /// Without a byte taken by a client that we write to, after which its socket is closed.
    pub write_stall: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            request: Duration::from_secs(10),
            ping: Duration::from_secs(15),
            pong: Duration::from_secs(40),
            write_stall: Duration::from_secs(30),
        }
    }
}
