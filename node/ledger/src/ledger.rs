//! [`Ledger`]: the handle. Cheap to clone; the database is closed when the last clone is dropped.

use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    thread::JoinHandle,
};

use tokio::sync::{oneshot, watch};
use zeroize::Zeroizing;

use crate::{
    Batch, Committed, LedgerError, OpenError, Snapshot, StorageFault,
    catalog::Column,
    key,
    seal::Sealer,
    wipe::{self, Wiping},
    writer::{Job, Shared},
};

/// What the check value says. Short, constant, and worth nothing to whoever guesses it.
const CHECK_PLAIN: &[u8] = b"folkmoot ledger";

/// The node's memory. See the [crate].
#[derive(Clone)]
pub struct Ledger {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    /// Present while unlocked.
    sealer: RwLock<Option<Arc<Sealer>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Rows to be wiped, and the write that an open view must have seen by then.
    wiping: Mutex<Option<Wiping>>,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger")
            .field("path", &self.inner.shared.path)
            .field("head", &*self.inner.shared.head.borrow())
            .finish_non_exhaustive()
    }
}

impl Inner {
    /// Lets nothing more in and waits until everything that is in is answered.
    fn stop(&self) {
        self.shared.queue.close();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A callback may drop the last handle: the writer cannot wait for itself.
        if let Some(writer) = writer
            && writer.thread().id() != std::thread::current().id()
            && writer.join().is_err()
        {
            tracing::error!("the ledger's writer panicked");
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Ledger {
    /// Starts the writer.
    pub(crate) fn start(shared: Shared) -> Result<Self, OpenError> {
        let shared = Arc::new(shared);
        let of_writer = Arc::clone(&shared);
        let writer = std::thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || of_writer.run())
            .map_err(|source| OpenError::Io { what: "start a thread for", path: shared.path.clone(), source })?;
        Ok(Self {
            inner: Arc::new(Inner {
                shared,
                sealer: RwLock::new(None),
                writer: Mutex::new(Some(writer)),
                wiping: Mutex::new(None),
            }),
        })
    }

    /// Gives the key under which values are sealed. The first key given to a new ledger is its key for good.
    ///
    /// Blocks for one write when the ledger is new.
    ///
    /// # Errors
    /// [`LedgerError::WrongKey`], or why the check value could not be read or written.
    #[expect(clippy::needless_pass_by_value, reason = "the caller's copy ends here")]
    pub fn unlock(&self, key: Zeroizing<[u8; 32]>) -> Result<(), LedgerError> {
        let sealer = Arc::new(Sealer::new(&key));
        let check = self.inner.shared.backend.view().read(Column::Meta, key::CHECK)?;
        match check {
            Some(sealed) => match sealer.open(Column::Meta, key::CHECK, &sealed) {
                Ok(plain) if plain == CHECK_PLAIN => {}
                Ok(_) | Err(_) => return Err(LedgerError::WrongKey),
            },
            None => {
                let mut batch = Batch::new(Arc::clone(&self.inner.shared.numbers), Arc::clone(&sealer));
                batch.put_sealed(Column::Meta, key::CHECK.to_vec(), CHECK_PLAIN)?;
                self.commit_blocking(batch)?;
            }
        }
        *self.inner.sealer.write().unwrap_or_else(PoisonError::into_inner) = Some(sealer);
        Ok(())
    }

    /// Forgets the key. Batches and snapshots made before keep theirs until they are dropped; batches submitted are still written.
    pub fn lock(&self) {
        *self.inner.sealer.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.sealer().is_none()
    }

    fn sealer(&self) -> Option<Arc<Sealer>> {
        self.inner.sealer.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// An empty batch.
    ///
    /// # Errors
    /// [`LedgerError::Locked`].
    pub fn batch(&self) -> Result<Batch, LedgerError> {
        let sealer = self.sealer().ok_or(LedgerError::Locked)?;
        Ok(Batch::new(Arc::clone(&self.inner.shared.numbers), sealer))
    }

    /// Whether a batch would be written if it were submitted now. What it says of free space is at most a second old.
    ///
    /// # Errors
    /// [`LedgerError::Closed`], [`LedgerError::NoSpace`], or [`LedgerError::Storage`] since a write failed.
    pub fn check_writable(&self) -> Result<(), LedgerError> {
        if self.inner.shared.queue.is_closed() {
            return Err(LedgerError::Closed);
        }
        self.inner.shared.check_writable()
    }

    /// Hands a batch to the writer. `on_commit` is called on the writer's thread after the synced write, in the order of
    /// submission; everybody waits while it runs, so it must not block and must not submit. When the ledger is closed, or the batch
    /// is another ledger's, it is called here and now.
    ///
    /// Blocks this thread while the queue is full.
    pub fn submit(&self, batch: Batch, on_commit: impl FnOnce(Result<Committed, LedgerError>) + Send + 'static) {
        match self.job(batch, on_commit) {
            Ok(job) => {
                if let Err(job) = self.inner.shared.queue.push(job) {
                    Job::answer(job.on_commit, Err(LedgerError::Closed));
                }
            }
            Err(on_commit) => on_commit(Err(LedgerError::OtherLedger)),
        }
    }

    /// Writes a batch; answers after the synced write.
    ///
    /// # Errors
    /// [`LedgerError`], and then nothing of the batch is on the disk, unless it is [`LedgerError::Storage`]: then nobody knows.
    ///
    /// # Cancel safety
    /// Cancelled while the queue is full, nothing is written; later, the batch is written and nobody is told.
    pub async fn commit(&self, batch: Batch) -> Result<Committed, LedgerError> {
        let (done, answer) = oneshot::channel();
        let Ok(job) = self.job(batch, move |result| drop(done.send(result))) else {
            return Err(LedgerError::OtherLedger);
        };
        if self.inner.shared.queue.push_async(job).await.is_err() {
            return Err(LedgerError::Closed);
        }
        answer.await.unwrap_or(Err(LedgerError::Closed))
    }

    /// A job for the writer; gives the callback back when the batch has numbers of another ledger.
    fn job<F>(&self, batch: Batch, on_commit: F) -> Result<Job, F>
    where
        F: FnOnce(Result<Committed, LedgerError>) + Send + 'static,
    {
        if Arc::ptr_eq(&batch.numbers, &self.inner.shared.numbers) {
            Ok(Job { batch, on_commit: Box::new(on_commit) })
        } else {
            Err(on_commit)
        }
    }

    /// A consistent view of what is committed by now. While locked, whatever is sealed answers [`LedgerError::Locked`].
    ///
    /// Cheap, but what is overwritten or deleted meanwhile stays on the disk until it is dropped: not to be kept.
    ///
    /// # Errors
    /// [`LedgerError::Closed`].
    pub fn snapshot(&self) -> Result<Snapshot<'_>, LedgerError> {
        let shared = &self.inner.shared;
        if shared.queue.is_closed() {
            return Err(LedgerError::Closed);
        }
        Ok(Snapshot::new(shared.backend.view(), self.sealer(), &shared.numbers))
    }

    /// Takes from the disk what was overwritten because it was redacted: the files that hold it are written anew. Whether everything
    /// redacted so far is gone; it is not while a snapshot is open that was made before, and is then to be tried again. What is left
    /// when the ledger is closed is taken up after the next start.
    ///
    /// Blocks: for every redaction about as long as copying its neighbourhood of the timeline takes, some 100 MB at most.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn wipe(&self) -> Result<bool, LedgerError> {
        let mut wiping = self.inner.wiping.lock().unwrap_or_else(PoisonError::into_inner);
        wipe::wipe(self, &*self.inner.shared.backend, &mut wiping)
    }

    /// A read or rewriting that failed.
    pub(crate) fn read_fault(&self, source: StorageFault) -> LedgerError {
        LedgerError::Read { path: self.inner.shared.path.clone(), source }
    }

    #[cfg(test)]
    pub(crate) fn backend(&self) -> &dyn crate::backend::Backend {
        &*self.inner.shared.backend
    }

    /// Hands a batch to the writer and waits for the synced write on this thread.
    pub(crate) fn commit_blocking(&self, batch: Batch) -> Result<Committed, LedgerError> {
        let (done, answer) = std::sync::mpsc::sync_channel(1);
        self.submit(batch, move |result| drop(done.send(result)));
        answer.recv().unwrap_or(Err(LedgerError::Closed))
    }

    /// Follows the number of the last committed event; 0 before the first.
    #[must_use]
    pub fn head(&self) -> watch::Receiver<u64> {
        self.inner.shared.head.subscribe()
    }

    /// Number of the oldest event kept; one more than the last when none is.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn oldest_event(&self) -> Result<u64, LedgerError> {
        self.snapshot()?.oldest_seq()
    }

    /// Takes nothing more, writes what was submitted, and makes the next start quick. Blocks meanwhile. Where that fails, the next
    /// start replays what was acknowledged. The folder is free for others when the last handle is dropped.
    pub fn close(&self) {
        self.inner.stop();
        let shared = &self.inner.shared;
        if shared.failed.get().is_none()
            && let Err(error) = shared.backend.flush()
        {
            tracing::warn!(%error, path = %shared.path.display(), "recent writes stay to be replayed");
        }
    }
}
