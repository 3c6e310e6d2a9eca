//! `events.*`: the durable log, read at each reader's pace. Kinds and ids come from the log; `data` is rendered now.

use std::{sync::Arc, time::Duration};

use folkmoot_core::{
    governance::Role,
    ids::{ChannelId, EntryId, EventId, ServerId},
};
use folkmoot_ledger::{EventRecord, LedgerError, NoticeReason, Snapshot};
use folkmoot_rpc::{
    ApiError, CallContext, ErrorKind, EventSource, EventStream,
    contract::{
        Hlc, Scope,
        events::{AckParams, AckResult, Event, EventItem, HeadResult, PollParams, PollResult, SubscribeParams},
        node::NoParams,
        ui::StateKey,
    },
    ids,
};
use futures::{FutureExt, StreamExt, future::BoxFuture};
use serde_json::value::{RawValue, to_raw_value};
use tokio::sync::watch;

use super::{Api, error, render};
use crate::events::EventKind;

/// Events rendered at once: one trip off the runtime for many.
const CHUNK: usize = 256;
/// Events a live subscriber may lie behind before it is ended with 6002: its reader is not keeping up.
const LAG_MAX: u64 = 100_000;
/// Consumers a node remembers.
const CONSUMERS: usize = 1_000;

pub(super) async fn head(api: &Api, _context: CallContext, _params: NoParams) -> Result<HeadResult, ApiError> {
    api.read(|_, snapshot| Ok(HeadResult { seq: snapshot.head_seq()?, oldest_seq: snapshot.oldest_seq()? })).await
}

pub(super) async fn ack(api: &Api, context: CallContext, params: AckParams) -> Result<AckResult, ApiError> {
    let name = consumer_key(&context, params.consumer.as_str());
    let seq = params.seq;
    let acked = api
        .node
        .pipeline
        .act(move |turn| turn.ack(&name, seq, CONSUMERS))
        .await
        .map_err(|e| error::pipeline(&e))?
        .map_err(|refused| match refused {
            crate::pipeline::AckError::BeyondHead { head } => {
                ApiError::new(ErrorKind::CursorInvalid, format!("the newest event is {head}")).field("seq")
            }
            crate::pipeline::AckError::TooMany => {
                ApiError::new(ErrorKind::Quota, format!("at most {CONSUMERS} consumers are remembered"))
            }
            crate::pipeline::AckError::Ledger(e) => error::ledger(&e),
        })?;
    Ok(AckResult { consumer: params.consumer, seq: acked })
}

pub(super) async fn poll(api: &Api, context: CallContext, params: PollParams) -> Result<PollResult, ApiError> {
    let start = api.start(&context, params.since, params.consumer.as_ref().map(|c| c.as_str())).await?;
    let deadline = tokio::time::Instant::now() + Duration::from_millis(params.timeout_ms.unwrap_or(0));
    let mut head = api.node.seen.clone();
    let params = Arc::new(params);
    let mut since = start;
    loop {
        let known = *head.borrow_and_update();
        let (wanted, limit) = (Arc::clone(&params), params.limit.get());
        let context_servers = context.clone();
        let (items, reached) = api
            .read(move |api, snapshot| {
                api.collect(snapshot, since, limit, |record, kind| {
                    wanted.wants(kind, server_id(record), channel_id(record)) && allowed(&context_servers, record)
                })
            })
            .await?;
        since = reached;
        if !items.is_empty() || tokio::time::Instant::now() >= deadline {
            return Ok(PollResult { items, next_since: since, head: known.max(since) });
        }
        let stopping = api.node.shutdown.clone();
        tokio::select! {
            () = stopping.cancelled() => return Ok(PollResult { items, next_since: since, head: known }),
            _ = tokio::time::timeout_at(deadline, head.wait_for(|seq| *seq > known)) => {}
        }
    }
}

/// Where `events.subscribe` reads.
pub(super) struct Source {
    api: Api,
}

impl Source {
    pub(super) const fn new(api: Api) -> Self {
        Self { api }
    }
}

impl EventSource for Source {
    fn open(&self, context: CallContext, filter: SubscribeParams) -> BoxFuture<'static, Result<EventStream, ApiError>> {
        let api = self.api.clone();
        async move {
            let head = api.node.seen.clone();
            let since = match (filter.since, &filter.consumer) {
                (None, None) => *head.borrow(),
                (since, consumer) => api.start(&context, since, consumer.as_ref().map(|c| c.as_str())).await?,
            };
            let reader = Reader {
                api,
                context,
                filter: Arc::new(filter),
                head,
                since,
                live: false,
                ready: Vec::new().into_iter(),
            };
            let stream = futures::stream::unfold(Some(reader), |reader| async move {
                let mut reader = reader?;
                match reader.next().await {
                    Ok(Some(item)) => Some((Ok(item), Some(reader))),
                    Ok(None) => None,
                    Err(error) => Some((Err(error), None)),
                }
            });
            Ok(stream.boxed())
        }
        .boxed()
    }
}

/// One subscription's place in the log.
struct Reader {
    api: Api,
    context: CallContext,
    filter: Arc<SubscribeParams>,
    head: watch::Receiver<u64>,
    since: u64,
    live: bool,
    ready: std::vec::IntoIter<Event>,
}

impl Reader {
    async fn next(&mut self) -> Result<Option<EventItem>, ApiError> {
        loop {
            if let Some(event) = self.ready.next() {
                return Ok(Some(EventItem::Event(Box::new(event))));
            }
            let known = *self.head.borrow_and_update();
            if self.since >= known {
                if !self.live {
                    self.live = true;
                    return Ok(Some(EventItem::Live { seq: self.since }));
                }
                let stopping = self.api.node.shutdown.clone();
                tokio::select! {
                    () = stopping.cancelled() => return Ok(None),
                    changed = self.head.changed() => if changed.is_err() { return Ok(None) },
                }
                continue;
            }
            if self.live && known - self.since > LAG_MAX {
                return Err(ApiError::lagged(self.since));
            }
            let (filter, context, since) = (Arc::clone(&self.filter), self.context.clone(), self.since);
            let (items, reached) = self
                .api
                .read(move |api, snapshot| {
                    api.collect(snapshot, since, CHUNK, |record, kind| {
                        filter.wants(kind, server_id(record), channel_id(record)) && allowed(&context, record)
                    })
                })
                .await?;
            self.since = reached;
            self.ready = items.into_iter();
        }
    }
}

impl Api {
    /// Where to begin: behind `since`, or behind what the consumer acknowledged.
    async fn start(&self, context: &CallContext, since: Option<u64>, consumer: Option<&str>) -> Result<u64, ApiError> {
        let name = consumer.map(|consumer| consumer_key(context, consumer));
        let (start, oldest, head) = self
            .read(move |_, snapshot| {
                let start = match (since, name) {
                    (Some(since), _) => since,
                    (None, Some(name)) => snapshot.consumer(&name)?.unwrap_or(0),
                    (None, None) => snapshot.head_seq()?,
                };
                Ok((start, snapshot.oldest_seq()?, snapshot.head_seq()?))
            })
            .await?;
        if start > head {
            return Err(ApiError::new(ErrorKind::CursorInvalid, format!("the newest event is {head}")).field("since"));
        }
        if start > 0 && start + 1 < oldest {
            return Err(ApiError::cursor_expired(oldest, head));
        }
        Ok(start)
    }

    /// Renders up to `limit` wanted events behind `since`; also tells up to where it looked.
    fn collect(
        &self,
        snapshot: &Snapshot<'_>,
        mut since: u64,
        limit: usize,
        wants: impl Fn(&EventRecord, &str) -> bool,
    ) -> Result<(Vec<Event>, u64), LedgerError> {
        let mut items = Vec::new();
        // Events whose objects are not to be seen yet wait for their turn.
        let shown = *self.node.seen.borrow();
        while items.len() < limit && since < shown {
            let records = snapshot.events_after(since, CHUNK)?;
            if records.is_empty() {
                break;
            }
            for (seq, record) in records {
                if seq > shown || items.len() >= limit {
                    return Ok((items, since));
                }
                since = seq;
                let Some(kind) = EventKind::from_number(record.kind) else { continue };
                if wants(&record, kind.name()) {
                    items.push(self.event(snapshot, seq, kind, &record)?);
                }
            }
        }
        Ok((items, since))
    }

    fn event(
        &self,
        snapshot: &Snapshot<'_>,
        seq: u64,
        kind: EventKind,
        record: &EventRecord,
    ) -> Result<Event, LedgerError> {
        Ok(Event {
            seq,
            id: format!("evt_{seq}"),
            kind: kind.name().into(),
            ts: record.ts_ms,
            hlc: Hlc(record.hlc.bits()),
            actor: record.actor.map(|a| ids::AccountId::from_bytes(*a.as_bytes())),
            server_id: server_id(record),
            channel_id: channel_id(record),
            data: self.data(snapshot, kind, record)?,
        })
    }

    /// The object an event is about, as its `get` shows it now; null when it is not here any more.
    #[expect(clippy::too_many_lines, reason = "one arm for every kind of event")]
    fn data(
        &self,
        snapshot: &Snapshot<'_>,
        kind: EventKind,
        record: &EventRecord,
    ) -> Result<Box<RawValue>, LedgerError> {
        // Some subjects name what happened behind whom it happened to.
        let subject = record.subject.first_chunk::<32>().copied();
        let behind = record.subject.get(32..).and_then(|rest| rest.first_chunk::<32>().copied());
        let view = record.server.and_then(|server| self.node.views.server(&server));
        let null = || RawValue::NULL.to_owned();
        let raw = |value: Option<serde_json::Result<Box<RawValue>>>| value.and_then(Result::ok).unwrap_or_else(null);
        // What no single id of 32 bytes names.
        match kind {
            EventKind::UiStateUpdated => {
                let key = std::str::from_utf8(&record.subject).ok().and_then(StateKey::new);
                let state = key.map(|key| super::ui::state(snapshot, key)).transpose()?;
                return Ok(raw(state.map(|state| to_raw_value(&state))));
            }
            EventKind::NotificationSettingsUpdated => {
                let settings = super::notification::settings_of(self, snapshot, record.server, record.channel)?;
                return Ok(raw(Some(to_raw_value(&settings))));
            }
            EventKind::NotificationCreated => {
                let told = record
                    .subject
                    .split_last()
                    .and_then(|(reason, id)| Some((EntryId::try_from(id).ok()?, NoticeReason::from_number(*reason)?)));
                let told = told.map(|(id, reason)| self.notification(snapshot, id, reason)).transpose()?;
                return Ok(raw(told.flatten().map(|told| to_raw_value(&told))));
            }
            _ => {}
        }
        let Some(subject) = subject else {
            // Built-in roles are named by their word.
            return Ok(raw(view.and_then(|view| role_data(&view, &record.subject)).map(|role| to_raw_value(&role))));
        };
        Ok(match kind {
            EventKind::UiStateUpdated | EventKind::NotificationSettingsUpdated | EventKind::NotificationCreated => {
                null()
            }
            EventKind::DraftUpdated => {
                raw(Some(to_raw_value(&super::draft::draft(snapshot, &ChannelId::new(subject))?)))
            }
            EventKind::MessageCreated
            | EventKind::MessageEdited
            | EventKind::MessageDeleted
            | EventKind::MessageReactionAdded
            | EventKind::MessageReactionRemoved
            | EventKind::MessagePinned
            | EventKind::MessageUnpinned
            | EventKind::MessageDelivery
            | EventKind::MemberForked => {
                raw(self.message(snapshot, EntryId::new(subject))?.map(|message| to_raw_value(&message)))
            }
            EventKind::ChannelCreated
            | EventKind::ChannelUpdated
            | EventKind::ChannelMoved
            | EventKind::ChannelArchived => raw(view
                .filter(|view| view.state.sees(&view.me, &ChannelId::new(subject)))
                .and_then(|view| render::channel(&view, &ChannelId::new(subject), snapshot))
                .map(|channel| to_raw_value(&channel))),
            EventKind::ServerCreated
            | EventKind::ServerJoined
            | EventKind::ServerUpdated
            | EventKind::ServerRestored
            | EventKind::SyncCompleted => raw(view.map(|view| to_raw_value(&render::server(&view, snapshot, 0, true)))),
            EventKind::MemberJoined | EventKind::MemberUpdated | EventKind::MemberTimedOut => {
                let account = folkmoot_core::ids::AccountId::new(subject);
                raw(view
                    .and_then(|view| {
                        let seen = self.seen(&view.id, &account, &view.me);
                        render::member(&view, &account, seen, record.ts_ms)
                    })
                    .map(|m| to_raw_value(&m)))
            }
            EventKind::MemberLeft => raw(Some(to_raw_value(&serde_json::json!({
                "account_id": ids::AccountId::from_bytes(subject),
                "display_name": view.map(|v| v.name_of(&folkmoot_core::ids::AccountId::new(subject)).to_owned()),
            })))),
            EventKind::MemberKicked | EventKind::MemberBanned | EventKind::MemberUnbanned => {
                raw(Some(to_raw_value(&serde_json::json!({
                    "account_id": ids::AccountId::from_bytes(subject),
                    "display_name": view.map(|v| v.name_of(&folkmoot_core::ids::AccountId::new(subject)).to_owned()),
                    "event_id": behind.map(ids::ActId::from_bytes),
                }))))
            }
            EventKind::ServerRolledBack => {
                raw(Some(to_raw_value(&serde_json::json!({ "event_id": ids::ActId::from_bytes(subject) }))))
            }
            EventKind::RoleCreated | EventKind::RoleUpdated | EventKind::RoleDeleted => {
                raw(view.and_then(|view| role_data(&view, &subject)).map(|role| to_raw_value(&role)))
            }
            EventKind::DeviceAdded | EventKind::DeviceRevoked => {
                raw(Some(to_raw_value(&serde_json::json!({ "device_id": ids::DeviceId::from_bytes(subject) }))))
            }
            EventKind::ContactUpdated => {
                raw(Some(to_raw_value(&serde_json::json!({ "account_id": ids::AccountId::from_bytes(subject) }))))
            }
            EventKind::ServerLeft | EventKind::ServerDeleted | EventKind::ServerHeirs => {
                raw(Some(to_raw_value(&serde_json::json!({ "server_id": ids::ServerId::from_bytes(subject) }))))
            }
            EventKind::InviteCreated | EventKind::InviteRevoked => raw(view
                .and_then(|view| super::invite::without_link(&view, &EventId::new(subject)))
                .map(|invite| to_raw_value(&invite))),
            EventKind::ReadUpdated => raw(record.channel.map(|channel| {
                to_raw_value(&serde_json::json!({
                    "channel_id": ids::ChannelId::from_bytes(*channel.as_bytes()),
                    "read_up_to": ids::MessageId::from_bytes(subject),
                }))
            })),
            EventKind::KeyRotated => raw(record.server.map(|server: ServerId| {
                to_raw_value(&serde_json::json!({ "server_id": ids::ServerId::from_bytes(*server.as_bytes()) }))
            })),
            EventKind::PeerUp | EventKind::PeerDown => {
                let peer = folkmoot_overlay::peer_name(&folkmoot_core::ids::DeviceId::new(subject));
                raw(Some(to_raw_value(&serde_json::json!({ "peer_id": peer }))))
            }
        })
    }
}

/// A role, or what is left to say of one that was deleted. Named by the id of its definition or by the word of a built-in one.
fn role_data(view: &crate::view::ServerView, subject: &[u8]) -> Option<serde_json::Value> {
    let role = match EventId::try_from(subject) {
        Ok(id) => Role::Custom(id),
        Err(_) => Role::from_builtin_name(std::str::from_utf8(subject).ok()?)?,
    };
    match render::role(view, &role) {
        Some(role) => serde_json::to_value(role).ok(),
        None => view
            .state
            .role(&role)
            .map(|held| serde_json::json!({ "role_id": render::role_id(&role), "name": held.name, "deleted": true })),
    }
}

fn server_id(record: &EventRecord) -> Option<ids::ServerId> {
    record.server.map(|server| ids::ServerId::from_bytes(*server.as_bytes()))
}

fn channel_id(record: &EventRecord) -> Option<ids::ChannelId> {
    record.channel.map(|channel| ids::ChannelId::from_bytes(*channel.as_bytes()))
}

/// Events of servers that a token may not touch are not shown to it, nor what is the person's own without the right to it.
fn allowed(context: &CallContext, record: &EventRecord) -> bool {
    let personal = EventKind::from_number(record.kind).is_some_and(EventKind::is_personal);
    server_id(record).is_none_or(|server| context.allows_server(server))
        && (!personal || context.scopes().allows(Scope::Identity))
}

/// Consumers belong to their token.
fn consumer_key(context: &CallContext, name: &str) -> String {
    format!("{}/{name}", context.token_id())
}
