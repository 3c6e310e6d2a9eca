//! What is due: timers of the top level, timers that handlers set, questions whose time is up.

use std::collections::BTreeSet;

use folkmoot_rpc::ids::ServerId;

use super::{Desk, LATER, QUESTION, STANDING, Standing};
use crate::trigger::{Cause, Missed, Registered, TimerInfo, Trigger};

/// A run that is later than this was missed; below it the node was just busy.
const LATE_MS: u64 = 60_000;
/// Runs that are made up for at most.
const MADE_UP: u64 = 100;

/// Something that is due, and what it was for.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// What the bot is run for.
    pub trigger: Trigger,
    what: What,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Standing { server: ServerId, id: String, next_ms: Option<u64> },
    Later { id: String },
    Question { id: String },
}

impl Desk {
    /// Makes the timers of the top level stand for these servers: new ones begin now, those whose schedule changed begin anew, those
    /// that are no more are forgotten.
    pub fn stand(&mut self, registered: &Registered, servers: &[ServerId], now_ms: u64) {
        let mut wanted = BTreeSet::new();
        for server in servers {
            for timer in &registered.timers {
                let key = (*server, timer.id.clone());
                wanted.insert(key.clone());
                if self.standing.get(&key).is_none_or(|held| held.schedule != timer.schedule) {
                    let next_ms = timer.schedule.first(now_ms);
                    self.standing.insert(key.clone(), Standing { schedule: timer.schedule.clone(), next_ms });
                    self.touch(STANDING, format_args!("{}/{}", key.0, key.1));
                }
            }
        }
        let gone: Vec<_> = self.standing.keys().filter(|key| !wanted.contains(key)).cloned().collect();
        for key in gone {
            self.standing.remove(&key);
            self.touch(STANDING, format_args!("{}/{}", key.0, key.1));
        }
    }

    /// When something will be due, milliseconds UTC.
    #[must_use]
    pub fn next_due(&self) -> Option<u64> {
        let standing = self.standing.values().filter_map(|held| held.next_ms);
        let later = self.later.values().map(|held| held.due_ms);
        let questions = self.questions.values().map(|held| held.until_ms);
        standing.chain(later).chain(questions).min()
    }

    /// What is due longest; to be run and then told [`done`](Self::done).
    #[must_use]
    pub fn due(&mut self, registered: &Registered, now_ms: u64) -> Option<Due> {
        self.skip_missed(registered, now_ms);
        let timer = |id: &str| registered.timers.iter().find(|timer| timer.id == id);
        let standing = self.standing.iter().filter_map(|((server, id), held)| {
            let due_ms = held.next_ms.filter(|due| *due <= now_ms)?;
            let (at_ms, next_ms) = held.run(timer(id)?, due_ms, now_ms);
            let trigger = Trigger {
                key: format!("{id}.{}.{at_ms}", short(&server.to_string())),
                at_ms,
                server_id: Some(*server),
                channel: None,
                user: None,
                cause: Cause::Timer { id: id.clone() },
            };
            Some((due_ms, Due { trigger, what: What::Standing { server: *server, id: id.clone(), next_ms } }))
        });
        let later = self.later.iter().filter(|(_, held)| held.due_ms <= now_ms).map(|(id, held)| {
            let cause = Cause::Later { task: held.task.clone() };
            let trigger =
                Trigger { key: id.clone(), at_ms: held.due_ms, server_id: None, channel: None, user: None, cause };
            (held.due_ms, Due { trigger, what: What::Later { id: id.clone() } })
        });
        let questions = self.questions.iter().filter(|(_, held)| held.until_ms <= now_ms).map(|(id, held)| {
            let cause = Cause::Answer { task: held.task.clone(), message: None };
            let trigger =
                Trigger { key: id.clone(), at_ms: held.until_ms, server_id: None, channel: None, user: None, cause };
            (held.until_ms, Due { trigger, what: What::Question { id: id.clone() } })
        });
        standing.chain(later).chain(questions).min_by_key(|(due_ms, _)| *due_ms).map(|(_, due)| due)
    }

    /// What was due has been run.
    pub fn done(&mut self, due: &Due) {
        match &due.what {
            What::Standing { server, id, next_ms } => {
                if let Some(held) = self.standing.get_mut(&(*server, id.clone())) {
                    held.next_ms = *next_ms;
                    self.touch(STANDING, format_args!("{server}/{id}"));
                }
            }
            What::Later { id } => {
                self.later.remove(id);
                self.touch(LATER, id);
            }
            What::Question { id } => {
                self.questions.remove(id);
                self.touch(QUESTION, id);
            }
        }
    }

    /// Moves on timers whose missed runs are not to be made up for.
    fn skip_missed(&mut self, registered: &Registered, now_ms: u64) {
        let mut moved = Vec::new();
        for ((server, id), held) in &mut self.standing {
            let skips = registered.timers.iter().any(|timer| timer.id == *id && timer.missed == Missed::Skip);
            let Some(due_ms) = held.next_ms.filter(|due| skips && *due <= now_ms) else { continue };
            let latest = held.schedule.latest(due_ms, now_ms);
            let next_ms = if latest.saturating_add(LATE_MS) >= now_ms {
                Some(latest)
            } else {
                held.schedule.following(due_ms, now_ms)
            };
            if held.next_ms != next_ms {
                held.next_ms = next_ms;
                moved.push(format!("{server}/{id}"));
            }
        }
        for key in moved {
            self.touch(STANDING, key);
        }
    }
}

impl Standing {
    /// The time that a run stands for, and when the next one is due.
    fn run(&self, timer: &TimerInfo, due_ms: u64, now_ms: u64) -> (u64, Option<u64>) {
        let latest = self.schedule.latest(due_ms, now_ms);
        let at_ms = match timer.missed {
            Missed::Skip | Missed::Once => latest,
            // The oldest runs are given up when there are too many.
            Missed::All => match &self.schedule {
                crate::trigger::Schedule::Every { ms } => {
                    due_ms.max(latest.saturating_sub(ms.saturating_mul(MADE_UP - 1)))
                }
                _ => due_ms,
            },
        };
        (at_ms, self.schedule.following(at_ms, at_ms))
    }
}

/// Enough of an id to tell the servers of one bot apart.
fn short(id: &str) -> &str {
    id.get(..14).unwrap_or(id)
}
