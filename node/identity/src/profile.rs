//! [`Profile`]: what people see of an account. Valid by construction.

use folkmoot_proto::{
    limits::{BIO_BYTES, DISPLAY_NAME_CHARS},
    v1,
};

use crate::name::{NameError, TextError, check_name, check_text, validate_name, validate_text};

/// Why a profile is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// The display name.
    #[error("display name is refused")]
    DisplayName {
        /// Why.
        #[source]
        source: NameError,
    },
    /// The text about oneself.
    #[error("bio is refused")]
    Bio {
        /// Why.
        #[source]
        source: TextError,
    },
}

/// Display name (1-32 characters, normal form) and bio (at most 512 bytes).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    display_name: String,
    bio: String,
}

impl Profile {
    /// From what a person typed; normalized.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn new(display_name: &str, bio: &str) -> Result<Self, ProfileError> {
        Ok(Self {
            display_name: validate_name(display_name, DISPLAY_NAME_CHARS)
                .map_err(|source| ProfileError::DisplayName { source })?,
            bio: validate_text(bio, BIO_BYTES).map_err(|source| ProfileError::Bio { source })?,
        })
    }

    /// The display name.
    #[must_use]
    pub fn display_name(&self) -> &str {
        &self.display_name
    }

    /// The text about oneself; may be empty.
    #[must_use]
    pub fn bio(&self) -> &str {
        &self.bio
    }

    pub(crate) fn from_wire(wire: v1::Profile) -> Result<Self, ProfileError> {
        check_name(&wire.display_name, DISPLAY_NAME_CHARS).map_err(|source| ProfileError::DisplayName { source })?;
        check_text(&wire.bio, BIO_BYTES).map_err(|source| ProfileError::Bio { source })?;
        Ok(Self { display_name: wire.display_name, bio: wire.bio })
    }

    pub(crate) fn to_wire(&self) -> v1::Profile {
        v1::Profile { display_name: self.display_name.clone(), bio: self.bio.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_profiles_are_normalized_and_received_ones_must_be() {
        let profile = Profile::new(" Ann ", "tea\r\n").unwrap();
        assert_eq!((profile.display_name(), profile.bio()), ("Ann", "tea"));
        let received = v1::Profile { display_name: " Ann ".into(), bio: String::new() };
        assert_eq!(Profile::from_wire(received), Err(ProfileError::DisplayName { source: NameError::NotNormal }));
        assert_eq!(Profile::from_wire(profile.to_wire()), Ok(profile));
    }

    #[test]
    fn a_bio_above_its_limit_is_refused_not_cut() {
        let error = Profile::new("Ann", &"x".repeat(BIO_BYTES + 1)).unwrap_err();
        assert_eq!(error, ProfileError::Bio { source: TextError::TooLong { max: BIO_BYTES } });
    }
}
