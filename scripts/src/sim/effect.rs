//! What a bot did to the world, or would have done: what a rehearsal reports.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// Wrote a message.
    Send {
        /// Name of the channel.
        channel: String,
        /// What.
        content: String,
        /// The message it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<String>,
    },
    /// Changed a message, or something else: a method of the API and what it was given.
    Call {
        /// `namespace.verb_noun`
        method: String,
        /// Its parameters.
        params: Value,
    },
    /// Asked a web server.
    Http {
        /// `GET` or `POST`.
        method: String,
        /// Where.
        url: String,
    },
}
