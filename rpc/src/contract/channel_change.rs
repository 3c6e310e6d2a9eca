//! `channel.update`, `move`, `archive`: what becomes of a channel once it is there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::channel::{Channel, example_channel};
use super::{Method, Scope, sample};
use crate::error::ErrorKind;
use crate::ids::ChannelId;

/// Errors of whatever changes channels.
const ERRORS: &[ErrorKind] = &[
    ErrorKind::NotFound,
    ErrorKind::Precondition,
    ErrorKind::Conflict,
    ErrorKind::InvalidContent,
    ErrorKind::Quota,
    ErrorKind::Storage,
];

/// `channel.update`
pub struct Update;

/// What changes; what is left out stays. An empty `topic` removes it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateParams {
    /// The channel.
    pub channel_id: ChannelId,
    /// 1 to 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Refused with 2003 unless the channel still has this revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_rev: Option<u64>,
}

impl Method for Update {
    const NAME: &'static str = "channel.update";
    const SCOPE: Scope = Scope::ChannelManage;
    const ERRORS: &'static [ErrorKind] = ERRORS;
    const SUMMARY: &'static str = "Changes a channel's name or topic.";
    type Params = UpdateParams;
    type Output = Channel;

    fn example() -> (UpdateParams, Channel) {
        let params =
            UpdateParams { channel_id: sample::CHANNEL, name: Some("general".into()), topic: None, if_rev: None };
        (params, example_channel())
    }
}

/// `channel.move`
pub struct Move;

/// Where to.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveParams {
    /// The channel.
    pub channel_id: ChannelId,
    /// The category to stand in; outside all of them when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<ChannelId>,
    /// The place among the others there, from 0; the last when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// Refused with 2003 unless the channel still has this revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_rev: Option<u64>,
}

impl Method for Move {
    const NAME: &'static str = "channel.move";
    const SCOPE: Scope = Scope::ChannelManage;
    const ERRORS: &'static [ErrorKind] = ERRORS;
    const SUMMARY: &'static str = "Moves a channel to another place or category.";
    type Params = MoveParams;
    type Output = Channel;

    fn example() -> (MoveParams, Channel) {
        let params = MoveParams { channel_id: sample::CHANNEL, parent_id: None, position: Some(0), if_rev: None };
        (params, example_channel())
    }
}

/// `channel.archive`
pub struct Archive;

const fn yes() -> bool {
    true
}

/// Whether nothing more can be written.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArchiveParams {
    /// The channel.
    pub channel_id: ChannelId,
    /// False opens it again.
    #[serde(default = "yes")]
    pub archived: bool,
    /// Refused with 2003 unless the channel still has this revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_rev: Option<u64>,
    /// Only tells whether it would be allowed.
    #[serde(default)]
    pub dry_run: bool,
}

impl Method for Archive {
    const NAME: &'static str = "channel.archive";
    const SCOPE: Scope = Scope::ChannelManage;
    const ERRORS: &'static [ErrorKind] = ERRORS;
    const SUMMARY: &'static str = "Closes a channel to everything but reading, or opens it again.";
    type Params = ArchiveParams;
    type Output = Channel;

    fn example() -> (ArchiveParams, Channel) {
        let params = ArchiveParams { channel_id: sample::CHANNEL, archived: true, if_rev: None, dry_run: false };
        (params, Channel { archived: true, ..example_channel() })
    }
}
