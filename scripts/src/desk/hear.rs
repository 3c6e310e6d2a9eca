//! What a bot hears of what happens: its own messages never, other bots' when the manifest says so and not without end, answers and
//! buttons as what they were waiting for.

use folkmoot_rpc::{
    contract::events::Event,
    ids::{AccountId, MessageId},
};
use serde_json::Value;

use super::{BUTTONED, Desk, QUESTION};
use crate::{engine::Limits, manifest::Events, trigger::Cause};

/// Why a bot does not hear an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignored {
    /// Its manifest does not ask for the type or the channel.
    NotAsked,
    /// It did it itself.
    Own,
    /// A bot did it.
    Bot,
    /// Bots have been answering each other for too long.
    Depth,
    /// What it was about is gone.
    Gone,
}

/// What becomes of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// The bot is run for it.
    Run(Cause),
    /// It is not.
    Ignored(Ignored),
}

impl Desk {
    /// Decides about an event. `me` is the bot's account, `channel` the name of the event's channel. Questions that it answers are
    /// closed.
    pub fn hear(
        &mut self,
        event: &Event,
        channel: Option<&str>,
        me: AccountId,
        asked: &Events,
        limits: &Limits,
    ) -> Heard {
        let kind = event.kind.as_ref();
        let data: Value = serde_json::from_str(event.data.get()).unwrap_or(Value::Null);
        let by_bot = data["author"]["bot"].as_bool().unwrap_or(false);
        if kind == "message.created"
            && let Some(channel_id) = event.channel_id
        {
            let row = self.bots_in_a_row.entry(channel_id).or_default();
            *row = if by_bot { *row + 1 } else { 0 };
        }
        if event.actor == Some(me) {
            return Heard::Ignored(Ignored::Own);
        }
        if kind == "message.created"
            && let Some(cause) = self.answered(event, &data)
        {
            return Heard::Run(cause);
        }
        if kind == "message.reaction_added"
            && let Some(cause) = self.pressed(&data)
        {
            return Heard::Run(cause);
        }
        let wanted = asked.wants_type(kind) && channel.is_none_or(|name| asked.wants_channel(name));
        if !wanted {
            return Heard::Ignored(Ignored::NotAsked);
        }
        if kind.starts_with("message.") && data.is_null() {
            return Heard::Ignored(Ignored::Gone);
        }
        if kind == "message.created" && by_bot {
            if asked.ignore_bots {
                return Heard::Ignored(Ignored::Bot);
            }
            let row = event.channel_id.and_then(|id| self.bots_in_a_row.get(&id)).copied().unwrap_or(0);
            if row > limits.depth {
                return Heard::Ignored(Ignored::Depth);
            }
        }
        Heard::Run(Cause::Event(Box::new(event.clone())))
    }

    /// The question that a message answers.
    fn answered(&mut self, event: &Event, message: &Value) -> Option<Cause> {
        let (author, channel) = (event.actor?.to_string(), event.channel_id?.to_string());
        let fits = |held: &super::Question| held.account_id == author && held.channel_id == channel;
        let id = self.questions.iter().find(|(_, held)| fits(held)).map(|(id, _)| id.clone())?;
        let question = self.questions.remove(&id)?;
        self.touch(QUESTION, &id);
        Some(Cause::Answer { task: question.task, message: Some(message.clone()) })
    }

    /// The button that a reaction presses. Buttons stay: others may press them too.
    fn pressed(&self, data: &Value) -> Option<Cause> {
        let message: MessageId = data["id"].as_str().or_else(|| data["message_id"].as_str())?.parse().ok()?;
        let emoji = data["emoji"].as_str().or_else(|| data["reaction"]["emoji"].as_str())?;
        let held = self.buttoned.get(&message)?;
        let (emoji, task) = held.tasks.iter().find(|(held, _)| held == emoji)?;
        Some(Cause::Button { task: task.clone(), emoji: emoji.clone() })
    }

    /// Forgets the buttons of a message that is gone.
    pub fn forget_buttons(&mut self, message: MessageId) {
        if self.buttoned.remove(&message).is_some() {
            self.touch(BUTTONED, message);
        }
    }
}
