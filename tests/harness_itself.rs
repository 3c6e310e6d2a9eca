//! The harness shows that what the suites rely on holds: children die, files are searched, waits end.

mod harness;

use std::path::Path;
use std::time::Duration;

use folkmoot_rpc::contract::node::{Info, NoParams};
use harness::command::{moot, run};
use harness::files::plaintext_in;
use harness::node::Node;
use harness::wait::wait_for;
use rustix::process::{Pid, test_kill_process};

/// Whether a process exists; one that ended and was not waited for does.
fn exists(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process id");
    test_kill_process(pid).is_ok()
}

#[tokio::test]
async fn dropped_node_is_gone_with_its_folder() {
    let node = Node::start("brief").await;
    let (pid, home) = (node.pid(), node.home().to_owned());
    assert!(exists(pid), "a running node exists");
    assert!(home.exists());

    drop(node);

    assert!(!exists(pid), "process {pid} outlived its test");
    assert!(!home.exists(), "{} outlived its test", home.display());
}

#[tokio::test]
async fn node_of_a_test_that_panics_is_gone_too() {
    let (tell, told) = tokio::sync::oneshot::channel();
    let tests = tokio::task::LocalSet::new();
    let test = tests.spawn_local(async move {
        let node = Node::start("unlucky").await;
        tell.send(node.pid()).expect("somebody listens");
        panic!("as a failing test does");
    });
    let ended = tests.run_until(test).await.expect_err("a panic");
    assert!(ended.is_panic());
    let pid = told.await.expect("a process id");
    assert!(!exists(pid), "process {pid} outlived its test");
}

#[tokio::test]
async fn killed_node_is_gone_and_comes_back_as_itself() {
    let mut node = Node::start("phoenix").await;
    let (pid, peer) = (node.pid(), node.peer_id().await);
    node.kill();
    assert!(!exists(pid), "process {pid} survived SIGKILL");
    node.restart().await;
    assert_ne!(node.pid(), pid);
    let info = node.call::<Info>(&NoParams {}).await;
    assert_eq!(info.peer_id, peer);
    assert_eq!(Path::new(&info.data_dir), node.data_dir());
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[should_panic(expected = "had ended by itself")]
async fn node_that_ended_by_itself_was_not_killed() {
    let mut node = Node::start("quitter").await;
    let params = folkmoot_rpc::contract::node::ShutdownParams { grace_ms: Some(0) };
    node.call::<folkmoot_rpc::contract::node::Shutdown>(&params).await;
    let stopped = format!("/proc/{}/status", node.pid());
    wait_for("the node has ended", Duration::from_secs(30), async || match std::fs::read_to_string(&stopped) {
        Ok(status) if status.contains("State:\tZ") => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    node.kill();
}

#[test]
fn plaintext_is_found_wherever_it_lies() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let deep = folder.path().join("a").join("b");
    std::fs::create_dir_all(&deep).expect("made");
    let utf16: Vec<u8> = "secret word".encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(deep.join("plain"), b"\0\x01sssecret word\xff").expect("written");
    std::fs::write(folder.path().join("wide"), utf16).expect("written");
    std::fs::write(folder.path().join("other"), b"secret wor").expect("written");

    let mut found: Vec<_> = plaintext_in(folder.path(), &["secret word", "absent"])
        .into_iter()
        .map(|(path, text)| (path.file_name().map(|name| name.to_string_lossy().into_owned()), text))
        .collect();
    found.sort();
    assert_eq!(found, [(Some("plain".into()), "secret word".into()), (Some("wide".into()), "secret word".into())]);
}

#[tokio::test]
#[should_panic(expected = "in vain until pigs fly: they walk")]
async fn wait_in_vain_ends_and_tells_what_was_seen() {
    wait_for::<()>("pigs fly", Duration::from_millis(50), async || Err("they walk".to_owned())).await;
}

#[tokio::test]
async fn command_runs_apart_from_the_machines_own_data() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut command = moot(home.path());
    command.args(["rpc", "node.info"]);
    let ended = run(command).await;
    assert_eq!(ended.code(), 3, "{ended:?}");
    assert!(ended.stderr.contains(home.path().to_str().expect("UTF-8")), "another folder than home: {ended:?}");
}
