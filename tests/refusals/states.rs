//! What a node without an identity and a locked one refuse: all but what leads out of that state.

use std::path::Path;

use folkmoot_rpc::ErrorKind;
use folkmoot_rpc::contract::methods;
use serde_json::json;

use super::harness::command::{moot, run};
use super::harness::files::plaintext_in;
use super::harness::node::Node;

const PASSPHRASE: &str = "a passphrase of several words";

/// Calls every method with its example unless `open` says that it is served; all are refused for one reason.
async fn refuses_all_but(node: &Node, kind: ErrorKind, open: impl Fn(&str) -> bool) {
    let mut refused = 0;
    for method in methods().iter().filter(|method| !open(method.name)) {
        let (params, _) = (method.example)();
        node.refuses_as(kind, method.name, &params).await;
        refused += 1;
    }
    assert!(refused > 15, "only {refused} methods refused");
}

async fn locked_node(name: &str) -> Node {
    let node = Node::start(name).await;
    let params = json!({ "display_name": name, "passphrase": PASSPHRASE });
    node.call_raw("identity.create", &params).await;
    node
}

#[tokio::test]
async fn node_without_an_identity_asks_for_one_first() {
    let node = Node::start("nobody").await;
    let open = |method: &str| {
        ["node.", "rpc.", "net."].iter().any(|namespace| method.starts_with(namespace)) || method == "identity.create"
    };
    refuses_all_but(&node, ErrorKind::Precondition, open).await;
    for method in ["node.info", "node.health", "node.stats", "rpc.discover", "net.status", "net.peers"] {
        node.call_raw(method, &json!({})).await;
    }
    assert_eq!(node.call_raw("node.health", &json!({})).await["status"], json!("degraded"));

    // when: it has one
    node.be().await;

    // then: it is served, and there is no second one
    assert_eq!(node.head().await, 0, "nothing had happened");
    let account = node.account().await;
    let error = node.refuses_as(ErrorKind::AlreadyExists, "identity.create", &json!({ "display_name": "eve" })).await;
    assert_eq!(error.kind().code(), 2002);
    assert_eq!(node.account().await, account);
    assert_eq!(node.call_raw("identity.get", &json!({})).await["display_name"], json!("nobody"));
    // Without a passphrase nothing could unlock it.
    node.refuses_as(ErrorKind::Precondition, "identity.lock", &json!({})).await;
}

#[tokio::test]
async fn passphrase_too_short_to_protect_anything_makes_no_identity() {
    let node = Node::start("alice").await;
    let params = json!({ "display_name": "alice", "passphrase": "short" });
    let error = node.refuses_as(ErrorKind::InvalidContent, "identity.create", &params).await;
    assert_eq!(error.detail().field.as_deref(), Some("passphrase"), "{error:?}");
    node.refuses_as(ErrorKind::Precondition, "identity.get", &json!({})).await;
}

#[tokio::test]
async fn locked_node_serves_nothing_until_the_passphrase_comes() {
    // given: a server and a message on a node with a passphrase
    let mut node = locked_node("alice").await;
    let place = node.found("Behind a door", None).await;
    let message = node.say(place.channel, "nobody else reads this").await;
    let open = |method: &str| {
        ["node.", "rpc."].iter().any(|namespace| method.starts_with(namespace)) || method == "identity.unlock"
    };

    // when: it is locked
    let locked = node.call_raw("identity.lock", &json!({})).await;
    assert_eq!(locked["state"], json!("locked"));

    // then: nothing is served but what leads out
    refuses_all_but(&node, ErrorKind::Locked, open).await;
    node.call_raw("node.info", &json!({})).await;

    // then: a wrong passphrase does not
    for wrong in ["a passphrase of several word", "A passphrase of several words", " "] {
        let error = node.refuses_as(ErrorKind::Locked, "identity.unlock", &json!({ "passphrase": wrong })).await;
        assert_eq!(error.kind().code(), 1004);
    }
    refuses_all_but(&node, ErrorKind::Locked, open).await;

    // when: the right one comes
    let ready = node.call_raw("identity.unlock", &json!({ "passphrase": PASSPHRASE })).await;

    // then: everything is there
    assert_eq!((&ready["state"], &ready["display_name"]), (&json!("ready"), &json!("alice")));
    let timeline = node.timeline(place.channel).await.expect("a timeline");
    assert_eq!(timeline.iter().map(|line| line.id).collect::<Vec<_>>(), [message.id]);

    // when: it is killed
    node.kill();

    // then: whoever takes the disk reads nothing
    let texts = [&message.content, "Behind a door", PASSPHRASE];
    assert_eq!(plaintext_in(&node.data_dir(), &texts), []);

    // when: it comes back
    node.restart().await;

    // then: it is locked again
    refuses_all_but(&node, ErrorKind::Locked, open).await;
    node.call_raw("identity.unlock", &json!({ "passphrase": PASSPHRASE })).await;
    assert_eq!(node.timeline(place.channel).await.expect("a timeline"), timeline);
    node.say(place.channel, "on we go").await;
}

#[tokio::test]
async fn passphrase_file_unlocks_at_start_and_a_wrong_one_ends_it() {
    // given: a locked node's folder and files with the right and a wrong passphrase
    let mut node = locked_node("alice").await;
    let account = node.account().await;
    node.stop().await;
    let serve = |file: &Path| {
        let mut command = moot(node.home());
        command.arg("--data-dir").arg(node.data_dir()).arg("serve");
        command.args(["--listen", "/ip4/127.0.0.1/udp/0/quic-v1"]).arg("--passphrase-file").arg(file);
        command
    };
    let (right, wrong) = (node.home().join("right"), node.home().join("wrong"));
    std::fs::write(&right, format!("{PASSPHRASE}\n")).expect("written");
    std::fs::write(&wrong, "another passphrase\n").expect("written");

    // then: a wrong or missing file is an error that says so
    for (file, word) in [(&wrong, "passphrase"), (&node.home().join("missing"), "missing")] {
        let ended = run(serve(file)).await;
        assert_eq!(ended.code(), 1, "{ended:?}");
        assert!(ended.stderr.contains(word), "{ended:?}");
    }

    // then: the right one unlocks
    node.option("--passphrase-file", &right);
    node.restart().await;
    assert_eq!(node.account().await, account);
    assert!(!node.log().contains(PASSPHRASE), "the passphrase is in the log");
}
