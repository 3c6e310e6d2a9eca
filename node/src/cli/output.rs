//! Printing results. A reader that went away (`| head`) ends the command quietly instead of in a panic.

use std::io::Write;

use serde::Serialize;

/// Prints a line; false when nobody reads any more.
pub(super) fn line(text: &str) -> bool {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).is_ok()
}

/// A line for people, beside the results.
pub(super) fn complain(text: &str) {
    // Nobody reads any more: then nobody misses it.
    writeln!(std::io::stderr().lock(), "{text}").ok();
}

/// Prints a value as indented JSON.
pub(super) fn json<T: Serialize>(value: &T) {
    line(&serde_json::to_string_pretty(value).unwrap_or_default());
}
