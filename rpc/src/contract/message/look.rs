//! What is asked about messages: what one said before, who holds it, which ones are pinned.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Delivery, DeliveryState, Message, MessageParams, example_message};
use crate::contract::{Cursor, Hlc, Limit, Method, Page, Scope, sample};
use crate::error::ErrorKind;
use crate::ids::{AccountId, ChannelId, MessageId};

/// Accounts named by one `message.delivery`; `holders` counts further.
pub const HELD_BY_MAX: usize = 1_000;

/// `message.history`
pub struct History;

/// Which message, which page.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HistoryParams {
    /// The message.
    pub message_id: MessageId,
    /// Items of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

/// What a message said at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Version {
    /// The text.
    pub content: String,
    /// Since when it said so, milliseconds UTC; of the first version: when it was written.
    pub edited_at: u64,
    /// The same as a clock; orders the versions.
    pub hlc: Hlc,
}

impl Method for History {
    const NAME: &'static str = "message.history";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::CursorInvalid];
    const SUMMARY: &'static str = "Everything a message said, newest first, from what it says now to what it said first; nothing once it is deleted.";
    type Params = HistoryParams;
    type Output = Page<Version>;

    fn example() -> (HistoryParams, Page<Version>) {
        let version =
            |content: &str, edited_at: u64| Version { content: content.into(), edited_at, hlc: Hlc(edited_at << 16) };
        let params = HistoryParams { message_id: sample::MESSAGE, limit: Limit::default(), cursor: None };
        let items =
            vec![version("is anyone here?", sample::TIME_MS + 60_000), version("is anyone there?", sample::TIME_MS)];
        (params, Page::whole(items))
    }
}

/// `message.delivery`
pub struct DeliveryOf;

/// Who has a message, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryReport {
    /// The message.
    pub message_id: MessageId,
    /// How many.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// Accounts at least one node of which is known to have it, besides this node; at most 1,000.
    pub held_by: Vec<AccountId>,
}

impl Method for DeliveryOf {
    const NAME: &'static str = "message.delivery";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound];
    const SUMMARY: &'static str = "How far a message has come and which members are known to have it.";
    type Params = MessageParams;
    type Output = DeliveryReport;

    fn example() -> (MessageParams, DeliveryReport) {
        let report = DeliveryReport {
            message_id: sample::MESSAGE,
            delivery: Delivery { state: DeliveryState::Stored, holders: 0, keepers: 0 },
            held_by: Vec::new(),
        };
        (MessageParams { message_id: sample::MESSAGE }, report)
    }
}

/// `message.pins`
pub struct Pins;

/// Which channel, which page.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PinsParams {
    /// The channel.
    pub channel_id: ChannelId,
    /// Items of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

impl Method for Pins {
    const NAME: &'static str = "message.pins";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::CursorInvalid];
    const SUMMARY: &'static str = "The pinned messages of a channel, the one pinned last first.";
    type Params = PinsParams;
    type Output = Page<Message>;

    fn example() -> (PinsParams, Page<Message>) {
        let params = PinsParams { channel_id: sample::CHANNEL, limit: Limit::default(), cursor: None };
        (params, Page::whole(vec![Message { pinned: true, rev: 2, ..example_message() }]))
    }
}
