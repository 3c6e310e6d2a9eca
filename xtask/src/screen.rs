//! What the caller sees: lines on standard output, progress on standard error. A reader that went away (`| head`) is no fault.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// How often a long step says that it goes on when nobody watches a terminal; often enough for a reader of a CI log.
const HEARTBEAT: Duration = Duration::from_secs(60);

/// One line on standard output.
pub(crate) fn say(line: &str) {
    writeln!(io::stdout().lock(), "{line}").ok();
}

/// One line on standard error.
pub(crate) fn complain(line: &str) {
    writeln!(io::stderr().lock(), "{line}").ok();
}

/// A question with the answer yes or no; enter means yes. Only asked where standard input is a terminal.
pub(crate) fn ask(question: &str) -> bool {
    write!(io::stderr().lock(), "{question} [Y/n] ").ok();
    io::stderr().flush().ok();
    let mut answer = String::new();
    match io::stdin().read_line(&mut answer) {
        Ok(0) | Err(_) => false,
        Ok(_) => matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"),
    }
}

/// `45 s`, `3 min 20 s`, `1 h 2 min`.
pub(crate) fn duration(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0) => format!("{} ms", elapsed.as_millis()),
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

/// Elapsed time of a step whose own output is kept out of sight.
pub(crate) struct Progress {
    title: String,
    start: Instant,
    last_shown: Instant,
    terminal: bool,
}

impl Progress {
    /// Starts the watch.
    pub(crate) fn start(title: &str) -> Self {
        let now = Instant::now();
        Self { title: title.to_owned(), start: now, last_shown: now, terminal: io::stderr().is_terminal() }
    }

    /// To be called every fraction of a second: redraws the line of a terminal, or says now and then that the step goes on.
    pub(crate) fn tick(&mut self) {
        let (title, elapsed) = (&self.title, duration(self.start.elapsed()));
        if self.terminal {
            write!(io::stderr().lock(), "\r\x1b[K     {title} … {elapsed}").ok();
        } else if self.last_shown.elapsed() >= HEARTBEAT {
            self.last_shown = Instant::now();
            complain(&format!("     {title} … {elapsed}"));
        }
    }

    /// Wipes the line of a terminal.
    pub(crate) fn end(self) {
        if self.terminal {
            write!(io::stderr().lock(), "\r\x1b[K").ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_names_its_two_greatest_units() {
        assert_eq!(duration(Duration::from_millis(40)), "40 ms");
        assert_eq!(duration(Duration::from_secs(45)), "45 s");
        assert_eq!(duration(Duration::from_secs(200)), "3 min 20 s");
        assert_eq!(duration(Duration::from_secs(3_725)), "1 h 2 min");
    }
}
