//! `member.*`: who is in a server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::presence::Status;
use super::{Cursor, Limit, Method, Page, Scope, sample};
use crate::error::{ApiError, ErrorKind};
use crate::ids::{AccountId, BuiltinRole, RoleId, ServerId};

/// Characters of a search text.
pub const QUERY_CHARS: usize = 64;

/// A member of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    /// The same as `account_id`: every object has an `id`.
    pub id: AccountId,
    /// The person.
    pub account_id: AccountId,
    /// The name others see.
    pub display_name: String,
    /// Roles held.
    pub roles: Vec<RoleId>,
    /// The level of the highest of them.
    pub level: u32,
    /// When, milliseconds UTC.
    pub joined_at: u64,
    /// What the member tells about oneself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bio: Option<String>,
    /// Whether the member is there and does not hide it.
    pub online: bool,
    /// How.
    pub status: Status,
    /// A few words beside the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_text: Option<String>,
    /// Whether it is a program.
    pub bot: bool,
    /// Until when the member may not write, milliseconds UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_until: Option<u64>,
}

pub(super) fn example_member() -> Member {
    Member {
        id: sample::ACCOUNT,
        account_id: sample::ACCOUNT,
        display_name: "Alice".into(),
        roles: vec![RoleId::Builtin(BuiltinRole::Owner)],
        level: 100,
        joined_at: sample::TIME_MS,
        bio: Some("Grows tea on a balcony.".into()),
        online: true,
        status: Status::Online,
        status_text: None,
        bot: false,
        timeout_until: None,
    }
}

/// `member.list`
pub struct List;

/// Which members.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListParams {
    /// The server.
    pub server_id: ServerId,
    /// Only those with this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleId>,
    /// Only those whose name contains this text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub query: Option<String>,
    /// Only those who are, or are not, online.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online: Option<bool>,
    /// Items of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "member.list";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::CursorInvalid];
    const SUMMARY: &'static str = "The members of a server.";
    type Params = ListParams;
    type Output = Page<Member>;

    fn check(params: &ListParams) -> Result<(), ApiError> {
        let length = params.query.as_deref().map_or(0, |query| query.chars().count());
        if length > QUERY_CHARS {
            return Err(ApiError::invalid_params("query", "query is at most 64 characters"));
        }
        Ok(())
    }

    fn example() -> (ListParams, Page<Member>) {
        let params = ListParams {
            server_id: sample::SERVER,
            role: None,
            query: None,
            online: None,
            limit: Limit::default(),
            cursor: None,
        };
        (params, Page::whole(vec![example_member()]))
    }
}

/// `member.get`
pub struct Get;

/// Who, and where.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberParams {
    /// Where.
    pub server_id: ServerId,
    /// Who.
    pub account_id: AccountId,
}

impl Method for Get {
    const NAME: &'static str = "member.get";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound];
    const SUMMARY: &'static str = "One member.";
    type Params = MemberParams;
    type Output = Member;

    fn example() -> (MemberParams, Member) {
        (MemberParams { server_id: sample::SERVER, account_id: sample::ACCOUNT }, example_member())
    }
}
