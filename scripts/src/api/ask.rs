//! `ctx.ask`: a question to one person, and what to do with the answer.

use rhai::{Dynamic, FnPtr, Map, NativeCallContext, plugin::*};

use super::{
    clock,
    context::Context,
    message::Message,
    send,
    session::{Result, Session},
    user::User,
};
use crate::{engine::raise, host::Call};

#[export_module]
pub(super) mod ask_functions {
    /// Asks a person and calls the function with the next message they write in this channel, or with `()` when time is up. That
    /// message does nothing else. The question outlives a restart of the bot.
    ///
    /// ```rhai
    /// command("order", |ctx| {
    ///   ctx.ask(ctx.user, "Tea or coffee?", "1m", |ctx, answer| {
    ///     if answer == () { ctx.send("Nothing, then."); } else { ctx.reply(`One ${answer.content}.`); }
    ///   });
    /// });
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn ask(
        ctx: NativeCallContext,
        context: &mut Context,
        user: User,
        prompt: &str,
        time: Dynamic,
        run: FnPtr,
    ) -> Result<Message> {
        let session = Session::of(&ctx);
        let channel = context.channel.clone();
        let channel = channel.ok_or_else(|| raise("precondition", "a question needs a channel to be asked in"))?;
        let until_ms = session.now()?.saturating_add(clock::duration_of(&time)?);
        let asked = context.answer(&session, prompt, &Map::new())?;
        let task = send::task(&session, &Context { user: Some(user.clone()), ..context.clone() }, &run)?;
        let (account_id, channel_id) = (user.0.id.to_string(), channel.0.id.to_string());
        session.call(Call::Ask { account_id, channel_id, until_ms, task })?;
        Ok(asked)
    }
}
