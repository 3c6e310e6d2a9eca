//! `server.*`.

use folkmoot_core::{governance, ids::ServerId};
use folkmoot_proto::limits::{MESSAGE_RATE_BURST, MESSAGE_RATE_PER_SECOND};
use folkmoot_rpc::{
    ApiError, CallContext, ErrorKind,
    contract::{
        Created, Cursor, Page,
        act::Act,
        server::{
            CreateParams, DeleteParams, Left, ListParams, MessageRate, Server, ServerParams, UpdateParams, Visibility,
        },
    },
};

use super::{Api, error, nonce, render, settings};
use crate::{
    pipeline::{NewServer, SettingsChange},
    view::ServerView,
};

pub(super) async fn create(api: &Api, context: CallContext, params: CreateParams) -> Result<Created<Server>, ApiError> {
    let key = nonce::key(&context, params.nonce.as_ref(), &params);
    let new = validate(params)?;
    let made = api
        .node
        .pipeline
        .act(move |turn| turn.create_server(new, key))
        .await
        .map_err(|e| error::pipeline(&e))?
        .map_err(error::act)?;
    api.node.publish_addresses().await;
    api.node.directory.ring();
    let server = api.server(made.id).await?;
    Ok(if made.replayed { Created::replayed(server) } else { Created::new(server) })
}

fn validate(params: CreateParams) -> Result<NewServer, ApiError> {
    let rate = MessageRate { per_second: MESSAGE_RATE_PER_SECOND, burst: MESSAGE_RATE_BURST };
    Ok(NewServer {
        name: settings::name(&params.name)?,
        description: settings::description(&params.description.unwrap_or_default())?,
        visibility: match params.visibility {
            Visibility::Private => governance::Visibility::Private,
            Visibility::Public => governance::Visibility::Public,
        },
        tags: settings::tags(&params.tags)?,
        bootstrap: settings::bootstrap(params.bootstrap)?,
        language: settings::language(&params.language.unwrap_or_default())?,
        message_rate: settings::message_rate(params.message_rate.unwrap_or(rate))?,
    })
}

pub(super) async fn update(api: &Api, context: CallContext, params: UpdateParams) -> Result<Server, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let change = SettingsChange {
        name: params.name.as_deref().map(settings::name).transpose()?,
        description: params.description.as_deref().map(settings::description).transpose()?,
        tags: params.tags.as_deref().map(settings::tags).transpose()?,
        language: params.language.as_deref().map(settings::language).transpose()?,
        bootstrap: params.bootstrap.map(settings::bootstrap).transpose()?,
        message_rate: params.message_rate.map(settings::message_rate).transpose()?,
    };
    let (id, if_rev) = (view.id, params.if_rev);
    api.node
        .pipeline
        .act(move |turn| turn.update_server(id, change, if_rev))
        .await
        .map_err(|e| error::pipeline(&e))?
        .map_err(error::act)?;
    api.node.directory.ring();
    api.server(id).await
}

pub(super) async fn list(api: &Api, context: CallContext, params: ListParams) -> Result<Page<Server>, ApiError> {
    let views: Vec<_> = api.node.views.all().into_iter().filter(|view| api.allow(&context, view.id).is_ok()).collect();
    let (views, next_cursor) = page(views, params.cursor.as_ref(), params.limit.get())?;
    let mut items = Vec::with_capacity(views.len());
    for view in views {
        items.push(api.server_of(view).await?);
    }
    Ok(Page { items, next_cursor, prev_cursor: None })
}

pub(super) async fn get(api: &Api, context: CallContext, params: ServerParams) -> Result<Server, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    api.server_of(view).await
}

pub(super) async fn leave(api: &Api, context: CallContext, params: ServerParams) -> Result<Left, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let id = view.id;
    api.node.pipeline.act(move |turn| turn.leave(id)).await.map_err(|e| error::pipeline(&e))?.map_err(error::act)?;
    Ok(Left { server_id: params.server_id })
}

pub(super) async fn delete(api: &Api, context: CallContext, params: DeleteParams) -> Result<Act, ApiError> {
    end(api, &context, params, false).await
}

pub(super) async fn restore(api: &Api, context: CallContext, params: DeleteParams) -> Result<Act, ApiError> {
    end(api, &context, params, true).await
}

/// A closed server is not shown, but whoever closed it can open it again.
async fn end(api: &Api, context: &CallContext, params: DeleteParams, restore: bool) -> Result<Act, ApiError> {
    let id = ServerId::new(params.server_id.to_bytes());
    let view = if restore { api.node.views.any(&id) } else { api.node.views.server(&id) };
    view.ok_or_else(|| ApiError::not_found("server"))?;
    api.allow(context, id)?;
    let deed = api.act(move |turn| turn.delete_server(id, restore, params.dry_run)).await?;
    Ok(render::act(deed))
}

impl Api {
    /// Does something on the pipeline's thread; what it refuses becomes an error of the API.
    pub(super) async fn act<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut crate::pipeline::Turn<'_>) -> Result<T, crate::pipeline::ActError> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.node.pipeline.act(act).await.map_err(|e| error::pipeline(&e))?.map_err(error::act)
    }

    pub(super) async fn server(&self, id: ServerId) -> Result<Server, ApiError> {
        let view = self.node.views.server(&id).ok_or_else(|| ApiError::not_found("server"))?;
        self.server_of(view).await
    }

    async fn server_of(&self, view: std::sync::Arc<ServerView>) -> Result<Server, ApiError> {
        let (id, online) = (view.id, self.connected_members(&view).await > 0);
        let missing =
            self.node.pipeline.read(move |world| world.servers.get(&id).map_or(0, crate::pipeline::Server::missing));
        let missing = missing.await.map_err(|e| error::pipeline(&e))?;
        self.read(move |_, snapshot| Ok(render::server(&view, snapshot, missing, online))).await
    }
}

/// Cuts a list into pages by position. Lists of servers, channels and members are short and change seldom.
pub(super) fn page<T>(
    all: Vec<T>,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<(Vec<T>, Option<Cursor>), ApiError> {
    let start =
        match cursor {
            None => 0,
            Some(cursor) => cursor.0.strip_prefix("at_").and_then(|n| n.parse::<usize>().ok()).ok_or_else(|| {
                ApiError::new(ErrorKind::CursorInvalid, "not a cursor of this method").field("cursor")
            })?,
        };
    let more = all.len() > start.saturating_add(limit);
    let items = all.into_iter().skip(start).take(limit).collect();
    Ok((items, more.then(|| Cursor(format!("at_{}", start + limit)))))
}
