//! Commands: `!name arguments`. Registration here, what a command's parameters look like in [`usage`], reading the arguments in
//! [`parse`], the automatic help in [`help`].

mod help;
mod parse;
mod usage;

use rhai::{FnPtr, Map, NativeCallContext, plugin::*};

pub(crate) use help::{help, usage_line};
pub(crate) use parse::{Line, Parsed, find, parse};
use usage::Parameter;

use super::{
    clock,
    session::{Book, Result, Session},
};
use crate::{
    engine::{raise, raise_limit},
    trigger::CommandInfo,
};

/// Commands of one bot.
const COMMANDS: usize = 64;
/// Characters of a command's name, sub-command included.
const NAME_CHARS: usize = 48;

/// A command.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    /// What help and the window show.
    pub(crate) info: CommandInfo,
    /// What it takes.
    parameters: Vec<Parameter>,
    /// How long one person waits between two calls, milliseconds.
    pub(crate) cooldown_ms: u64,
    /// What to do.
    pub(crate) run: FnPtr,
}

fn register(ctx: &NativeCallContext<'_>, name: &str, options: &Map, run: FnPtr) -> Result<()> {
    let word = |word: &str| {
        !word.is_empty() && word.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_'))
    };
    if name.chars().count() > NAME_CHARS || !name.split(' ').all(word) || name.split(' ').count() > 3 {
        let text = format!("{name:?} is no command; expected one to three words such as \"poll\" or \"poll close\"");
        return Err(raise("invalid_content", text));
    }
    let mut info =
        CommandInfo { name: name.to_lowercase(), usage: String::new(), help: String::new(), permission: String::new() };
    let mut cooldown_ms = 0;
    for (key, value) in options {
        let text = || {
            let text = value.clone().into_string();
            text.map_err(|found| raise("invalid_content", format!("{key}: expected a text, found {found}")))
        };
        match key.as_str() {
            "usage" => info.usage = text()?,
            "help" => info.help = text()?,
            "permission" => info.permission = text()?.to_uppercase(),
            "cooldown" => cooldown_ms = clock::duration_of(value)?,
            _ => {
                let expected = "expected usage, help, cooldown or permission";
                return Err(raise("invalid_content", format!("no option {key:?}; {expected}")));
            }
        }
    }
    let parameters = usage::read(&info.usage)
        .map_err(|reason| raise("invalid_content", format!("usage {:?} of {name}: {reason}", info.usage)))?;
    Session::of(ctx).register("command", |book: &mut Book| {
        if book.commands.len() >= COMMANDS {
            return Err(raise_limit("commands", format!("more than {COMMANDS} commands")));
        }
        if book.commands.iter().any(|command| command.info.name == info.name) {
            return Err(raise("already_exists", format!("two commands are named {name:?}")));
        }
        book.commands.push(Command { info, parameters, cooldown_ms, run });
        Ok(())
    })
}

#[export_module]
pub(in crate::api) mod command_functions {
    /// Calls the function when somebody writes the prefix (`!` unless the setting `prefix` says otherwise) and the name.
    ///
    /// ```rhai
    /// command("ping", |ctx| ctx.reply("pong"));
    /// ```
    #[rhai_fn(name = "command", return_raw)]
    pub fn command(ctx: NativeCallContext, name: &str, run: FnPtr) -> Result<()> {
        register(&ctx, name, &Map::new(), run)
    }

    /// The same with options: `usage` names the parameters, `help` says what it does, `cooldown` is how long one person waits between
    /// two calls, `permission` is what the caller must be allowed to do. A name of two words is a sub-command.
    ///
    /// Parameters: `<word>` is required, `[word]` may be left out; `<name:type>` with the types `word`, `int`, `number`, `duration`,
    /// `user`, `channel`, `rest`; short forms `@name` (user), `#name` (channel), `name…` (rest), `on|off` (one of these words);
    /// `[count:int=3]` has a default. A parameter that was left out is `()`.
    ///
    /// ```rhai
    /// command("mute", #{ usage: "<@who> [time:duration=10m] [why…]", help: "Silence somebody", permission: "TIMEOUT" }, |ctx, args| {
    ///   args.who.timeout(args.time, args.why ?? "");
    ///   ctx.reply(`${args.who.name} is quiet for ${format_duration(args.time)}.`);
    /// });
    /// ```
    #[rhai_fn(name = "command", return_raw)]
    pub fn command_with(ctx: NativeCallContext, name: &str, options: Map, run: FnPtr) -> Result<()> {
        register(&ctx, name, &options, run)
    }
}
