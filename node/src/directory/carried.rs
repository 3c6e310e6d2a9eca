//! The adverts this node carries: a bounded book behind a leaf lock, and the one place where strangers' adverts are verified.

use std::{
    cmp::Reverse,
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use folkmoot_core::{
    advert::{Advert, Book, Search, may_sign},
    ids::ServerId,
};

use super::Directory;
use crate::{clock::now_ms, view::Views};

/// Servers whose adverts are kept: at most some 16 MiB, and more than anybody looks through.
const SERVERS: usize = 1_000;

/// The book.
pub(super) struct Carried(Mutex<Book>);

impl Default for Carried {
    fn default() -> Self {
        Self(Mutex::new(Book::new(SERVERS)))
    }
}

impl Carried {
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Book) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether an advert may be passed on as far as this node knows. Of servers it is in it knows better than any advert who may
/// speak for them.
fn is_credible(views: &Views, advert: &Advert) -> bool {
    views.server(&advert.server).is_none_or(|view| may_sign(&view.state, &advert.account))
}

impl Directory {
    /// Verifies adverts from one peer, off the runtime, and takes the good ones. Returns those, or how many there were before too
    /// many bad ones: who sends these is not worth listening to.
    pub(super) async fn take(&self, adverts: Vec<Bytes>, of: Option<ServerId>) -> Taken {
        let now = now_ms();
        let known: HashSet<Bytes> =
            self.carried.with(|book| book.all(now).map(|advert| advert.bytes.clone()).collect());
        let verified = tokio::task::spawn_blocking(move || {
            let mut taken = Taken::default();
            for bytes in adverts {
                if known.contains(&bytes) {
                    taken.known.push(bytes);
                    continue;
                }
                let advert = match of {
                    Some(server) => Advert::verify_of(&bytes, &server, now),
                    None => Advert::verify(&bytes, now),
                };
                match advert {
                    Ok(advert) => taken.good.push(advert),
                    Err(error) => {
                        tracing::debug!(%error, "a peer sent what is no advert");
                        taken.bad += 1;
                        if taken.bad >= BAD_ADVERTS {
                            break;
                        }
                    }
                }
            }
            taken
        });
        let mut taken = verified.await.unwrap_or_default();
        taken.good.retain(|advert| is_credible(&self.views, advert));
        self.carried.with(|book| {
            for advert in &taken.good {
                book.put(advert.clone(), now);
            }
            // Heard of again: such a server is not the first to be forgotten.
            let again: Vec<Advert> = book.all(now).filter(|held| taken.known.contains(&held.bytes)).cloned().collect();
            for advert in again {
                book.put(advert, now);
            }
        });
        taken
    }

    /// What matches a search, the best first, with when it was last heard of, ms UTC. Of equals the newer comes first.
    #[must_use]
    pub fn search(&self, search: &Search) -> Vec<(Advert, u64)> {
        let now = now_ms();
        let mut found: Vec<(u32, Advert, u64)> = self.carried.with(|book| {
            let scored = book.all(now).filter_map(|advert| Some((search.score(&advert.listing)?, advert)));
            scored.map(|(score, a)| (score, a.clone(), book.seen_ms(&a.server).unwrap_or(a.stamp_ms))).collect()
        });
        found.sort_by_key(|(score, advert, _)| (Reverse(*score), Reverse(advert.version), advert.server));
        found.into_iter().map(|(_, advert, seen_ms)| (advert, seen_ms)).collect()
    }

    /// The advert of a server that counts, as far as this node knows.
    #[must_use]
    pub fn advert(&self, server: &ServerId) -> Option<Advert> {
        self.carried.with(|book| book.best(server, now_ms()).cloned())
    }
}

/// Bad adverts of one peer in one answer before the rest is not looked at.
const BAD_ADVERTS: usize = 8;

/// What became of a peer's adverts.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// News.
    pub(super) good: Vec<Advert>,
    /// Known already.
    known: Vec<Bytes>,
    /// No adverts.
    pub(super) bad: usize,
}
