//! [`FramedStream`]: frames over a stream, each a uvarint length and that many bytes. Knows nothing of what is in a frame.

use std::{
    fmt,
    future::poll_fn,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes, BytesMut};
use folkmoot_proto::limits::STREAM_FRAME_BYTES;
use futures::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadHalf, WriteHalf};
use prost::Message;
use tokio::time::timeout;

use crate::streams::StreamPermit;

/// How long a read or a write waits for the other side, unless set otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes read at once: a few packets. The buffer grows with what has arrived, never with what a length claims.
const READ_BYTES: usize = 16 * 1024;
/// Bytes of the longest length prefix of a frame of [`STREAM_FRAME_BYTES`].
const PREFIX_BYTES: usize = 3;

/// Any stream of bytes.
trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A stream of frames of at most [`STREAM_FRAME_BYTES`]. Dropping it closes it in both directions.
pub struct FramedStream {
    reader: FrameReader,
    writer: FrameWriter,
}

/// The receiving half of a [`FramedStream`].
pub struct FrameReader {
    io: ReadHalf<Box<dyn Duplex>>,
    buffer: BytesMut,
    scratch: Box<[u8]>,
    timeout: Duration,
    _permit: Option<Arc<StreamPermit>>,
}

/// The sending half of a [`FramedStream`].
pub struct FrameWriter {
    io: WriteHalf<Box<dyn Duplex>>,
    buffer: BytesMut,
    timeout: Duration,
    _permit: Option<Arc<StreamPermit>>,
}

/// Why a frame could not be sent or received. After any but [`FrameError::TooLarge`] on sending, and [`FrameError::Timeout`], the
/// stream is of no further use.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Longer than [`STREAM_FRAME_BYTES`]. On receiving, the peer is at fault.
    #[error("frame of {actual} bytes, at most {STREAM_FRAME_BYTES} are allowed")]
    TooLarge {
        /// Bytes it has, or claims.
        actual: u64,
    },
    /// A length in more bytes than it needs, or than a frame's can have. The peer is at fault.
    #[error("malformed frame length")]
    MalformedLength,
    /// The other side closed, between two frames.
    #[error("stream is closed")]
    Closed,
    /// The other side closed, or was cut off, within a frame.
    #[error("stream ended within a frame")]
    Truncated,
    /// Nothing moved for so long. Reading or writing may be tried again.
    #[error("no progress for {after:?}")]
    Timeout {
        /// The time waited.
        after: Duration,
    },
    /// The connection broke.
    #[error("stream broke")]
    Io {
        /// What the connection said.
        #[source]
        source: io::Error,
    },
    /// The frame is not the message expected. The peer is at fault.
    #[error("frame does not decode")]
    Undecodable {
        /// What the decoder said.
        #[source]
        source: prost::DecodeError,
    },
}

impl FramedStream {
    /// Frames over any stream of bytes, such as a pipe in a test.
    #[must_use]
    pub fn over(io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Self {
        Self::new(Box::new(io), None)
    }

    pub(crate) fn with_permit(io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, permit: StreamPermit) -> Self {
        Self::new(Box::new(io), Some(Arc::new(permit)))
    }

    fn new(io: Box<dyn Duplex>, permit: Option<Arc<StreamPermit>>) -> Self {
        let (read, write) = io.split();
        Self {
            reader: FrameReader {
                io: read,
                buffer: BytesMut::new(),
                scratch: vec![0; READ_BYTES].into_boxed_slice(),
                timeout: DEFAULT_TIMEOUT,
                _permit: permit.clone(),
            },
            writer: FrameWriter { io: write, buffer: BytesMut::new(), timeout: DEFAULT_TIMEOUT, _permit: permit },
        }
    }

    /// Sets how long one [`recv`](Self::recv) or [`send`](Self::send) may take; 30 s at first.
    pub const fn set_timeout(&mut self, timeout: Duration) {
        self.reader.timeout = timeout;
        self.writer.timeout = timeout;
    }

    /// As [`FrameReader::recv`].
    ///
    /// # Errors
    /// [`FrameError`].
    pub async fn recv(&mut self) -> Result<Bytes, FrameError> {
        self.reader.recv().await
    }

    /// As [`FrameReader::recv_message`].
    ///
    /// # Errors
    /// [`FrameError`].
    pub async fn recv_message<M: Message + Default>(&mut self) -> Result<M, FrameError> {
        self.reader.recv_message().await
    }

    /// As [`FrameWriter::send`].
    ///
    /// # Errors
    /// [`FrameError`].
    pub async fn send(&mut self, frame: Bytes) -> Result<(), FrameError> {
        self.writer.send(frame).await
    }

    /// As [`FrameWriter::send_message`].
    ///
    /// # Errors
    /// [`FrameError`].
    pub async fn send_message<M: Message>(&mut self, message: &M) -> Result<(), FrameError> {
        self.writer.send_message(message).await
    }

    /// As [`FrameWriter::close`].
    ///
    /// # Errors
    /// [`FrameError`].
    pub async fn close(&mut self) -> Result<(), FrameError> {
        self.writer.close().await
    }

    /// The two halves, for use in two tasks. The stream is over when both are dropped.
    #[must_use]
    pub fn split(self) -> (FrameReader, FrameWriter) {
        (self.reader, self.writer)
    }
}

impl FrameReader {
    /// Sets how long one [`recv`](Self::recv) may take.
    pub const fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// The next frame.
    ///
    /// # Cancel safety
    /// Cancel safe: what has arrived of a frame stays in the buffer for the next call.
    ///
    /// # Errors
    /// [`FrameError::Closed`] after the last frame, [`FrameError::Timeout`] if it does not come whole in time, and the others.
    pub async fn recv(&mut self) -> Result<Bytes, FrameError> {
        let after = self.timeout;
        timeout(after, poll_fn(|cx| self.poll_frame(cx))).await.unwrap_or(Err(FrameError::Timeout { after }))
    }

    /// The next frame, decoded.
    ///
    /// # Cancel safety
    /// As [`recv`](Self::recv).
    ///
    /// # Errors
    /// As [`recv`](Self::recv), and [`FrameError::Undecodable`].
    pub async fn recv_message<M: Message + Default>(&mut self) -> Result<M, FrameError> {
        M::decode(self.recv().await?).map_err(|source| FrameError::Undecodable { source })
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes, FrameError>> {
        loop {
            if let Some(frame) = take_frame(&mut self.buffer)? {
                return Poll::Ready(Ok(frame));
            }
            let read = ready!(Pin::new(&mut self.io).poll_read(cx, &mut self.scratch));
            let arrived = read.map_err(|source| FrameError::Io { source })?;
            if arrived == 0 {
                let error = if self.buffer.is_empty() { FrameError::Closed } else { FrameError::Truncated };
                return Poll::Ready(Err(error));
            }
            self.buffer.extend_from_slice(self.scratch.get(..arrived).unwrap_or_default());
        }
    }
}

impl FrameWriter {
    /// Sets how long one [`send`](Self::send) may take.
    pub const fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// Sends a frame and flushes.
    ///
    /// # Cancel safety
    /// Frames never mix. Cancelled or timed out while an earlier frame was still leaving, this one is not sent; later, what
    /// remains of it leaves with the next call.
    ///
    /// # Errors
    /// [`FrameError::TooLarge`] before anything is written, and the others.
    pub async fn send(&mut self, frame: Bytes) -> Result<(), FrameError> {
        if frame.len() > STREAM_FRAME_BYTES {
            return Err(FrameError::TooLarge { actual: frame.len() as u64 });
        }
        let mut frame = Some(frame);
        let after = self.timeout;
        timeout(after, poll_fn(|cx| self.poll_send(cx, &mut frame))).await.unwrap_or(Err(FrameError::Timeout { after }))
    }

    /// Encodes and sends a message.
    ///
    /// # Cancel safety
    /// As [`send`](Self::send).
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_message<M: Message>(&mut self, message: &M) -> Result<(), FrameError> {
        self.send(message.encode_to_vec().into()).await
    }

    /// Says that nothing more will come. The other side reads [`FrameError::Closed`] after the last frame.
    ///
    /// # Errors
    /// [`FrameError::Timeout`], [`FrameError::Io`].
    pub async fn close(&mut self) -> Result<(), FrameError> {
        let after = self.timeout;
        let closing = poll_fn(|cx| {
            ready!(self.poll_drain(cx))?;
            Pin::new(&mut self.io).poll_close(cx).map_err(|source| FrameError::Io { source })
        });
        timeout(after, closing).await.unwrap_or(Err(FrameError::Timeout { after }))
    }

    fn poll_send(&mut self, cx: &mut Context<'_>, frame: &mut Option<Bytes>) -> Poll<Result<(), FrameError>> {
        // At most one frame is ever buffered: what an earlier, cancelled call left goes first.
        ready!(self.poll_drain(cx))?;
        if let Some(frame) = frame.take() {
            self.buffer.reserve(PREFIX_BYTES + frame.len());
            prost::encode_length_delimiter(frame.len(), &mut self.buffer).expect("the buffer grows");
            self.buffer.extend_from_slice(&frame);
        }
        self.poll_drain(cx)
    }

    /// Writes and flushes what is buffered.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), FrameError>> {
        while self.buffer.has_remaining() {
            match ready!(Pin::new(&mut self.io).poll_write(cx, &self.buffer)) {
                Ok(0) => return Poll::Ready(Err(FrameError::Closed)),
                Ok(written) => self.buffer.advance(written),
                Err(source) => return Poll::Ready(Err(FrameError::Io { source })),
            }
        }
        // A frame of a megabyte must not keep its memory while the stream is idle.
        if self.buffer.capacity() > 4 * READ_BYTES {
            self.buffer = BytesMut::new();
        }
        Pin::new(&mut self.io).poll_flush(cx).map_err(|source| FrameError::Io { source })
    }
}

/// Takes the first frame out of `buffer`, if it is there whole.
fn take_frame(buffer: &mut BytesMut) -> Result<Option<Bytes>, FrameError> {
    let mut length: u64 = 0;
    for (index, byte) in buffer.iter().enumerate() {
        if index == PREFIX_BYTES + 1 {
            return Err(FrameError::MalformedLength);
        }
        length |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 != 0 {
            continue;
        }
        if *byte == 0 && index > 0 {
            return Err(FrameError::MalformedLength);
        }
        let size = usize::try_from(length)
            .ok()
            .filter(|size| *size <= STREAM_FRAME_BYTES)
            .ok_or(FrameError::TooLarge { actual: length })?;
        let prefix = index + 1;
        if buffer.len() < prefix + size {
            return Ok(None);
        }
        buffer.advance(prefix);
        return Ok(Some(buffer.split_to(size).freeze()));
    }
    Ok(None)
}

impl fmt::Debug for FramedStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FramedStream")
    }
}

impl fmt::Debug for FrameReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FrameReader")
    }
}

impl fmt::Debug for FrameWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FrameWriter")
    }
}

#[cfg(test)]
mod tests {
    use folkmoot_proto::v1;
    use tokio::io::AsyncWriteExt;
    use tokio_util::compat::TokioAsyncReadCompatExt;

    use super::*;

    fn pipe(capacity_bytes: usize) -> (FramedStream, FramedStream) {
        let (left, right) = tokio::io::duplex(capacity_bytes);
        (FramedStream::over(left.compat()), FramedStream::over(right.compat()))
    }

    /// What a reader makes of these raw bytes, followed by the end of the stream.
    async fn read_raw(raw: &[u8]) -> Result<Bytes, FrameError> {
        let (mut left, right) = tokio::io::duplex(64);
        let mut reader = FramedStream::over(right.compat());
        left.write_all(raw).await.unwrap();
        drop(left);
        reader.recv().await
    }

    #[tokio::test]
    async fn a_frame_is_its_length_and_its_bytes() {
        let (left, mut right) = tokio::io::duplex(1024);
        let mut writer = FramedStream::over(left.compat());
        writer.send(Bytes::from_static(b"moot")).await.unwrap();
        writer.send(Bytes::from(vec![7; 300])).await.unwrap();
        let mut wire = vec![0; 5 + 302];
        tokio::io::AsyncReadExt::read_exact(&mut right, &mut wire).await.unwrap();
        // 04 "moot", then 300 = ac 02
        assert_eq!(wire[..9], [0x04, b'm', b'o', b'o', b't', 0xac, 0x02, 7, 7]);
    }

    #[tokio::test]
    async fn frames_of_every_size_pass_in_order() {
        let (mut left, mut right) = pipe(1000);
        let sizes = [0, 1, 127, 128, 16_383, 16_384, 70_000, STREAM_FRAME_BYTES];
        let sending = tokio::spawn(async move {
            for size in sizes {
                left.send(vec![0xab; size].into()).await.unwrap();
            }
            left.close().await.unwrap();
            left
        });
        for size in sizes {
            assert_eq!(right.recv().await.unwrap().len(), size);
        }
        assert!(matches!(right.recv().await, Err(FrameError::Closed)));
        sending.await.unwrap();
    }

    #[tokio::test]
    async fn a_frame_too_large_is_refused_on_both_sides() {
        let (mut left, _right) = pipe(64);
        let sent = left.send(vec![0; STREAM_FRAME_BYTES + 1].into()).await;
        assert!(matches!(sent, Err(FrameError::TooLarge { actual: 1_048_577 })), "{sent:?}");
        let received = read_raw(&[0x81, 0x80, 0x40]).await;
        assert!(matches!(received, Err(FrameError::TooLarge { actual: 1_048_577 })), "{received:?}");
    }

    #[tokio::test]
    async fn malformed_lengths_and_cut_frames_are_told_apart() {
        assert!(matches!(read_raw(&[0x80, 0x00]).await, Err(FrameError::MalformedLength)));
        assert!(matches!(read_raw(&[0xff; 10]).await, Err(FrameError::MalformedLength)));
        assert!(matches!(read_raw(&[0x05, 1, 2]).await, Err(FrameError::Truncated)));
        assert!(matches!(read_raw(&[]).await, Err(FrameError::Closed)));
    }

    #[tokio::test]
    async fn a_silent_peer_times_out_and_half_a_frame_is_kept() {
        let (mut left, right) = tokio::io::duplex(64);
        let mut reader = FramedStream::over(right.compat());
        reader.set_timeout(Duration::from_millis(20));
        left.write_all(&[3, b'a']).await.unwrap();
        assert!(matches!(reader.recv().await, Err(FrameError::Timeout { .. })));
        left.write_all(b"bc").await.unwrap();
        assert_eq!(reader.recv().await.unwrap(), "abc");
    }

    #[tokio::test]
    async fn a_send_that_timed_out_leaves_whole_with_the_next() {
        let (mut left, mut right) = pipe(4);
        left.set_timeout(Duration::from_millis(20));
        let stuck = left.send(Bytes::from_static(b"first frame")).await;
        assert!(matches!(stuck, Err(FrameError::Timeout { .. })), "{stuck:?}");
        left.set_timeout(DEFAULT_TIMEOUT);
        let sending = tokio::spawn(async move { left.send(Bytes::from_static(b"second")).await });
        assert_eq!(right.recv().await.unwrap(), "first frame");
        assert_eq!(right.recv().await.unwrap(), "second");
        sending.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn messages_decode_and_garbage_does_not() {
        let (mut left, mut right) = pipe(1024);
        let profile = v1::Profile { display_name: "ann".into(), bio: String::new() };
        left.send_message(&profile).await.unwrap();
        left.send(Bytes::from_static(&[0xff; 4])).await.unwrap();
        assert_eq!(right.recv_message::<v1::Profile>().await.unwrap(), profile);
        assert!(matches!(right.recv_message::<v1::Profile>().await, Err(FrameError::Undecodable { .. })));
    }
}
