//! Secret bytes from the operating system. The only place of this crate that asks for randomness.

use zeroize::Zeroizing;

/// The operating system gave no random bytes. Nothing can be made safely then.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no random bytes from the operating system")]
pub struct RandomnessError {
    /// What the system said.
    #[source]
    pub source: getrandom::Error,
}

/// `N` fresh random bytes, wiped when dropped.
///
/// # Errors
/// [`RandomnessError`].
pub fn secret_bytes<const N: usize>() -> Result<Zeroizing<[u8; N]>, RandomnessError> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut()).map_err(|source| RandomnessError { source })?;
    Ok(bytes)
}
