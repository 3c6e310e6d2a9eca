//! The floor of free space: below it nothing is written, so that what is there stays readable and the rest of the machine works.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::LedgerError;

/// A log of recent writes, a flush and a compaction fit well into this.
const FLOOR_BYTES: u64 = 200 * 1024 * 1024;
/// Room cannot vanish faster than other programs write; asking for each write would cost a system call.
const RECHECK: Duration = Duration::from_secs(1);

/// Asks how many bytes are free where a path lies.
type Probe = Arc<dyn Fn(&Path) -> io::Result<u64> + Send + Sync>;

/// How free space is watched.
#[derive(Clone)]
pub struct FreeSpace {
    probe: Probe,
    /// Below this nothing is written.
    floor_bytes: u64,
    /// How long an answer holds.
    recheck: Duration,
}

impl std::fmt::Debug for FreeSpace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FreeSpace")
            .field("floor_bytes", &self.floor_bytes)
            .field("recheck", &self.recheck)
            .finish_non_exhaustive()
    }
}

impl Default for FreeSpace {
    fn default() -> Self {
        Self { probe: Arc::new(available), floor_bytes: FLOOR_BYTES, recheck: RECHECK }
    }
}

impl FreeSpace {
    /// Keeps another floor than 200 MiB, and asks again when an answer is older than `recheck`, otherwise a second.
    #[must_use]
    pub fn new(floor_bytes: u64, recheck: Duration) -> Self {
        Self { floor_bytes, recheck, ..Self::default() }
    }

    /// Asks `probe` instead of the file system.
    #[must_use]
    pub fn probed_by(self, probe: impl Fn(&Path) -> io::Result<u64> + Send + Sync + 'static) -> Self {
        Self { probe: Arc::new(probe), ..self }
    }
}

/// Bytes that a program without privileges may still write.
fn available(path: &Path) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(path)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Watches one folder.
pub(crate) struct SpaceGuard {
    watch: FreeSpace,
    path: PathBuf,
    /// When it was asked last, and what the answer was; `None` where it could not be told.
    last: Mutex<Option<(Instant, Option<u64>)>>,
}

impl SpaceGuard {
    pub(crate) const fn new(watch: FreeSpace, path: PathBuf) -> Self {
        Self { watch, path, last: Mutex::new(None) }
    }

    /// Whether there is room to write.
    ///
    /// A file system that does not tell is taken to have room: a write that fails is noticed anyway.
    pub(crate) fn check(&self) -> Result<(), LedgerError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let free = match *last {
            Some((asked, free)) if asked.elapsed() < self.watch.recheck => free,
            _ => {
                let free = match (self.watch.probe)(&self.path) {
                    Ok(free) => Some(free),
                    Err(error) => {
                        tracing::warn!(%error, path = %self.path.display(), "free space cannot be told");
                        None
                    }
                };
                *last = Some((Instant::now(), free));
                free
            }
        };
        match free {
            Some(free_bytes) if free_bytes < self.watch.floor_bytes => {
                Err(LedgerError::NoSpace { path: self.path.clone(), free_bytes, floor_bytes: self.watch.floor_bytes })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn the_real_file_system_tells_its_free_space() {
        let dir = tempfile::tempdir().expect("temporary folder");
        assert!(available(dir.path()).expect("statvfs") > 0);
        assert!(available(&dir.path().join("missing")).is_err());
    }

    #[test]
    fn an_answer_holds_until_it_is_asked_again() {
        let asked = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&asked);
        let watch = FreeSpace::new(1_000, Duration::from_secs(3_600))
            .probed_by(move |_| Ok(counter.fetch_add(1, Ordering::Relaxed)));
        let guard = SpaceGuard::new(watch, PathBuf::new());
        assert!(guard.check().is_err());
        assert!(guard.check().is_err());
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_silent_file_system_is_taken_to_have_room() {
        let watch = FreeSpace::default().probed_by(|_| Err(io::Error::other("no")));
        assert!(SpaceGuard::new(watch, PathBuf::new()).check().is_ok());
    }
}
