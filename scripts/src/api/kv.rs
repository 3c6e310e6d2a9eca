//! `ctx.kv`: what a bot remembers. What a handler writes is kept together, when it is done, with the fact that it is done: an event
//! delivered again after a crash finds the storage as it was before.

use rhai::{Array, Dynamic, Map, NativeCallContext, plugin::*};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    clock,
    context::Context,
    session::{Result, Session},
    value::{from_json, to_json},
};
use crate::{
    engine::{raise, raise_limit},
    host::{Call, KEY_BYTES, SCAN_MAX},
};

/// Keys that begin so are the engine's own (cooldowns).
pub(super) const RESERVED: char = '~';

/// What `ctx.kv` is in a script: the storage, or the part of it whose keys begin so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kv {
    prefix: String,
    server: Option<String>,
    channel: Option<String>,
    user: Option<String>,
}

impl Kv {
    pub(super) fn new(context: &Context) -> Self {
        Self {
            prefix: String::new(),
            server: context.server_id.map(|id| id.to_string()),
            channel: context.channel.as_ref().map(|channel| channel.0.id.to_string()),
            user: context.user.as_ref().map(|user| user.0.id.to_string()),
        }
    }

    fn below(&self, id: Option<&String>, what: &str) -> Result<Self> {
        let id = id.ok_or_else(|| raise("precondition", format!("this handler runs for no {what}")))?;
        Ok(Self { prefix: format!("{}{id}/", self.prefix), ..self.clone() })
    }

    fn key(&self, key: &str) -> Result<String> {
        let whole = format!("{}{key}", self.prefix);
        if key.is_empty() || key.starts_with(RESERVED) {
            return Err(raise("invalid_content", format!("a key is not empty and does not begin with {RESERVED}")));
        }
        if whole.len() > KEY_BYTES {
            return Err(raise_limit("key", format!("a key has at most {KEY_BYTES} bytes")));
        }
        Ok(whole)
    }
}

fn set(ctx: &NativeCallContext<'_>, kv: &Kv, key: &str, value: &Dynamic, ttl_ms: Option<u64>) -> Result<()> {
    let call = Call::KvSet { key: kv.key(key)?, value: to_json(value)?, ttl_ms };
    Session::of(ctx).call(call).map(|_| ())
}

fn scan(ctx: &NativeCallContext<'_>, kv: &Kv, prefix: &str, after: Option<&str>, limit: i64) -> Result<Array> {
    let prefix = format!("{}{prefix}", kv.prefix);
    let after = after.map(|key| format!("{}{key}", kv.prefix));
    let limit = usize::try_from(limit).unwrap_or(0).clamp(1, SCAN_MAX);
    let rows = Session::of(ctx).call(Call::KvScan { prefix, after, limit })?;
    let row = |row: &Value| {
        let key = row["key"].as_str()?.strip_prefix(&kv.prefix)?;
        if key.starts_with(RESERVED) {
            return None;
        }
        let map: Map =
            [("key".into(), Dynamic::from(key.to_owned())), ("value".into(), from_json(&row["value"]))].into();
        Some(Dynamic::from_map(map))
    };
    Ok(rows.as_array().into_iter().flatten().filter_map(row).collect())
}

#[export_module]
pub(super) mod kv_functions {
    /// The part of the storage that belongs to this server.
    #[rhai_fn(get = "server", pure, return_raw)]
    pub fn server(kv: &mut Kv) -> Result<Kv> {
        kv.below(kv.server.as_ref(), "server")
    }

    /// The part of the storage that belongs to this channel.
    #[rhai_fn(get = "channel", pure, return_raw)]
    pub fn channel(kv: &mut Kv) -> Result<Kv> {
        kv.below(kv.channel.as_ref(), "channel")
    }

    /// The part of the storage that belongs to this user.
    #[rhai_fn(get = "user", pure, return_raw)]
    pub fn user(kv: &mut Kv) -> Result<Kv> {
        kv.below(kv.user.as_ref(), "user")
    }

    /// A value; `()` if there is none.
    #[rhai_fn(pure, return_raw)]
    pub fn get(ctx: NativeCallContext, kv: &mut Kv, key: &str) -> Result<Dynamic> {
        Ok(from_json(&Session::of(&ctx).call(Call::KvGet { key: kv.key(key)? })?))
    }

    /// A value; the fallback if there is none.
    #[rhai_fn(name = "get", pure, return_raw)]
    pub fn get_or(ctx: NativeCallContext, kv: &mut Kv, key: &str, fallback: Dynamic) -> Result<Dynamic> {
        let found = Session::of(&ctx).call(Call::KvGet { key: kv.key(key)? })?;
        Ok(if found.is_null() { fallback } else { from_json(&found) })
    }

    /// Keeps a value: a number, text, bool, or arrays and maps of them.
    #[rhai_fn(pure, return_raw)]
    pub fn set(ctx: NativeCallContext, kv: &mut Kv, key: &str, value: Dynamic) -> Result<()> {
        super::set(&ctx, kv, key, &value, None)
    }

    /// Keeps a value for a while.
    ///
    /// ```rhai
    /// ctx.kv.set("seen", true, "10m");
    /// ```
    #[rhai_fn(name = "set", pure, return_raw)]
    pub fn set_for(ctx: NativeCallContext, kv: &mut Kv, key: &str, value: Dynamic, ttl: Dynamic) -> Result<()> {
        super::set(&ctx, kv, key, &value, Some(clock::duration_of(&ttl)?))
    }

    /// Adds to a number, 0 if there is none, and yields the sum.
    ///
    /// ```rhai
    /// let points = ctx.kv.incr("points:" + who, 1);
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn incr(ctx: NativeCallContext, kv: &mut Kv, key: &str, by: i64) -> Result<Dynamic> {
        Ok(from_json(&Session::of(&ctx).call(Call::KvIncr { key: kv.key(key)?, by })?))
    }

    /// Keeps a value if the one there is as expected, `()` for none; yields whether it was.
    #[rhai_fn(pure, return_raw)]
    pub fn cas(ctx: NativeCallContext, kv: &mut Kv, key: &str, expected: Dynamic, value: Dynamic) -> Result<bool> {
        let call = Call::KvCas { key: kv.key(key)?, expected: to_json(&expected)?, value: to_json(&value)? };
        Ok(Session::of(&ctx).call(call)?.as_bool().unwrap_or(false))
    }

    /// Forgets a value; yields whether there was one.
    #[rhai_fn(pure, return_raw)]
    pub fn delete(ctx: NativeCallContext, kv: &mut Kv, key: &str) -> Result<bool> {
        Ok(Session::of(&ctx).call(Call::KvDelete { key: kv.key(key)? })?.as_bool().unwrap_or(false))
    }

    /// The first 100 values whose key begins so, by key, as `#{ key, value }`.
    ///
    /// ```rhai
    /// for row in ctx.kv.scan("points:") { log.info(`${row.key} ${row.value}`); }
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn scan(ctx: NativeCallContext, kv: &mut Kv, prefix: &str) -> Result<Array> {
        super::scan(&ctx, kv, prefix, None, 100)
    }

    /// At most so many values whose key begins so.
    #[rhai_fn(name = "scan", pure, return_raw)]
    pub fn scan_some(ctx: NativeCallContext, kv: &mut Kv, prefix: &str, limit: i64) -> Result<Array> {
        super::scan(&ctx, kv, prefix, None, limit)
    }

    /// At most so many values whose key begins so and comes after another key: the next page.
    #[rhai_fn(name = "scan", pure, return_raw)]
    pub fn scan_after(ctx: NativeCallContext, kv: &mut Kv, prefix: &str, limit: i64, after: &str) -> Result<Array> {
        super::scan(&ctx, kv, prefix, Some(after), limit)
    }
}
