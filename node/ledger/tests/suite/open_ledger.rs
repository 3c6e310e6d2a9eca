//! Opening ledgers for tests, and the two kinds there are.

use std::{path::Path, time::Duration};

use folkmoot_ledger::{Batch, Committed, FreeSpace, Ledger, LedgerOptions};
use tempfile::TempDir;
use zeroize::Zeroizing;

/// Key of all ledgers here.
pub(crate) const KEY: [u8; 32] = [0x5e; 32];

/// What a ledger lies on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Rocks,
    Memory,
}

/// An unlocked ledger and the folder it needs.
pub(crate) struct Opened {
    pub ledger: Ledger,
    // Dropped after the ledger.
    _dir: Option<TempDir>,
}

impl std::ops::Deref for Opened {
    type Target = Ledger;

    fn deref(&self) -> &Ledger {
        &self.ledger
    }
}

pub(crate) fn key() -> Zeroizing<[u8; 32]> {
    Zeroizing::new(KEY)
}

/// Options for machines whose disk is fuller than a user's may be.
pub(crate) fn options() -> LedgerOptions {
    LedgerOptions { free_space: FreeSpace::new(0, Duration::from_secs(1)), ..LedgerOptions::default() }
}

pub(crate) fn open_at(dir: &Path) -> Ledger {
    let ledger = Ledger::open(dir, options()).expect("opens");
    ledger.unlock(key()).expect("unlocks");
    ledger
}

impl Kind {
    pub(crate) fn open(self) -> Opened {
        let (ledger, dir) = match self {
            Self::Rocks => {
                let dir = tempfile::tempdir().expect("temporary folder");
                (Ledger::open(dir.path(), options()).expect("opens"), Some(dir))
            }
            Self::Memory => (Ledger::in_memory().expect("starts"), None),
        };
        ledger.unlock(key()).expect("unlocks");
        Opened { ledger, _dir: dir }
    }
}

/// Puts into a batch and commits it.
pub(crate) fn write(ledger: &Ledger, put: impl FnOnce(&mut Batch)) -> Committed {
    let mut batch = ledger.batch().expect("unlocked");
    put(&mut batch);
    let (done, answer) = std::sync::mpsc::channel();
    ledger.submit(batch, move |result| done.send(result).expect("the test waits"));
    answer.recv().expect("answered").expect("committed")
}
