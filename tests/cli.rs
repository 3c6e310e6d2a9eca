//! The command line: what each command prints, on which stream, and with which exit code it ends.

mod harness;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use folkmoot_rpc::Endpoint;
use harness::command::{Ended, moot, run};
use harness::files::plaintext_in;
use harness::node::Node;
use harness::people::SOON;
use harness::wait::wait_for;
use serde_json::{Value, json};

/// A command on a node's data folder.
async fn on(node: &Node, arguments: &[&str]) -> Ended {
    let mut command = moot(node.home());
    command.arg("--data-dir").arg(node.data_dir()).args(arguments);
    run(command).await
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

#[tokio::test]
async fn two_people_talk_by_the_command_line_alone() {
    // given: two nodes, as `moot serve` starts them
    let (alice, bob) = (Node::start("alice").await, Node::start("bob").await);
    assert!(alice.stdout().contains(&alice.endpoint().ui_url), "the address is printed: {}", alice.stdout());

    // when: both come, alice founds a server and invites bob
    on(&alice, &["rpc", "identity.create", "display_name=Alice"]).await.ok();
    on(&bob, &["rpc", "identity.create", r#"{"display_name": "Bob"}"#]).await.ok();
    let server = on(&alice, &["rpc", "server.create", "name=Tea house", "visibility=private"]).await.json();
    let server_id = server["id"].as_str().expect("an id");
    let link = on(&alice, &["invite", "create", server_id]).await.ok();
    let link = link.trim();
    assert!(link.starts_with("moot://join/"), "{link}");
    let preview = on(&bob, &["invite", "preview", link]).await.json();
    assert_eq!((&preview["server_name"], &preview["already_member"]), (&json!("Tea house"), &json!(false)));
    let joined = on(&bob, &["invite", "accept", link]).await.json();
    assert_eq!(joined["id"], json!(server_id));

    // when: alice says something that looks like JSON and something that does not
    let argument = format!("server_id={server_id}");
    let channels = on(&alice, &["rpc", "channel.list", &argument]).await.json();
    assert_eq!(channels["items"][0]["name"], json!("general"));
    let channel = format!("channel_id={}", channels["items"][0]["id"].as_str().expect("an id"));
    on(&alice, &["rpc", "message.send", &channel, "content=is anyone = there?"]).await.ok();
    on(&alice, &["rpc", "message.send", &channel, r#"content="42""#]).await.ok();

    // then: bob reads it
    wait_for("bob has both messages", SOON, async || {
        let page = on(&bob, &["rpc", "message.list", &channel, "limit=10"]).await.json();
        let texts: Vec<_> = page["items"].as_array().into_iter().flatten().map(|item| &item["content"]).collect();
        if texts == ["42", "is anyone = there?"] { Ok(()) } else { Err(page.to_string()) }
    })
    .await;
}

#[tokio::test]
async fn events_are_json_lines_and_end_with_what_is_kept() {
    let node = Node::person("alice").await;
    let place = node.found("Lines", None).await;
    node.say(place.channel, "two\nlines").await;
    let head = node.head().await;

    let all = lines(&on(&node, &["events", "--since", "0", "--no-follow"]).await.ok());
    let numbers: Vec<_> = all.iter().filter_map(|line| line["seq"].as_u64()).collect();
    assert_eq!(numbers, (1..=head).chain([head]).collect::<Vec<_>>(), "every event, then the mark");
    assert_eq!(all.last(), Some(&json!({ "type": "stream.live", "seq": head })));

    let some = on(&node, &["events", "--since", "0", "--types", "message.created,key.*", "--no-follow"]).await.ok();
    let kinds: Vec<_> = lines(&some).iter().map(|line| line["type"].as_str().unwrap_or_default().to_owned()).collect();
    assert!(kinds.iter().any(|kind| kind == "message.created"), "{kinds:?}");
    assert!(kinds.iter().all(|kind| ["message.created", "key.rotated", "stream.live"].contains(&&**kind)), "{kinds:?}");

    let none = lines(&on(&node, &["events", "--no-follow"]).await.ok());
    assert_eq!(none, [json!({ "type": "stream.live", "seq": head })], "nothing old unless asked for");
}

#[tokio::test]
async fn events_follow_until_their_reader_is_gone() {
    let node = Node::person("alice").await;
    let place = node.found("Pipe", None).await;

    // given: `moot events`, read by somebody
    let mut command = moot(node.home());
    command.arg("--data-dir").arg(node.data_dir()).arg("events").stdout(Stdio::piped());
    let mut child = tokio::process::Command::from(command).kill_on_drop(true).spawn().expect("the command starts");
    let stdout = child.stdout.take().expect("a pipe");
    let mut reader = tokio::io::BufReader::new(stdout);
    let mut line = String::new();
    let mut next_line = async || {
        line.clear();
        let read = tokio::io::AsyncBufReadExt::read_line(&mut reader, &mut line);
        harness::wait::in_time("a line", SOON, read).await.expect("a readable line");
        line.clone()
    };
    assert!(next_line().await.contains("stream.live"));

    // when: something happens
    node.say(place.channel, "now").await;
    assert!(next_line().await.contains("\"now\""));

    // when: the reader goes away and something more happens
    drop(reader);
    node.say(place.channel, "unheard").await;

    // then: the command ends well
    let status = harness::wait::in_time("the command ends", SOON, child.wait()).await.expect("waited for");
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn exit_code_tells_what_went_wrong() {
    let node = Node::person("alice").await;
    let place = node.found("Codes", None).await;
    let mut gone = Node::person("gone").await;
    let elsewhere = gone.found("Elsewhere", None).await;
    let unreachable = gone.invite(elsewhere.server).await;
    gone.kill();
    let server = place.server.to_string();
    let nobodys = "srv_ceircejrceircejrceircejrceircejrceircejrceircejrceiq";

    let rows: [(i32, &[&str], &str); 15] = [
        (0, &["rpc", "node.info"], ""),
        (0, &["invite", "create", &server, "--max-uses", "2", "--json"], ""),
        (1, &["rpc", "message.get", "message_id=nonsense"], "msg_"),
        (1, &["rpc", "message.shout"], ""),
        (1, &["rpc", "server.get", &format!("server_id={nobodys}")], "2001"),
        (1, &["invite", "preview", "moot://join/nonsense"], "3001"),
        (1, &["rpc", "identity.create", "display_name=again"], "2002"),
        (2, &["rpc"], "METHOD"),
        (2, &["rpc", "node.info", "hello"], "hello"),
        (2, &["rpc", "node.info", "{"], "JSON"),
        (2, &["events", "--since", "x"], "--since"),
        (2, &["dance"], "dance"),
        (2, &["serve", "--bogus"], "--bogus"),
        (2, &["invite", "create", "nonsense"], "nonsense"),
        (5, &["invite", "accept", &unreachable], "5002"),
    ];
    for (code, arguments, word) in rows {
        let ended = on(&node, arguments).await;
        assert_eq!(ended.code(), code, "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(word), "{arguments:?} says {word:?}: {ended:?}");
        assert_eq!(ended.stdout.is_empty(), code != 0, "results and messages have their own streams: {ended:?}");
    }

    // A folder on which nothing runs: one that never had a node, and one whose node was killed.
    let empty = tempfile::tempdir().expect("a temporary folder");
    for folder in [empty.path().to_owned(), gone.data_dir()] {
        let mut command = moot(empty.path());
        command.arg("--data-dir").arg(&folder).args(["rpc", "node.info"]);
        let ended = run(command).await;
        assert_eq!(ended.code(), 3, "{ended:?}");
        assert!(ended.stderr.contains(folder.to_str().expect("UTF-8")), "{ended:?}");
    }

    // A token that is not the node's.
    let file = node.endpoint().admin_token_file;
    std::fs::write(&file, "A".repeat(43)).expect("written");
    let ended = on(&node, &["rpc", "node.info"]).await;
    assert_eq!(ended.code(), 4, "{ended:?}");
}

#[tokio::test]
async fn second_node_on_a_folder_says_where_the_first_runs() {
    let node = Node::person("alice").await;
    let ended = on(&node, &["serve", "--no-mdns", "--listen", "/ip4/127.0.0.1/udp/0/quic-v1"]).await;
    assert_eq!(ended.code(), 1, "{ended:?}");
    assert!(ended.stderr.contains(&node.endpoint().url), "{ended:?}");

    // then: the first is none the worse for it
    assert_eq!(node.endpoint().pid, node.pid());
    node.found("Still here", None).await;
    on(&node, &["rpc", "node.info"]).await.ok();
}

#[tokio::test]
async fn settings_come_from_file_environment_and_command_line_the_later_winning() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let data = home.path().join("data");
    std::fs::create_dir(&data).expect("made");
    std::fs::write(data.join("config.toml"), "log = 'debug'\nkeep_tokens = true\nrpc = '127.0.0.1:7000'\n")
        .expect("written");
    let show = |environment: &[(&str, &str)]| {
        let mut command = moot(home.path());
        command.arg("--data-dir").arg(&data).args(["config", "show"]).envs(environment.iter().copied());
        run(command)
    };

    let config = show(&[]).await.json();
    assert_eq!((&config["log"], &config["keep_tokens"]), (&json!("debug"), &json!(true)));
    let everywhere = ["/ip4/0.0.0.0/udp/0/quic-v1", "/ip6/::/udp/0/quic-v1", "/ip4/0.0.0.0/tcp/0", "/ip6/::/tcp/0"];
    assert_eq!((&config["listen"], &config["mdns"]), (&json!(everywhere), &json!(true)));
    let config =
        show(&[("MOOT_LOG", "trace"), ("MOOT_LISTEN", r#"["/ip4/127.0.0.1/udp/9/quic-v1"]"#), ("MOOT_MDNS", "false")])
            .await
            .json();
    assert_eq!((&config["log"], &config["keep_tokens"]), (&json!("trace"), &json!(true)));
    let only_here = json!(["/ip4/127.0.0.1/udp/9/quic-v1"]);
    assert_eq!((&config["listen"], &config["mdns"]), (&only_here, &json!(false)));

    // then: what cannot be is an error that names it, for every command that reads settings
    let rows = [
        ("lissen = []\n", "lissen"),
        ("keep_tokens = 'perhaps'\n", "keep_tokens"),
        ("rpc = '0.0.0.0:1'\n", "loopback"),
        ("= 1", "config.toml"),
    ];
    for (text, word) in rows {
        std::fs::write(data.join("config.toml"), text).expect("written");
        for arguments in [["config", "show"].as_slice(), &["serve"]] {
            let mut command = moot(home.path());
            command.arg("--data-dir").arg(&data).args(arguments);
            let ended = run(command).await;
            assert_eq!(ended.code(), 1, "{text}: {ended:?}");
            assert!(ended.stderr.contains(word), "{text} names {word}: {ended:?}");
        }
    }
    std::fs::remove_file(data.join("config.toml")).expect("removed");
    let ended = show(&[("MOOT_LISSEN", "[]")]).await;
    assert_eq!(ended.code(), 1, "{ended:?}");
    assert!(ended.stderr.to_lowercase().contains("lissen"), "{ended:?}");
}

#[tokio::test]
async fn address_that_others_could_reach_is_no_place_for_the_api() {
    let home = tempfile::tempdir().expect("a temporary folder");
    for address in ["0.0.0.0:0", "192.0.2.1:7000", "[::]:0"] {
        let mut command = moot(home.path());
        command.arg("--data-dir").arg(home.path().join("data")).args(["serve", "--rpc", address]);
        let ended = run(command).await;
        assert_eq!(ended.code(), 1, "{ended:?}");
        assert!(ended.stderr.contains("loopback"), "{ended:?}");
    }
    let folder = home.path().join("data");
    assert!(!Endpoint::path_in(&folder).exists(), "nothing was started");
}

#[tokio::test]
async fn token_and_endpoint_are_private_and_new_unless_kept() {
    let mut node = Node::start_with("alice", &["--keep-tokens"]).await;
    let mode = |path: &Path| std::fs::metadata(path).expect("exists").permissions().mode() & 0o777;
    let endpoint = Endpoint::path_in(&node.data_dir());
    assert_eq!(mode(&endpoint), 0o600);
    assert_eq!(mode(endpoint.parent().expect("a folder")), 0o700);
    assert_eq!(mode(&node.endpoint().admin_token_file), 0o600);
    assert_eq!(mode(&node.data_dir().join("identity")), 0o700);
    assert!(node.endpoint().admin_token_file.is_absolute());

    let kept = node.token();
    node.stop().await;
    assert!(!endpoint.exists(), "gone with an orderly stop");
    node.restart().await;
    assert_eq!(node.token(), kept);

    let mut other = Node::start("bob").await;
    let first = other.token();
    other.kill();
    other.restart().await;
    assert_ne!(other.token(), first);
}

/// The data folder that a node names in the line with its address.
fn folder_of(stdout: &str) -> Option<PathBuf> {
    let (_, rest) = stdout.split_once("(data in ")?;
    Some(PathBuf::from(rest.split_once(')')?.0))
}

#[tokio::test]
async fn ephemeral_node_leaves_nothing_behind() {
    // given: a node on a folder of its own choosing
    let home = tempfile::tempdir().expect("a temporary folder");
    let temporary = home.path().join("tmp");
    std::fs::create_dir(&temporary).expect("made");
    let printed = home.path().join("stdout");
    let mut command = moot(home.path());
    command
        .args(["serve", "--ephemeral", "--no-mdns", "--listen", "/ip4/127.0.0.1/udp/0/quic-v1"])
        .env("TMPDIR", &temporary);
    command.stdout(std::fs::File::create(&printed).expect("a file")).stderr(Stdio::null());
    let mut child = tokio::process::Command::from(command).kill_on_drop(true).spawn().expect("the node starts");
    let folder = wait_for("the node prints where it is", SOON, async || {
        let stdout = std::fs::read_to_string(&printed).map_err(|error| error.to_string())?;
        folder_of(&stdout).ok_or(stdout)
    })
    .await;
    assert!(folder.starts_with(&temporary), "{}", folder.display());
    let call = |arguments: &[&str]| {
        let mut command: Command = moot(home.path());
        command.arg("--data-dir").arg(&folder).arg("rpc").args(arguments);
        run(command)
    };
    call(&["identity.create", "display_name=Brief"]).await.ok();

    // when: it is stopped
    call(&["node.shutdown", "grace_ms=0"]).await.ok();
    let status =
        harness::wait::in_time("the node ends", Duration::from_secs(30), child.wait()).await.expect("waited for");

    // then: nothing is left, in its folder or at home
    assert_eq!(status.code(), Some(0));
    let left: Vec<_> = std::fs::read_dir(&temporary).expect("readable").collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(plaintext_in(home.path(), &["Brief"]), []);
}

#[tokio::test]
async fn data_folder_may_be_named_by_the_environment_and_before_or_after_the_command() {
    let node = Node::start("alice").await;
    let folder = node.data_dir();
    let folder = folder.to_str().expect("UTF-8");
    let rows: [(&[&str], bool); 3] = [
        (&["--data-dir", folder, "rpc", "node.info"], false),
        (&["rpc", "--data-dir", folder, "node.info"], false),
        (&["rpc", "node.info"], true),
    ];
    for (arguments, environment) in rows {
        let mut command = moot(node.home());
        command.args(arguments);
        if environment {
            command.env("MOOT_DATA_DIR", folder);
        }
        let info = run(command).await.json();
        assert_eq!(info["data_dir"], json!(folder), "{arguments:?}");
    }
}
