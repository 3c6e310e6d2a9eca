//! `message.draft.*`.

use folkmoot_core::ids::ChannelId;
use folkmoot_ledger::{LedgerError, Snapshot};
use folkmoot_proto::limits::TEXT_BYTES;
use folkmoot_rpc::{
    ApiError, CallContext,
    contract::{
        channel::ChannelParams,
        draft::{DRAFTS_MAX, Draft, SetParams},
    },
    ids,
};

use super::{Api, error};

pub(super) async fn get(api: &Api, context: CallContext, params: ChannelParams) -> Result<Draft, ApiError> {
    let channel = ChannelId::new(params.channel_id.to_bytes());
    api.channel_view(&context, channel)?;
    api.read(move |_, snapshot| draft(snapshot, &channel)).await
}

pub(super) async fn set(api: &Api, context: CallContext, params: SetParams) -> Result<Draft, ApiError> {
    let SetParams { channel_id, content } = params;
    let channel = ChannelId::new(channel_id.to_bytes());
    let server = api.channel_view(&context, channel)?.id;
    if content.len() > TEXT_BYTES {
        return Err(ApiError::too_large("content", TEXT_BYTES as u64));
    }
    let text = content.clone();
    let updated_at = api
        .node
        .pipeline
        .act(move |turn| turn.set_draft(server, channel, text, DRAFTS_MAX))
        .await
        .map_err(|e| error::pipeline(&e))?
        .map_err(|refused| error::desk(refused, "drafts"))?;
    let content = if updated_at.is_some() { content } else { String::new() };
    Ok(Draft { channel_id, content, updated_at })
}

/// The draft of a channel; empty where there is none.
pub(super) fn draft(snapshot: &Snapshot<'_>, channel: &ChannelId) -> Result<Draft, LedgerError> {
    let kept = snapshot.draft(channel)?;
    let updated_at = kept.as_ref().map(|kept| kept.updated_ms);
    let channel_id = ids::ChannelId::from_bytes(*channel.as_bytes());
    Ok(Draft { channel_id, content: kept.map_or_else(String::new, |kept| kept.content), updated_at })
}
