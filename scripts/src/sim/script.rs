//! The language of tests: `sim`, the people in it, and what is expected of the bot. Tests run in an engine of their own, which has
//! none of a bot's functions.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::wildcard_imports,
    reason = "the macro that makes functions known to scripts takes those that are `pub`, imports by `*` and unwraps what it has checked"
)]

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use folkmoot_rpc::ids::{AccountId, MessageId};
use regex::Regex;
use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext, Scope, plugin::*};

use super::{stage::Stage, world::World};
use crate::{
    api::{from_json, parse_duration, to_json},
    engine::{Fault, FaultKind, Limits, Source, bare_engine, fault_of_eval, fault_of_parse, raise},
    host::HttpAnswer,
    manifest::Manifest,
};

/// What tests may use: they are the author's own, so only loops without end are stopped.
const LIMITS: Limits = Limits { ops: 50_000_000, wall_ms: 60_000, string_kb: 64, kv_mb: 1, sends_per_min: 1, depth: 1 };

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

struct Inner {
    manifest: Manifest,
    source: Source,
    seed: u64,
    /// None until the first thing happens: a test may still change the manifest's settings.
    stage: Option<Stage>,
    tests: Vec<(String, FnPtr)>,
    last: Option<MessageId>,
}

/// What `sim` is in a test.
#[derive(Clone)]
struct Sim(Arc<Mutex<Inner>>);

/// Somebody on the simulated server.
#[derive(Clone)]
struct Actor {
    sim: Sim,
    id: AccountId,
    name: String,
}

impl Sim {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on the stage, which is set up first if need be.
    fn stage<T>(&self, work: impl FnOnce(&mut Stage) -> Result<T>) -> Result<T> {
        let mut inner = self.inner();
        if inner.stage.is_none() {
            let stage = Stage::new(inner.manifest.clone(), inner.source.clone(), inner.seed);
            inner.stage = Some(stage.map_err(|fault| wrong(format!("the bot does not load:\n{fault}")))?);
        }
        match inner.stage.as_mut() {
            Some(stage) => work(stage),
            None => Err(wrong("there is no bot".to_owned())),
        }
    }

    fn world<T>(&self, work: impl FnOnce(&mut World) -> T) -> Result<T> {
        self.stage(|stage| Ok(work(&mut stage.host().world())))
    }

    fn of(ctx: &NativeCallContext<'_>) -> Self {
        let tag = ctx.tag().and_then(|tag| tag.read_lock::<Self>().map(|sim| sim.clone()));
        tag.expect("every test's engine carries its simulation")
    }

    /// A world for the next test.
    fn reset(&self) {
        let mut inner = self.inner();
        inner.stage = None;
        inner.last = None;
    }

    /// A fault of the bot that no expectation was about.
    fn unexpected(&self) -> Option<Fault> {
        let inner = self.inner();
        let stage = inner.stage.as_ref()?;
        let fault = stage.host().world().faults.first().cloned()?;
        Some(Fault::new(FaultKind::Runtime, format!("the bot failed: {}", fault.message)).hint(format!("{fault}")))
    }
}

fn wrong(text: String) -> Box<EvalAltResult> {
    raise("expectation", text)
}

fn told(world: &World) -> String {
    let said: Vec<String> = world.unseen.iter().map(|message| format!("{:?}", message.content)).collect();
    let faults: Vec<String> = world.faults.iter().map(|fault| format!("\nit failed: {fault}")).collect();
    let said =
        if said.is_empty() { "the bot said nothing".to_owned() } else { format!("the bot said {}", said.join(", ")) };
    format!("{said}{}", faults.join(""))
}

fn channel_name(world: &World, message: &folkmoot_rpc::contract::message::Message) -> String {
    world.channel_of(message.channel_id).map(|channel| channel.name.clone()).unwrap_or_default()
}

impl Actor {
    fn say(&self, channel: &str, text: &str, reply_to: Option<MessageId>) -> Result<()> {
        let id = self.sim.stage(|stage| {
            let channel = stage.host().world().channel(channel);
            Ok(stage.say(self.id, channel.id, text, reply_to))
        })?;
        self.sim.inner().last = Some(id);
        Ok(())
    }

    /// The newest message of the bot, which people react to.
    fn react(&self, emoji: &str, add: bool) -> Result<()> {
        self.sim.stage(|stage| {
            let newest = {
                let world = stage.host().world();
                let by_bot = |id: &&MessageId| {
                    world.messages.get(id).is_some_and(|held| held.message.author.account_id == world.me)
                };
                world.order.iter().rev().find(by_bot).copied()
            };
            let newest = newest.ok_or_else(|| wrong("there is no message of the bot to react to".to_owned()))?;
            stage.react(self.id, newest, emoji, add);
            Ok(())
        })
    }
}

/// Runs one file; yields each test with what was wrong.
pub(super) fn run_file(
    manifest: &Manifest,
    source: &Source,
    file: &str,
    text: &str,
    seed: u64,
) -> Vec<(String, Option<Fault>)> {
    let tests = match Source::new([(file, text)]) {
        Ok(tests) => tests,
        Err(error) => return vec![(file.to_owned(), Some(Fault::new(FaultKind::Compile, error.to_string())))],
    };
    let inner =
        Inner { manifest: manifest.clone(), source: source.clone(), seed, stage: None, tests: Vec::new(), last: None };
    let sim = Sim(Arc::new(Mutex::new(inner)));
    let (mut engine, meter) = bare_engine(&LIMITS, || rhai::exported_module!(test_functions));
    engine.set_default_tag(Dynamic::from(sim.clone()));
    sim_everywhere(&mut engine, &sim);
    let mut scope = Scope::new();
    scope.push_constant("sim", sim.clone());
    let mut ast = match engine.compile_with_scope(&scope, text) {
        Ok(ast) => ast,
        Err(error) => return vec![("compiles".to_owned(), Some(fault_of_parse(&error, file, &tests)))],
    };
    ast.set_source(file);
    meter.begin_load(&LIMITS);
    let whole = engine.run_ast_with_scope(&mut scope, &ast).err().map(|error| fault_of_eval(&error, file, &tests));
    let named = mem::take(&mut sim.inner().tests);
    if named.is_empty() || whole.is_some() {
        return vec![("the whole file".to_owned(), whole.or_else(|| sim.unexpected()))];
    }
    let mut done = Vec::new();
    for (name, run) in named {
        sim.reset();
        meter.begin_load(&LIMITS);
        let ended: Result<Dynamic> = run.call(&engine, &ast, ());
        let fault = ended.err().map(|error| fault_of_eval(&error, file, &tests)).or_else(|| sim.unexpected());
        done.push((name, fault));
    }
    done
}

fn sim_everywhere(engine: &mut Engine, sim: &Sim) {
    let sim = sim.clone();
    #[expect(deprecated, reason = "rhai marks it as likely to change, not as wrong")]
    engine.on_var(move |name, _, _| Ok((name == "sim").then(|| Dynamic::from(sim.clone()))));
}

#[export_module]
mod test_functions {
    /// A test: what it claims, and what it does in a world of its own.
    pub fn test(ctx: NativeCallContext, claim: &str, run: FnPtr) {
        Sim::of(&ctx).inner().tests.push((claim.to_owned(), run));
    }

    /// Somebody on the server; comes when there is nobody of that name.
    #[rhai_fn(pure, return_raw)]
    pub fn user(sim: &mut Sim, name: &str) -> Result<Actor> {
        let person = sim.world(|world| world.person(name))?;
        Ok(Actor { sim: sim.clone(), id: person.id, name: person.name })
    }

    /// Somebody with given `level`, `roles` and `permissions`.
    #[rhai_fn(name = "user", pure, return_raw)]
    pub fn user_with(sim: &mut Sim, name: &str, given: Map) -> Result<Actor> {
        let texts = |name: &str| -> Option<Vec<String>> {
            let list = given.get(name)?.read_lock::<Array>()?.clone();
            Some(list.into_iter().filter_map(|item| item.into_string().ok()).collect())
        };
        let person = sim.world(|world| {
            let id = world.person(name).id;
            let person = world.people.get_mut(&id)?;
            if let Some(level) = given.get("level").and_then(|level| level.as_int().ok()) {
                person.level = u32::try_from(level).unwrap_or(0);
            }
            if let Some(roles) = texts("roles") {
                person.roles = roles;
            }
            person.permissions.extend(texts("permissions").unwrap_or_default());
            Some(person.clone())
        })?;
        let person = person.ok_or_else(|| wrong(format!("{name} is gone")))?;
        Ok(Actor { sim: sim.clone(), id: person.id, name: person.name })
    }

    /// A moderator: may kick, ban, time out, pin, and delete messages.
    #[rhai_fn(pure, return_raw)]
    pub fn moderator(sim: &mut Sim, name: &str) -> Result<Actor> {
        let actor = user(sim, name)?;
        sim.world(|world| world.promote(actor.id))?;
        Ok(actor)
    }

    /// Gives the bot's role permissions on the server, such as `["KICK"]`.
    #[rhai_fn(pure, return_raw)]
    pub fn permit(sim: &mut Sim, permissions: Array) -> Result<()> {
        sim.world(|world| {
            let me = world.me;
            if let Some(bot) = world.people.get_mut(&me) {
                bot.permissions.extend(permissions.into_iter().filter_map(|word| word.into_string().ok()));
            }
        })
    }

    /// Makes a role that can be given.
    #[rhai_fn(pure, return_raw)]
    pub fn role(sim: &mut Sim, name: &str) -> Result<()> {
        sim.world(|world| world.roles.push(name.to_owned()))
    }

    /// Makes a channel.
    #[rhai_fn(pure, return_raw)]
    pub fn channel(sim: &mut Sim, name: &str) -> Result<()> {
        sim.world(|world| world.channel(name)).map(|_| ())
    }

    /// Somebody joins the server.
    #[rhai_fn(pure, return_raw)]
    pub fn join(sim: &mut Sim, name: &str) -> Result<Actor> {
        let actor = user(sim, name)?;
        sim.stage(|stage| {
            let data = serde_json::json!({
                "id": actor.id, "account_id": actor.id, "display_name": actor.name, "roles": ["member"], "bot": false,
            });
            stage.happen("member.joined", Some(actor.id), None, &data);
            Ok(())
        })?;
        Ok(actor)
    }

    /// Writes a message.
    ///
    /// ```rhai
    /// sim.user("ann").say("#general", "@bob++");
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn say(actor: &mut Actor, channel: &str, text: &str) -> Result<()> {
        actor.say(channel, text, None)
    }

    /// Answers the bot's newest message.
    #[rhai_fn(name = "reply", pure, return_raw)]
    pub fn answer(actor: &mut Actor, text: &str) -> Result<()> {
        let (channel, id) = actor
            .sim
            .world(|world| {
                let by_bot = |id: &&MessageId| {
                    world.messages.get(id).is_some_and(|held| held.message.author.account_id == world.me)
                };
                let id = world.order.iter().rev().find(by_bot).copied()?;
                Some((channel_name(world, &world.messages.get(&id)?.message), id))
            })?
            .ok_or_else(|| wrong("there is no message of the bot to answer".to_owned()))?;
        actor.say(&channel, text, Some(id))
    }

    /// Reacts to the bot's newest message: presses a button.
    #[rhai_fn(name = "react", pure, return_raw)]
    pub fn react(actor: &mut Actor, emoji: &str) -> Result<()> {
        actor.react(emoji, true)
    }

    /// Takes a reaction to the bot's newest message back.
    #[rhai_fn(name = "unreact", pure, return_raw)]
    pub fn unreact(actor: &mut Actor, emoji: &str) -> Result<()> {
        actor.react(emoji, false)
    }

    /// A text that mentions the person.
    #[rhai_fn(get = "mention", pure)]
    pub fn mention(actor: &mut Actor) -> String {
        format!("<@{}>", actor.id)
    }

    /// Names of the person's roles.
    #[rhai_fn(get = "roles", pure, return_raw)]
    pub fn roles(actor: &mut Actor) -> Result<Array> {
        let roles = actor.sim.world(|world| world.people.get(&actor.id).map(|person| person.roles.clone()))?;
        Ok(roles.unwrap_or_default().into_iter().map(Dynamic::from).collect())
    }

    /// Whether the person is still on the server.
    #[rhai_fn(get = "here", pure, return_raw)]
    pub fn here(actor: &mut Actor) -> Result<bool> {
        actor.sim.world(|world| world.people.contains_key(&actor.id))
    }

    /// Time passes; timers that become due are run.
    #[rhai_fn(pure, return_raw)]
    pub fn advance(sim: &mut Sim, time: Dynamic) -> Result<()> {
        let text = time.as_immutable_string_ref().map(|text| text.to_string());
        let ms = time.as_int().ok().and_then(|ms| u64::try_from(ms).ok());
        let ms = ms.or_else(|| parse_duration(text.as_deref().ok()?));
        let ms = ms.ok_or_else(|| wrong(format!("expected a duration such as \"1h\", found {time}")))?;
        sim.stage(|stage| {
            stage.advance(ms);
            Ok(())
        })
    }

    /// Now, in milliseconds since 1970.
    #[rhai_fn(get = "now", pure, return_raw)]
    pub fn now(sim: &mut Sim) -> Result<i64> {
        sim.world(|world| i64::try_from(world.now_ms).unwrap_or(i64::MAX))
    }

    /// Runs the bot anew: it remembers its storage and timers and nothing else.
    #[rhai_fn(pure, return_raw)]
    pub fn restart(sim: &mut Sim) -> Result<()> {
        sim.stage(|stage| stage.restart().map_err(|fault| wrong(format!("the bot does not load:\n{fault}"))))
    }

    /// Sets one of the bot's settings; the bot is run anew.
    #[rhai_fn(pure, return_raw)]
    pub fn config(sim: &mut Sim, name: &str, value: Dynamic) -> Result<()> {
        let value = to_json(&value)?;
        sim.stage(|stage| stage.configure(name, value).map_err(|fault| wrong(fault.message)))
    }

    /// Sets a secret.
    #[rhai_fn(pure, return_raw)]
    pub fn secret(sim: &mut Sim, name: &str, value: &str) -> Result<()> {
        sim.world(|world| world.secrets.insert(name.to_owned(), value.to_owned())).map(|_| ())
    }

    /// Says what is answered at an address: a text, or a map with `status`, `body` and `headers`.
    ///
    /// ```rhai
    /// sim.http("https://api.example.org/weather", #{ status: 200, body: "{\"sky\": \"blue\"}" });
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn http(sim: &mut Sim, url: &str, answer: Dynamic) -> Result<()> {
        let answer = match answer.read_lock::<Map>() {
            Some(map) => HttpAnswer {
                status: map
                    .get("status")
                    .and_then(|s| s.as_int().ok())
                    .and_then(|s| u16::try_from(s).ok())
                    .unwrap_or(200),
                headers: map
                    .get("headers")
                    .and_then(|headers| headers.read_lock::<Map>().map(|map| map.clone()))
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(name, value)| (name.to_lowercase(), value.to_string()))
                    .collect(),
                body: match map.get("body") {
                    Some(body) if body.is_string() => body.to_string(),
                    Some(body) => to_json(body)?.to_string(),
                    None => String::new(),
                },
            },
            None => HttpAnswer { status: 200, headers: Vec::new(), body: answer.to_string() },
        };
        sim.world(|world| world.web.answers.insert(url.to_owned(), answer)).map(|_| ())
    }

    /// The requests that the bot made, as `#{ method, url, headers, body }`.
    #[rhai_fn(pure, return_raw)]
    pub fn requests(sim: &mut Sim) -> Result<Array> {
        let requests = sim.world(|world| world.web.requests.clone())?;
        Ok(requests
            .into_iter()
            .map(|request| {
                let headers: Map = request
                    .headers
                    .into_iter()
                    .map(|(name, value)| (name.to_lowercase().into(), value.into()))
                    .collect();
                let map: Map = [
                    ("method".into(), request.method.into()),
                    ("url".into(), request.url.into()),
                    ("headers".into(), Dynamic::from_map(headers)),
                    ("body".into(), request.body.into()),
                ]
                .into();
                Dynamic::from_map(map)
            })
            .collect())
    }

    /// What the bot's storage holds under a key; `()` for nothing.
    #[rhai_fn(pure, return_raw)]
    pub fn kv(sim: &mut Sim, key: &str) -> Result<Dynamic> {
        sim.world(|world| from_json(&world.desk.kv_get(key, world.now_ms)))
    }

    /// Methods of the API that the bot called besides sending, oldest first, as `#{ method, params }`.
    #[rhai_fn(pure, return_raw)]
    pub fn calls(sim: &mut Sim) -> Result<Array> {
        sim.world(|world| {
            let call = |effect: &super::super::effect::Effect| match effect {
                super::super::effect::Effect::Call { method, params } => {
                    let map: Map =
                        [("method".into(), method.clone().into()), ("params".into(), from_json(params))].into();
                    Some(Dynamic::from_map(map))
                }
                _ => None,
            };
            world.effects.iter().filter_map(call).collect()
        })
    }

    /// The bot's next message is this one.
    #[rhai_fn(return_raw)]
    pub fn expect_reply(ctx: NativeCallContext, text: &str) -> Result<()> {
        expect(&ctx, None, &format!("{text:?}"), |said| said == text)
    }

    /// The bot's next message contains this.
    #[rhai_fn(return_raw)]
    pub fn expect_reply_containing(ctx: NativeCallContext, part: &str) -> Result<()> {
        expect(&ctx, None, &format!("something with {part:?}"), |said| said.contains(part))
    }

    /// The bot's next message matches a regular expression.
    #[rhai_fn(return_raw)]
    pub fn expect_reply_matching(ctx: NativeCallContext, pattern: &str) -> Result<()> {
        let regex = Regex::new(pattern).map_err(|error| wrong(error.to_string()))?;
        expect(&ctx, None, &format!("something like {pattern:?}"), |said| regex.is_match(said))
    }

    /// The bot's next message is this one and stands in this channel.
    #[rhai_fn(return_raw)]
    pub fn expect_message(ctx: NativeCallContext, channel: &str, text: &str) -> Result<()> {
        expect(&ctx, Some(channel), &format!("{text:?} in {channel}"), |said| said == text)
    }

    /// The bot says nothing more.
    #[rhai_fn(return_raw)]
    pub fn expect_silence(ctx: NativeCallContext) -> Result<()> {
        let told = Sim::of(&ctx).world(|world| (!world.unseen.is_empty()).then(|| told(world)))?;
        told.map_or(Ok(()), |told| Err(wrong(format!("expected silence, but {told}"))))
    }

    /// The bot has reacted with this emoji to the message that was written last.
    #[rhai_fn(return_raw)]
    pub fn expect_reaction(ctx: NativeCallContext, emoji: &str) -> Result<()> {
        let sim = Sim::of(&ctx);
        let last = sim.inner().last;
        let held = sim.world(|world| {
            let shown = world.shown(last?)?;
            Some(shown.reactions.iter().any(|reaction| reaction.me && reaction.emoji == emoji))
        })?;
        if held == Some(true) { Ok(()) } else { Err(wrong(format!("expected the bot to react with {emoji}"))) }
    }

    /// The message that was written last is deleted.
    #[rhai_fn(return_raw)]
    pub fn expect_deleted(ctx: NativeCallContext) -> Result<()> {
        let sim = Sim::of(&ctx);
        let last = sim.inner().last;
        let deleted = sim.world(|world| Some(world.shown(last?)?.deleted.is_some()))?;
        if deleted == Some(true) { Ok(()) } else { Err(wrong("expected the message to be deleted".to_owned())) }
    }

    /// The bot has failed with an error whose text contains this. Errors that no test expects fail the test.
    #[rhai_fn(return_raw)]
    pub fn expect_error(ctx: NativeCallContext, part: &str) -> Result<()> {
        Sim::of(&ctx)
            .world(|world| {
                let at = world.faults.iter().position(|fault| fault.to_string().contains(part));
                at.map(|at| world.faults.remove(at)).ok_or_else(|| told(world))
            })?
            .map(|_| ())
            .map_err(|told| wrong(format!("expected an error with {part:?}, but {told}")))
    }

    /// A line of the bot's log contains this.
    #[rhai_fn(return_raw)]
    pub fn expect_log(ctx: NativeCallContext, part: &str) -> Result<()> {
        let found = Sim::of(&ctx).world(|world| world.lines.iter().any(|(_, line)| line.contains(part)))?;
        if found { Ok(()) } else { Err(wrong(format!("expected a line with {part:?} in the log"))) }
    }

    /// Something is true.
    #[rhai_fn(return_raw)]
    pub fn assert(truth: bool, claim: &str) -> Result<()> {
        if truth { Ok(()) } else { Err(wrong(format!("it is not so that {claim}"))) }
    }

    /// Two values are the same.
    #[rhai_fn(return_raw)]
    pub fn assert_eq(ctx: NativeCallContext, found: Dynamic, expected: Dynamic) -> Result<()> {
        let same = ctx.call_fn::<bool>("==", (found.clone(), expected.clone())).unwrap_or(false);
        if same { Ok(()) } else { Err(wrong(format!("expected {expected:?}, found {found:?}"))) }
    }
}

fn expect(ctx: &NativeCallContext<'_>, channel: Option<&str>, what: &str, fits: impl Fn(&str) -> bool) -> Result<()> {
    let channel = channel.map(|name| name.strip_prefix('#').unwrap_or(name).to_owned());
    Sim::of(ctx).world(|world| {
        let fits = world.unseen.front().is_some_and(|message| {
            fits(&message.content) && channel.as_ref().is_none_or(|channel| *channel == channel_name(world, message))
        });
        if fits {
            world.unseen.pop_front();
            return Ok(());
        }
        Err(wrong(format!("expected {what}, but {}", told(world))))
    })?
}
