//! `channel.update`, `move`, `archive`.

use folkmoot_core::ids::ChannelId;
use folkmoot_identity::name::validate_name;
use folkmoot_proto::limits::NAME_CHARS;
use folkmoot_rpc::{
    ApiError, CallContext,
    contract::{
        channel::Channel,
        channel_change::{ArchiveParams, MoveParams, UpdateParams},
    },
};

use super::{Api, channel::topic, error};
use crate::pipeline::{ChannelEdit, ChannelMove};

pub(super) async fn update(api: &Api, context: CallContext, params: UpdateParams) -> Result<Channel, ApiError> {
    let id = ChannelId::new(params.channel_id.to_bytes());
    api.channel_view(&context, id)?;
    let name = params.name.as_deref().map(|name| validate_name(name, NAME_CHARS));
    let edit = ChannelEdit {
        name: name.transpose().map_err(|e| error::name("name", &e))?,
        topic: params.topic.as_deref().map(topic).transpose()?,
        if_rev: params.if_rev,
    };
    api.act(move |turn| turn.update_channel(id, edit)).await?;
    api.channel(&context, id).await
}

pub(super) async fn move_to(api: &Api, context: CallContext, params: MoveParams) -> Result<Channel, ApiError> {
    let id = ChannelId::new(params.channel_id.to_bytes());
    api.channel_view(&context, id)?;
    let to = ChannelMove {
        parent: params.parent_id.map(|parent| ChannelId::new(parent.to_bytes())),
        position: params.position.map(|position| usize::try_from(position).unwrap_or(usize::MAX)),
        if_rev: params.if_rev,
    };
    api.act(move |turn| turn.move_channel(id, to)).await?;
    api.channel(&context, id).await
}

pub(super) async fn archive(api: &Api, context: CallContext, params: ArchiveParams) -> Result<Channel, ApiError> {
    let id = ChannelId::new(params.channel_id.to_bytes());
    api.channel_view(&context, id)?;
    let ArchiveParams { archived, if_rev, dry_run, .. } = params;
    api.act(move |turn| turn.archive_channel(id, archived, if_rev, dry_run)).await?;
    api.channel(&context, id).await
}
