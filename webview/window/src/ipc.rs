//! What the page may ask of the window: a short list, checked word by word. What concerns the node goes over the API, not
//! over this.

use serde::Deserialize;
use serde_json::Value;

use crate::nonce::Nonce;
use crate::zoom::Step;

/// Bytes of a message; the longest is a notification.
const MESSAGE_BYTES: usize = 8 * 1024;
/// Characters of a notification's title.
const TITLE_CHARS: usize = 100;
/// Characters of a notification's text.
const BODY_CHARS: usize = 300;
/// Bytes of what comes back when a notification is clicked.
const TAG_BYTES: usize = 256;

/// A message of the page.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Message {
    /// The first content is on the screen.
    Painted {},
    /// The page cannot be seen, so it cannot tell whether it is on the screen.
    Hidden {},
    /// What is unread, for the taskbar; the title is the page's own.
    Badge {
        /// Mentions of this person.
        mentions: u32,
        /// Whether anything is unread.
        unread: bool,
    },
    /// Show a notification.
    Notify {
        /// First line.
        title: String,
        /// The rest.
        body: String,
        /// Given back to the page when it is clicked.
        #[serde(default)]
        tag: Option<String>,
    },
    /// Open a link outside; the person has confirmed it.
    Open {
        /// The link.
        url: String,
    },
    /// Show everything larger or smaller.
    Zoom {
        /// Where to.
        step: Step,
    },
    /// The session is over: load the page anew with a fresh ticket.
    Ticket {},
}

/// Why a message is not heard.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unheard {
    /// Too long.
    TooLong,
    /// Not an object.
    NoObject,
    /// The nonce is missing or another load's.
    Nonce,
    /// Not on the list, or with other fields.
    Unknown,
}

/// Reads a message of the load that knows the nonce.
///
/// # Errors
/// Why it is not heard.
pub(crate) fn parse(text: &str, nonce: &Nonce) -> Result<Message, Unheard> {
    if text.len() > MESSAGE_BYTES {
        return Err(Unheard::TooLong);
    }
    let Ok(Value::Object(mut object)) = serde_json::from_str(text) else { return Err(Unheard::NoObject) };
    match object.remove("nonce") {
        Some(Value::String(given)) if given == nonce.expose() => {}
        _ => return Err(Unheard::Nonce),
    }
    let message = serde_json::from_value(Value::Object(object)).map_err(|_| Unheard::Unknown)?;
    Ok(match message {
        Message::Notify { title, body, tag } => Message::Notify {
            title: shown(&title, TITLE_CHARS),
            body: shown(&body, BODY_CHARS),
            tag: tag.filter(|tag| tag.len() <= TAG_BYTES),
        },
        other => other,
    })
}

/// Text as the desktop shows it: bounded, without control characters and without those that reorder it.
pub(crate) fn shown(text: &str, chars_max: usize) -> String {
    let reorders =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut shown: String = text
        .chars()
        .map(|c| if c == '\n' || c == '\t' { ' ' } else { c })
        .filter(|c| !c.is_control() && !reorders(*c))
        .take(chars_max + 1)
        .collect();
    if shown.chars().count() > chars_max {
        shown = shown.chars().take(chars_max.saturating_sub(1)).chain(['…']).collect();
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(body: &str) -> Result<Message, Unheard> {
        let nonce = Nonce::generate().expect("random");
        parse(&body.replace("NONCE", nonce.expose()), &nonce)
    }

    #[test]
    fn every_message_of_the_list_is_heard() {
        let rows = [
            (r#"{"nonce":"NONCE","kind":"painted"}"#, Message::Painted {}),
            (r#"{"kind":"hidden","nonce":"NONCE"}"#, Message::Hidden {}),
            (
                r#"{"nonce":"NONCE","kind":"badge","mentions":3,"unread":true}"#,
                Message::Badge { mentions: 3, unread: true },
            ),
            (
                r#"{"nonce":"NONCE","kind":"open","url":"https://example.org/"}"#,
                Message::Open { url: "https://example.org/".into() },
            ),
            (r#"{"nonce":"NONCE","kind":"zoom","step":"in"}"#, Message::Zoom { step: Step::In }),
            (r#"{"nonce":"NONCE","kind":"ticket"}"#, Message::Ticket {}),
            (
                r#"{"nonce":"NONCE","kind":"notify","title":"Bob","body":"hello","tag":"chn_x"}"#,
                Message::Notify { title: "Bob".into(), body: "hello".into(), tag: Some("chn_x".into()) },
            ),
        ];
        for (text, message) in rows {
            assert_eq!(parsed(text), Ok(message), "{text}");
        }
    }

    #[test]
    fn a_message_without_the_nonce_of_this_load_is_not_heard() {
        let other = Nonce::generate().expect("random");
        let of_another_load = format!(r#"{{"nonce":"{}","kind":"painted"}}"#, other.expose());
        let texts = [
            &of_another_load,
            r#"{"kind":"painted"}"#,
            r#"{"nonce":null,"kind":"painted"}"#,
            r#"{"nonce":"","kind":"painted"}"#,
            r#"{"nonce":["NONCE"],"kind":"painted"}"#,
            r#"{"nonce":"NONCE ","kind":"painted"}"#,
        ];
        for text in texts {
            assert_eq!(parsed(text), Err(Unheard::Nonce), "{text}");
        }
    }

    #[test]
    fn what_is_not_on_the_list_is_not_heard() {
        for text in [
            r#"{"nonce":"NONCE"}"#,
            r#"{"nonce":"NONCE","kind":"exec","command":"id"}"#,
            r#"{"nonce":"NONCE","kind":"Painted"}"#,
            r#"{"nonce":"NONCE","kind":"painted","more":1}"#,
            r#"{"nonce":"NONCE","kind":"badge","mentions":-1,"unread":true}"#,
            r#"{"nonce":"NONCE","kind":"badge","mentions":1}"#,
            r#"{"nonce":"NONCE","kind":"open"}"#,
            r#"{"nonce":"NONCE","kind":"zoom","step":2}"#,
        ] {
            assert_eq!(parsed(text), Err(Unheard::Unknown), "{text}");
        }
        for text in ["", "null", "[]", "\"NONCE\"", "{", r#"{"nonce":"NONCE"}{}"#] {
            assert_eq!(parsed(text), Err(Unheard::NoObject), "{text}");
        }
        let long = format!(r#"{{"nonce":"NONCE","kind":"open","url":"{}"}}"#, "x".repeat(10_000));
        assert_eq!(parsed(&long), Err(Unheard::TooLong));
    }

    #[test]
    fn notifications_are_bounded_and_plain() {
        assert_eq!(shown("one\ntwo\u{7}\u{202e}three", 50), "one twothree");
        assert_eq!(shown("abcdef", 4), "abc…");
        assert_eq!(shown("abcd", 4), "abcd");
        assert_eq!(shown("", 4), "");
    }
}
