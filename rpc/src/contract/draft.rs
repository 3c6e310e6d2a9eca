//! `message.draft.*`: what somebody began to write. Seen by this node alone; nobody else hears of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::channel::ChannelParams;
use super::{Method, Scope, sample};
use crate::error::ErrorKind;
use crate::ids::ChannelId;

/// Drafts kept: one per channel, of at most 8 KiB, so 8 MiB together. More channels than anybody writes in at once.
pub const DRAFTS_MAX: usize = 1_024;

/// What was begun in a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Draft {
    /// Where.
    pub channel_id: ChannelId,
    /// The text; empty where there is none.
    pub content: String,
    /// When it was last changed, milliseconds UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<u64>,
}

fn example_draft() -> Draft {
    Draft { channel_id: sample::CHANNEL, content: "About the kettle:".into(), updated_at: Some(sample::TIME_MS) }
}

/// `message.draft.get`
pub struct Get;

impl Method for Get {
    const NAME: &'static str = "message.draft.get";
    const SCOPE: Scope = Scope::Identity;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::Storage];
    const SUMMARY: &'static str = "What was begun in a channel and not sent; empty where there is nothing.";
    type Params = ChannelParams;
    type Output = Draft;

    fn example() -> (ChannelParams, Draft) {
        (ChannelParams { channel_id: sample::CHANNEL }, example_draft())
    }
}

/// `message.draft.set`
pub struct Set;

/// The text.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetParams {
    /// Where.
    pub channel_id: ChannelId,
    /// At most 8 KiB; blank forgets the draft.
    pub content: String,
}

impl Method for Set {
    const NAME: &'static str = "message.draft.set";
    const SCOPE: Scope = Scope::Identity;
    const ERRORS: &'static [ErrorKind] =
        &[ErrorKind::NotFound, ErrorKind::TooLarge, ErrorKind::Quota, ErrorKind::Storage];
    const SUMMARY: &'static str = "Keeps what was begun in a channel, across restarts; blank forgets it.";
    type Params = SetParams;
    type Output = Draft;

    fn example() -> (SetParams, Draft) {
        let Draft { channel_id, content, .. } = example_draft();
        (SetParams { channel_id, content }, example_draft())
    }
}
