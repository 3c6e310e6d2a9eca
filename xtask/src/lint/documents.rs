//! Documents link to what exists: every relative link of a Markdown file leads to a file or folder of the tree.

use std::{fmt::Write as _, path::Path};

use super::{Finding, tree::Files};

/// Looks at every Markdown file.
pub(super) fn check(files: &Files) -> Finding {
    let mut faults = String::new();
    for file in files.ending("md") {
        let folder = files.root.join(&file.path);
        let folder = folder.parent().unwrap_or(&files.root);
        for link in links(&file.text).filter(|link| !leads_somewhere(folder, link)) {
            writeln!(faults, "      {}: nothing at '{link}'", file.path).ok();
        }
    }
    if faults.is_empty() { Finding::Clean } else { Finding::Faults(faults) }
}

/// Targets of the inline links outside code.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines()
        .filter(move |line| {
            let fence = line.trim_start().starts_with("```");
            fenced ^= fence;
            !fenced && !fence
        })
        .flat_map(|line| line.split("](").skip(1))
        .filter_map(|rest| rest.split([')', ' ']).next())
}

fn leads_somewhere(folder: &Path, link: &str) -> bool {
    let file = link.split('#').next().unwrap_or(link);
    let elsewhere = link.contains("://") || link.starts_with("mailto:");
    elsewhere || file.is_empty() || folder.join(file).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_in_code_are_not_links() {
        let text = "See [one](a.md) and [two](b.md#part).\n```\n[three](c.md)\n```\n[four](d.md \"title\")\n";
        assert_eq!(links(text).collect::<Vec<_>>(), ["a.md", "b.md#part", "d.md"]);
    }

    #[test]
    fn a_link_to_nothing_is_found() {
        let root = crate::workspace::root();
        assert!(leads_somewhere(&root, "Cargo.toml"));
        assert!(leads_somewhere(&root, "xtask/Cargo.toml#anywhere"));
        assert!(leads_somewhere(&root, "https://example.org/x"));
        assert!(!leads_somewhere(&root, "nowhere.md"));
    }
}
