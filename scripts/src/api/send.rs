//! Sending: one road for everything a bot writes, with the nonce that makes it happen once.

use folkmoot_rpc::ids::{ChannelId, MessageId};
use rhai::{Array, Dynamic, FnPtr, Map};
use serde_json::{Value, json};

use super::{
    context::Context,
    message::Message,
    session::{Result, Session, unexpected},
    value::function_of,
};
use crate::{
    engine::raise,
    host::{BUTTONS_MAX, Call},
    trigger::Task,
};

/// Where something is to be sent.
pub(super) struct Draft {
    pub(super) channel: ChannelId,
    pub(super) reply_to: Option<MessageId>,
    pub(super) thread: Option<MessageId>,
}

impl Draft {
    /// To a channel, answering nobody.
    pub(super) const fn to(channel: ChannelId) -> Self {
        Self { channel, reply_to: None, thread: None }
    }
}

/// One button.
struct Button {
    emoji: String,
    label: String,
    run: FnPtr,
}

/// Sends a message. `options` may have `buttons`.
///
/// # Errors
/// What the API says; options that are none.
pub(super) fn send(session: &Session, draft: &Draft, text: &str, options: &Map, context: &Context) -> Result<Message> {
    let buttons = buttons(options)?;
    let content = with_labels(text, &buttons);
    let mut params = json!({ "channel_id": draft.channel, "content": content, "nonce": session.next_nonce()? });
    if let Some(answered) = draft.reply_to {
        params["reply_to"] = json!(answered);
    }
    if let Some(thread) = draft.thread {
        params["thread"] = json!(thread);
    }
    let message: Message =
        serde_json::from_value(session.rpc("message.send", params)?).map_err(|e| unexpected("message.send", &e))?;
    if !buttons.is_empty() {
        let context = Context { message: Some(message.clone()), ..context.clone() };
        let tasks = buttons.iter().map(|button| Ok((button.emoji.clone(), task(session, &context, &button.run)?)));
        session.call(Call::Buttons { message_id: message.id(), tasks: tasks.collect::<Result<_>>()? })?;
        for button in &buttons {
            session.rpc("message.react", json!({ "message_id": message.id(), "emoji": button.emoji }))?;
        }
    }
    Ok(message)
}

/// A function and the context it was made in, to be run later.
///
/// # Errors
/// If the function captured what cannot be kept.
pub(super) fn task(session: &Session, context: &Context, run: &FnPtr) -> Result<Task> {
    let (function, captured) = function_of(run, session.functions())?;
    let context = serde_json::to_value(context).unwrap_or(Value::Null);
    Ok(Task { function, captured, context })
}

fn buttons(options: &Map) -> Result<Vec<Button>> {
    if let Some(unknown) = options.keys().find(|name| name.as_str() != "buttons") {
        return Err(raise("invalid_content", format!("no option {unknown:?}; expected buttons")));
    }
    let Some(given) = options.get("buttons") else { return Ok(Vec::new()) };
    let expected =
        || raise("invalid_content", "expected buttons: [ #{ emoji: \"👍\", label: \"Yes\", run: |ctx| … }, … ]");
    let given = given.read_lock::<Array>().ok_or_else(expected)?;
    if given.is_empty() || given.len() > BUTTONS_MAX {
        return Err(raise("invalid_content", format!("a message has 1 to {BUTTONS_MAX} buttons")));
    }
    let button = |button: &Dynamic| {
        let button = button.read_lock::<Map>()?;
        let text = |name: &str| button.get(name).and_then(|value| value.clone().into_string().ok());
        let run = button.get("run")?.read_lock::<FnPtr>()?.clone();
        Some(Button { emoji: text("emoji")?, label: text("label").unwrap_or_default(), run })
    };
    given.iter().map(|given| button(given).ok_or_else(expected)).collect()
}

/// People without a window read what each emoji means.
fn with_labels(text: &str, buttons: &[Button]) -> String {
    let labels: Vec<String> = buttons
        .iter()
        .filter(|button| !button.label.is_empty())
        .map(|button| format!("{} {}", button.emoji, button.label))
        .collect();
    if labels.is_empty() { text.to_owned() } else { format!("{text}\n{}", labels.join("   ")) }
}
