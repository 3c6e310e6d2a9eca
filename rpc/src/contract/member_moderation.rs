//! `member.kick`, `ban`, `unban`, `timeout`, `bans`: keeping a server in order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::act::{Act, example_act};
use super::{Cursor, Limit, Method, Page, Scope, sample};
use crate::error::{ApiError, ErrorKind};
use crate::ids::{AccountId, ActId, ChannelId, ServerId};

/// Channels of one timeout.
pub const TIMEOUT_CHANNELS_MAX: usize = 256;

/// Errors of whatever moderates.
const ERRORS: &[ErrorKind] =
    &[ErrorKind::NotFound, ErrorKind::Precondition, ErrorKind::TooLarge, ErrorKind::Quota, ErrorKind::Storage];

/// Whom, and why.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpelParams {
    /// Where.
    pub server_id: ServerId,
    /// Who.
    pub account_id: AccountId,
    /// Shown to everybody; at most 512 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Only tells whether it would be allowed.
    #[serde(default)]
    pub dry_run: bool,
}

fn example_expel() -> ExpelParams {
    ExpelParams { server_id: sample::SERVER, account_id: sample::OTHER, reason: Some("noise".into()), dry_run: false }
}

/// `member.kick`
pub struct Kick;

impl Method for Kick {
    const NAME: &'static str = "member.kick";
    const SCOPE: Scope = Scope::MemberModerate;
    const ERRORS: &'static [ErrorKind] = ERRORS;
    const SUMMARY: &'static str = "Takes a member of a lower level out; the keys are replaced at once.";
    type Params = ExpelParams;
    type Output = Act;

    fn example() -> (ExpelParams, Act) {
        (example_expel(), example_act("Alice kicks Bob: noise"))
    }
}

/// `member.ban`
pub struct Ban;

impl Method for Ban {
    const NAME: &'static str = "member.ban";
    const SCOPE: Scope = Scope::MemberModerate;
    const ERRORS: &'static [ErrorKind] = ERRORS;
    const SUMMARY: &'static str =
        "Takes somebody of a lower level out, and no invite brings them back; also who has left.";
    type Params = ExpelParams;
    type Output = Act;

    fn example() -> (ExpelParams, Act) {
        (example_expel(), example_act("Alice bans Bob: noise"))
    }
}

/// `member.unban`
pub struct Unban;

/// Whose ban.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnbanParams {
    /// Where.
    pub server_id: ServerId,
    /// Who.
    pub account_id: AccountId,
    /// Only tells whether it would be allowed.
    #[serde(default)]
    pub dry_run: bool,
}

impl Method for Unban {
    const NAME: &'static str = "member.unban";
    const SCOPE: Scope = Scope::MemberModerate;
    const ERRORS: &'static [ErrorKind] = ERRORS;
    const SUMMARY: &'static str = "Lifts a ban; whoever was banned may come in by an invite again.";
    type Params = UnbanParams;
    type Output = Act;

    fn example() -> (UnbanParams, Act) {
        let params = UnbanParams { server_id: sample::SERVER, account_id: sample::OTHER, dry_run: false };
        (params, example_act("Alice unbans Bob"))
    }
}

/// `member.timeout`
pub struct Timeout;

/// Who may not speak until when.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeoutParams {
    /// Where.
    pub server_id: ServerId,
    /// Who.
    pub account_id: AccountId,
    /// Milliseconds UTC, ahead of now; left out: ends the timeouts there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// Only in these channels; everywhere when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256))]
    pub channel_ids: Vec<ChannelId>,
    /// Shown to everybody; at most 512 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Only tells whether it would be allowed.
    #[serde(default)]
    pub dry_run: bool,
}

impl Method for Timeout {
    const NAME: &'static str = "member.timeout";
    const SCOPE: Scope = Scope::MemberModerate;
    const ERRORS: &'static [ErrorKind] = ERRORS;
    const SUMMARY: &'static str =
        "Takes the word from a member of a lower level for a while; replaces an earlier timeout.";
    type Params = TimeoutParams;
    type Output = Act;

    fn check(params: &TimeoutParams) -> Result<(), ApiError> {
        if params.channel_ids.len() > TIMEOUT_CHANNELS_MAX {
            return Err(ApiError::invalid_params("channel_ids", "at most 256 channels"));
        }
        Ok(())
    }

    fn example() -> (TimeoutParams, Act) {
        let params = TimeoutParams {
            server_id: sample::SERVER,
            account_id: sample::OTHER,
            until: Some(sample::TIME_MS),
            channel_ids: Vec::new(),
            reason: None,
            dry_run: false,
        };
        (params, example_act("Alice puts Bob in timeout"))
    }
}

/// Somebody who is kept out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BanItem {
    /// Who.
    pub account_id: AccountId,
    /// The name others saw.
    pub display_name: String,
    /// The reason given; may be empty.
    pub reason: String,
    /// Whose ban it is.
    pub by: AccountId,
    /// When, milliseconds UTC.
    pub at: u64,
    /// The act.
    pub event_id: ActId,
}

/// `member.bans`
pub struct Bans;

/// Which server, which page.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BansParams {
    /// The server.
    pub server_id: ServerId,
    /// Items of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

impl Method for Bans {
    const NAME: &'static str = "member.bans";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::CursorInvalid];
    const SUMMARY: &'static str = "Who is banned from a server.";
    type Params = BansParams;
    type Output = Page<BanItem>;

    fn example() -> (BansParams, Page<BanItem>) {
        let params = BansParams { server_id: sample::SERVER, limit: Limit::default(), cursor: None };
        let ban = BanItem {
            account_id: sample::OTHER,
            display_name: "Bob".into(),
            reason: "noise".into(),
            by: sample::ACCOUNT,
            at: sample::TIME_MS,
            event_id: sample::ACT,
        };
        (params, Page::whole(vec![ban]))
    }
}
