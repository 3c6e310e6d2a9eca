//! Governance events, registers, secrets and small facts.

use bytes::Bytes;
use folkmoot_core::ids::{ChannelId, DeviceId, EntryId, EpochId};
use folkmoot_identity::Hlc;
use folkmoot_ledger::{EpochSecretKind, NonceRecord, ReadMarker};
use rstest::rstest;

use crate::{
    open_ledger::{Kind, write},
    scene::Scene,
};

#[rstest]
fn events_of_servers_are_kept_apart(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let ledger = kind.open();
    let scenes = [Scene::new(1), Scene::new(2)];
    write(&ledger, |batch| {
        for scene in &scenes {
            scene.events.iter().for_each(|(id, signed)| batch.put_event(scene.server, *id, signed).expect("sealed"));
        }
    });
    let snapshot = ledger.snapshot().expect("open");
    let mut servers = scenes.each_ref().map(|scene| scene.server);
    servers.sort_unstable();
    assert_eq!(snapshot.servers().expect("readable"), servers);
    for scene in &scenes {
        let mut expected = scene.events.clone();
        expected.sort_by_key(|(id, _)| *id);
        assert_eq!(snapshot.events_of(&scene.server).expect("readable"), expected);
        let (id, signed) = &scene.events[0];
        assert_eq!(snapshot.event(&scene.server, id).expect("readable").as_ref(), Some(signed));
    }
    let (foreign, _) = &scenes[1].events[0];
    assert_eq!(snapshot.event(&scenes[0].server, foreign).expect("readable"), None);
}

#[rstest]
fn a_register_takes_the_place_of_its_like(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, alice, bob) = (kind.open(), Scene::new(1), Scene::new(2));
    let later = folkmoot_identity::Register::sign_profile(
        &alice.account,
        &folkmoot_identity::Profile::new("alicia", "").expect("a name"),
        Hlc::from_ms(9),
    );
    for register in [&alice.profile, &alice.prekey, &bob.profile, &later] {
        write(&ledger, |batch| batch.put_register(register).expect("sealed"));
    }
    let snapshot = ledger.snapshot().expect("open");
    let of_alice = snapshot.registers_of(&alice.account.id()).expect("readable");
    assert_eq!(of_alice, [later.signed, alice.prekey.signed]);
    assert_eq!(snapshot.registers().expect("readable").len(), 3);
}

#[rstest]
fn both_secrets_of_an_epoch_are_kept(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let ledger = kind.open();
    let (epoch, other) = (EpochId::new([1; 32]), EpochId::new([2; 32]));
    write(&ledger, |batch| {
        batch.put_epoch_secret(epoch, EpochSecretKind::History, &[3; 32]).expect("sealed");
        batch.put_epoch_secret(epoch, EpochSecretKind::Messages, &[4; 32]).expect("sealed");
        batch.put_epoch_secret(other, EpochSecretKind::Messages, &[5; 32]).expect("sealed");
    });
    let secrets = ledger.snapshot().expect("open").epoch_secrets().expect("readable");
    let held: Vec<_> = secrets.iter().map(|s| (s.epoch, s.kind, *s.secret)).collect();
    let expected = [
        (epoch, EpochSecretKind::Messages, [4; 32]),
        (epoch, EpochSecretKind::History, [3; 32]),
        (other, EpochSecretKind::Messages, [5; 32]),
    ];
    assert_eq!(held, expected);
    assert!(!format!("{secrets:?}").contains("3, 3"), "a secret is printed");
}

#[rstest]
fn a_nonce_is_answered_until_it_is_forgotten(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let ledger = kind.open();
    let record = |expires_ms| NonceRecord { params_hash: [1; 32], result: Bytes::from_static(b"first"), expires_ms };
    write(&ledger, |batch| {
        for (nonce, expires_ms) in [([1; 32], 100), ([2; 32], 200), ([3; 32], 300)] {
            batch.put_nonce(nonce, record(expires_ms)).expect("sealed");
        }
    });
    // The first is used again after it expired.
    write(&ledger, |batch| batch.put_nonce([1; 32], record(1_000)).expect("sealed"));
    let expired = ledger.snapshot().expect("open").expired_nonces(200, 10).expect("readable");
    assert_eq!(expired.iter().map(|e| e.nonce).collect::<Vec<_>>(), [[1; 32], [2; 32]]);
    assert_eq!(ledger.snapshot().expect("open").expired_nonces(200, 1).expect("readable").len(), 1);
    assert_eq!(ledger.snapshot().expect("open").expired_nonces(99, 10).expect("readable"), []);
    write(&ledger, |batch| expired.iter().for_each(|e| batch.delete_nonce(e)));
    let snapshot = ledger.snapshot().expect("open");
    assert_eq!(snapshot.nonce(&[1; 32]).expect("readable"), Some(record(1_000)));
    assert_eq!(snapshot.nonce(&[2; 32]).expect("readable"), None);
    assert_eq!(snapshot.nonce(&[3; 32]).expect("readable"), Some(record(300)));
    assert_eq!(snapshot.expired_nonces(200, 10).expect("readable"), []);
    assert_eq!(snapshot.expired_nonces(1_000, 10).expect("readable").len(), 2);
}

#[rstest]
fn small_facts_are_replaced_and_forgotten(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let ledger = kind.open();
    let (channel, device) = (ChannelId::new([1; 32]), DeviceId::new([2; 32]));
    let marker = |n: u8| ReadMarker { hlc: Hlc::from_ms(n.into()), entry: EntryId::new([n; 32]) };
    for n in 1..=2 {
        write(&ledger, |batch| {
            batch.put_read_marker(channel, marker(n).hlc, marker(n).entry).expect("sealed");
            batch.put_consumer("bot", n.into()).expect("sealed");
            batch.put_peer(device, &[n]).expect("sealed");
            batch.put_setting("window/size", &Bytes::copy_from_slice(&[n])).expect("sealed");
            batch.put_setting("name", &Bytes::new()).expect("sealed");
        });
    }
    let before = ledger.snapshot().expect("open");
    assert_eq!(before.read_marker(&channel).expect("readable"), Some(marker(2)));
    assert_eq!(before.read_markers().expect("readable"), [(channel, marker(2))]);
    assert_eq!(before.consumer("bot").expect("readable"), Some(2));
    assert_eq!(before.consumer("window/size").expect("readable"), None);
    assert_eq!(before.consumers().expect("readable"), [("bot".to_owned(), 2)]);
    assert_eq!(before.peers().expect("readable"), [(device, Bytes::from_static(&[2]))]);
    assert_eq!(before.setting("window/size").expect("readable"), Some(Bytes::from_static(&[2])));
    assert_eq!(before.settings("").expect("readable").len(), 2);
    assert_eq!(before.settings("window/").expect("readable"), [("window/size".to_owned(), Bytes::from_static(&[2]))]);
    write(&ledger, |batch| {
        batch.delete_peer(device);
        batch.delete_setting("window/size");
        batch.delete_consumer("bot");
    });
    let after = ledger.snapshot().expect("open");
    assert!(after.peers().expect("readable").is_empty() && after.consumers().expect("readable").is_empty());
    assert_eq!(after.setting("window/size").expect("readable"), None);
    // The snapshot made before still shows what was.
    assert_eq!(before.consumer("bot").expect("readable"), Some(2));
}
