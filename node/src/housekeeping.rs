//! What is due from time to time: rotating keys after somebody left, joining by kept links, members' connections, expired nonces,
//! old prekeys.

use std::{sync::Arc, time::Duration};

use folkmoot_identity::IdentityState;
use tokio::{select, time::MissedTickBehavior};

use crate::{clock::now_ms, join, node::Inner};

const SECOND: Duration = Duration::from_secs(1);
/// How often links that nobody answered are tried again.
const JOIN_SECONDS: u64 = 10;
/// How often the overlay is told whose connections to keep.
const MEMBERS_SECONDS: u64 = 2;
/// How often what was redacted is taken from the disk: within a minute it is gone, also when a reader was in the way twice.
const WIPE_SECONDS: u64 = 15;
/// How often expired nonces and prekeys are looked for.
const EXPIRY_SECONDS: u64 = 600;
/// Age at which a prekey is replaced, ms.
const PREKEY_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// Runs until the shutdown.
pub(crate) async fn run(node: Arc<Inner>) {
    let mut tick = tokio::time::interval(SECOND);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seconds: u64 = 0;
    loop {
        select! {
            () = node.shutdown.cancelled() => break,
            _ = tick.tick() => {}
        }
        if node.keystore.state() == IdentityState::Ready {
            select! {
                () = node.shutdown.cancelled() => break,
                () = look(&node, seconds) => {}
            }
        }
        seconds += 1;
    }
}

async fn look(node: &Inner, seconds: u64) {
    let due = node.pipeline.act(|turn| {
        turn.rotate_due();
        turn.succeed_due();
    });
    if let Err(error) = due.await {
        tracing::debug!(%error, "keys not looked at");
    }
    if seconds.is_multiple_of(MEMBERS_SECONDS) {
        let members = node.views.all().iter().flat_map(|view| view.state.member_devices()).collect();
        if node.overlay.set_members(members).await.is_err() {
            return;
        }
    }
    if seconds.is_multiple_of(EXPIRY_SECONDS) {
        expire(node).await;
    }
}

/// Takes from the disk what was redacted, until the shutdown. Files are written anew meanwhile, so nothing else waits in this task.
pub(crate) async fn wipe(node: Arc<Inner>) {
    let mut tick = tokio::time::interval(Duration::from_secs(WIPE_SECONDS));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        select! {
            () = node.shutdown.cancelled() => break,
            _ = tick.tick() => {}
        }
        if node.keystore.state() == IdentityState::Ready {
            let ledger = node.ledger.clone();
            match tokio::task::spawn_blocking(move || ledger.wipe()).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => tracing::warn!(%error, "what was redacted still lies on the disk"),
                Err(error) => tracing::warn!(%error, "what was redacted still lies on the disk"),
            }
        }
    }
}

/// Tries kept links until the shutdown. Dialling takes its time, so nothing else waits in this task.
pub(crate) async fn join_kept(node: Arc<Inner>) {
    let mut tick = tokio::time::interval(Duration::from_secs(JOIN_SECONDS));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        select! {
            () = node.shutdown.cancelled() => break,
            _ = tick.tick() => {}
        }
        if node.keystore.state() == IdentityState::Ready {
            select! {
                () = node.shutdown.cancelled() => break,
                () = try_kept(&node) => {}
            }
        }
    }
}

async fn try_kept(node: &Inner) {
    for kept in join::kept(&node.ledger).await {
        let server = kept.server();
        if node.views.server(&server).is_some() || kept.is_over(now_ms()) {
            join::forget(&node.pipeline, &server).await;
            continue;
        }
        let joined = match &kept {
            join::Kept::Link(link) => node.join(link).await,
            join::Kept::Public { .. } => node.join_public(server).await,
        };
        match joined {
            Ok(()) => tracing::info!(?server, "joined a server that nobody had answered for before"),
            Err(error) if error.may_pass() => tracing::debug!(?server, %error, "no door opened yet"),
            Err(error) => {
                tracing::warn!(?server, %error, "no door will open");
                join::forget(&node.pipeline, &server).await;
            }
        }
    }
}

async fn expire(node: &Inner) {
    if let Err(error) = node.pipeline.act(|turn| turn.forget_expired_nonces()).await {
        tracing::debug!(%error, "nonces not looked at");
    }
    let keystore = Arc::clone(&node.keystore);
    let renewed = tokio::task::spawn_blocking(move || {
        let now = now_ms();
        let pruned = keystore.prune_prekeys(now).map(|_| ());
        let old = keystore.account().is_some_and(|a| a.prekey_created_ms().saturating_add(PREKEY_MS) < now);
        if old { keystore.rotate_prekey(now).map(Some) } else { pruned.map(|()| None) }
    });
    match renewed.await {
        Ok(Ok(Some(register))) => {
            if let Some(account) = node.keystore.account() {
                let published = node.pipeline.act(move |turn| {
                    turn.use_account(account);
                    turn.publish_profile(register)
                });
                if let Err(error) = published.await {
                    tracing::debug!(%error, "prekey not published");
                }
            }
        }
        Ok(Ok(None)) => {}
        Ok(Err(error)) => tracing::warn!(%error, "prekeys not looked at"),
        Err(error) => tracing::warn!(%error, "prekeys not looked at"),
    }
}
