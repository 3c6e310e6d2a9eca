//! `on`: handlers of events, with filters.

use rhai::{Array, FnPtr, Map, NativeCallContext, plugin::*};

use super::{
    message::Message,
    session::{Book, Result, Session},
};
use crate::{
    engine::{raise, raise_limit},
    manifest::{EVENT_TYPES, wants_type},
    trigger::Trigger,
};

/// Handlers of one bot.
const HANDLERS: usize = 64;

/// A handler of events.
#[derive(Clone, Debug)]
pub(crate) struct EventHandler {
    /// A type, or the beginning of one and `*`.
    pub(crate) kind: String,
    /// Which of them.
    pub(crate) filter: Filter,
    /// What to do.
    pub(crate) run: FnPtr,
}

/// Which events of a type a handler wants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    channels: Option<Vec<String>>,
    contains: Option<String>,
    from: Option<String>,
}

impl Filter {
    fn of(map: &Map) -> Result<Self> {
        let mut filter = Self::default();
        for (name, value) in map {
            let text = || {
                let text = value.clone().into_string();
                text.map_err(|found| raise("invalid_content", format!("{name}: expected a text, found {found}")))
            };
            match name.as_str() {
                "channel" => {
                    let names: Vec<String> = match value.read_lock::<Array>() {
                        Some(names) => names.iter().filter_map(|name| name.clone().into_string().ok()).collect(),
                        None => vec![text()?],
                    };
                    filter.channels =
                        Some(names.iter().map(|name| name.strip_prefix('#').unwrap_or(name).to_owned()).collect());
                }
                "contains" => filter.contains = Some(text()?.to_lowercase()),
                "from" => filter.from = Some(text()?),
                _ => {
                    let expected = "expected channel, contains or from";
                    return Err(raise("invalid_content", format!("no filter {name:?}; {expected}")));
                }
            }
        }
        Ok(filter)
    }

    /// Whether a trigger passes.
    pub(crate) fn wants(&self, trigger: &Trigger, message: Option<&Message>) -> bool {
        let channel = self
            .channels
            .as_ref()
            .is_none_or(|names| trigger.channel.as_ref().is_some_and(|channel| names.contains(&channel.name)));
        let text = self
            .contains
            .as_ref()
            .is_none_or(|part| message.is_some_and(|message| message.content().to_lowercase().contains(part.as_str())));
        let author = self.from.as_ref().is_none_or(|from| {
            let from = from.strip_prefix('@').unwrap_or(from);
            message.is_some_and(|message| message.author_name() == from)
                || trigger.user.as_ref().is_some_and(|user| user.name == from || user.id.to_string() == from)
        });
        channel && text && author
    }
}

fn register(ctx: &NativeCallContext<'_>, kind: &str, filter: Filter, run: FnPtr) -> Result<()> {
    let session = Session::of(ctx);
    if !EVENT_TYPES.iter().any(|known| wants_type(kind, known)) {
        let known = EVENT_TYPES.join(", ");
        return Err(raise("invalid_content", format!("no event is of type {kind:?}; expected one of: {known}")));
    }
    let asked = &session.manifest().events;
    if !EVENT_TYPES.iter().any(|known| wants_type(kind, known) && asked.wants_type(known)) {
        let text = format!("the manifest does not ask for {kind}; add it to types under [events]");
        return Err(raise("precondition", text));
    }
    session.register("on", |book: &mut Book| {
        if book.events.len() >= HANDLERS {
            return Err(raise_limit("handlers", format!("more than {HANDLERS} handlers")));
        }
        book.events.push(EventHandler { kind: kind.to_owned(), filter, run });
        Ok(())
    })
}

#[export_module]
pub(super) mod on_functions {
    /// Calls the function for every event of a type, with the context and the message or object that the event is about.
    ///
    /// ```rhai
    /// on("message.created", |ctx, msg| { if msg.content.contains("tea") { msg.react("🍵"); } });
    /// on("member.joined", |ctx, member| ctx.channel("#general").send(`Welcome, ${member.display_name}!`));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn on(ctx: NativeCallContext, event: &str, run: FnPtr) -> Result<()> {
        register(&ctx, event, Filter::default(), run)
    }

    /// The same for some of them: `channel` is a name or an array of names, `contains` a text within the message, `from` a name.
    ///
    /// ```rhai
    /// on("message.created", #{ channel: "#help", contains: "password" }, |ctx, msg| msg.reply("Ask an admin."));
    /// ```
    #[rhai_fn(name = "on", return_raw)]
    pub fn on_some(ctx: NativeCallContext, event: &str, filter: Map, run: FnPtr) -> Result<()> {
        register(&ctx, event, Filter::of(&filter)?, run)
    }
}
