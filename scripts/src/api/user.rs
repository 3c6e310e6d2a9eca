//! A member: who it is, what it may do, and what a moderator does to it.

use folkmoot_rpc::ids::ServerId;
use rhai::{Array, Dynamic, ImmutableString, NativeCallContext, plugin::*};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    clock,
    session::{Result, Session, unexpected},
};
use crate::{engine::raise, host::Call, trigger::Person};

/// What a member is in a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct User(pub(crate) Person);

/// A member by name, mention or id.
///
/// # Errors
/// What the host says.
pub(super) fn find(session: &Session, server: ServerId, name: &str) -> Result<Option<User>> {
    let found = session.call(Call::FindMember { server_id: server.to_string(), name: name.to_owned() })?;
    if found.is_null() {
        return Ok(None);
    }
    serde_json::from_value(found).map(|person| Some(User(person))).map_err(|error| unexpected("a member", &error))
}

impl User {
    fn act(&self, ctx: &NativeCallContext<'_>, method: &str, mut params: Value) -> Result<()> {
        let server = self.0.server_id.ok_or_else(|| raise("precondition", "this user is of no server"))?;
        params["server_id"] = json!(server);
        params["account_id"] = json!(self.0.id);
        Session::of(ctx).rpc(method, params).map(|_| ())
    }
}

#[export_module]
pub(super) mod user_functions {
    /// The account's id.
    #[rhai_fn(get = "id", pure)]
    pub fn id(user: &mut User) -> String {
        user.0.id.to_string()
    }

    /// The name others see.
    #[rhai_fn(get = "name", pure)]
    pub fn name(user: &mut User) -> ImmutableString {
        user.0.name.as_str().into()
    }

    /// A text that names the member in a message so that the window shows it as a mention.
    #[rhai_fn(get = "mention", pure)]
    pub fn mention(user: &mut User) -> String {
        format!("<@{}>", user.0.id)
    }

    /// Whether it is a program.
    #[rhai_fn(get = "bot", pure)]
    pub fn bot(user: &mut User) -> bool {
        user.0.bot
    }

    /// The level of the member's highest role: 100 for owners, 0 for members without a role.
    #[rhai_fn(get = "level", pure)]
    pub fn level(user: &mut User) -> i64 {
        i64::from(user.0.level)
    }

    /// Names of the member's roles.
    #[rhai_fn(get = "roles", pure)]
    pub fn roles(user: &mut User) -> Array {
        user.0.roles.iter().map(|role| Dynamic::from(role.clone())).collect()
    }

    /// Whether the member has a role of this name.
    #[rhai_fn(pure)]
    pub fn has_role(user: &mut User, name: &str) -> bool {
        user.0.roles.iter().any(|role| role.eq_ignore_ascii_case(name))
    }

    /// Whether the member may do something here, by the words of the permissions: `SEND`, `KICK`, `MANAGE_MESSAGES` …
    #[rhai_fn(pure)]
    pub fn may(user: &mut User, permission: &str) -> bool {
        user.0.permissions.iter().any(|held| held.eq_ignore_ascii_case(permission))
    }

    /// Removes the member; it may come back with an invite.
    #[rhai_fn(pure, return_raw)]
    pub fn kick(ctx: NativeCallContext, user: &mut User, reason: &str) -> Result<()> {
        user.act(&ctx, "member.kick", json!({ "reason": reason }))
    }

    /// Removes the member for good.
    #[rhai_fn(pure, return_raw)]
    pub fn ban(ctx: NativeCallContext, user: &mut User, reason: &str) -> Result<()> {
        user.act(&ctx, "member.ban", json!({ "reason": reason }))
    }

    /// Keeps the member from writing for a while.
    ///
    /// ```rhai
    /// ctx.user("@bob").timeout("10m", "too loud");
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn timeout(ctx: NativeCallContext, user: &mut User, duration: Dynamic, reason: &str) -> Result<()> {
        let length = clock::duration_of(&duration)?;
        let until = Session::of(&ctx).now()?.saturating_add(length);
        user.act(&ctx, "member.timeout", json!({ "until": until, "reason": reason }))
    }

    /// Gives the member a role by its name.
    #[rhai_fn(pure, return_raw)]
    pub fn give_role(ctx: NativeCallContext, user: &mut User, name: &str) -> Result<()> {
        let role = role(&ctx, user, name)?;
        user.act(&ctx, "server.role.assign", json!({ "role_id": role }))
    }

    /// Takes a role from the member.
    #[rhai_fn(pure, return_raw)]
    pub fn take_role(ctx: NativeCallContext, user: &mut User, name: &str) -> Result<()> {
        let role = role(&ctx, user, name)?;
        user.act(&ctx, "server.role.unassign", json!({ "role_id": role }))
    }
}

/// The id of a role by its name.
fn role(ctx: &NativeCallContext<'_>, user: &User, name: &str) -> Result<Value> {
    let server = user.0.server_id.ok_or_else(|| raise("precondition", "this user is of no server"))?;
    let listed = Session::of(ctx).rpc("server.role.list", json!({ "server_id": server }))?;
    let items = listed.get("items").and_then(Value::as_array);
    items
        .into_iter()
        .flatten()
        .find(|role| role["name"].as_str().is_some_and(|held| held.eq_ignore_ascii_case(name)) || role["id"] == name)
        .map(|role| role["id"].clone())
        .ok_or_else(|| raise("not_found", format!("the server has no role {name:?}")))
}
