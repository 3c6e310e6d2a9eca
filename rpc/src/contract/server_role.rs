//! `server.role.*`: what people may do, by name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::act::{Act, example_act};
use super::member::{Member, example_member};
use super::permission::Permission;
use super::{Created, Cursor, Limit, Method, Nonce, Page, Scope, sample};
use crate::error::{ApiError, ErrorKind};
use crate::ids::{AccountId, RoleId, ServerId};

/// Errors of whatever changes roles.
const ERRORS: &[ErrorKind] = &[
    ErrorKind::NotFound,
    ErrorKind::Precondition,
    ErrorKind::Conflict,
    ErrorKind::NonceReused,
    ErrorKind::InvalidContent,
    ErrorKind::Quota,
    ErrorKind::Storage,
];

/// A role of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Role {
    /// The role.
    pub id: RoleId,
    /// The same as `id`.
    pub role_id: RoleId,
    /// Where.
    pub server_id: ServerId,
    /// 1 to 64 characters.
    pub name: String,
    /// 1 to 100: whoever stands higher decides about it.
    pub level: u32,
    /// What it holds.
    pub permissions: Vec<Permission>,
    /// Whether every server has it: then it cannot be renamed or deleted.
    pub builtin: bool,
    /// How many hold it.
    pub members: u64,
    /// Grows with every change.
    pub rev: u64,
}

fn example_role() -> Role {
    Role {
        id: sample::ROLE,
        role_id: sample::ROLE,
        server_id: sample::SERVER,
        name: "Tea master".into(),
        level: 40,
        permissions: vec![Permission::View, Permission::Send, Permission::Pin],
        builtin: false,
        members: 2,
        rev: 1,
    }
}

/// `server.role.create`
pub struct Create;

/// The new role.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateParams {
    /// Where.
    pub server_id: ServerId,
    /// 1 to 64 characters.
    pub name: String,
    /// 1 to 99, below one's own.
    #[schemars(range(min = 1, max = 99))]
    pub level: u32,
    /// What it holds; no more than one holds oneself.
    #[serde(default)]
    pub permissions: Vec<Permission>,
    /// Makes the call repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Nonce>,
}

impl Method for Create {
    const NAME: &'static str = "server.role.create";
    const SCOPE: Scope = Scope::ServerManage;
    const ERRORS: &'static [ErrorKind] = ERRORS;
    const SUMMARY: &'static str = "Makes a role below one's own level.";
    type Params = CreateParams;
    type Output = Created<Role>;

    fn check(params: &CreateParams) -> Result<(), ApiError> {
        if !(1..=99).contains(&params.level) {
            return Err(ApiError::invalid_params("level", "level is 1 to 99"));
        }
        Ok(())
    }

    fn example() -> (CreateParams, Created<Role>) {
        let params = CreateParams {
            server_id: sample::SERVER,
            name: "Tea master".into(),
            level: 40,
            permissions: vec![Permission::View, Permission::Send, Permission::Pin],
            nonce: Nonce::new("role-1"),
        };
        (params, Created::new(Role { members: 0, ..example_role() }))
    }
}

/// `server.role.update`
pub struct Update;

/// What changes; what is left out stays.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateParams {
    /// Where.
    pub server_id: ServerId,
    /// Which.
    pub role_id: RoleId,
    /// 1 to 64 characters; not for built-in roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All that it holds from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<Permission>>,
    /// Refused with 2003 unless the role still has this revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_rev: Option<u64>,
}

impl Method for Update {
    const NAME: &'static str = "server.role.update";
    const SCOPE: Scope = Scope::ServerManage;
    const ERRORS: &'static [ErrorKind] = ERRORS;
    const SUMMARY: &'static str = "Changes a role's name or what it holds; its level stays.";
    type Params = UpdateParams;
    type Output = Role;

    fn example() -> (UpdateParams, Role) {
        let params = UpdateParams {
            server_id: sample::SERVER,
            role_id: sample::ROLE,
            name: Some("Tea master".into()),
            permissions: None,
            if_rev: None,
        };
        (params, example_role())
    }
}

/// `server.role.delete`
pub struct Delete;

/// Which role.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteParams {
    /// Where.
    pub server_id: ServerId,
    /// Which.
    pub role_id: RoleId,
    /// Refused with 2003 unless the role still has this revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_rev: Option<u64>,
    /// Only tells whether it would be allowed.
    #[serde(default)]
    pub dry_run: bool,
}

impl Method for Delete {
    const NAME: &'static str = "server.role.delete";
    const SCOPE: Scope = Scope::ServerManage;
    const ERRORS: &'static [ErrorKind] = ERRORS;
    const SUMMARY: &'static str = "Deletes a role; whoever holds it loses it.";
    type Params = DeleteParams;
    type Output = Act;

    fn example() -> (DeleteParams, Act) {
        let params = DeleteParams { server_id: sample::SERVER, role_id: sample::ROLE, if_rev: None, dry_run: false };
        (params, example_act("Alice deletes the role Tea master"))
    }
}

/// `server.role.list`
pub struct List;

/// Which server, which page.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListParams {
    /// The server.
    pub server_id: ServerId,
    /// Items of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "server.role.list";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::CursorInvalid];
    const SUMMARY: &'static str = "The roles of a server, highest first.";
    type Params = ListParams;
    type Output = Page<Role>;

    fn example() -> (ListParams, Page<Role>) {
        let params = ListParams { server_id: sample::SERVER, limit: Limit::default(), cursor: None };
        (params, Page::whole(vec![example_role()]))
    }
}

/// Who gets or loses which role.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignParams {
    /// Where.
    pub server_id: ServerId,
    /// Who.
    pub account_id: AccountId,
    /// Which role.
    pub role_id: RoleId,
}

fn example_assign() -> AssignParams {
    AssignParams { server_id: sample::SERVER, account_id: sample::OTHER, role_id: sample::ROLE }
}

/// `server.role.assign`
pub struct Assign;

impl Method for Assign {
    const NAME: &'static str = "server.role.assign";
    const SCOPE: Scope = Scope::MemberModerate;
    const ERRORS: &'static [ErrorKind] = ERRORS;
    const SUMMARY: &'static str = "Gives a member a role below one's own level; an owner may give `owner` too.";
    type Params = AssignParams;
    type Output = Member;

    fn example() -> (AssignParams, Member) {
        (example_assign(), example_member())
    }
}

/// `server.role.unassign`
pub struct Unassign;

impl Method for Unassign {
    const NAME: &'static str = "server.role.unassign";
    const SCOPE: Scope = Scope::MemberModerate;
    const ERRORS: &'static [ErrorKind] = ERRORS;
    const SUMMARY: &'static str = "Takes a role from a member; `member` itself goes with a kick only.";
    type Params = AssignParams;
    type Output = Member;

    fn example() -> (AssignParams, Member) {
        (example_assign(), example_member())
    }
}
