//! Messages of exactly 200 bytes of UTF-8, all different, that carry their number.

/// Bytes of every message.
pub(crate) const BYTES: usize = 200;

/// What people write: more than ASCII, so that bytes and characters differ.
const PATTERN: &str = "Höre, was wir sagen — скажи, 我們在這裡說話 · three can keep a secret; ";

/// Message number `n`.
pub(crate) fn message(n: usize) -> String {
    let mut text = format!("{n} ");
    for character in PATTERN.chars().cycle() {
        if text.len() + character.len_utf8() > BYTES {
            break;
        }
        text.push(character);
    }
    // The last character may have been too wide for what was left.
    while text.len() < BYTES {
        text.push('.');
    }
    text
}

/// The number a message carries.
pub(crate) fn number(text: &str) -> Option<usize> {
    text.split_once(' ')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_has_its_size_and_number() {
        for n in (0..2_000).chain([99_999, 999_999_999]) {
            let text = message(n);
            assert_eq!((text.len(), number(&text)), (BYTES, Some(n)));
            assert!(text.chars().count() < BYTES, "wide characters are in it");
        }
        assert_eq!(number("hello there"), None);
    }
}
