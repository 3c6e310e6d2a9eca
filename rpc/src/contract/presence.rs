//! `presence.*`: who is there and who is writing. Passing things: they are told to whoever listens now and kept nowhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::FILTER_WORDS;
use super::node::NoParams;
use super::{Method, Scope, Subscription, sample};
use crate::error::{ApiError, ErrorKind};
use crate::ids::{AccountId, ChannelId, ServerId};

/// What one says of oneself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OwnStatus {
    /// There.
    #[default]
    Online,
    /// There, but away from the screen.
    Idle,
    /// There and not to be disturbed: nothing raises `notification.created`.
    Dnd,
    /// There and told to nobody: neither presence nor typing is sent.
    Invisible,
}

/// What is known of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PresenceStatus")]
pub enum Status {
    /// There.
    Online,
    /// There, but away from the screen.
    Idle,
    /// There and not to be disturbed.
    Dnd,
    /// Told to nobody; only ever seen of oneself.
    Invisible,
    /// Not heard of for a while, or said goodbye.
    Offline,
}

impl From<OwnStatus> for Status {
    fn from(status: OwnStatus) -> Self {
        match status {
            OwnStatus::Online => Self::Online,
            OwnStatus::Idle => Self::Idle,
            OwnStatus::Dnd => Self::Dnd,
            OwnStatus::Invisible => Self::Invisible,
        }
    }
}

/// What one says of oneself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnPresence {
    /// The status.
    pub status: OwnStatus,
    /// A few words beside the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

fn example_presence() -> OwnPresence {
    OwnPresence { status: OwnStatus::Idle, text: Some("in the greenhouse".into()) }
}

/// `presence.get`
pub struct Get;

impl Method for Get {
    const NAME: &'static str = "presence.get";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::Storage];
    const SUMMARY: &'static str = "What one says of oneself.";
    type Params = NoParams;
    type Output = OwnPresence;

    fn example() -> (NoParams, OwnPresence) {
        (NoParams {}, example_presence())
    }
}

/// `presence.set`
pub struct Set;

/// What to say of oneself from now on, to the members of all servers.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetParams {
    /// The status.
    pub status: OwnStatus,
    /// A few words beside the name, at most 128 characters; none when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub text: Option<String>,
}

impl Method for Set {
    const NAME: &'static str = "presence.set";
    const SCOPE: Scope = Scope::Identity;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::InvalidContent, ErrorKind::Storage];
    const SUMMARY: &'static str = "Says whether one is there, and keeps saying so; remembered across restarts.";
    type Params = SetParams;
    type Output = OwnPresence;

    fn example() -> (SetParams, OwnPresence) {
        let OwnPresence { status, text } = example_presence();
        (SetParams { status, text }, example_presence())
    }
}

/// What a subscription delivers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PresenceItem {
    /// Somebody writes. Ends at `until`, or with the next message of that person in that channel.
    Typing {
        /// Where.
        server_id: ServerId,
        /// Where.
        channel_id: ChannelId,
        /// Who.
        account_id: AccountId,
        /// When it ends unless it is heard again, milliseconds UTC.
        until: u64,
    },
    /// Somebody's status changed. An item about oneself says that a window of this node changed it.
    Presence {
        /// Where.
        server_id: ServerId,
        /// Who.
        account_id: AccountId,
        /// The status.
        status: Status,
        /// A few words beside the name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// When it ends unless it is heard again, milliseconds UTC; of `offline`: since when.
        until: u64,
    },
}

impl PresenceItem {
    /// Where it is so.
    #[must_use]
    pub const fn server_id(&self) -> ServerId {
        match self {
            Self::Typing { server_id, .. } | Self::Presence { server_id, .. } => *server_id,
        }
    }
}

/// `presence.subscribe`
pub struct Subscribe;

/// Which servers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscribeParams {
    /// Only these; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub servers: Option<Vec<ServerId>>,
}

impl Method for Subscribe {
    const NAME: &'static str = "presence.subscribe";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::Lagged];
    const SUMMARY: &'static str =
        "Who comes, goes and writes from now on, without replay; `member.list` says how it stands. WebSocket only.";
    type Params = SubscribeParams;
    type Output = PresenceItem;

    fn check(params: &SubscribeParams) -> Result<(), ApiError> {
        if params.servers.as_ref().is_some_and(|servers| servers.len() > FILTER_WORDS) {
            return Err(ApiError::invalid_params("servers", format!("at most {FILTER_WORDS} of them")));
        }
        Ok(())
    }

    fn example() -> (SubscribeParams, PresenceItem) {
        let item = PresenceItem::Typing {
            server_id: sample::SERVER,
            channel_id: sample::CHANNEL,
            account_id: sample::ACCOUNT,
            until: sample::TIME_MS,
        };
        (SubscribeParams::default(), item)
    }
}

impl Subscription for Subscribe {
    const NOTIFICATION: &'static str = "presence.event";
    const UNSUBSCRIBE: &'static str = "presence.unsubscribe";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_tell_their_type_beside_what_they_say() {
        let item = PresenceItem::Presence {
            server_id: sample::SERVER,
            account_id: sample::ACCOUNT,
            status: Status::Dnd,
            text: None,
            until: 5,
        };
        let json = serde_json::to_value(&item).expect("serializes");
        let expected = serde_json::json!({
            "type": "presence", "server_id": sample::SERVER, "account_id": sample::ACCOUNT, "status": "dnd", "until": 5
        });
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_value::<PresenceItem>(json).ok(), Some(item));
    }

    #[test]
    fn slow_subscriber_is_told_without_a_place_to_go_on_from() {
        assert_eq!(Subscribe::lagged(None).detail().last_seq, None);
        assert_eq!(Subscribe::lagged(None).kind(), ErrorKind::Lagged);
    }
}
