//! Asking others: for a heading of the directory, and for one server.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use folkmoot_core::{
    advert::{Heading, record_key},
    ids::{DeviceId, ServerId},
};
use folkmoot_overlay::{OverlayHandle, Protocol};
use folkmoot_proto::{
    limits::{ADVERT_BYTES, DIRECTORY_ADVERTS},
    v1,
};
use tokio::time::timeout;
use v1::directory_frame::Frame;

use super::Directory;
use crate::sync::SyncError;

/// Peers asked in one round.
const PEERS: usize = 20;
/// The longest one peer may take to answer.
const ANSWER_TIME: Duration = Duration::from_secs(4);
/// The longest a round takes; slower peers are not waited for.
const ROUND_TIME: Duration = Duration::from_secs(8);
/// How long a round's answer stands before peers are asked again.
const FRESH: Duration = Duration::from_secs(15);
/// Headings whose last round is remembered.
const HEADINGS: usize = 64;

/// How a round went.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// Peers that were asked.
    pub asked: usize,
    /// Of them those that answered properly.
    pub answered: usize,
    /// When.
    pub at: Instant,
}

/// Where a server's door may be.
#[derive(Clone, Debug, Default)]
pub struct Doors {
    /// Connected devices that say they are members.
    pub members: Vec<DeviceId>,
    /// Other connected devices: one may be a member that does not say so.
    pub others: Vec<DeviceId>,
    /// Peers that were asked about the server.
    pub asked: usize,
    /// Of them those that answered properly.
    pub answered: usize,
}

/// The rounds remembered, and a lock that makes concurrent searches for one heading share a round.
#[derive(Default)]
pub(super) struct Rounds(Mutex<HashMap<Heading, Arc<tokio::sync::Mutex<Option<Round>>>>>);

impl Rounds {
    fn of(&self, heading: &Heading) -> Arc<tokio::sync::Mutex<Option<Round>>> {
        let mut rounds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rounds.len() >= HEADINGS && !rounds.contains_key(heading) {
            rounds.clear();
        }
        Arc::clone(rounds.entry(heading.clone()).or_default())
    }
}

impl Directory {
    /// Asks up to 20 peers for what they carry under a heading, unless that was done just now; what they have is in the book
    /// then.
    pub async fn round(&self, heading: &Heading, refresh: bool) -> Round {
        let place = self.rounds.of(heading);
        let mut last = place.lock().await;
        match *last {
            Some(round) if !refresh && round.at.elapsed() < FRESH => round,
            _ => {
                let (asked, answered) = self.ask_under(heading).await;
                let round = Round { asked, answered, at: Instant::now() };
                *last = Some(round);
                round
            }
        }
    }

    async fn ask_under(&self, heading: &Heading) -> (usize, usize) {
        let ask = match heading {
            Heading::All => v1::DirectoryAsk::default(),
            Heading::Tag(tag) => v1::DirectoryAsk { tag: tag.clone(), ..Default::default() },
            Heading::Language(language) => v1::DirectoryAsk { language: language.clone(), ..Default::default() },
        };
        // Those already connected are asked while the table is searched for others.
        let near = self.connected().await;
        let (first, found) = tokio::join!(
            self.ask_all(near.iter().copied().take(PEERS), &ask, None),
            self.overlay.find_providers(heading.key()),
        );
        let far = found.map(|found| found.connected).unwrap_or_default();
        let far = far.into_iter().filter(|device| !near.contains(device)).take(PEERS.saturating_sub(first.0));
        let second = self.ask_all(far, &ask, None).await;
        (first.0 + second.0, first.1 + second.1)
    }

    /// Asks table and peers about one server: adverts go to the book, those who may open a door are named.
    pub async fn doors(&self, server: ServerId) -> Doors {
        let key = record_key(&server);
        let ask = v1::DirectoryAsk { server: Bytes::copy_from_slice(server.as_ref()), ..Default::default() };
        let near = self.connected().await;
        let (first, records, found) = tokio::join!(
            self.ask_all(near.iter().copied().take(PEERS), &ask, Some(server)),
            self.overlay.find_records(key),
            self.overlay.find_providers(key),
        );
        self.take(records.unwrap_or_default(), Some(server)).await;
        let members = found.map(|found| found.connected).unwrap_or_default();
        let new = members.iter().copied().filter(|device| !near.contains(device)).take(PEERS.saturating_sub(first.0));
        let second = self.ask_all(new, &ask, Some(server)).await;
        let others = near.into_iter().filter(|device| !members.contains(device)).take(PEERS).collect();
        Doors { members, others, asked: first.0 + second.0, answered: first.1 + second.1 }
    }

    async fn connected(&self) -> BTreeSet<DeviceId> {
        let peers = self.overlay.peers().await.unwrap_or_default();
        peers.into_iter().map(|peer| peer.device).collect()
    }

    /// Asks peers at once; returns how many were asked and how many answered properly.
    async fn ask_all(
        &self,
        peers: impl Iterator<Item = DeviceId>,
        ask: &v1::DirectoryAsk,
        of: Option<ServerId>,
    ) -> (usize, usize) {
        let asking = peers.map(|peer| async move {
            match timeout(ANSWER_TIME, ask_one(&self.overlay, peer, ask)).await {
                Ok(Ok(adverts)) => self.take(adverts, of).await.bad == 0,
                Ok(Err(error)) => {
                    tracing::debug!(?peer, error = &error as &dyn std::error::Error, "no answer about the directory");
                    false
                }
                Err(_) => false,
            }
        });
        let asking: Vec<_> = asking.collect();
        let asked = asking.len();
        let answered = timeout(ROUND_TIME, futures::future::join_all(asking)).await.unwrap_or_default();
        (asked, answered.into_iter().filter(|answered| *answered).count())
    }
}

async fn ask_one(overlay: &OverlayHandle, peer: DeviceId, ask: &v1::DirectoryAsk) -> Result<Vec<Bytes>, SyncError> {
    let mut stream = overlay.open_stream(peer, Protocol::Directory).await?;
    stream.set_timeout(ANSWER_TIME);
    stream.send_message(&v1::DirectoryFrame { frame: Some(Frame::Ask(ask.clone())) }).await?;
    let answer: v1::DirectoryFrame = stream.recv_message().await?;
    match answer.frame {
        Some(Frame::Adverts(v1::DirectoryAdverts { adverts }))
            if adverts.len() <= DIRECTORY_ADVERTS && adverts.iter().all(|advert| advert.len() <= ADVERT_BYTES) =>
        {
            // Slices of the frame: one advert kept would keep all of it.
            Ok(adverts.iter().map(|advert| Bytes::copy_from_slice(advert)).collect())
        }
        Some(Frame::Refusal(refusal)) => Err(crate::sync::refused(&refusal)),
        _ => Err(SyncError::Protocol { what: "no adverts" }),
    }
}
