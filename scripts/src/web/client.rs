//! The client: one request at a time for one bot, each hop looked at, the answer cut off at its bound.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use folkmoot_rpc::{ApiError, ErrorKind};
use reqwest::{
    Client, Method, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{HeaderName, HeaderValue, LOCATION},
    redirect::Policy,
};

use super::address::{allowed, is_public};
use crate::{
    engine::Fault,
    host::{HttpAnswer, HttpCall, Piece},
    manifest::Http,
};

/// Redirects that are followed.
const HOPS: usize = 5;
/// Headers of an answer that a script sees.
const HEADERS: usize = 64;
/// Bytes of one of them.
const HEADER_BYTES: usize = 1_024;
/// Headers a script may not set: they are about the connection, which is not its own.
const OURS: &[&str] =
    &["host", "content-length", "connection", "transfer-encoding", "upgrade", "proxy-authorization", "te"];

/// What secrets hold.
pub trait Secrets: Sync {
    /// The value of a secret of the bot; none while it is not set.
    fn value(&self, name: &str) -> Option<String>;
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[error("cannot make web requests")]
pub struct WebError(#[from] reqwest::Error);

/// Makes the requests of bots.
#[derive(Clone, Debug)]
pub struct Web {
    client: Client,
}

/// Resolves names as the system does and leaves out every machine that is not of the public internet.
#[derive(Clone, Copy, Debug)]
struct PublicOnly {
    /// Also this machine: for tests that serve there.
    loopback: bool,
}

/// A name that leads nowhere a bot may go.
#[derive(Debug, thiserror::Error)]
#[error("{name} is no machine of the public internet")]
struct Private {
    name: String,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { loopback } = *self;
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let reachable = |address: &SocketAddr| is_public(address.ip()) || (loopback && address.ip().is_loopback());
            let addresses: Vec<SocketAddr> = found.filter(reachable).collect();
            if addresses.is_empty() {
                return Err(Private { name }.into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

impl Web {
    /// A client for all bots of a node.
    ///
    /// # Errors
    /// If the system's certificates cannot be used.
    pub fn new() -> Result<Self, WebError> {
        Self::reaching(PublicOnly { loopback: false })
    }

    fn reaching(resolver: PublicOnly) -> Result<Self, WebError> {
        static PROVIDER: OnceLock<bool> = OnceLock::new();
        // Another part of the process may have been first; then it is that one's choice.
        PROVIDER.get_or_init(|| rustls::crypto::ring::default_provider().install_default().is_ok());
        let client = Client::builder()
            .no_proxy()
            .referer(false)
            .redirect(Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .pool_max_idle_per_host(1)
            .user_agent(concat!("folkmoot-bot/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(resolver))
            .build()?;
        Ok(Self { client })
    }

    /// Makes a request and follows redirects to allowed hosts.
    ///
    /// # Errors
    /// What is not allowed (7004), answers that are too large (7003), servers that do not answer (5002) or not in time (4003).
    pub async fn fetch(&self, call: &HttpCall, http: &Http, secrets: &dyn Secrets) -> Result<HttpAnswer, ApiError> {
        let time = Duration::from_millis(http.timeout_ms);
        tokio::time::timeout(time, self.hops(call, http, secrets)).await.unwrap_or_else(|_| {
            Err(ApiError::new(ErrorKind::Timeout, format!("no answer within {} ms", http.timeout_ms)))
        })
    }

    async fn hops(&self, call: &HttpCall, http: &Http, secrets: &dyn Secrets) -> Result<HttpAnswer, ApiError> {
        let mut url = allowed(&call.url, http)?;
        let mut method = match call.method.as_str() {
            "GET" => Method::GET,
            "POST" => Method::POST,
            other => return Err(ApiError::new(ErrorKind::Unsupported, format!("no method {other}"))),
        };
        let first = origin(&url);
        for _ in 0..=HOPS {
            // What was meant for one server is not told to another.
            let same = origin(&url) == first;
            let request = self.request(call, &method, url.clone(), same.then_some(secrets))?;
            let response = request.send().await.map_err(|error| unreachable(&error))?;
            let status = response.status();
            let next = response.headers().get(LOCATION).and_then(|place| place.to_str().ok());
            match next.filter(|_| status.is_redirection()) {
                Some(next) => {
                    let next = url.join(next).map_err(|error| ApiError::invalid_content("url", error.to_string()))?;
                    url = allowed(next.as_str(), http)?;
                    if !matches!(status.as_u16(), 307 | 308) {
                        method = Method::GET;
                    }
                }
                None => return read(response, http.max_body).await,
            }
        }
        Err(ApiError::new(ErrorKind::PeerUnreachable, format!("more than {HOPS} redirects")))
    }

    fn request(
        &self,
        call: &HttpCall,
        method: &Method,
        url: Url,
        secrets: Option<&dyn Secrets>,
    ) -> Result<reqwest::RequestBuilder, ApiError> {
        let mut request = self.client.request(method.clone(), url);
        for (name, value) in &call.headers {
            let bad = |text: &str| ApiError::invalid_content("headers", format!("{name:?}: {text}"));
            if OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
                return Err(bad("this header is not a script's to set"));
            }
            let mut text = String::new();
            let mut secret = false;
            for piece in &value.0 {
                match piece {
                    Piece::Text(part) => text.push_str(part),
                    Piece::Secret(wanted) => {
                        let Some(secrets) = secrets else { continue };
                        secret = true;
                        text.push_str(&secrets.value(wanted).ok_or_else(|| {
                            let hint = format!("the secret {wanted} is not set; whoever looks after the bot sets it");
                            ApiError::precondition(hint)
                        })?);
                    }
                }
            }
            if secrets.is_none() && value.0.iter().any(|piece| matches!(piece, Piece::Secret(_))) {
                continue;
            }
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("no name of a header"))?;
            let mut value = HeaderValue::from_str(&text).map_err(|_| bad("a value has no control characters"))?;
            value.set_sensitive(secret);
            request = request.header(name, value);
        }
        if *method == Method::POST
            && let Some(body) = &call.body
        {
            request = request.body(body.clone());
        }
        Ok(request)
    }
}

fn origin(url: &Url) -> (Option<String>, Option<u16>) {
    (url.host_str().map(str::to_owned), url.port_or_known_default())
}

async fn read(mut response: reqwest::Response, most: u64) -> Result<HttpAnswer, ApiError> {
    let too_large = || Fault::limit("max_body", format!("the answer has more than {most} bytes")).into_api();
    if response.content_length().is_some_and(|length| length > most) {
        return Err(too_large());
    }
    let status = response.status().as_u16();
    let shown = |value: &HeaderValue| {
        let text = value.to_str().ok().filter(|text| text.len() <= HEADER_BYTES);
        text.map(str::to_owned)
    };
    let headers = response.headers().iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), shown(value)?)));
    let headers = headers.take(HEADERS).collect();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
        if (body.len() + chunk.len()) as u64 > most {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(HttpAnswer { status, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

/// What failed, without the address: it may hold what the script was given.
fn unreachable(error: &reqwest::Error) -> ApiError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(private) = inner.downcast_ref::<Private>() {
            let detail = folkmoot_rpc::error::ErrorDetail { needed: Some("http".into()), ..Default::default() };
            return ApiError::new(ErrorKind::BotPermission, private.to_string()).with_detail(detail);
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        return ApiError::new(ErrorKind::Timeout, "the server does not answer in time");
    }
    ApiError::peer_unreachable("the server cannot be reached")
}
