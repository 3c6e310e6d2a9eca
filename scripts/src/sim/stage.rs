//! A bot on a simulated server: what people do becomes triggers by the rules of the desk, and the bot is run for them at once.

use std::sync::Arc;

use folkmoot_rpc::{
    contract::{Hlc, events::Event},
    ids::{AccountId, ChannelId, MessageId},
};
use serde_json::{Map, Value, json};

use super::{
    methods::{react, unreact},
    world::{Held, SimHost, World},
};
use crate::{
    bot::{Bot, Outcome},
    desk::{Desk, Heard},
    engine::{Fault, Source},
    manifest::Manifest,
    trigger::{Cause, Registered, Trigger},
};

/// Runs that one step of the clock may cause: a test that needs more has a timer that is set again at once.
const RUNS: usize = 10_000;

/// A bot in its world.
pub struct Stage {
    manifest: Arc<Manifest>,
    source: Source,
    /// Settings that differ from their defaults.
    set: Map<String, Value>,
    host: SimHost,
    bot: Bot,
    seed: u64,
}

impl Stage {
    /// Loads a bot into a world of its own.
    ///
    /// # Errors
    /// What is wrong with its code.
    pub fn new(manifest: Manifest, source: Source, seed: u64) -> Result<Self, Fault> {
        let manifest = Arc::new(manifest);
        let world = World::new(Arc::clone(&manifest));
        Self::on(manifest, source, Map::new(), seed, world)
    }

    /// Loads a bot into a world.
    ///
    /// # Errors
    /// What is wrong with its code or its settings.
    pub fn on(
        manifest: Arc<Manifest>,
        source: Source,
        set: Map<String, Value>,
        seed: u64,
        world: World,
    ) -> Result<Self, Fault> {
        let host = SimHost::new(world);
        let bot = load(&manifest, &source, &set, seed, &host)?;
        let mut stage = Self { manifest, source, set, host, bot, seed };
        stage.stand();
        Ok(stage)
    }

    /// The world.
    #[must_use]
    pub const fn host(&self) -> &SimHost {
        &self.host
    }

    /// What the bot registered.
    #[must_use]
    pub const fn registered(&self) -> &Registered {
        self.bot.registered()
    }

    /// Runs the bot anew, as after a crash of its process: it remembers its storage and nothing else.
    ///
    /// # Errors
    /// What is wrong with its code.
    pub fn restart(&mut self) -> Result<(), Fault> {
        {
            let mut world = self.host.world();
            for change in world.desk.take_changes() {
                match change.row {
                    Some(row) => world.saved.insert(change.key, row),
                    None => world.saved.remove(&change.key),
                };
            }
            let kept = world.saved.clone();
            world.desk = Desk::load(kept, &self.manifest.limits);
        }
        self.bot = load(&self.manifest, &self.source, &self.set, self.seed, &self.host)?;
        self.stand();
        Ok(())
    }

    /// Changes a setting and runs the bot anew.
    ///
    /// # Errors
    /// If the setting does not exist or the value does not fit.
    pub fn configure(&mut self, name: &str, value: Value) -> Result<(), Fault> {
        self.set.insert(name.to_owned(), value);
        self.restart()
    }

    fn stand(&mut self) {
        let mut world = self.host.world();
        let (server, now_ms) = (world.server, world.now_ms);
        world.desk.stand(self.bot.registered(), &[server], now_ms);
    }

    /// Somebody writes a message. Yields its id.
    pub fn say(
        &mut self,
        author: AccountId,
        channel: ChannelId,
        content: &str,
        reply_to: Option<MessageId>,
    ) -> MessageId {
        let mut world = self.host.world();
        let mut message = world.write(author, channel, content);
        message.reply_to = reply_to;
        let id = message.id;
        let data = json!(message);
        world.keep(Held { message, reactions: Vec::new() });
        drop(world);
        self.happen("message.created", Some(author), Some(channel), &data);
        id
    }

    /// Somebody reacts to a message, or takes a reaction back.
    pub fn react(&mut self, who: AccountId, message: MessageId, emoji: &str, add: bool) {
        let mut world = self.host.world();
        let Some(held) = world.messages.get_mut(&message) else { return };
        if add {
            react(held, emoji, who);
        } else {
            unreact(held, emoji, who);
        }
        let channel = held.message.channel_id;
        let mut data = world.shown(message).map_or(Value::Null, |message| json!(message));
        data["emoji"] = json!(emoji);
        drop(world);
        let kind = if add { "message.reaction_added" } else { "message.reaction_removed" };
        self.happen(kind, Some(who), Some(channel), &data);
    }

    /// Something happens.
    pub fn happen(&mut self, kind: &'static str, actor: Option<AccountId>, channel: Option<ChannelId>, data: &Value) {
        let mut world = self.host.world();
        world.seq += 1;
        let event = Event {
            seq: world.seq,
            id: format!("evt_{}", world.seq),
            kind: kind.into(),
            ts: world.now_ms,
            hlc: Hlc(world.now_ms << 16),
            actor,
            server_id: Some(world.server),
            channel_id: channel,
            data: serde_json::value::to_raw_value(data)
                .unwrap_or_else(|_| serde_json::value::RawValue::NULL.to_owned()),
        };
        drop(world);
        self.hear(&event);
    }

    /// The bot hears of an event, if it is one that it hears. Tells what became of it.
    pub fn hear(&mut self, event: &Event) -> Option<Outcome> {
        let trigger = {
            let mut guard = self.host.world();
            let world = &mut *guard;
            let channel = event.channel_id.and_then(|id| world.channel_of(id).cloned());
            let name = channel.as_ref().map(|channel| channel.name.as_str());
            let heard = world.desk.hear(event, name, world.me, &self.manifest.events, &self.manifest.limits);
            let Heard::Run(cause) = heard else { return None };
            Trigger {
                key: format!("e{}", event.seq),
                at_ms: event.ts,
                server_id: event.server_id,
                channel,
                user: event.actor.and_then(|actor| world.people.get(&actor).cloned()),
                cause,
            }
        };
        Some(self.run(&trigger))
    }

    /// Somebody invokes a command without writing a message.
    pub fn invoke(&mut self, who: AccountId, channel: ChannelId, name: &str, args: &str) -> Outcome {
        let trigger = {
            let mut world = self.host.world();
            world.seq += 1;
            Trigger {
                key: format!("c{}", world.seq),
                at_ms: world.now_ms,
                server_id: Some(world.server),
                channel: world.channel_of(channel).cloned(),
                user: world.people.get(&who).cloned(),
                cause: Cause::Command { name: name.to_owned(), args: args.to_owned() },
            }
        };
        self.run(&trigger)
    }

    /// Time passes; what becomes due is run in its order.
    pub fn advance(&mut self, ms: u64) {
        let until = self.host.world().now_ms.saturating_add(ms);
        for _ in 0..RUNS {
            let due = {
                let mut world = self.host.world();
                let Some(next) = world.desk.next_due().filter(|next| *next <= until) else { break };
                world.now_ms = world.now_ms.max(next);
                let now_ms = world.now_ms;
                world.desk.due(self.bot.registered(), now_ms)
            };
            let Some(due) = due else { continue };
            self.run(&due.trigger);
            self.host.world().desk.done(&due);
        }
        let mut world = self.host.world();
        world.now_ms = world.now_ms.max(until);
    }

    /// Evaluates code as a handler of somebody's message in a channel would.
    ///
    /// # Errors
    /// What is wrong with the code.
    pub fn eval(&mut self, code: &str, who: AccountId, channel: ChannelId) -> Result<String, Fault> {
        let trigger = {
            let mut world = self.host.world();
            world.seq += 1;
            Trigger {
                key: format!("r{}", world.seq),
                at_ms: world.now_ms,
                server_id: Some(world.server),
                channel: world.channel_of(channel).cloned(),
                user: world.people.get(&who).cloned(),
                cause: Cause::Command { name: String::new(), args: String::new() },
            }
        };
        self.bot.eval(code, &trigger)
    }

    fn run(&mut self, trigger: &Trigger) -> Outcome {
        let outcome = self.bot.run(trigger);
        self.host.world().faults.extend(outcome.faults.iter().cloned());
        outcome
    }
}

fn load(
    manifest: &Arc<Manifest>,
    source: &Source,
    set: &Map<String, Value>,
    seed: u64,
    host: &SimHost,
) -> Result<Bot, Fault> {
    let config =
        manifest.configure(set).map_err(|error| Fault::new(crate::FaultKind::Compile, format!("settings: {error}")))?;
    Bot::load((**manifest).clone(), source.clone(), &config, seed, Box::new(host.clone()))
}
