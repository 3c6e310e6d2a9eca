//! Tests of signals: their golden bytes, and what is refused for whose fault.

use folkmoot_identity::DeviceKey;

use super::*;

fn device() -> DeviceKey {
    DeviceKey::from_seed(&[7; 32])
}

fn signal(said: Said) -> Signal {
    Signal {
        server: ServerId::new([1; 32]),
        account: AccountId::new([2; 32]),
        device: device().id(),
        hlc: Hlc::from_bits(0x0102_0304_0506_0708),
        said,
    }
}

fn presence(text: &str) -> Signal {
    signal(Said::Presence { status: Status::Dnd, text: text.into() })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The body signed as it stands, whatever it says.
fn signed(wire: &v1::Signal) -> SignedBytes {
    let body: Bytes = wire.encode_to_vec().into();
    let sig = sign(device().signing_key(), Context::Signal, &derive(Purpose::Signal, &[&body]));
    SignedBytes { body, sig }
}

fn wire(said: Said) -> v1::Signal {
    v1::Signal::decode(signal(said).sign(device().signing_key()).body).expect("our own form")
}

fn refused(wire: &v1::Signal) -> InvalidSignal {
    Unverified::decode(signed(wire)).map(|_| ()).expect_err("refused")
}

#[test]
fn a_signal_keeps_its_shape() {
    let typing = signal(Said::Typing { channel: ChannelId::new([3; 32]) });
    let (one, two, three) = (hex(&[1; 32]), hex(&[2; 32]), hex(&[3; 32]));
    let key = hex(device().id().as_ref());
    let head = format!("0801 1220{one} 1a20{two} 2220{key} 29 0807060504030201");
    let expected = format!("{head} 3001 3a22 0a20{three}");
    assert_eq!(hex(&typing.sign(device().signing_key()).body), expected.replace(' ', ""));
    let expected = format!("{head} 3002 3a07 0803 1203 746561");
    assert_eq!(hex(&presence("tea").sign(device().signing_key()).body), expected.replace(' ', ""));
}

#[test]
fn what_was_signed_is_read_and_verified() {
    for said in [
        Said::Typing { channel: ChannelId::new([3; 32]) },
        Said::Presence { status: Status::Online, text: String::new() },
        Said::Presence { status: Status::Offline, text: "back on Monday 🫖".into() },
    ] {
        let signal = signal(said);
        let unverified = Unverified::decode(signal.sign(device().signing_key())).expect("well-formed");
        assert_eq!(unverified.claimed(), &signal);
        assert_eq!(unverified.verify(), Ok(signal));
    }
}

#[test]
fn nobody_speaks_for_another_device() {
    // given: mallory's signature over a signal that names another device
    let mallory = DeviceKey::from_seed(&[8; 32]);
    let body = presence("").sign(device().signing_key()).body;
    let sig = sign(mallory.signing_key(), Context::Signal, &derive(Purpose::Signal, &[&body]));
    let forged = Unverified::decode(SignedBytes { body: body.clone(), sig }).expect("well-formed");
    assert!(matches!(forged.verify(), Err(InvalidSignal::Signature(_))));
    // and: a signature made for something else
    let sig = sign(device().signing_key(), Context::Register, &derive(Purpose::Signal, &[&body]));
    let borrowed = Unverified::decode(SignedBytes { body, sig }).expect("well-formed");
    assert!(matches!(borrowed.verify(), Err(InvalidSignal::Signature(_))));
}

#[test]
fn form_is_checked_before_the_signature_and_newer_programs_are_not_blamed() {
    let presence = wire(Said::Presence { status: Status::Idle, text: "tea".into() });
    let typing = wire(Said::Typing { channel: ChannelId::new([3; 32]) });
    let text = |text: &str| v1::Presence { status: 1, text: text.into() }.encode_to_vec().into();
    let faults = [
        (v1::Signal { server: Bytes::from_static(&[1; 31]), ..presence.clone() }, "server"),
        (v1::Signal { account: Bytes::new(), ..presence.clone() }, "account"),
        (v1::Signal { device: Bytes::from_static(&[1; 33]), ..presence.clone() }, "device"),
        (v1::Signal { data: v1::Typing::default().encode_to_vec().into(), ..typing }, "channel"),
        (v1::Signal { data: Bytes::new(), ..presence.clone() }, "status"),
        (v1::Signal { data: text("a\nb"), ..presence.clone() }, "text"),
        (v1::Signal { data: text(" a"), ..presence.clone() }, "text"),
        (v1::Signal { data: text(&"x".repeat(129)), ..presence.clone() }, "text"),
    ];
    for (wire, field) in faults {
        let error = refused(&wire);
        assert_eq!(error, InvalidSignal::Field { field });
        assert!(!error.may_be_newer());
    }
    for newer in [v1::Signal { format: 2, ..presence.clone() }, v1::Signal { kind: 9, ..presence.clone() }] {
        assert!(refused(&newer).may_be_newer(), "{newer:?}");
    }
    let large = v1::Signal { data: vec![0; SIGNAL_BYTES].into(), ..presence.clone() };
    assert!(matches!(refused(&large), InvalidSignal::TooLarge { .. }));
    // A field behind the ones we know changes the id without changing the meaning: not canonical.
    let mut body = presence.encode_to_vec();
    body.extend_from_slice(&[0x40, 1]);
    let more = Unverified::decode(SignedBytes { body: body.into(), sig: Bytes::new() }).map(|_| ());
    assert!(matches!(more, Err(InvalidSignal::Malformed(_))));
}

#[test]
fn words_beside_a_name_are_one_trimmed_line() {
    assert_eq!(check_status_text(""), Ok(()));
    assert_eq!(check_status_text("brewing 👩‍🔬"), Ok(()));
    assert_eq!(check_status_text(&"ü".repeat(128)), Ok(()));
    assert_eq!(check_status_text(&"ü".repeat(129)), Err(StatusTextError::TooLong));
    assert_eq!(check_status_text("tea "), Err(StatusTextError::Padded));
    assert_eq!(check_status_text("a\u{202e}b"), Err(StatusTextError::Forbidden { character: '\u{202e}' }));
}

#[test]
fn large_servers_say_it_more_seldom() {
    assert_eq!((refresh_ms(1), presence_ms(1)), (60_000, 180_000));
    assert_eq!(refresh_ms(1_000), 60_000);
    assert_eq!(refresh_ms(10_000), 600_000);
}
