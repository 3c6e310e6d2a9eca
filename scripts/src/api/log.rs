//! `log`: lines for whoever looks after the bot.

use rhai::{Dynamic, NativeCallContext, plugin::*};
use serde::{Deserialize, Serialize};

use super::session::Session;
use crate::host::Level;

/// What `log` is in a script.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Log {}

fn write(ctx: &NativeCallContext<'_>, level: Level, text: &Dynamic) {
    let session = Session::of(ctx);
    match text.as_immutable_string_ref() {
        Ok(text) => session.log(level, &text),
        Err(_) => session.log(level, &text.to_string()),
    }
}

#[export_module]
pub(super) mod log_functions {
    /// Writes a line to the bot's log.
    #[rhai_fn(pure)]
    pub fn debug(ctx: NativeCallContext, log: &mut Log, text: Dynamic) {
        let _: &Log = log;
        write(&ctx, Level::Debug, &text);
    }

    /// Writes a line to the bot's log.
    #[rhai_fn(pure)]
    pub fn info(ctx: NativeCallContext, log: &mut Log, text: Dynamic) {
        let _: &Log = log;
        write(&ctx, Level::Info, &text);
    }

    /// Writes a line to the bot's log.
    #[rhai_fn(pure)]
    pub fn warn(ctx: NativeCallContext, log: &mut Log, text: Dynamic) {
        let _: &Log = log;
        write(&ctx, Level::Warn, &text);
    }

    /// Writes a line to the bot's log.
    #[rhai_fn(pure)]
    pub fn error(ctx: NativeCallContext, log: &mut Log, text: Dynamic) {
        let _: &Log = log;
        write(&ctx, Level::Error, &text);
    }
}
