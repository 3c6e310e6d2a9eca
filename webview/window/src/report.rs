//! What the window tells its keeper: lines of JSON on standard output, and how it ends.

use std::io::Write;

use serde::Serialize;

/// Exit code of a window that stayed blank: the keeper tries other graphics, then a browser.
pub(crate) const BLANK: i32 = 3;

/// A line for the keeper.
#[derive(Clone, Copy, Debug, Serialize, PartialEq, Eq)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Report {
    /// The page is on the screen.
    Painted,
    /// The page needs a new session: send an address with a fresh ticket.
    Ticket,
}

impl Report {
    /// Writes it. A keeper that is gone shows by the end of standard input, not here.
    pub(crate) fn send(self) {
        let mut out = std::io::stdout().lock();
        if let Ok(text) = serde_json::to_string(&self) {
            writeln!(out, "{text}").and_then(|()| out.flush()).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_what_the_keeper_reads() {
        assert_eq!(serde_json::to_string(&Report::Painted).expect("json"), r#"{"kind":"painted"}"#);
        assert_eq!(serde_json::to_string(&Report::Ticket).expect("json"), r#"{"kind":"ticket"}"#);
    }
}
