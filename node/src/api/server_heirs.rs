//! `server.heirs.*` and `server.succession.*`.

use folkmoot_core::ids::{AccountId, ServerId};
use folkmoot_rpc::{
    ApiError, CallContext,
    contract::{
        server::ServerParams,
        server_heirs::{HeirSignature, Heirs, SetParams, SignParams, Signed},
    },
    ids,
};

use super::{Api, error, render};
use crate::pipeline::{World, rev, unused_signatures, wanted};

pub(super) async fn get(api: &Api, context: CallContext, params: ServerParams) -> Result<Heirs, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    api.heirs(view.id).await
}

pub(super) async fn set(api: &Api, context: CallContext, params: SetParams) -> Result<Heirs, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let server = view.id;
    let accounts = params.account_ids.iter().map(|account| AccountId::new(account.to_bytes())).collect();
    api.act(move |turn| turn.set_heirs(server, accounts, params.threshold, params.if_rev)).await?;
    api.heirs(server).await
}

pub(super) async fn sign(api: &Api, context: CallContext, params: SignParams) -> Result<Signed, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let (server, account) = (view.id, AccountId::new(params.account_id.to_bytes()));
    let signing = api.act(move |turn| turn.sign_succession(server, account)).await?;
    Ok(Signed {
        act: render::act(signing.deed),
        signatures: u32::try_from(signing.signatures).unwrap_or(u32::MAX),
        threshold: signing.threshold,
        succession_id: signing.succession.as_ref().map(render::act_id),
    })
}

impl Api {
    async fn heirs(&self, server: ServerId) -> Result<Heirs, ApiError> {
        let heirs = self.node.pipeline.read(move |world| heirs(world, &server)).await;
        heirs.map_err(|e| error::pipeline(&e))?.ok_or_else(|| ApiError::not_found("server"))
    }
}

fn heirs(world: &World, server: &ServerId) -> Option<Heirs> {
    let governance = &world.servers.get(server)?.governance;
    let state = governance.state();
    let named = state.heirs();
    let mut signatures = Vec::new();
    if let Some(heirs) = named {
        for account in wanted(governance, state) {
            let signed = unused_signatures(governance, heirs, &account).into_iter().map(|(heir, _)| HeirSignature {
                heir_id: render::account_id(&heir),
                account_id: render::account_id(&account),
            });
            signatures.extend(signed);
        }
    }
    Some(Heirs {
        server_id: ids::ServerId::from_bytes(*server.as_bytes()),
        account_ids: named.map(|heirs| heirs.accounts.iter().map(render::account_id).collect()).unwrap_or_default(),
        threshold: named.map_or(0, |heirs| heirs.threshold),
        signatures,
        rev: rev(state.heirs_changed()),
    })
}
