//! What bots are written in: everything a script can call besides the language itself. One file per noun; what leaves the script goes
//! through [`session`] and from there to the host. The doc comments of exported functions become the reference in `docs/bots-api.md`.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::wildcard_imports,
    reason = "the macro that makes functions known to scripts takes those that are `pub`, imports by `*` and unwraps what it has checked"
)]

mod ask;
mod chance;
mod channel;
mod clock;
mod context;
mod globals;
mod kv;
mod log;
mod message;
mod on;
mod send;
mod session;
mod timer;
mod user;
mod value;
mod web;

pub(crate) mod command;

use rhai::{Module, combine_with_exported_module};

pub(crate) use clock::{format_duration, now_ms, parse_duration};
pub(crate) use command::{Command, Parsed};
pub(crate) use context::Context;
pub(crate) use globals::{attach, globals};
pub(crate) use message::Message;
pub(crate) use on::EventHandler;
pub(crate) use session::{Session, Turn};
pub(crate) use value::{from_captured, from_json, to_json};

/// Puts everything into the module that all engines share.
pub(crate) fn register(module: &mut Module) {
    combine_with_exported_module!(module, "on", on::on_functions);
    combine_with_exported_module!(module, "command", command::command_functions);
    combine_with_exported_module!(module, "timer", timer::timer_functions);
    combine_with_exported_module!(module, "context", context::context_functions);
    combine_with_exported_module!(module, "ask", ask::ask_functions);
    combine_with_exported_module!(module, "message", message::message_functions);
    combine_with_exported_module!(module, "channel", channel::channel_functions);
    combine_with_exported_module!(module, "user", user::user_functions);
    combine_with_exported_module!(module, "kv", kv::kv_functions);
    combine_with_exported_module!(module, "web", web::web_functions);
    combine_with_exported_module!(module, "log", log::log_functions);
    combine_with_exported_module!(module, "clock", clock::clock_functions);
    combine_with_exported_module!(module, "chance", chance::chance_functions);
    combine_with_exported_module!(module, "globals", globals::globals_functions);
}
