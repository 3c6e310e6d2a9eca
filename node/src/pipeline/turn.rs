//! One turn of the pipeline: commands that share a batch, and what happens after its commit.

use std::{
    cell::OnceCell,
    collections::{BTreeSet, HashMap, VecDeque, hash_map::Entry},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use folkmoot_core::ids::{EntryId, LogId, ServerId};
use folkmoot_identity::Hlc;
use folkmoot_ledger::{Batch, EventRecord, LedgerError, Snapshot, StoredEntry};

use super::{
    World,
    actor::{Command, Wiring},
    logs,
    outgoing::{Announcer, Outgoing},
    subject::{self, About},
};
use crate::clock::now_ms;

type Effect = Box<dyn FnOnce(Result<(), Arc<LedgerError>>) + Send>;

/// Commands that share one batch.
pub struct Turn<'a> {
    /// What the thread knows.
    pub world: &'a mut World,
    /// Now, ms UTC; one reading per turn.
    pub now_ms: u64,
    pub(super) wiring: &'a Wiring,
    pub(super) outgoing: Outgoing,
    /// Servers whose view has to be published anew.
    pub(super) touched: BTreeSet<ServerId>,
    /// Logs whose record has to be written.
    pub(super) dirty_logs: BTreeSet<LogId>,
    /// Messages to which something was done.
    pub(super) changed_subjects: BTreeSet<About>,
    /// What was committed when it was first asked for in this turn.
    snapshot: OnceCell<Snapshot<'a>>,
    batch: Option<Batch>,
    effects: Vec<Effect>,
}

/// Entries and nonces whose commit is under way: the ledger's snapshots do not show them yet.
#[derive(Default)]
pub(super) struct InFlight {
    turn: u64,
    /// The last turn whose batch went to the ledger.
    submitted: u64,
    /// The last turn whose batch came back from it.
    committed: Arc<AtomicU64>,
    entries: HashMap<(LogId, u64), Vec<EntryId>>,
    entry_order: VecDeque<(u64, LogId, u64, EntryId)>,
    /// The entries themselves, each with the last turn that wrote it.
    written: HashMap<EntryId, (u64, StoredEntry)>,
    written_order: VecDeque<(u64, EntryId)>,
    nonces: HashMap<[u8; 32], ([u8; 32], bytes::Bytes)>,
    nonce_order: VecDeque<(u64, [u8; 32])>,
}

impl InFlight {
    /// An entry that is new.
    pub(super) fn add(&mut self, stored: StoredEntry) {
        let (log, seq, id) = (stored.entry.log, stored.entry.header.seq, stored.entry.id);
        self.entries.entry((log, seq)).or_default().push(id);
        self.entry_order.push_back((self.turn, log, seq, id));
        self.amend(stored);
    }

    /// An entry that is written in place of what it was.
    pub(super) fn amend(&mut self, stored: StoredEntry) {
        self.written_order.push_back((self.turn, stored.entry.id));
        self.written.insert(stored.entry.id, (self.turn, stored));
    }

    pub(super) fn entry(&self, id: &EntryId) -> Option<&StoredEntry> {
        self.written.get(id).map(|(_, stored)| stored)
    }

    /// The turn under way.
    pub(super) const fn turn(&self) -> u64 {
        self.turn
    }

    /// The last turn whose batch is on the disk.
    pub(super) fn committed(&self) -> u64 {
        self.committed.load(Ordering::Acquire)
    }

    pub(super) fn entries_at(&self, log: LogId, seq: u64) -> &[EntryId] {
        self.entries.get(&(log, seq)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn add_nonce(&mut self, key: [u8; 32], params_hash: [u8; 32], result: bytes::Bytes) {
        self.nonces.insert(key, (params_hash, result));
        self.nonce_order.push_back((self.turn, key));
    }

    pub(super) fn nonce(&self, key: &[u8; 32]) -> Option<&([u8; 32], bytes::Bytes)> {
        self.nonces.get(key)
    }

    fn is_empty(&self) -> bool {
        self.committed() >= self.submitted
    }

    fn forget_committed(&mut self) {
        let committed = self.committed();
        while self.written_order.front().is_some_and(|(turn, _)| *turn <= committed) {
            if let Some((_, id)) = self.written_order.pop_front()
                && self.written.get(&id).is_some_and(|(turn, _)| *turn <= committed)
            {
                self.written.remove(&id);
            }
        }
        while self.entry_order.front().is_some_and(|(turn, ..)| *turn <= committed) {
            if let Some((_, log, seq, id)) = self.entry_order.pop_front()
                && let Entry::Occupied(mut held) = self.entries.entry((log, seq))
            {
                held.get_mut().retain(|other| *other != id);
                if held.get().is_empty() {
                    held.remove();
                }
            }
        }
        while self.nonce_order.front().is_some_and(|(turn, _)| *turn <= committed) {
            if let Some((_, key)) = self.nonce_order.pop_front() {
                self.nonces.remove(&key);
            }
        }
    }
}

impl<'a> Turn<'a> {
    pub(super) fn begin(world: &'a mut World, wiring: &'a Wiring) -> Self {
        world.in_flight.turn += 1;
        world.in_flight.forget_committed();
        world.subjects.trim(world.in_flight.committed());
        Self {
            world,
            now_ms: now_ms(),
            wiring,
            outgoing: Outgoing::default(),
            touched: BTreeSet::new(),
            dirty_logs: BTreeSet::new(),
            changed_subjects: BTreeSet::new(),
            snapshot: OnceCell::new(),
            batch: None,
            effects: Vec::new(),
        }
    }

    pub(super) fn handle(&mut self, command: Command) {
        match command {
            Command::Publish(message, reply) => super::publish::handle(self, message, reply),
            Command::Gossip(frame) => super::gossip::handle(self, frame),
            Command::Task(task) => task(self),
        }
    }

    /// The batch of this turn.
    ///
    /// # Errors
    /// [`LedgerError`] while the ledger is locked or refuses writes; then nothing may be changed in the world either.
    pub(super) fn batch(&mut self) -> Result<&mut Batch, LedgerError> {
        if self.batch.is_none() {
            self.wiring.ledger.check_writable()?;
            self.batch = Some(self.wiring.ledger.batch()?);
        }
        self.batch.as_mut().ok_or(LedgerError::Locked)
    }

    /// What is committed: a view taken when this turn first asked. Entries and what was done to messages may be newer in `world`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub(super) fn snapshot(&self) -> Result<&Snapshot<'a>, LedgerError> {
        if let Some(snapshot) = self.snapshot.get() {
            return Ok(snapshot);
        }
        let snapshot = self.wiring.ledger.snapshot()?;
        Ok(self.snapshot.get_or_init(|| snapshot))
    }

    /// Waits until everything handed to the ledger so far is on the disk, so that snapshots show it. Takes as long as a synced
    /// write: for what is rare.
    ///
    /// # Errors
    /// [`LedgerError`] when it could not be put there.
    pub(super) fn wait_for_commits(&mut self) -> Result<(), LedgerError> {
        if !self.world.in_flight.is_empty() {
            let (done, answer) = std::sync::mpsc::sync_channel(1);
            self.wiring.ledger.submit(self.wiring.ledger.batch()?, move |written| drop(done.send(written)));
            answer.recv().unwrap_or(Err(LedgerError::Closed))?;
        }
        self.world.in_flight.forget_committed();
        self.snapshot = OnceCell::new();
        Ok(())
    }

    /// Runs after this turn's batch is on disk, or could not be put there.
    pub(super) fn after_commit(&mut self, effect: impl FnOnce(Result<(), Arc<LedgerError>>) + Send + 'static) {
        self.effects.push(Box::new(effect));
    }

    /// The stamp for something made now that must exceed `seen`.
    pub(super) fn stamp(&mut self, seen: Hlc) -> Hlc {
        let hlc = seen.after(self.now_ms);
        self.world.hlc = self.world.hlc.max(hlc);
        hlc
    }

    /// Puts an event into the durable event log.
    pub(super) fn emit(&mut self, event: EventRecord) -> Result<(), LedgerError> {
        self.batch()?.emit(event);
        Ok(())
    }

    /// Ends the turn: log records, views and frames are made ready, the batch goes to the ledger, and after the synced write
    /// callers are answered, readers see the new state and peers are told.
    pub(super) fn commit(mut self, announcer: &Announcer) {
        logs::put_dirty(&mut self);
        subject::put_changed(&mut self);
        let views = crate::view::render_all(self.world, &self.touched);
        let (frames, unsaid) = std::mem::take(&mut self.outgoing).seal(self.world);
        let wants_sync = self.wiring.wants_sync.clone();
        let Self { batch, effects, wiring, world, .. } = self;
        let shared = Arc::clone(&wiring.views);
        let announcer = announcer.clone();
        let (turn, committed) = (world.in_flight.turn, Arc::clone(&world.in_flight.committed));
        let failed = wiring.failed.clone();
        let answers = !effects.is_empty();
        let shown = wiring.shown.clone();
        let finish = move |result: Result<u64, Arc<LedgerError>>| {
            match &result {
                Err(error) => {
                    tracing::error!(%error, "a batch could not be stored");
                    drop(failed.try_send(Arc::clone(error)));
                }
                Ok(newest_event) => {
                    shared.publish(views);
                    // Only now may readers of the event log see the events: what they are about is there to be shown.
                    shown.send_if_modified(|seen| {
                        let news = *newest_event > *seen;
                        *seen = (*seen).max(*newest_event);
                        news
                    });
                    announcer.send(frames);
                    for server in unsaid {
                        if wants_sync.try_send(crate::sync::Nudge { server, peer: None }).is_err() {
                            tracing::trace!("catch-up is being asked for already");
                        }
                    }
                }
            }
            for effect in effects {
                effect(result.clone().map(|_| ()));
            }
        };
        let batch = match batch {
            // What a turn without writes answers with, a repeated call's first result say, may stand in an earlier batch that is
            // not on the disk yet: it queues behind that one.
            None if answers && !world.in_flight.is_empty() => wiring.ledger.batch().ok(),
            batch => batch,
        };
        match batch {
            Some(batch) => {
                world.in_flight.submitted = turn;
                wiring.ledger.submit(batch, move |result| {
                    committed.store(turn, Ordering::Release);
                    finish(result.map(|written| written.last_seq).map_err(Arc::new));
                });
            }
            // Nothing was written; after a load this is where the log stands.
            None => finish(Ok(if world.in_flight.is_empty() { *wiring.ledger.head().borrow() } else { 0 })),
        }
    }
}
