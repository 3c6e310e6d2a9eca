//! The one thread that writes. What queued while it was syncing is its next write: no timer, and one sync for all.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::watch;

use crate::{
    Batch, LedgerError, StorageFault,
    anchor::Anchor,
    backend::{Backend, Op},
    catalog::Column,
    folder::Folder,
    key,
    number::Numbers,
    queue::{Bounds, Queue, Weigh},
    space::SpaceGuard,
};

/// Batches that wait, and their bytes. Full only when the disk is slower than the whole network; then submitters wait, which slows
/// peers and callers down. That is wanted. A write takes at most 4 MiB of batches: it bounds how long the first of them waits.
const QUEUE: Bounds = Bounds { items: 4_096, bytes: 16 * 1024 * 1024, taken_bytes: 4 * 1024 * 1024 };

/// Told when a batch is on the disk, or why it is not.
pub(crate) type OnCommit = Box<dyn FnOnce(Result<Committed, LedgerError>) + Send>;

/// Numbers of the events of a batch that is on the disk. Without events the range is empty: `last_seq` is one less than
/// `first_seq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Number of the batch's first event.
    pub first_seq: u64,
    /// Number of its last.
    pub last_seq: u64,
}

/// A batch and whom to tell.
pub(crate) struct Job {
    pub(crate) batch: Batch,
    pub(crate) on_commit: OnCommit,
}

impl Weigh for Job {
    fn bytes(&self) -> usize {
        self.batch.bytes
    }
}

impl Job {
    /// Answers. A callback that panics is its author's fault and must not stop the writer, on which everybody waits.
    pub(crate) fn answer(on_commit: OnCommit, result: Result<Committed, LedgerError>) {
        if catch_unwind(AssertUnwindSafe(|| on_commit(result))).is_err() {
            tracing::error!("a callback of the ledger panicked");
        }
    }
}

/// What writer, batches and readers share.
pub(crate) struct Shared {
    pub(crate) backend: Box<dyn Backend>,
    pub(crate) path: PathBuf,
    pub(crate) numbers: Arc<Numbers>,
    pub(crate) queue: Queue<Job>,
    pub(crate) space: Option<SpaceGuard>,
    pub(crate) anchor: Option<Anchor>,
    /// Number of the last event; sent after each write.
    pub(crate) head: watch::Sender<u64>,
    /// Set by the first write that fails, for good.
    pub(crate) failed: OnceLock<LedgerError>,
    /// Number of the last write.
    pub(crate) last_write: AtomicU64,
    /// Unlocked when everything above is closed: fields are dropped in order.
    pub(crate) folder: Option<Folder>,
}

impl Shared {
    pub(crate) const fn queue() -> Queue<Job> {
        Queue::new(QUEUE)
    }

    /// Whether a write would be accepted now.
    pub(crate) fn check_writable(&self) -> Result<(), LedgerError> {
        if let Some(error) = self.failed.get() {
            return Err(error.clone());
        }
        self.space.as_ref().map_or(Ok(()), SpaceGuard::check)
    }

    /// The writer's life: ends when the queue is closed and everything in it is answered.
    pub(crate) fn run(&self) {
        loop {
            let jobs = self.queue.take();
            if jobs.is_empty() {
                return;
            }
            match self.check_writable() {
                Ok(()) => self.write(jobs),
                Err(error) => jobs.into_iter().for_each(|job| Job::answer(job.on_commit, Err(error.clone()))),
            }
        }
    }

    /// Writes the batches as one and answers them in order.
    fn write(&self, jobs: Vec<Job>) {
        let mut head = *self.head.borrow();
        let mut ops = Vec::with_capacity(jobs.iter().map(|job| job.batch.ops.len() + job.batch.events.len()).sum());
        let mut answers = Vec::with_capacity(jobs.len());
        for Job { mut batch, on_commit } in jobs {
            if let Some(fault) = batch.fault.take() {
                answers.push((on_commit, Err(fault)));
                continue;
            }
            let first_seq = head + 1;
            ops.append(&mut batch.ops);
            for event in batch.events.drain(..) {
                head += 1;
                ops.push(Op { column: Column::Events, key: key::event(head), value: Some(event) });
            }
            answers.push((on_commit, Ok((Committed { first_seq, last_seq: head }, batch.claims))));
        }
        let number = self.last_write.load(Ordering::Relaxed) + 1;
        ops.push(Op {
            column: Column::Meta,
            key: key::LAST_WRITE.to_vec(),
            value: Some(encode_last_write(number, head)),
        });
        if let Err(source) = self.backend.write(ops) {
            let error = self.fail(source);
            for (on_commit, _) in answers {
                Job::answer(on_commit, Err(error.clone()));
            }
            return;
        }
        self.last_write.store(number, Ordering::Relaxed);
        for (_, result) in &answers {
            if let Ok((_, claims)) = result {
                self.numbers.written(claims);
            }
        }
        if let Some(Err(error)) = self.anchor.as_ref().map(|anchor| anchor.set(number)) {
            tracing::warn!(%error, path = %self.path.display(), "anchor not written");
        }
        self.head.send_if_modified(|value| std::mem::replace(value, head) != head);
        for (on_commit, result) in answers {
            Job::answer(on_commit, result.map(|(committed, _)| committed));
        }
    }

    /// After a write that failed nobody knows what is on the disk: nothing is written any more until the ledger is opened again.
    fn fail(&self, source: StorageFault) -> LedgerError {
        tracing::error!(error = %source, path = %self.path.display(), "write failed");
        self.failed.get_or_init(|| LedgerError::Storage { path: self.path.clone(), source }).clone()
    }
}

pub(crate) fn encode_last_write(number: u64, head: u64) -> Vec<u8> {
    [number.to_be_bytes(), head.to_be_bytes()].concat()
}

/// Number of the last write and of the last event.
pub(crate) fn decode_last_write(value: &[u8]) -> Option<(u64, u64)> {
    let (number, head) = value.split_first_chunk::<8>()?;
    Some((u64::from_be_bytes(*number), u64::from_be_bytes(head.try_into().ok()?)))
}

#[cfg(test)]
mod tests;
