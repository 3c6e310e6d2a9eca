//! [`Emoji`]: what may stand under a message. The rule is our own and needs no tables, so that programs of different age agree.

use std::fmt;

use folkmoot_proto::limits::EMOJI_BYTES;

/// Joins two emoji into one.
const JOINER: char = '\u{200d}';

/// One emoji, or any other single sign: at most 32 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Emoji(Box<str>);

/// Why a text is no emoji.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmojiError {
    /// More bytes than an emoji has.
    #[error("{actual} bytes, limit {EMOJI_BYTES}")]
    TooLong {
        /// Bytes there were.
        actual: usize,
    },
    /// Nothing, several signs, or something that cannot be seen.
    #[error("not one visible sign")]
    NotOne,
}

impl Emoji {
    /// Takes one visible sign with what modifies it: skin tones, variants, marks, tags, further signs joined to it; or a flag of
    /// two letters.
    ///
    /// # Errors
    /// [`EmojiError`].
    pub fn new(text: &str) -> Result<Self, EmojiError> {
        if text.len() > EMOJI_BYTES {
            return Err(EmojiError::TooLong { actual: text.len() });
        }
        if is_one(text) { Ok(Self(text.into())) } else { Err(EmojiError::NotOne) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Emoji {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Emoji({})", self.0)
    }
}

fn is_one(text: &str) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next().filter(|c| is_sign(*c)) else { return false };
    // A flag is a pair of regional letters; a third would begin another flag.
    let mut may_pair = is_regional(first);
    while let Some(next) = chars.next() {
        let goes_on = if next == JOINER {
            chars.next().is_some_and(is_sign)
        } else if is_regional(next) {
            std::mem::take(&mut may_pair)
        } else {
            modifies(next)
        };
        if !goes_on {
            return false;
        }
    }
    true
}

const fn is_regional(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

/// Marks, variants, skin tones, enclosing keycaps, tags.
const fn modifies(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{34e}'
            | '\u{350}'..='\u{36f}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{fe20}'..='\u{fe2f}'
            | '\u{1f3fb}'..='\u{1f3ff}'
            | '\u{e0020}'..='\u{e007f}'
    )
}

/// Whether a character can be seen and stands for itself.
fn is_sign(c: char) -> bool {
    !(c.is_control() || c.is_whitespace() || modifies(c) || is_unseen(c))
}

/// Formatting and bidirectional controls, blanks that are no white space, private use, and what is no character.
const fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fdd0}'..='\u{fdef}'
            | '\u{fff0}'..='\u{ffff}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{10ffff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn single_signs_are_emoji_with_whatever_modifies_them() {
        for text in [
            "👍",
            "👍🏽",
            "❤️",
            "❤",
            "1️⃣",
            "👨‍👩‍👧‍👦",
            "🏳️‍🌈",
            "🇩🇪",
            "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
            "a",
            "é",
            "e\u{301}",
            "茶",
            "🇩",
        ] {
            assert_eq!(Emoji::new(text).map(|e| e.as_str().to_owned()), Ok(text.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_not_one_visible_sign_is_none() {
        for text in [
            "",
            " ",
            "ab",
            "👍👍",
            "👍 ",
            "\u{200d}",
            "👍\u{200d}",
            "\u{fe0f}",
            "\u{1f3fd}",
            "\u{202e}",
            "👍\u{202e}",
            "\u{7}",
            "\n",
            "🇩🇪🇫🇷",
            "🇩🇪🇫",
            "\u{200b}",
            "\u{2800}",
            "\u{3164}",
            "\u{e000}",
            "\u{feff}",
            ":thumb:",
            "\u{301}",
        ] {
            assert_eq!(Emoji::new(text), Err(EmojiError::NotOne), "{text:?}");
        }
        let long = "👨\u{200d}".repeat(5) + "👨";
        assert_eq!(Emoji::new(&long), Err(EmojiError::TooLong { actual: 39 }));
        assert_eq!(Emoji::new(&"x".repeat(33)), Err(EmojiError::TooLong { actual: 33 }));
    }

    proptest! {
        #[test]
        fn nothing_taken_can_turn_or_hide_what_stands_around_it(text in any::<String>()) {
            if let Ok(emoji) = Emoji::new(&text) {
                prop_assert!(!emoji.as_str().chars().any(|c| c.is_control() || c.is_whitespace()));
                let turns = emoji.as_str().contains(['\u{202e}', '\u{2066}', '\u{200f}', '\u{feff}']);
                prop_assert!(!turns);
                prop_assert!((1..=EMOJI_BYTES).contains(&emoji.as_str().len()));
            }
        }
    }
}
