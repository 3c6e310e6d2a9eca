//! What sets a bot in motion: an event, a command, a timer, an answer, a button. And what a bot leaves behind to be run later.

use folkmoot_rpc::{
    contract::events::Event,
    ids::{AccountId, ChannelId, ServerId},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something a bot is run for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// Names it for good: the same trigger delivered again has the same key, and with it everything the bot sends. Letters, digits,
    /// dots, colons and dashes, at most 48.
    pub key: String,
    /// When it happened or was due, milliseconds UTC.
    pub at_ms: u64,
    /// The server it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_id: Option<ServerId>,
    /// The channel it is about, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelRef>,
    /// Who caused it, if somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Person>,
    /// What it is.
    pub cause: Cause,
}

/// What set a bot in motion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Something happened.
    Event(Box<Event>),
    /// Somebody invoked a command without a message.
    Command {
        /// Its name, sub-command included.
        name: String,
        /// What follows the name.
        args: String,
    },
    /// A timer of the file's top level is due.
    Timer {
        /// As [`Registered`] named it.
        id: String,
    },
    /// A timer that a handler set is due.
    Later {
        /// What to do.
        task: Task,
    },
    /// A question was answered, or its time is up.
    Answer {
        /// What to do.
        task: Task,
        /// The message, as `message.get` shows it; none when time is up.
        message: Option<Value>,
    },
    /// Somebody pressed a button.
    Button {
        /// What to do.
        task: Task,
        /// Which.
        emoji: String,
    },
}

/// A channel as scripts see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelRef {
    /// The channel.
    pub id: ChannelId,
    /// Where it is.
    pub server_id: ServerId,
    /// Without `#`.
    pub name: String,
}

/// A member as scripts see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The account.
    pub id: AccountId,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_id: Option<ServerId>,
    /// The name others see.
    pub name: String,
    /// Whether it is a program.
    pub bot: bool,
    /// The level of the highest role.
    pub level: u32,
    /// Names of the roles.
    pub roles: Vec<String>,
    /// Permissions in the channel, or in the server where there is no channel.
    pub permissions: Vec<String>,
}

/// A function of the bot to be run later, with what it captured: plain data, so that it outlives the process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Name of the function; of a closure the engine's own, which depends on its code alone.
    pub function: String,
    /// What it captured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captured: Vec<Value>,
    /// The context it was made in.
    pub context: Value,
}

/// What a bot registered at its top level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// Types of events that it has handlers for.
    pub events: Vec<String>,
    /// Commands in the order of registration.
    pub commands: Vec<CommandInfo>,
    /// Timers of the top level.
    pub timers: Vec<TimerInfo>,
    /// What commands begin with.
    pub prefix: String,
}

/// A command, as help and the window show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandInfo {
    /// Its name; sub-commands are told apart by a space.
    pub name: String,
    /// Its parameters, as `[@user] <count:int>`.
    pub usage: String,
    /// What it does.
    pub help: String,
    /// The permission it asks for; empty: none.
    pub permission: String,
}

/// A timer of the top level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimerInfo {
    /// Names it across restarts.
    pub id: String,
    /// When it is due.
    pub schedule: Schedule,
    /// What becomes of runs that were missed.
    pub missed: Missed,
}

/// When a timer is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Again and again.
    Every {
        /// Milliseconds between.
        ms: u64,
    },
    /// By a cron pattern of five fields, in UTC moved by an offset.
    Cron {
        /// Minute, hour, day, month, weekday.
        pattern: String,
        /// Minutes east of UTC.
        offset_min: i32,
    },
    /// Once, so long after the bot was first run on a server.
    After {
        /// Milliseconds.
        ms: u64,
    },
    /// Once, at a time.
    At {
        /// Milliseconds UTC.
        ms: u64,
    },
}

/// What becomes of runs that a timer missed while the bot was down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// Nothing.
    Skip,
    /// One run stands for all.
    #[default]
    Once,
    /// Each is made up for, up to 100.
    All,
}
