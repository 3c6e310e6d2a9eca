//! `server.role.*`.

use folkmoot_core::{governance::Role as Held, ids::AccountId};
use folkmoot_identity::name::validate_name;
use folkmoot_proto::limits::NAME_CHARS;
use folkmoot_rpc::{
    ApiError, CallContext,
    contract::{
        Created, Page,
        act::Act,
        member::Member,
        server_role::{AssignParams, CreateParams, DeleteParams, ListParams, Role, UpdateParams},
    },
    ids,
};

use super::{Api, error, nonce, render, server};
use crate::pipeline::{NewRole, RoleEdit};

pub(super) async fn create(api: &Api, context: CallContext, params: CreateParams) -> Result<Created<Role>, ApiError> {
    let key = nonce::key(&context, params.nonce.as_ref(), &params);
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let new = NewRole {
        server: view.id,
        name: validate_name(&params.name, NAME_CHARS).map_err(|e| error::name("name", &e))?,
        level: u8::try_from(params.level).map_err(|_| ApiError::invalid_params("level", "level is 1 to 99"))?,
        bits: render::bits(&params.permissions),
    };
    let made = api.act(move |turn| turn.create_role(new, key)).await?;
    let role = api.role(params.server_id, &Held::Custom(made.id))?;
    Ok(if made.replayed { Created::replayed(role) } else { Created::new(role) })
}

pub(super) async fn update(api: &Api, context: CallContext, params: UpdateParams) -> Result<Role, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let role = render::role_of(&params.role_id);
    let name = params.name.as_deref().map(|name| validate_name(name, NAME_CHARS));
    let edit = RoleEdit {
        server: view.id,
        role,
        name: name.transpose().map_err(|e| error::name("name", &e))?,
        bits: params.permissions.as_deref().map(render::bits),
        if_rev: params.if_rev,
    };
    api.act(move |turn| turn.update_role(edit)).await?;
    api.role(params.server_id, &role)
}

pub(super) async fn delete(api: &Api, context: CallContext, params: DeleteParams) -> Result<Act, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let (server, role) = (view.id, render::role_of(&params.role_id));
    let deed = api.act(move |turn| turn.delete_role(server, role, params.if_rev, params.dry_run)).await?;
    Ok(render::act(deed))
}

pub(super) async fn list(api: &Api, context: CallContext, params: ListParams) -> Result<Page<Role>, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let roles: Vec<Held> = view.state.roles().into_iter().map(|role| role.role).collect();
    let (roles, next_cursor) = server::page(roles, params.cursor.as_ref(), params.limit.get())?;
    let items = roles.iter().filter_map(|role| render::role(&view, role)).collect();
    Ok(Page { items, next_cursor, prev_cursor: None })
}

pub(super) async fn assign(api: &Api, context: CallContext, params: AssignParams) -> Result<Member, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let (server, account) = (view.id, AccountId::new(params.account_id.to_bytes()));
    let role = render::role_of(&params.role_id);
    api.act(move |turn| turn.assign_role(server, account, role)).await?;
    api.member(&*api.view(params.server_id)?, &account)
}

pub(super) async fn unassign(api: &Api, context: CallContext, params: AssignParams) -> Result<Member, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let (server, account) = (view.id, AccountId::new(params.account_id.to_bytes()));
    let role = render::role_of(&params.role_id);
    api.act(move |turn| turn.unassign_role(server, account, role)).await?;
    api.member(&*api.view(params.server_id)?, &account)
}

impl Api {
    fn role(&self, server: ids::ServerId, role: &Held) -> Result<Role, ApiError> {
        render::role(&*self.view(server)?, role).ok_or_else(|| ApiError::not_found("role"))
    }
}
