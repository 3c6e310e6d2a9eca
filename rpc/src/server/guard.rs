//! What is asked of every request, whatever its path: that it means us, and that no page of somebody else caused it.
//! Credentials are asked for later and by path.

use std::net::SocketAddr;

use http::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use http::{Request, Uri};

use super::refusal::Refusal;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// What a WebSocket's subprotocol begins with that carries a token: browsers cannot set `Authorization` there.
const BEARER_PROTOCOL: &str = "bearer.";

/// Checks Host, Origin and fetch metadata, in this order.
pub(super) fn check<B>(request: &Request<B>, address: SocketAddr) -> Result<(), Refusal> {
    check_host(request.headers(), request.uri(), address.port())?;
    check_origin(request.headers(), address)?;
    check_fetch_site(request.headers())
}

/// A name that resolves to this machine is not enough: the header must say the address (DNS rebinding).
fn check_host(headers: &HeaderMap, uri: &Uri, port: u16) -> Result<(), Refusal> {
    let host = only(headers, &HOST).ok_or(Refusal::BadHost)?;
    let host = host.to_str().map_err(|_| Refusal::BadHost)?;
    // In absolute form the target names a host too, which then counts.
    let named = uri.authority().map(http::uri::Authority::as_str);
    if is_our_host(host, port) && named.is_none_or(|named| is_our_host(named, port)) {
        Ok(())
    } else {
        Err(Refusal::ForeignHost)
    }
}

fn is_our_host(host: &str, port: u16) -> bool {
    let Some((name, given_port)) = host.rsplit_once(':') else { return false };
    // Compared as text: "+80" or "080" are other spellings that nobody needs.
    given_port == port.to_string()
        && ["127.0.0.1", "localhost", "[::1]"].iter().any(|ours| name.eq_ignore_ascii_case(ours))
}

/// Whether the request came by the name `localhost`.
pub(super) fn by_localhost<B>(request: &Request<B>) -> bool {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    host.split(':').next().is_some_and(|name| name.eq_ignore_ascii_case("localhost"))
}

fn check_origin(headers: &HeaderMap, address: SocketAddr) -> Result<(), Refusal> {
    if !headers.contains_key(ORIGIN) {
        return Ok(());
    }
    let ours = format!("http://{address}");
    match only(headers, &ORIGIN) {
        Some(origin) if origin.as_bytes() == ours.as_bytes() => Ok(()),
        _ => Err(Refusal::ForeignOrigin),
    }
}

fn check_fetch_site(headers: &HeaderMap) -> Result<(), Refusal> {
    let foreign = |site: &http::HeaderValue| {
        let site = site.as_bytes();
        site.eq_ignore_ascii_case(b"cross-site") || site.eq_ignore_ascii_case(b"same-site")
    };
    if headers.get_all(SEC_FETCH_SITE).iter().any(foreign) { Err(Refusal::CrossSite) } else { Ok(()) }
}

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a http::HeaderValue> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    values.next().is_none().then_some(first)
}

/// The token a request shows in `Authorization`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = only(headers, &AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The subprotocols a WebSocket offers.
pub(super) struct Protocols<'a> {
    /// The token among them.
    pub(super) token: Option<&'a str>,
    /// What to answer with: browsers drop a connection whose offer is not answered. A protocol without a secret in it
    /// if there is one.
    pub(super) answer: Option<&'a str>,
}

/// Reads the offered subprotocols.
pub(super) fn protocols(headers: &HeaderMap) -> Protocols<'_> {
    let offered = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    let mut offered = offered.flat_map(|value| value.split(',')).map(str::trim).filter(|word| !word.is_empty());
    let (mut secret, mut plain) = (None, None);
    for word in offered.by_ref() {
        if word.starts_with(BEARER_PROTOCOL) {
            secret = secret.or(Some(word));
        } else {
            plain = plain.or(Some(word));
        }
    }
    Protocols { token: secret.and_then(|word| word.strip_prefix(BEARER_PROTOCOL)), answer: plain.or(secret) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the server of these tests listens.
    const AT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 80);

    fn request(headers: &[(&str, &str)]) -> Request<()> {
        let mut request = Request::builder().uri("/rpc");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).expect("a request")
    }

    #[test]
    fn only_our_own_names_are_hosts() {
        for host in ["127.0.0.1:80", "localhost:80", "LocalHost:80", "[::1]:80"] {
            assert_eq!(check(&request(&[("host", host)]), AT), Ok(()), "{host}");
        }
        let foreign =
            ["evil.example:80", "127.0.0.1", "127.0.0.1:81", "127.0.0.1:080", "127.0.0.1.evil.example:80", "::1:80"];
        for host in foreign {
            assert_eq!(check(&request(&[("host", host)]), AT), Err(Refusal::ForeignHost), "{host}");
        }
        assert_eq!(check(&request(&[]), AT), Err(Refusal::BadHost));
        let twice = [("host", "127.0.0.1:80"), ("host", "127.0.0.1:80")];
        assert_eq!(check(&request(&twice), AT), Err(Refusal::BadHost));
    }

    #[test]
    fn only_our_own_origin_passes() {
        let with = |origin| check(&request(&[("host", "localhost:80"), ("origin", origin)]), AT);
        assert_eq!(with("http://127.0.0.1:80"), Ok(()));
        for origin in
            ["null", "", "http://localhost:80", "https://127.0.0.1:80", "http://127.0.0.1:80/", "HTTP://127.0.0.1:80"]
        {
            assert_eq!(with(origin), Err(Refusal::ForeignOrigin), "{origin}");
        }
    }

    #[test]
    fn what_another_site_caused_is_refused() {
        let with = |site| check(&request(&[("host", "127.0.0.1:80"), ("sec-fetch-site", site)]), AT);
        assert_eq!((with("none"), with("same-origin")), (Ok(()), Ok(())));
        assert_eq!((with("cross-site"), with("same-site")), (Err(Refusal::CrossSite), Err(Refusal::CrossSite)));
    }

    #[test]
    fn token_is_found_in_either_place() {
        let headers = request(&[("authorization", "bearer abc")]).into_parts().0.headers;
        assert_eq!(bearer(&headers), Some("abc"));
        let headers = request(&[("authorization", "Basic abc")]).into_parts().0.headers;
        assert_eq!(bearer(&headers), None);
        let headers = request(&[("sec-websocket-protocol", "bearer.abc, folkmoot")]).into_parts().0.headers;
        let offered = protocols(&headers);
        assert_eq!((offered.token, offered.answer), (Some("abc"), Some("folkmoot")));
    }
}
