//! Golden records: what is on people's disks cannot be changed. Plaintext; sealed values begin with a random nonce.

use bytes::Bytes;
use folkmoot_core::ids::{AccountId, ChannelId, DeviceId, EntryId, ServerId};
use folkmoot_identity::{Hlc, signed::SignedBytes};

use super::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 32 times the same byte.
fn run(byte: u8) -> String {
    hex(&[byte; 32])
}

#[track_caller]
fn check(bytes: &[u8], expected: &str) {
    assert_eq!(hex(bytes), expected.replace(' ', ""));
}

#[test]
fn an_event_keeps_its_shape() {
    let event = EventRecord::new(7, 300, Hlc::from_bits(0x0102_0304_0506_0708))
        .server(ServerId::new([0xaa; 32]))
        .channel(ChannelId::new([0xbb; 32]))
        .actor(AccountId::new([0xcc; 32]))
        .peer(DeviceId::new([0xdd; 32]))
        .subject(&[1, 2]);
    let expected = [
        "08 07",                         // kind
        "10 ac02",                       // ts_ms
        "19 0807060504030201",           // hlc, little-endian as protobuf has it
        &format!("22 20 {}", run(0xaa)), // server
        &format!("2a 20 {}", run(0xbb)), // channel
        &format!("32 20 {}", run(0xcc)), // actor
        &format!("3a 20 {}", run(0xdd)), // peer
        "42 02 0102",                    // subject
    ];
    let bytes = event.clone().encode().expect("short subject");
    check(&bytes, &expected.concat());
    assert_eq!(EventRecord::decode(&bytes), Ok(event));
}

#[test]
fn a_nonce_keeps_its_shape() {
    let record = NonceRecord { params_hash: [0xaa; 32], result: Bytes::from_static(&[1, 2]), expires_ms: 300 };
    let bytes = record.clone().encode();
    check(&bytes, &format!("0a 20 {} 12 02 0102 18 ac02", run(0xaa)));
    assert_eq!(NonceRecord::decode(bytes.into()), Ok(record));
}

#[test]
fn a_read_marker_keeps_its_shape() {
    let marker = ReadMarker { hlc: Hlc::from_bits(1), entry: EntryId::new([0xaa; 32]) };
    let bytes = marker.encode();
    check(&bytes, &format!("09 0100000000000000 12 20 {}", run(0xaa)));
    assert_eq!(ReadMarker::decode(bytes.into()), Ok(marker));
}

#[test]
fn names_stand_in_their_values() {
    let bytes = encode_consumer("bot", 5);
    check(&bytes, "0a 03 626f74 10 05");
    assert_eq!(decode_consumer(bytes.into()), Ok(("bot".to_owned(), 5)));
    let bytes = encode_setting("a", &Bytes::from_static(&[9]));
    check(&bytes, "0a 01 61 12 01 09");
    assert_eq!(decode_setting(bytes.into()), Ok(("a".to_owned(), Bytes::from_static(&[9]))));
}

#[test]
fn signed_bytes_keep_their_shape() {
    let signed = SignedBytes { body: Bytes::from_static(&[1, 2]), sig: Bytes::from_static(&[3]) };
    let bytes = encode_signed(&signed);
    check(&bytes, "0a 02 0102 12 01 03");
    assert_eq!(decode_signed(bytes.into()), Ok(signed));
}

#[test]
fn noise_is_no_record() {
    let noise = || Bytes::from_static(&[0xff; 40]);
    assert!(EventRecord::decode(&noise()).is_err());
    assert!(NonceRecord::decode(noise()).is_err());
    assert!(LogRecord::decode(noise()).is_err());
    assert!(ReadMarker::decode(noise()).is_err());
    assert!(decode_signed(noise()).is_err());
    assert!(decode_entry(&EntryId::new([0; 32]), noise(), |_| None).is_err());
    // Right fields of the wrong length.
    assert!(NonceRecord::decode(Bytes::from_static(&[0x0a, 1, 1])).is_err());
    assert!(ReadMarker::decode(Bytes::from_static(&[0x12, 1, 1])).is_err());
    assert!(EventRecord::decode(&[0x22, 1, 1]).is_err());
    assert!(EventRecord::decode(&[0x08, 0x80, 0x80, 0x04]).is_err());
}
