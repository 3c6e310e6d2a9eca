//! How often somebody may come in by a standing invite from one block of addresses, and how much work it costs: more, the more
//! come.

use std::{
    collections::{HashMap, VecDeque},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use folkmoot_proto::limits::{JOIN_WORK_BITS, JOIN_WORK_BITS_MAX};

/// Attempts at once from one block: a family, a school class behind one address.
const BURST: u32 = 20;
/// Time after which one more is allowed.
const REFILL: Duration = Duration::from_secs(6);
/// Blocks remembered. Beyond, those that have their whole burst back are forgotten; if none has, new ones wait.
const BLOCKS: usize = 4_096;
/// Attempts of the last minute, from wherever, for which one more bit of work is asked; and again for each doubling.
const CROWD: usize = 32;
/// Attempts remembered to count them.
const REMEMBERED: usize = CROWD << (JOIN_WORK_BITS_MAX - JOIN_WORK_BITS);
const MINUTE: Duration = Duration::from_secs(60);

/// 256 neighbours in IPv4, one site in IPv6.
fn block(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4(Ipv4Addr::from_bits(ip.to_bits() & !0xff)),
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & !(u128::MAX >> 48))),
    }
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: u32,
    since: Instant,
}

impl Bucket {
    fn refill(&mut self, now: Instant) {
        let periods = now.saturating_duration_since(self.since).as_millis() / REFILL.as_millis();
        let periods = u32::try_from(periods).unwrap_or(u32::MAX);
        self.left = self.left.saturating_add(periods).min(BURST);
        self.since = if self.left == BURST { now } else { self.since + REFILL * periods };
    }
}

#[derive(Debug, Default)]
struct Visits {
    buckets: HashMap<IpAddr, Bucket>,
    lately: VecDeque<Instant>,
}

/// See the module. A leaf lock.
#[derive(Debug, Default)]
pub struct Rates(Mutex<Visits>);

impl Rates {
    /// Counts an attempt from an address; the bits of work to ask for, or none when there were too many from there.
    pub(super) fn visit(&self, ip: IpAddr, now: Instant) -> Option<u32> {
        let mut visits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Visits { buckets, lately } = &mut *visits;
        let block = block(ip);
        if !buckets.contains_key(&block) && buckets.len() >= BLOCKS {
            buckets.retain(|_, bucket| {
                bucket.refill(now);
                bucket.left < BURST
            });
            if buckets.len() >= BLOCKS {
                return None;
            }
        }
        let bucket = buckets.entry(block).or_insert(Bucket { left: BURST, since: now });
        bucket.refill(now);
        bucket.left = bucket.left.checked_sub(1)?;
        while lately.front().is_some_and(|at| now.saturating_duration_since(*at) >= MINUTE) {
            lately.pop_front();
        }
        let bits = JOIN_WORK_BITS + (lately.len() / CROWD).checked_ilog2().map_or(0, |log| log + 1);
        if lately.len() < REMEMBERED {
            lately.push_back(now);
        }
        Some(bits.min(JOIN_WORK_BITS_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_block_gets_its_burst_and_then_its_rate() {
        let (rates, start) = (Rates::default(), Instant::now());
        for n in 0..BURST {
            assert!(rates.visit(ip(&format!("192.0.2.{n}")), start).is_some());
        }
        assert_eq!(rates.visit(ip("192.0.2.200"), start), None);
        assert!(rates.visit(ip("192.0.3.1"), start).is_some());
        let later = start + REFILL;
        assert!(rates.visit(ip("192.0.2.1"), later).is_some());
        assert_eq!(rates.visit(ip("192.0.2.1"), later), None);
    }

    #[test]
    fn a_site_of_ipv6_is_one_block_and_a_mapped_address_is_what_it_maps() {
        assert_eq!(block(ip("2001:db8:1:2::3")), block(ip("2001:db8:1:ffff::1")));
        assert_ne!(block(ip("2001:db8:1::1")), block(ip("2001:db8:2::1")));
        assert_eq!(block(ip("::ffff:192.0.2.7")), block(ip("192.0.2.8")));
    }

    #[test]
    fn a_crowd_works_more_and_never_more_than_the_limit() {
        let (rates, start) = (Rates::default(), Instant::now());
        let mut asked = Vec::new();
        for n in 0..4_000_u32 {
            let [_, b, c, _] = n.to_be_bytes();
            let d = n.to_be_bytes()[3];
            asked.extend(rates.visit(IpAddr::from([10 + b, c, d, 1]), start));
        }
        assert_eq!((asked[0], asked[CROWD - 1], asked[CROWD]), (JOIN_WORK_BITS, JOIN_WORK_BITS, JOIN_WORK_BITS + 1));
        assert_eq!(asked.last(), Some(&JOIN_WORK_BITS_MAX));
        assert!(asked.is_sorted());
        // A minute later there is peace.
        assert_eq!(rates.visit(ip("9.9.9.9"), start + MINUTE), Some(JOIN_WORK_BITS));
    }

    #[test]
    fn blocks_are_bounded_and_idle_ones_forgotten() {
        let (rates, start) = (Rates::default(), Instant::now());
        let visit = |n: u32, at| rates.visit(IpAddr::from([20, n.to_be_bytes()[2], n.to_be_bytes()[3], 1]), at);
        let let_in = (0..2 * BLOCKS as u32).filter(|n| visit(*n, start).is_some()).count();
        assert_eq!(let_in, BLOCKS);
        assert!(rates.visit(ip("8.8.8.8"), start + REFILL).is_some());
        assert_eq!(rates.0.lock().expect("a lock").buckets.len(), 1);
    }
}
