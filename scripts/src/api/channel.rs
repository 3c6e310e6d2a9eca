//! A channel and what can be done in it.

use folkmoot_rpc::ids::ServerId;
use rhai::{ImmutableString, Map, NativeCallContext, plugin::*};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    context::Context,
    message::Message,
    send::{self, Draft},
    session::{Result, Session, unexpected},
};
use crate::{engine::raise, host::Call, trigger::ChannelRef};

/// What a channel is in a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Channel(pub(crate) ChannelRef);

/// A channel by its name.
///
/// # Errors
/// If the server has none of that name that the bot may see.
pub(super) fn find(session: &Session, server: ServerId, name: &str) -> Result<Channel> {
    find_if_any(session, server, name)?
        .ok_or_else(|| raise("not_found", format!("there is no channel #{}", name.trim_start_matches('#'))))
}

/// The same, with nothing for none.
pub(super) fn find_if_any(session: &Session, server: ServerId, name: &str) -> Result<Option<Channel>> {
    let name = name.strip_prefix('#').unwrap_or(name).to_owned();
    let found = session.call(Call::FindChannel { server_id: server.to_string(), name })?;
    if found.is_null() {
        return Ok(None);
    }
    serde_json::from_value(found).map(|channel| Some(Channel(channel))).map_err(|error| unexpected("a channel", &error))
}

impl Channel {
    fn context(&self, ctx: &NativeCallContext<'_>) -> Context {
        let user = Session::of(ctx).turn(|turn| turn.context.user.clone()).ok().flatten();
        Context { server_id: Some(self.0.server_id), channel: Some(self.clone()), message: None, user }
    }
}

#[export_module]
pub(super) mod channel_functions {
    /// The channel's id.
    #[rhai_fn(get = "id", pure)]
    pub fn id(channel: &mut Channel) -> String {
        channel.0.id.to_string()
    }

    /// The channel's name without `#`.
    #[rhai_fn(get = "name", pure)]
    pub fn name(channel: &mut Channel) -> ImmutableString {
        channel.0.name.as_str().into()
    }

    /// Writes to the channel.
    #[rhai_fn(pure, return_raw)]
    pub fn send(ctx: NativeCallContext, channel: &mut Channel, text: &str) -> Result<Message> {
        send::send(&Session::of(&ctx), &Draft::to(channel.0.id), text, &Map::new(), &channel.context(&ctx))
    }

    /// Writes to the channel with buttons; see `ctx.reply`.
    #[rhai_fn(name = "send", pure, return_raw)]
    pub fn send_with(ctx: NativeCallContext, channel: &mut Channel, text: &str, options: Map) -> Result<Message> {
        send::send(&Session::of(&ctx), &Draft::to(channel.0.id), text, &options, &channel.context(&ctx))
    }

    /// Whether the server has a channel of this name that the bot may see.
    #[rhai_fn(name = "has_channel", pure, return_raw)]
    pub fn has_channel(ctx: NativeCallContext, context: &mut Context, name: &str) -> Result<bool> {
        Ok(find_if_any(&Session::of(&ctx), context.server()?, name)?.is_some())
    }

    /// Makes a text channel.
    #[rhai_fn(name = "create_channel", pure, return_raw)]
    pub fn create_channel(ctx: NativeCallContext, context: &mut Context, name: &str) -> Result<Channel> {
        let session = Session::of(&ctx);
        let server = context.server()?;
        let nonce = session.next_nonce()?;
        let name = name.strip_prefix('#').unwrap_or(name);
        session.rpc("channel.create", json!({ "server_id": server, "name": name, "kind": "text", "nonce": nonce }))?;
        find(&session, server, name)
    }
}
