//! The meter that runs while a script does: operations, processor time, time on the clock. Rhai counts per call of a closure and
//! forgets what nested calls used; this one counts everything since the handler began.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rhai::Dynamic;
use rustix::time::{ClockId, clock_gettime};

use super::limits::{Limits, WORK_MS};

/// Operations between two looks at the clocks. Reading the clock of a thread is a system call; an operation is some fifty
/// nanoseconds.
const LOOK_EVERY: u64 = 256;

/// Which limit a handler used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spent {
    /// Operations.
    Ops,
    /// Processor time.
    Work,
    /// Time on the clock.
    Wall,
}

impl Spent {
    /// The word that errors name it by.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Ops => "ops",
            Self::Work => "work_ms",
            Self::Wall => "wall_ms",
        }
    }
}

/// Counts what a handler uses.
#[derive(Clone, Debug)]
pub(crate) struct Meter(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    /// What the clock on the wall counts from.
    origin: Instant,
    ops: AtomicU64,
    ops_max: AtomicU64,
    work_from_ns: AtomicU64,
    work_max_ns: AtomicU64,
    wall_until_ns: AtomicU64,
}

impl Meter {
    /// A meter that allows nothing until [`begin`](Self::begin).
    pub(crate) fn new() -> Self {
        Self(Arc::new(Counts {
            origin: Instant::now(),
            ops: AtomicU64::new(0),
            ops_max: AtomicU64::new(0),
            work_from_ns: AtomicU64::new(0),
            work_max_ns: AtomicU64::new(0),
            wall_until_ns: AtomicU64::new(0),
        }))
    }

    /// Begins to count for a handler.
    pub(crate) fn begin(&self, limits: &Limits) {
        self.begin_with(limits.ops, Duration::from_millis(WORK_MS), Duration::from_millis(limits.wall_ms));
    }

    /// Begins to count for loading a bot: compiling takes more than handling an event.
    pub(crate) fn begin_load(&self, limits: &Limits) {
        self.begin_with(limits.ops, Duration::from_millis(limits.wall_ms), Duration::from_millis(limits.wall_ms));
    }

    fn begin_with(&self, ops: u64, work: Duration, wall: Duration) {
        let counts = &*self.0;
        counts.ops.store(0, Ordering::Relaxed);
        counts.ops_max.store(ops, Ordering::Relaxed);
        counts.work_from_ns.store(thread_ns(), Ordering::Relaxed);
        counts.work_max_ns.store(nanoseconds(work), Ordering::Relaxed);
        let until = counts.origin.elapsed().saturating_add(wall);
        counts.wall_until_ns.store(nanoseconds(until), Ordering::Relaxed);
    }

    /// Counts one operation.
    pub(crate) fn tick(&self) -> Option<Spent> {
        let counts = &*self.0;
        let ops = counts.ops.fetch_add(1, Ordering::Relaxed);
        if ops >= counts.ops_max.load(Ordering::Relaxed) {
            return Some(Spent::Ops);
        }
        if ops.is_multiple_of(LOOK_EVERY) { self.look() } else { None }
    }

    /// Looks at the clocks.
    pub(crate) fn look(&self) -> Option<Spent> {
        let counts = &*self.0;
        if self.work().as_nanos() > u128::from(counts.work_max_ns.load(Ordering::Relaxed)) {
            return Some(Spent::Work);
        }
        let late = nanoseconds(counts.origin.elapsed()) > counts.wall_until_ns.load(Ordering::Relaxed);
        late.then_some(Spent::Wall)
    }

    /// What [`rhai::Engine::on_progress`] is given.
    pub(crate) fn hook(&self) -> impl Fn(u64) -> Option<Dynamic> + Send + Sync + 'static {
        let meter = self.clone();
        move |_| meter.tick().map(|spent| Dynamic::from(spent.word()))
    }

    /// Operations since the handler began.
    pub(crate) fn ops(&self) -> u64 {
        self.0.ops.load(Ordering::Relaxed)
    }

    /// Processor time since the handler began.
    pub(crate) fn work(&self) -> Duration {
        Duration::from_nanos(thread_ns().saturating_sub(self.0.work_from_ns.load(Ordering::Relaxed)))
    }
}

fn thread_ns() -> u64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(now.tv_nsec).unwrap_or(0))
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_end_exactly_at_their_limit() {
        let meter = Meter::new();
        meter.begin(&Limits { ops: 1_000, ..Limits::default() });
        assert!((0..1_000).all(|_| meter.tick().is_none()));
        assert_eq!(meter.tick(), Some(Spent::Ops));
        assert_eq!(meter.ops(), 1_001);
    }

    #[test]
    fn processor_time_ends_a_loop_that_the_count_would_allow() {
        let meter = Meter::new();
        meter.begin(&Limits { ops: u64::MAX, wall_ms: 60_000, ..Limits::default() });
        let spent = loop {
            if let Some(spent) = meter.tick() {
                break spent;
            }
        };
        assert_eq!(spent, Spent::Work);
        assert!(meter.work() >= Duration::from_millis(WORK_MS));
    }

    #[test]
    fn a_new_handler_begins_at_nothing() {
        let meter = Meter::new();
        meter.begin(&Limits { ops: 1, ..Limits::default() });
        assert_eq!((meter.tick(), meter.tick()), (None, Some(Spent::Ops)));
        meter.begin(&Limits { ops: 1, ..Limits::default() });
        assert_eq!(meter.tick(), None);
    }
}
