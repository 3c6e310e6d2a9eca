//! A node as a child process on a folder of its own: started, connected to, killed, started again. Never outlives its test.
//!
//! `FOLKMOOT_TEST_LOG` is the filter of its log, as of `--log`; a test that fails shows the log's end, and one for which a filter was set shows it anyway.

use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::time::Duration;

use folkmoot_rpc::client::ClientError;
use folkmoot_rpc::contract::Method;
use folkmoot_rpc::contract::node::{Shutdown, ShutdownParams};
use folkmoot_rpc::{ApiError, Client, Endpoint, ErrorKind};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use super::command::moot;
use super::wait::wait_for;

/// From the start of the process to an answering API, on a machine that does much else.
const READY: Duration = Duration::from_secs(30);
/// The longest an orderly stop takes.
const STOPPED: Duration = Duration::from_secs(30);
/// How much of a node's log a failure shows, bytes from its end.
const LOG_SHOWN: usize = 64 * 1024;

/// A node's process, its folder and a connection to its API.
pub(crate) struct Node {
    name: String,
    home: TempDir,
    options: Vec<String>,
    child: Option<Child>,
    client: Option<Client>,
}

impl Node {
    /// A running node on a new folder, listening on loopback.
    pub(crate) async fn start(name: &str) -> Self {
        Self::start_with(name, &[]).await
    }

    /// The same with further options of `moot serve`.
    pub(crate) async fn start_with(name: &str, options: &[&str]) -> Self {
        let mut node = Self::stopped(name, options);
        node.restart().await;
        node
    }

    /// A folder for a node that does not run yet.
    pub(crate) fn stopped(name: &str, options: &[&str]) -> Self {
        let home = tempfile::Builder::new().prefix("moot-test-").tempdir().expect("a temporary folder");
        let options = options.iter().map(|&option| option.to_owned()).collect();
        Self { name: name.to_owned(), home, options, child: None, client: None }
    }

    /// Adds an option of `moot serve` for the next start.
    pub(crate) fn option(&mut self, name: &str, value: &Path) {
        let value = value.to_str().expect("temporary folders are UTF-8");
        self.options.extend([name.to_owned(), value.to_owned()]);
    }

    /// Starts the process on the same folder and waits until its API answers.
    pub(crate) async fn restart(&mut self) {
        assert!(self.child.is_none(), "{} runs already", self.name);
        let log = |name: &str| {
            let path = self.home.path().join(name);
            File::options().create(true).append(true).open(path).expect("a file for the output")
        };
        let child = moot(self.home.path())
            .arg("--data-dir")
            .arg(self.data_dir())
            .args(["serve", "--no-mdns"])
            .args(self.listens())
            .args(&self.options)
            .args(std::env::var("FOLKMOOT_TEST_LOG").ok().map(|filter| format!("--log={filter}")))
            .stdout(log("stdout"))
            .stderr(log("stderr"))
            .spawn()
            .expect("the node starts");
        let pid = child.id();
        self.child = Some(child);
        let endpoint = Endpoint::path_in(&self.data_dir());
        let client = wait_for("the node's API answers", READY, async || {
            if let Some(status) = self.try_wait() {
                panic!("{} ended while it started, {status}: {}", self.name, self.log());
            }
            // The file of a killed node stays behind.
            match Endpoint::read(&endpoint) {
                Ok(read) if read.pid == pid => Client::connect(&endpoint).await.map_err(|error| error.to_string()),
                Ok(read) => Err(format!("endpoint.json is of process {}", read.pid)),
                Err(error) => Err(error.to_string()),
            }
        })
        .await;
        self.client = Some(client);
    }

    /// On loopback over QUIC, unless the test said where.
    fn listens(&self) -> &'static [&'static str] {
        let said = self.options.iter().any(|option| option == "--listen");
        if said { &[] } else { &["--listen", "/ip4/127.0.0.1/udp/0/quic-v1"] }
    }

    fn try_wait(&mut self) -> Option<ExitStatus> {
        self.child.as_mut().and_then(|child| child.try_wait().expect("the child can be waited for"))
    }

    /// Kills the process with SIGKILL, as a crash would.
    #[track_caller]
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().expect("the node runs");
        self.client = None;
        child.kill().expect("the process takes a signal");
        let status = child.wait().expect("the child can be waited for");
        assert_eq!(status.signal(), Some(9), "{} had ended by itself, {status}: {}", self.name, self.log());
        self.assert_no_panic();
    }

    /// Stops the node in order by its API.
    pub(crate) async fn stop(&mut self) {
        self.call::<Shutdown>(&ShutdownParams { grace_ms: Some(0) }).await;
        let status = self.ended().await;
        assert!(status.success(), "{} stopped with {status}: {}", self.name, self.log());
    }

    /// Stops the node in order by SIGTERM.
    pub(crate) async fn terminate(&mut self) {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, Signal::TERM).expect("the process takes a signal");
        let status = self.ended().await;
        assert!(status.success(), "{} terminated with {status}: {}", self.name, self.log());
    }

    /// Waits until the process has ended by itself.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let name = self.name.clone();
        let status =
            wait_for("the node ends", STOPPED, async || self.try_wait().ok_or_else(|| format!("{name} still runs")))
                .await;
        self.child = None;
        self.client = None;
        self.assert_no_panic();
        status
    }

    #[track_caller]
    fn assert_no_panic(&self) {
        let log = self.log();
        assert!(!log.contains("panicked at"), "{} panicked: {log}", self.name);
    }

    /// The person whose node it is.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Where everything of the node lives.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// The folder around the data folder: the node's home.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The process.
    #[track_caller]
    pub(crate) fn pid(&self) -> u32 {
        self.child.as_ref().expect("the node runs").id()
    }

    /// Where its API is.
    #[track_caller]
    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::read(&Endpoint::path_in(&self.data_dir())).expect("a running node has an endpoint.json")
    }

    /// The text of its admin token.
    #[track_caller]
    pub(crate) fn token(&self) -> String {
        self.endpoint().admin_token().expect("the token is readable").expose().to_owned()
    }

    /// The connection to its API.
    #[track_caller]
    pub(crate) fn client(&self) -> &Client {
        self.client.as_ref().expect("the node runs")
    }

    /// A connection of its own.
    pub(crate) async fn connect(&self) -> Client {
        Client::connect(&Endpoint::path_in(&self.data_dir())).await.expect("the node takes a connection")
    }

    /// The end of what the node said on standard error.
    pub(crate) fn log(&self) -> String {
        let bytes = std::fs::read(self.home.path().join("stderr")).unwrap_or_default();
        let from = bytes.len().saturating_sub(LOG_SHOWN);
        String::from_utf8_lossy(&bytes[from..]).into_owned()
    }

    /// What the node said on standard output.
    pub(crate) fn stdout(&self) -> String {
        let bytes = std::fs::read(self.home.path().join("stdout")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// A call that succeeds.
    #[track_caller]
    pub(crate) fn call<M: Method>(&self, params: &M::Params) -> impl Future<Output = M::Output> {
        let caller = std::panic::Location::caller();
        let answer = self.try_call::<M>(params);
        async move { answer.await.unwrap_or_else(|error| panic!("{caller}: {} by {}: {error}", M::NAME, self.name)) }
    }

    /// A call.
    #[track_caller]
    pub(crate) fn try_call<M: Method>(
        &self,
        params: &M::Params,
    ) -> impl Future<Output = Result<M::Output, ClientError>> {
        self.client().call::<M>(params)
    }

    /// A call by name that succeeds.
    #[track_caller]
    pub(crate) fn call_raw(&self, method: &str, params: &Value) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        let client = self.client();
        async move {
            let answer = client.call_raw(method, params).await;
            let answer = answer.unwrap_or_else(|error| panic!("{caller}: {method} by {}: {error}", self.name));
            serde_json::from_str(answer.get()).expect("an answer is JSON")
        }
    }

    /// A call by name that the node refuses.
    #[track_caller]
    pub(crate) fn refuses(&self, method: &str, params: &Value) -> impl Future<Output = ApiError> {
        let caller = std::panic::Location::caller();
        let client = self.client();
        async move {
            match client.call_raw(method, params).await {
                Err(ClientError::Api { error }) => error,
                Err(error) => panic!("{caller}: {method} {params}: {error}"),
                Ok(answer) => panic!("{caller}: {method} {params} was done: {}", answer.get()),
            }
        }
    }

    /// A call by name that the node refuses for this reason.
    #[track_caller]
    pub(crate) fn refuses_as(&self, kind: ErrorKind, method: &str, params: &Value) -> impl Future<Output = ApiError> {
        let caller = std::panic::Location::caller();
        let refused = self.refuses(method, params);
        async move {
            let error = refused.await;
            assert_eq!(error.kind(), kind, "{caller}: {method} {params}: {error}");
            error
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Fails only for a process that has ended; waiting leaves no zombie either way.
            drop(child.kill());
            drop(child.wait());
        }
        if std::thread::panicking() || std::env::var_os("FOLKMOOT_TEST_LOG").is_some() {
            eprintln!("--- log of {} ---\n{}", self.name, self.log());
        } else {
            self.assert_no_panic();
        }
    }
}
