//! The actor: the one task that owns the swarm. Commands, verdicts and the network's events meet here, one at a time.

mod command;
mod directory;
mod goodbye;
mod gossip;
mod listen;
mod nearby;
mod network;
mod roster;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

use folkmoot_identity::DeviceId;
use futures::StreamExt;
use libp2p::{Multiaddr, PeerId, Swarm, swarm::ConnectionId};
use tokio::{
    select,
    sync::mpsc,
    task::yield_now,
    time::{MissedTickBehavior, interval, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::{
    Address, Counters, Gossip, Offered, OverlayEvent, OverlayLimits, Topic,
    behaviour::Behaviour,
    dial::PendingDial,
    directory::{Lookups, Offers},
    events::GOSSIP,
    handle::Command,
    outbox::Outbox,
    token::Report,
};
use nearby::Nearby;
use roster::Roster;

/// How often within the idle timeout the idle are looked for.
const SWEEPS: u32 = 4;
/// Shortest idle timeout; a timer of no length would never rest.
const SWEEP_MIN: Duration = Duration::from_millis(40);

/// Where the actor's commands come from and its events go.
pub(crate) struct Channels {
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) notices: mpsc::Sender<OverlayEvent>,
    pub(crate) gossip: mpsc::Sender<Gossip>,
    pub(crate) offered: mpsc::Sender<Offered>,
    pub(crate) stop: CancellationToken,
}

/// See the module.
pub(crate) struct Actor {
    device: DeviceId,
    swarm: Swarm<Behaviour>,
    limits: OverlayLimits,
    allow_private_from_strangers: bool,

    commands: mpsc::Receiver<Command>,
    stop: CancellationToken,
    outbox: Outbox,
    notices: mpsc::Sender<OverlayEvent>,
    gossip: mpsc::Sender<Gossip>,
    offered: mpsc::Sender<Offered>,
    reports: mpsc::Receiver<Report>,
    /// Lent to tokens. Holding it here keeps the channel open.
    report: mpsc::Sender<Report>,

    roster: Roster,
    members: HashSet<PeerId>,
    topics: HashSet<Topic>,
    /// Dials somebody waits for; bounded by the limit on pending ones.
    dials: HashMap<ConnectionId, PendingDial>,
    /// Where to try a peer if a dial over QUIC fails; bounded likewise.
    fallbacks: HashMap<ConnectionId, (PeerId, Vec<Multiaddr>)>,
    nearby: Nearby,
    lookups: Lookups,
    /// When to look after searches again.
    lookups_due: Option<Instant>,
    offers: Offers,
    /// Where others see us, newest last, at most [`network::OBSERVED`].
    observed: VecDeque<Address>,
    /// Frames without a verdict, at most [`GOSSIP`].
    judging: usize,
    /// Bytes of the same, at most [`crate::events::GOSSIP_BYTES`].
    judging_bytes: usize,
    counters: Counters,
}

impl Actor {
    pub(crate) fn new(
        device: DeviceId,
        swarm: Swarm<Behaviour>,
        channels: Channels,
        limits: OverlayLimits,
        allow_private_from_strangers: bool,
    ) -> Self {
        let Channels { commands, notices, gossip, offered, stop } = channels;
        // As many places as there are tokens, so that a token never finds it full.
        let (report, reports) = mpsc::channel(GOSSIP);
        Self {
            device,
            swarm,
            limits,
            allow_private_from_strangers,
            commands,
            stop,
            outbox: Outbox::default(),
            notices,
            gossip,
            offered,
            reports,
            report,
            roster: Roster::default(),
            members: HashSet::new(),
            topics: HashSet::new(),
            dials: HashMap::new(),
            fallbacks: HashMap::new(),
            nearby: Nearby::default(),
            lookups: Lookups::default(),
            lookups_due: None,
            offers: Offers::default(),
            observed: VecDeque::new(),
            judging: 0,
            judging_bytes: 0,
            counters: Counters::default(),
        }
    }

    /// Works until told to stop, or until nobody can give commands or read events any more.
    pub(crate) async fn run(mut self) {
        let mut sweep = interval(self.limits.idle_timeout.max(SWEEP_MIN) / SWEEPS);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Not biased: neither a flood of commands nor one of packets may starve the other.
        loop {
            // On a busy machine the reader of gossip may not have run for long. Let it, before frames have to be dropped; meanwhile
            // QUIC holds the senders back.
            if self.judging > GOSSIP / 2 {
                yield_now().await;
            }
            select! {
                () = self.stop.cancelled() => break,
                command = self.commands.recv() => match command {
                    Some(command) => self.handle_command(command),
                    None => break,
                },
                Some(report) = self.reports.recv() => self.on_reports(&report),
                event = self.swarm.select_next_some() => self.on_swarm_event(event),
                now = sweep.tick() => {
                    self.let_idle_go(now.into_std());
                    self.meet_nearby();
                }
                () = at(self.lookups_due), if self.lookups_due.is_some() => self.settle(),
                room = has_room(&self.notices), if !self.outbox.is_empty() => match room {
                    true => self.flush(),
                    false => break,
                },
            }
        }
        self.say_goodbye().await;
    }

    /// Puts a notice up, at once if the reader has room.
    fn tell(&mut self, notice: OverlayEvent) {
        self.outbox.put(notice);
        self.flush();
    }

    fn flush(&mut self) {
        while let Ok(place) = self.notices.try_reserve() {
            let Some(notice) = self.outbox.take() else { break };
            place.send(notice);
        }
    }
}

/// Waits until the reader has room for a notice; false if there is none any more. Only the actor sends, so the room stays.
async fn has_room(notices: &mpsc::Sender<OverlayEvent>) -> bool {
    notices.reserve().await.is_ok()
}

/// Waits until a time; for ever without one.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}
