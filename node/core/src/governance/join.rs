//! [`JoinRequest`]: what a joiner shows at a member's door, signed with the invite's key. ADMIT embeds it.

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use folkmoot_identity::{
    Certificate, Register,
    kdf::{Purpose, derive},
    signed::{Context, SignedBytes, decode_canonical, sign, verify},
};
use folkmoot_proto::{limits::EVENT_BYTES, v1};
use prost::Message;

use super::{InvalidEvent, codec, credentials};
use crate::ids::{AccountId, DeviceId, ServerId};

/// The one format known.
const FORMAT: u32 = 1;
/// A certificate, two registers of at most 4 KiB each, and room for the rest.
const REQUEST_BYTES: usize = EVENT_BYTES / 4;

/// A request to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinRequest {
    /// To which server.
    pub server: ServerId,
    /// The door's challenge.
    pub nonce: [u8; 32],
    /// Who asks.
    pub account: AccountId,
    /// Of the joining device.
    pub certificate: Certificate,
    /// Key of that device, to which group keys are wrapped.
    pub prekey: Register,
    /// Name and text about the account.
    pub profile: Register,
    /// Body and signature as received.
    pub signed: SignedBytes,
}

impl JoinRequest {
    /// Makes a request and signs it with the invite's key.
    #[must_use]
    pub fn make(
        server: ServerId,
        nonce: [u8; 32],
        certificate: Certificate,
        prekey: Register,
        profile: Register,
        invite: &SigningKey,
    ) -> Self {
        let account = certificate.account;
        let body: Bytes = v1::JoinRequest {
            format: FORMAT,
            server: Bytes::copy_from_slice(server.as_ref()),
            nonce: Bytes::copy_from_slice(&nonce),
            account: Bytes::copy_from_slice(account.as_ref()),
            certificate: Some(certificate.signed.clone().into()),
            prekey: Some(prekey.signed.clone().into()),
            profile: Some(profile.signed.clone().into()),
        }
        .encode_to_vec()
        .into();
        let sig = sign(invite, Context::Join, &id_of(&body));
        Self { server, nonce, account, certificate, prekey, profile, signed: SignedBytes { body, sig } }
    }

    /// Checks form, certificate, registers and the signature by the invite's key.
    ///
    /// # Errors
    /// [`InvalidEvent`].
    pub fn verify(signed: SignedBytes, invite_key: &[u8; 32]) -> Result<Self, InvalidEvent> {
        let request = Self::decode(signed)?;
        request.verify_credentials()?;
        request.verify_key(invite_key)?;
        Ok(request)
    }

    /// Checks form and whose credentials they are; no signature.
    pub(super) fn decode(signed: SignedBytes) -> Result<Self, InvalidEvent> {
        if signed.body.len() > REQUEST_BYTES {
            return Err(InvalidEvent::TooLarge { actual: signed.body.len(), limit: REQUEST_BYTES });
        }
        let wire: v1::JoinRequest = decode_canonical("JoinRequest", &signed.body)?;
        let field = |field| InvalidEvent::Field { field };
        if wire.format != FORMAT {
            return Err(field("format"));
        }
        let account: AccountId = codec::bytes32(&wire.account, "account")?;
        let (certificate, prekey, profile) =
            credentials::claimed(account, wire.certificate, wire.prekey, wire.profile)?;
        Ok(Self {
            server: codec::bytes32(&wire.server, "server")?,
            nonce: codec::bytes32(&wire.nonce, "nonce")?,
            account,
            certificate,
            prekey,
            profile,
            signed,
        })
    }

    /// Checks the signatures of certificate, prekey and profile.
    pub(super) fn verify_credentials(&self) -> Result<(), InvalidEvent> {
        credentials::verify(&self.certificate, &self.prekey, &self.profile)
    }

    /// Checks the signature by the invite's key, which stands in another event.
    pub(super) fn verify_key(&self, invite_key: &[u8; 32]) -> Result<(), InvalidEvent> {
        verify(invite_key, Context::Join, &id_of(&self.signed.body), &self.signed.sig)
            .map_err(|source| InvalidEvent::Signature { of: "request", source })
    }

    /// The joining device.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.certificate.device
    }
}

fn id_of(body: &[u8]) -> [u8; 32] {
    derive(Purpose::JoinRequest, &[body])
}
