//! Decides when to sync with whom, and runs the sessions.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use folkmoot_core::ids::{DeviceId, ServerId};
use folkmoot_ledger::Ledger;
use folkmoot_overlay::{FramedStream, OverlayHandle};
use tokio::{
    select,
    sync::{Semaphore, mpsc},
    time::MissedTickBehavior,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Nudge, Progress, auth, serve, session::Session};
use crate::{clock::now_ms, log_index::LogIndex, pipeline::Pipeline, view::Views};

/// How often every connected member is asked, gap or no gap.
const PERIOD: Duration = Duration::from_secs(30);
/// Triggers waiting; when full a sync is due anyway.
const TRIGGER_CAP: usize = 1_024;
/// Sessions at once; more only compete for the same two streams per peer.
const SESSIONS: usize = 16;

#[derive(Clone, Copy)]
enum Trigger {
    PeerUp(DeviceId),
    PeerDown(DeviceId),
    Finished((ServerId, DeviceId)),
}

/// Tells the actor; after its end nobody needs to know.
async fn tell(triggers: &mpsc::Sender<Trigger>, trigger: Trigger) {
    if triggers.send(trigger).await.is_err() {
        tracing::trace!("the sync actor has ended");
    }
}

/// Handle of the sync actor.
#[derive(Clone)]
pub struct SyncHandle {
    triggers: mpsc::Sender<Trigger>,
    nudges: mpsc::Sender<Nudge>,
    progress: Arc<Progress>,
}

impl SyncHandle {
    /// A peer connected.
    pub async fn peer_up(&self, device: DeviceId) {
        tell(&self.triggers, Trigger::PeerUp(device)).await;
    }

    /// A peer is gone.
    pub async fn peer_down(&self, device: DeviceId) {
        tell(&self.triggers, Trigger::PeerDown(device)).await;
    }

    /// Asks for a sync; dropped when many are asked for already.
    pub fn nudge(&self, nudge: Nudge) {
        if self.nudges.try_send(nudge).is_err() {
            tracing::trace!("many syncs are asked for already");
        }
    }

    /// Who is being asked.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Where the pipeline puts its nudges.
    #[must_use]
    pub fn nudges(&self) -> mpsc::Sender<Nudge> {
        self.nudges.clone()
    }
}

/// The actor.
pub struct Sync {
    pipeline: Pipeline,
    overlay: OverlayHandle,
    views: Arc<Views>,
    log_index: Arc<LogIndex>,
    triggers: mpsc::Receiver<Trigger>,
    nudges: mpsc::Receiver<Nudge>,
    handle: SyncHandle,
    tasks: TaskTracker,
    shutdown: CancellationToken,
    connected: BTreeSet<DeviceId>,
    /// Sessions under way; true when another was asked for meanwhile.
    running: HashMap<(ServerId, DeviceId), bool>,
    waiting: HashSet<(ServerId, DeviceId)>,
    pulling: HashMap<ServerId, Arc<Semaphore>>,
}

/// What the actor works with.
pub struct Reach {
    /// The road into the ledger.
    pub pipeline: Pipeline,
    /// Peers.
    pub overlay: OverlayHandle,
    /// Who is a member.
    pub views: Arc<Views>,
    /// Who holds which log.
    pub log_index: Arc<LogIndex>,
}

/// The receiving ends, made before the pipeline that nudges.
pub struct Inbox {
    triggers: mpsc::Receiver<Trigger>,
    nudges: mpsc::Receiver<Nudge>,
}

impl SyncHandle {
    /// Makes the handle and the inbox its actor will read.
    #[must_use]
    pub fn channel() -> (Self, Inbox) {
        let (triggers, trigger_inbox) = mpsc::channel(TRIGGER_CAP);
        let (nudges, nudge_inbox) = mpsc::channel(TRIGGER_CAP);
        (Self { triggers, nudges, progress: Arc::default() }, Inbox { triggers: trigger_inbox, nudges: nudge_inbox })
    }
}

impl Sync {
    /// The actor that reads `inbox`.
    #[must_use]
    pub fn new(handle: SyncHandle, inbox: Inbox, reach: Reach, shutdown: CancellationToken) -> Self {
        let Reach { pipeline, overlay, views, log_index } = reach;
        Self {
            pipeline,
            overlay,
            views,
            log_index,
            triggers: inbox.triggers,
            nudges: inbox.nudges,
            handle,
            tasks: TaskTracker::new(),
            shutdown,
            connected: BTreeSet::new(),
            running: HashMap::new(),
            waiting: HashSet::new(),
            pulling: HashMap::new(),
        }
    }

    /// Runs until the shutdown; sessions under way are cut.
    pub async fn run(mut self) {
        let mut period = tokio::time::interval(PERIOD);
        period.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let shutdown = self.shutdown.clone();
        loop {
            select! {
                biased;
                () = shutdown.cancelled() => break,
                Some(trigger) = self.triggers.recv() => self.on_trigger(trigger),
                Some(nudge) = self.nudges.recv() => self.on_nudge(&nudge),
                _ = period.tick() => self.on_period(),
            }
        }
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn on_trigger(&mut self, trigger: Trigger) {
        match trigger {
            Trigger::PeerUp(device) => {
                self.connected.insert(device);
                for server in self.views.servers_of_device(&device) {
                    self.want((server, device));
                }
            }
            Trigger::PeerDown(device) => {
                self.connected.remove(&device);
                self.handle.progress.forget(device);
                self.waiting.retain(|(_, waiting)| *waiting != device);
            }
            Trigger::Finished(key) => {
                if self.running.remove(&key) == Some(true) {
                    self.want(key);
                }
                let next = self.waiting.iter().next().copied();
                if let Some(next) = next {
                    self.waiting.remove(&next);
                    self.want(next);
                }
            }
        }
    }

    fn on_nudge(&mut self, nudge: &Nudge) {
        match nudge.peer {
            Some(peer) => self.want((nudge.server, peer)),
            None => {
                let members = self.views.devices_of(&nudge.server);
                for peer in self.connected.iter().filter(|d| members.contains(*d)).copied().collect::<Vec<_>>() {
                    self.want((nudge.server, peer));
                }
            }
        }
    }

    fn on_period(&mut self) {
        for server in self.views.server_ids() {
            self.on_nudge(&Nudge { server, peer: None });
        }
    }

    fn want(&mut self, key: (ServerId, DeviceId)) {
        let (server, peer) = key;
        if !self.connected.contains(&peer) {
            return;
        }
        if let Some(again) = self.running.get_mut(&key) {
            *again = true;
            return;
        }
        if self.running.len() >= SESSIONS {
            self.waiting.insert(key);
            return;
        }
        self.running.insert(key, false);
        self.handle.progress.began(key);
        let pulling = Arc::clone(self.pulling.entry(server).or_insert_with(|| Arc::new(Semaphore::new(1))));
        let session = Session {
            pipeline: self.pipeline.clone(),
            overlay: self.overlay.clone(),
            log_index: Arc::clone(&self.log_index),
            pulling,
            server,
            peer,
        };
        let (done, shutdown) = (self.handle.triggers.clone(), self.shutdown.clone());
        let progress = Arc::clone(&self.handle.progress);
        self.tasks.spawn(async move {
            select! {
                () = shutdown.cancelled() => {}
                outcome = session.run() => match outcome {
                    Ok(outcome) => {
                        tracing::debug!(?server, ?peer, events = outcome.events, entries = outcome.entries, "synced");
                        progress.ended(key, Ok(now_ms()));
                    }
                    Err(error) => {
                        tracing::debug!(?server, ?peer, error = &error as &dyn std::error::Error, "sync ended early");
                        progress.ended(key, Err(error.to_string()));
                    }
                },
            }
            tell(&done, Trigger::Finished(key)).await;
        });
    }
}

/// Answers a peer's `/folkmoot/auth/1` stream; afterwards we ask in turn, for what it told us we lack.
pub async fn answer_auth(pipeline: &Pipeline, sync: &SyncHandle, peer: DeviceId, stream: FramedStream) {
    match auth::answer(pipeline, peer, stream).await {
        Ok((server, exchanged)) if exchanged.events > 0 => sync.nudge(Nudge { server, peer: Some(peer) }),
        Ok(_) => {}
        Err(error) => tracing::debug!(?peer, error = &error as &dyn std::error::Error, "auth stream ended early"),
    }
}

/// Answers a peer's `/folkmoot/log/1` stream.
pub async fn answer_log(
    pipeline: &Pipeline,
    log_index: &LogIndex,
    ledger: &Ledger,
    peer: DeviceId,
    stream: FramedStream,
) {
    if let Err(error) = serve::serve(pipeline, log_index, ledger, peer, stream).await {
        tracing::debug!(?peer, error = &error as &dyn std::error::Error, "log stream ended early");
    }
}
