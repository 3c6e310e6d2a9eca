//! The chat interface as files: every path that is nothing else. What the files are and where they come from is known to
//! whoever gives them to the server.

use axum::body::Body;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH};
use http::{Method, Request, Response, StatusCode};

use super::refusal::Refusal;

/// Keep it, and ask every time whether it still holds: the next version of the program may stand at the same address,
/// and asking costs nothing on one machine.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// A file of the interface.
#[derive(Clone, Debug)]
pub struct Asset {
    /// What it holds.
    pub bytes: Bytes,
    /// Its media type, with the charset where it is text.
    pub media_type: &'static str,
    /// Hash of what it holds; another content has another one.
    pub digest: [u8; 32],
}

/// Where the files come from.
pub trait Interface: Send + Sync + 'static {
    /// The file at a path, which begins with `/` and is neither decoded nor cleaned up: only exact names are found.
    fn asset(&self, path: &str) -> Option<Asset>;
}

/// Answers a request for a file.
///
/// # Errors
/// 404 where nothing is, 405 for other methods than GET and HEAD.
pub(super) fn answer<B>(request: &Request<B>, interface: &dyn Interface) -> Result<Response<Body>, Refusal> {
    let asset = interface.asset(request.uri().path()).ok_or(Refusal::NotFound)?;
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Refusal::Method { allow: "GET, HEAD" });
    }
    let tag = tag(&asset.digest);
    let fresh = holds(request.headers(), &tag);
    let mut response = Response::new(if fresh { Body::empty() } else { Body::from(asset.bytes) });
    if fresh {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    }
    response.headers_mut().insert(CACHE_CONTROL, REVALIDATE);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    Ok(response)
}

/// A strong tag: half of the hash tells contents apart.
fn tag(digest: &[u8; 32]) -> String {
    format!("\"{}\"", data_encoding::BASE64URL_NOPAD.encode(digest.get(..16).unwrap_or(digest)))
}

/// Whether the client has this content already.
fn holds(headers: &HeaderMap, tag: &str) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).any(|held| {
        // A weak tag is as good: a cache may have weakened it.
        held == "*" || held.strip_prefix("W/").unwrap_or(held) == tag
    })
}
