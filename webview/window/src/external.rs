//! Links that lead out. The interface has shown where to and was told to go on; the rules are checked again here, since
//! whatever runs in the page could have sent the message. The link is one argument of a program, never a word of a shell.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of a link; longer ones are no links that people share.
const LINK_BYTES: usize = 2_048;
/// Openers that run at once: each ends within a moment, so more is a page gone wild.
const OPENERS_MAX: usize = 4;

/// Openers that run.
static OPENERS: AtomicUsize = AtomicUsize::new(0);

/// Why a link is not opened.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Too long.
    TooLong,
    /// Something else than visible ASCII, or a sign that has no place in an address.
    Characters,
    /// Another scheme than http, https and mailto.
    Scheme,
    /// No host, or a name and password before it.
    Host,
}

/// A link that may be opened.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct External<'a>(&'a str);

impl<'a> External<'a> {
    /// Checks a link.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn check(link: &'a str) -> Result<Self, Refused> {
        if link.len() > LINK_BYTES {
            return Err(Refused::TooLong);
        }
        // Addresses as browsers write them: everything else is escaped, names of hosts are in ASCII.
        if !link.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)) {
            return Err(Refused::Characters);
        }
        let (scheme, rest) = link.split_once(':').ok_or(Refused::Scheme)?;
        match scheme.to_ascii_lowercase().as_str() {
            "mailto" if rest.is_empty() => Err(Refused::Host),
            "mailto" => Ok(Self(link)),
            "http" | "https" => {
                let rest = rest.strip_prefix("//").ok_or(Refused::Host)?;
                let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
                let plain = !host.is_empty() && !host.starts_with(':') && !host.contains('@');
                plain.then_some(Self(link)).ok_or(Refused::Host)
            }
            _ => Err(Refused::Scheme),
        }
    }

    /// Hands the link to the desktop.
    pub(crate) fn open(&self) {
        if OPENERS.fetch_add(1, Ordering::Relaxed) >= OPENERS_MAX {
            OPENERS.fetch_sub(1, Ordering::Relaxed);
            crate::complain("moot-window: too many links at once");
            return;
        }
        let mut command = self.command();
        std::thread::spawn(move || {
            match command.status() {
                Ok(status) if status.success() => {}
                Ok(status) => crate::complain(&format!("moot-window: xdg-open: {status}")),
                Err(error) => crate::complain(&format!("moot-window: cannot start xdg-open: {error}")),
            }
            OPENERS.fetch_sub(1, Ordering::Relaxed);
        });
    }

    fn command(&self) -> Command {
        let mut command = Command::new("xdg-open");
        command.arg(self.0).stdin(Stdio::null()).stdout(Stdio::null());
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_schemes_are_opened() {
        for link in [
            "https://example.org/",
            "http://example.org:8080/a?b=c#d",
            "HTTPS://EXAMPLE.org",
            "https://xn--bcher-kva.example/%C3%BC",
            "http://[2001:db8::1]/",
            "mailto:ada@example.org?subject=hello",
        ] {
            assert_eq!(External::check(link), Ok(External(link)), "{link}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let rows = [
            ("javascript:alert(1)", Refused::Scheme),
            ("file:///etc/passwd", Refused::Scheme),
            ("data:text/html,x", Refused::Scheme),
            ("moot://join/x", Refused::Scheme),
            ("ftp://example.org/", Refused::Scheme),
            ("smb://example.org/", Refused::Scheme),
            ("--help", Refused::Scheme),
            ("", Refused::Scheme),
            ("example.org", Refused::Scheme),
            ("https:", Refused::Host),
            ("https:/example.org", Refused::Host),
            ("https:///path", Refused::Host),
            ("https://?x", Refused::Host),
            ("https://:443/", Refused::Host),
            ("https://ada:secret@example.org/", Refused::Host),
            ("https://example.org@evil.example/", Refused::Host),
            ("mailto:", Refused::Host),
            ("https://example.org/a b", Refused::Characters),
            ("https://example.org/\n--evil", Refused::Characters),
            ("https://example.org/\u{202e}gpj", Refused::Characters),
            ("https://bücher.example/", Refused::Characters),
            ("https://example.org\\evil.example/", Refused::Characters),
            ("https://example.org/`id`", Refused::Characters),
            (" https://example.org/", Refused::Characters),
        ];
        for (link, reason) in rows {
            assert_eq!(External::check(link), Err(reason), "{link:?}");
        }
        let long = format!("https://example.org/{}", "x".repeat(LINK_BYTES));
        assert_eq!(External::check(&long), Err(Refused::TooLong));
    }

    #[test]
    fn a_link_is_one_argument() {
        let link = "https://example.org/?a=$(id)&b=';rm%20-rf'";
        let command = External::check(link).expect("a link").command();
        assert_eq!(command.get_program(), "xdg-open");
        assert_eq!(command.get_args().collect::<Vec<_>>(), [link]);
    }
}
