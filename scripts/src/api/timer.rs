//! Timers: of the top level (`every`, `cron`, `after`, `at`) and those that handlers set.

use rhai::{Dynamic, FnPtr, ImmutableString, Map, NativeCallContext, plugin::*};

use super::{
    clock,
    context::Context,
    send::task,
    session::{Book, Result, Session},
};
use crate::{
    desk::Cron,
    engine::{raise, raise_limit},
    host::Call,
    trigger::{Missed, Schedule, TimerInfo},
};

/// Timers of the top level.
const TIMERS: usize = 32;
/// The least time between two runs: below it a bot keeps its worker busy for nothing.
const EVERY_MIN_MS: u64 = 1_000;

/// A timer of the top level.
#[derive(Clone, Debug)]
pub(crate) struct TimerHandler {
    /// When it is due.
    pub(crate) info: TimerInfo,
    /// What to do.
    pub(crate) run: FnPtr,
}

fn register(ctx: &NativeCallContext<'_>, kind: &str, schedule: Schedule, options: &Map, run: FnPtr) -> Result<()> {
    let mut missed = Missed::default();
    let mut name = None;
    let text = |value: &Dynamic| value.clone().into_string().ok();
    for (key, value) in options {
        match (key.as_str(), text(value)) {
            ("missed", Some(word)) => {
                missed = match word.as_str() {
                    "skip" => Missed::Skip,
                    "once" => Missed::Once,
                    "all" => Missed::All,
                    _ => return Err(raise("invalid_content", "missed: expected \"skip\", \"once\" or \"all\"")),
                };
            }
            ("name", Some(word)) if is_name(&word) => name = Some(word),
            ("name", _) => return Err(raise("invalid_content", "name: expected 1 to 24 letters, digits and dashes")),
            // Read by `cron`.
            ("offset", _) if kind == "cron" => {}
            _ => return Err(raise("invalid_content", format!("no option {key:?}; expected missed or name"))),
        }
    }
    Session::of(ctx).register(kind, |book: &mut Book| {
        if book.timers.len() >= TIMERS {
            return Err(raise_limit("timers", format!("more than {TIMERS} timers at the top of the file")));
        }
        let same = book.timers.iter().filter(|timer| timer.info.id.starts_with(kind)).count();
        let id = name.unwrap_or_else(|| format!("{kind}{}", same + 1));
        if book.timers.iter().any(|timer| timer.info.id == id) {
            return Err(raise("already_exists", format!("two timers are named {id:?}")));
        }
        book.timers.push(TimerHandler { info: TimerInfo { id, schedule, missed }, run });
        Ok(())
    })
}

fn is_name(text: &str) -> bool {
    (1..=24).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn every(interval: &Dynamic) -> Result<Schedule> {
    let ms = clock::duration_of(interval)?;
    if ms < EVERY_MIN_MS {
        return Err(raise("invalid_content", "every: expected at least \"1s\""));
    }
    Ok(Schedule::Every { ms })
}

fn cron(pattern: &str, options: &Map) -> Result<Schedule> {
    let offset_min = match options.get("offset").and_then(|value| value.clone().into_string().ok()) {
        None if options.contains_key("offset") => None,
        None => Some(0),
        Some(text) => clock::offset_of(&text),
    };
    let offset_min =
        offset_min.ok_or_else(|| raise("invalid_content", "offset: expected a text such as \"+02:00\""))?;
    Cron::parse(pattern, offset_min)
        .map_err(|reason| raise("invalid_content", format!("cron {pattern:?}: {reason}")))?;
    Ok(Schedule::Cron { pattern: pattern.to_owned(), offset_min })
}

/// Does something after a while.
pub(super) fn later(session: &Session, context: &Context, delay: &Dynamic, run: &FnPtr) -> Result<ImmutableString> {
    let due_ms = session.now()?.saturating_add(clock::duration_of(delay)?);
    set(session, context, due_ms, run)
}

/// Does something at a time.
pub(super) fn at_time(session: &Session, context: &Context, time: &Dynamic, run: &FnPtr) -> Result<ImmutableString> {
    set(session, context, clock::time_of(time)?, run)
}

fn set(session: &Session, context: &Context, due_ms: u64, run: &FnPtr) -> Result<ImmutableString> {
    let id = session.call(Call::TimerSet { due_ms, task: task(session, context, run)? })?;
    Ok(id.as_str().unwrap_or_default().into())
}

/// Forgets a timer.
pub(super) fn cancel(session: &Session, id: &str) -> Result<bool> {
    Ok(session.call(Call::TimerCancel { id: id.to_owned() })?.as_bool().unwrap_or(false))
}

#[export_module]
pub(super) mod timer_functions {
    /// Does something again and again, for each server that the bot is on.
    ///
    /// ```rhai
    /// every("10m", |ctx| log.info("alive"));
    /// ```
    #[rhai_fn(name = "every", return_raw)]
    pub fn every(ctx: NativeCallContext, interval: Dynamic, run: FnPtr) -> Result<()> {
        register(&ctx, "every", super::every(&interval)?, &Map::new(), run)
    }

    /// The same with options: `missed` is what becomes of runs missed while the bot was down (`"skip"`, `"once"`, `"all"`), `name`
    /// tells timers apart when the file changes.
    #[rhai_fn(name = "every", return_raw)]
    pub fn every_with(ctx: NativeCallContext, interval: Dynamic, options: Map, run: FnPtr) -> Result<()> {
        register(&ctx, "every", super::every(&interval)?, &options, run)
    }

    /// Does something by a cron pattern: minute, hour, day of the month, month, day of the week, in UTC.
    ///
    /// ```rhai
    /// cron("0 9 * * 1-5", |ctx| ctx.channel("#general").send("Good morning"));
    /// ```
    #[rhai_fn(name = "cron", return_raw)]
    pub fn cron(ctx: NativeCallContext, pattern: &str, run: FnPtr) -> Result<()> {
        register(&ctx, "cron", super::cron(pattern, &Map::new())?, &Map::new(), run)
    }

    /// The same with options: those of `every`, and `offset` from UTC as in `"+02:00"`.
    #[rhai_fn(name = "cron", return_raw)]
    pub fn cron_with(ctx: NativeCallContext, pattern: &str, options: Map, run: FnPtr) -> Result<()> {
        register(&ctx, "cron", super::cron(pattern, &options)?, &options, run)
    }

    /// At the top of the file: does something once, so long after the bot came to a server. In a handler: as `ctx.after`.
    #[rhai_fn(name = "after", return_raw)]
    pub fn after(ctx: NativeCallContext, delay: Dynamic, run: FnPtr) -> Result<Dynamic> {
        let session = Session::of(&ctx);
        if session.is_loading() {
            let schedule = Schedule::After { ms: clock::duration_of(&delay)? };
            return register(&ctx, "after", schedule, &Map::new(), run).map(|()| Dynamic::UNIT);
        }
        let context = session.turn(|turn| turn.context.clone())?;
        later(&session, &context, &delay, &run).map(Dynamic::from)
    }

    /// At the top of the file: does something once, at a time. In a handler: as `ctx.at`.
    #[rhai_fn(name = "at", return_raw)]
    pub fn at(ctx: NativeCallContext, time: Dynamic, run: FnPtr) -> Result<Dynamic> {
        let session = Session::of(&ctx);
        if session.is_loading() {
            let schedule = Schedule::At { ms: clock::time_of(&time)? };
            return register(&ctx, "at", schedule, &Map::new(), run).map(|()| Dynamic::UNIT);
        }
        let context = session.turn(|turn| turn.context.clone())?;
        at_time(&session, &context, &time, &run).map(Dynamic::from)
    }
}
