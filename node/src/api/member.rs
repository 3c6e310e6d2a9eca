//! `member.*`.

use folkmoot_core::ids::AccountId;
use folkmoot_rpc::{
    ApiError, CallContext,
    contract::{
        Page,
        member::{ListParams, Member, MemberParams},
    },
};

use super::{Api, render, server};
use crate::{clock::now_ms, view::ServerView};

pub(super) async fn list(api: &Api, context: CallContext, params: ListParams) -> Result<Page<Member>, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let query = params.query.map(|query| query.to_lowercase());
    let now = now_ms();
    let mut members: Vec<Member> = view
        .state
        .members()
        .filter_map(|account| render::member(&view, &account, api.seen(&view.id, &account, &view.me), now))
        .filter(|member| params.role.as_ref().is_none_or(|role| member.roles.contains(role)))
        .filter(|member| params.online.is_none_or(|wanted| member.online == wanted))
        .filter(|member| query.as_ref().is_none_or(|query| member.display_name.to_lowercase().contains(query)))
        .collect();
    members.sort_by(|a, b| (b.level, &a.display_name, a.id).cmp(&(a.level, &b.display_name, b.id)));
    let (items, next_cursor) = server::page(members, params.cursor.as_ref(), params.limit.get())?;
    Ok(Page { items, next_cursor, prev_cursor: None })
}

pub(super) async fn get(api: &Api, context: CallContext, params: MemberParams) -> Result<Member, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    api.member(&view, &AccountId::new(params.account_id.to_bytes()))
}

impl Api {
    /// A member as `member.get` shows it.
    pub(super) fn member(&self, view: &ServerView, account: &AccountId) -> Result<Member, ApiError> {
        render::member(view, account, self.seen(&view.id, account, &view.me), now_ms())
            .ok_or_else(|| ApiError::not_found("member"))
    }
}
