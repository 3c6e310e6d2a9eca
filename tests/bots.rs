//! Bots: the tools of whoever writes one, the examples with their tests, and hostile code in a real worker process, which ends each
//! time in its documented error and never in the process that runs it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use folkmoot_rpc::ApiError;
use folkmoot_scripts::host::{Call, Level};
use folkmoot_scripts::worker::{ADDRESS_SPACE_BYTES, Attendant, GRACE, Worker, WorkerError};
use folkmoot_scripts::{Cause, FaultKind, Manifest, Source, Trigger, check, sim};
use serde_json::{Value, json};
use tokio::time::Instant;

const MOOT: &str = env!("CARGO_BIN_EXE_moot");

fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/bots");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root)
        .expect("the examples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

#[test]
fn every_example_is_in_order_short_and_tested() {
    let folders = examples();
    assert!(!folders.is_empty());
    for folder in folders {
        let name = folder.display();
        let manifest = Manifest::read(&folder).unwrap_or_else(|error| panic!("{name}: {error}"));
        let source = Source::read(&folder, &manifest.entry).unwrap_or_else(|error| panic!("{name}: {error}"));
        let lines: usize = source.files().map(|(_, text)| text.lines().count()).sum();
        assert!(lines <= 80, "{name} has {lines} lines");
        assert!(folder.join("README.md").is_file(), "{name} has a README");
        let faults: Vec<String> = check(&manifest, &source).iter().map(ToString::to_string).collect();
        assert!(faults.is_empty(), "{name}: {faults:#?}");
        let tests = Source::read_tests(&folder).unwrap_or_else(|error| panic!("{name}: {error}"));
        let report = sim::test::run(&manifest, &source, &tests);
        assert_eq!(report.failed(), 0, "{name}\n{report}");
        assert!(report.tests.len() >= 3, "{name} has {} tests", report.tests.len());
    }
}

#[test]
fn a_bot_is_made_checked_and_tested_from_the_command_line() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let moot = |words: &[&str]| {
        let ran = Command::new(MOOT).args(words).current_dir(home.path()).output().expect("runs");
        let text = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        (ran.status.code(), text)
    };
    assert_eq!(moot(&["bot", "new", "hello"]).0, Some(0));
    assert_eq!(moot(&["bot", "new", "hello"]).0, Some(1), "it exists");
    let (code, text) = moot(&["bot", "check", "hello"]);
    assert_eq!((code, text.contains("in order")), (Some(0), true), "{text}");
    let (code, text) = moot(&["bot", "test", "hello"]);
    assert_eq!((code, text.contains("2 passed, 0 failed")), (Some(0), true), "{text}");
    std::fs::write(home.path().join("hello/main.rhai"), "command(\"hello\", |ctx| ctx.repli(1));\n").expect("written");
    let (code, text) = moot(&["bot", "check", "hello"]);
    assert_eq!(code, Some(1));
    assert!(text.contains("main.rhai:1:") && text.contains("repli"), "{text}");
    let (code, text) = moot(&["bot", "test", "hello"]);
    assert_eq!((code, text.contains("FAILED")), (Some(1), true), "{text}");
}

/// Answers every call with nothing, except that some are never answered.
struct Deaf {
    lines: Vec<String>,
    calls: usize,
    hang: bool,
}

impl Attendant for Deaf {
    async fn call(&mut self, _: Call) -> Result<Value, ApiError> {
        self.calls += 1;
        if self.hang {
            std::future::pending::<()>().await;
        }
        Ok(Value::Null)
    }

    fn log(&mut self, _: Level, text: String) {
        self.lines.push(text);
    }
}

const HOSTILE: &str = "[bot]\nid = \"hostile\"\nversion = \"1.0.0\"\napi = 1\ndescription = \"Hostile.\"\n\
    [permissions]\nscopes = [\"read\", \"message:write\"]\n[limits]\nwall_ms = 1000\n";

async fn start(code: &str) -> Result<Worker, WorkerError> {
    let manifest = Manifest::parse(HOSTILE).expect("valid");
    let source = Source::new([("main.rhai", code)]).expect("a source");
    Worker::start(Path::new(MOOT), manifest, source, serde_json::Map::new(), 1).await
}

fn trigger() -> Trigger {
    let cause = Cause::Command { name: "x".into(), args: String::new() };
    Trigger { key: "c1".into(), at_ms: 0, server_id: None, channel: None, user: None, cause }
}

/// How one body of a handler ends: the limit or the kind, and after how long.
async fn ends(body: &str, hang: bool) -> (String, Duration, Option<u64>) {
    let mut worker =
        start(&format!("command(\"x\", |ctx| {{ {body} }});")).await.unwrap_or_else(|error| panic!("{body}: {error}"));
    let mut deaf = Deaf { lines: Vec::new(), calls: 0, hang };
    let pid = worker.pid();
    let began = Instant::now();
    let outcome = worker.run(trigger(), &mut deaf).await;
    let took = began.elapsed();
    let fault = match outcome {
        Ok(outcome) => outcome.faults.into_iter().next(),
        Err(error) => Some(error.fault()),
    };
    let ended = match fault.map(|fault| fault.kind) {
        Some(FaultKind::Limit(which)) => which,
        Some(kind) => format!("{kind:?}"),
        None => "nothing".to_owned(),
    };
    let size = pid.and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/status")).ok()).and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("VmPeak:"))?.to_owned();
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    });
    worker.stop().await;
    (ended, took, size)
}

#[tokio::test]
async fn hostile_code_ends_in_its_documented_error_within_its_deadline() {
    let table: &[(&str, &[&str])] = &[
        ("loop {}", &["ops", "work_ms"]),
        ("while true { let x = 1; }", &["ops", "work_ms"]),
        ("let s = \"x\"; loop { s += s; }", &["string"]),
        ("let s = \"x\".repeat(16000); s.replace(\"x\", s);", &["string"]),
        ("let s = \"x\"; s.pad(9000000000, \"y\");", &["string"]),
        ("let a = []; loop { a.push(a); }", &["array"]),
        ("let a = [0]; loop { a = [a]; }", &["array"]),
        ("let m = #{}; loop { m = #{ m: m }; }", &["map"]),
        ("let m = #{}; let i = 0; loop { m[`${i}`] = i; i += 1; }", &["map", "ops", "work_ms"]),
        ("let f = || 1; loop { let g = f; f = || g.call(); }", &["ops", "work_ms", "stack", "memory"]),
        ("let i = 0; loop { ctx.kv.set(`k${i}`, i); i += 1; }", &["ops", "work_ms", "wall_ms"]),
        ("for i in 0..100000000 { log.info(i); }", &["ops", "work_ms", "wall_ms"]),
        ("sleep(1e300)", &["Runtime"]),
        ("ctx.kv.get(\"~cooldown/x\")", &["Runtime"]),
        ("http.get(\"https://127.0.0.1/\")", &["Runtime", "Permission(\"http\")"]),
    ];
    for (body, expected) in table {
        let (ended, took, size) = ends(body, false).await;
        // The deaf host answers a web request with nothing, which is no answer.
        assert!(expected.contains(&ended.as_str()), "{body}: {ended}");
        assert!(took < Duration::from_secs(1) + GRACE + Duration::from_secs(1), "{body}: {took:?}");
        if let Some(kib) = size {
            assert!(kib * 1024 <= ADDRESS_SPACE_BYTES, "{body}: {kib} KiB");
        }
    }
}

#[tokio::test]
async fn a_worker_that_never_comes_back_is_killed_at_its_deadline() {
    let (ended, took, _) = ends("ctx.kv.get(\"x\")", true).await;
    assert_eq!(ended, "wall_ms");
    assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(3), "{took:?}");
}

#[tokio::test]
async fn a_worker_lives_on_after_a_fault_and_is_confined() {
    let code = "command(\"x\", |ctx| { let n = ctx.kv.get(\"n\"); log.info(`n is ${n}`); loop {} });";
    let mut worker = start(code).await.expect("it loads");
    let confinement = worker.confinement();
    assert!(confinement.limits, "{confinement}");
    let offered = folkmoot_scripts::worker::kernel();
    assert!(!offered.system_calls || confinement.system_calls, "{confinement}");
    let mut deaf = Deaf { lines: Vec::new(), calls: 0, hang: false };
    for _ in 0..3 {
        let outcome = worker.run(trigger(), &mut deaf).await.expect("the process lives");
        assert_eq!(outcome.faults.len(), 1);
    }
    assert_eq!((deaf.calls, deaf.lines.len()), (3, 3));
    let registered = json!(worker.registered().commands);
    assert_eq!(registered[0]["name"], "x");
    worker.stop().await;
}

#[tokio::test]
async fn code_that_does_not_load_says_where() {
    let error = start("let x = ;").await.err().expect("it does not load");
    let fault = error.fault();
    assert_eq!(fault.kind, FaultKind::Compile, "{fault}");
    assert_eq!(fault.place.as_ref().map(|place| place.line), Some(1), "{fault}");
}
