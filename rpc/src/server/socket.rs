//! A TCP socket as the HTTP library sees it, with what that library lacks: a client that does not read is not read from
//! either and is closed after a while, a stopped server cuts every socket, and refusals the library writes by itself
//! carry our security headers.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::Shared;
use super::headers::bare_refusal;
use super::places::Place;

/// What the requests of a socket know of it.
pub(super) struct Link {
    pub(super) place: Place,
    /// Speaks HTTP no more.
    upgraded: AtomicBool,
    /// When the first byte of the current request came.
    began: Mutex<Option<Instant>>,
    /// The last request was refused: its rest may still be on the way.
    refused: AtomicBool,
}

impl Link {
    pub(super) fn new(place: Place) -> Self {
        Self { place, upgraded: AtomicBool::new(false), began: Mutex::new(None), refused: AtomicBool::new(false) }
    }

    /// From now on the bytes are a WebSocket's.
    pub(super) fn upgrade(&self) {
        self.upgraded.store(true, Ordering::Release);
    }

    /// Whether the answer to the current request is a refusal.
    pub(super) fn note_refused(&self, refused: bool) {
        self.refused.store(refused, Ordering::Release);
    }

    /// When the request began; the next one begins with the next byte.
    pub(super) fn take_began(&self) -> Instant {
        self.began.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_else(Instant::now)
    }

    fn begin(&self) {
        self.began.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Instant::now);
    }
}

/// Bytes read and thrown away after a refusal; twice what a request may have.
const LINGER_BYTES: usize = 2 * 1024 * 1024;
/// How long.
const LINGER: Duration = Duration::from_secs(2);

/// The rest of a refused request: closing over unread bytes resets the connection, and the client that is still writing
/// would never read why it was refused.
struct Linger {
    until: Pin<Box<Sleep>>,
    bytes: usize,
}

/// The socket.
pub(super) struct Socket {
    stream: TcpStream,
    link: Arc<Link>,
    shared: Arc<Shared>,
    write_stall: Duration,
    /// Bytes written in the library's stead, before anything else.
    patched: Vec<u8>,
    patched_at: usize,
    /// Since when a write waits; while it does, reads wait too.
    stalled: Option<Pin<Box<Sleep>>>,
    reader: Option<Waker>,
    /// What is still read and thrown away after the end.
    linger: Option<Linger>,
    /// Ends both directions.
    cut: CancellationToken,
    cut_read: Pin<Box<WaitForCancellationFutureOwned>>,
    cut_write: Pin<Box<WaitForCancellationFutureOwned>>,
    /// The server waits for these before it calls itself stopped.
    _tracked: TaskTrackerToken,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, link: Arc<Link>, shared: Arc<Shared>, cut: CancellationToken) -> Self {
        Self {
            stream,
            link,
            write_stall: shared.timing.write_stall,
            patched: Vec::new(),
            patched_at: 0,
            stalled: None,
            reader: None,
            linger: None,
            cut_read: Box::pin(cut.clone().cancelled_owned()),
            cut_write: Box::pin(cut.clone().cancelled_owned()),
            cut,
            _tracked: shared.sockets.token(),
            shared,
        }
    }

    /// Notes how a write went: a client that takes nothing for too long is given up.
    fn note_write<T>(&mut self, cx: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match result {
            Poll::Ready(result) => {
                self.stalled = None;
                if let Some(reader) = self.reader.take() {
                    reader.wake();
                }
                Poll::Ready(result)
            }
            Poll::Pending => {
                let limit = self.write_stall;
                let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
                if stalled.as_mut().poll(cx).is_ready() {
                    self.cut.cancel();
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
                if self.cut_write.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
                }
                Poll::Pending
            }
        }
    }

    /// Writes what stands in the library's stead.
    fn poll_patched(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.patched.get(self.patched_at..).filter(|rest| !rest.is_empty()) {
            let result = Pin::new(&mut self.stream).poll_write(cx, rest);
            match ready!(self.note_write(cx, result))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.patched_at += written,
            }
        }
        self.patched.clear();
        self.patched_at = 0;
        Poll::Ready(Ok(()))
    }

    /// Reads what is still on the way until the client ends too, or has had enough of our time.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let linger =
            self.linger.get_or_insert_with(|| Linger { until: Box::pin(tokio::time::sleep(LINGER)), bytes: 0 });
        if linger.until.as_mut().poll(cx).is_ready() || self.cut_read.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        let mut thrown_away = [0_u8; 16 * 1024];
        while linger.bytes < LINGER_BYTES {
            let mut buffer = ReadBuf::new(&mut thrown_away);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => linger.bytes += buffer.filled().len(),
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(())
    }

    /// Puts our headers into a head that the library wrote by itself. True if there was one.
    fn patch(&mut self, written: &[u8]) -> bool {
        let Some(start) = bare_refusal(written) else { return false };
        // Before the empty line that ends the head.
        let (head, end) = written.split_at(written.len() - 2);
        debug_assert!(start < head.len(), "the head begins before its end");
        self.patched.extend_from_slice(head);
        self.patched.extend_from_slice(self.shared.security.lines().as_bytes());
        self.patched.extend_from_slice(end);
        self.link.note_refused(true);
        true
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.cut_read.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        // Who does not take answers gets no further questions in: what is held for one client stays bounded.
        if this.stalled.is_some() {
            this.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let before = buf.filled().len();
        let result = Pin::new(&mut this.stream).poll_read(cx, buf);
        if buf.filled().len() > before && !this.link.upgraded.load(Ordering::Acquire) {
            this.link.begin();
        }
        result
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        ready!(this.poll_patched(cx))?;
        if !this.link.upgraded.load(Ordering::Acquire) && this.patch(buf) {
            // Taken over; the flush that follows writes it.
            return Poll::Ready(Ok(buf.len()));
        }
        let result = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.note_write(cx, result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        ready!(this.poll_patched(cx))?;
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        ready!(this.poll_patched(cx))?;
        if this.linger.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            if !this.link.refused.load(Ordering::Acquire) {
                return Poll::Ready(Ok(()));
            }
        }
        this.poll_linger(cx).map(Ok)
    }
}
