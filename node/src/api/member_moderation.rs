//! `member.kick`, `ban`, `unban`, `timeout`, `bans`.

use folkmoot_core::{
    governance::Payload,
    ids::{AccountId, ChannelId, ServerId},
};
use folkmoot_proto::limits::REASON_BYTES;
use folkmoot_rpc::{
    ApiError, CallContext,
    contract::{
        Page,
        act::Act,
        member_moderation::{BanItem, BansParams, ExpelParams, TimeoutParams, UnbanParams},
    },
};

use super::{Api, error, render, server};
use crate::{
    clock::now_ms,
    pipeline::{Expel, Silence, World},
};

pub(super) async fn kick(api: &Api, context: CallContext, params: ExpelParams) -> Result<Act, ApiError> {
    let expel = expel(api, &context, params)?;
    Ok(render::act(api.act(move |turn| turn.kick(expel)).await?))
}

pub(super) async fn ban(api: &Api, context: CallContext, params: ExpelParams) -> Result<Act, ApiError> {
    let expel = expel(api, &context, params)?;
    Ok(render::act(api.act(move |turn| turn.ban(expel)).await?))
}

fn expel(api: &Api, context: &CallContext, params: ExpelParams) -> Result<Expel, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(context, view.id)?;
    let account = AccountId::new(params.account_id.to_bytes());
    Ok(Expel { server: view.id, account, reason: reason(params.reason)?, dry_run: params.dry_run })
}

pub(super) async fn unban(api: &Api, context: CallContext, params: UnbanParams) -> Result<Act, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let (server, account) = (view.id, AccountId::new(params.account_id.to_bytes()));
    Ok(render::act(api.act(move |turn| turn.unban(server, account, params.dry_run)).await?))
}

pub(super) async fn timeout(api: &Api, context: CallContext, params: TimeoutParams) -> Result<Act, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let account = AccountId::new(params.account_id.to_bytes());
    if view.state.is_member(&account) && params.until.is_some_and(|until| until <= now_ms()) {
        let text = "until lies in the past; expected ms UTC ahead of now, or nothing to end a timeout";
        return Err(ApiError::invalid_params("until", text));
    }
    let silence = Silence {
        server: view.id,
        account,
        until_ms: params.until,
        channels: params.channel_ids.iter().map(|channel| ChannelId::new(channel.to_bytes())).collect(),
        reason: reason(params.reason)?,
        dry_run: params.dry_run,
    };
    Ok(render::act(api.act(move |turn| turn.silence(silence)).await?))
}

pub(super) async fn bans(api: &Api, context: CallContext, params: BansParams) -> Result<Page<BanItem>, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let banned: Vec<AccountId> = view.state.bans().collect();
    let (banned, next_cursor) = server::page(banned, params.cursor.as_ref(), params.limit.get())?;
    let server = view.id;
    let items =
        api.node.pipeline.read(move |world| banned.iter().filter_map(|who| ban_item(world, &server, who)).collect());
    Ok(Page { items: items.await.map_err(|e| error::pipeline(&e))?, next_cursor, prev_cursor: None })
}

/// The newest ban that keeps an account out.
fn ban_item(world: &World, server: &ServerId, account: &AccountId) -> Option<BanItem> {
    let governance = &world.servers.get(server)?.governance;
    let bans = governance.state().bans_of(account).filter_map(|id| governance.event(&id));
    let newest = bans.max_by_key(|event| (event.hlc, event.id()))?;
    let Payload::Ban(act) = &newest.payload else { return None };
    Some(BanItem {
        account_id: render::account_id(account),
        display_name: world.registers.display_name(account).unwrap_or_default().to_owned(),
        reason: act.reason.clone(),
        by: render::account_id(&newest.account),
        at: newest.hlc.ms(),
        event_id: render::act_id(&newest.id()),
    })
}

/// A reason as it is kept.
fn reason(text: Option<String>) -> Result<String, ApiError> {
    let reason = text.map(|text| text.trim().to_owned()).unwrap_or_default();
    if reason.len() > REASON_BYTES {
        return Err(ApiError::too_large("reason", REASON_BYTES as u64));
    }
    folkmoot_identity::name::check_text(&reason, REASON_BYTES)
        .map_err(|e| ApiError::invalid_content("reason", format!("reason: {e}")))?;
    Ok(reason)
}
