//! What a ledger without its key does.

use folkmoot_core::log::SeqRange;
use folkmoot_identity::Hlc;
use folkmoot_ledger::{EventRecord, Judged, LedgerError, Position};
use rstest::rstest;
use zeroize::Zeroizing;

use crate::{
    open_ledger::{KEY, Kind, key, write},
    scene::Scene,
};

#[rstest]
fn another_key_is_refused_and_the_first_still_opens(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let ledger = kind.open();
    ledger.lock();
    let mut other = KEY;
    other[31] ^= 1;
    assert!(matches!(ledger.unlock(Zeroizing::new(other)), Err(LedgerError::WrongKey)));
    assert!(ledger.is_locked());
    ledger.unlock(key()).expect("the right key");
    assert!(!ledger.is_locked());
}

#[rstest]
fn a_locked_ledger_tells_events_and_nothing_else(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    // given: something of every kind, and a snapshot made while unlocked
    let (ledger, scene) = (kind.open(), Scene::new(1));
    let mut log = scene.log(1);
    let entry = log.say("hello", 0);
    write(&ledger, |batch| {
        batch.append(scene.channel, &entry, Judged::default()).expect("sealed");
        batch.put_log(&log.record()).expect("sealed");
        batch.emit(EventRecord::new(1, 1, Hlc::ZERO));
    });
    let before = ledger.snapshot().expect("open");
    // when
    ledger.lock();
    // then
    assert!(matches!(ledger.batch(), Err(LedgerError::Locked)));
    let locked = ledger.snapshot().expect("open");
    let range = SeqRange { from: 1, to: 1 };
    let answers = [
        locked.page(&scene.channel, Position::Newest, 1).map(drop),
        locked.entry(&entry.entry().id).map(drop),
        locked.entry(&folkmoot_core::ids::EntryId::new([9; 32])).map(drop),
        locked.run(&log.init().id, range, 1).map(drop),
        locked.logs().map(drop),
        locked.log(&log.init().id).map(drop),
        locked.registers().map(drop),
        locked.event(&scene.server, &scene.events[0].0).map(drop),
        locked.epoch_secrets().map(drop),
        locked.nonce(&[0; 32]).map(drop),
        locked.consumer("bot").map(drop),
        locked.setting("name").map(drop),
        locked.ui_state("layout").map(drop),
        locked.draft(&scene.channel).map(drop),
        locked.drafts().map(drop),
        locked.notices(None, 1).map(drop),
        locked.peers().map(drop),
    ];
    for (at, answer) in answers.iter().enumerate() {
        assert!(matches!(answer, Err(LedgerError::Locked)), "{at}: {answer:?}");
    }
    assert_eq!(locked.events_after(0, 10).expect("readable").len(), 1);
    assert!(locked.contains_entry(&entry.entry().id).expect("readable"));
    assert_eq!(before.page(&scene.channel, Position::Newest, 1).expect("still unsealed").len(), 1);
}
