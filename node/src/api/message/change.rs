//! What is done to messages.

use folkmoot_core::{
    ids::{ChannelId, EntryId},
    log::{Emoji, EmojiError},
};
use folkmoot_identity::name::{NameError, validate_name};
use folkmoot_proto::limits::EMOJI_BYTES;
use folkmoot_rpc::{
    ApiError, CallContext,
    contract::message::{DeleteParams, EditParams, EmojiParams, Message, MessageParams, REASON_CHARS},
    ids::MessageId,
};

use super::super::{Api, error};
use crate::pipeline::Change;

pub(in crate::api) async fn edit(api: &Api, context: CallContext, params: EditParams) -> Result<Message, ApiError> {
    let EditParams { message_id, content, if_rev } = params;
    api.change(&context, message_id, Change::Edit { text: content, if_rev }).await
}

pub(in crate::api) async fn delete(api: &Api, context: CallContext, params: DeleteParams) -> Result<Message, ApiError> {
    let reason = match params.reason.as_deref().map(str::trim) {
        None | Some("") => String::new(),
        Some(reason) => validate_name(reason, REASON_CHARS).map_err(|cause| match cause {
            NameError::TooLong { max } => ApiError::too_large("reason", max as u64),
            cause => error::name("reason", &cause),
        })?,
    };
    api.change(&context, params.message_id, Change::Redact { reason }).await
}

pub(in crate::api) async fn react(api: &Api, context: CallContext, params: EmojiParams) -> Result<Message, ApiError> {
    let emoji = emoji(&params.emoji)?;
    api.change(&context, params.message_id, Change::React(emoji)).await
}

pub(in crate::api) async fn unreact(api: &Api, context: CallContext, params: EmojiParams) -> Result<Message, ApiError> {
    let emoji = emoji(&params.emoji)?;
    api.change(&context, params.message_id, Change::Unreact(emoji)).await
}

pub(in crate::api) async fn pin(api: &Api, context: CallContext, params: MessageParams) -> Result<Message, ApiError> {
    api.change(&context, params.message_id, Change::Pin).await
}

pub(in crate::api) async fn unpin(api: &Api, context: CallContext, params: MessageParams) -> Result<Message, ApiError> {
    api.change(&context, params.message_id, Change::Unpin).await
}

fn emoji(text: &str) -> Result<Emoji, ApiError> {
    Emoji::new(text).map_err(|cause| match cause {
        EmojiError::TooLong { .. } => ApiError::too_large("emoji", EMOJI_BYTES as u64),
        EmojiError::NotOne => ApiError::invalid_content("emoji", "expected one emoji"),
    })
}

impl Api {
    /// Does something to a message and shows it as it is then.
    async fn change(&self, context: &CallContext, id: MessageId, change: Change) -> Result<Message, ApiError> {
        let id = EntryId::new(id.to_bytes());
        // 2001 and the token's servers come before anything is written.
        let before = self.read(move |api, snapshot| api.message(snapshot, id)).await?;
        let before = before.ok_or_else(|| ApiError::not_found("message"))?;
        self.channel_view(context, ChannelId::new(before.channel_id.to_bytes()))?;
        let changed = self.node.pipeline.act(move |turn| turn.change(id, change)).await;
        changed.map_err(|e| error::pipeline(&e))?.map_err(error::publish)?;
        let after = self.read(move |api, snapshot| api.message(snapshot, id)).await?;
        after.ok_or_else(|| ApiError::not_found("message"))
    }
}
