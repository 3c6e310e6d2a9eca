//! A word that only the page of one load knows: messages without it are not from that page.

use data_encoding::HEXLOWER;

/// 128 random bits in hexadecimal.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Nonce(String);

impl Nonce {
    /// A new one.
    ///
    /// # Errors
    /// If the operating system has no randomness.
    pub(crate) fn generate() -> anyhow::Result<Self> {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
        Ok(Self(HEXLOWER.encode(&bytes)))
    }

    /// Its text: letters and digits, so that it may stand in a script.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_loads_share_a_nonce() {
        let (one, other) = (Nonce::generate().expect("random"), Nonce::generate().expect("random"));
        assert!(one != other);
        assert!(one.expose().len() == 32 && one.expose().bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
