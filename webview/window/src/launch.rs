//! What the keeper says first: where the interface is, and where the window's size is kept. One line of JSON on standard
//! input, since arguments and environment of a process can be read by others and the address holds a ticket.

use std::io::{BufRead, Read};
use std::path::PathBuf;

use anyhow::Context;
use serde::Deserialize;

/// Bytes of a line from the keeper: an address, a path and a link, each far below.
pub(crate) const LINE_BYTES: u64 = 32 * 1024;

/// How the window begins.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Launch {
    /// Address of the interface, with a ticket in its fragment.
    pub(crate) url: String,
    /// A `moot://` link to open once the page is there.
    #[serde(default)]
    pub(crate) link: Option<String>,
    /// Where size, position and zoom are kept.
    pub(crate) state_file: PathBuf,
}

/// Reads it.
///
/// # Errors
/// If standard input ends or says something else.
pub(crate) fn receive() -> anyhow::Result<Launch> {
    #[cfg(feature = "automation")]
    if let Some(launch) = crate::automation::launch()? {
        return Ok(launch);
    }
    // Locked line by line: the keeper's orders are read from the same stream later.
    let line = line(&mut std::io::stdin().lock())?.context("started by `moot`, which says where the interface is")?;
    parse(&line)
}

/// Reads a line of bounded length; none at the end of the stream.
///
/// # Errors
/// If reading fails or the line is too long.
pub(crate) fn line(input: &mut impl BufRead) -> anyhow::Result<Option<String>> {
    let mut line = String::new();
    let read = input.by_ref().take(LINE_BYTES).read_line(&mut line).context("cannot read standard input")?;
    anyhow::ensure!(read == 0 || line.ends_with('\n'), "a line on standard input does not end");
    Ok((read > 0).then_some(line))
}

/// Reads the line.
///
/// # Errors
/// If it says something else.
pub(crate) fn parse(line: &str) -> anyhow::Result<Launch> {
    // Not the text itself: it may hold a ticket.
    serde_json::from_str(line).context("the first line on standard input is not what `moot` sends")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_launch_is_one_line() {
        let text = "{\"url\":\"http://127.0.0.1:4000/#ticket=x\",\"state_file\":\"/s\"}\n{\"kind\":\"raise\"}\n";
        let mut input = text.as_bytes();
        let first = line(&mut input).expect("readable").expect("a line");
        let launch = parse(&first).expect("a launch");
        assert_eq!(launch.url, "http://127.0.0.1:4000/#ticket=x");
        assert_eq!((launch.link, launch.state_file), (None, PathBuf::from("/s")));
        assert_eq!(line(&mut input).expect("readable").as_deref(), Some("{\"kind\":\"raise\"}\n"));
        assert_eq!(line(&mut input).expect("readable"), None);
    }

    #[test]
    fn a_line_without_end_is_refused_and_not_kept() {
        assert!(line(&mut "x".repeat(100_000).as_bytes()).is_err());
        assert!(line(&mut "cut off".as_bytes()).is_err());
    }

    #[test]
    fn something_else_is_refused_without_repeating_it() {
        let error = parse("{\"url\":\"#ticket=secret\"}").expect_err("no state file");
        assert!(!format!("{error}").contains("secret"));
        assert!(parse("").is_err());
    }
}
