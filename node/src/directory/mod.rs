//! The directory of public servers: adverts this node knows, keeping what others put here, announcing the servers it is in,
//! searching for others.
//!
//! Nothing that a joined server needs goes through here. A directory full of lies costs its reader some attempts to join.

mod announce;
mod answer;
mod carried;
mod seek;
mod want;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use folkmoot_overlay::{Offered, OverlayHandle};
use tokio::sync::{Notify, mpsc};

pub use seek::{Doors, Round};
pub(crate) use {announce::announce, answer::answer, want::take_offered};

use crate::{pipeline::Pipeline, view::Views};
use carried::Carried;
use seek::Rounds;

/// Records that wait to be looked into; the overlay holds as many again.
const OFFERED: usize = 64;

/// What this node knows of public servers, and how it asks for more.
pub struct Directory {
    pipeline: Pipeline,
    overlay: OverlayHandle,
    views: Arc<Views>,
    carried: Carried,
    rounds: Rounds,
    offered: mpsc::Sender<Offered>,
    /// Of offered records: looked into and kept, and looked into and found to be worth nothing.
    kept: AtomicU64,
    unworthy: AtomicU64,
    /// Rung when servers, settings or peers may have changed.
    bell: Notify,
}

impl Directory {
    /// An empty directory, and where the records that peers offer come out.
    #[must_use]
    pub fn new(pipeline: Pipeline, overlay: OverlayHandle, views: Arc<Views>) -> (Arc<Self>, mpsc::Receiver<Offered>) {
        let (offered, inbox) = mpsc::channel(OFFERED);
        let (carried, rounds, bell) = (Carried::default(), Rounds::default(), Notify::new());
        let (kept, unworthy) = (AtomicU64::new(0), AtomicU64::new(0));
        (Arc::new(Self { pipeline, overlay, views, carried, rounds, offered, kept, unworthy, bell }), inbox)
    }

    /// Something changed that may have to be announced.
    pub fn ring(&self) {
        self.bell.notify_one();
    }

    /// Of the records that peers offered: how many were kept, and how many were looked into in vain.
    #[must_use]
    pub fn judged(&self) -> (u64, u64) {
        (self.kept.load(Ordering::Relaxed), self.unworthy.load(Ordering::Relaxed))
    }

    /// Takes a record that a peer wants kept; dropped when many wait to be looked into.
    pub fn offer(&self, offered: Offered) {
        if self.offered.try_send(offered).is_err() {
            tracing::trace!("many records wait to be looked into");
        }
    }
}
