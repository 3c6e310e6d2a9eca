//! What is done to a message once it is said: edited, deleted, reacted to, pinned. Each answers with the message as it is then.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Deletion, Message, MessageParams, Reaction, example_message};
use crate::contract::{Method, Scope, sample};
use crate::error::ErrorKind;
use crate::ids::MessageId;

/// Characters of the reason for a deletion.
pub const REASON_CHARS: usize = 256;

/// What a change of an existing message may be refused for, whatever the change.
const ERRORS: &[ErrorKind] =
    &[ErrorKind::NotFound, ErrorKind::Gone, ErrorKind::RateLimited, ErrorKind::Busy, ErrorKind::Storage];

/// `message.edit`
pub struct Edit;

/// The new text.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditParams {
    /// The message; one's own.
    pub message_id: MessageId,
    /// The text, at most 8 KiB.
    pub content: String,
    /// Refuses with 2003 unless the message has this revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_rev: Option<u64>,
}

impl Method for Edit {
    const NAME: &'static str = "message.edit";
    const SCOPE: Scope = Scope::MessageWrite;
    const ERRORS: &'static [ErrorKind] = &[
        ErrorKind::NotFound,
        ErrorKind::Conflict,
        ErrorKind::Gone,
        ErrorKind::InvalidContent,
        ErrorKind::TooLarge,
        ErrorKind::RateLimited,
        ErrorKind::Busy,
        ErrorKind::Storage,
    ];
    const SUMMARY: &'static str =
        "Gives a message of one's own another text; what it said before stays in its history.";
    type Params = EditParams;
    type Output = Message;

    fn example() -> (EditParams, Message) {
        let content = "is anyone here?";
        let message =
            Message { content: content.into(), edited_at: Some(sample::TIME_MS + 60_000), rev: 2, ..example_message() };
        (EditParams { message_id: sample::MESSAGE, content: content.into(), if_rev: Some(1) }, message)
    }
}

/// `message.delete`
pub struct Delete;

/// Which message, and why.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteParams {
    /// The message; another's needs `REDACT_OTHERS`.
    pub message_id: MessageId,
    /// Why, at most 256 characters; everybody can read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub reason: Option<String>,
}

impl Method for Delete {
    const NAME: &'static str = "message.delete";
    const SCOPE: Scope = Scope::MessageWrite;
    const ERRORS: &'static [ErrorKind] = &[
        ErrorKind::NotFound,
        ErrorKind::Gone,
        ErrorKind::InvalidContent,
        ErrorKind::TooLarge,
        ErrorKind::RateLimited,
        ErrorKind::Busy,
        ErrorKind::Storage,
    ];
    const SUMMARY: &'static str = "Deletes what a message says, on every node, with everything it said before.";
    type Params = DeleteParams;
    type Output = Message;

    fn example() -> (DeleteParams, Message) {
        let reason = Some("sent too early".to_owned());
        let message = Message {
            content: String::new(),
            rev: 2,
            deleted: Some(Deletion { by: sample::ACCOUNT, reason: reason.clone(), at: sample::TIME_MS + 60_000 }),
            ..example_message()
        };
        (DeleteParams { message_id: sample::MESSAGE, reason }, message)
    }
}

/// Which message, which emoji.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmojiParams {
    /// The message.
    pub message_id: MessageId,
    /// One emoji, at most 32 bytes.
    pub emoji: String,
}

/// `message.react`
pub struct React;

impl Method for React {
    const NAME: &'static str = "message.react";
    const SCOPE: Scope = Scope::MessageWrite;
    const ERRORS: &'static [ErrorKind] = &[
        ErrorKind::NotFound,
        ErrorKind::Gone,
        ErrorKind::InvalidContent,
        ErrorKind::TooLarge,
        ErrorKind::Quota,
        ErrorKind::RateLimited,
        ErrorKind::Busy,
        ErrorKind::Storage,
    ];
    const SUMMARY: &'static str =
        "Reacts with an emoji; a second time changes nothing. A message shows 20 different ones.";
    type Params = EmojiParams;
    type Output = Message;

    fn example() -> (EmojiParams, Message) {
        let emoji = "\u{1f375}";
        let reactions = vec![Reaction { emoji: emoji.into(), count: 1, me: true }];
        let message = Message { reactions, rev: 2, ..example_message() };
        (EmojiParams { message_id: sample::MESSAGE, emoji: emoji.into() }, message)
    }
}

/// `message.unreact`
pub struct Unreact;

impl Method for Unreact {
    const NAME: &'static str = "message.unreact";
    const SCOPE: Scope = Scope::MessageWrite;
    const ERRORS: &'static [ErrorKind] = &[
        ErrorKind::NotFound,
        ErrorKind::Gone,
        ErrorKind::InvalidContent,
        ErrorKind::TooLarge,
        ErrorKind::RateLimited,
        ErrorKind::Busy,
        ErrorKind::Storage,
    ];
    const SUMMARY: &'static str = "Takes one's own reaction back; without one it changes nothing.";
    type Params = EmojiParams;
    type Output = Message;

    fn example() -> (EmojiParams, Message) {
        let params = EmojiParams { message_id: sample::MESSAGE, emoji: "\u{1f375}".into() };
        (params, Message { rev: 3, ..example_message() })
    }
}

/// `message.pin`
pub struct Pin;

impl Method for Pin {
    const NAME: &'static str = "message.pin";
    const SCOPE: Scope = Scope::MessageWrite;
    const ERRORS: &'static [ErrorKind] = ERRORS;
    const SUMMARY: &'static str = "Pins a message to its channel; needs `PIN`.";
    type Params = MessageParams;
    type Output = Message;

    fn example() -> (MessageParams, Message) {
        (MessageParams { message_id: sample::MESSAGE }, Message { pinned: true, rev: 2, ..example_message() })
    }
}

/// `message.unpin`
pub struct Unpin;

impl Method for Unpin {
    const NAME: &'static str = "message.unpin";
    const SCOPE: Scope = Scope::MessageWrite;
    const ERRORS: &'static [ErrorKind] = ERRORS;
    const SUMMARY: &'static str = "Takes a pin back; needs `PIN`.";
    type Params = MessageParams;
    type Output = Message;

    fn example() -> (MessageParams, Message) {
        (MessageParams { message_id: sample::MESSAGE }, Message { rev: 3, ..example_message() })
    }
}
