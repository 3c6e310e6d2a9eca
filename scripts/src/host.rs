//! What a bot reaches beyond its own code: one trait, one list of calls. In a worker the other end is the supervisor in the node,
//! in tests a simulated world; the script cannot tell which.

use folkmoot_rpc::{ApiError, ids::MessageId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::trigger::Task;

/// Bytes of a key in a bot's storage.
pub const KEY_BYTES: usize = 256;
/// Bytes of a value in a bot's storage.
pub const VALUE_BYTES: usize = 64 * 1024;
/// Rows one scan yields at most; a script's map and array hold no more.
pub const SCAN_MAX: usize = 100;
/// Timers a bot may have waiting.
pub const TIMERS_MAX: usize = 1_000;
/// Questions a bot may have open.
pub const ASKS_MAX: usize = 256;
/// Messages of a bot whose buttons still do something; the oldest stop when there are more.
pub const BUTTONED_MAX: usize = 1_000;
/// Buttons of one message: a message has at most 20 different emoji, and people add their own.
pub const BUTTONS_MAX: usize = 10;
/// Lines one handler may log; more are counted and told once.
pub const LOG_LINES: usize = 100;
/// Bytes of one line of the log.
pub const LOG_BYTES: usize = 1_024;

/// The other end of a bot.
pub trait Host: Send {
    /// Carries out a call.
    ///
    /// # Errors
    /// What the API would answer, so that scripts see one kind of error.
    fn call(&mut self, call: Call) -> Result<Value, ApiError>;

    /// Now, milliseconds UTC.
    fn now_ms(&self) -> u64;

    /// Takes a line of the log. Never fails: a bot must not depend on its log.
    fn log(&mut self, level: Level, text: String);
}

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// For whoever looks for a mistake.
    Debug,
    /// What it does.
    Info,
    /// Something is odd.
    Warn,
    /// Something failed.
    Error,
}

impl Level {
    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Everything that a script can ask of the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Call {
    /// A method of the API, with the bot's own rights.
    Rpc {
        /// `namespace.verb_noun`
        method: String,
        /// One object.
        params: Value,
    },
    /// A value of the storage; null if there is none.
    KvGet {
        /// At most [`KEY_BYTES`].
        key: String,
    },
    /// Keeps a value.
    KvSet {
        /// At most [`KEY_BYTES`].
        key: String,
        /// At most [`VALUE_BYTES`] as JSON.
        value: Value,
        /// Milliseconds after which it is gone.
        ttl_ms: Option<u64>,
    },
    /// Adds to a number, 0 if there is none, and answers the sum.
    KvIncr {
        /// At most [`KEY_BYTES`].
        key: String,
        /// What is added.
        by: i64,
    },
    /// Keeps a value if the one there is as expected (null: none); answers whether it was.
    KvCas {
        /// At most [`KEY_BYTES`].
        key: String,
        /// What should be there.
        expected: Value,
        /// What shall be there.
        value: Value,
    },
    /// Forgets a value; answers whether there was one.
    KvDelete {
        /// At most [`KEY_BYTES`].
        key: String,
    },
    /// Rows whose key begins so, by key, as a list of `{key, value}`.
    KvScan {
        /// What keys begin with.
        prefix: String,
        /// Only keys behind this one.
        after: Option<String>,
        /// At most [`SCAN_MAX`].
        limit: usize,
    },
    /// Does something later, once; answers the timer's id.
    TimerSet {
        /// When, milliseconds UTC.
        due_ms: u64,
        /// What.
        task: Task,
    },
    /// Forgets a timer; answers whether it was still waiting.
    TimerCancel {
        /// As [`Call::TimerSet`] answered.
        id: String,
    },
    /// Runs a task with the next message of a person in a channel, or with nothing when time is up.
    Ask {
        /// Whose.
        account_id: String,
        /// Where.
        channel_id: String,
        /// When time is up, milliseconds UTC.
        until_ms: u64,
        /// What.
        task: Task,
    },
    /// Runs tasks when somebody reacts to a message of the bot with their emoji.
    Buttons {
        /// The message.
        message_id: MessageId,
        /// Emoji and task.
        tasks: Vec<(String, Task)>,
    },
    /// A channel of a server by its name; null if there is none.
    FindChannel {
        /// Where.
        server_id: String,
        /// Without `#`.
        name: String,
    },
    /// A member of a server by name or id; null if there is none.
    FindMember {
        /// Where.
        server_id: String,
        /// A name, `@name`, `<@acc_…>` or `acc_…`.
        name: String,
    },
    /// A web request.
    Http(HttpCall),
}

/// A web request as a script makes it. Secrets stand in it by name; only the host can fill them in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpCall {
    /// `GET` or `POST`.
    pub method: String,
    /// `https://…`
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, HeaderValue)>,
    /// The body of a `POST`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// The value of a header: pieces of text and names of secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderValue(pub Vec<Piece>);

/// A piece of a header's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// As it is.
    Text(String),
    /// What the secret of this name holds.
    Secret(String),
}

/// What a web server answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// Names in small letters, and values.
    pub headers: Vec<(String, String)>,
    /// The body; bytes that are no UTF-8 are replaced.
    pub body: String,
}
