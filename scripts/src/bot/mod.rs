//! A bot that is loaded: its code compiled, its handlers registered, ready to be run for triggers. The same in a worker, in offline
//! tests and in rehearsals; only the host differs.

mod check;
mod functions;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

pub use check::check;
pub(crate) use functions::Functions;
use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, GlobalRuntimeState, Map, NativeCallContext, Position};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    api::{self, Context, Message, Parsed, Session, Turn, command},
    engine::{Fault, FaultKind, Meter, Source, engine, fault_of_eval, fault_of_parse},
    host::{Call, Host, Level},
    manifest::{Manifest, wants_type},
    trigger::{Cause, Registered, Task, Trigger},
};

/// What commands begin with while no setting says otherwise.
const PREFIX: &str = "!";
/// Handlers of one trigger that may fail before the others are not tried any more.
const FAULTS: usize = 8;

type Evaluated = Result<Dynamic, Box<EvalAltResult>>;

/// What became of a trigger.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Handlers that ran.
    pub handlers: u32,
    /// What went wrong in them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// What it took.
    pub stats: Stats,
}

/// What a run took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Operations.
    pub ops: u64,
    /// Processor time, microseconds.
    pub work_us: u64,
}

/// A loaded bot.
pub struct Bot {
    engine: Engine,
    source: Arc<Source>,
    manifest: Arc<Manifest>,
    session: Session,
    registered: Registered,
    /// What handlers run in: imports and constants of the entry file.
    global: GlobalRuntimeState,
    seed: u64,
}

impl Bot {
    /// Compiles a bot and runs its top level. `config` holds every setting with its value, `seed` makes its random numbers.
    ///
    /// # Errors
    /// What is wrong with its code.
    pub fn load(
        manifest: Manifest,
        source: Source,
        config: &serde_json::Map<String, Value>,
        seed: u64,
        host: Box<dyn Host>,
    ) -> Result<Self, Fault> {
        let (manifest, source) = (Arc::new(manifest), Arc::new(source));
        let config =
            Dynamic::from_map(config.iter().map(|(name, value)| (name.into(), api::from_json(value))).collect())
                .into_read_only();
        let session = Session::new(Arc::clone(&manifest), config, Meter::new(), host);
        let engine = engine(&manifest.limits, Arc::clone(&source), &session);
        session.meter().begin_load(&manifest.limits);
        let guarded = catch_unwind(AssertUnwindSafe(|| start(&engine, &manifest, &source, &session)));
        let global = guarded.unwrap_or_else(|_| Err(engine_failed()))?;
        let registered = registered(&session);
        Ok(Self { engine, source, manifest, session, registered, global, seed })
    }

    /// What it registered.
    #[must_use]
    pub const fn registered(&self) -> &Registered {
        &self.registered
    }

    /// Its manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Runs it for a trigger.
    pub fn run(&mut self, trigger: &Trigger) -> Outcome {
        let message = match &trigger.cause {
            Cause::Event(event) if event.kind.starts_with("message.") => {
                serde_json::from_str(event.data.get()).ok().as_ref().and_then(Message::of)
            }
            Cause::Answer { message, .. } => message.as_ref().and_then(Message::of),
            _ => None,
        };
        let context = Context::of(trigger, message);
        self.session.meter().begin(&self.manifest.limits);
        self.session.begin(Turn {
            key: trigger.key.clone(),
            at_ms: trigger.at_ms,
            context: context.clone(),
            sent: 0,
            dice: mix(self.seed, &trigger.key),
        });
        let mut outcome = Outcome::default();
        self.dispatch(trigger, &context, &mut outcome);
        let dropped = self.session.end();
        if dropped > 0 {
            tracing::debug!(bot = self.manifest.id, dropped, "lines of its log were too many");
        }
        let meter = self.session.meter();
        let work_us = u64::try_from(meter.work().as_micros()).unwrap_or(u64::MAX);
        outcome.stats = Stats { ops: meter.ops(), work_us };
        outcome
    }

    /// Evaluates code as a handler would run it, with `ctx`; yields the value as text.
    ///
    /// # Errors
    /// What is wrong with the code.
    pub fn eval(&mut self, code: &str, trigger: &Trigger) -> Result<String, Fault> {
        const FILE: &str = "eval";
        let source = Source::new([(FILE, code)]).map_err(|error| Fault::new(FaultKind::Compile, error.to_string()))?;
        let context = Context::of(trigger, None);
        self.session.meter().begin(&self.manifest.limits);
        let mut scope = api::globals(self.session.config());
        scope.push_constant("ctx", context.clone());
        let ast =
            self.engine.compile_with_scope(&scope, code).map_err(|error| fault_of_parse(&error, FILE, &source))?;
        self.session.begin(Turn {
            key: trigger.key.clone(),
            at_ms: trigger.at_ms,
            context,
            sent: 0,
            dice: mix(self.seed, &trigger.key),
        });
        let value = catch_unwind(AssertUnwindSafe(|| self.engine.eval_ast_with_scope::<Dynamic>(&mut scope, &ast)));
        self.session.end();
        let value = value.map_err(|_| engine_failed())?.map_err(|error| fault_of_eval(&error, FILE, &source))?;
        Ok(if value.is_string() { format!("{value:?}") } else { value.to_string() })
    }

    fn dispatch(&self, trigger: &Trigger, context: &Context, outcome: &mut Outcome) {
        let ctx = || Dynamic::from(context.clone());
        match &trigger.cause {
            Cause::Event(event) => self.on_event(trigger, event, context, outcome),
            Cause::Command { name, args } => {
                let text = format!("{name} {args}");
                self.on_command(&text, context, outcome);
            }
            Cause::Timer { id } => {
                let run = self
                    .session
                    .book(|book| book.timers.iter().find(|timer| timer.info.id == *id).map(|timer| timer.run.clone()));
                // A timer that the code no longer has was due when it was changed.
                if let Some(run) = run {
                    self.handle(&run, vec![ctx()], outcome);
                }
            }
            Cause::Later { task } => self.resume(task, context, |ctx| vec![ctx], outcome),
            Cause::Answer { task, message } => {
                let answer = message.as_ref().and_then(Message::of).map_or(Dynamic::UNIT, Dynamic::from);
                self.resume(task, context, |ctx| vec![ctx, answer], outcome);
            }
            Cause::Button { task, emoji } => {
                let emoji = Dynamic::from(emoji.clone());
                self.resume(task, context, |ctx| vec![ctx, emoji], outcome);
            }
        }
    }

    fn on_event(
        &self,
        trigger: &Trigger,
        event: &folkmoot_rpc::contract::events::Event,
        context: &Context,
        outcome: &mut Outcome,
    ) {
        let kind = event.kind.as_ref();
        let runs: Vec<FnPtr> = self.session.book(|book| {
            let wanted = |handler: &&api::EventHandler| {
                wants_type(&handler.kind, kind) && handler.filter.wants(trigger, context.message.as_ref())
            };
            book.events.iter().filter(wanted).map(|handler| handler.run.clone()).collect()
        });
        for run in &runs {
            let data: Value = serde_json::from_str(event.data.get()).unwrap_or(Value::Null);
            let subject = match &context.message {
                Some(message) => Dynamic::from(message.clone()),
                None => api::from_json(&data),
            };
            let whole = json!({ "type": kind, "seq": event.seq, "at": event.ts, "actor": event.actor, "data": data });
            self.handle(run, vec![Dynamic::from(context.clone()), subject, api::from_json(&whole)], outcome);
        }
        if kind == "message.created"
            && let Some(message) = context.message.as_ref().filter(|message| !message.by_bot())
            && let Some(line) = command::Line::of(message.content(), &self.registered.prefix)
        {
            self.on_command(line.text, context, outcome);
        }
    }

    fn on_command(&self, text: &str, context: &Context, outcome: &mut Outcome) {
        if self.registered.commands.is_empty() || outcome.faults.len() >= FAULTS {
            return;
        }
        let called = self.session.book(|book| {
            command::find(&book.commands, text)
                .and_then(|(index, rest)| Some((book.commands.get(index)?.clone(), rest.to_owned())))
        });
        let answered = match called {
            Some((command, rest)) => self.call_command(&command, &rest, context, outcome),
            None => {
                let Some(asked) = asked_for_help(text) else { return };
                outcome.handlers += 1;
                let prefix = &self.registered.prefix;
                let help =
                    self.session.book(|book| command::help(prefix, &self.manifest.description, &book.commands, asked));
                context.answer(&self.session, &help, &Map::new()).map(|_| ())
            }
        };
        if let Err(error) = answered {
            outcome.faults.push(fault_of_eval(&error, &self.manifest.entry, &self.source));
        }
    }

    fn call_command(
        &self,
        command: &api::Command,
        rest: &str,
        context: &Context,
        outcome: &mut Outcome,
    ) -> Result<(), Box<EvalAltResult>> {
        let tell = |text: &str| context.answer(&self.session, text, &Map::new()).map(|_| ());
        let needed = &command.info.permission;
        let caller = context.user.as_ref().map(|user| &user.0);
        if !needed.is_empty() && !caller.is_some_and(|caller| caller.permissions.iter().any(|held| held == needed)) {
            outcome.handlers += 1;
            return tell(&format!("`{}{}` is for those who may {needed}.", self.registered.prefix, command.info.name));
        }
        if let Some(wait) = self.cooling(command, context)? {
            outcome.handlers += 1;
            return tell(&format!("Not so fast: again in {wait}."));
        }
        match command::parse(&self.session, context, command, rest)? {
            Parsed::Arguments(arguments) => {
                let arguments = vec![Dynamic::from(context.clone()), Dynamic::from_map(arguments)];
                self.handle(&command.run, arguments, outcome);
                Ok(())
            }
            Parsed::Wrong(reason) => {
                outcome.handlers += 1;
                tell(&format!("{reason}\n{}", command::usage_line(&self.registered.prefix, command)))
            }
        }
    }

    /// How long the caller still has to wait, as text. If not at all, the wait for the next call begins.
    fn cooling(&self, command: &api::Command, context: &Context) -> Result<Option<String>, Box<EvalAltResult>> {
        let Some(caller) = context.user.as_ref().filter(|_| command.cooldown_ms > 0) else { return Ok(None) };
        let key = format!("~cooldown/{}/{}", command.info.name, caller.0.id);
        let now_ms = self.session.now()?;
        let until = self.session.call(Call::KvGet { key: key.clone() })?.as_u64().unwrap_or(0);
        if until > now_ms {
            return Ok(Some(api::format_duration((until - now_ms).div_ceil(1_000) * 1_000)));
        }
        let value = json!(now_ms.saturating_add(command.cooldown_ms));
        self.session.call(Call::KvSet { key, value, ttl_ms: Some(command.cooldown_ms) })?;
        Ok(None)
    }

    /// Runs a function that was left to be run later.
    fn resume(
        &self,
        task: &Task,
        context: &Context,
        arguments: impl FnOnce(Dynamic) -> Vec<Dynamic>,
        outcome: &mut Outcome,
    ) {
        let functions = self.session.functions();
        let Some(mut run) = functions.pointer(&task.function) else {
            self.session.log(Level::Warn, "what was to be done later is not in the bot's code any more");
            return;
        };
        run.set_curry(task.captured.iter().map(|value| api::from_captured(value, functions)));
        let mut made_in: Context = serde_json::from_value(task.context.clone()).unwrap_or_default();
        // Who answers or presses a button is who it is now about.
        if let Some(user) = &context.user {
            made_in.user = Some(user.clone());
        }
        if context.message.is_some() {
            made_in.message.clone_from(&context.message);
        }
        if let Err(error) = self.session.turn(|turn| turn.context = made_in.clone()) {
            outcome.faults.push(fault_of_eval(&error, &self.manifest.entry, &self.source));
            return;
        }
        self.handle(&run, arguments(Dynamic::from(made_in)), outcome);
    }

    /// Runs one handler with as many of the arguments as it takes.
    fn handle(&self, run: &FnPtr, mut arguments: Vec<Dynamic>, outcome: &mut Outcome) {
        let hopeless = |fault: &Fault| matches!(&fault.kind, FaultKind::Limit(which) if is_of_the_meter(which));
        if outcome.faults.len() >= FAULTS || outcome.faults.iter().any(hopeless) {
            return;
        }
        outcome.handlers += 1;
        if let Some(takes) = self.session.functions().takes(run) {
            arguments.truncate(takes);
        }
        let done = catch_unwind(AssertUnwindSafe(|| self.call(run, arguments)));
        match done {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => outcome.faults.push(fault_of_eval(&error, &self.manifest.entry, &self.source)),
            Err(_) => outcome.faults.push(engine_failed()),
        }
    }

    fn call(&self, run: &FnPtr, arguments: Vec<Dynamic>) -> Evaluated {
        let context = NativeCallContext::new_with_all_fields(
            &self.engine,
            run.fn_name(),
            self.global.source(),
            &self.global,
            Position::NONE,
        );
        run.call_raw(&context, None, arguments)
    }
}

fn is_of_the_meter(which: &str) -> bool {
    matches!(which, "ops" | "work_ms" | "wall_ms")
}

/// Compiles the entry file and runs its top level.
fn start(
    engine: &Engine,
    manifest: &Manifest,
    source: &Arc<Source>,
    session: &Session,
) -> Result<GlobalRuntimeState, Fault> {
    let entry = manifest.entry.as_str();
    let text = source.text(entry).ok_or_else(|| Fault::new(FaultKind::Compile, format!("there is no {entry}")))?;
    let mut scope = api::globals(session.config());
    let mut ast = engine.compile_with_scope(&scope, text).map_err(|error| fault_of_parse(&error, entry, source))?;
    // What the top level imported and declared is handed to handlers from here.
    let end = engine.compile("__end();").map_err(|error| fault_of_parse(&error, entry, source))?;
    ast = ast.merge(&end);
    ast.set_source(entry);
    session.compiled(Functions::of(&ast));
    let run = engine.run_ast_with_scope(&mut scope, &ast);
    let kept = session.loaded();
    run.map_err(|error| match fault_of_eval(&error, entry, source) {
        // Nothing has happened yet: whatever fails now is a fault of the code as it was given.
        fault if fault.kind == FaultKind::Runtime => Fault { kind: FaultKind::Compile, ..fault },
        fault => fault,
    })?;
    let mut global = kept.unwrap_or_else(|| {
        let mut global = engine.new_global_runtime_state();
        global.lib.push(ast.shared_lib().clone());
        global.source = Some(entry.into());
        global
    });
    global.num_operations = 0;
    global.level = 0;
    Ok(global)
}

fn registered(session: &Session) -> Registered {
    let prefix = session.config_text("prefix").filter(|prefix| !prefix.is_empty());
    session.book(|book| {
        let mut events: Vec<String> = book.events.iter().map(|handler| handler.kind.clone()).collect();
        events.sort();
        events.dedup();
        Registered {
            events,
            commands: book.commands.iter().map(|command| command.info.clone()).collect(),
            timers: book.timers.iter().map(|timer| timer.info.clone()).collect(),
            prefix: prefix.unwrap_or_else(|| PREFIX.to_owned()),
        }
    })
}

fn asked_for_help(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("help")?;
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some(rest)
}

fn engine_failed() -> Fault {
    Fault::new(FaultKind::Runtime, "the script engine failed; what it was doing was given up")
}

/// A number that depends on every letter of a key and on the seed.
fn mix(seed: u64, key: &str) -> u64 {
    key.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(23)
    })
}

#[cfg(test)]
mod tests;
