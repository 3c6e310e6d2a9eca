//! The node's side of the RPC contract: one file per namespace, each implementing what `folkmoot-rpc` declares.

mod channel;
mod channel_change;
mod channel_permissions;
mod contact;
mod directory;
mod draft;
mod error;
mod events;
mod identity;
mod invite;
mod member;
mod member_moderation;
mod message;
mod net;
mod node;
mod nonce;
mod notification;
mod presence;
mod render;
mod server;
mod server_audit;
mod server_heirs;
mod server_role;
mod server_rollback;
mod settings;
mod ui;

use std::sync::Arc;

use folkmoot_identity::IdentityState;
use folkmoot_rpc::{ApiError, CallContext, Gate, Method, Registry, RegistryError, contract as c};

pub use node::metrics;

use crate::node::Inner;

/// What handlers work with.
#[derive(Clone)]
pub struct Api {
    node: Arc<Inner>,
}

/// Binds a method of the contract to a function of [`Api`].
macro_rules! bind {
    ($builder:expr, $api:expr, { $($method:ty => $handler:path),+ $(,)? }) => {{
        let mut builder = $builder;
        $(
            let api = $api.clone();
            builder = builder.method::<$method, _, _>(move |context, params| {
                let api = api.clone();
                async move { $handler(&api, context, params).await }
            });
        )+
        builder
    }};
}

/// The registry of all methods.
///
/// # Errors
/// [`RegistryError`] when a method of the contract has no handler: a mistake of the program.
#[expect(clippy::too_many_lines, reason = "one line for every method")]
pub fn registry(node: Arc<Inner>) -> Result<Registry, RegistryError> {
    let api = Api { node };
    let gate_api = api.clone();
    let gate: Gate = Arc::new(move |method| gate_api.gate(method));
    let listening = api.clone();
    let builder = Registry::builder()
        .gate(gate)
        .events(Arc::new(events::Source::new(api.clone())))
        .subscription::<c::presence::Subscribe, _, _>(move |context, params| {
        presence::subscribe(listening.clone(), context, params)
    });
    let builder = bind!(builder, api, {
        c::node::Info => node::info,
        c::node::Health => node::health,
        c::node::Stats => node::stats,
        c::node::Shutdown => node::shutdown,
        c::node::UiTicket => node::ui_ticket,
        c::identity::Create => identity::create,
        c::identity::Get => identity::get,
        c::identity::Update => identity::update,
        c::identity::Lock => identity::lock,
        c::identity::Unlock => identity::unlock,
        c::server::Create => server::create,
        c::server::List => server::list,
        c::server::Get => server::get,
        c::server::Leave => server::leave,
        c::server::Delete => server::delete,
        c::server::Restore => server::restore,
        c::server_role::Create => server_role::create,
        c::server_role::Update => server_role::update,
        c::server_role::Delete => server_role::delete,
        c::server_role::List => server_role::list,
        c::server_role::Assign => server_role::assign,
        c::server_role::Unassign => server_role::unassign,
        c::server_audit::List => server_audit::list,
        c::server_heirs::Get => server_heirs::get,
        c::server_heirs::Set => server_heirs::set,
        c::server_heirs::Sign => server_heirs::sign,
        c::server_rollback::List => server_rollback::list,
        c::server_rollback::Ratify => server_rollback::ratify,
        c::server::Update => server::update,
        c::server::Discover => directory::discover,
        c::server::Join => directory::join,
        c::channel::Create => channel::create,
        c::channel::List => channel::list,
        c::channel::Get => channel::get,
        c::channel::MarkRead => channel::mark_read,
        c::channel_change::Update => channel_change::update,
        c::channel_change::Move => channel_change::move_to,
        c::channel_change::Archive => channel_change::archive,
        c::channel_permissions::Get => channel_permissions::get,
        c::channel_permissions::Set => channel_permissions::set,
        c::channel_permissions::Explain => channel_permissions::explain,
        c::channel::Mute => channel::mute,
        c::channel::Typing => channel::typing,
        c::draft::Get => draft::get,
        c::draft::Set => draft::set,
        c::message::Send => message::send,
        c::message::List => message::list,
        c::message::Get => message::get,
        c::message::Edit => message::change::edit,
        c::message::Delete => message::change::delete,
        c::message::History => message::look::history,
        c::message::React => message::change::react,
        c::message::Unreact => message::change::unreact,
        c::message::Pin => message::change::pin,
        c::message::Unpin => message::change::unpin,
        c::message::Pins => message::look::pins,
        c::message::DeliveryOf => message::look::delivery_of,
        c::member::List => member::list,
        c::member::Get => member::get,
        c::member_moderation::Kick => member_moderation::kick,
        c::member_moderation::Ban => member_moderation::ban,
        c::member_moderation::Unban => member_moderation::unban,
        c::member_moderation::Timeout => member_moderation::timeout,
        c::member_moderation::Bans => member_moderation::bans,
        c::invite::Create => invite::create,
        c::invite::Preview => invite::preview,
        c::invite::Accept => invite::accept,
        c::invite::List => invite::list,
        c::invite::Revoke => invite::revoke,
        c::contact::List => contact::list,
        c::contact::Block => contact::block,
        c::contact::Unblock => contact::unblock,
        c::net::Status => net::status,
        c::net::Peers => net::peers,
        c::net::Connect => net::connect,
        c::net::Disconnect => net::disconnect,
        c::net::SyncStatus => net::sync_status,
        c::notification::List => notification::list,
        c::notification::GetSettings => notification::get_settings,
        c::notification::SetSettings => notification::set_settings,
        c::presence::Get => presence::get,
        c::presence::Set => presence::set,
        c::ui::GetState => ui::get_state,
        c::ui::SetState => ui::set_state,
        c::events::Poll => events::poll,
        c::events::Head => events::head,
        c::events::Ack => events::ack,
    });
    builder.build()
}

impl Api {
    /// What the state of the identity allows: everything when ready; `node.*`, `rpc.*` and `identity.*` that lead there otherwise.
    fn gate(&self, method: &'static str) -> Result<(), ApiError> {
        let always = method.starts_with("node.") || method.starts_with("rpc.");
        match self.node.keystore.state() {
            IdentityState::Ready => Ok(()),
            IdentityState::Locked if always || method == c::identity::Unlock::NAME => Ok(()),
            IdentityState::Locked => Err(ApiError::locked()),
            IdentityState::None
                if always
                    || method.starts_with("net.")
                    || method == c::identity::Create::NAME
                    || method == c::identity::Get::NAME =>
            {
                Ok(())
            }
            IdentityState::None => Err(error::no_identity()),
        }
    }

    /// 1003 unless the token may touch the server.
    fn allow(&self, context: &CallContext, server: folkmoot_core::ids::ServerId) -> Result<(), ApiError> {
        let id = folkmoot_rpc::ids::ServerId::from_bytes(*server.as_bytes());
        if context.allows_server(id) { Ok(()) } else { Err(ApiError::forbidden("server")) }
    }
}
