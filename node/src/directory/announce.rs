//! Telling others of the public servers this node is in: that they exist, by an advert in the table, and that a member is online,
//! by listing this node as one. Every member does both; nobody in particular is needed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use folkmoot_core::{
    advert::{Advert, Heading, record_key},
    governance::Visibility,
    ids::ServerId,
};
use tokio::{select, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::Directory;
use crate::{clock::now_ms, view::ServerView};

/// How often it is looked whether something is to be announced, rung for or not.
const LOOK: Duration = Duration::from_secs(5);
/// Age of a stamp after which whoever may signs anew, and of an announcement after which it is repeated.
const AGAIN: Duration = Duration::from_secs(12 * 60 * 60);
/// Pause before an announcement that nobody took is repeated; doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// See [`FIRST_PAUSE`].
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Pause before a newer advert is asked for that others must have.
const ASK_PAUSE: Duration = Duration::from_secs(30);
/// Up to so many nodes in the table every one of them is among the nearest to every key, and one that is new lacks everything.
const SMALL_TABLE: usize = 20;
/// Pause between two announcements to new nodes of a small table.
const SMALL_PAUSE: Duration = Duration::from_secs(20);
/// How long the record stands in our own part of the table.
const RECORD_TIME: Duration = Duration::from_secs(36 * 60 * 60);

/// What was announced of one server.
struct Announced {
    /// The advert that is in the table.
    advert: Option<[u8; 32]>,
    /// Keys this node is listed under.
    keys: BTreeSet<[u8; 32]>,
    /// Connections made when it was announced last.
    met: u64,
    /// When that was.
    at: Instant,
    /// Not before then.
    next: Instant,
    pause: Duration,
    /// A newer advert is not asked for before then.
    ask: Instant,
}

impl Announced {
    fn new(now: Instant) -> Self {
        let (advert, keys) = (None, BTreeSet::new());
        Self { advert, keys, met: 0, at: now, next: now, pause: FIRST_PAUSE, ask: now }
    }
}

/// Runs until the shutdown.
pub(crate) async fn announce(directory: Arc<Directory>, shutdown: CancellationToken) {
    let mut announced: BTreeMap<ServerId, Announced> = BTreeMap::new();
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        select! {
            () = shutdown.cancelled() => break,
            () = directory.bell.notified() => {}
            _ = tick.tick() => {}
        }
        select! {
            () = shutdown.cancelled() => break,
            () = directory.look(&mut announced) => {}
        }
    }
}

impl Directory {
    async fn look(&self, announced: &mut BTreeMap<ServerId, Announced>) {
        let all = self.views.all();
        let public: Vec<&Arc<ServerView>> =
            all.iter().filter(|view| view.state.visibility() == Visibility::Public).collect();
        let gone: Vec<ServerId> =
            announced.keys().filter(|id| public.iter().all(|view| view.id != **id)).copied().collect();
        for server in gone {
            if let Some(former) = announced.remove(&server) {
                self.withdraw(former.keys.iter()).await;
                self.forget(server).await;
            }
        }
        let Ok(status) = self.overlay.status().await else { return };
        let met = status.counters.connections;
        let small = status.directory.peers <= SMALL_TABLE;
        for view in public {
            let now = Instant::now();
            let state = announced.entry(view.id).or_insert_with(|| Announced::new(now));
            let Some(advert) = self.current(view, state, now).await else { continue };
            let news = state.advert != Some(advert.id);
            let strangers = small && met != state.met && now.duration_since(state.at) >= SMALL_PAUSE;
            let old = now.duration_since(state.at) >= AGAIN;
            if (news || strangers || old) && now >= state.next {
                self.tell(&advert, state, met).await;
            }
        }
    }

    /// The advert to announce now: signed anew if that is due and this account may, else the best that is known.
    async fn current(&self, view: &ServerView, state: &mut Announced, now: Instant) -> Option<Advert> {
        let server = view.id;
        if self.advert(&server).is_none() {
            self.recall(server).await;
        }
        let held = self.advert(&server);
        let (version, ms) = (view.state.settings_hlc(), now_ms());
        let outdated = held.as_ref().is_none_or(|held| held.version < version);
        let due = outdated
            || held.as_ref().is_some_and(|held| Duration::from_millis(ms.saturating_sub(held.stamp_ms)) >= AGAIN);
        if due {
            match self.sign(server).await {
                Some(bytes) => {
                    self.take(vec![bytes], Some(server)).await;
                }
                // Somebody else may, and must have by now.
                None if now >= state.ask => {
                    state.ask = now + ASK_PAUSE;
                    self.doors(server).await;
                }
                None => {}
            }
        }
        let best = self.advert(&server);
        if let Some(best) = &best
            && held.is_none_or(|held| held.id != best.id)
        {
            self.remember(best).await;
        }
        best
    }

    /// Puts the advert into the table and lists this node under everything that leads to it.
    async fn tell(&self, advert: &Advert, state: &mut Announced, met: u64) {
        let listing = &advert.listing;
        let mut headings = vec![Heading::All];
        headings.extend(listing.tags.iter().cloned().map(Heading::Tag));
        // Whoever looks for `en` finds `en-gb`.
        let primary = listing.language.split('-').next().unwrap_or_default();
        let spoken: BTreeSet<&str> = [primary, listing.language.as_str()].into();
        headings.extend(
            spoken.into_iter().filter(|language| !language.is_empty()).map(|l| Heading::Language(l.to_owned())),
        );
        let own = record_key(&advert.server);
        let keys: BTreeSet<[u8; 32]> = headings.iter().map(Heading::key).chain([own]).collect();
        self.withdraw(state.keys.difference(&keys)).await;
        let mut told = self.overlay.put_record(own, advert.bytes.clone(), RECORD_TIME).await;
        for key in &keys {
            let listed = self.overlay.provide(*key).await;
            told = told.and(listed);
        }
        state.keys = keys;
        let now = Instant::now();
        (state.at, state.met) = (now, met);
        match told {
            Ok(()) => {
                (state.advert, state.pause, state.next) = (Some(advert.id), FIRST_PAUSE, now);
                tracing::debug!(server = ?advert.server, "announced");
            }
            Err(error) => {
                state.next = now + state.pause;
                state.pause = (state.pause * 2).min(LONGEST_PAUSE);
                // News until somebody has taken it.
                state.advert = None;
                tracing::debug!(server = ?advert.server, %error, "not announced yet");
            }
        }
    }

    async fn withdraw(&self, keys: impl Iterator<Item = &[u8; 32]>) {
        for key in keys {
            if self.overlay.withdraw(*key).await.is_err() {
                return;
            }
        }
    }

    /// An advert signed by this account, if it may.
    async fn sign(&self, server: ServerId) -> Option<Bytes> {
        self.pipeline.read(move |world| world.sign_advert(&server, now_ms())).await.ok().flatten()
    }

    async fn remember(&self, advert: &Advert) {
        let (server, bytes) = (advert.server, advert.bytes.clone());
        if let Err(error) = self.pipeline.act(move |turn| turn.keep_advert(&server, &bytes)).await {
            tracing::debug!(%error, "advert not kept over a restart");
        }
    }

    async fn forget(&self, server: ServerId) {
        if let Err(error) = self.pipeline.act(move |turn| turn.forget_advert(&server)).await {
            tracing::debug!(%error, "advert not forgotten");
        }
    }

    /// Takes the advert of the last run, if there is one.
    async fn recall(&self, server: ServerId) {
        if let Ok(Some(bytes)) = self.pipeline.act(move |turn| turn.kept_advert(&server)).await {
            self.take(vec![bytes], Some(server)).await;
        }
    }
}
