//! `events.*`: the durable log of everything that happened, to be read from any place in it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{ConsumerName, Hlc, Limit, Method, Scope, Subscription, message, sample};
use crate::error::{ApiError, ErrorKind};
use crate::ids::{AccountId, ChannelId, ServerId};

/// `type` of the item that separates replay from what happens now.
pub const LIVE: &str = "stream.live";

/// Words of one filter; more would make every event expensive to match.
pub const FILTER_WORDS: usize = 64;
/// The longest an `events.poll` waits.
pub const POLL_MAX_MS: u64 = 60_000;

/// Types of events.
pub mod kind {
    /// A message appeared in a log, written here or come from elsewhere.
    pub const MESSAGE_CREATED: &str = "message.created";
    /// A message says something else.
    pub const MESSAGE_EDITED: &str = "message.edited";
    /// A message was deleted.
    pub const MESSAGE_DELETED: &str = "message.deleted";
    /// Somebody reacted to a message.
    pub const MESSAGE_REACTION_ADDED: &str = "message.reaction_added";
    /// Somebody took a reaction back.
    pub const MESSAGE_REACTION_REMOVED: &str = "message.reaction_removed";
    /// A message was pinned.
    pub const MESSAGE_PINNED: &str = "message.pinned";
    /// A message is pinned no more.
    pub const MESSAGE_UNPINNED: &str = "message.unpinned";
    /// More nodes hold one of our messages.
    pub const MESSAGE_DELIVERY: &str = "message.delivery";
    /// A channel appeared.
    pub const CHANNEL_CREATED: &str = "channel.created";
    /// A channel changed.
    pub const CHANNEL_UPDATED: &str = "channel.updated";
    /// A channel was moved to another place or category.
    pub const CHANNEL_MOVED: &str = "channel.moved";
    /// A channel was archived or opened again.
    pub const CHANNEL_ARCHIVED: &str = "channel.archived";
    /// A server was made or joined.
    pub const SERVER_CREATED: &str = "server.created";
    /// A server changed.
    pub const SERVER_UPDATED: &str = "server.updated";
    /// A server was closed by an owner.
    pub const SERVER_DELETED: &str = "server.deleted";
    /// An owner opened a closed server again.
    pub const SERVER_RESTORED: &str = "server.restored";
    /// Other heirs were named, or one of them signed.
    pub const SERVER_HEIRS: &str = "server.heirs_updated";
    /// An act was lost to what somebody higher decided unseen: see `server.rollback.list`.
    pub const SERVER_ROLLED_BACK: &str = "server.rolled_back";
    /// A role appeared.
    pub const ROLE_CREATED: &str = "role.created";
    /// A role changed.
    pub const ROLE_UPDATED: &str = "role.updated";
    /// A role was deleted.
    pub const ROLE_DELETED: &str = "role.deleted";
    /// A server was left.
    pub const SERVER_LEFT: &str = "server.left";
    /// Somebody came.
    pub const MEMBER_JOINED: &str = "member.joined";
    /// Somebody went.
    pub const MEMBER_LEFT: &str = "member.left";
    /// Somebody's name or roles changed.
    pub const MEMBER_UPDATED: &str = "member.updated";
    /// Somebody was taken out.
    pub const MEMBER_KICKED: &str = "member.kicked";
    /// Somebody was taken out and is kept out.
    pub const MEMBER_BANNED: &str = "member.banned";
    /// A ban was lifted.
    pub const MEMBER_UNBANNED: &str = "member.unbanned";
    /// Somebody may not speak for a while, or may again.
    pub const MEMBER_TIMED_OUT: &str = "member.timed_out";
    /// An invite was made.
    pub const INVITE_CREATED: &str = "invite.created";
    /// An invite was taken back.
    pub const INVITE_REVOKED: &str = "invite.revoked";
    /// An invite was used.
    pub const INVITE_USED: &str = "invite.used";
    /// A read position moved.
    pub const READ_UPDATED: &str = "read.updated";
    /// A draft changed. Shown to tokens of scope `identity` only, as the next two.
    pub const DRAFT_UPDATED: &str = "draft.updated";
    /// A value of the windows changed.
    pub const UI_STATE_UPDATED: &str = "ui.state_updated";
    /// What may disturb was changed.
    pub const NOTIFICATION_SETTINGS_UPDATED: &str = "notification.settings_updated";
    /// Somebody is to be told of a message: levels, mutes, keywords, quiet hours and status have been asked.
    pub const NOTIFICATION_CREATED: &str = "notification.created";
    /// A new key is in use.
    pub const KEY_ROTATED: &str = "key.rotated";
    /// A machine became one of this account's.
    pub const DEVICE_ADDED: &str = "identity.device_added";
    /// A machine of this account was disowned.
    pub const DEVICE_REVOKED: &str = "identity.device_revoked";
    /// A person was blocked or unblocked here.
    pub const CONTACT_UPDATED: &str = "contact.updated";
    /// Catching up goes on.
    pub const SYNC_PROGRESS: &str = "sync.progress";
    /// Caught up.
    pub const SYNC_COMPLETED: &str = "sync.completed";
    /// A node connected.
    pub const PEER_UP: &str = "peer.up";
    /// A node disconnected.
    pub const PEER_DOWN: &str = "peer.down";
}

/// Something that happened.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// Its place in the log of this node: from 1, without gaps.
    pub seq: u64,
    /// Names it for good.
    pub id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
    /// When this node learned of it, milliseconds UTC.
    pub ts: u64,
    /// When it happened.
    pub hlc: Hlc,
    /// Whose doing it was, if anybody's.
    #[serde(default)]
    pub actor: Option<AccountId>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_id: Option<ServerId>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// The whole object as its `get` returns it now.
    #[schemars(with = "serde_json::Value")]
    pub data: Box<RawValue>,
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        let place = |event: &Self| (event.seq, event.ts, event.hlc, event.actor, event.server_id, event.channel_id);
        place(self) == place(other)
            && (&self.id, &self.kind) == (&other.id, &other.kind)
            && self.data.get() == other.data.get()
    }
}

/// What a subscription delivers.
#[derive(Clone, Debug, PartialEq)]
pub enum EventItem {
    /// Something that happened.
    Event(Box<Event>),
    /// `stream.live`: the replay is over, what follows happens now.
    Live {
        /// The newest event at this moment.
        seq: u64,
    },
}

impl EventItem {
    /// The place in the log: continue from here.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        match self {
            Self::Event(event) => event.seq,
            Self::Live { seq } => *seq,
        }
    }
}

impl Serialize for EventItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Event(event) => event.serialize(serializer),
            Self::Live { seq } => {
                let mut item = serializer.serialize_struct("Live", 2)?;
                item.serialize_field("type", LIVE)?;
                item.serialize_field("seq", seq)?;
                item.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for EventItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Either shape; an untagged enum would lose the raw `data`.
        #[derive(Deserialize)]
        struct Either {
            #[serde(rename = "type")]
            kind: String,
            seq: u64,
            id: Option<String>,
            ts: Option<u64>,
            hlc: Option<Hlc>,
            actor: Option<AccountId>,
            server_id: Option<ServerId>,
            channel_id: Option<ChannelId>,
            data: Option<Box<RawValue>>,
        }

        let item = Either::deserialize(deserializer)?;
        if item.kind == LIVE {
            return Ok(Self::Live { seq: item.seq });
        }
        Ok(Self::Event(Box::new(Event {
            seq: item.seq,
            id: item.id.ok_or_else(|| D::Error::missing_field("id"))?,
            kind: item.kind.into(),
            ts: item.ts.ok_or_else(|| D::Error::missing_field("ts"))?,
            hlc: item.hlc.ok_or_else(|| D::Error::missing_field("hlc"))?,
            actor: item.actor,
            server_id: item.server_id,
            channel_id: item.channel_id,
            // An absent `data` and a null one read alike.
            data: item.data.unwrap_or_else(|| RawValue::NULL.to_owned()),
        })))
    }
}

impl JsonSchema for EventItem {
    fn schema_name() -> Cow<'static, str> {
        "EventItem".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let event = generator.subschema_for::<Event>();
        json_schema!({
            "anyOf": [
                event,
                {
                    "type": "object",
                    "description": "The replay is over, what follows happens now.",
                    "properties": { "type": { "const": LIVE }, "seq": { "type": "integer", "minimum": 0 } },
                    "required": ["type", "seq"]
                }
            ]
        })
    }
}

/// Which events. What is left out does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscribeParams {
    /// Replay what came after this place; 0: everything kept; left out: only what happens from now on, or from the
    /// consumer's place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// Types, such as `message.created` or `message.*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub types: Option<Vec<String>>,
    /// Servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub servers: Option<Vec<ServerId>>,
    /// Channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub channels: Option<Vec<ChannelId>>,
    /// A reader whose place the node keeps; moved by `events.ack`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<ConsumerName>,
}

impl SubscribeParams {
    /// Everything after a place.
    #[must_use]
    pub fn since(seq: u64) -> Self {
        Self { since: Some(seq), ..Self::default() }
    }

    /// Whether an event of this type at this place is wanted.
    #[must_use]
    pub fn wants(&self, kind: &str, server_id: Option<ServerId>, channel_id: Option<ChannelId>) -> bool {
        wants_type(self.types.as_deref(), kind)
            && wants_id(self.servers.as_deref(), server_id)
            && wants_id(self.channels.as_deref(), channel_id)
    }
}

fn wants_type(types: Option<&[String]>, kind: &str) -> bool {
    types.is_none_or(|types| {
        types.iter().any(|wanted| match wanted.strip_suffix('*') {
            Some(prefix) => kind.starts_with(prefix),
            None => kind == wanted,
        })
    })
}

fn wants_id<T: PartialEq>(wanted: Option<&[T]>, id: Option<T>) -> bool {
    wanted.is_none_or(|wanted| id.is_some_and(|id| wanted.contains(&id)))
}

fn check_filter(
    types: Option<&[String]>,
    servers: Option<&[ServerId]>,
    channels: Option<&[ChannelId]>,
) -> Result<(), ApiError> {
    let lengths = [
        ("types", types.map_or(0, <[_]>::len)),
        ("servers", servers.map_or(0, <[_]>::len)),
        ("channels", channels.map_or(0, <[_]>::len)),
    ];
    for (field, length) in lengths {
        if length > FILTER_WORDS {
            return Err(ApiError::invalid_params(field, format!("at most {FILTER_WORDS} of them")));
        }
    }
    if types.is_some_and(|types| types.iter().any(|word| word.is_empty() || word.len() > 64)) {
        return Err(ApiError::invalid_params("types", "a type is 1 to 64 bytes"));
    }
    Ok(())
}

/// `events.subscribe`
pub struct Subscribe;

impl Method for Subscribe {
    const NAME: &'static str = "events.subscribe";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::CursorExpired, ErrorKind::CursorInvalid, ErrorKind::Lagged];
    const SUMMARY: &'static str =
        "Replays events after a place, then `stream.live`, then what happens; WebSocket only.";
    type Params = SubscribeParams;
    type Output = EventItem;

    fn check(params: &SubscribeParams) -> Result<(), ApiError> {
        check_filter(params.types.as_deref(), params.servers.as_deref(), params.channels.as_deref())
    }

    fn example() -> (SubscribeParams, EventItem) {
        (SubscribeParams::since(0), EventItem::Event(Box::new(example_event())))
    }
}

impl Subscription for Subscribe {
    const NOTIFICATION: &'static str = "events.event";
    const UNSUBSCRIBE: &'static str = "events.unsubscribe";

    fn place(item: &EventItem) -> Option<u64> {
        Some(item.seq())
    }

    /// Told even before the first item, so that a client always knows where to go on.
    fn lagged(last: Option<u64>) -> ApiError {
        ApiError::lagged(last.unwrap_or(0))
    }
}

fn example_event() -> Event {
    let data = serde_json::value::to_raw_value(&message::example_message()).expect("the example message serializes");
    Event {
        seq: 7,
        id: "evt_7".into(),
        kind: kind::MESSAGE_CREATED.into(),
        ts: sample::TIME_MS,
        hlc: Hlc(sample::TIME_MS << 16),
        actor: Some(sample::ACCOUNT),
        server_id: Some(sample::SERVER),
        channel_id: Some(sample::CHANNEL),
        data,
    }
}

/// `events.poll`
pub struct Poll;

/// Which events, and how long to wait for one.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PollParams {
    /// Events after this place; may be left out with a `consumer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// Milliseconds to wait while there is none; 0 when left out, at most 60,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 60_000))]
    pub timeout_ms: Option<u64>,
    /// Events of the answer.
    #[serde(default)]
    pub limit: Limit<100, 1000>,
    /// Types, such as `message.created` or `message.*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub types: Option<Vec<String>>,
    /// Servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub servers: Option<Vec<ServerId>>,
    /// Channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub channels: Option<Vec<ChannelId>>,
    /// A reader whose place the node keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<ConsumerName>,
}

impl PollParams {
    /// Whether an event of this type at this place is wanted.
    #[must_use]
    pub fn wants(&self, kind: &str, server_id: Option<ServerId>, channel_id: Option<ChannelId>) -> bool {
        wants_type(self.types.as_deref(), kind)
            && wants_id(self.servers.as_deref(), server_id)
            && wants_id(self.channels.as_deref(), channel_id)
    }
}

/// Events and where to go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PollResult {
    /// The events, oldest first.
    pub items: Vec<Event>,
    /// `since` of the next call.
    pub next_since: u64,
    /// The newest event.
    pub head: u64,
}

impl Method for Poll {
    const NAME: &'static str = "events.poll";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::CursorExpired, ErrorKind::CursorInvalid];
    const SUMMARY: &'static str = "Events after a place; waits for the first one if asked to.";
    type Params = PollParams;
    type Output = PollResult;

    fn check(params: &PollParams) -> Result<(), ApiError> {
        if params.since.is_none() && params.consumer.is_none() {
            return Err(ApiError::invalid_params("since", "since or consumer is needed"));
        }
        if params.timeout_ms.is_some_and(|timeout| timeout > POLL_MAX_MS) {
            return Err(ApiError::invalid_params("timeout_ms", "timeout_ms is at most 60000"));
        }
        check_filter(params.types.as_deref(), params.servers.as_deref(), params.channels.as_deref())
    }

    fn example() -> (PollParams, PollResult) {
        let params = PollParams { since: Some(0), ..PollParams::default() };
        (params, PollResult { items: vec![example_event()], next_since: 7, head: 7 })
    }
}

/// `events.head`
pub struct Head;

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeadResult {
    /// The newest event; 0 while there is none.
    pub seq: u64,
    /// The oldest event kept.
    pub oldest_seq: u64,
}

impl Method for Head {
    const NAME: &'static str = "events.head";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[];
    const SUMMARY: &'static str = "The newest and the oldest event kept.";
    type Params = super::node::NoParams;
    type Output = HeadResult;

    fn example() -> (Self::Params, HeadResult) {
        (super::node::NoParams {}, HeadResult { seq: 7, oldest_seq: 1 })
    }
}

/// `events.ack`
pub struct Ack;

/// A consumer's new place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AckParams {
    /// The reader.
    pub consumer: ConsumerName,
    /// The last event it is done with.
    pub seq: u64,
}

/// A consumer's place; never moves back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AckResult {
    /// The reader.
    pub consumer: ConsumerName,
    /// Its place now.
    pub seq: u64,
}

impl Method for Ack {
    const NAME: &'static str = "events.ack";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::CursorInvalid, ErrorKind::Quota, ErrorKind::Storage];
    const SUMMARY: &'static str = "Moves a consumer's place forward.";
    type Params = AckParams;
    type Output = AckResult;

    fn example() -> (AckParams, AckResult) {
        let consumer = ConsumerName::new("logger").expect("a short name");
        (AckParams { consumer: consumer.clone(), seq: 7 }, AckResult { consumer, seq: 7 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_marker_is_type_and_seq_alone() {
        let json = serde_json::to_string(&EventItem::Live { seq: 9 }).expect("serializes");
        assert_eq!(json, r#"{"type":"stream.live","seq":9}"#);
        assert_eq!(serde_json::from_str::<EventItem>(&json).ok(), Some(EventItem::Live { seq: 9 }));
    }

    #[test]
    fn event_reads_back_with_its_data_untouched() {
        let item = EventItem::Event(Box::new(example_event()));
        let json = serde_json::to_string(&item).expect("serializes");
        assert_eq!(serde_json::from_str::<EventItem>(&json).ok(), Some(item));
    }

    #[test]
    fn star_stands_for_the_rest_of_a_type() {
        let filter = SubscribeParams {
            types: Some(vec!["message.*".into(), "peer.up".into()]),
            channels: Some(vec![sample::CHANNEL]),
            ..SubscribeParams::default()
        };
        assert!(filter.wants("message.created", None, Some(sample::CHANNEL)));
        assert!(!filter.wants("message.created", None, None));
        assert!(!filter.wants("peer.down", None, Some(sample::CHANNEL)));
        assert!(SubscribeParams::default().wants("peer.down", None, None));
    }

    #[test]
    fn filter_of_too_many_words_is_refused() {
        let filter = SubscribeParams { types: Some(vec!["a".into(); 65]), ..SubscribeParams::default() };
        assert_eq!(Subscribe::check(&filter).map_err(|error| error.kind()), Err(ErrorKind::InvalidParams));
    }
}
