//! Golden records: what is on people's disks cannot be changed. Plaintext; sealed values begin with a random nonce.

use bytes::Bytes;
use folkmoot_core::{
    ids::{AccountId, ChannelId, DeviceId, EntryId, EventId, LogId, ServerId},
    log::{
        Body, Done, Emoji, Entry, EntryKind, Hand, Header, Moment, NewLog, Outcome, Ranges, SeqRange, Switch, Tally,
    },
};
use folkmoot_identity::{DeviceKey, Hlc, signed::SignedBytes};
use folkmoot_proto::v1;
use prost::Message;

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
fn an_entry_keeps_its_shape() {
    let header = Header {
        kind: EntryKind::Message,
        seq: 1,
        prev: EntryId::new([0xaa; 32]),
        hlc: Hlc::from_bits(2),
        refs: Vec::new(),
        payload_commit: [0xbb; 32],
        payload_len: 2,
    };
    // format, kind, seq, prev, hlc, payload_commit, payload_len
    let header_hex = format!("0801 1001 1801 2220{} 29 0200000000000000 3a20{} 4002", run(0xaa), run(0xbb));
    let header_bytes: Vec<u8> = header_hex
        .replace(' ', "")
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).expect("hex"), 16).expect("hex"))
        .collect();
    let (log, id) = (LogId::new([0xcc; 32]), EntryId::new([0xdd; 32]));
    let body = Some(Body { salt: [0xee; 16], payload: Bytes::from_static(&[1, 2]) });
    let entry =
        Entry { log, id, header, header_bytes: header_bytes.into(), sig: Bytes::from_static(&[0xff; 64]), body };
    let expected = [
        "08 05".to_owned(),                    // number of the log
        "12 af01".to_owned(),                  // the entry, 175 bytes
        format!("0a 55 {header_hex}"),         // its header
        format!("12 40 {0}{0}", run(0xff)),    // its signature
        format!("1a 10 {}", hex(&[0xee; 16])), // its salt
        "22 02 0102".to_owned(),               // its payload
    ];
    let bytes = encode_entry(5, &entry, Judged::default());
    check(&bytes, &expected.concat());
    let judged = Judged { allowed: true, calls_all: true };
    // and what governance said, behind it
    check(&encode_entry(5, &entry, judged), &[expected.concat(), "18 01 20 01".to_owned()].concat());
    let channel = ChannelId::new([9; 32]);
    let stored = decode_entry(&id, bytes.into(), |number| (number == 5).then_some((log, channel)));
    assert_eq!(stored, Ok(StoredEntry { channel, entry, judged: Judged::default() }));
}

#[test]
fn a_redacted_and_vouched_entry_comes_back_without_body_and_signature() {
    let header = v1::EntryHeader {
        format: 1,
        kind: v1::EntryKind::Message.into(),
        seq: 3,
        prev: Bytes::from_static(&[1; 32]),
        payload_commit: Bytes::from_static(&[2; 32]),
        ..v1::EntryHeader::default()
    };
    let wire = v1::Entry { header: header.encode_to_vec().into(), ..v1::Entry::default() };
    let plain = v1::StoredEntry { entry: Some(wire), ..v1::StoredEntry::default() }.encode_to_vec();
    let home = (LogId::new([3; 32]), ChannelId::new([4; 32]));
    let stored = decode_entry(&EntryId::new([5; 32]), plain.into(), |_| Some(home)).expect("readable");
    assert_eq!((stored.entry.body, stored.entry.sig.len(), stored.entry.header.seq), (None, 0, 3));
}

#[test]
fn a_log_keeps_its_shape() {
    let init = NewLog {
        server: ServerId::new([1; 32]),
        channel: ChannelId::new([2; 32]),
        account: AccountId::new([3; 32]),
        grant: EventId::new([4; 32]),
        heads: vec![EventId::new([4; 32])],
        nonce: [5; 16],
        hlc: Hlc::from_bits(6),
    };
    let init = init.sign(DeviceKey::from_seed(&[7; 32]).signing_key());
    let signed = encode_signed(&init.signed);
    let ranges = Ranges::from_ranges([SeqRange { from: 1, to: 3 }, SeqRange { from: 5, to: 300 }]);
    let record = LogRecord { init, ranges, forks: vec![2, 300], own: true, closed: true };
    let expected = [
        format!("0a {:02x}{:02x} {}", signed.len() & 0x7f | 0x80, signed.len() >> 7, hex(&signed)), // first record
        "12 04 0801 1003".to_owned(),                                                               // 1..=3
        "12 05 0805 10ac02".to_owned(),                                                             // 5..=300
        "1a 03 02 ac02".to_owned(),                                                                 // forks
        "20 01".to_owned(),                                                                         // own
        "28 01".to_owned(),                                                                         // closed
    ];
    let bytes = record.encode();
    check(&bytes, &expected.concat());
    assert_eq!(LogRecord::decode(bytes.into()), Ok(record));
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

fn moment(hlc: u64, byte: u8) -> Moment {
    Moment { hlc: Hlc::from_bits(hlc), id: EntryId::new([byte; 32]) }
}

/// A moment with a one-byte hlc.
fn moment_hex(hlc: u8, byte: u8) -> String {
    format!("09 {hlc:02x}00000000000000 12 20 {}", run(byte))
}

fn emoji() -> Emoji {
    Emoji::new("\u{1f375}").expect("a cup of tea")
}

#[test]
fn a_hand_keeps_its_shape() {
    let hand = Hand {
        edit: Some(moment(1, 0xaa)),
        pin: Some(Switch { at: moment(2, 0xbb), on: true }),
        redaction: Some(moment(3, 0xcc)),
        redaction_of_others: Some(moment(4, 0xdd)),
        reactions: [(emoji(), Switch { at: moment(5, 0xee), on: false })].into(),
    };
    let expected = [
        format!("0a 2b {}", moment_hex(1, 0xaa)),                            // edit
        format!("12 2f 0a 2b {} 10 01", moment_hex(2, 0xbb)),                // pinned
        format!("1a 2b {}", moment_hex(3, 0xcc)),                            // redacted, allowed or not
        format!("22 2b {}", moment_hex(4, 0xdd)),                            // redacted, allowed
        format!("2a 35 0a 04 f09f8db5 12 2d 0a 2b {}", moment_hex(5, 0xee)), // emoji, taken back
    ];
    let bytes = encode_hand(&hand);
    check(&bytes, &expected.concat());
    assert_eq!(decode_hand(bytes.into()), Ok(hand));
    assert_eq!(decode_hand(Bytes::new()), Ok(Hand::default()));
}

#[test]
fn a_subject_keeps_its_shape() {
    let record = SubjectRecord {
        rev: 300,
        outcome: Outcome {
            edit: Some(moment(1, 0xaa)),
            pin: Some(Done { at: moment(2, 0xbb), by: AccountId::new([0xcc; 32]) }),
            redaction: Some(Done { at: moment(3, 0xdd), by: AccountId::new([0xee; 32]) }),
            reactions: vec![Tally { emoji: emoji(), count: 2, first: moment(4, 0xff), me: true }],
        },
        replies: 3,
        last_reply: Hlc::from_bits(5),
        waiting: vec![moment(6, 0x11)],
    };
    let expected = [
        "08 ac02".to_owned(),                                                      // rev
        format!("12 2b {}", moment_hex(1, 0xaa)),                                  // edit
        format!("1a 4f 0a 2b {} 12 20 {}", moment_hex(2, 0xbb), run(0xcc)),        // pin, by
        format!("22 4f 0a 2b {} 12 20 {}", moment_hex(3, 0xdd), run(0xee)),        // redaction, by
        format!("2a 37 0a 04 f09f8db5 10 02 1a 2b {} 20 01", moment_hex(4, 0xff)), // emoji, count, first, me
        "30 03".to_owned(),                                                        // replies
        "39 0500000000000000".to_owned(),                                          // last reply
        format!("42 2b {}", moment_hex(6, 0x11)),                                  // waiting
    ];
    let bytes = record.encode();
    check(&bytes, &expected.concat());
    assert_eq!(SubjectRecord::decode(bytes.into()), Ok(record));
}

#[test]
fn what_lies_on_the_desk_keeps_its_shape() {
    let state = UiState { key: "a".to_owned(), rev: 300, value: Bytes::from_static(b"1") };
    let bytes = state.encode();
    check(&bytes, "0a 01 61 10 ac02 1a 01 31");
    assert_eq!(UiState::decode(bytes.into()), Ok(state));

    let draft = Draft { content: "hm".to_owned(), updated_ms: 300 };
    let bytes = draft.encode();
    check(&bytes, "0a 02 686d 10 ac02");
    assert_eq!(Draft::decode(bytes.into()), Ok(draft));

    let quiet = QuietHours { from_minute: 1320, to_minute: 420, utc_offset_minutes: -90 };
    let settings = NoticeSettings {
        level: Some(NoticeLevel::Mentions),
        muted: true,
        keywords: vec!["tea".to_owned()],
        quiet: Some(quiet),
        rev: 5,
    };
    let bytes = settings.encode();
    check(&bytes, "08 02 10 01 1a 03 746561 22 09 08a80a 10a403 18b301 28 05");
    assert_eq!(NoticeSettings::decode(bytes.into()), Ok(settings));
    assert_eq!(NoticeSettings::decode(NoticeSettings::default().encode().into()), Ok(NoticeSettings::default()));

    let (hlc, entry) = (Hlc::from_bits(1), EntryId::new([2; 32]));
    let notice = Notice { hlc, entry, channel: ChannelId::new([0xaa; 32]), reason: NoticeReason::Reply };
    let bytes = notice.encode();
    check(&bytes, &format!("0a 20 {} 10 02", run(0xaa)));
    assert_eq!(Notice::decode(hlc, entry, bytes.into()), Ok(notice));
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
    assert!(decode_hand(noise()).is_err());
    assert!(SubjectRecord::decode(noise()).is_err());
    assert!(decode_signed(noise()).is_err());
    assert!(decode_entry(&EntryId::new([0; 32]), noise(), |_| None).is_err());
    assert!(UiState::decode(noise()).is_err() && Draft::decode(noise()).is_err());
    assert!(NoticeSettings::decode(noise()).is_err());
    assert!(Notice::decode(Hlc::ZERO, EntryId::new([0; 32]), noise()).is_err());
    // Right fields of the wrong length or out of range.
    assert!(Notice::decode(Hlc::ZERO, EntryId::new([0; 32]), Bytes::from_static(&[0x0a, 1, 1])).is_err());
    assert!(NoticeSettings::decode(Bytes::from_static(&[0x08, 9])).is_err());
    assert!(NonceRecord::decode(Bytes::from_static(&[0x0a, 1, 1])).is_err());
    assert!(ReadMarker::decode(Bytes::from_static(&[0x12, 1, 1])).is_err());
    assert!(EventRecord::decode(&[0x22, 1, 1]).is_err());
    assert!(EventRecord::decode(&[0x08, 0x80, 0x80, 0x04]).is_err());
}
