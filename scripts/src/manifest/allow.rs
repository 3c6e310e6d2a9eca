//! A host that a bot may reach: a name and a port, never an address.

use std::{fmt, net::IpAddr, str::FromStr};

use serde::{Deserialize, Serialize};

/// The port where the manifest names none.
const HTTPS: u16 = 443;

/// A host by its name, with its port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowedHost {
    /// A domain name in small letters.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// A text that names no host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a host; expected a name with a port, for example \"api.example.org:443\"")]
pub struct BadHost {
    /// What was given.
    pub text: String,
}

impl FromStr for AllowedHost {
    type Err = BadHost;

    fn from_str(text: &str) -> Result<Self, BadHost> {
        let bad = || BadHost { text: text.chars().take(80).collect() };
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| bad())?),
            None => (text, HTTPS),
        };
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        // A last label of digits would be an address in one of its many spellings.
        let numeric = host.rsplit('.').next().is_none_or(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
        let named = host.len() <= 253 && host.contains('.') && host.split('.').all(label) && !numeric;
        if !named || host.parse::<IpAddr>().is_ok() || port == 0 {
            return Err(bad());
        }
        Ok(Self { host: host.to_ascii_lowercase(), port })
    }
}

impl fmt::Display for AllowedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_or_without_port_is_a_host() {
        let host = |text: &str| text.parse::<AllowedHost>().map(|host| host.to_string()).ok();
        assert_eq!(host("api.example.org"), Some("api.example.org:443".into()));
        assert_eq!(host("API.Example.org:8443"), Some("api.example.org:8443".into()));
    }

    #[test]
    fn addresses_and_patterns_are_not_hosts() {
        for text in [
            "127.0.0.1",
            "127.1:80",
            "[::1]:443",
            "::1",
            "localhost",
            "*.example.org",
            "https://example.org",
            "example.org/path",
            "example.org:0",
            "example.org:99999",
            "-a.example",
            "a..b",
            "",
            "user@example.org",
        ] {
            assert!(text.parse::<AllowedHost>().is_err(), "{text}");
        }
    }
}
