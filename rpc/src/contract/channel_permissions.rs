//! `channel.permissions.*`: who may do otherwise in one channel, and why somebody may or may not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::channel::ChannelParams;
use super::permission::Permission;
use super::{Method, Scope, sample};
use crate::error::{ApiError, ErrorKind};
use crate::ids::{AccountId, ActId, BuiltinRole, ChannelId, RoleId};

/// Overrides of one channel.
pub const OVERRIDES_MAX: usize = 256;

/// What everybody with a role, or one person, may do otherwise. Exactly one of `role_id` and `account_id` is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Everybody with this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_id: Option<RoleId>,
    /// This person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// Added, after `deny`.
    #[serde(default)]
    pub allow: Vec<Permission>,
    /// Taken away.
    #[serde(default)]
    pub deny: Vec<Permission>,
}

/// A channel's overrides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelPermissions {
    /// The channel.
    pub channel_id: ChannelId,
    /// Roles first.
    pub overrides: Vec<Override>,
    /// The channel's revision.
    pub rev: u64,
}

fn example_permissions() -> ChannelPermissions {
    let quiet = Override {
        role_id: Some(RoleId::Builtin(BuiltinRole::Member)),
        account_id: None,
        allow: Vec::new(),
        deny: vec![Permission::Send],
    };
    ChannelPermissions { channel_id: sample::CHANNEL, overrides: vec![quiet], rev: 1 }
}

/// `channel.permissions.get`
pub struct Get;

impl Method for Get {
    const NAME: &'static str = "channel.permissions.get";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound];
    const SUMMARY: &'static str = "Who may do otherwise in a channel than in the server.";
    type Params = ChannelParams;
    type Output = ChannelPermissions;

    fn example() -> (ChannelParams, ChannelPermissions) {
        (ChannelParams { channel_id: sample::CHANNEL }, example_permissions())
    }
}

/// `channel.permissions.set`
pub struct Set;

/// The overrides to change.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetParams {
    /// The channel.
    pub channel_id: ChannelId,
    /// Each replaces what stood for the same role or person; one that allows and denies nothing removes it; others stay.
    #[schemars(length(max = 256))]
    pub overrides: Vec<Override>,
    /// Refused with 2003 unless the channel still has this revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_rev: Option<u64>,
    /// Only tells what would stand.
    #[serde(default)]
    pub dry_run: bool,
}

impl Method for Set {
    const NAME: &'static str = "channel.permissions.set";
    const SCOPE: Scope = Scope::ChannelManage;
    const ERRORS: &'static [ErrorKind] =
        &[ErrorKind::NotFound, ErrorKind::Precondition, ErrorKind::Conflict, ErrorKind::Quota, ErrorKind::Storage];
    const SUMMARY: &'static str = "Changes who may do otherwise in a channel; allows no more than one holds oneself.";
    type Params = SetParams;
    type Output = ChannelPermissions;

    fn check(params: &SetParams) -> Result<(), ApiError> {
        let invalid = |text| Err(ApiError::invalid_params("overrides", text));
        if params.overrides.len() > OVERRIDES_MAX {
            return invalid("at most 256 overrides");
        }
        if params.overrides.iter().any(|o| o.role_id.is_some() == o.account_id.is_some()) {
            return invalid("an override names exactly one of role_id and account_id");
        }
        let mut targets: Vec<_> = params.overrides.iter().map(|o| (o.role_id, o.account_id)).collect();
        targets.sort_unstable();
        targets.dedup();
        if targets.len() != params.overrides.len() {
            return invalid("a role or account is there twice");
        }
        Ok(())
    }

    fn example() -> (SetParams, ChannelPermissions) {
        let permissions = example_permissions();
        let params = SetParams {
            channel_id: sample::CHANNEL,
            overrides: permissions.overrides.clone(),
            if_rev: None,
            dry_run: false,
        };
        (params, permissions)
    }
}

/// What one step of the evaluation goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Who is no member holds nothing.
    NotMember,
    /// Owners and stewards hold everything.
    Everything,
    /// A role's bits are added.
    Role,
    /// The channel denies and allows a role something.
    RoleOverride,
    /// The channel denies and allows the person something.
    AccountOverride,
    /// A timeout takes the word away.
    Timeout,
    /// An archived channel keeps VIEW alone.
    Archived,
    /// A closed server keeps VIEW alone.
    Closed,
}

/// One step of the evaluation, in its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What it goes by.
    pub rule: Rule,
    /// The role it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_id: Option<RoleId>,
    /// The act it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<ActId>,
    /// Until when, milliseconds UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// What it added to what was held before.
    pub gives: Vec<Permission>,
    /// What it took from what was held before.
    pub takes: Vec<Permission>,
    /// The step in words.
    pub text: String,
}

/// A permission that is not held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Missing {
    /// Which.
    pub permission: Permission,
    /// Why.
    pub because: String,
}

/// Why somebody may, or may not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// Who.
    pub account_id: AccountId,
    /// Where.
    pub channel_id: ChannelId,
    /// Level of the highest role; 0 for nobody.
    pub level: u32,
    /// What is held in the end.
    pub permissions: Vec<Permission>,
    /// What is not.
    pub missing: Vec<Missing>,
    /// How it came to that.
    pub steps: Vec<Step>,
}

/// `channel.permissions.explain`
pub struct Explain;

/// Who, and where.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainParams {
    /// Where.
    pub channel_id: ChannelId,
    /// Who.
    pub account_id: AccountId,
}

impl Method for Explain {
    const NAME: &'static str = "channel.permissions.explain";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound];
    const SUMMARY: &'static str = "What somebody may do in a channel, and step by step why.";
    type Params = ExplainParams;
    type Output = Explanation;

    fn example() -> (ExplainParams, Explanation) {
        let params = ExplainParams { channel_id: sample::CHANNEL, account_id: sample::OTHER };
        let member = Step {
            rule: Rule::Role,
            role_id: Some(RoleId::Builtin(BuiltinRole::Member)),
            event_id: None,
            until: None,
            gives: vec![Permission::View, Permission::Send],
            takes: Vec::new(),
            text: "the role member gives VIEW, SEND".into(),
        };
        let explanation = Explanation {
            account_id: sample::OTHER,
            channel_id: sample::CHANNEL,
            level: 10,
            permissions: vec![Permission::View, Permission::Send],
            missing: vec![Missing { permission: Permission::Kick, because: "no role holds it".into() }],
            steps: vec![member],
        };
        (params, explanation)
    }
}
