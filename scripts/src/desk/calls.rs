//! Calls of scripts that the desk itself answers.

use folkmoot_rpc::{ApiError, ErrorKind, error::ErrorDetail};
use serde_json::{Value, json};

use super::{BUTTONED, Buttoned, Desk, LATER, Later, QUESTION, Question};
use crate::host::{ASKS_MAX, BUTTONED_MAX, Call, TIMERS_MAX};

fn full(which: &'static str, most: usize) -> ApiError {
    ApiError::new(ErrorKind::BotLimit, format!("more than {most} {which} are waiting"))
        .with_detail(ErrorDetail { which: Some(which.into()), ..ErrorDetail::default() })
}

impl Desk {
    /// Answers a call, if it is one of the desk's.
    ///
    /// # Errors
    /// None for what others answer: the call comes back.
    pub fn handle(&mut self, call: Call, now_ms: u64) -> Result<Result<Value, ApiError>, Call> {
        Ok(match call {
            Call::KvGet { key } => Ok(self.kv_get(&key, now_ms)),
            Call::KvSet { key, value, ttl_ms } => self.kv_set(&key, &value, ttl_ms, now_ms).map(|()| Value::Null),
            Call::KvIncr { key, by } => self.kv_incr(&key, by, now_ms),
            Call::KvCas { key, expected, value } => {
                if self.kv_get(&key, now_ms) == expected {
                    self.kv_set(&key, &value, None, now_ms).map(|()| json!(true))
                } else {
                    Ok(json!(false))
                }
            }
            Call::KvDelete { key } => {
                let had = !self.kv_get(&key, now_ms).is_null();
                self.kv_set(&key, &Value::Null, None, now_ms).map(|()| json!(had))
            }
            Call::KvScan { prefix, after, limit } => {
                let rows = self.kv_scan(&prefix, after.as_deref(), limit, now_ms);
                Ok(rows.into_iter().map(|(key, value)| json!({ "key": key, "value": value })).collect())
            }
            Call::TimerSet { due_ms, task } => self.set_timer(due_ms, task),
            Call::TimerCancel { id } => {
                let had = self.later.remove(&id).is_some();
                if had {
                    self.touch(LATER, &id);
                }
                Ok(json!(had))
            }
            Call::Ask { account_id, channel_id, until_ms, task } => {
                self.ask(Question { account_id, channel_id, until_ms, task })
            }
            Call::Buttons { message_id, tasks } => {
                let number = self.next_number();
                self.buttoned.insert(message_id, Buttoned { number, tasks });
                self.touch(BUTTONED, message_id);
                self.forget_old_buttons();
                Ok(Value::Null)
            }
            other => return Err(other),
        })
    }

    fn set_timer(&mut self, due_ms: u64, task: crate::trigger::Task) -> Result<Value, ApiError> {
        if self.later.len() >= TIMERS_MAX {
            return Err(full("timers", TIMERS_MAX));
        }
        let id = format!("t{}", self.next_number());
        self.later.insert(id.clone(), Later { due_ms, task });
        self.touch(LATER, &id);
        Ok(json!(id))
    }

    /// One question to one person in one channel at a time: a new one takes the place of the one before.
    fn ask(&mut self, question: Question) -> Result<Value, ApiError> {
        let same = |held: &Question| held.account_id == question.account_id && held.channel_id == question.channel_id;
        let before: Vec<String> =
            self.questions.iter().filter(|(_, held)| same(held)).map(|(id, _)| id.clone()).collect();
        for id in before {
            self.questions.remove(&id);
            self.touch(QUESTION, &id);
        }
        if self.questions.len() >= ASKS_MAX {
            return Err(full("questions", ASKS_MAX));
        }
        let id = format!("a{}", self.next_number());
        self.questions.insert(id.clone(), question);
        self.touch(QUESTION, &id);
        Ok(Value::Null)
    }

    fn forget_old_buttons(&mut self) {
        while self.buttoned.len() > BUTTONED_MAX {
            let oldest = self.buttoned.iter().min_by_key(|(_, held)| held.number).map(|(id, _)| *id);
            let Some(oldest) = oldest else { return };
            self.buttoned.remove(&oldest);
            self.touch(BUTTONED, oldest);
        }
    }
}
