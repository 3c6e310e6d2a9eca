//! The methods of the API that a simulated server answers, by the rules that a node has: scopes of the manifest, permissions of the
//! bot's role, lengths, what is one's own.

use folkmoot_rpc::{
    ApiError, ErrorKind, Scope,
    contract::message,
    error::ErrorDetail,
    ids::{AccountId, ChannelId, MessageId},
};
use serde_json::{Value, json};

use super::{
    effect::Effect,
    world::{Held, World},
};
use crate::{engine::Fault, scopes::scope_of};

/// Bytes of a message's text.
const CONTENT_BYTES: usize = 8 * 1024;
/// Messages of one page.
const PAGE: usize = 100;

/// What a method needs of the bot's role on the server.
fn permission_of(method: &str) -> Option<&'static str> {
    Some(match method {
        "member.kick" => "KICK",
        "member.ban" | "member.unban" => "BAN",
        "member.timeout" => "TIMEOUT",
        "server.role.assign" | "server.role.unassign" => "MANAGE_ROLES",
        "channel.create" => "MANAGE_CHANNEL",
        "message.pin" | "message.unpin" => "PIN",
        _ => return None,
    })
}

fn id_of<T: std::str::FromStr>(params: &Value, name: &'static str) -> Result<T, ApiError> {
    let id = params[name].as_str().and_then(|text| text.parse().ok());
    id.ok_or_else(|| ApiError::invalid_params(name, format!("{name} is no id")))
}

fn text_of<'a>(params: &'a Value, name: &'static str) -> Result<&'a str, ApiError> {
    params[name].as_str().ok_or_else(|| ApiError::invalid_params(name, format!("{name} is missing")))
}

impl World {
    /// Answers a method.
    pub(super) fn rpc(&mut self, method: &str, params: &Value) -> Result<Value, ApiError> {
        let Some(scope) = scope_of(method) else {
            return Err(ApiError::new(ErrorKind::Unsupported, format!("no bot calls {method}")));
        };
        if scope != Scope::Public && !self.manifest.scopes.contains(&scope) {
            let detail = ErrorDetail { needed: Some(scope.as_str().into()), ..ErrorDetail::default() };
            let text = format!("{method} needs the scope {scope}; add it to scopes under [permissions]");
            return Err(ApiError::new(ErrorKind::BotPermission, text).with_detail(detail));
        }
        if let Some(permission) = permission_of(method)
            && !self.bot_may(permission)
        {
            return Err(ApiError::forbidden(permission));
        }
        match method {
            "message.send" => self.send(params),
            "message.get" => {
                let id: MessageId = id_of(params, "message_id")?;
                self.shown(id).map(|message| json!(message)).ok_or_else(|| ApiError::not_found("message"))
            }
            "message.list" => self.list(params),
            "server.role.list" => {
                let items: Vec<Value> = self.roles.iter().map(|name| json!({ "id": name, "name": name })).collect();
                Ok(json!({ "items": items }))
            }
            "message.edit" | "message.delete" | "message.react" | "message.unreact" | "message.pin"
            | "message.unpin" => self.change(method, params),
            _ => self.act(method, params),
        }
    }

    fn bot_may(&self, permission: &str) -> bool {
        self.people.get(&self.me).is_some_and(|bot| bot.permissions.iter().any(|held| held == permission))
    }

    fn send(&mut self, params: &Value) -> Result<Value, ApiError> {
        let (channel, content): (ChannelId, _) = (id_of(params, "channel_id")?, text_of(params, "content")?);
        let name = self.channel_of(channel).map(|channel| channel.name.clone());
        let name = name.ok_or_else(|| ApiError::not_found("channel"))?;
        if content.trim().is_empty() {
            return Err(ApiError::invalid_content("content", "a message says something"));
        }
        if content.len() > CONTENT_BYTES {
            return Err(ApiError::too_large("content", CONTENT_BYTES as u64));
        }
        self.budget.take(self.now_ms).map_err(|wait| too_many_sends(&self.manifest, wait))?;
        let mut message = self.write(self.me, channel, content);
        message.reply_to = params["reply_to"].as_str().and_then(|id| id.parse().ok());
        message.thread_id = params["thread"].as_str().and_then(|id| id.parse().ok());
        let reply_to = message.reply_to.map(|id| id.to_string());
        self.effects.push(Effect::Send { channel: name, content: content.to_owned(), reply_to });
        self.unseen.push_back(message.clone());
        self.keep(Held { message: message.clone(), reactions: Vec::new() });
        Ok(json!(message))
    }

    fn list(&self, params: &Value) -> Result<Value, ApiError> {
        let channel: ChannelId = id_of(params, "channel_id")?;
        let limit = params["limit"].as_u64().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(50).min(PAGE);
        let items: Vec<message::Message> = self
            .order
            .iter()
            .rev()
            .filter(|id| self.messages.get(id).is_some_and(|held| held.message.channel_id == channel))
            .take(limit)
            .filter_map(|id| self.shown(*id))
            .collect();
        Ok(json!({ "items": items }))
    }

    fn change(&mut self, method: &str, params: &Value) -> Result<Value, ApiError> {
        let id: MessageId = id_of(params, "message_id")?;
        let (me, now_ms) = (self.me, self.now_ms);
        let may_manage = self.bot_may("MANAGE_MESSAGES");
        let held = self.messages.get_mut(&id).ok_or_else(|| ApiError::not_found("message"))?;
        if held.message.deleted.is_some() {
            return Err(ApiError::new(ErrorKind::Gone, "the message is deleted"));
        }
        let own = held.message.author.account_id == me;
        match method {
            "message.edit" if !own => return Err(ApiError::forbidden("author")),
            "message.edit" => {
                text_of(params, "content")?.clone_into(&mut held.message.content);
                held.message.edited_at = Some(now_ms);
            }
            "message.delete" if !own && !may_manage => return Err(ApiError::forbidden("MANAGE_MESSAGES")),
            "message.delete" => {
                held.message.content.clear();
                let reason = params["reason"].as_str().map(str::to_owned);
                held.message.deleted = Some(message::Deletion { by: me, reason, at: now_ms });
            }
            "message.react" => react(held, text_of(params, "emoji")?, me),
            "message.unreact" => unreact(held, text_of(params, "emoji")?, me),
            "message.pin" => held.message.pinned = true,
            _ => held.message.pinned = false,
        }
        self.effects.push(Effect::Call { method: method.to_owned(), params: params.clone() });
        Ok(self.shown(id).map_or(Value::Null, |message| json!(message)))
    }

    fn act(&mut self, method: &str, params: &Value) -> Result<Value, ApiError> {
        match method {
            "channel.create" => {
                let name = text_of(params, "name")?.to_owned();
                let channel = self.channel(&name);
                self.effects.push(Effect::Call { method: method.to_owned(), params: params.clone() });
                return Ok(json!({ "id": channel.id, "name": channel.name, "server_id": channel.server_id }));
            }
            "member.kick" | "member.ban" => {
                let id: AccountId = id_of(params, "account_id")?;
                self.people.remove(&id).ok_or_else(|| ApiError::not_found("member"))?;
            }
            "member.timeout" => {
                let id: AccountId = id_of(params, "account_id")?;
                self.people.get(&id).ok_or_else(|| ApiError::not_found("member"))?;
            }
            "server.role.assign" | "server.role.unassign" => {
                let (id, role): (AccountId, _) = (id_of(params, "account_id")?, text_of(params, "role_id")?.to_owned());
                let person = self.people.get_mut(&id).ok_or_else(|| ApiError::not_found("member"))?;
                person.roles.retain(|held| *held != role);
                if method == "server.role.assign" {
                    person.roles.push(role);
                }
            }
            _ => return Err(ApiError::new(ErrorKind::Unsupported, format!("a simulated server has no {method}"))),
        }
        self.effects.push(Effect::Call { method: method.to_owned(), params: params.clone() });
        Ok(json!({}))
    }
}

pub(super) fn react(held: &mut Held, emoji: &str, who: AccountId) {
    match held.reactions.iter_mut().find(|(used, _)| used == emoji) {
        Some((_, people)) if people.contains(&who) => {}
        Some((_, people)) => people.push(who),
        None => held.reactions.push((emoji.to_owned(), vec![who])),
    }
}

pub(super) fn unreact(held: &mut Held, emoji: &str, who: AccountId) {
    for (used, people) in &mut held.reactions {
        if used == emoji {
            people.retain(|person| *person != who);
        }
    }
    held.reactions.retain(|(_, people)| !people.is_empty());
}

/// The bot sends more than its manifest allows.
pub(super) fn too_many_sends(manifest: &crate::Manifest, wait_ms: u64) -> ApiError {
    let text = format!("more than {} messages a minute", manifest.limits.sends_per_min);
    let mut error = Fault::limit("sends_per_min", text).into_api();
    error = error.retry_after_ms(wait_ms);
    error
}
