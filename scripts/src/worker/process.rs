//! The host's end: starts a worker, hands it triggers, answers its calls, and kills it when it is late.

use std::{
    io,
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use folkmoot_rpc::ApiError;
use serde_json::{Map, Value};
use tokio::{
    io::{AsyncReadExt, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::{Instant, timeout_at},
};

use super::{
    confine::Confinement,
    frame::{FromWorker, Load, ToWorker, receive, send},
};
use crate::{
    bot::Outcome,
    engine::{Fault, FaultKind, Source},
    host::{Call, Level},
    manifest::Manifest,
    trigger::{Registered, Trigger},
};

/// How much later than its own deadline a worker is killed. The engine ends a handler by itself well before.
pub const GRACE: Duration = Duration::from_millis(250);
/// How long a worker may take to start and load a bot besides: on a busy machine starting a process takes its time.
const START: Duration = Duration::from_secs(10);
/// Bytes of a worker's last words that are kept.
const STDERR_BYTES: usize = 4 * 1024;

/// Who answers a bot's calls.
pub trait Attendant: Send {
    /// Carries out a call.
    fn call(&mut self, call: Call) -> impl Future<Output = Result<Value, ApiError>> + Send;

    /// Takes a line of the log.
    fn log(&mut self, level: Level, text: String);
}

/// Why a worker did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The bot's code does not load.
    #[error("the bot does not load: {0}")]
    Failed(Fault),
    /// It was late and was killed.
    #[error("the bot did not end in time and was killed")]
    Killed,
    /// The process ended by itself.
    #[error("the bot's process ended: {reason}")]
    Died {
        /// What it said last, or how it ended.
        reason: String,
    },
    /// The process could not be started, or the pipe broke.
    #[error("cannot run a worker")]
    Io(#[from] io::Error),
}

impl WorkerError {
    /// The same as a fault of the bot.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Failed(fault) => fault.clone(),
            Self::Killed => {
                Fault::limit("wall_ms", self.to_string()).hint("a call without end kept the engine from stopping it")
            }
            Self::Died { reason } if reason.contains("memory allocation") => {
                Fault::limit("memory", "the bot used up its memory").hint("hold less at once")
            }
            Self::Died { reason } if reason.contains("overflowed its stack") => {
                Fault::limit("stack", "values were nested too deep")
            }
            Self::Died { .. } | Self::Io(_) => Fault::new(FaultKind::Runtime, self.to_string()),
        }
    }

    /// Whether the process is gone because of what the bot did.
    #[must_use]
    pub const fn is_kill(&self) -> bool {
        matches!(self, Self::Killed | Self::Died { .. })
    }
}

/// A running worker. The process ends with it.
pub struct Worker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last_words: Arc<Mutex<Vec<u8>>>,
    registered: Registered,
    confinement: Confinement,
    wall: Duration,
}

impl Worker {
    /// Starts `program bot-worker` and loads a bot in it.
    ///
    /// # Errors
    /// [`WorkerError`]; then nothing is left running.
    pub async fn start(
        program: &Path,
        manifest: Manifest,
        source: Source,
        config: Map<String, Value>,
        seed: u64,
    ) -> Result<Self, WorkerError> {
        let wall = Duration::from_millis(manifest.limits.wall_ms);
        let mut child = Command::new(program)
            .arg("bot-worker")
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl+C is for the node, which stops its bots itself.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let missing = || io::Error::other("a pipe is missing");
        let input = child.stdin.take().ok_or_else(missing)?;
        let output = BufReader::new(child.stdout.take().ok_or_else(missing)?);
        let last_words = Arc::new(Mutex::new(Vec::new()));
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(listen(stderr, Arc::clone(&last_words)));
        }
        let (registered, confinement) = (Registered::default(), Confinement::default());
        let mut worker = Self { child, input, output, last_words, registered, confinement, wall };
        let deadline = Instant::now() + START + wall + GRACE;
        let load = ToWorker::Load(Box::new(Load { manifest, source, config, seed }));
        worker.send(&load, deadline).await?;
        match worker.receive(deadline).await? {
            FromWorker::Loaded { registered, confinement } => {
                (worker.registered, worker.confinement) = (registered, confinement);
                Ok(worker)
            }
            FromWorker::Failed { fault } => Err(WorkerError::Failed(fault)),
            _ => Err(out_of_order()),
        }
    }

    /// What the bot registered.
    #[must_use]
    pub const fn registered(&self) -> &Registered {
        &self.registered
    }

    /// What holds the worker.
    #[must_use]
    pub const fn confinement(&self) -> Confinement {
        self.confinement
    }

    /// The process.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Runs the bot for a trigger.
    ///
    /// # Errors
    /// [`WorkerError`]; then the worker is of no more use.
    pub async fn run(&mut self, trigger: Trigger, attendant: &mut impl Attendant) -> Result<Outcome, WorkerError> {
        let deadline = Instant::now() + self.wall + GRACE;
        self.send(&ToWorker::Run { trigger: Box::new(trigger) }, deadline).await?;
        loop {
            match self.attend(attendant, deadline).await? {
                None => {}
                Some(FromWorker::Done { outcome }) => return Ok(outcome),
                Some(_) => return Err(out_of_order()),
            }
        }
    }

    /// Evaluates code as a handler would run it; yields the value as text, or what is wrong with the code.
    ///
    /// # Errors
    /// [`WorkerError`]; then the worker is of no more use.
    pub async fn eval(
        &mut self,
        code: String,
        trigger: Trigger,
        attendant: &mut impl Attendant,
    ) -> Result<Result<String, Fault>, WorkerError> {
        let deadline = Instant::now() + self.wall + GRACE;
        self.send(&ToWorker::Eval { code, trigger: Box::new(trigger) }, deadline).await?;
        loop {
            match self.attend(attendant, deadline).await? {
                None => {}
                Some(FromWorker::Evaluated { fault: Some(fault), .. }) => return Ok(Err(fault)),
                Some(FromWorker::Evaluated { value, .. }) => return Ok(Ok(value.unwrap_or_default())),
                Some(_) => return Err(out_of_order()),
            }
        }
    }

    /// Ends the process and waits until it is gone.
    pub async fn stop(mut self) {
        drop(self.input);
        if tokio::time::timeout(GRACE, self.child.wait()).await.is_err()
            && let Err(error) = self.child.kill().await
        {
            tracing::debug!(%error, "a worker was gone already");
        }
    }

    /// One frame of the worker: a call is answered and a line is logged, anything else comes back.
    async fn attend(
        &mut self,
        attendant: &mut impl Attendant,
        deadline: Instant,
    ) -> Result<Option<FromWorker>, WorkerError> {
        match self.receive(deadline).await? {
            FromWorker::Call { call } => {
                let answer = match timeout_at(deadline, attendant.call(call)).await {
                    Ok(answer) => answer,
                    Err(_) => return Err(self.kill().await),
                };
                let answer = match answer {
                    Ok(value) => ToWorker::Answer { value: Some(value), refusal: None },
                    Err(error) => ToWorker::Answer { value: None, refusal: Some(error.into()) },
                };
                self.send(&answer, deadline).await?;
                Ok(None)
            }
            FromWorker::Log { level, text } => {
                attendant.log(level, text);
                Ok(None)
            }
            other => Ok(Some(other)),
        }
    }

    async fn send(&mut self, frame: &ToWorker, deadline: Instant) -> Result<(), WorkerError> {
        match timeout_at(deadline, send(&mut self.input, frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(self.died().await),
            Err(_) => Err(self.kill().await),
        }
    }

    async fn receive(&mut self, deadline: Instant) -> Result<FromWorker, WorkerError> {
        match timeout_at(deadline, receive(&mut self.output)).await {
            Ok(Ok(Some(frame))) => Ok(frame),
            Ok(Ok(None)) => Err(self.died().await),
            Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Err(self.died().await),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(self.kill().await),
        }
    }

    async fn kill(&mut self) -> WorkerError {
        match self.child.kill().await {
            Ok(()) => WorkerError::Killed,
            Err(error) => error.into(),
        }
    }

    /// The pipe is closed: the process has ended or is about to.
    async fn died(&mut self) -> WorkerError {
        let ended = tokio::time::timeout(GRACE, self.child.wait()).await;
        let Ok(Ok(status)) = ended else { return self.kill().await };
        // Its last words may still be on their way.
        tokio::task::yield_now().await;
        let words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner);
        let words = String::from_utf8_lossy(&words).trim().to_owned();
        let reason = if words.is_empty() { status.to_string() } else { words };
        WorkerError::Died { reason }
    }
}

/// Keeps the last words of a worker.
async fn listen(mut stderr: tokio::process::ChildStderr, words: Arc<Mutex<Vec<u8>>>) {
    let mut chunk = [0; 1024];
    while let Ok(read) = stderr.read(&mut chunk).await {
        if read == 0 {
            break;
        }
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        words.extend_from_slice(chunk.get(..read).unwrap_or_default());
        let over = words.len().saturating_sub(STDERR_BYTES);
        words.drain(..over);
    }
}

fn out_of_order() -> WorkerError {
    io::Error::new(io::ErrorKind::InvalidData, "a frame out of order").into()
}
