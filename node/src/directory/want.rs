//! Records that peers want kept here: looked into one after the other, and kept if they are adverts worth keeping.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use folkmoot_core::advert::{Advert, record_key};
use folkmoot_overlay::Offered;
use tokio::{select, sync::mpsc};
use tokio_util::sync::CancellationToken;

use super::Directory;
use crate::clock::now_ms;

/// How long a record stays that nobody puts again.
const RECORD_TIME: Duration = Duration::from_secs(36 * 60 * 60);

/// Runs until the shutdown.
pub(crate) async fn take_offered(
    directory: Arc<Directory>,
    mut offered: mpsc::Receiver<Offered>,
    shutdown: CancellationToken,
) {
    loop {
        select! {
            () = shutdown.cancelled() => break,
            next = offered.recv() => match next {
                Some(offered) => directory.look_into(offered).await,
                None => break,
            },
        }
    }
}

impl Directory {
    async fn look_into(&self, offered: Offered) {
        match self.worth_keeping(&offered).await {
            Ok(time) => {
                self.kept.fetch_add(1, Ordering::Relaxed);
                if self.overlay.keep_record(offered, time).await.is_err() {
                    tracing::trace!("the overlay has stopped");
                }
            }
            Err(why) => {
                self.unworthy.fetch_add(1, Ordering::Relaxed);
                tracing::debug!(source = ?offered.source, why, "a record that a peer offered is not kept");
            }
        }
    }

    /// For how long to keep it.
    async fn worth_keeping(&self, offered: &Offered) -> Result<Duration, &'static str> {
        let taken = self.take(vec![offered.value.clone()], None).await;
        let advert = match taken.good.into_iter().next() {
            Some(advert) => advert,
            // Put again, unchanged.
            None => self.held(offered).ok_or("no advert")?,
        };
        if record_key(&advert.server) != offered.key {
            return Err("an advert under another server's key");
        }
        // Only the one that counts takes the server's place in the table.
        if self.advert(&advert.server).is_none_or(|best| best.id != advert.id) {
            return Err("an advert that another one counts more than");
        }
        Ok(RECORD_TIME.min(Duration::from_millis(advert.expires_ms.saturating_sub(now_ms()))))
    }

    /// The advert these bytes are, if it is here already.
    fn held(&self, offered: &Offered) -> Option<Advert> {
        self.carried.with(|book| book.all(now_ms()).find(|held| held.bytes == offered.value).cloned())
    }
}
