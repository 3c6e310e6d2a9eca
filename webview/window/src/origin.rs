//! The one place that the window goes to: the page of one node. Compared as text, exactly; no address is parsed that
//! somebody else wrote.

/// `http://127.0.0.1:PORT`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin(String);

impl Origin {
    /// The origin of the address that the keeper sent.
    pub(crate) fn of(address: &str) -> Option<Self> {
        let rest = address.strip_prefix("http://")?;
        let (authority, _) = rest.split_once('/')?;
        let (host, port) = authority.rsplit_once(':')?;
        let digits = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
        let loopback = matches!(host, "127.0.0.1" | "[::1]") && digits && port.parse::<u16>().is_ok();
        loopback.then(|| Self(format!("http://{authority}")))
    }

    /// Whether an address is the page: nothing else is ever loaded, our own documents and files neither.
    pub(crate) fn is_page(&self, address: &str) -> bool {
        let path = address.strip_prefix(&self.0);
        path.and_then(|path| path.strip_prefix('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
    }

    /// The pattern of the addresses of its host, for the engine, whose patterns know no port. That no other port is loaded is
    /// the navigation handler's doing.
    pub(crate) fn pattern(&self) -> String {
        let host = self.0.rsplit_once(':').map_or(self.0.as_str(), |(host, _)| host);
        format!("{host}/*")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_s_pattern_has_no_port() {
        let pattern = |address| Origin::of(address).map(|origin| origin.pattern());
        assert_eq!(pattern("http://127.0.0.1:4000/").as_deref(), Some("http://127.0.0.1/*"));
    }

    #[test]
    fn only_loopback_addresses_with_a_port_have_an_origin() {
        for (address, origin) in [
            ("http://127.0.0.1:4000/", "http://127.0.0.1:4000"),
            ("http://127.0.0.1:4000/#ticket=x/y", "http://127.0.0.1:4000"),
            ("http://[::1]:4000/#ticket=x", "http://[::1]:4000"),
        ] {
            assert_eq!(Origin::of(address), Some(Origin(origin.into())), "{address}");
        }
        for address in [
            "",
            "http://127.0.0.1:4000",
            "http://127.0.0.1/",
            "https://127.0.0.1:4000/",
            "http://localhost:4000/",
            "http://127.0.0.1:04000/",
            "http://127.0.0.1:99999/",
            "http://127.0.0.1:4000@evil.example/",
            "http://evil.example:4000/",
            "http://127.0.0.1.evil.example:4000/",
            "file:///etc/passwd",
        ] {
            assert_eq!(Origin::of(address), None, "{address}");
        }
    }

    #[test]
    fn only_the_page_itself_is_gone_to() {
        let origin = Origin::of("http://127.0.0.1:4000/#ticket=x").expect("an origin");
        for address in ["http://127.0.0.1:4000/", "http://127.0.0.1:4000/#", "http://127.0.0.1:4000/#link=moot"] {
            assert!(origin.is_page(address), "{address}");
        }
        for address in [
            "http://127.0.0.1:4000",
            "http://127.0.0.1:4000/openrpc.json",
            "http://127.0.0.1:4000/?x",
            "http://127.0.0.1:40000/",
            "http://127.0.0.1:4001/",
            "http://127.0.0.1:4000@evil.example/",
            "http://127.0.0.1:4000.evil.example/",
            "http://localhost:4000/",
            "HTTP://127.0.0.1:4000/",
            "https://127.0.0.1:4000/",
            "about:blank",
            "about:srcdoc",
            "javascript:alert(1)",
            "data:text/html,x",
            "blob:http://127.0.0.1:4000/x",
            "file:///etc/passwd",
            "moot://join/x",
        ] {
            assert!(!origin.is_page(address), "{address}");
        }
    }
}
