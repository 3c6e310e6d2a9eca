//! [`AccountSecrets`](v1::AccountSecrets): the sealed inside of `account.key`, to and from an [`Account`]. Every buffer on the
//! way is wiped.

use std::sync::Arc;

use bytes::Bytes;
use folkmoot_proto::v1;
use prost::Message;
use zeroize::Zeroizing;

use super::account::{Account, PREKEYS_MAX, RetiredPrekey, StoredPrekey};
use crate::{
    AccountId, AccountKey, Certificate, DeviceId, PrekeySecret, Register, RegisterKind, RegisterValue,
    signed::SignedBytes,
};

/// A protobuf field that wipes its memory.
pub(super) fn secret_field(secret: &[u8; 32]) -> Bytes {
    Bytes::from_owner(Zeroizing::new(*secret))
}

/// Encodes into memory that is wiped, allocated once.
pub(super) fn encode_secret(message: &impl Message) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(message.encoded_len()));
    message.encode(&mut *bytes).expect("a vector grows as needed");
    bytes
}

pub(super) fn encode(account: &Account) -> Zeroizing<Vec<u8>> {
    let current = stored_prekey(&account.current, 0);
    let retired = account.retired.iter().map(|retired| stored_prekey(&retired.stored, retired.retired_ms));
    encode_secret(&v1::AccountSecrets {
        account_seed: secret_field(account.key.seed()),
        master_key: secret_field(&account.master_key),
        prekeys: std::iter::once(current).chain(retired).collect(),
        certificate: Some(account.certificate.signed.clone().into()),
        profile: Some(account.profile.signed.clone().into()),
        prekey_register: Some(account.prekey_register.signed.clone().into()),
    })
}

fn stored_prekey(stored: &StoredPrekey, retired_ms: u64) -> v1::StoredPrekey {
    v1::StoredPrekey { secret: secret_field(stored.prekey.secret()), created_ms: stored.created_ms, retired_ms }
}

/// Reads the opened inside of the file that names `account` and `device`; all must belong together. The error says what does not.
pub(super) fn decode(
    plain: Zeroizing<Vec<u8>>,
    account: &AccountId,
    device: &DeviceId,
) -> Result<Account, &'static str> {
    // Decoded fields are slices of the plaintext, which is wiped with the last of them.
    let wire = v1::AccountSecrets::decode(Bytes::from_owner(plain)).map_err(|_| "unreadable content under the seal")?;
    let key = AccountKey::from_seed(secret32(&wire.account_seed)?);
    let certificate = Certificate::verify(signed(wire.certificate)?).map_err(|_| "certificate does not verify")?;
    let profile = Register::verify(signed(wire.profile)?).map_err(|_| "profile does not verify")?;
    let prekey_register =
        Register::verify(signed(wire.prekey_register)?).map_err(|_| "prekey register does not verify")?;
    let mut prekeys = wire.prekeys.into_iter().take(PREKEYS_MAX).map(|stored| -> Result<_, &'static str> {
        let prekey = PrekeySecret::from_bytes(secret32(&stored.secret)?);
        let retired_ms = stored.retired_ms;
        Ok(RetiredPrekey { stored: Arc::new(StoredPrekey { prekey, created_ms: stored.created_ms }), retired_ms })
    });
    let current = prekeys.next().ok_or("no prekey")??.stored;
    let retired = prekeys.collect::<Result<_, _>>()?;

    if key.id() != *account {
        return Err("account key belongs to another account");
    }
    if certificate.account != *account || certificate.device != *device {
        return Err("certificate belongs to another account or device");
    }
    if profile.kind != RegisterKind::Profile || profile.account != *account {
        return Err("profile belongs to another account");
    }
    if prekey_register.device != Some(*device)
        || prekey_register.account != *account
        || prekey_register.value != RegisterValue::Prekey(*current.prekey.public())
    {
        return Err("prekey register belongs to another prekey");
    }
    let master_key = Arc::new(Zeroizing::new(*secret32(&wire.master_key)?));
    Ok(Account { key: Arc::new(key), master_key, certificate, profile, prekey_register, current, retired })
}

fn secret32(field: &Bytes) -> Result<&[u8; 32], &'static str> {
    field.as_ref().try_into().map_err(|_| "secret of wrong length")
}

fn signed(field: Option<v1::SignedBytes>) -> Result<SignedBytes, &'static str> {
    // Copied out of the plaintext: public records must not keep its memory alive.
    let field = field.ok_or("a signed record is missing")?;
    Ok(SignedBytes { body: Bytes::copy_from_slice(&field.body), sig: Bytes::copy_from_slice(&field.sig) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DeviceKey, Hlc, Profile};

    fn device() -> DeviceKey {
        DeviceKey::from_seed(&[2; 32])
    }

    fn account() -> Account {
        let profile = Profile::new("Ann", "tea").unwrap();
        let first = Account::establish(AccountKey::from_seed(&[1; 32]), &device(), &profile, 1_000).unwrap();
        first.with_new_prekey(&device(), 2_000).unwrap()
    }

    fn decode_wire(wire: &v1::AccountSecrets) -> Result<Account, &'static str> {
        decode(encode_secret(wire), &account().id(), &device().id())
    }

    #[test]
    fn an_account_comes_back_whole() {
        let made = account();
        let read = decode(encode(&made), &made.id(), &device().id()).unwrap();
        assert_eq!(read.key.seed(), made.key.seed());
        assert_eq!(read.master_key, made.master_key);
        assert_eq!(read.certificate, made.certificate);
        assert_eq!(read.profile, made.profile);
        assert_eq!(read.prekey_register, made.prekey_register);
        assert_eq!(read.current.prekey.public(), made.current.prekey.public());
        assert_eq!((read.current.created_ms, read.retired.len(), read.retired[0].retired_ms), (2_000, 1, 2_000));
        assert_eq!(read.retired[0].stored.prekey.public(), made.retired[0].stored.prekey.public());
        assert_eq!(read.retired[0].stored.created_ms, 1_000);
    }

    #[test]
    fn decoding_makes_no_copy_that_is_not_wiped() {
        let plain = encode(&account());
        let memory = plain.as_ptr_range();
        let wire = v1::AccountSecrets::decode(Bytes::from_owner(plain)).unwrap();
        for secret in [&wire.account_seed, &wire.master_key, &wire.prekeys[0].secret, &wire.prekeys[1].secret] {
            assert!(memory.contains(&secret.as_ptr()), "a secret was copied out of the wiped buffer");
        }
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let made = account();
        let wire = || v1::AccountSecrets::decode(encode(&made).as_slice()).unwrap();
        let error = |wire: &v1::AccountSecrets| decode_wire(wire).map(|_| ()).unwrap_err();
        let other = AccountKey::from_seed(&[9; 32]);
        let other_device = DeviceKey::from_seed(&[8; 32]);

        let mut wrong = wire();
        wrong.account_seed = secret_field(&[9; 32]);
        assert_eq!(error(&wrong), "account key belongs to another account");
        let mut wrong = wire();
        wrong.certificate = Some(Certificate::issue(&made.key, other_device.id(), Hlc::ZERO).signed.into());
        assert_eq!(error(&wrong), "certificate belongs to another account or device");
        let mut wrong = wire();
        let profile = Profile::new("Eve", "").unwrap();
        wrong.profile = Some(Register::sign_profile(&other, &profile, Hlc::ZERO).signed.into());
        assert_eq!(error(&wrong), "profile belongs to another account");
        let mut wrong = wire();
        wrong.prekeys.reverse();
        assert_eq!(error(&wrong), "prekey register belongs to another prekey");
        let mut wrong = wire();
        wrong.prekeys.clear();
        assert_eq!(error(&wrong), "no prekey");
        let mut wrong = wire();
        wrong.certificate = None;
        assert_eq!(error(&wrong), "a signed record is missing");
        let mut wrong = wire();
        wrong.master_key = Bytes::from_static(&[1; 5]);
        assert_eq!(error(&wrong), "secret of wrong length");
    }
}
