//! `contact.*`: what this node keeps of people for itself.

use folkmoot_core::ids::AccountId;
use folkmoot_rpc::{
    ApiError, CallContext,
    contract::{
        Page,
        contact::{Contact, ContactParams, ListParams},
    },
};

use super::{Api, error, render, server};
use crate::clock::now_ms;

pub(super) async fn list(api: &Api, _context: CallContext, params: ListParams) -> Result<Page<Contact>, ApiError> {
    let (blocked, next_cursor) = server::page(api.node.contacts.blocked(), params.cursor.as_ref(), params.limit.get())?;
    let items = blocked.iter().map(|(account, since)| api.contact(account, Some(*since))).collect();
    Ok(Page { items, next_cursor, prev_cursor: None })
}

pub(super) async fn block(api: &Api, _context: CallContext, params: ContactParams) -> Result<Contact, ApiError> {
    let account = AccountId::new(params.account_id.to_bytes());
    if !api.has_met(&account) {
        return Err(ApiError::not_found("account"));
    }
    if api.node.keystore.account_id() == Some(account) {
        return Err(ApiError::precondition("nobody can block themselves"));
    }
    let since = match api.node.contacts.blocked_since(&account) {
        Some(since) => since,
        None => {
            let now = now_ms();
            let kept = api.node.pipeline.act(move |turn| turn.keep_blocked(account, Some(now))).await;
            kept.map_err(|e| error::pipeline(&e))?.map_err(error::act)?;
            api.node.contacts.set(account, Some(now));
            now
        }
    };
    Ok(api.contact(&account, Some(since)))
}

pub(super) async fn unblock(api: &Api, _context: CallContext, params: ContactParams) -> Result<Contact, ApiError> {
    let account = AccountId::new(params.account_id.to_bytes());
    if api.node.contacts.blocked_since(&account).is_none() && !api.has_met(&account) {
        return Err(ApiError::not_found("account"));
    }
    if api.node.contacts.blocked_since(&account).is_some() {
        let kept = api.node.pipeline.act(move |turn| turn.keep_blocked(account, None)).await;
        kept.map_err(|e| error::pipeline(&e))?.map_err(error::act)?;
        api.node.contacts.set(account, None);
    }
    Ok(api.contact(&account, None))
}

impl Api {
    /// Whether an account is, or was, in a server of ours.
    fn has_met(&self, account: &AccountId) -> bool {
        self.node.views.all().iter().any(|view| view.state.accounts_ever().any(|known| known == *account))
    }

    fn contact(&self, account: &AccountId, blocked_at: Option<u64>) -> Contact {
        let views = self.node.views.all();
        let name = views.iter().map(|view| view.name_of(account)).find(|name| !name.is_empty()).unwrap_or_default();
        let id = render::account_id(account);
        Contact { id, account_id: id, display_name: name.to_owned(), blocked: blocked_at.is_some(), blocked_at }
    }
}
