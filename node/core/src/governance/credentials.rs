//! What an account shows of itself when it comes in: certificate, prekey, profile. Decoding says what they claim; verifying is a
//! step of its own, since it costs three signatures and events come more than once, and again at every start.

use bytes::Bytes;
use folkmoot_identity::{
    Certificate, Hlc, Profile, Register, RegisterId, RegisterKind, RegisterValue,
    certificate::CertificateId,
    kdf::{Purpose, derive},
    signed::{SignedBytes, decode_canonical},
};
use folkmoot_proto::{limits::SMALL_SIGNED_BYTES, v1};

use super::{InvalidEvent, codec};
use crate::ids::{AccountId, DeviceId};

/// The one format known.
const FORMAT: u32 = 1;

const fn field(field: &'static str) -> InvalidEvent {
    InvalidEvent::Field { field }
}

/// Certificate, prekey and profile of `account`, the former two of one device. Signatures are not checked.
pub(super) fn claimed(
    account: AccountId,
    certificate: Option<v1::SignedBytes>,
    prekey: Option<v1::SignedBytes>,
    profile: Option<v1::SignedBytes>,
) -> Result<(Certificate, Register, Register), InvalidEvent> {
    let certificate = claimed_certificate(account, certificate)?;
    let prekey = claimed_register(account, prekey, "prekey", RegisterKind::Prekey)?;
    if prekey.device != Some(certificate.device) {
        return Err(InvalidEvent::Foreign { what: "prekey" });
    }
    let profile = claimed_register(account, profile, "profile", RegisterKind::Profile)?;
    Ok((certificate, prekey, profile))
}

/// A certificate of `account`. Its signature is not checked.
pub(super) fn claimed_certificate(
    account: AccountId,
    wire: Option<v1::SignedBytes>,
) -> Result<Certificate, InvalidEvent> {
    let signed = small(wire, "certificate")?;
    let wire: v1::DeviceCertificate = decode_canonical("DeviceCertificate", &signed.body)?;
    if wire.format != FORMAT {
        return Err(field("certificate"));
    }
    if codec::bytes32::<AccountId>(&wire.account, "certificate")? != account {
        return Err(InvalidEvent::Foreign { what: "certificate" });
    }
    Ok(Certificate {
        id: CertificateId::new(derive(Purpose::Certificate, &[&signed.body])),
        account,
        device: codec::bytes32(&wire.device, "certificate")?,
        hlc: Hlc::from_bits(wire.hlc),
        signed,
    })
}

/// A register of one of the two kinds that events embed. Its signature is not checked.
fn claimed_register(
    account: AccountId,
    wire: Option<v1::SignedBytes>,
    what: &'static str,
    kind: RegisterKind,
) -> Result<Register, InvalidEvent> {
    let signed = small(wire, what)?;
    let wire: v1::Register = decode_canonical("Register", &signed.body)?;
    if wire.format != FORMAT {
        return Err(field(what));
    }
    let claimed = match v1::RegisterKind::try_from(wire.kind) {
        Ok(v1::RegisterKind::Prekey) => Some(RegisterKind::Prekey),
        Ok(v1::RegisterKind::Profile) => Some(RegisterKind::Profile),
        _ => None,
    };
    if claimed != Some(kind) || codec::bytes32::<AccountId>(&wire.account, what)? != account {
        return Err(InvalidEvent::Foreign { what });
    }
    let device: Option<DeviceId> = codec::optional_id(&wire.device, what)?;
    let value = if kind == RegisterKind::Prekey {
        RegisterValue::Prekey(prekey_value(&wire.data)?)
    } else {
        RegisterValue::Profile(profile_value(&wire.data)?)
    };
    let id = RegisterId::new(derive(Purpose::Register, &[&signed.body]));
    Ok(Register { id, kind, account, device, hlc: Hlc::from_bits(wire.hlc), value, signed })
}

fn prekey_value(data: &Bytes) -> Result<[u8; 32], InvalidEvent> {
    let wire: v1::Prekey = decode_canonical("Prekey", data)?;
    codec::bytes32(&wire.public, "prekey")
}

fn profile_value(data: &Bytes) -> Result<Profile, InvalidEvent> {
    let wire: v1::Profile = decode_canonical("Profile", data)?;
    // Normalizes; that nothing was left to normalize is part of verifying.
    Profile::new(&wire.display_name, &wire.bio).map_err(|_| field("profile"))
}

fn small(wire: Option<v1::SignedBytes>, what: &'static str) -> Result<SignedBytes, InvalidEvent> {
    let signed: SignedBytes = wire.ok_or(field(what))?.into();
    if signed.body.len() > SMALL_SIGNED_BYTES {
        return Err(InvalidEvent::TooLarge { actual: signed.body.len(), limit: SMALL_SIGNED_BYTES });
    }
    Ok(signed)
}

/// Checks the signatures of all three.
pub(super) fn verify(certificate: &Certificate, prekey: &Register, profile: &Register) -> Result<(), InvalidEvent> {
    verify_certificate(certificate)?;
    verify_register(prekey, "prekey")?;
    verify_register(profile, "profile")
}

/// Checks the signature of a certificate.
pub(super) fn verify_certificate(certificate: &Certificate) -> Result<(), InvalidEvent> {
    let verified = Certificate::verify(certificate.signed.clone());
    embedded(verified.is_ok_and(|verified| verified == *certificate), "certificate")
}

fn verify_register(register: &Register, what: &'static str) -> Result<(), InvalidEvent> {
    let verified = Register::verify(register.signed.clone());
    embedded(verified.is_ok_and(|verified| verified == *register), what)
}

const fn embedded(holds: bool, what: &'static str) -> Result<(), InvalidEvent> {
    if holds { Ok(()) } else { Err(InvalidEvent::Embedded { what }) }
}
