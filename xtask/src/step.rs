//! One program started on behalf of a command: in sight with its own output, or out of sight into a log file.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    failure::Failure,
    screen::{self, Progress},
};

/// How often a child is looked at; short against the shortest step, long against the cost of a look.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Bytes of a log shown when its step failed. The end is what matters, and a terminal holds no more.
const SHOWN_BYTES: u64 = 64 * 1024;

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With code 0.
    Success,
    /// With another code or by a signal.
    Fault,
    /// It was stopped because its time was over.
    OutOfTime,
}

/// A program that ran out of sight.
pub(crate) struct Quiet {
    /// How it ended.
    pub(crate) end: End,
    /// Everything it wrote, both outputs in their order.
    pub(crate) log: PathBuf,
}

impl Quiet {
    /// The last part of what it wrote.
    pub(crate) fn tail(&self) -> String {
        tail(&self.log).unwrap_or_else(|error| format!("{}: {error}", self.log.display()))
    }
}

/// Runs a program with its own output in sight, tells what for and how long it took.
///
/// # Errors
/// [`Failure::Spawn`] or [`Failure::Program`].
pub(crate) fn visible(title: &str, command: &mut Command) -> Result<(), Failure> {
    screen::say(&format!("==> {title}"));
    let start = Instant::now();
    let status = command.status().map_err(|source| spawn_failure(command, source))?;
    check(title, status)?;
    screen::say(&format!("    done in {}", screen::duration(start.elapsed())));
    Ok(())
}

/// Turns another code than 0 into a failure.
///
/// # Errors
/// [`Failure::Program`].
pub(crate) fn check(title: &str, status: ExitStatus) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::Program { title: title.to_owned(), status: status.to_string() })
}

/// A program that could not be started.
pub(crate) fn spawn_failure(command: &Command, source: io::Error) -> Failure {
    Failure::Spawn { program: command.get_program().to_string_lossy().into_owned(), source }
}

/// A program that works on while the caller does other things.
pub(crate) struct Background {
    title: String,
    child: Child,
    log: PathBuf,
}

impl Background {
    /// Starts it with both outputs in `folder/NAME.log` and nothing on its standard input.
    ///
    /// # Errors
    /// [`Failure::File`] or [`Failure::Spawn`].
    pub(crate) fn start(title: &str, name: &str, folder: &Path, command: &mut Command) -> Result<Self, Failure> {
        let log = folder.join(format!("{name}.log"));
        let file_failure = |source| Failure::File { path: log.clone(), source };
        fs::create_dir_all(folder).map_err(file_failure)?;
        let out = File::create(&log).map_err(file_failure)?;
        let err = out.try_clone().map_err(file_failure)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(|source| spawn_failure(command, source))?;
        Ok(Self { title: title.to_owned(), child, log })
    }

    /// Waits for its end and shows the time that passes; stops it after `limit`, counted from now.
    ///
    /// # Errors
    /// [`Failure::Spawn`] when the system loses it.
    pub(crate) fn wait(mut self, limit: Option<Duration>) -> Result<Quiet, Failure> {
        let lost = |source| Failure::Spawn { program: self.title.clone(), source };
        let mut progress = Progress::start(&self.title);
        let waiting = Instant::now();
        let end = loop {
            if let Some(status) = self.child.try_wait().map_err(lost)? {
                break if status.success() { End::Success } else { End::Fault };
            }
            if limit.is_some_and(|limit| waiting.elapsed() > limit) {
                self.child.kill().map_err(lost)?;
                self.child.wait().map_err(lost)?;
                break End::OutOfTime;
            }
            progress.tick();
            thread::park_timeout(LOOK_EVERY);
        };
        progress.end();
        Ok(Quiet { end, log: self.log })
    }
}

/// The last bytes of a file, from the start of a line.
fn tail(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let skipped = length.saturating_sub(SHOWN_BYTES);
    file.seek(SeekFrom::Start(skipped))?;
    let mut bytes = Vec::new();
    file.take(SHOWN_BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if skipped == 0 {
        return Ok(text);
    }
    let whole_lines = text.split_once('\n').map_or(text.as_str(), |(_, rest)| rest);
    Ok(format!("[… {}]\n{whole_lines}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(name: &str, script: &str, limit: Option<Duration>) -> Quiet {
        let folder = std::env::temp_dir().join(format!("xtask-step-{}-{name}", std::process::id()));
        Background::start(name, name, &folder, Command::new("sh").args(["-c", script]))
            .expect("sh starts")
            .wait(limit)
            .expect("sh ends")
    }

    #[test]
    fn both_outputs_of_a_failed_program_are_kept_in_order() {
        let ended = quiet("order", "echo one; echo two >&2; exit 3", None);
        assert_eq!(ended.end, End::Fault);
        assert_eq!(ended.tail(), "one\ntwo\n");
    }

    #[test]
    fn a_program_over_its_time_is_stopped() {
        let ended = quiet("late", "exec sleep 600", Some(Duration::from_millis(100)));
        assert_eq!(ended.end, End::OutOfTime);
    }

    #[test]
    fn a_long_log_is_shown_from_a_whole_line_on() {
        let ended = quiet("long", "i=0; while [ $i -lt 12000 ]; do echo line-$i; i=$((i+1)); done", None);
        let text = ended.tail();
        assert_eq!(ended.end, End::Success);
        assert!(text.ends_with("line-11999\n"), "the end is there");
        let second = text.lines().nth(1).expect("two lines");
        assert!(second.starts_with("line-"), "{second}");
        assert!(text.len() as u64 <= SHOWN_BYTES + 300);
    }
}
