//! `ctx`: where a handler was called from and what it may do there.

use folkmoot_rpc::ids::ServerId;
use rhai::{Dynamic, FnPtr, ImmutableString, Map, NativeCallContext, plugin::*};
use serde::{Deserialize, Serialize};

use super::{
    channel::{self, Channel},
    kv::Kv,
    message::Message,
    send::{self, Draft},
    session::{Result, Session},
    timer,
    user::{self, User},
};
use crate::{engine::raise, trigger::Trigger};

/// What `ctx` is in a script.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Context {
    /// The server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) server_id: Option<ServerId>,
    /// The channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) channel: Option<Channel>,
    /// The message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<Message>,
    /// Who caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<User>,
}

impl Context {
    /// What a trigger tells.
    pub(crate) fn of(trigger: &Trigger, message: Option<Message>) -> Self {
        Self {
            server_id: trigger.server_id,
            channel: trigger.channel.clone().map(Channel),
            message,
            user: trigger.user.clone().map(User),
        }
    }

    /// The server, which every handler but those of a bot on no server has.
    pub(super) fn server(&self) -> Result<ServerId> {
        self.server_id.ok_or_else(|| raise("precondition", "this handler runs for no server"))
    }

    fn here(&self) -> Result<&Channel> {
        self.channel.as_ref().ok_or_else(|| {
            raise("precondition", "this handler runs for no channel; name one: ctx.channel(\"#general\").send(…)")
        })
    }

    pub(crate) fn answer(&self, session: &Session, text: &str, options: &Map) -> Result<Message> {
        let draft = Draft {
            channel: self.here()?.0.id,
            reply_to: self.message.as_ref().map(Message::id),
            thread: self.message.as_ref().and_then(Message::thread_id),
        };
        send::send(session, &draft, text, options, self)
    }
}

#[export_module]
pub(super) mod context_functions {
    /// The message that the handler was called for; `()` for timers.
    #[rhai_fn(get = "message", pure)]
    pub fn message(context: &mut Context) -> Dynamic {
        context.message.clone().map_or(Dynamic::UNIT, Dynamic::from)
    }

    /// Who caused the call; `()` for timers.
    #[rhai_fn(get = "user", pure)]
    pub fn user(context: &mut Context) -> Dynamic {
        context.user.clone().map_or(Dynamic::UNIT, Dynamic::from)
    }

    /// The channel that the handler was called for; `()` for timers.
    #[rhai_fn(get = "channel", pure)]
    pub fn channel_here(context: &mut Context) -> Dynamic {
        context.channel.clone().map_or(Dynamic::UNIT, Dynamic::from)
    }

    /// The id of the server.
    #[rhai_fn(get = "server", pure, return_raw)]
    pub fn server(context: &mut Context) -> Result<String> {
        context.server().map(|id| id.to_string())
    }

    /// The bot's storage.
    #[rhai_fn(get = "kv", pure)]
    pub fn kv(context: &mut Context) -> Kv {
        Kv::new(context)
    }

    /// When the event happened or the timer was due, in milliseconds since 1970. The same when an event is delivered again.
    #[rhai_fn(get = "at", pure, return_raw)]
    pub fn at(ctx: NativeCallContext, context: &mut Context) -> Result<i64> {
        let _: &Context = context;
        Session::of(&ctx).turn(|turn| i64::try_from(turn.at_ms).unwrap_or(i64::MAX))
    }

    /// A text that names what the handler was called for: the same when the same is delivered again.
    #[rhai_fn(get = "trigger", pure, return_raw)]
    pub fn trigger(ctx: NativeCallContext, context: &mut Context) -> Result<String> {
        let _: &Context = context;
        Session::of(&ctx).turn(|turn| turn.key.clone())
    }

    /// Answers the message, or writes to the channel where there is none.
    ///
    /// ```rhai
    /// command("ping", |ctx| ctx.reply("pong"));
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn reply(ctx: NativeCallContext, context: &mut Context, text: &str) -> Result<Message> {
        context.answer(&Session::of(&ctx), text, &Map::new())
    }

    /// Answers with buttons.
    ///
    /// ```rhai
    /// ctx.reply("Tea?", #{ buttons: [ #{ emoji: "🍵", label: "Yes", run: |ctx| ctx.reply("Coming.") } ] });
    /// ```
    #[rhai_fn(name = "reply", pure, return_raw)]
    pub fn reply_with(ctx: NativeCallContext, context: &mut Context, text: &str, options: Map) -> Result<Message> {
        context.answer(&Session::of(&ctx), text, &options)
    }

    /// Writes to the channel without answering anybody.
    #[rhai_fn(pure, return_raw)]
    pub fn send(ctx: NativeCallContext, context: &mut Context, text: &str) -> Result<Message> {
        send::send(&Session::of(&ctx), &Draft::to(context.here()?.0.id), text, &Map::new(), context)
    }

    /// Writes to the channel with buttons.
    #[rhai_fn(name = "send", pure, return_raw)]
    pub fn send_with(ctx: NativeCallContext, context: &mut Context, text: &str, options: Map) -> Result<Message> {
        send::send(&Session::of(&ctx), &Draft::to(context.here()?.0.id), text, &options, context)
    }

    /// A channel of the server by its name.
    ///
    /// ```rhai
    /// cron("0 9 * * 1-5", |ctx| ctx.channel("#general").send("Good morning"));
    /// ```
    #[rhai_fn(name = "channel", pure, return_raw)]
    pub fn channel(ctx: NativeCallContext, context: &mut Context, name: &str) -> Result<Channel> {
        channel::find(&Session::of(&ctx), context.server()?, name)
    }

    /// A member of the server by name, mention or id; `()` if there is none.
    #[rhai_fn(name = "user", pure, return_raw)]
    pub fn find_user(ctx: NativeCallContext, context: &mut Context, name: &str) -> Result<Dynamic> {
        let found = user::find(&Session::of(&ctx), context.server()?, name)?;
        Ok(found.map_or(Dynamic::UNIT, Dynamic::from))
    }

    /// Does something later, once, even if the bot was restarted meanwhile. Yields an id for `cancel`.
    ///
    /// ```rhai
    /// command("tea", |ctx| { ctx.reply("Steeping."); ctx.after("3m", |ctx| ctx.reply("Your tea is ready.")); });
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn after(ctx: NativeCallContext, context: &mut Context, delay: Dynamic, run: FnPtr) -> Result<ImmutableString> {
        timer::later(&Session::of(&ctx), context, &delay, &run)
    }

    /// Does something at a time, once: milliseconds since 1970, or a text such as `2026-12-24 18:00`.
    #[rhai_fn(name = "at", pure, return_raw)]
    pub fn run_at(ctx: NativeCallContext, context: &mut Context, time: Dynamic, run: FnPtr) -> Result<ImmutableString> {
        timer::at_time(&Session::of(&ctx), context, &time, &run)
    }

    /// Forgets something that was to be done later; tells whether it was still waiting.
    #[rhai_fn(pure, return_raw)]
    pub fn cancel(ctx: NativeCallContext, context: &mut Context, timer: &str) -> Result<bool> {
        let _: &Context = context;
        timer::cancel(&Session::of(&ctx), timer)
    }
}
