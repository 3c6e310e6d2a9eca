//! Rules about Rust files that the compiler does not know.

use std::{fmt::Write as _, path::Path};

use super::{
    Finding,
    tree::{File, Files},
};

/// Lines of a file. Beyond it nobody finds their way; split long before.
const MAX_LINES: usize = 800;
/// Names that say what kind of thing a file holds instead of which thing.
const VAGUE_NAMES: &[&str] = &["types", "util", "utils", "helper", "helpers", "common", "misc", "manager", "shared"];
/// Where text may be written to the terminal: programs that talk to people, and tests.
const TALKING: &[&str] =
    &["node/src/main.rs", "node/src/cli/", "xtask/", "examples/", "tests/", "/examples/", "/tests/", "build.rs"];

/// A text that must not be in Rust code, except where `allowed` says so.
struct Forbidden {
    text: &'static str,
    reason: &'static str,
    allowed: fn(&str) -> bool,
}

/// Whether text may be written to the terminal in this file.
fn may_talk(path: &str) -> bool {
    TALKING.iter().any(|place| {
        if place.starts_with('/') { path.contains(place) } else { path.starts_with(place) || path.ends_with(place) }
    })
}

/// What must not be written. The texts are cut in two, so that this file may name them.
const FORBIDDEN: &[Forbidden] = &[
    Forbidden { text: concat!("#[ig", "nore"), reason: "a test that does not run proves nothing", allowed: |_| false },
    Forbidden { text: concat!("// TO", "DO"), reason: "finish it or file an issue", allowed: |_| false },
    Forbidden { text: concat!("// FIX", "ME"), reason: "finish it or file an issue", allowed: |_| false },
    Forbidden {
        text: concat!("print", "ln!("),
        reason: "libraries write to the log, where secrets have no place",
        allowed: may_talk,
    },
    Forbidden {
        text: concat!("eprint", "!("),
        reason: "libraries write to the log, where secrets have no place",
        allowed: may_talk,
    },
];

/// Looks at every Rust file.
pub(super) fn check(files: &Files) -> Finding {
    let mut faults = String::new();
    for file in files.ending("rs") {
        for fault in faults_of(file) {
            writeln!(faults, "      {}: {fault}", file.path).ok();
        }
    }
    if faults.is_empty() { Finding::Clean } else { Finding::Faults(faults) }
}

fn faults_of(file: &File) -> Vec<String> {
    let mut faults = Vec::new();
    if !file.text.starts_with("//!") {
        faults.push("does not open with //! (what lives here, what never does)".into());
    }
    let lines = file.text.lines().count();
    if lines > MAX_LINES {
        faults.push(format!("{lines} lines, more than {MAX_LINES}"));
    }
    if let Some(name) = vague_name(&file.path) {
        faults.push(format!("'{name}' says no noun and no step; name what it holds"));
    }
    for forbidden in FORBIDDEN.iter().filter(|forbidden| !(forbidden.allowed)(&file.path)) {
        if let Some(line) = line_of(&file.text, forbidden.text) {
            faults.push(format!("line {line}: {}…: {}", forbidden.text, forbidden.reason));
        }
    }
    faults
}

/// The number of the first line outside comments of documentation that holds a text.
fn line_of(text: &str, wanted: &str) -> Option<usize> {
    let code = |line: &str| !line.trim_start().starts_with("///") && !line.trim_start().starts_with("//!");
    text.lines().position(|line| code(line) && line.contains(wanted)).map(|index| index + 1)
}

/// A part of the path, folder or file, that says nothing.
fn vague_name(path: &str) -> Option<&str> {
    path.split('/').map(|part| part.strip_suffix(".rs").unwrap_or(part)).find(|part| {
        let last = part.rsplit('_').next().unwrap_or(part);
        VAGUE_NAMES.contains(&last) && Path::new(part).extension().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::tree::of;

    fn faults(path: &str, text: &str) -> String {
        match check(&of(&[(path, text)])) {
            Finding::Clean => String::new(),
            Finding::Faults(text) => text,
            Finding::Skipped(reason) => panic!("never skipped: {reason}"),
        }
    }

    #[test]
    fn a_file_in_order_is_clean() {
        assert_eq!(faults("node/core/src/log/entry.rs", "//! Entries.\n\nfn one() {}\n"), "");
    }

    #[test]
    fn a_file_says_first_what_lives_in_it() {
        assert!(faults("rpc/src/lib.rs", "fn one() {}\n").contains("does not open"));
    }

    #[test]
    fn a_file_of_801_lines_is_too_long() {
        let long = |lines: usize| format!("//! Long.\n{}", "\n".repeat(lines - 1));
        assert_eq!(faults("rpc/src/lib.rs", &long(800)), "");
        assert!(faults("rpc/src/lib.rs", &long(801)).contains("801 lines"));
    }

    #[test]
    fn a_vague_name_is_refused_wherever_it_stands() {
        for path in ["rpc/src/types.rs", "tests/common/mod.rs", "node/src/key_utils.rs", "node/src/manager.rs"] {
            assert!(faults(path, "//! Docs.\n").contains("no noun"), "{path}");
        }
        assert_eq!(faults("node/src/commons.rs", "//! Docs.\n"), "");
    }

    #[test]
    fn only_programs_that_talk_to_people_may_print() {
        let text = concat!("//! Docs.\nfn a() { print", "ln!(\"x\"); }\n");
        assert!(faults("node/overlay/src/swarm.rs", text).contains("line 2"));
        for path in [
            "node/src/cli/rpc.rs",
            "proto/build.rs",
            "node/core/examples/resolve.rs",
            "xtask/src/screen.rs",
            "tests/bench/main.rs",
        ] {
            assert_eq!(faults(path, text), "", "{path}");
        }
    }

    #[test]
    fn a_test_must_not_be_set_aside() {
        let text = concat!("//! Docs.\n#[test]\n#[ig", "nore]\nfn a() {}\n");
        assert!(faults("rpc/src/lib.rs", text).contains("line 3"));
    }
}
