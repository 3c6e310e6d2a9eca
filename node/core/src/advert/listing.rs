//! [`Listing`]: what people read about a server before they are in it. And [`Search`]: which of many somebody means.

use folkmoot_identity::name::{check_name, check_text};
use folkmoot_proto::limits::{ADDRESS_BYTES, ADDRESSES, DESCRIPTION_BYTES, NAME_CHARS, TAG_CHARS, TAGS};

use super::InvalidAdvert;
use crate::governance::{ServerSettings, is_language};

/// What people read about a server before they are in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// 1-64 characters.
    pub name: String,
    /// At most 1,024 bytes.
    pub description: String,
    /// At most 8 of 1-32 characters.
    pub tags: Vec<String>,
    /// Lower-case BCP 47, or empty.
    pub language: String,
    /// At most 8 multiaddresses with peer id, by which a member may be found.
    pub bootstrap: Vec<String>,
}

impl Listing {
    /// What a server's settings tell. Texts are brought to their normal form, which governance leaves to whoever shows them; what
    /// has none is left out.
    #[must_use]
    pub fn of(settings: &ServerSettings) -> Option<Self> {
        use folkmoot_identity::name::{validate_name, validate_text};
        Some(Self {
            name: validate_name(&settings.name, NAME_CHARS).ok()?,
            description: validate_text(&settings.description, DESCRIPTION_BYTES).unwrap_or_default(),
            tags: settings.tags.iter().filter_map(|tag| validate_name(tag, TAG_CHARS).ok()).collect(),
            language: if is_language(&settings.language) { settings.language.clone() } else { String::new() },
            bootstrap: settings.bootstrap.iter().filter(|address| is_address(address)).cloned().collect(),
        })
    }

    /// Checks what a stranger wrote: it will be shown.
    pub(super) fn validate(&self) -> Result<(), InvalidAdvert> {
        let field = |field| InvalidAdvert::Field { field };
        check_name(&self.name, NAME_CHARS).map_err(|_| field("name"))?;
        check_text(&self.description, DESCRIPTION_BYTES).map_err(|_| field("description"))?;
        if self.tags.len() > TAGS || self.tags.iter().any(|tag| check_name(tag, TAG_CHARS).is_err()) {
            return Err(field("tags"));
        }
        if !self.language.is_empty() && !is_language(&self.language) {
            return Err(field("language"));
        }
        if self.bootstrap.len() > ADDRESSES || !self.bootstrap.iter().all(|address| is_address(address)) {
            return Err(field("bootstrap"));
        }
        Ok(())
    }

    /// Whether it has the tag, whatever its case.
    #[must_use]
    pub fn has_tag(&self, tag: &str) -> bool {
        let tag = tag.to_lowercase();
        self.tags.iter().any(|own| own.to_lowercase() == tag)
    }

    /// Whether the language is spoken there; `en` is also in `en-gb`.
    #[must_use]
    pub fn speaks(&self, language: &str) -> bool {
        let language = language.to_lowercase();
        self.language == language || self.language.strip_prefix(&language).is_some_and(|rest| rest.starts_with('-'))
    }
}

/// The form of a multiaddress, as far as it can be told without knowing transports.
fn is_address(text: &str) -> bool {
    text.len() <= ADDRESS_BYTES && text.starts_with('/') && text.bytes().all(|b| b.is_ascii_graphic())
}

/// What somebody looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    words: Vec<String>,
    tag: Option<String>,
    language: Option<String>,
}

impl Search {
    /// Words that must all occur in name, tags or description, whatever their case; a tag; a language.
    #[must_use]
    pub fn new(words: &str, tag: Option<&str>, language: Option<&str>) -> Self {
        Self {
            words: words.split_whitespace().map(str::to_lowercase).collect(),
            tag: tag.map(str::to_owned),
            language: language.map(str::to_owned),
        }
    }

    /// How well a listing matches; `None` if not at all. A word that is the name counts more than one that begins it, that more
    /// than a tag, than a word in the name, than one in the description.
    #[must_use]
    pub fn score(&self, listing: &Listing) -> Option<u32> {
        if self.tag.as_ref().is_some_and(|tag| !listing.has_tag(tag))
            || self.language.as_ref().is_some_and(|language| !listing.speaks(language))
        {
            return None;
        }
        let name = listing.name.to_lowercase();
        let description = listing.description.to_lowercase();
        let tags: Vec<String> = listing.tags.iter().map(|tag| tag.to_lowercase()).collect();
        self.words.iter().try_fold(0_u32, |score, word| {
            let best = if name == *word {
                16
            } else if name.starts_with(word.as_str()) {
                8
            } else if tags.contains(word) {
                6
            } else if name.contains(word.as_str()) {
                4
            } else if tags.iter().any(|tag| tag.contains(word.as_str())) {
                2
            } else if description.contains(word.as_str()) {
                1
            } else {
                return None;
            };
            Some(score.saturating_add(best))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tea() -> Listing {
        Listing {
            name: "Tea house".into(),
            description: "Leaves and water.\nNo sugar.".into(),
            tags: vec!["Drinks".into(), "Green".into()],
            language: "en-gb".into(),
            bootstrap: vec!["/ip4/192.0.2.1/udp/4001/quic-v1/p2p/x".into()],
        }
    }

    fn score(words: &str) -> Option<u32> {
        Search::new(words, None, None).score(&tea())
    }

    #[test]
    fn all_words_must_occur_and_the_name_counts_most() {
        assert_eq!(score(""), Some(0));
        assert_eq!(score("TEA"), Some(8));
        assert_eq!(score("house"), Some(4));
        assert_eq!(score("green"), Some(6));
        assert_eq!(score("drink"), Some(2));
        assert_eq!(score("sugar tea"), Some(9));
        assert_eq!(score("tea coffee"), None);
    }

    #[test]
    fn tag_and_language_are_met_whole() {
        let meets = |tag, language| Search::new("", tag, language).score(&tea()).is_some();
        assert!(meets(Some("green"), None) && meets(None, Some("en")) && meets(Some("DRINKS"), Some("en-GB")));
        assert!(!meets(Some("gree"), None) && !meets(None, Some("e")) && !meets(None, Some("de")));
    }

    #[test]
    fn what_would_trick_the_reader_is_refused() {
        assert_eq!(tea().validate(), Ok(()));
        let refused = |listing: Listing| match listing.validate() {
            Err(InvalidAdvert::Field { field }) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(Listing { name: String::new(), ..tea() }), "name");
        assert_eq!(refused(Listing { name: "a\u{202e}b".into(), ..tea() }), "name");
        assert_eq!(refused(Listing { description: "\u{2066}".into(), ..tea() }), "description");
        assert_eq!(refused(Listing { description: "x".repeat(1_025), ..tea() }), "description");
        assert_eq!(refused(Listing { tags: vec!["x".into(); 9], ..tea() }), "tags");
        assert_eq!(refused(Listing { tags: vec![" ".into()], ..tea() }), "tags");
        assert_eq!(refused(Listing { language: "EN".into(), ..tea() }), "language");
        assert_eq!(refused(Listing { bootstrap: vec!["http://x".into()], ..tea() }), "bootstrap");
        assert_eq!(refused(Listing { bootstrap: vec!["/a b".into()], ..tea() }), "bootstrap");
    }
}
