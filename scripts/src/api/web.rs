//! `http`: requests to the hosts of the manifest. They are made by the host, which looks at every address; a script sees what came
//! back and never a secret.

use rhai::{Array, Dynamic, ImmutableString, Map, NativeCallContext, plugin::*};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    session::{Result, Session, unexpected},
    value::{from_json, to_json},
};
use crate::{
    engine::{raise, raise_limit},
    feed,
    host::{Call, HeaderValue, HttpAnswer, HttpCall, Piece},
};

/// Bytes of a request's body.
const BODY_BYTES: usize = 64 * 1024;
/// Headers of a request.
const HEADERS: usize = 16;

/// What `http` is in a script.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Http {}

/// A secret, or a text with secrets in it, that only the host can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Secret(Vec<Piece>);

impl Secret {
    pub(super) fn new(name: &str) -> Self {
        Self(vec![Piece::Secret(name.to_owned())])
    }
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Response(HttpAnswer);

fn request(
    ctx: &NativeCallContext<'_>,
    method: &str,
    url: &str,
    body: Option<&Dynamic>,
    options: &Map,
) -> Result<Response> {
    let mut headers = Vec::new();
    for (name, value) in options {
        if name != "headers" {
            return Err(raise("invalid_content", format!("no option {name:?}; expected headers")));
        }
        let map = value.read_lock::<Map>().ok_or_else(|| raise("invalid_content", "headers: expected a map"))?;
        if map.len() > HEADERS {
            return Err(raise_limit("headers", format!("more than {HEADERS} headers")));
        }
        headers.extend(map.iter().map(|(name, value)| (name.to_string(), header(value))));
    }
    let body = body.map(|body| text_of(body, &mut headers)).transpose()?;
    if body.as_ref().is_some_and(|body| body.len() > BODY_BYTES) {
        return Err(raise_limit("body", format!("a body has at most {BODY_BYTES} bytes")));
    }
    let call = HttpCall { method: method.to_owned(), url: url.to_owned(), headers, body };
    let answer = Session::of(ctx).call(Call::Http(call))?;
    serde_json::from_value(answer).map(Response).map_err(|error| unexpected("http", &error))
}

fn header(value: &Dynamic) -> HeaderValue {
    match value.read_lock::<Secret>() {
        Some(secret) => HeaderValue(secret.0.clone()),
        None => HeaderValue(vec![Piece::Text(value.to_string())]),
    }
}

/// A text as it is; anything else as JSON.
fn text_of(body: &Dynamic, headers: &mut Vec<(String, HeaderValue)>) -> Result<String> {
    if let Ok(text) = body.as_immutable_string_ref() {
        return Ok(text.as_str().to_owned());
    }
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        headers.push(("content-type".into(), HeaderValue(vec![Piece::Text("application/json".into())])));
    }
    Ok(to_json(body)?.to_string())
}

#[export_module]
pub(super) mod web_functions {
    /// Fetches a page of a host that the manifest's `[http]` allows. A status such as 404 is an answer, not an error.
    ///
    /// ```rhai
    /// let weather = http.get("https://api.example.org/weather").json();
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn get(ctx: NativeCallContext, http: &mut Http, url: &str) -> Result<Response> {
        let _: &Http = http;
        request(&ctx, "GET", url, None, &Map::new())
    }

    /// The same with options: `headers`.
    #[rhai_fn(name = "get", pure, return_raw)]
    pub fn get_with(ctx: NativeCallContext, http: &mut Http, url: &str, options: Map) -> Result<Response> {
        let _: &Http = http;
        request(&ctx, "GET", url, None, &options)
    }

    /// Sends a text, or a map or array as JSON.
    #[rhai_fn(pure, return_raw)]
    pub fn post(ctx: NativeCallContext, http: &mut Http, url: &str, body: Dynamic) -> Result<Response> {
        let _: &Http = http;
        request(&ctx, "POST", url, Some(&body), &Map::new())
    }

    /// The same with options: `headers`.
    #[rhai_fn(name = "post", pure, return_raw)]
    pub fn post_with(
        ctx: NativeCallContext,
        http: &mut Http,
        url: &str,
        body: Dynamic,
        options: Map,
    ) -> Result<Response> {
        let _: &Http = http;
        request(&ctx, "POST", url, Some(&body), &options)
    }

    /// The status, such as 200.
    #[rhai_fn(get = "status", pure)]
    pub fn status(response: &mut Response) -> i64 {
        i64::from(response.0.status)
    }

    /// Whether the status is one of success.
    #[rhai_fn(get = "ok", pure)]
    pub fn ok(response: &mut Response) -> bool {
        (200..300).contains(&response.0.status)
    }

    /// The value of a header; `()` if there is none.
    #[rhai_fn(pure)]
    pub fn header(response: &mut Response, name: &str) -> Dynamic {
        let found = response.0.headers.iter().find(|(held, _)| held.eq_ignore_ascii_case(name));
        found.map_or(Dynamic::UNIT, |(_, value)| Dynamic::from(value.clone()))
    }

    /// The body as text, as much of it as a string may hold.
    #[rhai_fn(pure)]
    pub fn text(ctx: NativeCallContext, response: &mut Response) -> ImmutableString {
        let most = ctx.engine().max_string_size();
        let body = &response.0.body;
        let mut end = if most == 0 { body.len() } else { body.len().min(most) };
        while !body.is_char_boundary(end) {
            end -= 1;
        }
        body.get(..end).unwrap_or_default().into()
    }

    /// The body read as JSON.
    #[rhai_fn(pure, return_raw)]
    pub fn json(response: &mut Response) -> Result<Dynamic> {
        let read: std::result::Result<Value, _> = serde_json::from_str(&response.0.body);
        read.map(|value| from_json(&value))
            .map_err(|error| raise("invalid_content", format!("the body is no JSON: {error}")))
    }

    /// The entries of an RSS or Atom feed, newest first as the feed has them, as `#{ id, title, link, summary, published }`.
    ///
    /// ```rhai
    /// for entry in http.get("https://example.org/feed.xml").feed() { log.info(entry.title); }
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn feed(response: &mut Response) -> Result<Array> {
        let entries = feed::entries(&response.0.body).ok_or_else(|| raise("invalid_content", "the body is no feed"))?;
        let row = |entry: feed::Entry| {
            let map: Map = [
                ("id".into(), Dynamic::from(entry.id)),
                ("title".into(), Dynamic::from(entry.title)),
                ("link".into(), Dynamic::from(entry.link)),
                ("summary".into(), Dynamic::from(entry.summary)),
                ("published".into(), Dynamic::from(entry.published)),
            ]
            .into();
            Dynamic::from_map(map)
        };
        Ok(entries.into_iter().map(row).collect())
    }

    /// Puts a text before a secret.
    #[rhai_fn(name = "+", pure)]
    pub fn before_secret(text: &mut ImmutableString, secret: Secret) -> Secret {
        let mut pieces = vec![Piece::Text(text.to_string())];
        pieces.extend(secret.0);
        Secret(pieces)
    }

    /// Puts a text behind a secret.
    #[rhai_fn(name = "+", pure)]
    pub fn behind_secret(secret: &mut Secret, text: &str) -> Secret {
        let mut pieces = secret.0.clone();
        pieces.push(Piece::Text(text.to_owned()));
        Secret(pieces)
    }

    /// A text as it may stand in an address.
    pub fn url_encode(text: &str) -> String {
        let mut encoded = String::with_capacity(text.len());
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
                encoded.push(char::from(byte));
            } else {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
        encoded
    }
}
