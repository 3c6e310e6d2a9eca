//! What was heard of whom, and until when it holds. Pure: time comes in as milliseconds of any steady clock.

use std::collections::HashMap;

use folkmoot_core::{
    ids::{AccountId, ChannelId, DeviceId, ServerId},
    signal::{Said, Signal, Status, presence_ms, refresh_ms},
};
use folkmoot_identity::Hlc;
use folkmoot_proto::limits::{CLOCK_LEAD_MS, SIGNAL_LATE_MS, TYPING_MS};

/// Devices heard of, over all servers; about 10 MB with status texts. Beyond, newcomers are passed over until others have gone.
const HEARD: usize = 50_000;
/// Grace on top of one refresh for somebody whose connection to us closed but whom others may still hear.
const DETOUR_MS: u64 = 10_000;
/// How long a stamp is remembered after the last signal: as long as that signal could be played again.
const REMEMBERED_MS: u64 = SIGNAL_LATE_MS + CLOCK_LEAD_MS;

/// One account as others see it in a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// How it is there.
    pub status: Status,
    /// A few words beside the name.
    pub text: String,
}

impl Shown {
    /// Somebody of whom nothing is heard.
    #[must_use]
    pub const fn offline() -> Self {
        Self { status: Status::Offline, text: String::new() }
    }
}

/// What hearing a signal changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hearing {
    /// Somebody writes, for so many milliseconds.
    Typing {
        /// Where.
        channel: ChannelId,
        /// How long it holds.
        for_ms: u64,
    },
    /// Somebody's presence is another than before.
    Presence {
        /// What it is now.
        shown: Shown,
        /// How long it holds.
        for_ms: u64,
        /// Whether nothing was heard of the account before: it may not have heard of us either.
        appeared: bool,
    },
    /// Nothing to be seen: said again, or of one of several devices.
    Nothing,
}

struct Heard {
    status: Status,
    text: String,
    /// Of the last signal; nothing older counts.
    stamp: Hlc,
    until_ms: u64,
    heard_ms: u64,
}

/// What was heard.
#[derive(Default)]
pub(super) struct Table {
    servers: HashMap<ServerId, HashMap<AccountId, HashMap<DeviceId, Heard>>>,
    devices: usize,
}

impl Table {
    /// Whether a signal is newer than everything heard of its device, and there is room to remember it.
    pub(super) fn is_news(&self, signal: &Signal) -> bool {
        let account = self.servers.get(&signal.server).and_then(|accounts| accounts.get(&signal.account));
        match account.and_then(|devices| devices.get(&signal.device)) {
            Some(heard) => signal.hlc > heard.stamp,
            None => self.devices < HEARD,
        }
    }

    /// Takes a verified signal of a member's device for which [`Table::is_news`] holds.
    pub(super) fn hear(&mut self, signal: Signal, members: u64, now_ms: u64) -> Hearing {
        let Signal { server, account, device, hlc, said } = signal;
        let before = self.shown(&server, &account);
        let devices = self.servers.entry(server).or_default().entry(account).or_default();
        let heard = devices.entry(device).or_insert_with(|| {
            self.devices += 1;
            Heard { status: Status::Offline, text: String::new(), stamp: Hlc::ZERO, until_ms: 0, heard_ms: now_ms }
        });
        heard.stamp = hlc;
        heard.heard_ms = now_ms;
        match said {
            Said::Typing { channel } => return Hearing::Typing { channel, for_ms: TYPING_MS },
            Said::Presence { status, text } => {
                heard.status = status;
                heard.text = text;
                heard.until_ms = if status == Status::Offline { now_ms } else { now_ms + presence_ms(members) };
            }
        }
        let shown = self.shown(&server, &account);
        if shown == before {
            return Hearing::Nothing;
        }
        let for_ms = if shown.status == Status::Offline { 0 } else { presence_ms(members) };
        Hearing::Presence { appeared: before.status == Status::Offline, shown, for_ms }
    }

    /// How an account is seen: by the device heard last of those that are there.
    pub(super) fn shown(&self, server: &ServerId, account: &AccountId) -> Shown {
        self.servers
            .get(server)
            .and_then(|accounts| accounts.get(account))
            .into_iter()
            .flat_map(HashMap::values)
            .filter(|heard| heard.status != Status::Offline)
            .max_by_key(|heard| heard.stamp)
            .map_or_else(Shown::offline, |heard| Shown { status: heard.status, text: heard.text.clone() })
    }

    /// A device's last connection to us closed. In a server where `others` are connected it may still be heard through them, if it is
    /// there at all, with its next refresh; where nobody is, it is gone. Call [`Table::expire`] afterwards.
    pub(super) fn parted(&mut self, server: &ServerId, device: &DeviceId, others: bool, members: u64, now_ms: u64) {
        let until_ms = if others { now_ms + refresh_ms(members) + DETOUR_MS } else { now_ms };
        let accounts = self.servers.get_mut(server).into_iter().flat_map(HashMap::values_mut);
        for heard in accounts.filter_map(|devices| devices.get_mut(device)) {
            heard.until_ms = heard.until_ms.min(until_ms);
        }
    }

    /// Lets go of what holds no more; returns who is seen as gone or otherwise by that.
    pub(super) fn expire(&mut self, now_ms: u64) -> Vec<(ServerId, AccountId, Shown)> {
        let mut due = Vec::new();
        for (server, accounts) in &self.servers {
            for (account, devices) in accounts {
                if devices.values().any(|heard| heard.is_due(now_ms)) {
                    due.push((*server, *account, self.shown(server, account)));
                }
            }
        }
        for heard in self.servers.values_mut().flat_map(HashMap::values_mut).flat_map(HashMap::values_mut) {
            if heard.is_due(now_ms) {
                heard.status = Status::Offline;
                heard.text.clear();
            }
        }
        let mut devices_left = 0;
        self.servers.retain(|_, accounts| {
            accounts.retain(|_, devices| {
                devices.retain(|_, heard| {
                    heard.status != Status::Offline || now_ms.saturating_sub(heard.heard_ms) < REMEMBERED_MS
                });
                devices_left += devices.len();
                !devices.is_empty()
            });
            !accounts.is_empty()
        });
        self.devices = devices_left;
        due.into_iter()
            .map(|(server, account, before)| (server, account, before, self.shown(&server, &account)))
            .filter(|(.., before, after)| before != after)
            .map(|(server, account, _, after)| (server, account, after))
            .collect()
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Heard {
    fn is_due(&self, now_ms: u64) -> bool {
        self.status != Status::Offline && self.until_ms <= now_ms
    }
}

#[cfg(test)]
mod tests;
