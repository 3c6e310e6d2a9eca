//! How many records one peer may offer: a burst, and then so many a minute. The rest is dropped before anybody looks into it, since
//! looking costs a millisecond.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use libp2p::PeerId;

/// Records at once: what a member of a few dozen public servers announces at its start.
const BURST: u32 = 64;
/// Time after which one more is looked into.
const REFILL: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug)]
struct Left {
    offers: u32,
    since: Instant,
}

/// See the module. Bounded by the connection limits.
#[derive(Debug, Default)]
pub(crate) struct Offers(HashMap<PeerId, Left>);

impl Offers {
    /// Whether the peer's record is looked into.
    pub(crate) fn take(&mut self, peer: PeerId, now: Instant) -> bool {
        let left = self.0.entry(peer).or_insert(Left { offers: BURST, since: now });
        let refilled = now.saturating_duration_since(left.since).as_secs() / REFILL.as_secs();
        if refilled > 0 {
            left.offers = left.offers.saturating_add(u32::try_from(refilled).unwrap_or(u32::MAX)).min(BURST);
            left.since = now;
        }
        let any = left.offers > 0;
        left.offers = left.offers.saturating_sub(1);
        any
    }

    /// Forgets a peer that is gone.
    pub(crate) fn forget(&mut self, peer: &PeerId) {
        self.0.remove(peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_one_peer_is_dropped_and_others_are_heard() {
        let (mut offers, eve, ann, now) = (Offers::default(), PeerId::random(), PeerId::random(), Instant::now());
        let taken = (0..1_000).filter(|_| offers.take(eve, now)).count();
        assert_eq!(taken, BURST as usize);
        assert!(offers.take(ann, now));
        assert!(offers.take(eve, now + REFILL) && !offers.take(eve, now + REFILL));
        offers.forget(&eve);
        assert!(offers.take(eve, now));
    }
}
