//! The folder that `moot bot new` makes: a bot that answers, with a test, to begin with.

use std::{fs, io, path::Path};

use crate::manifest::{Manifest, ManifestError};

const MAIN: &str = r#"// What the bot does. `moot bot test` tries it without a server.

command("hello", #{ usage: "[@who]", help: "Say hello" }, |ctx, args| {
  let who = if args.who == () { ctx.user } else { args.who };
  ctx.reply(`Hello, ${who.name}!`);
});
"#;

const TEST: &str = r##"test("says hello to whoever asks", || {
  sim.user("ann").say("#general", "!hello");
  expect_reply("Hello, ann!");
});

test("says hello to somebody else", || {
  sim.user("bob");
  sim.user("ann").say("#general", "!hello @bob");
  expect_reply("Hello, bob!");
});
"##;

/// Makes a new bot in a folder of its name below `parent`.
///
/// # Errors
/// If the name is none for a bot, or the folder exists.
pub fn new_bot(parent: &Path, name: &str) -> io::Result<std::path::PathBuf> {
    let manifest = format!(
        r#"[bot]
id = "{name}"
version = "1.0.0"
api = 1
description = "Says hello."

[permissions]
scopes = ["read", "message:write"]

[config]
prefix = {{ type = "string", default = "!" }}
"#
    );
    let wrong = |error: ManifestError| io::Error::new(io::ErrorKind::InvalidInput, error.to_string());
    Manifest::parse(&manifest).map_err(wrong)?;
    let folder = parent.join(name);
    fs::create_dir(&folder)?;
    fs::create_dir(folder.join("tests"))?;
    let readme = format!("# {name}\n\nSays hello. Try it with `moot bot test {name}`.\n");
    let files =
        [("bot.toml", manifest.as_str()), ("main.rhai", MAIN), ("tests/hello.rhai", TEST), ("README.md", &readme)];
    for (file, text) in files {
        fs::write(folder.join(file), text)?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Source, bot::check};

    #[test]
    fn a_new_bot_is_in_order_and_passes_its_tests() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = new_bot(home.path(), "greeter").expect("made");
        let manifest = Manifest::read(&folder).expect("a manifest");
        let source = Source::read(&folder, &manifest.entry).expect("code");
        assert_eq!(check(&manifest, &source), []);
        let report = crate::sim::test::run(&manifest, &source, &Source::read_tests(&folder).expect("tests"));
        assert_eq!((report.tests.len(), report.failed()), (2, 0), "{report}");
        assert!(new_bot(home.path(), "greeter").is_err(), "it exists");
        assert!(new_bot(home.path(), "Bad Name").is_err());
    }
}
