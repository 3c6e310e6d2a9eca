//! Golden keys: what is on people's disks cannot be changed.

use folkmoot_core::ids::{AccountId, DeviceId};

use super::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn of(byte: u8) -> [u8; 32] {
    [byte; 32]
}

/// 32 times the same byte.
fn run(byte: u8) -> String {
    hex(&of(byte))
}

#[test]
fn keys_are_laid_out_as_the_catalogue_says() {
    let (a, b) = (run(0xaa), run(0xbb));
    let hlc = Hlc::from_bits(0x0102_0304_0506_0708);
    let (moment, message) = (Moment { hlc, id: EntryId::new(of(0xbb)) }, EntryId::new(of(0xaa)));
    let rows = [
        (governance(&ServerId::new(of(0xaa)), &EventId::new(of(0xbb))), format!("{a}{b}")),
        // channel number, hlc, entry
        (timeline(0x0a0b_0c0d, hlc, &EntryId::new(of(0xbb))), format!("0a0b0c0d 0102030405060708 {b}")),
        // log number, seq, entry
        (chain(0x0a0b_0c0d, 0x11, &EntryId::new(of(0xbb))), format!("0a0b0c0d 0000000000000011 {b}")),
        (event(0x0102), "0000000000000102".to_owned()),
        (channel_number(&ChannelId::new(of(0xaa))), format!("63 {a}")),
        (log_number(&LogId::new(of(0xaa))), format!("6c {a}")),
        (epoch(&EpochId::new(of(0xaa)), EpochSecretKind::Messages), format!("45 {a} 01")),
        (epoch(&EpochId::new(of(0xaa)), EpochSecretKind::History), format!("45 {a} 02")),
        (register(&AccountId::new(of(0xaa)), RegisterKind::Profile, None), format!("52 {a} 01")),
        (
            register(&AccountId::new(of(0xaa)), RegisterKind::Prekey, Some(&DeviceId::new(of(0xbb)))),
            format!("52 {a} 02 {b}"),
        ),
        (
            register(&AccountId::new(of(0xaa)), RegisterKind::Peer, Some(&DeviceId::new(of(0xbb)))),
            format!("52 {a} 03 {b}"),
        ),
        (nonce_expiry(0x0102, &of(0xaa)), format!("58 0000000000000102 {a}")),
        (tagged(tag::CONSUMER, &of(0xaa)), format!("43 {a}")),
        (tagged(tag::MARKER, &of(0xaa)), format!("4d {a}")),
        (tagged(tag::NONCE, &of(0xaa)), format!("4e {a}")),
        (tagged(tag::PEER, &of(0xaa)), format!("50 {a}")),
        (tagged(tag::SETTING, &of(0xaa)), format!("53 {a}")),
        // channel number, message, account
        (hand(0x0a, &message, &AccountId::new(of(0xbb))), format!("41 0000000a {a} {b}")),
        (about(tag::SUBJECT, 0x0a, &message), format!("42 0000000a {a}")),
        // channel number, message, stamp and id of the edit; of the reply
        (at(about(tag::EDIT, 0x0a, &message), &moment), format!("44 0000000a {a} 0102030405060708 {b}")),
        (at(about(tag::REPLY, 0x0a, &message), &moment), format!("54 0000000a {a} 0102030405060708 {b}")),
        // kind, channel number, stamp, message
        (at(marks(Mark::Passed, 0x0a), &moment), format!("4b 01 0000000a 0102030405060708 {b}")),
        (at(marks(Mark::Calls, 0x0a), &moment), format!("4b 02 0000000a 0102030405060708 {b}")),
        (at(marks(Mark::Pinned, 0x0a), &moment), format!("4b 03 0000000a 0102030405060708 {b}")),
        (tagged(tag::WIPE, &[1, 2]), "5a 0102".to_owned()),
        // the bit of effects
        (timeline(0x0a | EFFECTS, hlc, &EntryId::new(of(0xbb))), format!("8000000a 0102030405060708 {b}")),
        (tagged(tag::DRAFT, &of(0xaa)), format!("46 {a}")),
        (tagged(tag::UI_STATE, &of(0xaa)), format!("55 {a}")),
        (notice(hlc, &EntryId::new(of(0xbb))), format!("49 0102030405060708 {b}")),
        (notice_settings(&NoticePlace::Everywhere), "4c 00".to_owned()),
        (notice_settings(&NoticePlace::Server(ServerId::new(of(0xaa)))), format!("4c 01 {a}")),
        (notice_settings(&NoticePlace::Channel(ChannelId::new(of(0xbb)))), format!("4c 02 {b}")),
        (CHECK.to_vec(), "00".to_owned()),
        (LAST_WRITE.to_vec(), "01".to_owned()),
    ];
    for (at, (key, expected)) in rows.iter().enumerate() {
        assert_eq!(hex(key), expected.replace(' ', ""), "row {at}");
    }
}

#[test]
fn what_a_key_holds_is_read_back() {
    let (server, id) = (ServerId::new(of(1)), EventId::new(of(2)));
    assert_eq!(read_governance(&governance(&server, &id)), Some((server, id)));
    let (hlc, entry) = (Hlc::from_ms(9), EntryId::new(of(3)));
    assert_eq!(read_timeline(&timeline(7, hlc, &entry)), Some((7, hlc, entry)));
    assert_eq!(read_chain(&chain(7, 8, &entry)), Some((8, entry)));
    assert_eq!(read_event(&event(9)), Some(9));
    let moment = Moment { hlc, id: entry };
    assert_eq!(read_at(&at(about(tag::EDIT, 7, &entry), &moment)), Some(moment));
    assert_eq!(read_at(&at(marks(Mark::Calls, 7), &moment)), Some(moment));
    assert_eq!(read_hand(&hand(7, &entry, &AccountId::new(of(5)))), Some(AccountId::new(of(5))));
    let kept = EpochId::new(of(4));
    assert_eq!(read_epoch(&epoch(&kept, EpochSecretKind::History)), Some((kept, EpochSecretKind::History)));
    assert_eq!(read_nonce_expiry(&nonce_expiry(5, &of(6))), Some((5, of(6))));
}

#[test]
fn a_key_of_another_length_is_not_read() {
    for length in (0..80).filter(|length| *length != 44) {
        let key = vec![1; length];
        assert_eq!(read_timeline(&key), None);
        assert_eq!(read_chain(&key), None);
        assert!(length == 64 || read_governance(&key).is_none());
        assert!(length == 8 || read_event(&key).is_none());
        assert!(length == 33 || read_tagged(&key).is_none());
        assert!(length == 41 || read_nonce_expiry(&key).is_none());
    }
}

#[test]
fn the_key_behind_a_prefix_is_the_least_without_it() {
    assert_eq!(after_prefix(&[1, 2]), Some(vec![1, 3]));
    assert_eq!(after_prefix(&[1, 255, 255]), Some(vec![2]));
    assert_eq!(after_prefix(&[255, 255]), None);
    assert_eq!(after_prefix(&[]), None);
}

#[test]
fn desk_s_keys_are_read_back() {
    let (hlc, entry) = (Hlc::from_bits(7), EntryId::new(of(2)));
    assert_eq!(read_notice(&notice(hlc, &entry)), Some((hlc, entry)));
    assert_eq!(read_notice(&[tag::NOTICE]), None);
    let places = [
        NoticePlace::Everywhere,
        NoticePlace::Server(ServerId::new(of(1))),
        NoticePlace::Channel(ChannelId::new(of(2))),
    ];
    for place in places {
        assert_eq!(read_notice_settings(&notice_settings(&place)), Some(place));
    }
    assert_eq!(read_notice_settings(&[tag::NOTICE_SETTINGS, 3]), None);
    assert_eq!(read_notice_settings(&[tag::NOTICE_SETTINGS, 1, 1]), None);
}
