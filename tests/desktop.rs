//! `moot` in front of a screen, with a window program of the test's in place of the real one: what it is told and by which road,
//! what happens when it closes, dies, stays blank or is missing, and what a second `moot` does. The real window has its own suite in
//! `tests/window`.

mod harness;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use folkmoot_rpc::{Client, Endpoint};
use harness::command::{moot, run};
use harness::http::Request;
use harness::node::Node;
use harness::wait::wait_for;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

/// For what happens within a moment, on a machine that does much else.
const SOON: Duration = Duration::from_secs(60);

/// The window in the tests: writes down what it gets, says that it is painted, and ends when told with the code that stands in
/// `code`, or by itself at once if the test says so.
const WINDOW: &str = r#"#!/bin/sh
cd "$(dirname "$0")"
echo "$*" >>arguments
tr '\0' '\n' </proc/$$/environ >>environment
trap 'exit "$(cat code 2>/dev/null || echo 0)"' TERM
[ -e blank ] && exit 3
[ -e silent ] || echo '{"kind":"painted"}'
echo $$ >>pids
while read -r line; do
  echo "$line" >>told
  [ -e wants-ticket ] && rm wants-ticket && echo '{"kind":"ticket"}'
done
echo end >>told
"#;

/// Writes down what it is asked to open.
const OPENER: &str = "#!/bin/sh\necho \"$1\" >>\"$(dirname \"$0\")/opened\"\n";

/// A screen with a person in front of it, and a folder for their node.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("moot-desk-").tempdir().expect("a temporary folder");
        let desk = Self { folder };
        desk.program("moot-window", WINDOW);
        desk.program("xdg-open", OPENER);
        desk
    }

    fn program(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::write(&path, text).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("set");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn note(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
    }

    fn lines(&self, name: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.path(name)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// What windows were told, as JSON; the end of their input is null.
    fn told(&self) -> Vec<Value> {
        self.lines("told").iter().map(|line| serde_json::from_str(line).unwrap_or_default()).collect()
    }

    fn data_dir(&self) -> PathBuf {
        self.path("data")
    }

    /// `moot` on this desk.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = moot(self.folder.path());
        let path = format!("{}:{}", self.folder.path().display(), std::env::var("PATH").unwrap_or_default());
        command
            .args(["--listen", "/ip4/127.0.0.1/udp/0/quic-v1", "--data-dir"])
            .arg(self.data_dir())
            .args(arguments)
            .env("DISPLAY", ":none")
            .env("PATH", path)
            .env("MOOT_WINDOW", self.path("moot-window"));
        command
    }

    fn start(&self, arguments: &[&str]) -> Running {
        Running::start(self.command(arguments), self.path("output"))
    }

    /// The process of the window that is there after `count` windows were started.
    async fn window(&self, count: usize) -> Pid {
        let pid = wait_for("a window is there", SOON, async || {
            let pids = self.lines("pids");
            if pids.len() == count { Ok(pids[count - 1].clone()) } else { Err(format!("windows: {pids:?}")) }
        });
        pid.await.parse().ok().and_then(Pid::from_raw).expect("a process id")
    }

    async fn wait_until_told(&self, what: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        wait_for("the window is told", SOON, async || {
            let told = self.told();
            if what(&told) { Ok(told) } else { Err(format!("{told:?}")) }
        })
        .await
    }

    /// The address by which somebody came in for the n-th time without a window: the browser's, or the printed one where other
    /// people use the machine.
    async fn way_in(&self, moot: &Running, number: usize) -> String {
        wait_for("the browser is opened", SOON, async || {
            let printed = addresses_in(&moot.output()).into_iter();
            let opened: Vec<String> = self.lines("opened").into_iter().chain(printed).collect();
            opened.get(number - 1).cloned().ok_or_else(|| moot.output())
        })
        .await
    }

    /// The node's endpoint, once it answers.
    async fn endpoint(&self) -> Endpoint {
        let path = Endpoint::path_in(&self.data_dir());
        wait_for("the node answers", SOON, async || {
            Client::connect(&path).await.map_err(|error| error.to_string())?;
            Endpoint::read(&path).map_err(|error| error.to_string())
        })
        .await
    }
}

/// A process that does not outlive its test.
struct Running {
    child: std::process::Child,
    output: PathBuf,
}

impl Running {
    fn start(mut command: Command, output: PathBuf) -> Self {
        let file = std::fs::File::options().create(true).append(true).open(&output).expect("a file for the output");
        let copy = file.try_clone().expect("a second handle");
        let child = command.stdin(Stdio::null()).stdout(file).stderr(copy).spawn().expect("moot starts");
        Self { child, output }
    }

    fn output(&self) -> String {
        std::fs::read_to_string(&self.output).expect("the output is there")
    }

    fn interrupt(&self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, Signal::INT).expect("it runs");
    }

    async fn end(&mut self) -> ExitStatus {
        wait_for("moot ends", SOON, async || match self.child.try_wait() {
            Ok(Some(status)) => Ok(status),
            Ok(None) => Err("it runs".to_owned()),
            Err(error) => Err(error.to_string()),
        })
        .await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails only for a child that has ended and was waited for.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn term(pid: Pid) {
    kill_process(pid, Signal::TERM).expect("the window runs");
}

/// Exchanges the ticket of an address; the status.
async fn exchange(node: &str, address: &str) -> u16 {
    let ticket = address.split_once("#ticket=").expect("a ticket").1.split('&').next().expect("a ticket");
    let body = json!({ "ticket": ticket }).to_string();
    let answer = Request::post_to(node, "/session", &body).send_to(node).await;
    answer.status
}

#[tokio::test]
async fn moot_alone_starts_a_node_and_a_window_and_closing_it_stops_both() {
    let desk = Desk::new();
    let mut moot = desk.start(&[]);
    let window = desk.window(1).await;
    let endpoint = desk.endpoint().await;

    // then: the address came by the pipe, and by no other road
    let told = desk.wait_until_told(|told| !told.is_empty()).await;
    let address = told[0]["url"].as_str().expect("an address").to_owned();
    assert!(address.starts_with(&format!("{}#ticket=", endpoint.ui_url)), "{address}");
    assert_eq!(told[0]["state_file"], json!(desk.data_dir().join("window/state.json")));
    assert_eq!(desk.lines("arguments"), [""]);
    let environment = desk.lines("environment");
    assert!(environment.iter().all(|line| !line.contains("ticket")), "{environment:?}");
    assert!(environment.contains(&"WEBKIT_DISABLE_DMABUF_RENDERER=1".to_owned()));
    assert!(!moot.output().contains("ticket"), "{}", moot.output());
    assert_eq!(exchange(&endpoint.url, &address).await, 200, "the ticket is good");

    // when: the person closes the window
    term(window);
    assert_eq!(moot.end().await.code(), Some(0), "{}", moot.output());
    assert!(!Endpoint::path_in(&desk.data_dir()).exists(), "the node stopped in order");
}

#[tokio::test]
async fn a_second_moot_raises_the_window_and_hands_its_link_over() {
    let desk = Desk::new();
    let mut moot = desk.start(&[]);
    desk.window(1).await;
    desk.wait_until_told(|told| told.len() == 1).await;

    let second = run(desk.command(&[])).await;
    assert_eq!(second.code(), 0, "{second:?}");
    let third = run(desk.command(&["moot://join/abc"])).await;
    assert_eq!(third.code(), 0, "{third:?}");
    let told = desk.wait_until_told(|told| told.len() == 3).await;
    assert_eq!(told[1..], [json!({ "kind": "raise" }), json!({ "kind": "raise", "link": "moot://join/abc" })]);
    assert_eq!(desk.lines("pids").len(), 1, "one window");

    // and: a second `moot serve` says where the first runs
    let endpoint = desk.endpoint().await;
    let serve = run(desk.command(&["serve"])).await;
    assert_eq!(serve.code(), 1);
    assert!(serve.stderr.contains(&endpoint.url), "{serve:?}");

    moot.interrupt();
    assert_eq!(moot.end().await.code(), Some(0));
    assert_eq!(desk.told().last(), Some(&Value::Null), "the window saw the end of its input");
}

#[tokio::test]
async fn a_link_at_the_start_goes_with_the_address() {
    let desk = Desk::new();
    let mut moot = desk.start(&["moot://join/abc"]);
    desk.window(1).await;
    let told = desk.wait_until_told(|told| !told.is_empty()).await;
    assert_eq!(told[0]["link"], json!("moot://join/abc"));
    moot.interrupt();
    assert_eq!(moot.end().await.code(), Some(0));

    for wrong in ["https://example.org/", "moot://", "serv"] {
        let refused = run(desk.command(&[wrong])).await;
        assert_eq!(refused.code(), 2, "{wrong}: {refused:?}");
        assert!(refused.stderr.contains("moot://"), "{refused:?}");
    }
}

#[tokio::test]
async fn closing_the_window_leaves_the_node_of_moot_serve_alone() {
    let desk = Desk::new();
    let mut serve = desk.start(&["serve"]);
    let endpoint = desk.endpoint().await;
    let mut moot = Running::start(desk.command(&[]), desk.path("output-of-moot"));
    let window = desk.window(1).await;
    let told = desk.wait_until_told(|told| !told.is_empty()).await;
    let address = told[0]["url"].as_str().expect("an address");
    assert_eq!(exchange(&endpoint.url, address).await, 200, "a ticket of the node that runs");
    term(window);
    assert_eq!(moot.end().await.code(), Some(0), "{}", moot.output());
    assert_eq!(desk.endpoint().await.pid, endpoint.pid, "the node goes on");

    // and: the next window is told the same
    let mut again = Running::start(desk.command(&[]), desk.path("output-of-moot"));
    let window = desk.window(2).await;
    term(window);
    assert_eq!(again.end().await.code(), Some(0));
    serve.interrupt();
    assert_eq!(serve.end().await.code(), Some(0));
}

#[tokio::test]
async fn a_window_that_dies_is_opened_again_and_given_up_at_the_third_time() {
    let desk = Desk::new();
    let mut moot = desk.start(&[]);
    desk.note("code", "1");
    for count in 1..=3 {
        let window = desk.window(count).await;
        desk.wait_until_told(|told| told.iter().filter(|line| line.get("url").is_some()).count() == count).await;
        term(window);
    }
    // then: the browser, by an address as one argument, and the node goes on
    let opened = desk.way_in(&moot, 1).await;
    let endpoint = desk.endpoint().await;
    assert_eq!(exchange(&endpoint.url, &opened).await, 200, "{opened}");

    // when: somebody starts moot again, with a link
    assert_eq!(run(desk.command(&["moot://join/abc"])).await.code(), 0);
    let opened = desk.way_in(&moot, 2).await;
    assert!(opened.ends_with("&link=moot%3A%2F%2Fjoin%2Fabc"), "{opened}");
    moot.interrupt();
    assert_eq!(moot.end().await.code(), Some(0), "{}", moot.output());
}

#[tokio::test]
async fn a_blank_window_is_tried_in_plain_graphics_and_then_replaced_by_the_browser() {
    let desk = Desk::new();
    desk.note("blank", "");
    let mut moot = desk.start(&[]);
    desk.way_in(&moot, 1).await;
    assert_eq!(desk.lines("arguments").len(), 2, "two tries");
    let environment = desk.lines("environment");
    let set = |line: &str| environment.iter().filter(|have| *have == line).count();
    assert_eq!(set("WEBKIT_DISABLE_DMABUF_RENDERER=1"), 2);
    assert_eq!((set("WEBKIT_DISABLE_COMPOSITING_MODE=1"), set("LIBGL_ALWAYS_SOFTWARE=1")), (1, 1));
    moot.interrupt();
    assert_eq!(moot.end().await.code(), Some(0));
}

#[tokio::test]
async fn without_window_and_browser_the_address_is_printed() {
    let desk = Desk::new();
    desk.program("xdg-open", "#!/bin/sh\nexit 4\n");
    let mut command = desk.command(&[]);
    command.env("MOOT_WINDOW", desk.path("nowhere"));
    let mut moot = Running::start(command, desk.path("output"));
    let address = printed_address(&moot).await;
    let endpoint = desk.endpoint().await;
    assert_eq!(exchange(&endpoint.url, &address).await, 200, "{}", moot.output());
    moot.interrupt();
    assert_eq!(moot.end().await.code(), Some(0));
}

#[tokio::test]
async fn without_a_screen_moot_serves_and_prints_the_address() {
    let desk = Desk::new();
    let headless = |arguments: &[&str]| {
        let mut command = desk.command(arguments);
        command.env_remove("DISPLAY");
        command
    };
    let mut moot = Running::start(headless(&[]), desk.path("output"));
    let address = printed_address(&moot).await;
    let endpoint = desk.endpoint().await;
    assert_eq!(exchange(&endpoint.url, &address).await, 200);
    assert_eq!(exchange(&endpoint.url, &address).await, 401, "once");

    // A second one finds it and prints a fresh address, with the link.
    let second = run(headless(&["moot://join/abc"])).await.ok();
    let address = address_in(&second).unwrap_or_else(|| panic!("no address: {second}"));
    assert!(address.ends_with("&link=moot%3A%2F%2Fjoin%2Fabc"), "{address}");
    assert_eq!(exchange(&endpoint.url, &address).await, 200);
    // So does `moot ui`, alone on its line.
    let address = run(headless(&["ui"])).await.ok();
    assert_eq!(exchange(&endpoint.url, address.trim()).await, 200);
    let answer = run(headless(&["ui", "--json"])).await.json();
    assert!(answer["url"].as_str().is_some_and(|url| url.contains("#ticket=")) && answer["expires_at"].is_u64());
    assert!(desk.lines("arguments").is_empty(), "no window was started");
    moot.interrupt();
    assert_eq!(moot.end().await.code(), Some(0));
}

#[tokio::test]
async fn a_window_that_asks_gets_a_fresh_ticket() {
    let desk = Desk::new();
    desk.note("wants-ticket", "");
    let mut moot = desk.start(&[]);
    let told = desk.wait_until_told(|told| told.len() == 2).await;
    assert_eq!(told[1]["kind"], json!("load"));
    let endpoint = desk.endpoint().await;
    let (first, second) = (told[0]["url"].as_str().expect("a url"), told[1]["url"].as_str().expect("a url"));
    assert_ne!(first, second);
    assert_eq!(exchange(&endpoint.url, second).await, 200);
    moot.interrupt();
    assert_eq!(moot.end().await.code(), Some(0));
}

#[tokio::test]
async fn a_killed_moot_takes_its_window_along_and_leaves_the_way_free() {
    let desk = Desk::new();
    let mut moot = desk.start(&[]);
    let window = desk.window(1).await;
    desk.wait_until_told(|told| told.len() == 1).await;
    moot.child.kill().expect("killed");
    moot.end().await;
    wait_for("the window is gone", SOON, async || match test_kill_process(window) {
        Err(_) => Ok(()),
        Ok(()) => Err("it is there".to_owned()),
    })
    .await;
    let mut next = desk.start(&[]);
    let window = desk.window(2).await;
    desk.wait_until_told(|told| told.iter().filter(|line| line.get("url").is_some()).count() == 2).await;
    term(window);
    assert_eq!(next.end().await.code(), Some(0), "{}", next.output());
}

#[tokio::test]
async fn the_menu_entry_is_made_and_taken_away_on_request() {
    let desk = Desk::new();
    let home = desk.folder.path();
    for name in ["xdg-mime", "update-desktop-database"] {
        desk.program(name, &format!("#!/bin/sh\necho \"{name} $*\" >>\"$(dirname \"$0\")/desktop-told\"\n"));
    }
    let files = [
        home.join(".local/share/applications/org.folkmoot.Folkmoot.desktop"),
        home.join(".local/share/icons/hicolor/scalable/apps/org.folkmoot.Folkmoot.svg"),
    ];
    assert_eq!(run(desk.command(&["desktop", "status"])).await.ok(), "not installed\n");
    run(desk.command(&["desktop", "install"])).await.ok();
    let entry = std::fs::read_to_string(&files[0]).expect("the entry is there");
    let moot = Path::new(env!("CARGO_BIN_EXE_moot")).display();
    let exec = format!("Exec=\"{moot}\" --data-dir \"{}\" %u", desk.data_dir().display());
    assert!(entry.lines().any(|line| line == exec), "{entry}");
    assert!(files[1].exists());
    assert!(desk.lines("desktop-told").iter().any(|line| line.ends_with("x-scheme-handler/moot")));
    assert_eq!(run(desk.command(&["desktop", "status"])).await.ok(), "installed\n");
    run(desk.command(&["desktop", "remove"])).await.ok();
    assert!(files.iter().all(|file| !file.exists()));
}

async fn printed_address(moot: &Running) -> String {
    wait_for("the address is printed", SOON, async || {
        let output = moot.output();
        address_in(&output).ok_or(output)
    })
    .await
}

fn addresses_in(text: &str) -> Vec<String> {
    let ticketed = |word: &&str| word.starts_with("http://127.0.0.1:") && word.contains("#ticket=");
    text.split_whitespace().filter(ticketed).map(str::to_owned).collect()
}

fn address_in(text: &str) -> Option<String> {
    addresses_in(text).into_iter().next()
}

#[tokio::test]
async fn serve_prints_a_ticketed_address_too() {
    let node = Node::start("alice").await;
    let address = address_in(&node.stdout()).unwrap_or_else(|| panic!("no address: {}", node.stdout()));
    assert_eq!(exchange(&node.endpoint().url, &address).await, 200);
}
