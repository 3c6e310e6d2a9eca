//! `cargo xtask help`: what there is.

use crate::screen;

/// Every command with its arguments and what it does.
const COMMANDS: &[(&str, &str)] = &[
    ("run [ARGS…]", "build and open the chat; ARGS go to `moot`, as --data-dir D, or serve for no window"),
    ("test [SUITE] [ARGS…]", "every test, or one suite: rust (or ARGS of cargo test), interface, window"),
    ("lint [CHECK]", "format, clippy, docs, dependencies, golden files, interface, rules of the tree; or one of them"),
    ("bench [NAME…] [--json FILE]", "measure; NAME is a workload, as W1a; also --runs N, --quick, --full"),
    ("soak [NAME] [--cases N]", "the suites that grow with time, with their full counts"),
    ("gen [--check]", "write the golden files again, or tell whether they are fresh"),
    ("help", "this"),
];

/// Prints the table.
pub(crate) fn print() {
    screen::say("cargo xtask COMMAND\n");
    for (usage, does) in COMMANDS {
        screen::say(&format!("  {usage:<31} {does}"));
    }
    screen::say("\nCommands that build install what is missing through apt, and say so first.");
    screen::say("Builds go where CARGO_TARGET_DIR says, else to target/.");
}
