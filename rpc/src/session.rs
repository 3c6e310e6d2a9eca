//! How the interface gets in: a one-time ticket in the address that the node hands out, exchanged once for the token of
//! a session. Nothing here is written down; both end with the node. The server exchanges tickets, the node issues them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::contract::node::TicketedAddress;
use crate::credential::{Credential, CredentialStore, Token, TokenHash};

/// How long a ticket waits for its page to load.
pub const TICKET_LIFETIME: Duration = Duration::from_secs(60);
/// How long a session lives on after it was last used: a page that was left in the background for a holiday still works.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// Tickets that wait at once. Each is an address that somebody is about to open; the oldest gives way.
const TICKETS_MAX: usize = 32;
/// Sessions at once: as many as there are places for connections. The one that was left alone longest gives way.
const SESSIONS_MAX: usize = 64;

/// What `POST /session` takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    /// From the fragment of the address.
    pub(crate) ticket: String,
}

/// What `POST /session` answers.
#[derive(Serialize)]
pub(crate) struct Issued {
    /// Goes into `Authorization`, or on WebSockets into the subprotocol `bearer.<token>`.
    pub(crate) token: String,
    /// Milliseconds UTC before which it does not end as long as the node runs; using it moves this on.
    pub(crate) expires_at: u64,
}

/// All tickets and sessions of a node.
pub struct Sessions {
    held: Mutex<Held>,
    /// Where the server listens; known once it does.
    address: OnceLock<SocketAddr>,
    /// Milliseconds UTC.
    clock: fn() -> u64,
}

#[derive(Default)]
struct Held {
    /// In order of their issue.
    tickets: Vec<Ticket>,
    sessions: Vec<Session>,
}

struct Ticket {
    hash: TokenHash,
    issued: Instant,
}

struct Session {
    hash: TokenHash,
    /// Connections hold it too, which is how an idle session is told from one in use.
    credential: Arc<Credential>,
    used: Instant,
}

impl Session {
    fn in_use(&self) -> bool {
        Arc::strong_count(&self.credential) > 1
    }
}

impl Sessions {
    /// None yet. `clock` tells milliseconds UTC, for what people are shown; lifetimes are measured by a clock that
    /// nobody sets.
    #[must_use]
    pub fn new(clock: fn() -> u64) -> Self {
        Self { held: Mutex::default(), address: OnceLock::new(), clock }
    }

    /// The server listens here from now on. Called once, before it takes its first request.
    pub(crate) fn listen_at(&self, address: SocketAddr) {
        // A second server with the same sessions would be another program's mistake; tickets keep naming the first.
        self.address.get_or_init(|| address);
    }

    /// Issues a ticket; none before the server listens.
    #[must_use]
    pub fn ticket(&self) -> Option<TicketedAddress> {
        self.ticket_at(Instant::now())
    }

    fn ticket_at(&self, now: Instant) -> Option<TicketedAddress> {
        let address = self.address.get()?;
        let ticket = Token::generate();
        let mut held = self.held();
        held.drop_old(now);
        if held.tickets.len() >= TICKETS_MAX {
            held.tickets.remove(0);
        }
        held.tickets.push(Ticket { hash: ticket.hash(), issued: now });
        Some(TicketedAddress {
            url: format!("http://{address}/#ticket={}", ticket.expose()),
            expires_at: self.after(TICKET_LIFETIME),
        })
    }

    /// Exchanges a ticket for a session: works once, within the ticket's lifetime.
    pub(crate) fn exchange(&self, ticket: &str) -> Option<Issued> {
        self.exchange_at(ticket, Instant::now())
    }

    fn exchange_at(&self, ticket: &str, now: Instant) -> Option<Issued> {
        // Whatever is no ticket by its form is not even hashed.
        let presented = Token::from_text(ticket)?.hash();
        let mut held = self.held();
        held.drop_old(now);
        let at = position(held.tickets.iter().map(|ticket| &ticket.hash), &presented)?;
        held.tickets.remove(at);
        let token = Token::generate();
        held.make_place();
        held.sessions.push(Session { hash: token.hash(), credential: Arc::new(Credential::interface()), used: now });
        Some(Issued { token: token.expose().to_owned(), expires_at: self.after(SESSION_LIFETIME) })
    }

    fn authenticate_at(&self, token: &str, now: Instant) -> Option<Arc<Credential>> {
        let presented = Token::from_text(token)?.hash();
        let mut held = self.held();
        held.drop_old(now);
        let at = position(held.sessions.iter().map(|session| &session.hash), &presented)?;
        let session = held.sessions.get_mut(at)?;
        session.used = now;
        Some(Arc::clone(&session.credential))
    }

    fn after(&self, lifetime: Duration) -> u64 {
        (self.clock)().saturating_add(u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CredentialStore for Sessions {
    fn authenticate(&self, token: &str) -> Option<Arc<Credential>> {
        self.authenticate_at(token, Instant::now())
    }
}

impl Held {
    /// Forgets what is over. A session that a connection holds is in use now.
    fn drop_old(&mut self, now: Instant) {
        self.tickets.retain(|ticket| now.saturating_duration_since(ticket.issued) < TICKET_LIFETIME);
        for session in self.sessions.iter_mut().filter(|session| session.in_use()) {
            session.used = now;
        }
        self.sessions.retain(|session| now.saturating_duration_since(session.used) < SESSION_LIFETIME);
    }

    /// Ends the session that was left alone longest when there is no place for another; one in use only when all are.
    fn make_place(&mut self) {
        if self.sessions.len() < SESSIONS_MAX {
            return;
        }
        let oldest = self.sessions.iter().enumerate().min_by_key(|(_, session)| (session.in_use(), session.used));
        if let Some(at) = oldest.map(|(at, _)| at) {
            self.sessions.remove(at).credential.revoke();
        }
    }
}

/// Where the hash stands. Looks at all of them, each in constant time, so that the time taken tells nothing.
fn position<'a>(hashes: impl Iterator<Item = &'a TokenHash>, presented: &TokenHash) -> Option<usize> {
    hashes.enumerate().fold(None, |found, (at, hash)| if hash.matches(presented) { Some(at) } else { found })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sessions() -> Sessions {
        let sessions = Sessions::new(|| 1_000);
        sessions.listen_at(SocketAddr::from(([127, 0, 0, 1], 4_000)));
        sessions
    }

    fn ticket(sessions: &Sessions, now: Instant) -> String {
        let address = sessions.ticket_at(now).expect("the server listens").url;
        address.strip_prefix("http://127.0.0.1:4000/#ticket=").expect("our own address").to_owned()
    }

    fn open(sessions: &Sessions, now: Instant) -> String {
        sessions.exchange_at(&ticket(sessions, now), now).expect("a session").token
    }

    #[test]
    fn a_ticket_opens_one_session() {
        let (sessions, now) = (sessions(), Instant::now());
        let ticket = ticket(&sessions, now);
        let issued = sessions.exchange_at(&ticket, now).expect("a session");
        assert!(sessions.exchange_at(&ticket, now).is_none(), "a second time");
        assert!(sessions.authenticate_at(&ticket, now).is_none(), "a ticket is no token");
        let credential = sessions.authenticate_at(&issued.token, now).expect("the token of the session");
        assert_eq!(credential.id(), "interface");
        assert_eq!(issued.expires_at, 1_000 + 14 * 24 * 60 * 60 * 1_000);
        assert!(sessions.exchange_at(&issued.token, now).is_none(), "a token is no ticket");
    }

    #[test]
    fn a_ticket_ends_after_a_minute() {
        let (sessions, now) = (sessions(), Instant::now());
        let (early, late) = (ticket(&sessions, now), ticket(&sessions, now));
        assert!(sessions.exchange_at(&early, now + Duration::from_secs(59)).is_some());
        assert!(sessions.exchange_at(&late, now + Duration::from_secs(60)).is_none());
    }

    #[test]
    fn what_is_no_ticket_opens_nothing_and_costs_no_ticket() {
        let (sessions, now) = (sessions(), Instant::now());
        let ticket = ticket(&sessions, now);
        let foreign = Token::generate();
        for wrong in ["", "x", foreign.expose(), &ticket[1..], &format!("{ticket}A"), &"a".repeat(100_000)] {
            assert!(sessions.exchange(wrong).is_none() && sessions.authenticate(wrong).is_none());
        }
        assert!(sessions.exchange(&ticket).is_some());
    }

    #[test]
    fn the_oldest_ticket_gives_way() {
        let (sessions, now) = (sessions(), Instant::now());
        let tickets: Vec<String> = (0..=TICKETS_MAX).map(|_| ticket(&sessions, now)).collect();
        assert!(sessions.exchange_at(&tickets[0], now).is_none());
        assert!(tickets[1..].iter().all(|ticket| sessions.exchange_at(ticket, now).is_some()));
    }

    #[test]
    fn a_session_in_use_outlives_one_left_alone() {
        let (sessions, now) = (sessions(), Instant::now());
        let (used, idle) = (open(&sessions, now), open(&sessions, now));
        let connection = sessions.authenticate_at(&used, now).expect("in use");
        let now = now + SESSION_LIFETIME;
        assert!(sessions.authenticate_at(&idle, now).is_none());
        assert!(sessions.authenticate_at(&used, now).is_some() && connection.is_valid());
        drop(connection);
        assert!(sessions.authenticate_at(&used, now + SESSION_LIFETIME).is_none());
    }

    #[test]
    fn the_session_left_alone_longest_gives_way_and_is_revoked() {
        let (sessions, start) = (sessions(), Instant::now());
        let later = |seconds| start + Duration::from_secs(seconds);
        let tokens: Vec<String> = (0..SESSIONS_MAX as u64).map(|second| open(&sessions, later(second))).collect();
        let now = later(100);
        let first = sessions.authenticate_at(&tokens[0], now).expect("in use");
        open(&sessions, now);
        assert!(first.is_valid(), "a connection holds it");
        assert!(sessions.authenticate_at(&tokens[1], now).is_none(), "left alone longest");

        // when: all are in use
        let held: Vec<_> = tokens.iter().filter_map(|token| sessions.authenticate_at(token, now)).collect();
        assert_eq!(held.len(), SESSIONS_MAX - 1);
        let newest = open(&sessions, later(101));
        let newest = sessions.authenticate_at(&newest, later(101)).expect("in use");
        open(&sessions, later(102));
        assert_eq!(held.iter().filter(|credential| !credential.is_valid()).count(), 1);
        assert!(newest.is_valid());
    }

    #[test]
    fn no_ticket_before_the_server_listens() {
        assert!(Sessions::new(|| 0).ticket().is_none());
    }
}
