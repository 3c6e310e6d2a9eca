//! `invite.*`: how others come in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Created, Cursor, Limit, Method, Nonce, Page, Scope, sample, server};
use crate::error::{ApiError, ErrorKind};
use crate::ids::{AccountId, BuiltinRole, InviteId, RoleId, ServerId};

/// Bytes of an invite link: names, a seed and eight addresses take less.
pub const LINK_BYTES: usize = 8 * 1024;

/// An invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invite {
    /// The invite.
    pub id: InviteId,
    /// The same as `id`.
    pub invite_id: InviteId,
    /// Where it leads.
    pub server_id: ServerId,
    /// What the newcomer is given; whoever has it may join. Empty where another node made it: the link is known there only.
    pub link: String,
    /// The link as a QR code, an SVG image; empty with it.
    pub qr_svg: String,
    /// The role a newcomer gets.
    pub role_id: RoleId,
    /// How many may come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_uses: Option<u32>,
    /// How many have come.
    pub uses: u32,
    /// Until when, milliseconds UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// Who made it.
    pub created_by: AccountId,
    /// Whether it was taken back.
    pub revoked: bool,
}

/// `invite.create`
pub struct Create;

/// The new invite.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateParams {
    /// Where it leads.
    pub server_id: ServerId,
    /// How many may come; any number when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max_uses: Option<u32>,
    /// Until when, milliseconds UTC; for good when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// The role a newcomer gets; `member` when left out and at most that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleId>,
    /// Makes the call repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Nonce>,
}

impl Method for Create {
    const NAME: &'static str = "invite.create";
    const SCOPE: Scope = Scope::Invite;
    const ERRORS: &'static [ErrorKind] =
        &[ErrorKind::NotFound, ErrorKind::Precondition, ErrorKind::NonceReused, ErrorKind::Quota, ErrorKind::Storage];
    const SUMMARY: &'static str = "Makes an invite to a server.";
    type Params = CreateParams;
    type Output = Created<Invite>;

    fn check(params: &CreateParams) -> Result<(), ApiError> {
        if params.max_uses == Some(0) {
            return Err(ApiError::invalid_params("max_uses", "max_uses is at least 1"));
        }
        Ok(())
    }

    fn example() -> (CreateParams, Created<Invite>) {
        let params = CreateParams {
            server_id: sample::SERVER,
            max_uses: Some(5),
            expires_at: None,
            role: None,
            nonce: Nonce::new("invite-1"),
        };
        (params, Created::new(example_invite()))
    }
}

fn example_invite() -> Invite {
    Invite {
        id: sample::INVITE,
        invite_id: sample::INVITE,
        server_id: sample::SERVER,
        link: sample::LINK.into(),
        qr_svg: "<svg/>".into(),
        role_id: RoleId::Builtin(BuiltinRole::Member),
        max_uses: Some(5),
        uses: 0,
        expires_at: None,
        created_by: sample::ACCOUNT,
        revoked: false,
    }
}

/// `invite.list`
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
    const NAME: &'static str = "invite.list";
    const SCOPE: Scope = Scope::Invite;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::CursorInvalid];
    const SUMMARY: &'static str = "The invites of a server, newest first; those that were taken back too.";
    type Params = ListParams;
    type Output = Page<Invite>;

    fn example() -> (ListParams, Page<Invite>) {
        let params = ListParams { server_id: sample::SERVER, limit: Limit::default(), cursor: None };
        (params, Page::whole(vec![example_invite()]))
    }
}

/// `invite.revoke`
pub struct Revoke;

/// Which invite.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeParams {
    /// The invite.
    pub invite_id: InviteId,
    /// Where it leads; found by the invite when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_id: Option<ServerId>,
    /// Only tells whether it would be allowed.
    #[serde(default)]
    pub dry_run: bool,
}

impl Method for Revoke {
    const NAME: &'static str = "invite.revoke";
    const SCOPE: Scope = Scope::Invite;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::Precondition, ErrorKind::Storage];
    const SUMMARY: &'static str = "Takes an invite back: one's own, or with KICK another's.";
    type Params = RevokeParams;
    type Output = Invite;

    fn example() -> (RevokeParams, Invite) {
        let params = RevokeParams { invite_id: sample::INVITE, server_id: None, dry_run: false };
        (params, Invite { revoked: true, ..example_invite() })
    }
}

/// A link somebody was given.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkParams {
    /// The link.
    #[schemars(length(max = 8192))]
    pub link: String,
}

fn check_link(link: &str) -> Result<(), ApiError> {
    if link.len() > LINK_BYTES {
        return Err(ApiError::invalid_content("link", "longer than any invite link"));
    }
    Ok(())
}

/// `invite.preview`
pub struct Preview;

/// What a link leads to, read from the link alone: nobody is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InvitePreview {
    /// Where it leads.
    pub server_id: ServerId,
    /// The server's name as the link tells it.
    pub server_name: String,
    /// Until when, milliseconds UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// Where members can be found.
    pub addresses: Vec<String>,
    /// Who made it, if the link or this node knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inviter: Option<Inviter>,
    /// The name under which one will appear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Whether one is a member already.
    pub already_member: bool,
}

/// Who invites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Inviter {
    /// The account.
    pub account_id: AccountId,
    /// The name others see.
    pub display_name: String,
}

impl Method for Preview {
    const NAME: &'static str = "invite.preview";
    const SCOPE: Scope = Scope::Invite;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::InvalidContent, ErrorKind::Gone];
    const SUMMARY: &'static str = "Where a link leads, without going there.";
    type Params = LinkParams;
    type Output = InvitePreview;

    fn check(params: &LinkParams) -> Result<(), ApiError> {
        check_link(&params.link)
    }

    fn example() -> (LinkParams, InvitePreview) {
        let preview = InvitePreview {
            server_id: sample::SERVER,
            server_name: "Tea house".into(),
            expires_at: None,
            addresses: vec![sample::ADDRESS.into()],
            inviter: None,
            display_name: Some("Bob".into()),
            already_member: false,
        };
        (LinkParams { link: sample::LINK.into() }, preview)
    }
}

/// `invite.accept`
pub struct Accept;

/// The link to follow.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptParams {
    /// The link.
    #[schemars(length(max = 8192))]
    pub link: String,
    /// Makes the call repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Nonce>,
}

impl Method for Accept {
    const NAME: &'static str = "invite.accept";
    const SCOPE: Scope = Scope::Invite;
    const ERRORS: &'static [ErrorKind] = &[
        ErrorKind::Precondition,
        ErrorKind::NonceReused,
        ErrorKind::InvalidContent,
        ErrorKind::Gone,
        ErrorKind::PeerUnreachable,
        ErrorKind::Timeout,
        ErrorKind::Storage,
    ];
    const SUMMARY: &'static str = "Joins the server a link leads to; 5002 if no member answers now, it is tried again.";
    type Params = AcceptParams;
    type Output = Created<server::Server>;

    fn check(params: &AcceptParams) -> Result<(), ApiError> {
        check_link(&params.link)
    }

    fn example() -> (AcceptParams, Self::Output) {
        let params = AcceptParams { link: sample::LINK.into(), nonce: Nonce::new("join-1") };
        (params, Created::new(server::example_server()))
    }
}
