//! Claims about registers: golden bytes, refusals, which of two counts.

use data_encoding::HEXLOWER;

use super::*;
use crate::{PrekeySecret, name::NameError};

fn account() -> AccountKey {
    AccountKey::from_seed(&[1; 32])
}

fn device() -> DeviceKey {
    DeviceKey::from_seed(&[2; 32])
}

fn profile(hlc: Hlc) -> Register {
    Register::sign_profile(&account(), &Profile::new("Ann", "tea").unwrap(), hlc)
}

fn prekey(hlc: Hlc) -> Register {
    Register::sign_prekey(&device(), account().id(), *PrekeySecret::from_bytes(&[3; 32]).public(), hlc)
}

/// Signs any body with any key.
fn signed(key: &SigningKey, wire: &v1::Register) -> SignedBytes {
    let body: Bytes = wire.encode_to_vec().into();
    let sig = sign(key, Context::Register, register_id(&body).as_bytes());
    SignedBytes { body, sig }
}

fn wire_of(register: &Register) -> v1::Register {
    v1::Register::decode(register.signed.body.clone()).unwrap()
}

fn refusal(key: &SigningKey, wire: &v1::Register) -> String {
    let error = Register::verify(signed(key, wire)).unwrap_err();
    match std::error::Error::source(&error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

#[test]
fn golden_profile_register() {
    let made = profile(Hlc::from_ms(1_700_000_000_000));
    let expected = [
        "0801", // 1 format = 1
        "1001", // 2 kind = PROFILE
        "1a20",
        "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c", // 3 account
        // 4 device: absent
        "29",
        "00000068e5cf8b01", // 5 hlc, little-endian
        "320a",             // 6 data, 10 bytes: Profile
        "0a03",
        "416e6e", // 1 display_name = "Ann"
        "1203",
        "746561", // 2 bio = "tea"
    ];
    assert_eq!(HEXLOWER.encode(&made.signed.body), expected.concat());
    assert_eq!(
        HEXLOWER.encode(&made.signed.sig),
        "b8b27db7a164713b896a2d06391abf03f7346c974425457779be7a685062c21f5350214068b134ab3507a3dbec04042b2be8205017d933da112c9a35e6f40f09"
    );
    assert_eq!(HEXLOWER.encode(made.id.as_ref()), "d2ae470f3885fd0e350a691565c4aed78bdc4c7a3dccfe4562668c9904c8542e");
}

#[test]
fn golden_prekey_and_peer_registers() {
    let made = prekey(Hlc::from_ms(1));
    let expected = [
        "0801", // 1 format = 1
        "1002", // 2 kind = PREKEY
        "1a20",
        "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c", // 3 account
        "2220",
        "8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394", // 4 device
        "29",
        "0000010000000000", // 5 hlc, little-endian
        "3222",             // 6 data, 34 bytes: Prekey
        "0a20",
        "5dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22", // 1 public
    ];
    assert_eq!(HEXLOWER.encode(&made.signed.body), expected.concat());

    let addresses = vec!["/ip4/127.0.0.1/udp/7/quic-v1".to_owned()];
    let made = Register::sign_peer(&device(), account().id(), addresses, Hlc::from_ms(1)).unwrap();
    let expected = [
        "0801", // 1 format = 1
        "1003", // 2 kind = PEER
        "1a20",
        "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c", // 3 account
        "2220",
        "8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394", // 4 device
        "29",
        "0000010000000000", // 5 hlc, little-endian
        "321e",             // 6 data, 30 bytes: PeerRecord
        "0a1c",
        "2f6970342f3132372e302e302e312f7564702f372f717569632d7631", // 1 addresses
    ];
    assert_eq!(HEXLOWER.encode(&made.signed.body), expected.concat());
}

#[test]
fn what_is_signed_verifies_and_keeps_its_bytes() {
    let peer = Register::sign_peer(&device(), account().id(), vec!["/ip4/10.0.0.1/udp/1".into()], Hlc::ZERO).unwrap();
    for made in [profile(Hlc::from_ms(5)), prekey(Hlc::from_ms(5)), peer] {
        assert_eq!(Register::verify(made.signed.clone()).unwrap(), made);
    }
}

#[test]
fn only_its_owner_can_sign_a_register() {
    let (account, device) = (account(), device());
    let mismatch = "register is not signed by its owner: signature does not match its signer";
    assert_eq!(refusal(device.signing_key(), &wire_of(&profile(Hlc::ZERO))), mismatch);
    assert_eq!(refusal(account.signing_key(), &wire_of(&prekey(Hlc::ZERO))), mismatch);
}

#[test]
fn each_malformed_register_is_refused_for_its_own_reason() {
    let (account, device) = (account(), device());
    let (profile, prekey) = (wire_of(&profile(Hlc::from_ms(1))), wire_of(&prekey(Hlc::from_ms(1))));
    let by_account = |wire: v1::Register| refusal(account.signing_key(), &wire);
    let by_device = |wire: v1::Register| refusal(device.signing_key(), &wire);

    assert_eq!(by_account(v1::Register { format: 7, ..profile.clone() }), "register of unknown format 7");
    assert_eq!(by_account(v1::Register { kind: 0, ..profile.clone() }), "register of unknown kind 0");
    assert_eq!(by_account(v1::Register { kind: 99, ..profile.clone() }), "register of unknown kind 99");
    assert_eq!(by_account(v1::Register { device: prekey.device.clone(), ..profile.clone() }), "profile names a device");
    assert_eq!(
        by_device(v1::Register { device: Bytes::new(), ..prekey.clone() }),
        "id in a register has the wrong size: identifier of 0 bytes, expected 32"
    );
    assert_eq!(
        by_device(v1::Register {
            data: v1::Prekey { public: vec![0; 32].into() }.encode_to_vec().into(),
            ..prekey.clone()
        }),
        "prekey in a register is refused: prekey is weak"
    );
    assert_eq!(
        by_device(v1::Register {
            data: v1::Prekey { public: vec![9; 31].into() }.encode_to_vec().into(),
            ..prekey.clone()
        }),
        "id in a register has the wrong size: identifier of 31 bytes, expected 32"
    );
    assert_eq!(
        by_account(v1::Register { data: Bytes::from_static(&[0xff]), ..profile }),
        "register is malformed: not a Profile message"
    );
    let peer = |addresses: Vec<String>| v1::Register {
        kind: 3,
        data: v1::PeerRecord { addresses }.encode_to_vec().into(),
        ..prekey.clone()
    };
    assert_eq!(by_device(peer(vec!["/a".into(); 9])), "peer record of 9 addresses, at most 8");
    for bad in [String::new(), "ip4".into(), "/ip4 ".into(), format!("/{}", "a".repeat(256)), "/é".into()] {
        let refused = by_device(peer(vec!["/a".into(), bad]));
        assert_eq!(refused, "address 1 of a peer record is no multiaddress");
    }
}

#[test]
fn a_received_profile_must_have_a_normal_name() {
    let account = account();
    let data = v1::Profile { display_name: "An\u{200b}n".into(), bio: String::new() }.encode_to_vec();
    let wire = v1::Register { data: data.into(), ..wire_of(&profile(Hlc::ZERO)) };
    match Register::verify(signed(account.signing_key(), &wire)) {
        Err(RegisterError::Profile { source: ProfileError::DisplayName { source } }) => {
            assert_eq!(source, NameError::Forbidden { character: '\u{200b}' });
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_later_register_of_a_slot_counts_and_ties_go_by_id() {
    let (old, new) = (profile(Hlc::from_ms(1)), profile(Hlc::from_ms(2)));
    assert!(new.supersedes(&old));
    assert!(!old.supersedes(&new));
    assert!(!old.supersedes(&old.clone()));

    let twin = Register::sign_profile(&account(), &Profile::new("Bob", "").unwrap(), Hlc::from_ms(1));
    assert_eq!(twin.supersedes(&old), twin.id > old.id);
    assert_ne!(twin.supersedes(&old), old.supersedes(&twin));
}

#[test]
fn a_register_never_replaces_one_of_another_owner_or_kind() {
    let stranger = AccountKey::from_seed(&[9; 32]);
    let later = Register::sign_profile(&stranger, &Profile::new("Eve", "").unwrap(), Hlc::from_ms(9));
    assert!(!later.supersedes(&profile(Hlc::from_ms(1))));
    assert!(!prekey(Hlc::from_ms(9)).supersedes(&profile(Hlc::from_ms(1))));
}
