//! What lies on one person's desk: window state, drafts, what may disturb, the inbox.

use bytes::Bytes;
use folkmoot_core::ids::{ChannelId, EntryId, ServerId};
use folkmoot_identity::Hlc;
use folkmoot_ledger::{Draft, Notice, NoticePlace, NoticeReason, NoticeSettings, UiState};
use rstest::rstest;

use crate::open_ledger::{Kind, write};

#[rstest]
fn what_lies_on_the_desk_is_replaced_and_forgotten(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let ledger = kind.open();
    let (server, channel) = (ServerId::new([1; 32]), ChannelId::new([2; 32]));
    let state = |rev| UiState { key: "layout".to_owned(), rev, value: Bytes::from_static(b"{}") };
    let draft = |content: &str| Draft { content: content.to_owned(), updated_ms: 1 };
    let settings = |rev| NoticeSettings { rev, muted: true, ..NoticeSettings::default() };
    for n in 1..=2 {
        write(&ledger, |batch| {
            batch.put_ui_state(&state(n)).expect("sealed");
            batch.put_draft(&channel, &draft(if n == 1 { "dear" } else { "dear all" })).expect("sealed");
            batch.put_notice_settings(&NoticePlace::Channel(channel), &settings(n)).expect("sealed");
        });
    }
    write(&ledger, |batch| {
        batch.put_notice_settings(&NoticePlace::Server(server), &settings(9)).expect("sealed");
        batch.put_notice_settings(&NoticePlace::Everywhere, &settings(8)).expect("sealed");
    });
    let before = ledger.snapshot().expect("open");
    assert_eq!(before.ui_state("layout").expect("readable"), Some(state(2)));
    assert_eq!(before.ui_state("other").expect("readable"), None);
    assert_eq!(before.ui_states().expect("readable"), [state(2)]);
    assert_eq!(before.draft(&channel).expect("readable"), Some(draft("dear all")));
    assert_eq!(before.drafts().expect("readable"), [(channel, draft("dear all"))]);
    assert_eq!(before.notice_settings(&NoticePlace::Channel(channel)).expect("readable"), Some(settings(2)));
    let all = [
        (NoticePlace::Everywhere, settings(8)),
        (NoticePlace::Server(server), settings(9)),
        (NoticePlace::Channel(channel), settings(2)),
    ];
    assert_eq!(before.all_notice_settings().expect("readable"), all);
    write(&ledger, |batch| {
        batch.delete_ui_state("layout");
        batch.delete_draft(&channel);
        batch.delete_notice_settings(&NoticePlace::Channel(channel));
    });
    let after = ledger.snapshot().expect("open");
    assert_eq!(after.ui_state("layout").expect("readable"), None);
    assert_eq!(after.draft(&channel).expect("readable"), None);
    assert_eq!(after.notice_settings(&NoticePlace::Channel(channel)).expect("readable"), None);
}

#[rstest]
fn the_inbox_is_read_from_its_newest_and_forgotten_from_its_oldest(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let ledger = kind.open();
    let notice = |n: u8| Notice {
        hlc: Hlc::from_ms(u64::from(n) / 2),
        entry: EntryId::new([n; 32]),
        channel: ChannelId::new([9; 32]),
        reason: NoticeReason::Mention,
    };
    write(&ledger, |batch| (1..=5).for_each(|n| batch.put_notice(&notice(n)).expect("sealed")));
    let snapshot = ledger.snapshot().expect("open");
    assert_eq!(snapshot.notices(None, 2).expect("readable"), [notice(5), notice(4)]);
    let before = Some((notice(4).hlc, notice(4).entry));
    assert_eq!(snapshot.notices(before, 10).expect("readable"), [notice(3), notice(2), notice(1)]);
    assert_eq!(snapshot.notices(None, 0).expect("readable"), []);
    assert_eq!(snapshot.oldest_notices(2).expect("readable"), [notice(1), notice(2)]);
    assert_eq!(snapshot.notice_count().expect("readable"), 5);
    write(&ledger, |batch| batch.delete_notice(notice(1).hlc, &notice(1).entry));
    let snapshot = ledger.snapshot().expect("open");
    assert_eq!(snapshot.notice_count().expect("readable"), 4);
    assert_eq!(snapshot.oldest_notices(1).expect("readable"), [notice(2)]);
}
