//! The worker's end: confine, load, run what comes, end with the pipe.

use std::{
    io::{self, BufReader},
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use folkmoot_rpc::{ApiError, ErrorKind};
use serde_json::Value;

use super::{
    confine::confine,
    frame::{FromWorker, ToWorker, read, write},
};
use crate::{
    api::now_ms,
    bot::Bot,
    host::{Call, Host, Level},
};

/// Runs a bot over standard input and output until the input ends. Everything a bot could use against the machine is given up first.
#[must_use]
pub fn main() -> ExitCode {
    let confinement = confine();
    match serve(confinement) {
        Ok(()) => ExitCode::SUCCESS,
        // The host is gone or speaks another version; there is nobody to tell.
        Err(_) => ExitCode::FAILURE,
    }
}

/// Both ends of the pipe.
struct Pipe {
    input: BufReader<io::Stdin>,
    output: io::Stdout,
}

impl Pipe {
    fn call(&mut self, call: Call) -> io::Result<Result<Value, ApiError>> {
        write(&mut self.output, &FromWorker::Call { call })?;
        match read(&mut self.input)? {
            Some(ToWorker::Answer { refusal: Some(refusal), .. }) => Ok(Err(refusal.into())),
            Some(ToWorker::Answer { value, .. }) => Ok(Ok(value.unwrap_or(Value::Null))),
            Some(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "expected an answer")),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// The host as the bot sees it.
struct Remote(Arc<Mutex<Pipe>>);

impl Host for Remote {
    fn call(&mut self, call: Call) -> Result<Value, ApiError> {
        let mut pipe = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A pipe that broke stays broken: the next frame ends the worker.
        pipe.call(call).unwrap_or_else(|_| Err(ApiError::new(ErrorKind::Cancelled, "the node is gone")))
    }

    fn now_ms(&self) -> u64 {
        now_ms()
    }

    fn log(&mut self, level: Level, text: String) {
        let mut pipe = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // As above.
        write(&mut pipe.output, &FromWorker::Log { level, text }).ok();
    }
}

fn serve(confinement: super::Confinement) -> io::Result<()> {
    let pipe = Pipe { input: BufReader::new(io::stdin()), output: io::stdout() };
    let pipe = Arc::new(Mutex::new(pipe));
    let receive = || read(&mut pipe.lock().unwrap_or_else(PoisonError::into_inner).input);
    let answer = |frame: &FromWorker| write(&mut pipe.lock().unwrap_or_else(PoisonError::into_inner).output, frame);

    let Some(ToWorker::Load(load)) = receive()? else { return Ok(()) };
    let host = Box::new(Remote(Arc::clone(&pipe)));
    let mut bot = match Bot::load(load.manifest, load.source, &load.config, load.seed, host) {
        Ok(bot) => bot,
        Err(fault) => return answer(&FromWorker::Failed { fault }),
    };
    answer(&FromWorker::Loaded { registered: bot.registered().clone(), confinement })?;
    while let Some(frame) = receive()? {
        match frame {
            ToWorker::Run { trigger } => {
                let outcome = bot.run(&trigger);
                answer(&FromWorker::Done { outcome })?;
            }
            ToWorker::Eval { code, trigger } => {
                let (value, fault) = match bot.eval(&code, &trigger) {
                    Ok(value) => (Some(value), None),
                    Err(fault) => (None, Some(fault)),
                };
                answer(&FromWorker::Evaluated { value, fault })?;
            }
            ToWorker::Load(_) | ToWorker::Answer { .. } => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "not now"));
            }
        }
    }
    Ok(())
}
