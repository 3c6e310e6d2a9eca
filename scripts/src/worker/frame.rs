//! What goes over the pipe: a length of four bytes, big-endian, then that many bytes of JSON.

use std::io::{self, Read, Write};

use folkmoot_rpc::{ApiError, error::ErrorData};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::confine::Confinement;
use crate::{
    bot::Outcome,
    engine::{Fault, Source},
    host::{Call, Level},
    manifest::Manifest,
    trigger::{Registered, Trigger},
};

/// The longest frame. The largest thing that crosses is a web server's answer of 4 MiB, which as JSON may be twice that.
pub(super) const FRAME_BYTES: usize = 12 * 1024 * 1024;

/// What a bot is loaded from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Load {
    pub(super) manifest: Manifest,
    pub(super) source: Source,
    pub(super) config: Map<String, Value>,
    pub(super) seed: u64,
}

/// From the host.
#[expect(clippy::large_enum_variant, reason = "one at a time, and most of them answers")]
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case")]
pub(super) enum ToWorker {
    /// Load this bot; the first frame, and only that.
    Load(Box<Load>),
    /// Run it.
    Run { trigger: Box<Trigger> },
    /// Evaluate code.
    Eval { code: String, trigger: Box<Trigger> },
    /// What became of the call that waits.
    Answer { value: Option<Value>, refusal: Option<Refusal> },
}

/// From the worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case")]
pub(super) enum FromWorker {
    /// The bot is loaded.
    Loaded { registered: Registered, confinement: Confinement },
    /// It is not, and never will be.
    Failed { fault: Fault },
    /// The bot asks; the worker waits for the answer.
    Call { call: Call },
    /// A line of its log; nobody answers.
    Log { level: Level, text: String },
    /// A run is over.
    Done { outcome: Outcome },
    /// Code was evaluated.
    Evaluated { value: Option<String>, fault: Option<Fault> },
}

/// An error of the API on the pipe.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Refusal {
    code: i32,
    message: String,
    data: ErrorData,
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let (code, message, data) = error.into_wire();
        Self { code, message: message.into_owned(), data }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::from_wire(refusal.code, refusal.message, Some(refusal.data))
    }
}

fn too_long(length: usize) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("a frame of {length} bytes"))
}

fn encode<T: Serialize>(frame: &T) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 4];
    serde_json::to_writer(&mut bytes, frame)?;
    let length = bytes.len() - 4;
    let head = u32::try_from(length).ok().filter(|_| length <= FRAME_BYTES).ok_or_else(|| too_long(length))?;
    bytes.splice(..4, head.to_be_bytes());
    Ok(bytes)
}

fn length(head: [u8; 4]) -> io::Result<usize> {
    let length = usize::try_from(u32::from_be_bytes(head)).unwrap_or(usize::MAX);
    if length > FRAME_BYTES { Err(too_long(length)) } else { Ok(length) }
}

/// Writes a frame and flushes.
pub(super) fn write<T: Serialize>(mut pipe: impl Write, frame: &T) -> io::Result<()> {
    pipe.write_all(&encode(frame)?)?;
    pipe.flush()
}

/// Reads a frame; none at the end.
pub(super) fn read<T: DeserializeOwned>(mut pipe: impl Read) -> io::Result<Option<T>> {
    let mut head = [0; 4];
    match pipe.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let mut bytes = vec![0; length(head)?];
    pipe.read_exact(&mut bytes)?;
    Ok(Some(serde_json::from_slice(&bytes)?))
}

/// Writes a frame and flushes.
pub(super) async fn send<T: Serialize>(pipe: &mut (impl AsyncWrite + Unpin), frame: &T) -> io::Result<()> {
    pipe.write_all(&encode(frame)?).await?;
    pipe.flush().await
}

/// Reads a frame; none at the end.
pub(super) async fn receive<T: DeserializeOwned>(pipe: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<T>> {
    let mut head = [0; 4];
    match pipe.read_exact(&mut head).await {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    };
    let mut bytes = vec![0; length(head)?];
    pipe.read_exact(&mut bytes).await?;
    Ok(Some(serde_json::from_slice(&bytes)?))
}

#[cfg(test)]
mod tests {
    use folkmoot_rpc::ErrorKind;

    use super::*;

    #[test]
    fn a_frame_reads_back_and_the_end_is_none() {
        let mut pipe = Vec::new();
        write(&mut pipe, &ToWorker::Answer { value: Some(Value::Bool(true)), refusal: None }).expect("written");
        let mut pipe = pipe.as_slice();
        let frame: Option<ToWorker> = read(&mut pipe).expect("read");
        let Some(ToWorker::Answer { value, refusal: None }) = frame else { panic!("another frame") };
        assert_eq!(value, Some(Value::Bool(true)));
        assert!(read::<ToWorker>(&mut pipe).expect("the end").is_none());
    }

    #[test]
    fn a_length_beyond_the_bound_is_refused_before_anything_is_allocated() {
        let pipe = u32::MAX.to_be_bytes();
        let refused = read::<ToWorker>(pipe.as_slice()).expect_err("too long");
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
        let half = [0, 0, 0, 9, b'{'];
        assert!(read::<ToWorker>(half.as_slice()).is_err());
        let broken = [0, 0, 0, 2, b'{', b'{'];
        assert!(read::<ToWorker>(broken.as_slice()).is_err());
    }

    #[test]
    fn an_error_of_the_api_crosses_whole() {
        let refusal = Refusal::from(ApiError::rate_limited(250));
        let text = serde_json::to_string(&refusal).expect("serializes");
        let error = ApiError::from(serde_json::from_str::<Refusal>(&text).expect("reads back"));
        assert_eq!((error.kind(), error.detail().retry_after_ms), (ErrorKind::RateLimited, Some(250)));
    }
}
