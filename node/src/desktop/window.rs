//! The process of `moot-window`: started beside our own program, spoken to over its standard input and output, closed by
//! closing them. The address it gets holds a ticket, so it goes in by the pipe, where nobody else can read it.

use std::{
    env, io,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

use super::MootLink;

/// Names the program where it is not beside `moot`.
const PROGRAM_VARIABLE: &str = "MOOT_WINDOW";
/// How long an order may take to be written: the pipe holds hundreds.
const ORDER_WITHIN: Duration = Duration::from_secs(2);
/// How long a window may take to close itself.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);
/// Exit code of a window that stayed blank.
const BLANK: i32 = 3;

/// How the window draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Graphics {
    /// As the engine likes, without the one path that fails most often.
    Usual,
    /// Slow and plain.
    Safe,
}

impl Graphics {
    /// What is set for the window's process, unless the person set it.
    const fn variables(self) -> &'static [(&'static str, &'static str)] {
        // Buffers shared with the graphics driver stay blank on many a driver.
        const USUAL: &[(&str, &str)] = &[("WEBKIT_DISABLE_DMABUF_RENDERER", "1")];
        const SAFE: &[(&str, &str)] = &[
            ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
            ("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
            ("LIBGL_ALWAYS_SOFTWARE", "1"),
        ];
        match self {
            Self::Usual => USUAL,
            Self::Safe => SAFE,
        }
    }
}

/// The first line to the window.
#[derive(Serialize)]
pub(crate) struct Launch<'a> {
    pub(crate) url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<&'a MootLink>,
    pub(crate) state_file: &'a Path,
}

/// Every later line.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Order<'a> {
    /// Come to the front.
    Raise {
        #[serde(skip_serializing_if = "Option::is_none")]
        link: Option<&'a MootLink>,
    },
    /// Load the interface anew.
    Load { url: &'a str },
}

/// A line from the window.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Report {
    /// The page is on the screen.
    Painted,
    /// The page needs an address with a fresh ticket.
    Ticket,
}

/// What a window did.
#[derive(Debug)]
pub(crate) enum Told {
    /// It said something.
    Report(Report),
    /// It was closed by whoever sat in front of it.
    Closed,
    /// It never showed anything.
    Blank,
    /// It died.
    Died(ExitStatus),
}

/// A running window; killed when dropped.
pub(crate) struct WindowProcess {
    child: Child,
    orders: ChildStdin,
    /// None once it has closed its end.
    reports: Option<Lines<BufReader<ChildStdout>>>,
}

impl WindowProcess {
    /// Starts one.
    ///
    /// # Errors
    /// If the program is missing or does not take its first line.
    pub(crate) async fn start(launch: &Launch<'_>, graphics: Graphics) -> io::Result<Self> {
        let mut command = Command::new(program()?);
        // A group of its own: Ctrl+C in the terminal is for us, and we close the window in order.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).process_group(0);
        for (name, value) in graphics.variables() {
            if env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
        let mut child = command.spawn()?;
        let (Some(orders), Some(reports)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("a window without pipes"));
        };
        let mut window = Self { child, orders, reports: Some(BufReader::new(reports).lines()) };
        match window.write(launch).await {
            // It ended before it heard us: how it ended is told by `next`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(window),
            written => written.map(|()| window),
        }
    }

    /// Sends an order.
    ///
    /// # Errors
    /// If the window does not take it.
    pub(crate) async fn order(&mut self, order: &Order<'_>) -> io::Result<()> {
        self.write(order).await
    }

    async fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let write = async {
            self.orders.write_all(&text).await?;
            self.orders.flush().await
        };
        timeout(ORDER_WITHIN, write).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }

    /// What it does next.
    ///
    /// # Cancel safety
    /// Nothing is lost when this is dropped before it is ready.
    pub(crate) async fn next(&mut self) -> Told {
        while let Some(reports) = self.reports.as_mut() {
            match reports.next_line().await {
                Ok(Some(line)) => match serde_json::from_str(&line) {
                    Ok(report) => return Told::Report(report),
                    Err(_) => tracing::debug!("the window said something that is not understood"),
                },
                Ok(None) | Err(_) => self.reports = None,
            }
        }
        match self.child.wait().await {
            Ok(status) if status.success() => Told::Closed,
            Ok(status) if status.code() == Some(BLANK) => Told::Blank,
            Ok(status) => Told::Died(status),
            Err(error) => {
                tracing::error!(%error, "the window's process was lost");
                Told::Died(ExitStatus::default())
            }
        }
    }

    /// Closes it: it sees the end of its input, keeps its size and goes.
    pub(crate) async fn close(mut self) {
        drop(self.orders);
        if timeout(CLOSE_WITHIN, self.child.wait()).await.is_err() {
            tracing::warn!("the window does not close; ending it");
            if let Err(error) = self.child.kill().await {
                tracing::debug!(%error, "the window is gone already");
            }
        }
    }
}

/// Where the program is.
fn program() -> io::Result<PathBuf> {
    if let Some(path) = env::var_os(PROGRAM_VARIABLE).filter(|path| !path.is_empty()) {
        return Ok(path.into());
    }
    Ok(env::current_exe()?.with_file_name("moot-window"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(line: &impl Serialize) -> String {
        serde_json::to_string(line).expect("serializes")
    }

    #[test]
    fn lines_are_what_the_window_reads() {
        let link: MootLink = "moot://join/x".parse().expect("a link");
        let launch = Launch { url: "http://127.0.0.1:1/#ticket=x", link: None, state_file: Path::new("/s") };
        assert_eq!(json(&launch), r#"{"url":"http://127.0.0.1:1/#ticket=x","state_file":"/s"}"#);
        let launch = Launch { link: Some(&link), ..launch };
        assert!(json(&launch).contains(r#""link":"moot://join/x""#));
        assert_eq!(json(&Order::Raise { link: None }), r#"{"kind":"raise"}"#);
        assert_eq!(json(&Order::Load { url: "u" }), r#"{"kind":"load","url":"u"}"#);
        assert_eq!(serde_json::from_str::<Report>(r#"{"kind":"painted"}"#).ok(), Some(Report::Painted));
    }

    #[test]
    fn safe_graphics_add_to_the_usual_ones() {
        let safe = Graphics::Safe.variables();
        assert!(Graphics::Usual.variables().iter().all(|variable| safe.contains(variable)));
        assert!(safe.len() > Graphics::Usual.variables().len());
    }
}
