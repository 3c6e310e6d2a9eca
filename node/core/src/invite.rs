//! Invite links: `moot://join/<base64url>`, everything a joiner needs to find a door and open it.

use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use folkmoot_proto::{
    limits::{ADDRESS_BYTES, ADDRESSES, NAME_CHARS},
    v1,
};
use prost::Message;
use zeroize::Zeroizing;

use crate::ids::{AccountId, ServerId};

/// What every link begins with.
pub const SCHEME: &str = "moot://join/";
/// Longer links are not even decoded.
const LINK_BYTES: usize = 8 * 1024;

/// The inside of an invite link. Whoever holds it may join, so its `Debug` hides the seed.
#[derive(Clone)]
pub struct InviteLink {
    /// The server.
    pub server: ServerId,
    /// Its name, as the inviter had it.
    pub server_name: String,
    /// Who invites.
    pub inviter: AccountId,
    /// The same, as they call themselves.
    pub inviter_name: String,
    /// Ed25519 seed of the invite's key.
    pub seed: Zeroizing<[u8; 32]>,
    /// 1-8 multiaddresses with peer id.
    pub addresses: Vec<String>,
    /// When it ends, ms UTC.
    pub expires_ms: Option<u64>,
}

impl std::fmt::Debug for InviteLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InviteLink").field("server", &self.server).finish_non_exhaustive()
    }
}

/// Why a text is not an invite link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Begins otherwise.
    #[error("expected a link that begins with {SCHEME}")]
    Scheme,
    /// Cut or mistyped.
    #[error("the link is cut or mistyped")]
    Garbled,
    /// Made by a newer program.
    #[error("the link has format {found}, this program knows 1")]
    Format {
        /// The format there was.
        found: u32,
    },
    /// Names no address, too many, or one that is too long.
    #[error("the link must name 1 to {ADDRESSES} addresses")]
    Addresses,
}

impl InviteLink {
    /// The text of the link.
    #[must_use]
    pub fn encode(&self) -> String {
        let wire = v1::InviteLink {
            format: 1,
            server: Bytes::copy_from_slice(self.server.as_ref()),
            server_name: self.server_name.clone(),
            seed: Bytes::copy_from_slice(&*self.seed),
            addresses: self.addresses.clone(),
            expires_ms: self.expires_ms.unwrap_or(0),
            inviter_name: self.inviter_name.clone(),
            inviter: Bytes::copy_from_slice(self.inviter.as_ref()),
        };
        format!("{SCHEME}{}", BASE64URL_NOPAD.encode(&wire.encode_to_vec()))
    }

    /// Reads a link; surrounding white space is passed over.
    ///
    /// # Errors
    /// [`LinkError`].
    pub fn decode(text: &str) -> Result<Self, LinkError> {
        let body = text.trim().strip_prefix(SCHEME).ok_or(LinkError::Scheme)?;
        if body.len() > LINK_BYTES {
            return Err(LinkError::Garbled);
        }
        let bytes = BASE64URL_NOPAD.decode(body.as_bytes()).map_err(|_| LinkError::Garbled)?;
        let wire = v1::InviteLink::decode(Bytes::from(bytes)).map_err(|_| LinkError::Garbled)?;
        if wire.format != 1 {
            return Err(if wire.format == 0 { LinkError::Garbled } else { LinkError::Format { found: wire.format } });
        }
        if wire.addresses.is_empty()
            || wire.addresses.len() > ADDRESSES
            || wire.addresses.iter().any(|a| a.len() > ADDRESS_BYTES)
        {
            return Err(LinkError::Addresses);
        }
        let names_fit = [&wire.server_name, &wire.inviter_name].iter().all(|name| name.chars().count() <= NAME_CHARS);
        if !names_fit {
            return Err(LinkError::Garbled);
        }
        Ok(Self {
            server: ServerId::try_from(wire.server.as_ref()).map_err(|_| LinkError::Garbled)?,
            server_name: wire.server_name,
            inviter_name: wire.inviter_name,
            inviter: AccountId::try_from(wire.inviter.as_ref()).map_err(|_| LinkError::Garbled)?,
            seed: Zeroizing::new(wire.seed.as_ref().try_into().map_err(|_| LinkError::Garbled)?),
            addresses: wire.addresses,
            expires_ms: (wire.expires_ms != 0).then_some(wire.expires_ms),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn link() -> InviteLink {
        InviteLink {
            server: ServerId::new([1; 32]),
            server_name: "Tea".into(),
            inviter_name: "ann".into(),
            inviter: AccountId::new([3; 32]),
            seed: Zeroizing::new([2; 32]),
            addresses: vec!["/ip4/127.0.0.1/udp/4001/quic-v1/p2p/x".into()],
            expires_ms: Some(5),
        }
    }

    #[test]
    fn a_link_survives_its_text() {
        let decoded = InviteLink::decode(&format!("  {}\n", link().encode())).expect("valid");
        assert_eq!(decoded.encode(), link().encode());
        assert_eq!(decoded.expires_ms, Some(5));
    }

    #[test]
    fn each_fault_has_its_own_error() {
        assert_eq!(InviteLink::decode("https://example.org").err(), Some(LinkError::Scheme));
        assert_eq!(InviteLink::decode("moot://join/%%%").err(), Some(LinkError::Garbled));
        assert_eq!(InviteLink::decode("moot://join/").err(), Some(LinkError::Garbled));
        let none = InviteLink { addresses: Vec::new(), ..link() };
        assert_eq!(InviteLink::decode(&none.encode()).err(), Some(LinkError::Addresses));
    }

    #[test]
    fn the_seed_is_not_shown() {
        assert!(!format!("{:?}", link()).contains('2'), "{:?}", link());
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".{0,400}") {
            prop_assert!(InviteLink::decode(&text).is_err());
        }
    }
}
