//! `server.*`: servers this node is a member of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::act::{Act, example_act};
use super::{Created, Cursor, Limit, Method, Nonce, Page, Scope, sample};
use crate::error::{ApiError, ErrorKind};
use crate::ids::{AccountId, ServerId};

/// Tags of a server.
pub const TAGS_MAX: usize = 8;
/// Characters of what is searched for.
pub const QUERY_CHARS: usize = 128;
/// Bootstrap addresses of a server.
pub const BOOTSTRAP_MAX: usize = 8;

/// Who can find and join a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Anyone; nothing in it is confidential.
    Public,
    /// Whoever has an invite.
    Private,
}

/// Messages an author may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageRate {
    /// In the long run.
    pub per_second: u32,
    /// At once.
    pub burst: u32,
}

/// How complete this node's copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    /// Everything known to exist is here.
    Synced,
    /// Something is on its way.
    Syncing,
    /// Something is missing and nobody is connected.
    Offline,
}

/// What is missing here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SyncStatus {
    /// All in one word.
    pub state: SyncState,
    /// Entries known to exist and not here.
    pub missing: u64,
}

/// A server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Server {
    /// The server.
    pub id: ServerId,
    /// 1 to 64 characters.
    pub name: String,
    /// What it is about; may be empty.
    pub description: String,
    /// Who can join.
    pub visibility: Visibility,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What is mostly spoken, as `en` or `pt-br`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Addresses where newcomers find a member.
    pub bootstrap: Vec<String>,
    /// Who cannot be outranked.
    pub owners: Vec<AccountId>,
    /// The level of one's own highest role.
    pub level: u32,
    /// The permission bits one holds, by name.
    pub permissions: Vec<String>,
    /// Channels one can see.
    pub channels_count: u64,
    /// Members.
    pub members_count: u64,
    /// Messages unread.
    pub unread: u64,
    /// Unread messages that mention one.
    pub mentions: u64,
    /// What is missing here.
    pub sync: SyncStatus,
    /// Messages an author may send.
    pub message_rate: MessageRate,
    /// Grows with every change.
    pub rev: u64,
}

pub(super) fn example_server() -> Server {
    Server {
        id: sample::SERVER,
        name: "Tea house".into(),
        description: "Leaves and water".into(),
        visibility: Visibility::Private,
        tags: vec!["tea".into()],
        language: Some("en".into()),
        bootstrap: Vec::new(),
        owners: vec![sample::ACCOUNT],
        level: 100,
        permissions: vec!["VIEW".into(), "SEND".into(), "INVITE".into()],
        channels_count: 1,
        members_count: 2,
        unread: 0,
        mentions: 0,
        sync: SyncStatus { state: SyncState::Synced, missing: 0 },
        message_rate: MessageRate { per_second: 50, burst: 500 },
        rev: 1,
    }
}

/// `server.create`
pub struct Create;

/// The new server.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateParams {
    /// 1 to 64 characters.
    pub name: String,
    /// Who can join.
    pub visibility: Visibility,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Words to find it by; at most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    pub tags: Vec<String>,
    /// What is mostly spoken, as `en` or `pt-br`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Addresses where newcomers find a member; at most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    pub bootstrap: Vec<String>,
    /// Messages an author may send; 50 a second and 500 at once when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_rate: Option<MessageRate>,
    /// Makes the call repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Nonce>,
}

impl Method for Create {
    const NAME: &'static str = "server.create";
    const SCOPE: Scope = Scope::ServerManage;
    const ERRORS: &'static [ErrorKind] = &[
        ErrorKind::Precondition,
        ErrorKind::NonceReused,
        ErrorKind::InvalidContent,
        ErrorKind::TooLarge,
        ErrorKind::Quota,
        ErrorKind::Storage,
    ];
    const SUMMARY: &'static str = "Makes a server with a text channel `general`.";
    type Params = CreateParams;
    type Output = Created<Server>;

    fn check(params: &CreateParams) -> Result<(), ApiError> {
        check_lists(&params.tags, &params.bootstrap)
    }

    fn example() -> (CreateParams, Created<Server>) {
        let params = CreateParams {
            name: "Tea house".into(),
            visibility: Visibility::Private,
            description: Some("Leaves and water".into()),
            tags: vec!["tea".into()],
            language: Some("en".into()),
            bootstrap: Vec::new(),
            message_rate: None,
            nonce: Nonce::new("tea-1"),
        };
        (params, Created::new(example_server()))
    }
}

fn check_lists(tags: &[String], bootstrap: &[String]) -> Result<(), ApiError> {
    if tags.len() > TAGS_MAX {
        return Err(ApiError::invalid_params("tags", "at most 8 tags"));
    }
    if bootstrap.len() > BOOTSTRAP_MAX {
        return Err(ApiError::invalid_params("bootstrap", "at most 8 addresses"));
    }
    Ok(())
}

/// `server.update`
pub struct Update;

/// What shall be different; what is left out stays.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateParams {
    /// The server.
    pub server_id: ServerId,
    /// 1 to 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is about; empty for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Words to find it by, in place of those there were; at most 8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 8))]
    pub tags: Option<Vec<String>>,
    /// What is mostly spoken, as `en` or `pt-br`; empty for not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Addresses where newcomers find a member, in place of those there were; at most 8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 8))]
    pub bootstrap: Option<Vec<String>>,
    /// Messages an author may send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_rate: Option<MessageRate>,
    /// Only if the server's `rev` is still this one; else 2003.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_rev: Option<u64>,
}

impl Method for Update {
    const NAME: &'static str = "server.update";
    const SCOPE: Scope = Scope::ServerManage;
    const ERRORS: &'static [ErrorKind] = &[
        ErrorKind::NotFound,
        ErrorKind::Forbidden,
        ErrorKind::Conflict,
        ErrorKind::InvalidContent,
        ErrorKind::TooLarge,
        ErrorKind::Storage,
    ];
    const SUMMARY: &'static str = "Changes what a server is called and how it is found; needs MANAGE_SERVER.";
    type Params = UpdateParams;
    type Output = Server;

    fn check(params: &UpdateParams) -> Result<(), ApiError> {
        check_lists(params.tags.as_deref().unwrap_or_default(), params.bootstrap.as_deref().unwrap_or_default())
    }

    fn example() -> (UpdateParams, Server) {
        let params = UpdateParams {
            server_id: sample::SERVER,
            name: None,
            description: Some("Leaves and water".into()),
            tags: None,
            language: None,
            bootstrap: None,
            message_rate: None,
            if_rev: None,
        };
        (params, example_server())
    }
}

/// `server.discover`
pub struct Discover;

/// What is searched for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscoverParams {
    /// Words that must occur in name, tags or description; all servers when left out. They do not leave this node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub query: Option<String>,
    /// Only with this tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32))]
    pub tag: Option<String>,
    /// Only where this language is spoken, as `en` or `pt-br`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    pub language: Option<String>,
    /// At most so many, the best matches.
    #[serde(default)]
    pub limit: Limit,
    /// Asks peers again even if they were asked just now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refresh: bool,
}

/// A public server as strangers see it. Told by others: a hint until one has joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Listing {
    /// The server.
    pub id: ServerId,
    /// The same; what `server.join` takes.
    pub server_id: ServerId,
    /// 1 to 64 characters.
    pub name: String,
    /// What it is about, perhaps cut; may be empty.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What is mostly spoken, as `en` or `pt-br`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Always public: anyone may join and read.
    pub visibility: Visibility,
    /// Whether one is a member already.
    pub joined: bool,
    /// When it was signed, milliseconds UTC.
    pub updated_at: u64,
    /// When this node last heard of it, milliseconds UTC.
    pub seen_at: u64,
}

/// What was found, and how far to trust that it is all there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Discovered {
    /// The best matches first.
    pub items: Vec<Listing>,
    /// Matches beyond the limit.
    pub more: u64,
    /// Peers that were asked.
    pub asked: u32,
    /// Of them those that answered. 0 of 0: nobody is connected, and the items are what was heard before.
    pub answered: u32,
    /// How long ago they were asked, milliseconds.
    pub age_ms: u64,
}

impl Method for Discover {
    const NAME: &'static str = "server.discover";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::Precondition];
    const SUMMARY: &'static str = "Searches the directory of public servers.";
    type Params = DiscoverParams;
    type Output = Discovered;

    fn check(params: &DiscoverParams) -> Result<(), ApiError> {
        let long = |text: &Option<String>, most| text.as_ref().is_some_and(|text| text.chars().count() > most);
        if long(&params.query, QUERY_CHARS) {
            return Err(ApiError::invalid_params("query", "at most 128 characters"));
        }
        if long(&params.tag, 32) {
            return Err(ApiError::invalid_params("tag", "at most 32 characters"));
        }
        if long(&params.language, 16) {
            return Err(ApiError::invalid_params("language", "at most 16 characters"));
        }
        Ok(())
    }

    fn example() -> (DiscoverParams, Discovered) {
        let listing = Listing {
            id: sample::SERVER,
            server_id: sample::SERVER,
            name: "Tea house".into(),
            description: "Leaves and water".into(),
            tags: vec!["tea".into()],
            language: Some("en".into()),
            visibility: Visibility::Public,
            joined: false,
            updated_at: sample::TIME_MS,
            seen_at: sample::TIME_MS,
        };
        let params = DiscoverParams { query: Some("tea".into()), ..DiscoverParams::default() };
        (params, Discovered { items: vec![listing], more: 0, asked: 5, answered: 4, age_ms: 0 })
    }
}

/// `server.join`
pub struct Join;

/// Which server.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinParams {
    /// A public server, as `server.discover` names it.
    pub server_id: ServerId,
    /// Makes the call repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Nonce>,
}

impl Method for Join {
    const NAME: &'static str = "server.join";
    const SCOPE: Scope = Scope::Invite;
    const ERRORS: &'static [ErrorKind] = &[
        ErrorKind::Precondition,
        ErrorKind::NotFound,
        ErrorKind::Gone,
        ErrorKind::Forbidden,
        ErrorKind::PeerUnreachable,
        ErrorKind::Storage,
    ];
    const SUMMARY: &'static str = "Joins a public server; 5002 if no member answers now, it is tried again.";
    type Params = JoinParams;
    type Output = Created<Server>;

    fn example() -> (JoinParams, Created<Server>) {
        let server = Server { visibility: Visibility::Public, level: 10, ..example_server() };
        (JoinParams { server_id: sample::SERVER, nonce: Nonce::new("join-1") }, Created::new(server))
    }
}

/// `server.list`
pub struct List;

/// Which page.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListParams {
    /// Items of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "server.list";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::CursorInvalid];
    const SUMMARY: &'static str = "The servers of this node, in the order they were joined.";
    type Params = ListParams;
    type Output = Page<Server>;

    fn example() -> (ListParams, Page<Server>) {
        (ListParams::default(), Page::whole(vec![example_server()]))
    }
}

/// Which server.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerParams {
    /// The server.
    pub server_id: ServerId,
}

/// `server.get`
pub struct Get;

impl Method for Get {
    const NAME: &'static str = "server.get";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound];
    const SUMMARY: &'static str = "One server.";
    type Params = ServerParams;
    type Output = Server;

    fn example() -> (ServerParams, Server) {
        (ServerParams { server_id: sample::SERVER }, example_server())
    }
}

/// `server.leave`
pub struct Leave;

/// The server that was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Left {
    /// The server.
    pub server_id: ServerId,
}

impl Method for Leave {
    const NAME: &'static str = "server.leave";
    const SCOPE: Scope = Scope::ServerManage;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::Precondition, ErrorKind::Storage];
    const SUMMARY: &'static str = "Leaves a server; it and its channels are not shown any more.";
    type Params = ServerParams;
    type Output = Left;

    fn example() -> (ServerParams, Left) {
        (ServerParams { server_id: sample::SERVER }, Left { server_id: sample::SERVER })
    }
}

/// Which server, and whether in earnest.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteParams {
    /// The server.
    pub server_id: ServerId,
    /// Only tells whether it would be allowed.
    #[serde(default)]
    pub dry_run: bool,
}

/// `server.delete`
pub struct Delete;

impl Method for Delete {
    const NAME: &'static str = "server.delete";
    const SCOPE: Scope = Scope::ServerManage;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::Precondition, ErrorKind::Storage];
    const SUMMARY: &'static str = "Closes a server for everybody: nothing can be written, nobody comes in, it is not shown any more; owners only.";
    type Params = DeleteParams;
    type Output = Act;

    fn example() -> (DeleteParams, Act) {
        let params = DeleteParams { server_id: sample::SERVER, dry_run: false };
        (params, example_act("Alice deletes the server"))
    }
}

/// `server.restore`
pub struct Restore;

impl Method for Restore {
    const NAME: &'static str = "server.restore";
    const SCOPE: Scope = Scope::ServerManage;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::Precondition, ErrorKind::Storage];
    const SUMMARY: &'static str = "Opens a deleted server again, with everything that was in it; owners only.";
    type Params = DeleteParams;
    type Output = Act;

    fn example() -> (DeleteParams, Act) {
        let params = DeleteParams { server_id: sample::SERVER, dry_run: false };
        (params, example_act("Alice restores the server"))
    }
}
