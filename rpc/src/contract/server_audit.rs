//! `server.audit.*`: every act of governance in words, the ineffective ones with the reason.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cursor, Limit, Method, Page, Scope, sample};
use crate::error::ErrorKind;
use crate::ids::{AccountId, ActId, ChannelId, InviteId, RoleId, ServerId};

/// Somebody by id and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// The person.
    pub account_id: AccountId,
    /// The name others see; empty when this node never met them.
    pub display_name: String,
}

/// One act of governance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditItem {
    /// The event.
    pub event_id: ActId,
    /// Its kind, such as `REMOVE`, by the words of the protocol.
    #[serde(rename = "type")]
    pub kind: String,
    /// When, milliseconds UTC by its author's clock.
    pub at: u64,
    /// Who.
    pub actor: Person,
    /// The level by which it was done.
    pub level: u32,
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Person>,
    /// The channel it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// The role it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_id: Option<RoleId>,
    /// The invite it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite_id: Option<InviteId>,
    /// The reason its author gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The act in one line.
    pub summary: String,
    /// Whether it counts.
    pub effective: bool,
    /// Why it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What took it away, if only that did: a ratification restores it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub killers: Vec<ActId>,
}

/// `server.audit.list`
pub struct List;

/// Which acts.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListParams {
    /// The server.
    pub server_id: ServerId,
    /// Only acts by this person or about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<AccountId>,
    /// Only these kinds, such as `REMOVE`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub types: Vec<String>,
    /// Only those that count, or do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<bool>,
    /// Items of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "server.audit.list";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::CursorInvalid];
    const SUMMARY: &'static str = "Every act of governance in a server, newest first.";
    type Params = ListParams;
    type Output = Page<AuditItem>;

    fn example() -> (ListParams, Page<AuditItem>) {
        let params = ListParams {
            server_id: sample::SERVER,
            person: None,
            types: Vec::new(),
            effective: None,
            limit: Limit::default(),
            cursor: None,
        };
        let item = AuditItem {
            event_id: sample::ACT,
            kind: "REMOVE".into(),
            at: sample::TIME_MS,
            actor: Person { account_id: sample::ACCOUNT, display_name: "Alice".into() },
            level: 100,
            target: Some(Person { account_id: sample::OTHER, display_name: "Bob".into() }),
            channel_id: None,
            role_id: None,
            invite_id: None,
            reason: Some("noise".into()),
            summary: "Alice kicks Bob: noise".into(),
            effective: true,
            why: None,
            killers: Vec::new(),
        };
        (params, Page::whole(vec![item]))
    }
}
