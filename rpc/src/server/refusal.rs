//! Refusals before JSON-RPC: the status of each, and a body in the shape of a JSON-RPC error so that a client that got
//! as far as sending a call reads one form of answer.

use axum::body::Body;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use serde_json::json;

use crate::error::{ApiError, ErrorKind};

/// Why a request does not reach JSON-RPC.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Refusal {
    /// No Host, or more than one, or an unreadable one.
    BadHost,
    /// Host names somebody else: a name that was made to point here.
    ForeignHost,
    /// A page of another origin asks.
    ForeignOrigin,
    /// The browser says that another site caused the request.
    CrossSite,
    /// Nothing is there.
    NotFound,
    /// It is there, for other methods.
    Method { allow: &'static str },
    /// The body is not plain JSON.
    MediaType,
    /// No valid credential.
    Unauthenticated,
    /// The ticket is none, or was used, or is too old.
    Ticket,
    /// The body is longer than it may be here.
    BodyTooLarge { at_most_bytes: u32 },
    /// The request did not arrive in time.
    TooSlow,
    /// The handshake of a WebSocket is wrong.
    BadHandshake,
    /// What JSON-RPC would have answered, on a path that speaks plain HTTP.
    Api(ApiError),
    /// Every authenticated connection is taken.
    Connections,
    /// Over the token's rate.
    Rate { retry_after_ms: u64 },
}

impl Refusal {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::BadHost | Self::BadHandshake => StatusCode::BAD_REQUEST,
            Self::ForeignHost | Self::ForeignOrigin | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unauthenticated | Self::Ticket => StatusCode::UNAUTHORIZED,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Connections | Self::Rate { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Api(error) => status_of(error.kind()),
        }
    }

    /// Whether what follows on the connection cannot be told from the rest of this request.
    const fn closes(&self) -> bool {
        matches!(self, Self::BodyTooLarge { .. } | Self::TooSlow | Self::Connections)
    }

    fn error(&self) -> ApiError {
        let forbidden = |message| ApiError::new(ErrorKind::Forbidden, message);
        let invalid = |message| ApiError::new(ErrorKind::InvalidParams, message);
        match self {
            Self::BadHost => invalid("exactly one Host header is needed"),
            Self::ForeignHost => forbidden("this host name is not served"),
            Self::ForeignOrigin => forbidden("requests from other origins are refused"),
            Self::CrossSite => forbidden("requests caused by other sites are refused"),
            Self::NotFound => ApiError::not_found("path"),
            Self::Method { allow } => ApiError::new(ErrorKind::Unsupported, format!("only {allow} here")),
            Self::MediaType => ApiError::new(ErrorKind::Unsupported, "only plain application/json"),
            Self::Unauthenticated => ApiError::new(ErrorKind::Unauthenticated, "a valid bearer token is needed"),
            Self::Api(error) => error.clone(),
            Self::Ticket => ApiError::new(
                ErrorKind::Unauthenticated,
                "this ticket is not valid (any more); `moot ui` prints a fresh one",
            ),
            Self::BodyTooLarge { at_most_bytes } => ApiError::too_large("body", u64::from(*at_most_bytes)),
            Self::TooSlow => ApiError::new(ErrorKind::Timeout, "the request did not arrive in time"),
            Self::BadHandshake => invalid("not a WebSocket handshake"),
            Self::Connections => ApiError::busy("every connection is taken"),
            Self::Rate { retry_after_ms } => ApiError::rate_limited(*retry_after_ms),
        }
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let (code, message, data) = self.error().into_wire();
        let body = json!({
            "jsonrpc": "2.0",
            "id": null,
            "error": { "code": code, "message": message, "data": data }
        });
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.closes() {
            headers.insert(http::header::CONNECTION, HeaderValue::from_static("close"));
        }
        match &self {
            Self::Method { allow } => {
                headers.insert(ALLOW, HeaderValue::from_static(allow));
            }
            Self::Unauthenticated | Self::Ticket => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::Rate { retry_after_ms } => {
                headers.insert(RETRY_AFTER, HeaderValue::from(retry_after_ms.div_ceil(1_000)));
            }
            Self::Connections => {
                headers.insert(RETRY_AFTER, HeaderValue::from(1));
            }
            _ => {}
        }
        response
    }
}

/// The nearest status of an error of the table.
const fn status_of(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::InvalidParams | ErrorKind::CursorInvalid | ErrorKind::InvalidContent => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden | ErrorKind::Locked => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Gone | ErrorKind::CursorExpired => StatusCode::GONE,
        ErrorKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Precondition | ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Busy | ErrorKind::Offline | ErrorKind::Storage => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
