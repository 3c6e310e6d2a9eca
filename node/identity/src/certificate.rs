//! [`Certificate`]: an account's word that a device is its own. Whether the device was revoked since is governance's to know.

use bytes::Bytes;
use folkmoot_proto::{limits::SMALL_SIGNED_BYTES, v1};
use prost::Message;

use crate::{
    AccountId, AccountKey, DeviceId, Hlc,
    id::WrongLength,
    id32,
    kdf::{Purpose, derive},
    signed::{CanonicalError, Context, SignatureError, SignedBytes, decode_canonical, validate_key, verify},
};

/// The format this code writes and understands.
const FORMAT: u32 = 1;

id32! {
    /// Identifier of a device certificate: `KDF("certificate", body)`.
    CertificateId
}

/// Why a certificate is worth nothing. Whoever relayed it is at fault: honest nodes verify first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Larger than any certificate.
    #[error("certificate of {actual} bytes")]
    TooLarge {
        /// Bytes there were.
        actual: usize,
    },
    /// Not the canonical form of a certificate.
    #[error("certificate is malformed")]
    Malformed {
        /// How.
        #[source]
        source: CanonicalError,
    },
    /// Of a format this code does not know.
    #[error("certificate of unknown format {found}")]
    Format {
        /// The format it says.
        found: u32,
    },
    /// Account or device is not 32 bytes.
    #[error("key in a certificate has the wrong size")]
    Key {
        /// How long.
        #[source]
        source: WrongLength,
    },
    /// The account stands where the device should: the root key must never act as a machine.
    #[error("certificate names the account's own key as a device")]
    AccountAsDevice,
    /// Device key is weak, or the signature is not the account's.
    #[error("certificate is not signed by its account")]
    Signature {
        /// How.
        #[source]
        source: SignatureError,
    },
}

/// A verified certificate, and the bytes it was verified from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Identifier.
    pub id: CertificateId,
    /// Whose word it is.
    pub account: AccountId,
    /// The device it speaks of.
    pub device: DeviceId,
    /// When it was made.
    pub hlc: Hlc,
    /// As signed, for forwarding.
    pub signed: SignedBytes,
}

impl Certificate {
    /// Makes and signs the certificate of a device.
    #[must_use]
    pub fn issue(account: &AccountKey, device: DeviceId, hlc: Hlc) -> Self {
        let body: Bytes = v1::DeviceCertificate {
            format: FORMAT,
            account: Bytes::copy_from_slice(account.id().as_ref()),
            device: Bytes::copy_from_slice(device.as_ref()),
            hlc: hlc.bits(),
        }
        .encode_to_vec()
        .into();
        let id = certificate_id(&body);
        let sig = account.sign(Context::Certificate, id.as_bytes());
        Self { id, account: account.id(), device, hlc, signed: SignedBytes { body, sig } }
    }

    /// Checks form, keys and signature.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn verify(signed: SignedBytes) -> Result<Self, CertificateError> {
        if signed.body.len() > SMALL_SIGNED_BYTES {
            return Err(CertificateError::TooLarge { actual: signed.body.len() });
        }
        let wire: v1::DeviceCertificate = decode_canonical("DeviceCertificate", &signed.body)
            .map_err(|source| CertificateError::Malformed { source })?;
        if wire.format != FORMAT {
            return Err(CertificateError::Format { found: wire.format });
        }
        let account = AccountId::try_from(wire.account.as_ref()).map_err(|source| CertificateError::Key { source })?;
        let device = DeviceId::try_from(wire.device.as_ref()).map_err(|source| CertificateError::Key { source })?;
        if account.as_device() == device {
            return Err(CertificateError::AccountAsDevice);
        }
        validate_key(device.as_bytes()).map_err(|source| CertificateError::Signature { source })?;
        let id = certificate_id(&signed.body);
        verify(account.as_bytes(), Context::Certificate, id.as_bytes(), &signed.sig)
            .map_err(|source| CertificateError::Signature { source })?;
        Ok(Self { id, account, device, hlc: Hlc::from_bits(wire.hlc), signed })
    }
}

fn certificate_id(body: &[u8]) -> CertificateId {
    CertificateId::new(derive(Purpose::Certificate, &[body]))
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;
    use crate::DeviceKey;

    fn account() -> AccountKey {
        AccountKey::from_seed(&[1; 32])
    }

    fn device() -> DeviceId {
        DeviceKey::from_seed(&[2; 32]).id()
    }

    /// Signs any body as the account would.
    fn signed(wire: &v1::DeviceCertificate) -> SignedBytes {
        let body: Bytes = wire.encode_to_vec().into();
        let sig = account().sign(Context::Certificate, certificate_id(&body).as_bytes());
        SignedBytes { body, sig }
    }

    fn wire() -> v1::DeviceCertificate {
        v1::DeviceCertificate {
            format: 1,
            account: Bytes::copy_from_slice(account().id().as_ref()),
            device: Bytes::copy_from_slice(device().as_ref()),
            hlc: Hlc::from_ms(1_700_000_000_000).bits(),
        }
    }

    #[test]
    fn golden_certificate() {
        let made = Certificate::issue(&account(), device(), Hlc::from_ms(1_700_000_000_000));
        let expected = [
            "0801", // 1 format = 1
            "1220",
            "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c", // 2 account
            "1a20",
            "8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394", // 3 device
            "21",
            "00000068e5cf8b01", // 4 hlc, little-endian
        ];
        assert_eq!(HEXLOWER.encode(&made.signed.body), expected.concat());
        assert_eq!(
            HEXLOWER.encode(&made.signed.sig),
            "1d917e9da84db3a97d96908bdd4d89e5e9a39781b3e2053eef45e57cdc8e7d634786ff87a612717da80f38bb46b87861359bdf80d8cbe6b77b8951cf534cd40b"
        );
        assert_eq!(
            HEXLOWER.encode(made.id.as_ref()),
            "60843a6611c0e24e8a3973f566fe427d1d8ab3496b8c62815e7d2ceb4fb31d9a"
        );
    }

    #[test]
    fn what_is_issued_verifies_and_keeps_its_bytes() {
        let made = Certificate::issue(&account(), device(), Hlc::from_ms(5));
        assert_eq!(Certificate::verify(made.signed.clone()), Ok(made));
    }

    #[test]
    fn another_accounts_signature_is_refused() {
        let mut forged = Certificate::issue(&account(), device(), Hlc::from_ms(5));
        forged.signed.sig = AccountKey::from_seed(&[9; 32]).sign(Context::Certificate, forged.id.as_bytes());
        let error = Certificate::verify(forged.signed).unwrap_err();
        assert_eq!(error, CertificateError::Signature { source: SignatureError::Mismatch });
    }

    #[test]
    fn each_malformed_certificate_is_refused_for_its_own_reason() {
        let verify = |wire: &v1::DeviceCertificate| Certificate::verify(signed(wire)).unwrap_err();
        assert_eq!(verify(&v1::DeviceCertificate { format: 2, ..wire() }), CertificateError::Format { found: 2 });
        assert_eq!(
            verify(&v1::DeviceCertificate { device: Bytes::from_static(&[1; 31]), ..wire() }),
            CertificateError::Key { source: WrongLength { actual: 31 } }
        );
        assert_eq!(
            verify(&v1::DeviceCertificate { device: wire().account, ..wire() }),
            CertificateError::AccountAsDevice
        );
        assert_eq!(
            verify(&v1::DeviceCertificate { device: Bytes::from_static(&[0; 32]), ..wire() }),
            CertificateError::Signature { source: SignatureError::WeakKey }
        );
        let mut longer = signed(&wire());
        longer.body = [longer.body.as_ref(), &[0x78, 1]].concat().into();
        assert_eq!(
            Certificate::verify(longer).unwrap_err(),
            CertificateError::Malformed { source: CanonicalError::NotCanonical { message: "DeviceCertificate" } }
        );
        let huge = SignedBytes { body: vec![0; SMALL_SIGNED_BYTES + 1].into(), sig: Bytes::new() };
        assert_eq!(
            Certificate::verify(huge).unwrap_err(),
            CertificateError::TooLarge { actual: SMALL_SIGNED_BYTES + 1 }
        );
    }
}
