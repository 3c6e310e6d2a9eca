//! The error table of the API: every kind with its code, its word and whether trying again may help; and the error a
//! handler returns. Texts here are for developers, clients decide by code or kind.

use std::borrow::Cow;
use std::fmt;

use jsonrpsee::types::ErrorObjectOwned;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! error_kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $word:literal, retryable: $retryable:literal;)+) => {
        /// Why a call failed. Positive codes are ours, negative ones JSON-RPC's.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ErrorKind {
            $($(#[$doc])* $name,)+
        }

        impl ErrorKind {
            /// Every kind, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The number on the wire.
            #[must_use]
            pub const fn code(self) -> i32 {
                match self { $(Self::$name => $code),+ }
            }

            /// The word on the wire.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// Whether the same call may succeed later without anybody changing anything.
            #[must_use]
            pub const fn retryable(self) -> bool {
                match self { $(Self::$name => $retryable),+ }
            }
        }
    };
}

error_kinds! {
    /// The parameters are not what the method takes: wrong type, unknown name, malformed id, out of range.
    InvalidParams = -32602, "invalid_params", retryable: false;
    /// The node failed in a way it should not have; its log has the `trace_id`.
    Internal = -32603, "internal", retryable: false;
    /// No valid credential.
    Unauthenticated = 1001, "unauthenticated", retryable: false;
    /// The credential or the account may not do this; `missing` names what it would need.
    Forbidden = 1003, "forbidden", retryable: false;
    /// The identity is locked: call `identity.unlock`.
    Locked = 1004, "locked", retryable: false;
    /// Well-formed and unknown.
    NotFound = 2001, "not_found", retryable: false;
    /// There is one already.
    AlreadyExists = 2002, "already_exists", retryable: false;
    /// The object changed meanwhile; `current_rev` is its revision now.
    Conflict = 2003, "conflict", retryable: false;
    /// It existed and does so no more: expired, used up, revoked, deleted.
    Gone = 2004, "gone", retryable: false;
    /// Something else must be done first.
    Precondition = 2005, "precondition", retryable: false;
    /// The nonce was used with other parameters.
    NonceReused = 2006, "nonce_reused", retryable: false;
    /// The content breaks a rule of form; `field` names where.
    InvalidContent = 3001, "invalid_content", retryable: false;
    /// Longer than `limit`.
    TooLarge = 3002, "too_large", retryable: false;
    /// This node cannot do it.
    Unsupported = 3003, "unsupported", retryable: false;
    /// A quota is used up.
    Quota = 3004, "quota", retryable: false;
    /// Too many calls; `retry_after_ms` says when to come back.
    RateLimited = 4001, "rate_limited", retryable: true;
    /// A queue of the node is full.
    Busy = 4002, "busy", retryable: true;
    /// Not done within its time; it may still happen.
    Timeout = 4003, "timeout", retryable: true;
    /// Somebody cancelled it.
    Cancelled = 4004, "cancelled", retryable: false;
    /// No peer is connected; `queued` says whether it will be sent later.
    Offline = 5001, "offline", retryable: true;
    /// The peer asked for does not answer.
    PeerUnreachable = 5002, "peer_unreachable", retryable: true;
    /// This node does not have it yet; `progress` says how far it is.
    NotSynced = 5003, "not_synced", retryable: true;
    /// No key opens it.
    DecryptFailed = 5004, "decrypt_failed", retryable: false;
    /// Nobody reachable has the blob.
    BlobUnavailable = 5005, "blob_unavailable", retryable: true;
    /// The position is older than what is kept: `oldest_seq` to `head_seq`.
    CursorExpired = 6001, "cursor_expired", retryable: false;
    /// The subscriber was too slow; subscribe again from `last_seq`.
    Lagged = 6002, "lagged", retryable: true;
    /// Not a cursor of this method.
    CursorInvalid = 6003, "cursor_invalid", retryable: false;
    /// The bot's source does not compile: `file`, `line`, `col`, `hint`.
    BotCompile = 7001, "bot_compile", retryable: false;
    /// The bot failed while running.
    BotRuntime = 7002, "bot_runtime", retryable: false;
    /// The bot used up a limit; `which` names it.
    BotLimit = 7003, "bot_limit", retryable: false;
    /// The bot lacks a scope; `needed` names it.
    BotPermission = 7004, "bot_permission", retryable: false;
    /// The disk refused; `path` names where.
    Storage = 8001, "storage", retryable: true;
}

impl ErrorKind {
    /// The kind with this code, if it is in the table.
    #[must_use]
    pub fn from_code(code: i32) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// What an error carries besides its kind. Each field belongs to the kinds that name it in the table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorDetail {
    /// Milliseconds after which trying again makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The scope, permission bit or `level` that is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Cow<'static, str>>,
    /// The parameter or field at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Cow<'static, str>>,
    /// The bound that was exceeded; bytes for texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The object's revision now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_rev: Option<u64>,
    /// Whether the node will do it once it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued: Option<bool>,
    /// How much of it is here, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<f64>,
    /// The oldest event kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_seq: Option<u64>,
    /// The newest event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_seq: Option<u64>,
    /// The last event the subscriber was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seq: Option<u64>,
    /// The path the disk refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The source file at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line in that file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in that line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub col: Option<u32>,
    /// What would repair it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The limit of a bot that was used up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub which: Option<Cow<'static, str>>,
    /// The scope a bot needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed: Option<Cow<'static, str>>,
}

/// `data` of an error object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorData {
    /// The kind's word.
    pub kind: Cow<'static, str>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// Names this failure in the node's log.
    pub trace_id: String,
    /// What belongs to the kind.
    #[serde(flatten)]
    pub detail: ErrorDetail,
}

/// A failed call, as a handler returns it and as the client receives it.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiError {
    kind: ErrorKind,
    message: Cow<'static, str>,
    // Boxed: results are returned everywhere, errors seldom.
    detail: Box<ErrorDetail>,
    trace_id: Option<String>,
}

impl ApiError {
    /// An error of a kind with a text for developers.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into(), detail: Box::default(), trace_id: None }
    }

    /// -32602 that names the parameter at fault.
    #[must_use]
    pub fn invalid_params(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidParams, message).field(field)
    }

    /// 1003 that names the scope, bit or `level` that is missing.
    #[must_use]
    pub fn forbidden(missing: impl Into<Cow<'static, str>>) -> Self {
        let missing = missing.into();
        let mut error = Self::new(ErrorKind::Forbidden, format!("not allowed, {missing} is missing"));
        error.detail.missing = Some(missing);
        error
    }

    /// 1004.
    #[must_use]
    pub fn locked() -> Self {
        Self::new(ErrorKind::Locked, "the identity is locked")
    }

    /// 2001 for a kind of object.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(ErrorKind::NotFound, format!("no such {what}"))
    }

    /// 2003 with the revision now.
    #[must_use]
    pub fn conflict(current_rev: u64) -> Self {
        let mut error = Self::new(ErrorKind::Conflict, "changed meanwhile");
        error.detail.current_rev = Some(current_rev);
        error
    }

    /// 2005.
    #[must_use]
    pub fn precondition(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Precondition, message)
    }

    /// 2006.
    #[must_use]
    pub fn nonce_reused() -> Self {
        Self::new(ErrorKind::NonceReused, "this nonce was used with other parameters").field("nonce")
    }

    /// 3001 that names the field at fault.
    #[must_use]
    pub fn invalid_content(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidContent, message).field(field)
    }

    /// 3002 with the field and its bound.
    #[must_use]
    pub fn too_large(field: impl Into<Cow<'static, str>>, limit: u64) -> Self {
        let mut error = Self::new(ErrorKind::TooLarge, format!("longer than {limit}")).field(field);
        error.detail.limit = Some(limit);
        error
    }

    /// 4001 with the time after which to come back.
    #[must_use]
    pub fn rate_limited(retry_after_ms: u64) -> Self {
        Self::new(ErrorKind::RateLimited, "too many calls").retry_after_ms(retry_after_ms)
    }

    /// 4002.
    #[must_use]
    pub fn busy(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Busy, message)
    }

    /// 5001; `queued` says whether the node will do it later.
    #[must_use]
    pub fn offline(queued: bool) -> Self {
        let mut error = Self::new(ErrorKind::Offline, "no peer is connected");
        error.detail.queued = Some(queued);
        error
    }

    /// 5002.
    #[must_use]
    pub fn peer_unreachable(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::PeerUnreachable, message)
    }

    /// 5003 with the share that is here, 0 to 1.
    #[must_use]
    pub fn not_synced(progress: f64) -> Self {
        let mut error = Self::new(ErrorKind::NotSynced, "not here yet");
        error.detail.progress = Some(progress);
        error
    }

    /// 6001 with what is kept.
    #[must_use]
    pub fn cursor_expired(oldest_seq: u64, head_seq: u64) -> Self {
        let mut error = Self::new(ErrorKind::CursorExpired, "events that old are not kept");
        error.detail.oldest_seq = Some(oldest_seq);
        error.detail.head_seq = Some(head_seq);
        error
    }

    /// 6002 with the last event sent.
    #[must_use]
    pub fn lagged(last_seq: u64) -> Self {
        let mut error = Self::new(ErrorKind::Lagged, "the subscriber is too slow");
        error.detail.last_seq = Some(last_seq);
        error
    }

    /// 8001 with the path.
    #[must_use]
    pub fn storage(path: impl Into<String>, message: impl Into<Cow<'static, str>>) -> Self {
        let mut error = Self::new(ErrorKind::Storage, message);
        error.detail.path = Some(path.into());
        error
    }

    /// -32603. Details belong into the node's log, not to the caller.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(ErrorKind::Internal, "internal error")
    }

    /// Names the parameter or field at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.detail.field = Some(field.into());
        self
    }

    /// Says when to come back.
    #[must_use]
    pub fn retry_after_ms(mut self, retry_after_ms: u64) -> Self {
        self.detail.retry_after_ms = Some(retry_after_ms);
        self
    }

    /// Replaces what the error carries besides its kind.
    #[must_use]
    pub fn with_detail(mut self, detail: ErrorDetail) -> Self {
        *self.detail = detail;
        self
    }

    /// Why.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The text for developers.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What belongs to the kind.
    #[must_use]
    pub const fn detail(&self) -> &ErrorDetail {
        &self.detail
    }

    /// Names this failure in the node's log; present once the error has left the node.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.trace_id.as_deref()
    }

    /// Code and data as they stand on the wire. Gives the error its `trace_id` if it has none.
    #[must_use]
    pub fn into_wire(self) -> (i32, Cow<'static, str>, ErrorData) {
        let data = ErrorData {
            kind: self.kind.word().into(),
            retryable: self.kind.retryable(),
            trace_id: self.trace_id.unwrap_or_else(new_trace_id),
            detail: *self.detail,
        };
        (self.kind.code(), self.message, data)
    }

    /// Reads an error object; codes outside the table (the library's own) are told by their nearest kind.
    #[must_use]
    pub fn from_wire(code: i32, message: String, data: Option<ErrorData>) -> Self {
        let kind = ErrorKind::from_code(code).unwrap_or(match code {
            // The library's codes: oversized, too many, unknown method, broken JSON.
            -32_011..=-32_007 => ErrorKind::TooLarge,
            -32_006 => ErrorKind::Quota,
            -32_601 => ErrorKind::Unsupported,
            -32_700 | -32_600 => ErrorKind::InvalidParams,
            _ => ErrorKind::Internal,
        });
        let (detail, trace_id) = match data {
            Some(data) => (data.detail, Some(data.trace_id)),
            None => (ErrorDetail::default(), None),
        };
        Self { kind, message: message.into(), detail: Box::new(detail), trace_id }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.kind.word(), self.kind.code(), self.message)
    }
}

impl std::error::Error for ApiError {}

impl From<ApiError> for ErrorObjectOwned {
    fn from(error: ApiError) -> Self {
        let (code, message, data) = error.into_wire();
        if code == ErrorKind::Internal.code() {
            tracing::error!(trace_id = data.trace_id, message = &*message, "call failed");
        } else {
            tracing::debug!(code, trace_id = data.trace_id, message = &*message, "call failed");
        }
        ErrorObjectOwned::owned(code, message, Some(data))
    }
}

/// 64 random bits: enough to find one line in one log.
fn new_trace_id() -> String {
    let number = getrandom::u64().expect("the operating system's random source works");
    format!("{number:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words_are_unique() {
        let codes: std::collections::BTreeSet<_> = ErrorKind::ALL.iter().map(|kind| kind.code()).collect();
        let words: std::collections::BTreeSet<_> = ErrorKind::ALL.iter().map(|kind| kind.word()).collect();
        assert_eq!((codes.len(), words.len()), (ErrorKind::ALL.len(), ErrorKind::ALL.len()));
    }

    #[test]
    fn error_table_is_the_published_one() {
        let table: Vec<_> = ErrorKind::ALL
            .iter()
            .map(|kind| format!("{} {} retryable={}", kind.code(), kind.word(), kind.retryable()))
            .collect();
        insta::assert_snapshot!(table.join("\n"));
    }

    #[test]
    fn error_survives_the_wire() {
        let sent = ApiError::lagged(41);
        let (code, message, data) = sent.into_wire();
        let text = serde_json::to_string(&data).expect("error data serializes");
        let data: ErrorData = serde_json::from_str(&text).expect("error data reads back");
        let received = ApiError::from_wire(code, message.into_owned(), Some(data));
        assert_eq!(received.kind(), ErrorKind::Lagged);
        assert_eq!(received.detail().last_seq, Some(41));
        assert_eq!(received.trace_id().map(str::len), Some(16));
    }

    #[test]
    fn data_holds_only_what_belongs_to_the_kind() {
        let (_, _, data) = ApiError::forbidden("message:write").into_wire();
        let value = serde_json::to_value(&data).expect("error data serializes");
        let keys: Vec<_> = value.as_object().expect("an object").keys().cloned().collect();
        assert_eq!(keys, ["kind", "retryable", "trace_id", "missing"]);
    }
}
