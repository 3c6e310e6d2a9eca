//! Keeps connections to members: dials whom we know by invite, configuration, cache or signed peer record, with growing pauses.

use std::{collections::HashMap, sync::Arc, time::Duration};

use folkmoot_core::ids::DeviceId;
use folkmoot_overlay::{Address, OverlayHandle, Provenance};
use tokio::{select, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{pipeline::Pipeline, view::Views};

/// How often the list of whom to dial is looked at.
const TICK: Duration = Duration::from_secs(2);
/// Pause after the first failure; doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// Longest pause: a member that returns is found within this.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// Dials started in one look.
const DIALS: usize = 8;
/// Members to whom a connection is kept; the rest is reached through them.
const CONNECTED: usize = 48;

struct Attempt {
    next: Instant,
    pause: Duration,
}

/// The dialling task.
pub struct Peers {
    /// Who is where.
    pub pipeline: Pipeline,
    /// Dials.
    pub overlay: OverlayHandle,
    /// Who is a member.
    pub views: Arc<Views>,
    /// Always dialled: configuration.
    pub bootstrap: Vec<Address>,
    /// Ends the task.
    pub shutdown: CancellationToken,
}

impl Peers {
    /// Runs until the shutdown.
    pub async fn run(self) {
        let mut attempts: HashMap<DeviceId, Attempt> = HashMap::new();
        let mut tick = tokio::time::interval(TICK);
        loop {
            select! {
                () = self.shutdown.cancelled() => break,
                _ = tick.tick() => self.look(&mut attempts).await,
            }
        }
    }

    async fn look(&self, attempts: &mut HashMap<DeviceId, Attempt>) {
        let Ok(connected) = self.overlay.peers().await else { return };
        let connected: Vec<DeviceId> = connected.into_iter().map(|peer| peer.device).collect();
        attempts.retain(|device, _| !connected.contains(device));
        // Strangers do not count: they could fill the places of members.
        let members = connected.iter().filter(|device| !self.views.servers_of_device(device).is_empty()).count();
        if members >= CONNECTED {
            return;
        }
        let mut candidates = self.pipeline.read(|world| world.known_addresses()).await.unwrap_or_default();
        for address in &self.bootstrap {
            if let Some(device) = address.device() {
                candidates.entry(device).or_default().push(address.clone());
            }
        }
        let now = Instant::now();
        let mut due = candidates
            .into_iter()
            .filter(|(device, addresses)| !connected.contains(device) && !addresses.is_empty())
            .filter(|(device, _)| attempts.get(device).is_none_or(|attempt| attempt.next <= now))
            .collect::<Vec<_>>();
        // Whoever was tried longest ago comes first.
        due.sort_by_key(|(device, _)| attempts.get(device).map(|attempt| attempt.next));
        for (device, addresses) in due.into_iter().take(DIALS) {
            let attempt = attempts.entry(device).or_insert(Attempt { next: now, pause: FIRST_PAUSE });
            attempt.next = now + attempt.pause;
            attempt.pause = (attempt.pause * 2).min(LONGEST_PAUSE);
            let trusted = self.bootstrap.iter().any(|address| address.device() == Some(device));
            let provenance = if trusted { Provenance::Trusted } else { Provenance::Learned };
            if let Err(error) = self.overlay.dial_known(device, addresses, provenance).await {
                tracing::debug!(?device, %error, "not dialled");
            }
        }
    }
}
