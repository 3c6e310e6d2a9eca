//! [`Draft`]: making an advert and fitting it into its 4 KiB.

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use folkmoot_identity::{
    Hlc,
    signed::{Context, SignedBytes, sign},
};
use folkmoot_proto::{
    limits::{ADVERT_BYTES, ADVERT_LIFETIME_MS, SIGNATURE_BYTES},
    v1,
};
use prost::Message;

use super::{
    Listing, Proof,
    found::{FORMAT, id_of, raw},
};
use crate::ids::{AccountId, DeviceId, ServerId};

/// Addresses kept while anything else is shortened.
const ADDRESSES_KEPT: usize = 2;
/// Stands at the end of a description that was cut.
const CUT: &str = "…";

/// An advert to be signed.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The server.
    pub server: ServerId,
    /// Who signs.
    pub account: AccountId,
    /// With which device.
    pub device: DeviceId,
    /// That it may.
    pub proof: Proof,
    /// Stamp of the settings told.
    pub version: Hlc,
    /// Now, ms UTC.
    pub stamp_ms: u64,
    /// What is told.
    pub listing: Listing,
    /// Accounts not to be believed any more, ascending.
    pub barred: Vec<AccountId>,
}

/// Why a draft becomes no advert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// The proof leaves no room for a name.
    #[error("the proof alone needs more than an advert holds")]
    TooLarge,
}

impl Draft {
    /// Signs. What does not fit is shortened: addresses beyond two, then the description, tags from the last on, the rest of the
    /// addresses.
    ///
    /// # Errors
    /// [`DraftError`].
    pub fn sign(self, key: &SigningKey) -> Result<Bytes, DraftError> {
        let mut body = self.body();
        loop {
            let unsigned = Bytes::from_static(&[0; SIGNATURE_BYTES]);
            let excess = self.frame(&body, unsigned).encoded_len().saturating_sub(ADVERT_BYTES);
            if excess == 0 {
                break;
            }
            shorten(&mut body, excess)?;
        }
        let encoded = Bytes::from(body.encode_to_vec());
        let sig = sign(key, Context::Advert, &id_of(&encoded));
        Ok(self.frame(&body, sig).encode_to_vec().into())
    }

    fn body(&self) -> v1::AdvertBody {
        let Listing { name, description, tags, language, bootstrap } = self.listing.clone();
        v1::AdvertBody {
            format: FORMAT,
            server: Bytes::copy_from_slice(self.server.as_ref()),
            account: Bytes::copy_from_slice(self.account.as_ref()),
            device: Bytes::copy_from_slice(self.device.as_ref()),
            grant: raw(&self.proof.grant),
            version: self.version.bits(),
            stamp: self.stamp_ms,
            expires: self.stamp_ms.saturating_add(ADVERT_LIFETIME_MS),
            visibility: v1::Visibility::Public.into(),
            name,
            description,
            tags,
            language,
            bootstrap,
            barred: self.barred.iter().map(|account| Bytes::copy_from_slice(account.as_ref())).collect(),
        }
    }

    fn frame(&self, body: &v1::AdvertBody, sig: Bytes) -> v1::Advert {
        let wire = |all: &[SignedBytes]| all.iter().cloned().map(Into::into).collect();
        v1::Advert {
            content: Some(v1::SignedBytes { body: body.encode_to_vec().into(), sig }),
            events: wire(&self.proof.events),
            certificates: wire(&self.proof.certificates),
        }
    }
}

/// Takes the least of what can be missed.
fn shorten(body: &mut v1::AdvertBody, excess: usize) -> Result<(), DraftError> {
    if body.bootstrap.len() > ADDRESSES_KEPT {
        body.bootstrap.pop();
    } else if !body.description.is_empty() {
        cut(&mut body.description, excess);
    } else if body.tags.pop().or_else(|| body.bootstrap.pop()).is_none() {
        return Err(DraftError::TooLarge);
    }
    Ok(())
}

/// Takes at least `excess` bytes off a text, at the end of a character.
fn cut(text: &mut String, excess: usize) {
    let whole = text.trim_end_matches(CUT).len();
    let mut keep = whole.saturating_sub(excess + CUT.len());
    while !text.is_char_boundary(keep) {
        keep -= 1;
    }
    text.truncate(keep);
    text.truncate(text.trim_end().len());
    if !text.is_empty() {
        text.push_str(CUT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_comes_to_an_end() {
        for excess in 1..40 {
            let mut text = "Grüße aus dem Teehaus, täglich frisch".to_owned();
            let mut rounds = 0;
            while !text.is_empty() {
                let before = text.len();
                cut(&mut text, excess);
                assert!(text.len() < before && (text.is_empty() || text.ends_with(CUT)), "{text:?}");
                rounds += 1;
            }
            assert!(rounds < 60, "{rounds}");
        }
    }
}
