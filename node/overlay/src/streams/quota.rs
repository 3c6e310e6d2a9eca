//! How many streams one peer, and all strangers together, may have open.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The right to one open stream; given back when both halves of the stream are dropped.
#[derive(Debug)]
pub(crate) struct StreamPermit {
    _of_peer: OwnedSemaphorePermit,
    _of_strangers: Option<OwnedSemaphorePermit>,
}

/// What all connections of one peer share.
#[derive(Debug)]
pub(crate) struct PeerQuota {
    /// Members do not draw on what strangers share, and their connections are kept while idle.
    member: AtomicBool,
    streams_per_peer: usize,
    inbound: Arc<Semaphore>,
    outbound: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
}

impl PeerQuota {
    pub(crate) fn new(member: bool, streams_per_peer: usize, strangers: Arc<Semaphore>) -> Self {
        Self {
            member: AtomicBool::new(member),
            streams_per_peer,
            inbound: Arc::new(Semaphore::new(streams_per_peer)),
            outbound: Arc::new(Semaphore::new(streams_per_peer)),
            strangers,
        }
    }

    /// A place for a stream the peer opened, or none: then the stream is dropped.
    pub(crate) fn try_inbound(&self) -> Option<StreamPermit> {
        let of_peer = Arc::clone(&self.inbound).try_acquire_owned().ok()?;
        let of_strangers = match self.is_member() {
            true => None,
            false => Some(Arc::clone(&self.strangers).try_acquire_owned().ok()?),
        };
        Some(StreamPermit { _of_peer: of_peer, _of_strangers: of_strangers })
    }

    /// The places for streams we open. Whoever wants one waits: the other side would drop what is beyond.
    pub(crate) fn outbound(&self) -> Arc<Semaphore> {
        Arc::clone(&self.outbound)
    }

    /// Whether any stream is open in either direction.
    pub(crate) fn in_use(&self) -> bool {
        self.inbound.available_permits() + self.outbound.available_permits() < 2 * self.streams_per_peer
    }

    pub(crate) fn is_member(&self) -> bool {
        self.member.load(Ordering::Relaxed)
    }

    pub(crate) fn set_member(&self, member: bool) {
        self.member.store(member, Ordering::Relaxed);
    }
}

impl From<OwnedSemaphorePermit> for StreamPermit {
    fn from(of_peer: OwnedSemaphorePermit) -> Self {
        Self { _of_peer: of_peer, _of_strangers: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_gets_its_share_and_places_come_back() {
        let strangers = Arc::new(Semaphore::new(10));
        let peer = PeerQuota::new(false, 2, Arc::clone(&strangers));
        let first = peer.try_inbound().unwrap();
        let _second = peer.try_inbound().unwrap();
        assert!(peer.try_inbound().is_none() && peer.in_use());
        drop(first);
        assert!(peer.try_inbound().is_some());
    }

    #[test]
    fn strangers_cannot_take_the_places_of_members() {
        let strangers = Arc::new(Semaphore::new(1));
        let (ann, eve) =
            (PeerQuota::new(true, 2, Arc::clone(&strangers)), PeerQuota::new(false, 2, Arc::clone(&strangers)));
        let taken = eve.try_inbound().unwrap();
        assert!(eve.try_inbound().is_none());
        assert!(ann.try_inbound().is_some());
        // A refused stranger must not keep its own place either.
        drop(taken);
        assert!(eve.try_inbound().is_some());
    }
}
