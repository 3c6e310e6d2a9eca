//! Presence shared between the pipeline's thread, which hears it, and the API, which shows it. Leaf locks, held for single look-ups;
//! whoever is told of changes reads at its own pace or is told that it lagged.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use folkmoot_core::{
    ids::{AccountId, ChannelId, DeviceId, ServerId},
    signal::Signal,
};
use folkmoot_identity::Hlc;
use tokio::{
    sync::{Notify, broadcast},
    time::Instant,
};

use super::{Hearing, Own, Shown, table::Table};
use crate::clock::now_ms;

/// Changes that wait for a subscriber; one that lies further behind is ended with 6002.
const NEWS: usize = 1_024;
/// Pause between two signals that say one is writing in the same channel: half of what one holds for.
const TYPING_PAUSE: Duration = Duration::from_secs(4);
/// Channels in which one may be writing at once; whoever writes in more has the older ones told anew.
const TYPING_CHANNELS: usize = 64;

/// Something changed. Times are ms UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Somebody writes.
    Typing {
        /// Where.
        server: ServerId,
        /// Where.
        channel: ChannelId,
        /// Who.
        account: AccountId,
        /// Until when it holds.
        until_ms: u64,
    },
    /// Somebody came, went, or says otherwise than before.
    Presence {
        /// Where.
        server: ServerId,
        /// Who.
        account: AccountId,
        /// How.
        shown: Shown,
        /// Until when it holds; of somebody gone, since when.
        until_ms: u64,
    },
    /// This node's own person says otherwise than before.
    Own,
}

/// What the speaker is asked to do before its time.
#[derive(Default)]
pub(super) struct Prompts {
    /// Everywhere at once: the own choice changed.
    pub(super) all: bool,
    /// Where somebody appeared who may not have heard of us.
    pub(super) servers: BTreeSet<ServerId>,
}

/// What is known of presence.
pub struct Presences {
    table: Mutex<Table>,
    own: Mutex<Option<Own>>,
    news: broadcast::Sender<News>,
    prompts: Mutex<Prompts>,
    pub(super) wake: Notify,
    /// When one last said to be writing in a channel.
    typing: Mutex<HashMap<ChannelId, Instant>>,
    stamp: Mutex<Hlc>,
    began: Instant,
}

impl Default for Presences {
    fn default() -> Self {
        Self {
            table: Mutex::default(),
            own: Mutex::default(),
            news: broadcast::Sender::new(NEWS),
            prompts: Mutex::default(),
            wake: Notify::new(),
            typing: Mutex::default(),
            stamp: Mutex::default(),
            began: Instant::now(),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Presences {
    /// Changes from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// How an account is seen in a server.
    #[must_use]
    pub fn shown(&self, server: &ServerId, account: &AccountId) -> Shown {
        locked(&self.table).shown(server, account)
    }

    /// What this node's person says; `None` while locked or without identity.
    #[must_use]
    pub fn own(&self) -> Option<Own> {
        locked(&self.own).clone()
    }

    /// Puts the own choice; it is told everywhere at once.
    pub fn set_own(&self, own: Own) {
        *locked(&self.own) = Some(own);
        self.tell(News::Own);
        locked(&self.prompts).all = true;
        self.wake.notify_one();
    }

    /// Forgets everything: the identity is locked.
    pub fn clear(&self) {
        *locked(&self.own) = None;
        locked(&self.table).clear();
        locked(&self.typing).clear();
        *locked(&self.prompts) = Prompts::default();
    }

    /// Whether a signal says anything new.
    #[must_use]
    pub fn is_news(&self, signal: &Signal) -> bool {
        locked(&self.table).is_news(signal)
    }

    /// Takes a verified signal of a member's device for which [`Presences::is_news`] holds.
    pub fn hear(&self, signal: Signal, members: u64) {
        let (server, account) = (signal.server, signal.account);
        let heard = locked(&self.table).hear(signal, members, self.steady_ms());
        match heard {
            Hearing::Typing { channel, for_ms } => {
                self.tell(News::Typing { server, channel, account, until_ms: now_ms() + for_ms });
            }
            Hearing::Presence { shown, for_ms, appeared } => {
                self.tell(News::Presence { server, account, shown, until_ms: now_ms() + for_ms });
                if appeared {
                    self.prompt(server);
                }
            }
            Hearing::Nothing => {}
        }
    }

    /// A device's last connection to this node closed; `others` says whether other members of that server are connected.
    pub fn parted(&self, server: &ServerId, device: &DeviceId, others: bool, members: u64) {
        locked(&self.table).parted(server, device, others, members, self.steady_ms());
        self.expire();
    }

    /// Lets go of what holds no more.
    pub fn expire(&self) {
        let gone = locked(&self.table).expire(self.steady_ms());
        for (server, account, shown) in gone {
            self.tell(News::Presence { server, account, shown, until_ms: now_ms() });
        }
    }

    /// Somebody in a server may not have heard of us: it is said again soon.
    pub fn prompt(&self, server: ServerId) {
        locked(&self.prompts).servers.insert(server);
        self.wake.notify_one();
    }

    pub(super) fn take_prompts(&self) -> Prompts {
        std::mem::take(&mut locked(&self.prompts))
    }

    /// Puts back where it was too early to speak.
    pub(super) fn put_back(&self, servers: impl IntoIterator<Item = ServerId>) {
        locked(&self.prompts).servers.extend(servers);
    }

    /// Whether it is time to say that one is writing in a channel; notes that it is being said.
    #[must_use]
    pub fn begins_typing(&self, channel: ChannelId) -> bool {
        let now = Instant::now();
        let mut typing = locked(&self.typing);
        if typing.get(&channel).is_some_and(|said| now.duration_since(*said) < TYPING_PAUSE) {
            return false;
        }
        if typing.len() >= TYPING_CHANNELS {
            typing.retain(|_, said| now.duration_since(*said) < TYPING_PAUSE);
            if typing.len() >= TYPING_CHANNELS {
                typing.clear();
            }
        }
        typing.insert(channel, now);
        true
    }

    /// The stamp of the next signal of this device.
    #[must_use]
    pub fn next_stamp(&self) -> Hlc {
        let mut stamp = locked(&self.stamp);
        *stamp = stamp.after(now_ms());
        *stamp
    }

    fn tell(&self, news: News) {
        // An error says that nobody listens.
        drop(self.news.send(news));
    }

    /// A steady clock: what holds for a while does so whatever becomes of the clock on the wall.
    fn steady_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use folkmoot_core::signal::{Said, Status};

    use super::*;
    use crate::presence::OwnStatus;

    const SERVER: ServerId = ServerId::new([1; 32]);
    const ANN: AccountId = AccountId::new([2; 32]);

    fn signal(stamp: u64, status: Status) -> Signal {
        let said = Said::Presence { status, text: String::new() };
        Signal { server: SERVER, account: ANN, device: DeviceId::new([3; 32]), hlc: Hlc::from_ms(stamp), said }
    }

    #[test]
    fn changes_are_told_to_who_listens_and_prompt_an_answer_to_newcomers() {
        let presences = Presences::default();
        presences.hear(signal(1, Status::Online), 2);
        let mut news = presences.subscribe();
        presences.hear(signal(2, Status::Online), 2);
        presences.hear(signal(3, Status::Dnd), 2);
        presences.parted(&SERVER, &DeviceId::new([3; 32]), false, 2);
        let told: Vec<_> = std::iter::from_fn(|| news.try_recv().ok()).collect();
        let statuses: Vec<_> = told
            .iter()
            .map(|news| match news {
                News::Presence { server: SERVER, account: ANN, shown, .. } => shown.status,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(statuses, [Status::Dnd, Status::Offline]);
        assert_eq!(presences.take_prompts().servers, BTreeSet::from([SERVER]));
        assert!(presences.take_prompts().servers.is_empty());
    }

    #[test]
    fn own_choice_is_told_everywhere_and_forgotten_on_lock() {
        let presences = Presences::default();
        assert_eq!(presences.own(), None);
        presences.set_own(Own { status: OwnStatus::Idle, text: String::new() });
        assert!(presences.take_prompts().all);
        presences.clear();
        assert_eq!(presences.own(), None);
    }

    #[test]
    fn typing_is_said_once_in_a_while_however_often_keys_are_pressed() {
        let presences = Presences::default();
        assert!(presences.begins_typing(ChannelId::new([1; 32])));
        assert!(!presences.begins_typing(ChannelId::new([1; 32])));
        assert!(presences.begins_typing(ChannelId::new([2; 32])));
    }

    #[test]
    fn stamps_of_signals_grow() {
        let presences = Presences::default();
        let stamps: Vec<_> = (0..100).map(|_| presences.next_stamp()).collect();
        assert!(stamps.is_sorted_by(|a, b| a < b));
    }
}
