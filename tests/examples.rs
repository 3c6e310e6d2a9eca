//! The example clients of `examples/rpc` do what their README says, each as a program of its own: they talk, follow, and go on where
//! they stopped, whoever was restarted.
//!
//! The Rust one always runs. The others need what `cargo xtask test` installs into the target folder (or the machine has); where it
//! is missing their test says so and passes.

mod harness;

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use folkmoot_rpc::ids::ChannelId;
use harness::node::Node;
use harness::wait::wait_for;

/// From something said to its line, on a machine that does much else; includes the start of an interpreter.
const PRINTED: Duration = Duration::from_secs(60);

/// An example at work.
struct Example {
    child: Child,
    output: PathBuf,
}

impl Example {
    fn start(mut command: Command, output: PathBuf) -> Self {
        let file = File::create(&output).expect("a file for the output");
        let errors = File::create(output.with_extension("stderr")).expect("a file for the errors");
        let child = command.stdin(Stdio::null()).stdout(file).stderr(errors).spawn().expect("the example starts");
        Self { child, output }
    }

    /// Waits until it has printed what these lines end with, nothing else and nothing twice; the number of the last line's event.
    async fn prints(&mut self, expected: &[&str]) -> u64 {
        let lines = wait_for(&format!("the example prints {expected:?}"), PRINTED, async || {
            let lines: Vec<String> = read(&self.output).lines().map(str::to_owned).collect();
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the example ended with {status}: {}", read(&self.output.with_extension("stderr")));
            }
            if lines.len() >= expected.len() {
                Ok(lines)
            } else {
                Err(format!("{lines:?}, {}", read(&self.output.with_extension("stderr"))))
            }
        })
        .await;
        let split = |line: &String| line.split_once(' ').map(|(seq, text)| (seq.parse::<u64>(), text.to_owned()));
        let (numbers, texts): (Vec<_>, Vec<_>) = lines.iter().filter_map(split).unzip();
        assert_eq!(texts, expected);
        numbers.into_iter().next_back().expect("a line").expect("a line begins with the number of its event")
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        // Fails only for a process that has ended; waiting leaves no zombie either way.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// What all three must do. `program` is the example without its arguments.
async fn talks_and_resumes(program: impl Fn() -> Command) {
    let mut node = Node::person("Ada").await;
    let channel = node.found("Home", None).await.channel;
    let position = node.home().join("position");
    let command = |folder: &Path, channel: ChannelId, text: &[&str]| {
        let mut command = program();
        command.arg(folder).arg(channel.to_string()).arg(&position).args(text);
        command
    };

    let begun = command(&node.data_dir(), channel, &["hello from the example"]);
    let mut example = Example::start(begun, node.home().join("first"));
    example.prints(&["Ada: hello from the example"]).await;
    node.say(channel, "hello, and welcome").await;
    example.prints(&["Ada: hello from the example", "Ada: hello, and welcome"]).await;

    // The node comes back with another port and another token.
    node.kill();
    node.restart().await;
    node.say(channel, "back again").await;
    let seen = ["Ada: hello from the example", "Ada: hello, and welcome", "Ada: back again"];
    let last = example.prints(&seen).await;

    wait_for("the position is noted", PRINTED, async || match read(&position).trim().parse::<u64>() {
        Ok(noted) if noted >= last => Ok(()),
        noted => Err(format!("{noted:?}, not yet {last}")),
    })
    .await;
    drop(example);
    node.say(channel, "said while you were away").await;
    let resumed = command(&node.data_dir(), channel, &[]);
    let mut example = Example::start(resumed, node.home().join("second"));
    example.prints(&["Ada: said while you were away"]).await;
}

/// The folder cargo builds into.
fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the folder is inside the target folder")
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/rpc").join(name)
}

/// Said past the capture of output: a test that did not run should not look like one that did.
fn skipped(what: &str, missing: &str) {
    let line = format!("skipped: the {what} example; {missing} missing, `cargo xtask test` installs it\n");
    drop(std::io::stderr().write_all(line.as_bytes()));
}

/// Whether a command runs and succeeds.
fn succeeds(command: &mut Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}

/// The Rust example. Cargo builds it together with all tests; when only this suite was asked for, it is built here.
fn rust_client() -> PathBuf {
    let beside = Path::new(env!("CARGO_BIN_EXE_moot")).parent().expect("a folder of binaries");
    let program = beside.join("examples/client");
    let changed = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    if changed(&program) < changed(&source("rust/client.rs")) {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "folkmoot", "--example", "client"]);
        if beside.ends_with("release") {
            build.arg("--release");
        }
        assert!(succeeds(build.current_dir(env!("CARGO_MANIFEST_DIR"))), "the example does not build");
    }
    program
}

#[tokio::test]
async fn rust_client_talks_and_resumes() {
    let program = rust_client();
    talks_and_resumes(|| Command::new(&program)).await;
}

#[tokio::test]
async fn python_client_talks_and_resumes() {
    let python = || {
        let mut command = Command::new("python3");
        command.env("PYTHONPATH", target().join("clients/python"));
        command
    };
    if !succeeds(python().args(["-c", "import websockets.sync.client"])) {
        return skipped("Python", "python3 or its package websockets is");
    }
    talks_and_resumes(|| {
        let mut command = python();
        command.arg(source("python/client.py"));
        command
    })
    .await;
}

#[tokio::test]
async fn typescript_client_talks_and_resumes() {
    let loader = target().join("clients/typescript/node_modules/tsx/dist/loader.mjs");
    let script = source("typescript/client.ts");
    let program = || {
        let mut command = Command::new("node");
        // What newer versions do by themselves.
        if loader.is_file() {
            command.args(["--no-warnings", "--experimental-websocket", "--import"]);
            command.arg(format!("file://{}", loader.display()));
        }
        command.arg(&script);
        command
    };
    // Without arguments it says how it is used, with code 2: then this Node.js can run it.
    if program().stdin(Stdio::null()).stderr(Stdio::null()).status().ok().and_then(|status| status.code()) != Some(2) {
        return skipped("TypeScript", "node, or for older versions its package tsx, is");
    }
    talks_and_resumes(program).await;
}

#[test]
fn every_client_fits_on_a_page() {
    for name in ["rust/client.rs", "python/client.py", "typescript/client.ts"] {
        let lines = read(&source(name)).lines().count();
        assert!((1..=60).contains(&lines), "{name} has {lines} lines, not 1 to 60");
    }
}
