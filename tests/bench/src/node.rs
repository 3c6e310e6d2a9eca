//! One node under measurement: a `moot` process on a folder of its own, ended with the value that holds it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use folkmoot_rpc::contract::node::{Shutdown, ShutdownParams};
use folkmoot_rpc::{Client, Endpoint};

use crate::machine::{first_value, kilobytes};

/// How long a node may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(60);
/// Rest between two looks at whether it has started: the resolution of the time to ready.
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// Bytes of a node's log that are shown when it fails.
const LOG_BYTES: usize = 4_096;
/// A node that used no processor time for this long is idle; its timers of a second and more may fall outside.
const IDLE_FOR: Duration = Duration::from_secs(2);
/// When a node is looked at although it never rests.
const IDLE_AT_MOST: Duration = Duration::from_secs(20);

/// The built program and the folder its nodes live in.
pub(crate) struct Moot {
    program: PathBuf,
    folder: tempfile::TempDir,
}

impl Moot {
    /// # Errors
    /// If there is no program, or no folder can be made.
    pub(crate) fn find(program: Option<&Path>, folder: Option<&Path>) -> anyhow::Result<Self> {
        let program = match program {
            Some(program) => program.to_owned(),
            None => beside_us()?,
        };
        if !program.is_file() {
            bail!("no program at {}; build it with `cargo build -p folkmoot`", program.display());
        }
        let parent = folder.map_or_else(std::env::temp_dir, Path::to_owned);
        fs::create_dir_all(&parent).with_context(|| format!("cannot make {}", parent.display()))?;
        let folder = tempfile::Builder::new().prefix("moot-bench-").tempdir_in(&parent);
        Ok(Self { program, folder: folder.with_context(|| format!("cannot make a folder in {}", parent.display()))? })
    }

    /// The folder all data lies in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts a node on the folder of this name, anew or again, and connects to it.
    ///
    /// # Errors
    /// If it does not become ready.
    pub(crate) async fn start(&self, name: &str) -> anyhow::Result<Node> {
        let data_dir = self.folder.path().join(name);
        fs::create_dir_all(&data_dir)?;
        let endpoint = Endpoint::path_in(&data_dir);
        // What a killed node left would be taken for the new one's.
        Endpoint::remove(&endpoint)?;
        let log = self.folder.path().join(format!("{name}.log"));
        let output = File::create(&log)?;
        let mut command = Command::new(&self.program);
        command.arg("--data-dir").arg(&data_dir).args([
            "serve",
            "--no-mdns",
            "--listen",
            "/ip4/127.0.0.1/udp/0/quic-v1",
        ]);
        // The environment of who measures is not what is measured.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MOOT_")) {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let begun = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot start {}", self.program.display()))?;
        let mut process = Process { child, log };
        while !endpoint.exists() {
            process.check_alive()?;
            if begun.elapsed() > PATIENCE {
                bail!("{name} is not ready after {PATIENCE:?}: {}", process.log_tail());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let ready_in = begun.elapsed();
        let client = Client::connect(&endpoint).await.with_context(|| format!("cannot connect to {name}"))?;
        Ok(Node { process, data_dir, client, ready_in })
    }

    /// Deletes a stopped node's folder: the next of this name starts anew.
    ///
    /// # Errors
    /// If the file system refuses.
    pub(crate) fn forget(&self, name: &str) -> anyhow::Result<()> {
        fs::remove_dir_all(self.folder.path().join(name)).with_context(|| format!("cannot delete the data of {name}"))
    }
}

/// `moot` where cargo puts it: beside this program, or one above when this is a test program.
fn beside_us() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("cannot tell where this program lies")?;
    let found = own.ancestors().skip(1).take(2).map(|folder| folder.join("moot")).find(|moot| moot.is_file());
    found.context("no `moot` beside this program; build it with `cargo build -p folkmoot`, or name it with --moot")
}

/// A child that does not outlive its owner.
struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    fn check_alive(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("moot ended with {status}: {}", self.log_tail()),
        }
    }

    fn log_tail(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let shown = log.get(log.len().saturating_sub(LOG_BYTES)..).unwrap_or_default();
        String::from_utf8_lossy(shown).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already; either way it is gone and reaped afterwards.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A running node.
pub(crate) struct Node {
    process: Process,
    data_dir: PathBuf,
    /// A connection to it.
    pub(crate) client: Client,
    /// From the start of the process to the endpoint file.
    pub(crate) ready_in: Duration,
}

/// Memory of a process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Memory {
    /// Resident.
    pub(crate) rss_mb: f64,
    /// Resident, pages shared with other processes counted in part.
    pub(crate) pss_mb: f64,
}

impl Node {
    /// Stops it in order and waits for its end.
    ///
    /// # Errors
    /// If it does not stop, or not with success.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        self.client.call::<Shutdown>(&ShutdownParams { grace_ms: Some(0) }).await?;
        let begun = Instant::now();
        loop {
            if let Some(status) = self.process.child.try_wait()? {
                anyhow::ensure!(status.success(), "moot stopped with {status}: {}", self.process.log_tail());
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                bail!("moot does not stop: {}", self.process.log_tail());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Memory once the node rests.
    ///
    /// # Errors
    /// If the system does not tell.
    pub(crate) async fn idle_memory(&self) -> anyhow::Result<Memory> {
        let begun = Instant::now();
        let mut ticks = self.ticks()?;
        while begun.elapsed() < IDLE_AT_MOST {
            tokio::time::sleep(IDLE_FOR).await;
            let now = self.ticks()?;
            if now == ticks {
                break;
            }
            ticks = now;
        }
        let megabytes = |file: &str, name: &str| {
            let value = first_value(&self.proc_file(file), name).and_then(|value| kilobytes(&value));
            #[expect(clippy::cast_precision_loss, reason = "kilobytes of one process")]
            value.map(|kilobytes| kilobytes as f64 / 1_024.0).with_context(|| format!("no {name} in /proc"))
        };
        Ok(Memory { rss_mb: megabytes("status", "VmRSS")?, pss_mb: megabytes("smaps_rollup", "Pss")? })
    }

    /// Where it says how it is reached.
    pub(crate) fn endpoint(&self) -> PathBuf {
        Endpoint::path_in(&self.data_dir)
    }

    fn proc_file(&self, name: &str) -> String {
        format!("/proc/{}/{name}", self.process.child.id())
    }

    /// Processor time used so far, in the system's ticks.
    fn ticks(&self) -> anyhow::Result<u64> {
        let stat = fs::read_to_string(self.proc_file("stat"))?;
        ticks_of(&stat).context("unreadable /proc/PID/stat")
    }

    /// Bytes of all its files.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub(crate) fn disk_bytes(&self) -> anyhow::Result<u64> {
        folder_bytes(&self.data_dir)
    }
}

/// User and system time of `/proc/PID/stat`: fields 14 and 15, counted after the name, which may hold anything.
fn ticks_of(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Bytes of all files below a folder.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn folder_bytes(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { folder_bytes(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name() {
        let stat = "7 (a) b (c)) S 1 7 7 0 -1 4194304 100 0 0 0 31 11 0 0 20 0 9 0 12345 1 2";
        assert_eq!(ticks_of(stat), Some(42));
        assert_eq!(ticks_of("7 (moot) S 1"), None);
    }

    #[test]
    fn files_of_all_levels_count() {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::create_dir(folder.path().join("deep")).expect("folder made");
        fs::write(folder.path().join("a"), [0; 100]).expect("written");
        fs::write(folder.path().join("deep/b"), [0; 20]).expect("written");
        assert_eq!(folder_bytes(folder.path()).expect("readable"), 120);
    }

    #[test]
    fn a_process_is_gone_when_its_owner_is() {
        let child = Command::new("sleep").arg("600").spawn().expect("sleep starts");
        let proc_folder = PathBuf::from(format!("/proc/{}", child.id()));
        assert!(proc_folder.exists());
        drop(Process { child, log: PathBuf::new() });
        assert!(!proc_folder.exists());
    }
}
