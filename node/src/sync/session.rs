//! One sync with one peer about one server: events, keys, entries.

use std::sync::Arc;

use folkmoot_core::ids::{DeviceId, ServerId};
use folkmoot_overlay::OverlayHandle;
use tokio::sync::Semaphore;

use super::{SyncError, auth, keys, pull};
use crate::{log_index::LogIndex, pipeline::Pipeline};

/// What a session needs.
#[derive(Clone)]
pub(super) struct Session {
    pub pipeline: Pipeline,
    pub overlay: OverlayHandle,
    pub log_index: Arc<LogIndex>,
    /// One pull per server at a time, so that two peers do not send the same.
    pub pulling: Arc<Semaphore>,
    pub server: ServerId,
    pub peer: DeviceId,
}

/// What a session brought.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcome {
    pub events: usize,
    pub entries: usize,
}

impl Session {
    /// Runs all three steps.
    ///
    /// # Errors
    /// [`SyncError`] of the first step that failed; the steps before it are done.
    pub(super) async fn run(&self) -> Result<Outcome, SyncError> {
        let Self { pipeline, overlay, log_index, server, peer, .. } = self;
        let exchanged = auth::exchange(pipeline, overlay, *server, *peer).await?;
        if !exchanged.member {
            return Ok(Outcome { events: exchanged.events, entries: 0 });
        }
        keys::request_keys(pipeline, overlay, *server, *peer).await?;
        let Ok(_permit) = self.pulling.acquire().await else { return Ok(Outcome::default()) };
        let pulled = pull::pull(pipeline, log_index, overlay, *server, *peer).await?;
        if pulled.entries > 0 {
            let server = *server;
            pipeline.act(move |turn| turn.sync_completed(server)).await?;
        }
        Ok(Outcome { events: exchanged.events, entries: pulled.entries })
    }
}
