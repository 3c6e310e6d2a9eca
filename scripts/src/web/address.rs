//! Which addresses a bot may name, and which machines are reached whatever name leads to them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use folkmoot_rpc::{ApiError, ErrorKind};
use reqwest::Url;

use crate::manifest::Http;

/// The longest address.
const URL_BYTES: usize = 2_048;

/// The address, if the manifest allows its host and port.
///
/// # Errors
/// 3001 for what is no address, 7004 for what the manifest does not allow.
pub(crate) fn allowed(url: &str, http: &Http) -> Result<Url, ApiError> {
    let bad = |text: &str| ApiError::invalid_content("url", format!("{text}; expected https://HOST/…"));
    if url.len() > URL_BYTES {
        return Err(ApiError::too_large("url", URL_BYTES as u64));
    }
    let parsed = Url::parse(url).map_err(|error| bad(&error.to_string()))?;
    if parsed.scheme() != "https" {
        return Err(bad(&format!("{} is not https", parsed.scheme())));
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(bad("an address names no user"));
    }
    let (host, port) = (parsed.domain().unwrap_or_default(), parsed.port_or_known_default().unwrap_or(0));
    if http.allows(host, port) {
        return Ok(parsed);
    }
    let detail = folkmoot_rpc::error::ErrorDetail { needed: Some("http".into()), ..Default::default() };
    let shown = parsed.host_str().unwrap_or_default();
    let text = format!("the manifest does not allow {shown}:{port}; add it to allow under [http]");
    Err(ApiError::new(ErrorKind::BotPermission, text).with_detail(detail))
}

/// Whether an address belongs to a machine of the public internet: not this one, not of its network, nothing reserved.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(address) => is_public_v4(address),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let reserved = match (a, b, c) {
        // This network, private ones, loopback, link-local.
        (0 | 10 | 127, ..) | (169, 254, _) | (192, 168, _) => true,
        (172, 16..=31, _) => true,
        // Carriers' own (RFC 6598).
        (100, 64..=127, _) => true,
        // Protocol assignments, documentation, 6to4 relays, benchmarks.
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => true,
        // Multicast, reserved, broadcast.
        (224..=255, ..) => true,
        _ => false,
    };
    !reserved
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Global unicast is 2000::/3; of it, tunnels and documentation are nobody's.
    let global = first & 0xe000 == 0x2000;
    let reserved = first == 0x2002 || (first == 0x2001 && (second < 0x0200 || second == 0x0db8)) || first == 0x3fff;
    global && !reserved
}

/// The address of the older kind within one of the newer: mapped, compatible, translated (RFC 6052).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let translated = segments.starts_with(&[0x64, 0xff9b, 0, 0, 0, 0]);
    let compatible = segments.starts_with(&[0, 0, 0, 0, 0, 0]);
    if let Some(mapped) = address.to_ipv4_mapped() {
        return Some(mapped);
    }
    if !translated && !compatible {
        return None;
    }
    let [.., a, b] = segments;
    let ([a, b], [c, d]) = (a.to_be_bytes(), b.to_be_bytes());
    Some(Ipv4Addr::new(a, b, c, d))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_machines_of_the_public_internet_are_reached() {
        let public = ["93.184.216.34", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1"];
        for address in public {
            assert!(is_public(address.parse().expect("an address")), "{address}");
        }
        let others = [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "2001::1",
        ];
        for address in others {
            assert!(!is_public(address.parse().expect("an address")), "{address}");
        }
    }

    #[test]
    fn what_the_manifest_does_not_name_is_refused_in_every_spelling() {
        let http = Http { allow: vec!["api.example.org:443".parse().expect("a host")], ..Http::default() };
        assert!(allowed("https://API.example.org/x?y=1", &http).is_ok());
        assert!(allowed("https://api.example.org:443/x", &http).is_ok());
        for (url, kind) in [
            ("https://api.example.org:444/", ErrorKind::BotPermission),
            ("https://example.org/", ErrorKind::BotPermission),
            ("https://api.example.org.evil.net/", ErrorKind::BotPermission),
            ("https://api.example.org@evil.net/", ErrorKind::InvalidContent),
            ("https://127.0.0.1/", ErrorKind::BotPermission),
            ("https://2130706433/", ErrorKind::BotPermission),
            ("https://[::1]/", ErrorKind::BotPermission),
            ("https://localhost/", ErrorKind::BotPermission),
            ("http://api.example.org/", ErrorKind::InvalidContent),
            ("file:///etc/passwd", ErrorKind::InvalidContent),
            ("api.example.org", ErrorKind::InvalidContent),
        ] {
            assert_eq!(allowed(url, &http).map_err(|error| error.kind()), Err(kind), "{url}");
        }
    }
}
