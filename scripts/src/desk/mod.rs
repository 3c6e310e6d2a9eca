//! A bot's desk: everything of a bot that outlives its process and that needs no network, clock or disk of its own. Storage, timers,
//! questions, buttons, quotas, and which trigger follows from what happens. The node keeps one per bot and so do offline tests; time is
//! an argument everywhere.
//!
//! What changes is collected as rows, to be written together with the fact that the trigger is done: [`Desk::take_changes`].

mod budget;
mod calls;
mod cron;
mod due;
mod hear;
mod kv;
mod rows;
mod schedule;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use folkmoot_rpc::ids::{ChannelId, MessageId, ServerId};
use serde::{Deserialize, Serialize};

pub use budget::{ErrorWindow, KillWindow, SendBudget};
pub use cron::Cron;
pub use due::Due;
pub use hear::{Heard, Ignored};
pub use rows::{Change, Row};

use crate::{
    engine::Limits,
    trigger::{Schedule, Task},
};
use rows::Rows;

/// Something a handler wanted done later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Later {
    due_ms: u64,
    task: Task,
}

/// A question that waits for its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Question {
    account_id: String,
    channel_id: String,
    until_ms: u64,
    task: Task,
}

/// A message with buttons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Buttoned {
    /// Grows with each message: the oldest stop first.
    number: u64,
    tasks: Vec<(String, Task)>,
}

/// How far a timer of the top level has come on one server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Standing {
    schedule: Schedule,
    /// None: it is done.
    next_ms: Option<u64>,
}

/// The desk of one bot.
#[derive(Clone, Debug)]
pub struct Desk {
    rows: Rows,
    later: BTreeMap<String, Later>,
    questions: BTreeMap<String, Question>,
    buttoned: BTreeMap<MessageId, Buttoned>,
    standing: BTreeMap<(ServerId, String), Standing>,
    /// The last number given to a timer, a question or a message with buttons.
    numbers: u64,
    /// Messages of bots in a row, by channel.
    bots_in_a_row: HashMap<ChannelId, u64>,
    /// Keys of rows that have changed, besides those of the storage.
    dirty: BTreeSet<String>,
    quota_bytes: u64,
}

const LATER: &str = "t/";
const QUESTION: &str = "a/";
const BUTTONED: &str = "b/";
const STANDING: &str = "s/";
const NUMBERS: &str = "m/numbers";

impl Desk {
    /// The desk as its rows tell; rows that nobody can read any more are left out.
    #[must_use]
    pub fn load(rows: impl IntoIterator<Item = (String, Row)>, limits: &Limits) -> Self {
        let rows = Rows::load(rows);
        let mut desk = Self {
            later: BTreeMap::new(),
            questions: BTreeMap::new(),
            buttoned: BTreeMap::new(),
            standing: BTreeMap::new(),
            numbers: rows.read(NUMBERS).unwrap_or(0),
            bots_in_a_row: HashMap::new(),
            dirty: BTreeSet::new(),
            quota_bytes: limits.kv_bytes(),
            rows,
        };
        desk.later = desk.rows.read_all(LATER).collect();
        desk.questions = desk.rows.read_all(QUESTION).collect();
        desk.buttoned = desk.rows.read_all(BUTTONED).filter_map(|(id, held)| Some((id.parse().ok()?, held))).collect();
        let standing = desk.rows.read_all(STANDING).filter_map(|(key, held): (String, Standing)| {
            let (server, timer) = key.split_once('/')?;
            Some(((server.parse().ok()?, timer.to_owned()), held))
        });
        desk.standing = standing.collect();
        desk
    }

    /// New limits, after the bot's manifest changed.
    pub const fn set_limits(&mut self, limits: &Limits) {
        self.quota_bytes = limits.kv_bytes();
    }

    /// What has changed since the last time, to be written at once.
    #[must_use]
    pub fn take_changes(&mut self) -> Vec<Change> {
        for key in std::mem::take(&mut self.dirty) {
            let text = self.text_of(&key);
            self.rows.put(key, text.map(|text| Row { text, expires_ms: None }));
        }
        self.rows.take_changes()
    }

    /// The row that a key of ours stands for now.
    fn text_of(&self, key: &str) -> Option<String> {
        fn text<T: Serialize>(held: Option<&T>) -> Option<String> {
            serde_json::to_string(held?).ok()
        }
        if key == NUMBERS {
            return Some(self.numbers.to_string());
        }
        let (kind, id) = key.split_at_checked(LATER.len())?;
        match kind {
            LATER => text(self.later.get(id)),
            QUESTION => text(self.questions.get(id)),
            BUTTONED => text(self.buttoned.get(&id.parse().ok()?)),
            STANDING => {
                let (server, timer) = id.split_once('/')?;
                text(self.standing.get(&(server.parse().ok()?, timer.to_owned())))
            }
            _ => None,
        }
    }

    fn touch(&mut self, kind: &str, id: impl std::fmt::Display) {
        self.dirty.insert(format!("{kind}{id}"));
    }

    fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.dirty.insert(NUMBERS.to_owned());
        self.numbers
    }
}

#[cfg(test)]
mod tests;
