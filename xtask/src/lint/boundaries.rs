//! Which crate may name which: the arrows of ARCHITECTURE.md, read off the `Cargo.toml` files.

use std::fmt::Write as _;

use super::{
    Finding,
    tree::{File, Files},
};

/// A library and all crates that may name it. A name ending in `-` or without further letters covers its family (`libp2p-quic`).
const HOMES: &[(&str, &[&str])] = &[
    ("libp2p", &["node/overlay"]),
    ("multiaddr", &["node/overlay"]),
    ("rocksdb", &["node/ledger"]),
    ("rhai", &["scripts"]),
    ("wry", &["webview/window"]),
    ("tao", &["webview/window"]),
    ("gtk", &["webview/window"]),
    ("webkit2gtk", &["webview/window"]),
    ("notify-rust", &["webview/window"]),
    ("rust-embed", &["webview"]),
];

/// Our crates and which others of ours each may name, tests and examples aside. `None`: any.
const ARROWS: &[(&str, Option<&[&str]>)] = &[
    ("proto", Some(&[])),
    ("node/identity", Some(&["folkmoot-proto"])),
    ("node/core", Some(&["folkmoot-proto", "folkmoot-identity"])),
    ("node/ledger", Some(&["folkmoot-proto", "folkmoot-identity", "folkmoot-core"])),
    ("node/overlay", Some(&["folkmoot-proto", "folkmoot-identity", "folkmoot-core"])),
    ("rpc", Some(&[])),
    ("scripts", Some(&["folkmoot-rpc"])),
    ("webview", Some(&[])),
    ("webview/window", Some(&[])),
    ("tests/bench", Some(&["folkmoot-rpc"])),
    ("xtask", Some(&[])),
    ("node", None),
];

/// What would make `core` impure: input and output, clocks, threads, randomness of its own.
const IMPURE: &[&str] =
    &["tokio", "futures", "async-trait", "rand", "getrandom", "reqwest", "rustix", "jiff", "chrono"];

/// Looks at every crate's dependencies.
pub(super) fn check(files: &Files) -> Finding {
    let mut faults = String::new();
    for file in files.ending("toml") {
        let Some(home) = file.path.strip_suffix("/Cargo.toml") else { continue };
        for fault in faults_of(home, file) {
            writeln!(faults, "      {}: {fault}", file.path).ok();
        }
    }
    if faults.is_empty() { Finding::Clean } else { Finding::Faults(faults) }
}

fn faults_of(home: &str, file: &File) -> Vec<String> {
    let mut faults = Vec::new();
    let arrows = ARROWS.iter().find(|(place, _)| *place == home);
    if arrows.is_none() {
        faults.push(format!("the arrows of '{home}' are not drawn; add it to xtask/src/lint/boundaries.rs"));
    }
    for (section, name) in dependencies(&file.text) {
        for (library, homes) in HOMES {
            if belongs_to(name, library) && !homes.contains(&home) {
                faults.push(format!("'{name}' is only named in {}", homes.join(", ")));
            }
        }
        if section == Section::Tests {
            continue;
        }
        if let Some((_, Some(allowed))) = arrows
            && name.starts_with("folkmoot")
            && !allowed.contains(&name)
        {
            faults.push(format!("no arrow leads to '{name}'"));
        }
        if home == "node/core" && IMPURE.contains(&name) {
            faults.push(format!("core is pure: '{name}' brings the outside in"));
        }
    }
    faults
}

/// Whether a crate is a library or one of its family.
fn belongs_to(name: &str, library: &str) -> bool {
    name.strip_prefix(library).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// For what a crate is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Product,
    Tests,
}

/// Names in the dependency tables of a `Cargo.toml`. Tables are one line per crate here, and `[dependencies.NAME]` is understood.
fn dependencies(text: &str) -> Vec<(Section, &str)> {
    let mut found = Vec::new();
    let mut section = None;
    for line in text.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let table = table.trim_matches(['[', ']']);
            let (kind, name) = match table.rfind("dependencies") {
                Some(at) => (table.get(..at).unwrap_or(""), table.get(at + "dependencies".len()..).unwrap_or("")),
                None => {
                    section = None;
                    continue;
                }
            };
            let here = if kind.ends_with("dev-") { Section::Tests } else { Section::Product };
            section = name.is_empty().then_some(here);
            if let Some(name) = name.strip_prefix('.') {
                found.push((here, name));
            }
        } else if let Some(here) = section
            && !line.starts_with('#')
            && let Some(name) = line.split(['=', '.', ' ']).next()
            && !name.is_empty()
        {
            found.push((here, name));
        }
    }
    found
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
    fn every_way_to_name_a_dependency_is_read() {
        let text = "[package]\nname = \"x\"\n[dependencies]\na.workspace = true\nb = { path = \"b\" }\n# c = 1\n\
                    [dev-dependencies]\nd = \"1\"\n[dependencies.e]\nversion = \"1\"\n[target.'cfg(unix)'.dependencies]\nf = \"1\"\n\
                    [[bin]]\nname = \"g\"\n";
        let product = |name| (Section::Product, name);
        assert_eq!(dependencies(text), [product("a"), product("b"), (Section::Tests, "d"), product("e"), product("f")]);
    }

    #[test]
    fn storage_and_overlay_stay_in_their_crates() {
        assert!(
            faults("node/Cargo.toml", "[dependencies]\nrocksdb.workspace = true\n")
                .contains("only named in node/ledger")
        );
        assert!(
            faults("node/ledger/Cargo.toml", "[dev-dependencies]\nlibp2p-stream = \"1\"\n")
                .contains("only named in node/overlay")
        );
        assert_eq!(faults("node/ledger/Cargo.toml", "[dependencies]\nrocksdb.workspace = true\n"), "");
    }

    #[test]
    fn a_wrong_arrow_is_found_and_a_right_one_is_not() {
        assert!(faults("rpc/Cargo.toml", "[dependencies]\nfolkmoot-core.workspace = true\n").contains("no arrow"));
        assert!(
            faults("node/ledger/Cargo.toml", "[dependencies]\nfolkmoot-overlay.workspace = true\n")
                .contains("no arrow")
        );
        assert_eq!(faults("node/core/Cargo.toml", "[dependencies]\nfolkmoot-identity.workspace = true\n"), "");
        assert_eq!(faults("rpc/Cargo.toml", "[dev-dependencies]\nfolkmoot.workspace = true\n"), "");
    }

    #[test]
    fn webkit_is_linked_by_the_window_alone() {
        for library in ["wry", "webkit2gtk", "webkit2gtk-sys"] {
            let text = format!("[dependencies]\n{library}.workspace = true\n");
            for home in ["node", "webview", "rpc"] {
                let found = faults(&format!("{home}/Cargo.toml"), &text);
                assert!(found.contains("only named in webview/window"), "{library} in {home}: {found}");
            }
            assert_eq!(faults("webview/window/Cargo.toml", &text), "");
        }
        assert!(faults("node/Cargo.toml", "[dependencies]\nfolkmoot-webview.workspace = true\n").is_empty());
        for home in ["webview", "webview/window"] {
            let text = "[dependencies]\nfolkmoot-rpc.workspace = true\n";
            assert!(faults(&format!("{home}/Cargo.toml"), text).contains("no arrow"), "{home}");
        }
    }

    #[test]
    fn core_takes_time_and_randomness_as_arguments() {
        assert!(faults("node/core/Cargo.toml", "[dependencies]\ntokio.workspace = true\n").contains("core is pure"));
        assert_eq!(faults("node/core/Cargo.toml", "[dev-dependencies]\nrand.workspace = true\n"), "");
    }

    #[test]
    fn a_new_crate_needs_arrows() {
        assert!(faults("gateway/Cargo.toml", "[dependencies]\n").contains("not drawn"));
    }
}
