//! Opening: the folder, the database, and what stands in it about itself.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::watch;

use crate::{
    FreeSpace, Ledger, LedgerError, OpenError,
    anchor::Anchor,
    backend::{Backend, MemoryBackend, RocksBackend},
    catalog::Column,
    folder::Folder,
    key,
    number::Numbers,
    space::SpaceGuard,
    writer::{Shared, decode_last_write},
};

/// How a ledger is opened.
#[derive(Clone, Debug, Default)]
pub struct LedgerOptions {
    /// When there is too little room to write.
    pub free_space: FreeSpace,
    /// Opens a folder that lost acknowledged writes ([`OpenError::RolledBack`]) as it is. What is lost may come back from peers;
    /// logs of this device that would go on from an older head must be opened anew.
    pub accept_rollback: bool,
}

impl Ledger {
    /// Opens the ledger in a folder, or makes it. Locked: see [`Ledger::unlock`].
    ///
    /// Blocks: up to a tenth of a second where recent writes have to be replayed.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(dir: &Path, options: LedgerOptions) -> Result<Self, OpenError> {
        let LedgerOptions { free_space, accept_rollback } = options;
        let folder = Folder::open(dir)?;
        let backend = RocksBackend::open(&folder.database(), !folder.exists)?;
        let io = |what| {
            let path = folder.anchor();
            move |source| OpenError::Io { what, path, source }
        };
        let (anchor, acknowledged) = Anchor::open(&folder.anchor()).map_err(io("open"))?;
        let mut shared = load(Box::new(backend), dir)?;
        let found = shared.last_write.load(Ordering::Relaxed);
        if let Some(acknowledged) = acknowledged
            && found < acknowledged
        {
            if !accept_rollback {
                return Err(OpenError::RolledBack { path: dir.to_owned(), found, acknowledged });
            }
            tracing::warn!(path = %dir.display(), found, acknowledged, "acknowledged writes are lost");
            anchor.set(found).map_err(io("write"))?;
        }
        if !folder.exists {
            folder.mark_made()?;
        }
        shared.space = Some(SpaceGuard::new(free_space, dir.to_owned()));
        shared.anchor = Some(anchor);
        shared.folder = Some(folder);
        Self::start(shared)
    }

    /// A ledger in memory, empty and locked: the same typed layer for simulations and tests. Gone when dropped.
    ///
    /// # Errors
    /// [`OpenError::Io`] when the operating system gives no thread.
    pub fn in_memory() -> Result<Self, OpenError> {
        Self::start(load(Box::new(MemoryBackend::default()), Path::new("memory"))?)
    }
}

/// Reads what a database says about itself.
pub(crate) fn load(backend: Box<dyn Backend>, path: &Path) -> Result<Shared, OpenError> {
    let (numbers, (last_write, head)) = read(&*backend).map_err(|error| damaged(path, &error))?;
    Ok(Shared {
        numbers: Arc::new(numbers),
        queue: Shared::queue(),
        space: None,
        anchor: None,
        head: watch::Sender::new(head),
        failed: OnceLock::new(),
        last_write: AtomicU64::new(last_write),
        path: path.to_owned(),
        backend,
        folder: None,
    })
}

fn read(backend: &dyn Backend) -> Result<(Numbers, (u64, u64)), LedgerError> {
    let view = backend.view();
    let numbers = Numbers::load(&*view)?;
    let last = match view.read(Column::Meta, key::LAST_WRITE)? {
        None => (0, 0),
        Some(value) => decode_last_write(&value)
            .ok_or_else(|| LedgerError::damaged(Column::Meta, key::LAST_WRITE, "not the number of a write"))?,
    };
    Ok((numbers, last))
}

fn damaged(path: &Path, error: &LedgerError) -> OpenError {
    let cause = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
    OpenError::Damaged { path: PathBuf::from(path), what: format!("{error}{cause}") }
}
