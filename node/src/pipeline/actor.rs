//! The pipeline's thread and its handle.

use std::sync::Arc;

use folkmoot_ledger::{Ledger, LedgerError};
use folkmoot_overlay::OverlayHandle;
use tokio::sync::{mpsc, oneshot};

use super::{GossipFrame, PublishError, PublishMessage, Published, Turn, World, outgoing::Announcer};
use crate::{log_index::LogIndex, view::Views};

/// Full only when the thread is behind; then RPC callers and streams wait, which slows them down. That is wanted.
const COMMAND_CAP: usize = 1_024;
/// Commands that share one batch at most: bounds how long the first of them waits.
const TURN_COMMANDS: usize = 512;

/// Something done on the pipeline's thread.
type Task = Box<dyn FnOnce(&mut Turn<'_>) + Send>;

pub(super) enum Command {
    Publish(PublishMessage, oneshot::Sender<Result<Published, PublishError>>),
    Gossip(GossipFrame),
    Task(Task),
}

/// Why the pipeline gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PipelineError {
    /// The node is stopping.
    #[error("the node is stopping")]
    Stopped,
    /// What was to be acknowledged could not be stored.
    #[error("could not be stored")]
    Storage(#[source] Arc<LedgerError>),
}

/// Handle of the pipeline's thread.
#[derive(Clone)]
pub struct Pipeline {
    commands: mpsc::Sender<Command>,
}

/// What the pipeline reaches.
pub struct Wiring {
    /// Where it writes.
    pub ledger: Ledger,
    /// Where it announces.
    pub overlay: OverlayHandle,
    /// What readers see.
    pub views: Arc<Views>,
    /// Who writes and holds which log.
    pub log_index: Arc<LogIndex>,
    /// Follows and leaves gossip topics.
    pub topics: crate::topics::Topics,
    /// Told what others say of themselves.
    pub presences: Arc<crate::presence::Presences>,
    /// Told when a peer seems to know more than we do.
    pub wants_sync: mpsc::Sender<crate::sync::Nudge>,
    /// Told the number of the newest event once what it is about can be seen in `views`.
    pub shown: tokio::sync::watch::Sender<u64>,
    /// Told once when writing fails for good: the node stops in order.
    pub failed: mpsc::Sender<Arc<LedgerError>>,
}

impl Pipeline {
    /// Starts the thread. It ends when the last handle is dropped and everything queued is done.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(wiring: Wiring) -> std::io::Result<(Self, std::thread::JoinHandle<()>)> {
        let (commands, inbox) = mpsc::channel(COMMAND_CAP);
        let announcer = Announcer::start(wiring.overlay.clone());
        let thread =
            std::thread::Builder::new().name("pipeline".into()).spawn(move || run(inbox, &wiring, &announcer))?;
        Ok((Self { commands }, thread))
    }

    /// Publishes a message of this node's account; answers after the synced commit.
    ///
    /// # Errors
    /// [`PublishError`], what the sender is told.
    pub async fn publish(&self, message: PublishMessage) -> Result<Published, PublishError> {
        let (reply, answer) = oneshot::channel();
        let sent = self.commands.send(Command::Publish(message, reply)).await;
        sent.map_err(|_| PublishError::Pipeline(PipelineError::Stopped))?;
        answer.await.unwrap_or(Err(PublishError::Pipeline(PipelineError::Stopped)))
    }

    /// Hands over a gossip frame. Waits while the thread is behind.
    pub async fn gossip(&self, frame: GossipFrame) {
        if self.commands.send(Command::Gossip(frame)).await.is_err() {
            tracing::debug!("gossip frame after the stop");
        }
    }

    /// Runs `act` on the thread; its value comes back after what it wrote is committed.
    ///
    /// # Errors
    /// [`PipelineError`].
    pub async fn act<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Turn<'_>) -> T + Send + 'static,
    ) -> Result<T, PipelineError> {
        let (reply, answer) = oneshot::channel();
        let task: Task = Box::new(move |turn| {
            let value = act(turn);
            turn.after_commit(move |committed| {
                drop(reply.send(committed.map(|()| value).map_err(PipelineError::Storage)));
            });
        });
        self.commands.send(Command::Task(task)).await.map_err(|_| PipelineError::Stopped)?;
        answer.await.unwrap_or(Err(PipelineError::Stopped))
    }

    /// Looks at the world without writing; answers at once.
    ///
    /// # Errors
    /// [`PipelineError::Stopped`].
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&World) -> T + Send + 'static,
    ) -> Result<T, PipelineError> {
        let (reply, answer) = oneshot::channel();
        let task: Task = Box::new(move |turn| drop(reply.send(look(turn.world))));
        self.commands.send(Command::Task(task)).await.map_err(|_| PipelineError::Stopped)?;
        answer.await.map_err(|_| PipelineError::Stopped)
    }
}

fn run(mut inbox: mpsc::Receiver<Command>, wiring: &Wiring, announcer: &Announcer) {
    let mut world = World::default();
    while let Some(first) = inbox.blocking_recv() {
        let mut turn = Turn::begin(&mut world, wiring);
        turn.rejudge_due();
        turn.handle(first);
        for _ in 1..TURN_COMMANDS {
            let Ok(next) = inbox.try_recv() else { break };
            turn.handle(next);
        }
        turn.commit(announcer);
    }
}
