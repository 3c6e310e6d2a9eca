//! A bot from its code to what it does: the engine's limits, its errors and their places, handlers and what outlives them.

use serde_json::json;

use super::*;
use crate::{
    sim::{SimHost, World},
    trigger::ChannelRef,
};

const MANIFEST: &str = r#"
    [bot]
    id = "tester"
    version = "1.0.0"
    api = 1
    description = "For tests."
    [permissions]
    scopes = ["read", "message:write"]
    [events]
    types = ["message.*", "member.joined"]
"#;

struct Loaded {
    bot: Bot,
    host: SimHost,
}

fn manifest() -> Manifest {
    Manifest::parse(MANIFEST).expect("valid")
}

fn load_files(files: &[(&str, &str)]) -> Result<Loaded, Fault> {
    let manifest = manifest();
    let host = SimHost::new(World::new(Arc::new(manifest.clone())));
    let source = Source::new(files.iter().copied()).expect("a source");
    let config = serde_json::Map::new();
    Bot::load(manifest, source, &config, 7, Box::new(host.clone())).map(|bot| Loaded { bot, host })
}

fn load(code: &str) -> Result<Loaded, Fault> {
    load_files(&[("main.rhai", code)])
}

/// What a command `x` with this body does: what is said, or the fault.
fn command(body: &str) -> Result<Vec<String>, Fault> {
    let code = format!("command(\"x\", |ctx| {{ {body} }});");
    let mut loaded = load(&code)?;
    let outcome = loaded.invoke("x");
    match outcome.faults.into_iter().next() {
        Some(fault) => Err(fault),
        None => Ok(loaded.said()),
    }
}

fn which(fault: &Fault) -> &str {
    match &fault.kind {
        FaultKind::Limit(which) => which,
        _ => "",
    }
}

impl Loaded {
    fn invoke(&mut self, text: &str) -> Outcome {
        let (server_id, channel, user) = self.host.place();
        let (name, args) = text.split_once(' ').unwrap_or((text, ""));
        let trigger = Trigger {
            key: "c1".into(),
            at_ms: 1_791_190_800_000,
            server_id: Some(server_id),
            channel: Some(channel),
            user: Some(user),
            cause: Cause::Command { name: name.into(), args: args.into() },
        };
        self.bot.run(&trigger)
    }

    fn said(&self) -> Vec<String> {
        let effects = self.host.world().take_effects();
        let said = effects.into_iter().filter_map(|effect| match effect {
            crate::sim::Effect::Send { content, .. } => Some(content),
            _ => None,
        });
        said.collect()
    }
}

#[test]
fn a_command_answers() {
    assert_eq!(command("ctx.reply(`${1 + 1}`)").expect("runs"), ["2"]);
}

#[test]
fn every_limit_ends_in_its_own_error() {
    let cases = [
        ("loop {}", "ops"),
        ("fn f(n) { f(n + 1) } f(0)", "call_depth"),
        ("let s = \"x\"; loop { s += s; }", "string"),
        ("let s = \"x\".repeat(10000); s.replace(\"x\", s);", "string"),
        ("let s = \"x\"; s.pad(1000000, 'y');", "string"),
        ("let a = []; loop { a.push(1); }", "array"),
        ("let a = [0]; loop { a = [a]; }", "array"),
        ("let a = [1]; loop { a += a; }", "array"),
        ("let m = #{}; loop { m += #{ a: 1 }; m = #{ m: m }; }", "map"),
        ("let i = 0; loop { i += 1; ctx.kv.set(`k${i}`, i); if i > 200 { \"x\".repeat(100000000); } }", "string"),
        ("ctx.kv.set(\"k\".repeat(1000), 1)", "key"),
        ("\"x\".matches(\"(\\\\w{300}){300}\")", "runtime"),
    ];
    for (body, expected) in cases {
        let code = body.strip_prefix("fn ").map_or_else(
            || format!("command(\"x\", |ctx| {{ {body} }});"),
            |rest| {
                let (def, call) = rest.split_once("} ").expect("a definition and a call");
                format!("fn {def}}}\ncommand(\"x\", |ctx| {call});")
            },
        );
        let mut loaded = load(&code).unwrap_or_else(|fault| panic!("{body}: {fault}"));
        let outcome = loaded.invoke("x");
        let fault = outcome.faults.first().unwrap_or_else(|| panic!("{body}: no fault"));
        let found = if which(fault).is_empty() { "runtime" } else { which(fault) };
        assert_eq!(found, expected, "{body}: {fault}");
    }
}

#[test]
fn padding_with_nothing_ends() {
    assert_eq!(command("let s = \"x\"; s.pad(100, \"\"); ctx.reply(s)").expect("runs"), ["x"]);
}

#[test]
fn a_fault_after_a_limit_cannot_be_caught_away() {
    let fault = command("try { loop {} } catch { ctx.reply(\"still here\"); }").expect_err("a limit");
    assert_eq!(which(&fault), "ops");
}

#[test]
fn what_bots_may_not_do_says_what_to_do_instead() {
    for (body, hint) in [
        ("sleep(2)", "after"),
        ("sleep(1e300)", "after"),
        ("exit(1)", "return"),
        ("let x = \"a\" + secret(\"NOPE\");", "[secrets]"),
        ("http.get(\"https://evil.example\")", "[http]"),
        ("ctx.create_channel(\"x\")", "channel:manage"),
    ] {
        let fault = command(body).expect_err(body);
        assert!(fault.to_string().contains(hint), "{body}: {fault}");
    }
    for code in ["eval(\"1\")", "let x = eval;", "let f = Fn(\"x\"); f.curry(1);"] {
        let fault = load(code).err().unwrap_or_else(|| panic!("{code}: it loads"));
        assert_eq!(fault.kind, FaultKind::Compile, "{code}: {fault}");
    }
}

#[test]
fn a_typing_mistake_is_found_when_the_bot_is_loaded() {
    let fault = load("let name = \"x\";\ncommand(\"x\", |ctx| ctx.reply(nam));\n").err().expect("a mistake");
    assert_eq!(fault.kind, FaultKind::Compile);
    let place = fault.place.as_ref().expect("a place");
    assert_eq!((place.file.as_str(), place.line, place.col), ("main.rhai", 2, 30), "{fault}");
    assert!(fault.frame.contains("command(\"x\", |ctx| ctx.reply(nam));"), "{fault}");
}

#[test]
fn a_runtime_error_names_file_line_and_column_also_in_an_imported_file() {
    let main = "import \"lib/words\" as words;\ncommand(\"x\", |ctx| {\n  ctx.reply(words::shout(1))\n});";
    let lib = "fn shout(n) {\n  let m = #{};\n  m.missing\n}\n";
    let mut loaded =
        load_files(&[("main.rhai", main), ("lib/words.rhai", lib)]).unwrap_or_else(|fault| panic!("{fault}"));
    let outcome = loaded.invoke("x");
    let fault = outcome.faults.first().expect("a fault");
    let place = fault.place.as_ref().unwrap_or_else(|| panic!("{fault}"));
    assert_eq!((place.file.as_str(), place.line), ("lib/words.rhai", 3), "{fault}");
    assert!(fault.frame.contains("m.missing"), "{fault}");
}

#[test]
fn imports_stay_in_the_folder_and_do_not_go_in_circles() {
    for path in ["../secret", "/etc/passwd", "lib/../../x", "nowhere", "lib\\\\x"] {
        let fault = load(&format!("import \"{path}\" as x;")).err().unwrap_or_else(|| panic!("{path}: it loads"));
        assert!(fault.to_string().contains("bot's folder"), "{path}: {fault}");
    }
    let files = [
        ("main.rhai", "import \"lib/a\" as a;"),
        ("lib/a.rhai", "import \"lib/b\" as b;"),
        ("lib/b.rhai", "import \"lib/a\" as a;"),
    ];
    let fault = load_files(&files).err().expect("a circle");
    assert!(fault.message.contains("imports itself"), "{fault}");
}

#[test]
fn handlers_see_imports_constants_and_captured_variables() {
    let main = r#"
        import "lib/words" as words;
        const GREETING = "hello";
        let count = 0;
        fn greet(name) { `${global::GREETING} ${words::shout(name)}` }
        command("x", |ctx| { count += 1; ctx.reply(`${greet("ann")} ${count}`); log.info("said"); });
        fn quiet() { log.info(config.len()); }
        command("y", |ctx| { quiet(); ctx.reply("done") });
    "#;
    let lib = "const MARK = \"!\";\nfn shout(text) { text.to_upper() + global::MARK }\n";
    let mut loaded =
        load_files(&[("main.rhai", main), ("lib/words.rhai", lib)]).unwrap_or_else(|fault| panic!("{fault}"));
    for _ in 0..2 {
        let outcome = loaded.invoke("x");
        assert_eq!(outcome.faults, [], "{:?}", outcome.faults.first().map(ToString::to_string));
    }
    let outcome = loaded.invoke("y");
    assert_eq!(outcome.faults, [], "{:?}", outcome.faults.first().map(ToString::to_string));
    assert_eq!(loaded.said(), ["hello ANN! 1", "hello ANN! 2", "done"]);
}

#[test]
fn a_lying_comparer_and_a_throwing_one_end_in_order() {
    let said =
        command("let a = []; for i in 0..100 { a.push(i); } a.sort(|x, y| rand(-1, 1)); ctx.reply(`${a.len()}`)");
    assert_eq!(said.expect("runs"), ["100"]);
    let fault = command("let a = [3, 1, 2]; a.sort(|x, y| throw \"no\"); ").expect_err("thrown");
    assert!(fault.message.contains("no"), "{fault}");
}

#[test]
fn the_same_trigger_draws_the_same_numbers_and_sends_with_the_same_nonce() {
    let code = "command(\"x\", |ctx| ctx.reply(`${rand(1, 1000000)} ${ctx.trigger}`));";
    let run = || {
        let mut loaded = load(code).expect("loads");
        loaded.invoke("x");
        loaded.said()
    };
    assert_eq!(run(), run());
}

#[test]
fn names_of_closures_depend_on_their_code_alone() {
    let code = "command(\"x\", |ctx| { let n = 5; ctx.after(\"1m\", |ctx| ctx.send(`later ${n}`)); });";
    let task = |code: &str| {
        let mut loaded = load(code).unwrap_or_else(|fault| panic!("{fault}"));
        let outcome = loaded.invoke("x");
        assert_eq!(outcome.faults, []);
        let mut world = loaded.host.world();
        let due = world.due_now(1_791_190_800_000 + 60_000, loaded.bot.registered()).expect("a timer");
        let Cause::Later { task } = due.trigger.cause else { panic!("another cause") };
        task
    };
    let (first, second) = (task(code), task(&format!("\n\n{code}")));
    assert_eq!(first.function, second.function, "lines above do not matter");
    assert_eq!(first.captured, [json!(5)]);
    assert_ne!(first.function, task(&code.replace("later", "sooner")).function);
}

#[test]
fn what_is_registered_twice_or_in_a_handler_is_refused() {
    for (code, expected) in [
        ("command(\"a\", |ctx| 1); command(\"a\", |ctx| 2);", "two commands"),
        ("command(\"a b c d\", |ctx| 1);", "one to three words"),
        ("on(\"message.creatd\", |ctx, m| 1);", "message.created"),
        ("on(\"channel.created\", |ctx, m| 1);", "[events]"),
        ("every(\"1ms\", |ctx| 1);", "1s"),
        ("cron(\"x\", |ctx| 1);", "five fields"),
        ("command(\"a\", #{ usge: \"x\" }, |ctx| 1);", "usage"),
        ("http.get(\"https://x.org\");", "inside a handler"),
    ] {
        let fault = load(code).err().unwrap_or_else(|| panic!("{code}: it loads"));
        assert!(fault.to_string().contains(expected), "{code}: {fault}");
    }
    let fault = command("command(\"y\", |ctx| 1)").expect_err("in a handler");
    assert!(fault.message.contains("top of the file"), "{fault}");
}

impl SimHost {
    fn place(&self) -> (folkmoot_rpc::ids::ServerId, ChannelRef, crate::trigger::Person) {
        self.world().place_for_tests()
    }
}
