//! Road 3, catching up: with every member's node that is connected, on connect, every 30 s, and whenever a gap shows.
//!
//! A session with a peer about a server has three steps, always in this order: governance events and registers (`auth`), keys
//! that are lacking (`keys`), entries newest first (`pull`). The other ends of these streams are `auth` and `serve`.

mod actor;
mod auth;
mod keys;
mod peers;
mod progress;
mod pull;
mod serve;
mod session;

use folkmoot_core::{
    ids::{DeviceId, ServerId},
    sync::LogSummary,
};
use folkmoot_overlay::{FrameError, OpenError};
use folkmoot_proto::v1;

pub use actor::{Inbox, Reach, Sync, SyncHandle, answer_auth, answer_log};
pub(crate) use auth::portions;
pub use keys::{request_keys, serve_keys};
pub use peers::Peers;
pub use progress::{Asked, Progress};

use crate::{
    log_index::LogIndex,
    pipeline::{Pipeline, PipelineError},
};

/// Something suggests that a peer knows more about a server than we do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nudge {
    /// The server.
    pub server: ServerId,
    /// The peer; `None` = every member connected.
    pub peer: Option<DeviceId>,
}

/// Why a sync with a peer ended early. It is tried again with the next trigger.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The stream broke or the peer was too slow.
    #[error("stream failed")]
    Stream(#[from] FrameError),
    /// No stream could be opened.
    #[error("stream not opened")]
    Open(#[from] OpenError),
    /// The peer refused.
    #[error("peer refused: {}", .0.as_str_name())]
    Refused(v1::RefusalReason),
    /// The peer did not keep to the protocol.
    #[error("peer sent {what}")]
    Protocol {
        /// What it sent.
        what: &'static str,
    },
    /// The peer sent something that does not verify.
    #[error("peer sent a run that does not verify")]
    Run(#[from] folkmoot_core::log::RunError),
    /// Our own side could not go on.
    #[error("pipeline gave no answer")]
    Pipeline(#[from] PipelineError),
    /// The ledger could not be read.
    #[error("ledger could not be read")]
    Ledger(#[from] folkmoot_ledger::LedgerError),
}

/// Notes what a peer holds, and tells readers of the event log where that is news of our own messages.
async fn note_held(
    pipeline: &Pipeline,
    log_index: &LogIndex,
    peer: DeviceId,
    held: &[LogSummary],
) -> Result<(), SyncError> {
    let news = log_index.seen(peer, held);
    if !news.is_empty() {
        pipeline.act(move |turn| turn.delivered(&news)).await??;
    }
    Ok(())
}

/// A refusal frame's reason; a number that means nothing counts as malformed.
pub(crate) fn refused(refusal: &v1::Refusal) -> SyncError {
    SyncError::Refused(v1::RefusalReason::try_from(refusal.reason).unwrap_or(v1::RefusalReason::Malformed))
}

/// A refusal frame.
pub(crate) fn refusal(reason: v1::RefusalReason) -> v1::Refusal {
    v1::Refusal { reason: reason.into() }
}
