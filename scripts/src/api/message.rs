//! A message and what can be done with it.

use folkmoot_rpc::{
    contract::message,
    ids::{ChannelId, MessageId, ServerId},
};
use rhai::{Array, Dynamic, ImmutableString, Map, NativeCallContext, plugin::*};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    channel::Channel,
    context::Context,
    send::{self, Draft},
    session::{Result, Session, unexpected},
    user::User,
};
use crate::trigger::Person;

/// What a message is in a script: as it was when it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Message(Box<message::Message>);

impl Message {
    /// Reads what `message.get` shows.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        serde_json::from_value(value.clone()).ok().map(|message| Self(Box::new(message)))
    }

    pub(crate) fn id(&self) -> MessageId {
        self.0.id
    }

    /// The message whose thread this one stands in.
    pub(super) fn thread_id(&self) -> Option<MessageId> {
        self.0.thread_id
    }

    pub(crate) fn content(&self) -> &str {
        &self.0.content
    }

    pub(crate) fn by_bot(&self) -> bool {
        self.0.author.bot
    }

    pub(crate) fn author_name(&self) -> &str {
        &self.0.author.display_name
    }

    pub(super) fn server_id(&self) -> ServerId {
        self.0.server_id
    }

    fn author(&self) -> User {
        User(Person {
            id: self.0.author.account_id,
            server_id: Some(self.0.server_id),
            name: self.0.author.display_name.clone(),
            bot: self.0.author.bot,
            level: 0,
            roles: Vec::new(),
            permissions: Vec::new(),
        })
    }

    /// The context of what is sent in answer to this message.
    fn context(&self, ctx: &NativeCallContext<'_>) -> Context {
        let mut context = Session::of(ctx).turn(|turn| turn.context.clone()).unwrap_or_default();
        context.server_id = Some(self.server_id());
        context.message = Some(self.clone());
        context
    }

    fn answer(&self, ctx: &NativeCallContext<'_>, text: &str, options: &Map) -> Result<Self> {
        let draft = Draft { channel: self.0.channel_id, reply_to: Some(self.0.id), thread: self.0.thread_id };
        send::send(&Session::of(ctx), &draft, text, options, &self.context(ctx))
    }

    fn channel_id(&self) -> ChannelId {
        self.0.channel_id
    }

    /// Calls a method about this message; yields the message as it is then, where the method tells.
    fn change(&mut self, ctx: &NativeCallContext<'_>, method: &str, mut params: Value) -> Result<()> {
        params["message_id"] = json!(self.0.id);
        let answer = Session::of(ctx).rpc(method, params)?;
        if let Some(changed) = Self::of(&answer) {
            *self = changed;
        }
        Ok(())
    }
}

#[export_module]
pub(super) mod message_functions {
    /// The message's id.
    #[rhai_fn(get = "id", pure)]
    pub fn id(message: &mut Message) -> String {
        message.0.id.to_string()
    }

    /// The text.
    #[rhai_fn(get = "content", pure)]
    pub fn content(message: &mut Message) -> ImmutableString {
        message.0.content.as_str().into()
    }

    /// Who wrote it. Roles and permissions are known of `ctx.user` and of `ctx.user("name")`.
    #[rhai_fn(get = "author", pure)]
    pub fn author(message: &mut Message) -> User {
        message.author()
    }

    /// The id of the channel it stands in.
    #[rhai_fn(get = "channel_id", pure)]
    pub fn channel_id(message: &mut Message) -> String {
        message.channel_id().to_string()
    }

    /// When it was written, in milliseconds since 1970.
    #[rhai_fn(get = "created_at", pure)]
    pub fn created_at(message: &mut Message) -> i64 {
        i64::try_from(message.0.created_at).unwrap_or(i64::MAX)
    }

    /// When it was last changed, in milliseconds since 1970; `()` if never.
    #[rhai_fn(get = "edited_at", pure)]
    pub fn edited_at(message: &mut Message) -> Dynamic {
        message.0.edited_at.map_or(Dynamic::UNIT, |at| Dynamic::from_int(i64::try_from(at).unwrap_or(i64::MAX)))
    }

    /// The id of the message it answers; `()` if none.
    #[rhai_fn(get = "reply_to", pure)]
    pub fn reply_to(message: &mut Message) -> Dynamic {
        message.0.reply_to.map_or(Dynamic::UNIT, |id| Dynamic::from(id.to_string()))
    }

    /// The id of the message whose thread it stands in; `()` if none.
    #[rhai_fn(get = "thread_id", pure)]
    pub fn thread_id(message: &mut Message) -> Dynamic {
        message.0.thread_id.map_or(Dynamic::UNIT, |id| Dynamic::from(id.to_string()))
    }

    /// The ids of the accounts it names.
    #[rhai_fn(get = "mentions", pure)]
    pub fn mentions(message: &mut Message) -> Array {
        message.0.mentions.iter().map(|id| Dynamic::from(id.to_string())).collect()
    }

    /// How often each emoji was used on it, as `#{ emoji: count }`.
    #[rhai_fn(get = "reactions", pure)]
    pub fn reactions(message: &mut Message) -> Map {
        let row = |reaction: &message::Reaction| {
            let count = i64::try_from(reaction.count).unwrap_or(i64::MAX);
            (reaction.emoji.as_str().into(), Dynamic::from_int(count))
        };
        message.0.reactions.iter().map(row).collect()
    }

    /// Whether it is pinned.
    #[rhai_fn(get = "pinned", pure)]
    pub fn pinned(message: &mut Message) -> bool {
        message.0.pinned
    }

    /// Answers the message.
    ///
    /// ```rhai
    /// on("message.created", |ctx, msg| { if msg.content == "hello" { msg.reply("hello yourself"); } });
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn reply(ctx: NativeCallContext, message: &mut Message, text: &str) -> Result<Message> {
        message.answer(&ctx, text, &Map::new())
    }

    /// Answers the message with buttons; see `ctx.reply`.
    #[rhai_fn(name = "reply", pure, return_raw)]
    pub fn reply_with(ctx: NativeCallContext, message: &mut Message, text: &str, options: Map) -> Result<Message> {
        message.answer(&ctx, text, &options)
    }

    /// Writes into the thread that begins with the message, or that it stands in.
    #[rhai_fn(pure, return_raw)]
    pub fn thread(ctx: NativeCallContext, message: &mut Message, text: &str) -> Result<Message> {
        let root = message.0.thread_id.unwrap_or(message.0.id);
        let draft = Draft { channel: message.0.channel_id, reply_to: None, thread: Some(root) };
        send::send(&Session::of(&ctx), &draft, text, &Map::new(), &message.context(&ctx))
    }

    /// Reacts with an emoji.
    #[rhai_fn(return_raw)]
    pub fn react(ctx: NativeCallContext, message: &mut Message, emoji: &str) -> Result<()> {
        message.change(&ctx, "message.react", json!({ "emoji": emoji }))
    }

    /// Takes the bot's reaction back.
    #[rhai_fn(return_raw)]
    pub fn unreact(ctx: NativeCallContext, message: &mut Message, emoji: &str) -> Result<()> {
        message.change(&ctx, "message.unreact", json!({ "emoji": emoji }))
    }

    /// Makes a message of the bot say something else.
    #[rhai_fn(return_raw)]
    pub fn edit(ctx: NativeCallContext, message: &mut Message, text: &str) -> Result<()> {
        message.change(&ctx, "message.edit", json!({ "content": text }))
    }

    /// Deletes the message: the bot's own, or anybody's if its role allows that.
    #[rhai_fn(return_raw)]
    pub fn delete(ctx: NativeCallContext, message: &mut Message) -> Result<()> {
        message.change(&ctx, "message.delete", json!({}))
    }

    /// Deletes the message and says why; the reason stands where the message was.
    #[rhai_fn(name = "delete", return_raw)]
    pub fn delete_because(ctx: NativeCallContext, message: &mut Message, reason: &str) -> Result<()> {
        message.change(&ctx, "message.delete", json!({ "reason": reason }))
    }

    /// Pins the message.
    #[rhai_fn(return_raw)]
    pub fn pin(ctx: NativeCallContext, message: &mut Message) -> Result<()> {
        message.change(&ctx, "message.pin", json!({}))
    }

    /// Takes the pin off.
    #[rhai_fn(return_raw)]
    pub fn unpin(ctx: NativeCallContext, message: &mut Message) -> Result<()> {
        message.change(&ctx, "message.unpin", json!({}))
    }

    /// Reads the message again: its text, reactions and pin as they are now.
    #[rhai_fn(return_raw)]
    pub fn refresh(ctx: NativeCallContext, message: &mut Message) -> Result<()> {
        message.change(&ctx, "message.get", json!({}))
    }

    /// A message by its id.
    #[rhai_fn(name = "message", pure, return_raw)]
    pub fn by_id(ctx: NativeCallContext, context: &mut Context, id: &str) -> Result<Message> {
        let _: &Context = context;
        let found = Session::of(&ctx).rpc("message.get", json!({ "message_id": id }))?;
        serde_json::from_value(found).map_err(|error| unexpected("message.get", &error))
    }

    /// The newest messages of the channel, oldest first, at most 100.
    #[rhai_fn(pure, return_raw)]
    pub fn history(ctx: NativeCallContext, channel: &mut Channel, count: i64) -> Result<Array> {
        let limit = count.clamp(1, 100);
        let params = json!({ "channel_id": channel.0.id, "limit": limit });
        let page: message::MessagePage = serde_json::from_value(Session::of(&ctx).rpc("message.list", params)?)
            .map_err(|error| unexpected("message.list", &error))?;
        let messages = page.items.into_iter().rev().filter_map(|item| match item {
            message::MessageItem::Message(message) => Some(Dynamic::from(Message(Box::new(message)))),
            message::MessageItem::Gap(_) => None,
        });
        Ok(messages.collect())
    }
}
