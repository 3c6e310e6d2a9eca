//! `ui.*`.

use bytes::Bytes;
use folkmoot_ledger::{LedgerError, Snapshot};
use folkmoot_rpc::{
    ApiError, CallContext,
    contract::ui::{GetStateParams, KEYS_MAX, SetStateParams, State, StateKey},
};
use serde_json::Value;

use super::{Api, error};

pub(super) async fn get_state(api: &Api, _context: CallContext, params: GetStateParams) -> Result<State, ApiError> {
    api.read(move |_, snapshot| state(snapshot, params.key)).await
}

pub(super) async fn set_state(api: &Api, _context: CallContext, params: SetStateParams) -> Result<State, ApiError> {
    let SetStateParams { key, value, if_rev } = params;
    let kept = match &value {
        Value::Null => None,
        value => Some(Bytes::from(serde_json::to_vec(value).map_err(|_| ApiError::internal())?)),
    };
    let name = key.as_str().to_owned();
    let rev = api
        .node
        .pipeline
        .act(move |turn| turn.set_ui_state(&name, kept, if_rev, KEYS_MAX))
        .await
        .map_err(|e| error::pipeline(&e))?
        .map_err(|refused| error::desk(refused, "keys"))?;
    Ok(State { key, value, rev })
}

/// What is kept under a key.
pub(super) fn state(snapshot: &Snapshot<'_>, key: StateKey) -> Result<State, LedgerError> {
    let kept = snapshot.ui_state(key.as_str())?;
    // What was put there was JSON.
    let value = kept.as_ref().and_then(|kept| serde_json::from_slice(&kept.value).ok()).unwrap_or(Value::Null);
    Ok(State { key, value, rev: kept.map_or(0, |kept| kept.rev) })
}
