//! `channel.*`.

use folkmoot_core::{
    governance::{ChannelKind as Kind, Permission},
    ids::{ChannelId, EntryId},
    signal::Said,
};
use folkmoot_identity::name::validate_name;
use folkmoot_ledger::NoticePlace;
use folkmoot_proto::limits::{NAME_CHARS, TOPIC_CHARS};
use folkmoot_rpc::{
    ApiError, CallContext,
    contract::{
        Created, Done, Page,
        channel::{
            Channel, ChannelKind, ChannelParams, CreateParams, ListParams, MarkReadParams, MuteParams, ReadState,
        },
    },
    ids,
};

use super::{Api, error, nonce, render, server};
use crate::{clock::now_ms, events::EventKind, pipeline::NewChannel, presence::say};

pub(super) async fn create(
    api: &Api,
    context: CallContext,
    params: CreateParams,
) -> Result<Created<Channel>, ApiError> {
    let key = nonce::key(&context, params.nonce.as_ref(), &params);
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let topic = topic(params.topic.as_deref().unwrap_or_default())?;
    let new = NewChannel {
        server: view.id,
        name: validate_name(&params.name, NAME_CHARS).map_err(|e| error::name("name", &e))?,
        kind: match params.kind {
            ChannelKind::Text => Kind::Text,
            ChannelKind::Announcement => Kind::Announcement,
            ChannelKind::Category => Kind::Category,
        },
        topic,
        parent: params.parent_id.map(|parent| ChannelId::new(parent.to_bytes())),
        private: params.private,
    };
    let made = api
        .node
        .pipeline
        .act(move |turn| turn.create_channel(new, key))
        .await
        .map_err(|e| error::pipeline(&e))?
        .map_err(error::act)?;
    let channel = api.channel(&context, made.id).await?;
    Ok(if made.replayed { Created::replayed(channel) } else { Created::new(channel) })
}

/// A topic as it is kept; may be empty.
pub(super) fn topic(text: &str) -> Result<String, ApiError> {
    match text.trim() {
        "" => Ok(String::new()),
        topic => validate_name(topic, TOPIC_CHARS).map_err(|e| error::name("topic", &e)),
    }
}

pub(super) async fn list(api: &Api, context: CallContext, params: ListParams) -> Result<Page<Channel>, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let seen = view.state.channels_in_order().into_iter().map(|channel| channel.id);
    let ids: Vec<ChannelId> = seen.filter(|channel| view.state.sees(&view.me, channel)).collect();
    let (ids, next_cursor) = server::page(ids, params.cursor.as_ref(), params.limit.get())?;
    let items = api
        .read(move |_, snapshot| Ok(ids.iter().filter_map(|id| render::channel(&view, id, snapshot)).collect()))
        .await?;
    Ok(Page { items, next_cursor, prev_cursor: None })
}

pub(super) async fn get(api: &Api, context: CallContext, params: ChannelParams) -> Result<Channel, ApiError> {
    api.channel(&context, ChannelId::new(params.channel_id.to_bytes())).await
}

pub(super) async fn mark_read(api: &Api, context: CallContext, params: MarkReadParams) -> Result<ReadState, ApiError> {
    let channel = ChannelId::new(params.channel_id.to_bytes());
    api.channel_view(&context, channel)?;
    let up_to = EntryId::new(params.up_to.to_bytes());
    api.node
        .pipeline
        .act(move |turn| turn.mark_read(channel, up_to))
        .await
        .map_err(|e| error::pipeline(&e))?
        .map_err(error::act)?;
    api.read(move |_, snapshot| {
        let unread = render::unread(snapshot, &channel);
        let marker = snapshot.read_marker(&channel)?.map_or(up_to, |marker| marker.entry);
        Ok(ReadState {
            channel_id: params.channel_id,
            read_up_to: ids::MessageId::from_bytes(*marker.as_bytes()),
            unread: unread.messages,
            mentions: unread.mentions,
        })
    })
    .await
}

pub(super) async fn mute(api: &Api, context: CallContext, params: MuteParams) -> Result<Channel, ApiError> {
    let channel = ChannelId::new(params.channel_id.to_bytes());
    let server = api.channel_view(&context, channel)?.id;
    let muted = params.muted;
    let changed = api.node.pipeline.act(move |turn| {
        let place = NoticePlace::Channel(channel);
        let before = turn.world.desk.rev_of(&place);
        let settings = turn.change_notice_settings(place, None, |settings| settings.muted = muted)?;
        if settings.rev != before {
            turn.emit_notice_settings(EventKind::ChannelUpdated, Some(server), Some(channel))?;
        }
        Ok(())
    });
    changed.await.map_err(|e| error::pipeline(&e))?.map_err(|refused| error::desk(refused, "settings"))?;
    api.channel(&context, channel).await
}

pub(super) async fn typing(api: &Api, context: CallContext, params: ChannelParams) -> Result<Done, ApiError> {
    let channel = ChannelId::new(params.channel_id.to_bytes());
    let view = api.channel_view(&context, channel)?;
    if !view.state.takes_messages(&channel) {
        return Err(ApiError::precondition("a category takes no messages"));
    }
    view.state
        .may(&view.me, Permission::Send, Some(&channel), now_ms())
        .map_err(|denied| ApiError::forbidden(denied.missing()))?;
    let presences = &api.node.presences;
    // Somebody invisible would be seen by it.
    let told = presences.own().is_some_and(|own| own.said().is_some());
    if told && presences.begins_typing(channel) {
        say(presences, &api.node.pipeline, &api.node.overlay, &[view.id], Said::Typing { channel }).await;
    }
    Ok(Done {})
}

impl Api {
    pub(super) async fn channel(&self, context: &CallContext, id: ChannelId) -> Result<Channel, ApiError> {
        let view = self.channel_view(context, id)?;
        self.read(move |_, snapshot| Ok(render::channel(&view, &id, snapshot)))
            .await?
            .ok_or_else(|| ApiError::not_found("channel"))
    }
}
