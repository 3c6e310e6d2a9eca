//! Where things are in the distributed hash table. Every name is a hash, so that one who does not know what is looked for learns
//! little from the question.

use folkmoot_identity::kdf::{Purpose, derive};

use crate::ids::ServerId;

/// What those who carry adverts are listed under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Heading {
    /// Everything.
    All,
    /// Servers with a tag, whatever its case.
    Tag(String),
    /// Servers where a language is spoken.
    Language(String),
}

impl Heading {
    /// Its key: `KDF("directory", "all" | "tag:…" | "language:…")`.
    #[must_use]
    pub fn key(&self) -> [u8; 32] {
        let name = match self {
            Self::All => "all".to_owned(),
            Self::Tag(tag) => format!("tag:{}", tag.to_lowercase()),
            Self::Language(language) => format!("language:{}", language.to_lowercase()),
        };
        derive(Purpose::Directory, &[name.as_bytes()])
    }
}

/// The key of a server's advert, and of those who are members and online: `KDF("advert", server id)`.
#[must_use]
pub fn record_key(server: &ServerId) -> [u8; 32] {
    derive(Purpose::AdvertKey, &[server.as_ref()])
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    #[test]
    fn golden_keys() {
        let keys = [
            Heading::All.key(),
            Heading::Tag("Tea".into()).key(),
            Heading::Language("en".into()).key(),
            record_key(&ServerId::new([1; 32])),
        ];
        insta::assert_snapshot!(keys.map(|key| HEXLOWER.encode(&key)).join("\n"), @r"
        e702780a4b1b07a2a31a3513a7554b551c1919f7401c573aef666732b432d8f6
        ddb954c65cebb5cd0f3187460a0125272253ced352002f7bb711e80fa9cc20a8
        ede28c8aeb4df8b6e8e0c112cf93acf5bd3445e4e9509e3cdb02d87f3f3b3200
        ef12ed226cb1ffd05885a28f1328cd29edb151dfb06d5522eb641f3f632f8484
        ");
    }

    #[test]
    fn a_tag_is_no_language_and_its_case_does_not_count() {
        assert_ne!(Heading::Tag("en".into()).key(), Heading::Language("en".into()).key());
        assert_ne!(Heading::Tag("all".into()).key(), Heading::All.key());
        assert_eq!(Heading::Tag("TEA".into()).key(), Heading::Tag("tea".into()).key());
    }
}
