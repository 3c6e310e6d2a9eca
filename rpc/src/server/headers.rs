//! The security headers: they stand on every response, errors included, those of the HTTP library too.

use std::net::SocketAddr;

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

/// The headers of one server; the policy names its address.
pub(super) struct Security {
    values: [(HeaderName, HeaderValue); 5],
    lines: String,
}

impl Security {
    pub(super) fn new(address: SocketAddr) -> Self {
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
             connect-src 'self' ws://{address}; font-src 'self'; frame-src 'none'; object-src 'none'; \
             base-uri 'none'; form-action 'none'"
        );
        let rows = [
            ("content-security-policy", policy.as_str()),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-frame-options", "DENY"),
        ];
        let values = rows.map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("policy and address are visible ASCII"))
        });
        let lines = rows.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        Self { values, lines }
    }

    /// Puts the headers on a response, over whatever stood there.
    pub(super) fn put(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.values {
            headers.insert(name.clone(), value.clone());
        }
    }

    /// The headers as lines, for a head that was written already.
    pub(super) fn lines(&self) -> &str {
        &self.lines
    }
}

/// The head the HTTP library writes by itself for a request it cannot read: where it begins in what is about to be
/// written. Our own responses are told by their headers.
pub(super) fn bare_refusal(written: &[u8]) -> Option<usize> {
    // Such a head has no body, so it is the last thing written and ends in an empty line.
    if !written.ends_with(b"\r\n\r\n") {
        return None;
    }
    let start = written.windows(10).rposition(|window| window == b"HTTP/1.1 4")?;
    let head = written.get(start..)?;
    let ours = head.windows(15).any(|window| window == b"x-frame-options");
    (!ours).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusal_of_the_library_is_found_and_ours_is_not() {
        let bare = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(bare_refusal(bare), Some(0));
        let ours = b"HTTP/1.1 403 Forbidden\r\nx-frame-options: DENY\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(bare_refusal(ours), None);
        let both = [ours.as_slice(), bare.as_slice()].concat();
        assert_eq!(bare_refusal(&both), Some(ours.len()));
        assert_eq!(bare_refusal(b"HTTP/1.1 200 OK\r\n\r\n"), None);
    }
}
