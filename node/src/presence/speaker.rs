//! Says of this node's person what he or she chose: to every server at once when the choice changes, again and again so that it holds,
//! soon when somebody appears who may not have heard it, and goodbye when the node stops, is locked, or its person turns invisible.

use std::{collections::HashMap, sync::Arc, time::Duration};

use folkmoot_core::{
    ids::ServerId,
    signal::{Said, Status, refresh_ms},
};
use folkmoot_overlay::OverlayHandle;
use tokio::{
    select,
    time::{Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use super::{Presences, board::Prompts};
use crate::{clock::random, pipeline::Pipeline, view::Views};

/// How often it is looked whether something is due or holds no more.
const LOOK: Duration = Duration::from_secs(1);
/// Least time between two signals in one server, so that its members' rates are kept however often the choice changes.
const PAUSE_MS: u64 = 1_000;
/// Members of a server up to which newcomers are answered within two seconds; in larger ones as much more slowly as they are larger.
const ANSWERED_SOON: u64 = 50;
/// See [`ANSWERED_SOON`], ms.
const ANSWER_MS: u64 = 2_000;

/// The speaking task.
pub(crate) struct Speaker {
    pub(crate) presences: Arc<Presences>,
    pub(crate) pipeline: Pipeline,
    pub(crate) overlay: OverlayHandle,
    pub(crate) views: Arc<Views>,
    pub(crate) shutdown: CancellationToken,
}

/// What was last said where.
#[derive(Default)]
struct Spoken {
    at: HashMap<ServerId, Instant>,
    /// Others believe this person to be there.
    seen: bool,
}

impl Speaker {
    /// Runs until the shutdown; says goodbye then.
    pub(crate) async fn run(self) {
        let mut spoken = Spoken::default();
        let mut tick = tokio::time::interval(LOOK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            select! {
                biased;
                () = self.shutdown.cancelled() => break,
                _ = tick.tick() => self.presences.expire(),
                () = self.presences.wake.notified() => {}
            }
            self.look(&mut spoken).await;
        }
        if spoken.seen {
            self.say_goodbye(spoken.at.into_keys()).await;
        }
    }

    async fn look(&self, spoken: &mut Spoken) {
        let Some(own) = self.presences.own() else {
            // Locked: whoever locked it said goodbye.
            *spoken = Spoken::default();
            return;
        };
        let now = Instant::now();
        let Prompts { all, servers } = self.presences.take_prompts();
        let Some(said) = own.said() else {
            if std::mem::take(&mut spoken.seen) {
                self.say_goodbye(std::mem::take(&mut spoken.at).into_keys()).await;
            }
            return;
        };
        let views = self.views.all();
        spoken.at.retain(|server, _| views.iter().any(|view| view.id == *server));
        let (mut due, mut early) = (Vec::new(), Vec::new());
        for view in &views {
            let members = u64::try_from(view.state.member_count()).unwrap_or(u64::MAX);
            let silent_ms = spoken.at.get(&view.id).map(|at| now.duration_since(*at).as_millis());
            let asked = if all { Some(PAUSE_MS) } else { servers.contains(&view.id).then(|| answer_ms(members)) };
            let after_ms = asked.unwrap_or_else(|| refresh_ms(members));
            if silent_ms.is_none_or(|silent| silent >= u128::from(after_ms)) {
                due.push(view.id);
            } else if asked.is_some() {
                early.push(view.id);
            }
        }
        // A change that came too soon after the last is told like an answer to a newcomer: within a second or two.
        self.presences.put_back(early);
        if !due.is_empty() {
            spoken.seen = true;
            spoken.at.extend(due.iter().map(|server| (*server, now)));
            self.say(&due, said).await;
        }
    }

    /// Takes back what was said.
    async fn say_goodbye(&self, servers: impl Iterator<Item = ServerId>) {
        self.say(&servers.collect::<Vec<_>>(), goodbye()).await;
    }

    async fn say(&self, servers: &[ServerId], said: Said) {
        say(&self.presences, &self.pipeline, &self.overlay, servers, said).await;
    }
}

/// What takes back a presence.
pub(crate) const fn goodbye() -> Said {
    Said::Presence { status: Status::Offline, text: String::new() }
}

/// Signs, seals and publishes a signal in some servers. Whom it does not reach hears the next one.
pub(crate) async fn say(
    presences: &Presences,
    pipeline: &Pipeline,
    overlay: &OverlayHandle,
    servers: &[ServerId],
    said: Said,
) {
    let parts: Vec<_> = servers.iter().map(|server| (*server, presences.next_stamp(), random())).collect();
    let sealed = pipeline.read(move |world| {
        let seal = |(server, stamp, nonce)| world.seal_signal(server, said.clone(), stamp, &nonce);
        parts.into_iter().filter_map(seal).collect::<Vec<_>>()
    });
    for (topic, frame) in sealed.await.unwrap_or_default() {
        if let Err(error) = overlay.publish(topic, frame).await {
            tracing::debug!(%error, "signal not sent");
        }
    }
}

/// How soon after the last signal a newcomer is answered in a server of so many members, ms.
const fn answer_ms(members: u64) -> u64 {
    if members <= ANSWERED_SOON { ANSWER_MS } else { ANSWER_MS.saturating_mul(members) / ANSWERED_SOON }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newcomers_to_large_servers_wait_longer_for_an_answer() {
        assert_eq!((answer_ms(2), answer_ms(50), answer_ms(1_000)), (2_000, 2_000, 40_000));
    }
}
