//! [`Book`]: the adverts a node knows, a bounded number, of each server the few that may count.

use std::collections::BTreeMap;

use super::Advert;
use crate::ids::ServerId;

/// Adverts of one server, each by another author: what one of them says about another can be seen only while both are here.
const PER_SERVER: usize = 4;

/// The adverts a node knows.
#[derive(Clone, Debug)]
pub struct Book {
    servers: BTreeMap<ServerId, Page>,
    capacity: usize,
}

#[derive(Clone, Debug, Default)]
struct Page {
    adverts: Vec<Advert>,
    /// When it was last heard of, ms UTC.
    seen_ms: u64,
}

impl Page {
    /// The one that counts: the best of those that no other bars.
    fn best(&self) -> Option<&Advert> {
        let believed = |advert: &&Advert| !self.adverts.iter().any(|other| other.bars(advert));
        self.adverts.iter().filter(believed).reduce(|a, b| if b.prevails_over(a) { b } else { a })
    }

    fn put(&mut self, advert: Advert) -> bool {
        match self.adverts.iter_mut().find(|held| held.account == advert.account) {
            Some(held) if advert.prevails_over(held) => *held = advert,
            Some(_) => return false,
            None => self.adverts.push(advert),
        }
        if self.adverts.len() > PER_SERVER {
            // The least of its authors goes: nobody of higher rank can be pushed out by many below.
            let least = (0..self.adverts.len())
                .min_by_key(|at| self.adverts.get(*at).map(|advert| (advert.rank, advert.version, advert.stamp_ms)));
            if let Some(least) = least {
                self.adverts.remove(least);
            }
        }
        true
    }
}

impl Book {
    /// An empty book for at most `capacity` servers.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self { servers: BTreeMap::new(), capacity }
    }

    /// Takes an advert; true when it changed which one counts. When the book is full, the server heard of longest ago goes.
    pub fn put(&mut self, advert: Advert, now_ms: u64) -> bool {
        let server = advert.server;
        if !self.servers.contains_key(&server) && self.servers.len() >= self.capacity {
            self.forget_expired(now_ms);
            if self.servers.len() >= self.capacity {
                let oldest = self.servers.iter().min_by_key(|(_, page)| page.seen_ms).map(|(server, _)| *server);
                if let Some(oldest) = oldest {
                    self.servers.remove(&oldest);
                }
            }
        }
        let page = self.servers.entry(server).or_default();
        page.seen_ms = page.seen_ms.max(now_ms);
        let before = page.best().map(|best| best.id);
        page.put(advert) && page.best().map(|best| best.id) != before
    }

    /// Forgets a server.
    pub fn remove(&mut self, server: &ServerId) {
        self.servers.remove(server);
    }

    /// Forgets what is over.
    pub fn forget_expired(&mut self, now_ms: u64) {
        for page in self.servers.values_mut() {
            page.adverts.retain(|advert| !advert.is_expired(now_ms));
        }
        self.servers.retain(|_, page| !page.adverts.is_empty());
    }

    /// The advert of a server that counts.
    #[must_use]
    pub fn best(&self, server: &ServerId, now_ms: u64) -> Option<&Advert> {
        self.servers.get(server)?.best().filter(|advert| !advert.is_expired(now_ms))
    }

    /// When a server was last heard of, ms UTC.
    #[must_use]
    pub fn seen_ms(&self, server: &ServerId) -> Option<u64> {
        self.servers.get(server).map(|page| page.seen_ms)
    }

    /// Of every server the advert that counts, ascending by server.
    pub fn all(&self, now_ms: u64) -> impl Iterator<Item = &Advert> + '_ {
        self.servers.values().filter_map(Page::best).filter(move |advert| !advert.is_expired(now_ms))
    }

    /// Servers in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.servers.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.servers.is_empty()
    }
}
