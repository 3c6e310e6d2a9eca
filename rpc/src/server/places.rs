//! Places for sockets: few for clients that showed a credential, more for strangers, who push each other out. Knows no
//! socket, only how to tell one that it lost its place.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// All places of a server.
#[derive(Clone)]
pub(super) struct Places {
    held: Arc<Mutex<Held>>,
    strangers_max: usize,
    known_max: usize,
}

#[derive(Default)]
struct Held {
    /// By arrival: the first is the oldest.
    strangers: BTreeMap<u64, CancellationToken>,
    known: usize,
    next: u64,
}

/// Every known client's place is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Places {
    pub(super) fn new(strangers_max: usize, known_max: usize) -> Self {
        Self { held: Arc::default(), strangers_max, known_max }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a new socket. If there was none, the oldest stranger's is taken from it.
    pub(super) fn enter(&self, lost: CancellationToken) -> (Place, bool) {
        let mut held = self.held();
        let mut evicted = false;
        while held.strangers.len() >= self.strangers_max {
            let Some((_, oldest)) = held.strangers.pop_first() else { break };
            oldest.cancel();
            evicted = true;
        }
        let id = held.next;
        held.next += 1;
        held.strangers.insert(id, lost);
        (Place { places: self.clone(), kind: Mutex::new(Kind::Stranger(id)) }, evicted)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Stranger(u64),
    Known,
}

/// The place of one socket; given back when dropped.
pub(super) struct Place {
    places: Places,
    kind: Mutex<Kind>,
}

impl Place {
    /// The socket showed a credential: it moves among the known and keeps that place.
    ///
    /// # Errors
    /// If every such place is taken.
    pub(super) fn become_known(&self) -> Result<(), Full> {
        let mut kind = self.kind.lock().unwrap_or_else(PoisonError::into_inner);
        let Kind::Stranger(id) = *kind else { return Ok(()) };
        let mut held = self.places.held();
        if held.known >= self.places.known_max {
            return Err(Full);
        }
        held.strangers.remove(&id);
        held.known += 1;
        *kind = Kind::Known;
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let kind = *self.kind.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut held = self.places.held();
        match kind {
            Kind::Stranger(id) => {
                held.strangers.remove(&id);
            }
            Kind::Known => held.known -= 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oldest_stranger_loses_its_place() {
        let places = Places::new(2, 1);
        let tokens = [(); 3].map(|()| CancellationToken::new());
        let entered = tokens.clone().map(|token| places.enter(token));
        assert_eq!(tokens.map(|token| token.is_cancelled()), [true, false, false]);
        assert_eq!(entered.each_ref().map(|(_, evicted)| *evicted), [false, false, true]);
    }

    #[test]
    fn known_client_is_not_pushed_out_by_strangers() {
        let places = Places::new(2, 1);
        let client = CancellationToken::new();
        let (place, _) = places.enter(client.clone());
        assert_eq!(place.become_known(), Ok(()));
        let strangers: Vec<_> = (0..10).map(|_| places.enter(CancellationToken::new())).collect();
        assert!(!client.is_cancelled());
        assert_eq!(strangers.iter().filter(|(_, evicted)| *evicted).count(), 8);
        let (second, _) = places.enter(CancellationToken::new());
        assert_eq!(second.become_known(), Err(Full));
        drop(place);
        assert_eq!((second.become_known(), second.become_known()), (Ok(()), Ok(())));
    }
}
