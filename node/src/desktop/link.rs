//! A `moot://` link, as the desktop or a person hands it to `moot`. Where it leads is read by the interface.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Bytes of a link; the longest invites have some hundreds.
const LINK_BYTES: usize = 4 * 1024;

/// A link of ours: bounded, visible ASCII, nothing else known of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct MootLink(String);

/// A text that is no link of ours.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a command or a link that begins with moot://; `moot help` lists the commands")]
pub(crate) struct NoLink;

impl MootLink {
    /// As part of the interface's address, behind the ticket.
    pub(crate) fn in_address(&self, url: &str) -> String {
        let escaped = self.0.bytes().fold(String::new(), |mut escaped, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                escaped.push(char::from(byte));
            } else {
                escaped.push_str(&format!("%{byte:02X}"));
            }
            escaped
        });
        format!("{url}&link={escaped}")
    }
}

impl FromStr for MootLink {
    type Err = NoLink;

    fn from_str(text: &str) -> Result<Self, NoLink> {
        let scheme = text.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("moot://"));
        let (_, rest) = text.split_at_checked(7).ok_or(NoLink)?;
        let plain = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic());
        if scheme && plain && text.len() <= LINK_BYTES { Ok(Self(format!("moot://{rest}"))) } else { Err(NoLink) }
    }
}

impl TryFrom<String> for MootLink {
    type Error = NoLink;

    fn try_from(text: String) -> Result<Self, NoLink> {
        text.parse()
    }
}

impl From<MootLink> for String {
    fn from(link: MootLink) -> Self {
        link.0
    }
}

impl fmt::Debug for MootLink {
    /// Not the link: whoever has it may come in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MootLink(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_ours_are_told_from_other_words() {
        let link: MootLink = "MOOT://join/AbC?x=1".parse().expect("a link");
        assert_eq!(String::from(link), "moot://join/AbC?x=1");
        for text in
            ["", "serv", "moot:", "moot://", "moot:/join", "https://join/x", "moot://a b", "moot://ü", "ä€moot://x"]
        {
            assert_eq!(text.parse::<MootLink>(), Err(NoLink), "{text}");
        }
        assert_eq!(format!("moot://{}", "x".repeat(5_000)).parse::<MootLink>(), Err(NoLink));
    }

    #[test]
    fn a_link_in_an_address_is_escaped() {
        let link: MootLink = "moot://join/a+b#c&d".parse().expect("a link");
        let address = link.in_address("http://127.0.0.1:1/#ticket=x");
        assert_eq!(address, "http://127.0.0.1:1/#ticket=x&link=moot%3A%2F%2Fjoin%2Fa%2Bb%23c%26d");
    }
}
