//! [`RecoveryPhrase`]: the 24 words that are an account's seed.

use std::fmt;

use bip39::{Language, Mnemonic};
use zeroize::Zeroizing;

/// Words of a phrase: 32 bytes and 8 bits of checksum, 11 bits each.
pub const PHRASE_WORDS: usize = 24;
/// Bytes of input looked at; 24 words of 8 letters fit with room for careless spacing.
const INPUT_BYTES_MAX: usize = 1_024;

/// Why words are not a recovery phrase. Says where to look, never which word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhraseError {
    /// Too few or too many words.
    #[error("recovery phrase of {actual} words, expected 24")]
    WordCount {
        /// Words there were.
        actual: usize,
    },
    /// A word outside the list of 2,048.
    #[error("word {position} is not in the list of recovery words")]
    UnknownWord {
        /// 1-24.
        position: usize,
    },
    /// All words known, but not these together: one is wrong or two changed places.
    #[error("recovery phrase does not add up: a word is wrong or out of place")]
    Checksum,
}

/// The seed of an account in the form people keep: 24 English words (BIP-39, without its password). Wiped when dropped.
///
/// Has no `Display`: the words come out once, by [`RecoveryPhrase::reveal`].
pub struct RecoveryPhrase(Zeroizing<[u8; 32]>);

impl RecoveryPhrase {
    /// The phrase of a seed.
    #[must_use]
    pub(crate) fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*seed))
    }

    /// Reads words as typed: case and spacing do not matter.
    ///
    /// # Errors
    /// [`PhraseError`].
    pub fn parse(words: &str) -> Result<Self, PhraseError> {
        let count = words.split_whitespace().take(PHRASE_WORDS + 1).count();
        if count != PHRASE_WORDS || words.len() > INPUT_BYTES_MAX {
            return Err(PhraseError::WordCount { actual: words.split_whitespace().count() });
        }
        let lower = Zeroizing::new(words.to_lowercase());
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &lower).map_err(|error| match error {
            bip39::Error::UnknownWord(index) => PhraseError::UnknownWord { position: index.saturating_add(1) },
            bip39::Error::BadWordCount(actual) => PhraseError::WordCount { actual },
            _ => PhraseError::Checksum,
        })?;
        let entropy = Zeroizing::new(mnemonic.to_entropy());
        let seed = <[u8; 32]>::try_from(entropy.as_slice()).map_err(|_| PhraseError::WordCount { actual: count })?;
        Ok(Self(Zeroizing::new(seed)))
    }

    /// The words, separated by single spaces; the phrase is used up. Whoever reads them owns the account.
    ///
    /// # Panics
    /// Never: 32 bytes always make 24 words.
    #[must_use]
    pub fn reveal(self) -> Zeroizing<String> {
        let mnemonic =
            Mnemonic::from_entropy_in(Language::English, self.0.as_ref()).expect("32 bytes are a valid entropy length");
        let mut words = Zeroizing::new(String::with_capacity(PHRASE_WORDS * 9));
        for word in mnemonic.words() {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(word);
        }
        words
    }

    pub(crate) fn seed(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for RecoveryPhrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryPhrase(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test vector of BIP-39 for 32 bytes of 0x7f.
    const LEGAL_WINNER: &str = "legal winner thank year wave sausage worth useful legal winner thank year wave sausage \
                                worth useful legal winner thank year wave sausage worth title";

    #[test]
    fn words_are_those_of_the_published_vector() {
        assert_eq!(*RecoveryPhrase::from_seed(&[0x7f; 32]).reveal(), LEGAL_WINNER);
        assert_eq!(RecoveryPhrase::parse(LEGAL_WINNER).unwrap().seed(), &[0x7f; 32]);
    }

    #[test]
    fn case_and_spacing_do_not_matter() {
        let typed = format!("  {}\n", LEGAL_WINNER.to_uppercase().replace(' ', "\t  "));
        assert_eq!(RecoveryPhrase::parse(&typed).unwrap().seed(), &[0x7f; 32]);
    }

    #[test]
    fn a_wrong_phrase_says_what_is_wrong_with_it() {
        let error = |words: &str| RecoveryPhrase::parse(words).unwrap_err();
        assert_eq!(error(""), PhraseError::WordCount { actual: 0 });
        assert_eq!(error("legal winner"), PhraseError::WordCount { actual: 2 });
        assert_eq!(error(&format!("{LEGAL_WINNER} title")), PhraseError::WordCount { actual: 25 });
        assert_eq!(error(&LEGAL_WINNER.replacen("thank", "thonk", 1)), PhraseError::UnknownWord { position: 3 });
        assert_eq!(error(&LEGAL_WINNER.replacen("thank year", "year thank", 1)), PhraseError::Checksum);
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", RecoveryPhrase::from_seed(&[0x7f; 32])), "RecoveryPhrase(..)");
    }
}
