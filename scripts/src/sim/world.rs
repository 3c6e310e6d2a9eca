//! The state of a simulated server: channels, members, messages, time, and what the bot did.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use folkmoot_rpc::{
    ApiError, ErrorKind,
    contract::{Hlc, message},
    ids::{AccountId, ChannelId, MessageId, ServerId},
};
use serde_json::{Value, json};

use super::{effect::Effect, web::Web};
use crate::{
    Fault,
    desk::{Desk, Row, SendBudget},
    host::{Call, Host, HttpCall, Level},
    manifest::Manifest,
    trigger::{ChannelRef, Person},
};

/// Monday, 2026-10-05 09:00 UTC: when every simulation begins.
pub(super) const BEGIN_MS: u64 = 1_791_190_800_000;
/// Messages that a world keeps; a rehearsal goes through more, of which the oldest are only counted.
const MESSAGES: usize = 20_000;
/// Lines of the log that a world keeps.
const LINES: usize = 1_000;

/// A reaction: the emoji and who used it.
pub(super) type Reactions = Vec<(String, Vec<AccountId>)>;

/// A message of the world.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) message: message::Message,
    pub(super) reactions: Reactions,
}

/// A simulated server with one bot on it.
#[derive(Debug)]
pub struct World {
    pub(super) manifest: Arc<Manifest>,
    pub(super) now_ms: u64,
    pub(super) server: ServerId,
    pub(super) me: AccountId,
    pub(super) channels: Vec<ChannelRef>,
    pub(super) people: BTreeMap<AccountId, Person>,
    /// Names of the roles there are.
    pub(super) roles: Vec<String>,
    pub(super) messages: BTreeMap<MessageId, Held>,
    pub(super) order: VecDeque<MessageId>,
    pub(super) web: Web,
    pub(super) secrets: BTreeMap<String, String>,
    pub(super) desk: Desk,
    /// What the desk had written when the bot was last run anew.
    pub(super) saved: BTreeMap<String, Row>,
    pub(super) budget: SendBudget,
    /// What the bot did, oldest first.
    pub(super) effects: Vec<Effect>,
    /// Messages of the bot that no expectation has looked at yet.
    pub(super) unseen: VecDeque<message::Message>,
    pub(super) lines: VecDeque<(Level, String)>,
    pub(super) faults: Vec<Fault>,
    pub(super) seq: u64,
}

impl World {
    /// A server with a channel `general` and nobody but the bot on it.
    #[must_use]
    pub fn new(manifest: Arc<Manifest>) -> Self {
        let me = AccountId::from_bytes([0xb0; 32]);
        let server = ServerId::from_bytes([0x5e; 32]);
        let mut world = Self {
            now_ms: BEGIN_MS,
            server,
            me,
            channels: Vec::new(),
            people: BTreeMap::new(),
            roles: ["owner", "steward", "admin", "mod", "member"].map(str::to_owned).into(),
            messages: BTreeMap::new(),
            order: VecDeque::new(),
            web: Web::default(),
            secrets: BTreeMap::new(),
            desk: Desk::load([], &manifest.limits),
            saved: BTreeMap::new(),
            budget: SendBudget::new(manifest.limits.sends_per_min),
            effects: Vec::new(),
            unseen: VecDeque::new(),
            lines: VecDeque::new(),
            faults: Vec::new(),
            seq: 0,
            manifest,
        };
        world.channel("general");
        let bot = Person {
            id: me,
            server_id: Some(server),
            name: world.manifest.name.clone(),
            bot: true,
            level: 0,
            roles: vec!["member".into()],
            permissions: ["VIEW", "SEND", "REACT"].map(str::to_owned).into(),
        };
        world.people.insert(me, bot);
        world
    }

    /// A world like a real server: its channels and members, and a bot that stands there as this account.
    #[must_use]
    pub fn of_server(
        manifest: Arc<Manifest>,
        server: ServerId,
        me: AccountId,
        channels: Vec<ChannelRef>,
        people: impl IntoIterator<Item = Person>,
        now_ms: u64,
    ) -> Self {
        let mut world = Self::new(manifest);
        let bot = world.people.remove(&world.me);
        (world.server, world.me, world.now_ms, world.channels) = (server, me, now_ms, channels);
        world.people = people.into_iter().map(|person| (person.id, person)).collect();
        if let Some(bot) = bot {
            world.people.entry(me).or_insert(Person { id: me, server_id: Some(server), ..bot });
        }
        world
    }

    /// The desk, so that a rehearsal begins with what the bot remembers.
    pub fn set_desk(&mut self, desk: Desk) {
        self.desk = desk;
    }

    /// Sets the clock.
    pub fn set_now(&mut self, now_ms: u64) {
        self.now_ms = now_ms;
    }

    /// What the bot did so far.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// A channel by name; made when there is none.
    pub(super) fn channel(&mut self, name: &str) -> ChannelRef {
        let name = name.strip_prefix('#').unwrap_or(name);
        if let Some(channel) = self.channels.iter().find(|channel| channel.name == name) {
            return channel.clone();
        }
        let mut id = [0xc0; 32];
        id[..8].copy_from_slice(&(self.channels.len() as u64).to_be_bytes());
        let channel = ChannelRef { id: ChannelId::from_bytes(id), server_id: self.server, name: name.to_owned() };
        self.channels.push(channel.clone());
        channel
    }

    pub(super) fn channel_of(&self, id: ChannelId) -> Option<&ChannelRef> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    /// A message that really was written, for a rehearsal.
    pub fn remember(&mut self, message: message::Message) {
        self.keep(Held { message, reactions: Vec::new() });
    }

    pub(super) fn keep(&mut self, held: Held) {
        self.order.push_back(held.message.id);
        self.messages.insert(held.message.id, held);
        while self.order.len() > MESSAGES {
            if let Some(oldest) = self.order.pop_front() {
                self.messages.remove(&oldest);
            }
        }
    }

    /// A new message, not kept yet.
    pub(super) fn write(&mut self, author: AccountId, channel: ChannelId, content: &str) -> message::Message {
        self.seq += 1;
        let mut id = [0x3e; 32];
        id[..8].copy_from_slice(&self.seq.to_be_bytes());
        let person = self.people.get(&author);
        let mentions = self.people.keys().filter(|id| content.contains(&format!("<@{id}>"))).copied().collect();
        // By way of JSON: the contract's message may have fields that nobody here has to know of.
        let whole = json!({
            "id": MessageId::from_bytes(id),
            "server_id": self.server,
            "channel_id": channel,
            "author": {
                "account_id": author,
                "display_name": person.map_or("", |person| person.name.as_str()),
                "bot": person.is_some_and(|person| person.bot),
            },
            "content": content,
            "created_at": self.now_ms,
            "rev": 1,
            "hlc": Hlc(self.now_ms << 16 | (self.seq & 0xffff)),
            "attachments": [],
            "mentions": Vec::<AccountId>::new(),
            "mention_everyone": false,
            "reactions": [],
            "pinned": false,
            "delivery": { "state": "stored", "holders": 0, "keepers": 0 },
        });
        let mut message: message::Message = serde_json::from_value(whole).expect("a message has these fields");
        message.mentions = mentions;
        message
    }

    /// A message as it is shown now.
    pub(super) fn shown(&self, id: MessageId) -> Option<message::Message> {
        let held = self.messages.get(&id)?;
        let mut message = held.message.clone();
        message.reactions = held
            .reactions
            .iter()
            .map(|(emoji, who)| message::Reaction {
                emoji: emoji.clone(),
                count: who.len() as u64,
                me: who.contains(&self.me),
            })
            .collect();
        Some(message)
    }

    #[cfg(test)]
    pub(crate) fn place_for_tests(&mut self) -> (ServerId, ChannelRef, Person) {
        (self.server, self.channel("general"), self.person("ann"))
    }

    #[cfg(test)]
    pub(crate) fn due_now(&mut self, now_ms: u64, registered: &crate::Registered) -> Option<crate::desk::Due> {
        self.desk.due(registered, now_ms)
    }

    fn call(&mut self, call: Call) -> Result<Value, ApiError> {
        let call = match self.desk.handle(call, self.now_ms) {
            Ok(answer) => return answer,
            Err(call) => call,
        };
        match call {
            Call::Rpc { method, params } => self.rpc(&method, &params),
            Call::FindChannel { name, .. } => {
                Ok(self.channels.iter().find(|channel| channel.name == name).map_or(Value::Null, |held| json!(held)))
            }
            Call::FindMember { name, .. } => Ok(self.member(&name).map_or(Value::Null, |person| json!(person))),
            Call::Http(call) => self.fetch(&call),
            _ => Err(ApiError::new(ErrorKind::Unsupported, "no such call")),
        }
    }

    fn fetch(&mut self, call: &HttpCall) -> Result<Value, ApiError> {
        let (manifest, secrets) = (Arc::clone(&self.manifest), &self.secrets);
        let answer = self.web.fetch(call, &manifest, secrets)?;
        self.effects.push(Effect::Http { method: call.method.clone(), url: call.url.clone() });
        Ok(json!(answer))
    }
}

/// A bot's host that is a world.
#[derive(Clone, Debug)]
pub struct SimHost(pub(super) Arc<Mutex<World>>);

impl SimHost {
    /// A host for this world.
    #[must_use]
    pub fn new(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    /// The world. Not while the bot runs: it would wait for itself.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host for SimHost {
    fn call(&mut self, call: Call) -> Result<Value, ApiError> {
        self.world().call(call)
    }

    fn now_ms(&self) -> u64 {
        self.world().now_ms
    }

    fn log(&mut self, level: Level, text: String) {
        let mut world = self.world();
        world.lines.push_back((level, text));
        if world.lines.len() > LINES {
            world.lines.pop_front();
        }
    }
}
