//! Names that people read: what may stand in one, and its one normal form. Serves display names, server and channel names.
//!
//! Two different names may still look alike (Latin and Cyrillic `a`); that is what fingerprints are for.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Bytes of input looked at per allowed character: a letter may be typed as base and several marks.
const INPUT_BYTES_PER_CHAR: usize = 16;

/// Why a text cannot be a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing is left after trimming.
    #[error("name is empty")]
    Empty,
    /// More characters than allowed.
    #[error("name is longer than {max} characters")]
    TooLong {
        /// Characters allowed.
        max: usize,
    },
    /// A character that is invisible, controls the text around it, or has no agreed meaning.
    #[error("name contains the character U+{:04X}, which cannot be seen or changes how others are read", *character as u32)]
    Forbidden {
        /// The first such character.
        character: char,
    },
    /// A mark that would sit on whatever stands before the name.
    #[error("name begins with a combining mark")]
    LeadingMark,
    /// Received in another form than the normal one; honest nodes normalize before they sign.
    #[error("name is not in normal form")]
    NotNormal,
}

/// Brings typed text into the normal form of a name: NFC, trimmed, every run of white space one space.
///
/// `max_chars` counts characters (Unicode scalar values) of the normal form.
///
/// # Errors
/// [`NameError`], never `NotNormal`.
pub fn validate_name(input: &str, max_chars: usize) -> Result<String, NameError> {
    let trimmed = input.trim();
    if trimmed.len() > max_chars.saturating_mul(INPUT_BYTES_PER_CHAR) {
        return Err(NameError::TooLong { max: max_chars });
    }
    if let Some(character) = trimmed.chars().find(|c| is_forbidden(*c)) {
        return Err(NameError::Forbidden { character });
    }
    let mut name = String::with_capacity(trimmed.len());
    for character in trimmed.nfc() {
        if !character.is_whitespace() {
            name.push(character);
        } else if !name.ends_with(' ') {
            name.push(' ');
        }
    }
    match name.chars().next() {
        None => Err(NameError::Empty),
        Some(first) if is_combining_mark(first) => Err(NameError::LeadingMark),
        Some(_) if name.chars().count() > max_chars => Err(NameError::TooLong { max: max_chars }),
        Some(_) => Ok(name),
    }
}

/// Checks a received name: must be what [`validate_name`] would have made of it.
///
/// # Errors
/// [`NameError`].
pub fn check_name(received: &str, max_chars: usize) -> Result<(), NameError> {
    if validate_name(received, max_chars)? == received { Ok(()) } else { Err(NameError::NotNormal) }
}

/// Why a longer text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// More bytes than allowed.
    #[error("text is longer than {max} bytes")]
    TooLong {
        /// Bytes allowed.
        max: usize,
    },
    /// A control character other than a line break, or one that turns the direction of what follows.
    #[error("text contains the character U+{:04X}, which changes how others are read", *character as u32)]
    Forbidden {
        /// The first such character.
        character: char,
    },
}

/// Brings typed text of several lines (a bio, a description) into its normal form: NFC, trimmed, line breaks as `\n`. May be
/// empty.
///
/// # Errors
/// [`TextError`].
pub fn validate_text(input: &str, max_bytes: usize) -> Result<String, TextError> {
    // NFC at most triples UTF-8 and three bytes of input may shrink to one; beyond that nothing can fit.
    if input.len() > max_bytes.saturating_mul(4) {
        return Err(TextError::TooLong { max: max_bytes });
    }
    let unix: Cow<'_, str> =
        if input.contains('\r') { input.replace("\r\n", "\n").replace('\r', "\n").into() } else { input.into() };
    let text: String = unix.trim().nfc().collect();
    check_text(&text, max_bytes)?;
    Ok(text)
}

/// Checks a received text of several lines: size and characters, not its normal form.
///
/// # Errors
/// [`TextError`].
pub fn check_text(received: &str, max_bytes: usize) -> Result<(), TextError> {
    if received.len() > max_bytes {
        return Err(TextError::TooLong { max: max_bytes });
    }
    match received.chars().find(|c| (c.is_control() && *c != '\n') || is_bidi_control(*c)) {
        Some(character) => Err(TextError::Forbidden { character }),
        None => Ok(()),
    }
}

/// Embeddings, overrides and isolates: they reach past the end of the text they stand in.
const fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Control, bidirectional, zero-width and blank-looking characters, tags, private use and non-characters.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || is_bidi_control(c)
        || (u32::from(c) & 0xfffe) == 0xfffe
        || matches!(c,
            '\u{00ad}' | '\u{034f}'                         // soft hyphen, grapheme joiner
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers: blank letters
            | '\u{17b4}' | '\u{17b5}'                       // Khmer inherent vowels: invisible
            | '\u{180b}'..='\u{180f}'                       // Mongolian selectors
            | '\u{200b}'..='\u{200d}'                       // zero-width space and joiners
            | '\u{2028}' | '\u{2029}'                       // line and paragraph separators
            | '\u{2060}'..='\u{206f}'                       // word joiner, invisible operators
            | '\u{2800}'                                    // blank Braille cell
            | '\u{e000}'..='\u{f8ff}'                       // private use
            | '\u{fdd0}'..='\u{fdef}'                       // non-characters
            | '\u{fe00}'..='\u{fe0d}'                       // variation selectors but those of emoji
            | '\u{feff}'                                    // byte order mark
            | '\u{fff0}'..='\u{fffc}'                       // annotation and object marks
            | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'                     // tags and variation selectors
            | '\u{f0000}'..='\u{10ffff}') // private use
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn typed_names_come_out_in_one_form() {
        assert_eq!(validate_name("  Ann \u{3000}\u{a0} Lee ", 32).unwrap(), "Ann Lee");
        assert_eq!(validate_name("Jose\u{301}", 4).unwrap(), "José");
        assert_eq!(validate_name("花子", 2).unwrap(), "花子");
        assert_eq!(validate_name("tea ❤\u{fe0f}", 6).unwrap(), "tea ❤\u{fe0f}");
    }

    #[test]
    fn received_names_must_already_be_normal() {
        assert_eq!(check_name("Ann Lee", 32), Ok(()));
        for odd in ["Ann  Lee", " Ann", "Ann ", "Jose\u{301}", "Ann\u{a0}Lee"] {
            assert_eq!(check_name(odd, 32), Err(NameError::NotNormal), "{odd:?}");
        }
    }

    #[test]
    fn length_is_counted_in_characters_of_the_normal_form() {
        assert_eq!(validate_name(&"é".repeat(32), 32).unwrap().chars().count(), 32);
        assert_eq!(validate_name(&"é".repeat(33), 32), Err(NameError::TooLong { max: 32 }));
        assert_eq!(validate_name(&"a".repeat(100_000), 32), Err(NameError::TooLong { max: 32 }));
        assert_eq!(validate_name(" \t\n ", 32), Err(NameError::Empty));
        assert_eq!(validate_name("", 32), Err(NameError::Empty));
    }

    #[test]
    fn characters_that_hide_or_reorder_are_refused() {
        let hidden = [
            '\0',
            '\u{1b}',
            '\n',
            '\t',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{200f}',
            '\u{202e}',
            '\u{2066}',
            '\u{2060}',
            '\u{3164}',
            '\u{2800}',
            '\u{feff}',
            '\u{fffe}',
            '\u{e0041}',
            '\u{e000}',
            '\u{10ffff}',
        ];
        for character in hidden {
            let name = format!("an{character}n");
            assert_eq!(validate_name(&name, 32), Err(NameError::Forbidden { character }), "{name:?}");
        }
        assert_eq!(validate_name("\u{301}ann", 32), Err(NameError::LeadingMark));
    }

    #[test]
    fn texts_keep_their_lines_and_lose_their_tricks() {
        assert_eq!(validate_text(" one\r\ntwo\rthree\n", 512).unwrap(), "one\ntwo\nthree");
        assert_eq!(validate_text("", 512).unwrap(), "");
        assert_eq!(validate_text("👩\u{200d}🚀", 512).unwrap(), "👩\u{200d}🚀");
        assert_eq!(validate_text("a\u{202e}b", 512), Err(TextError::Forbidden { character: '\u{202e}' }));
        assert_eq!(validate_text("a\u{7}b", 512), Err(TextError::Forbidden { character: '\u{7}' }));
        assert_eq!(validate_text(&"a".repeat(513), 512), Err(TextError::TooLong { max: 512 }));
    }

    proptest! {
        #[test]
        fn the_normal_form_is_stable(input in "\\PC{0,40}") {
            if let Ok(name) = validate_name(&input, 32) {
                prop_assert_eq!(check_name(&name, 32), Ok(()));
            }
        }

        #[test]
        fn no_input_panics(input in any::<String>(), max in 0_usize..64) {
            let checked = check_name(&input, max);
            prop_assert!(checked.is_err() || validate_name(&input, max).as_deref() == Ok(input.as_str()));
        }
    }
}
