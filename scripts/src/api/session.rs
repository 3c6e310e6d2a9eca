//! One loaded bot as its native functions see it: what it registered, what it is doing now, and the host.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use folkmoot_rpc::{ApiError, ErrorKind};
use rhai::{Dynamic, EvalAltResult, GlobalRuntimeState, NativeCallContext};
use serde_json::Value;

use super::{command::Command, context::Context, on::EventHandler, timer::TimerHandler};
use crate::{
    bot::Functions,
    engine::{Meter, raise, raise_api},
    host::{Call, Host, LOG_BYTES, LOG_LINES, Level},
    manifest::Manifest,
};

pub(super) type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// What a bot registered at its top level.
#[derive(Default)]
pub(crate) struct Book {
    /// Handlers of events, in the order of registration.
    pub(crate) events: Vec<EventHandler>,
    /// Commands, in the order of registration.
    pub(crate) commands: Vec<Command>,
    /// Timers of the top level.
    pub(crate) timers: Vec<TimerHandler>,
}

/// What a bot is doing now.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    /// The trigger's key.
    pub(crate) key: String,
    /// When the trigger happened, milliseconds UTC.
    pub(crate) at_ms: u64,
    /// What the handler was given.
    pub(crate) context: Context,
    /// Things sent so far: each has its number, so that a trigger run again sends the same things.
    pub(crate) sent: u32,
    /// State of the random numbers; begins with what the trigger's key and the bot's seed make.
    pub(crate) dice: u64,
}

enum Phase {
    /// The top level runs.
    Loading,
    /// A handler runs.
    Running(Box<Turn>),
    /// Nothing runs.
    Idle,
}

struct State {
    host: Box<dyn Host>,
    phase: Phase,
    book: Book,
    lines: usize,
    /// The engine's state at the end of the top level: what imports and constants handlers see.
    end: Option<GlobalRuntimeState>,
}

struct Inner {
    manifest: Arc<Manifest>,
    config: Dynamic,
    meter: Meter,
    functions: OnceLock<Functions>,
    state: Mutex<State>,
}

/// A handle to it; the engine carries one as its tag.
#[derive(Clone)]
pub(crate) struct Session(Arc<Inner>);

impl Session {
    /// A session whose top level is about to run.
    pub(crate) fn new(manifest: Arc<Manifest>, config: Dynamic, meter: Meter, host: Box<dyn Host>) -> Self {
        let state = State { host, phase: Phase::Loading, book: Book::default(), lines: 0, end: None };
        Self(Arc::new(Inner { manifest, config, meter, functions: OnceLock::new(), state: Mutex::new(state) }))
    }

    /// The session of a native call.
    ///
    /// # Panics
    /// If the engine was made without one, which no code path does.
    pub(super) fn of(ctx: &NativeCallContext<'_>) -> Self {
        let tag = ctx.tag().and_then(|tag| tag.read_lock::<Self>().map(|session| session.clone()));
        tag.expect("every engine carries its session")
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bot's manifest.
    pub(crate) fn manifest(&self) -> &Manifest {
        &self.0.manifest
    }

    /// The bot's settings, an object map.
    pub(crate) fn config(&self) -> &Dynamic {
        &self.0.config
    }

    /// A text among the settings.
    pub(crate) fn config_text(&self, name: &str) -> Option<String> {
        let map = self.0.config.read_lock::<rhai::Map>()?;
        map.get(name)?.clone().into_string().ok()
    }

    /// The bot's functions; none before it is compiled.
    pub(crate) fn functions(&self) -> &Functions {
        self.0.functions.get_or_init(Functions::default)
    }

    /// The bot is compiled.
    pub(crate) fn compiled(&self, functions: Functions) {
        drop(self.0.functions.set(functions));
    }

    /// What counts the bot's work.
    pub(crate) fn meter(&self) -> &Meter {
        &self.0.meter
    }

    /// Registers something.
    ///
    /// # Errors
    /// Outside the top level, and what `put` says.
    pub(super) fn register<T>(&self, what: &str, put: impl FnOnce(&mut Book) -> Result<T>) -> Result<T> {
        let mut state = self.state();
        if !matches!(state.phase, Phase::Loading) {
            return Err(raise(
                "precondition",
                format!("{what} is called at the top of the file, not inside a handler"),
            ));
        }
        put(&mut state.book)
    }

    /// Whether the top level runs.
    pub(super) fn is_loading(&self) -> bool {
        matches!(self.state().phase, Phase::Loading)
    }

    /// Keeps the engine's state as it is now.
    pub(super) fn keep_end(&self, global: &GlobalRuntimeState) {
        let mut state = self.state();
        if matches!(state.phase, Phase::Loading) {
            state.end = Some(global.clone());
        }
    }

    /// The top level is done. Yields the engine's state that handlers run in, if it was kept.
    pub(crate) fn loaded(&self) -> Option<GlobalRuntimeState> {
        let mut state = self.state();
        state.phase = Phase::Idle;
        state.end.take()
    }

    /// Looks at what is registered.
    pub(crate) fn book<T>(&self, look: impl FnOnce(&Book) -> T) -> T {
        look(&self.state().book)
    }

    /// A handler begins.
    pub(crate) fn begin(&self, turn: Turn) {
        let mut state = self.state();
        state.phase = Phase::Running(Box::new(turn));
        state.lines = 0;
    }

    /// The handler is done; how many lines of its log were too many.
    pub(crate) fn end(&self) -> usize {
        let mut state = self.state();
        state.phase = Phase::Idle;
        state.lines.saturating_sub(LOG_LINES)
    }

    /// Works on the handler that runs.
    ///
    /// # Errors
    /// At the top level, where nothing happened that one could react to.
    pub(crate) fn turn<T>(&self, work: impl FnOnce(&mut Turn) -> T) -> Result<T> {
        match &mut self.state().phase {
            Phase::Running(turn) => Ok(work(turn)),
            Phase::Loading | Phase::Idle => {
                Err(raise("precondition", "this works inside a handler, not at the top of the file"))
            }
        }
    }

    /// Now by the host's clock, milliseconds UTC: in tests the simulated time.
    ///
    /// # Errors
    /// At the top level, which runs at no time in particular.
    pub(crate) fn now(&self) -> Result<u64> {
        let state = self.state();
        match state.phase {
            Phase::Running(_) => Ok(state.host.now_ms()),
            Phase::Loading | Phase::Idle => {
                Err(raise("precondition", "the top of the file runs at no time in particular"))
            }
        }
    }

    /// What the host answers.
    ///
    /// # Errors
    /// What the host says, catchable; outside a handler.
    pub(crate) fn call(&self, call: Call) -> Result<Value> {
        self.call_api(call)?.map_err(|error| raise_api(&error))
    }

    /// The same, with the API's error told apart.
    pub(crate) fn call_api(&self, call: Call) -> Result<std::result::Result<Value, ApiError>> {
        let mut state = self.state();
        if !matches!(state.phase, Phase::Running(_)) {
            return Err(raise("precondition", "this works inside a handler, not at the top of the file"));
        }
        Ok(state.host.call(call))
    }

    /// What a method of the API answers.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub(super) fn rpc(&self, method: &str, params: Value) -> Result<Value> {
        self.call(Call::Rpc { method: method.to_owned(), params })
    }

    /// The key under which the next thing is sent.
    pub(super) fn next_nonce(&self) -> Result<String> {
        self.turn(|turn| {
            turn.sent += 1;
            format!("{}.{}", turn.key, turn.sent)
        })
    }

    /// Writes a line of the log.
    pub(crate) fn log(&self, level: Level, text: &str) {
        let mut state = self.state();
        state.lines += 1;
        if state.lines <= LOG_LINES {
            let mut end = text.len().min(LOG_BYTES);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let text = text.get(..end).unwrap_or_default().to_owned();
            state.host.log(level, text);
        }
    }
}

/// An answer of the host that is not what it should be: another version of the node.
pub(super) fn unexpected(what: &str, error: &serde_json::Error) -> Box<EvalAltResult> {
    raise(ErrorKind::Internal.word(), format!("unexpected answer to {what}: {error}"))
}
