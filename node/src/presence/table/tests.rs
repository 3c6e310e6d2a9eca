//! Tests of what was heard: it holds for its time, no older word undoes it, and somebody with two devices is there by either.

use super::*;

const SERVER: ServerId = ServerId::new([1; 32]);
const ANN: AccountId = AccountId::new([2; 32]);
const LAPTOP: DeviceId = DeviceId::new([3; 32]);
const PHONE: DeviceId = DeviceId::new([4; 32]);
const MINUTE: u64 = 60_000;

fn presence(device: DeviceId, stamp: u64, status: Status) -> Signal {
    let said = Said::Presence { status, text: String::new() };
    Signal { server: SERVER, account: ANN, device, hlc: Hlc::from_ms(stamp), said }
}

fn typing(stamp: u64) -> Signal {
    let said = Said::Typing { channel: ChannelId::new([9; 32]) };
    Signal { server: SERVER, account: ANN, device: LAPTOP, hlc: Hlc::from_ms(stamp), said }
}

fn shown(status: Status) -> Shown {
    Shown { status, text: String::new() }
}

/// Hears a signal if it is news, as the pipeline does.
fn hear(table: &mut Table, signal: Signal, now_ms: u64) -> Option<Hearing> {
    table.is_news(&signal).then(|| table.hear(signal, 2, now_ms))
}

#[test]
fn somebody_is_there_until_three_refreshes_are_missed() {
    let mut table = Table::default();
    let appeared = Hearing::Presence { shown: shown(Status::Online), for_ms: 3 * MINUTE, appeared: true };
    assert_eq!(hear(&mut table, presence(LAPTOP, 1, Status::Online), 0), Some(appeared));
    // said again: it holds longer, and nobody need be told
    assert_eq!(hear(&mut table, presence(LAPTOP, 2, Status::Online), MINUTE), Some(Hearing::Nothing));
    assert_eq!(table.expire(4 * MINUTE - 1), []);
    assert_eq!(table.expire(4 * MINUTE), [(SERVER, ANN, Shown::offline())]);
    assert_eq!(table.shown(&SERVER, &ANN), Shown::offline());
    assert_eq!(table.expire(5 * MINUTE), [], "gone once");
}

#[test]
fn a_changed_status_is_told_and_a_goodbye_ends_it_at_once() {
    let mut table = Table::default();
    hear(&mut table, presence(LAPTOP, 1, Status::Online), 0);
    let idle = Hearing::Presence { shown: shown(Status::Idle), for_ms: 3 * MINUTE, appeared: false };
    assert_eq!(hear(&mut table, presence(LAPTOP, 2, Status::Idle), 1), Some(idle));
    let gone = Hearing::Presence { shown: Shown::offline(), for_ms: 0, appeared: false };
    assert_eq!(hear(&mut table, presence(LAPTOP, 3, Status::Offline), 2), Some(gone));
}

#[test]
fn nothing_older_counts_not_even_after_it_is_gone() {
    let mut table = Table::default();
    hear(&mut table, presence(LAPTOP, 5, Status::Online), 0);
    for replayed in [presence(LAPTOP, 5, Status::Dnd), presence(LAPTOP, 4, Status::Dnd), typing(5)] {
        assert_eq!(hear(&mut table, replayed, 1), None);
    }
    table.expire(3 * MINUTE);
    assert_eq!(hear(&mut table, presence(LAPTOP, 5, Status::Online), 3 * MINUTE), None);
    // forgotten only when its stamp is too old for anybody to take it
    table.expire(REMEMBERED_MS);
    assert_eq!(table.devices, 0);
    assert!(table.servers.is_empty());
}

#[test]
fn typing_alone_makes_nobody_present() {
    let mut table = Table::default();
    let heard = Hearing::Typing { channel: ChannelId::new([9; 32]), for_ms: 8_000 };
    assert_eq!(hear(&mut table, typing(1), 0), Some(heard));
    assert_eq!(table.shown(&SERVER, &ANN), Shown::offline());
    assert_eq!(table.expire(MINUTE), []);
}

#[test]
fn with_two_devices_the_one_heard_last_is_shown_and_either_keeps_one_there() {
    let mut table = Table::default();
    hear(&mut table, presence(LAPTOP, 1, Status::Online), 0);
    hear(&mut table, presence(PHONE, 2, Status::Idle), MINUTE);
    assert_eq!(table.shown(&SERVER, &ANN), shown(Status::Idle));
    // the laptop falls silent: nothing to be seen; then the phone
    assert_eq!(table.expire(3 * MINUTE), []);
    assert_eq!(table.expire(4 * MINUTE), [(SERVER, ANN, Shown::offline())]);
    // the phone says goodbye while the laptop is there
    hear(&mut table, presence(LAPTOP, 6, Status::Online), 5 * MINUTE);
    hear(&mut table, presence(PHONE, 7, Status::Idle), 5 * MINUTE);
    let back = Hearing::Presence { shown: shown(Status::Online), for_ms: 3 * MINUTE, appeared: false };
    assert_eq!(hear(&mut table, presence(PHONE, 8, Status::Offline), 5 * MINUTE), Some(back));
}

#[test]
fn who_disconnects_is_gone_unless_others_may_still_hear_of_it() {
    let mut table = Table::default();
    hear(&mut table, presence(LAPTOP, 1, Status::Online), 0);
    table.parted(&SERVER, &LAPTOP, true, 2, 1_000);
    assert_eq!(table.expire(1_000 + MINUTE), []);
    assert_eq!(table.expire(1_000 + MINUTE + DETOUR_MS), [(SERVER, ANN, Shown::offline())]);
    hear(&mut table, presence(LAPTOP, 2, Status::Online), 2 * MINUTE);
    table.parted(&SERVER, &LAPTOP, false, 2, 2 * MINUTE);
    assert_eq!(table.expire(2 * MINUTE), [(SERVER, ANN, Shown::offline())]);
}

#[test]
fn a_full_table_passes_newcomers_over_and_keeps_who_is_known() {
    let mut table = Table::default();
    hear(&mut table, presence(LAPTOP, 1, Status::Online), 0);
    table.devices = HEARD;
    assert!(!table.is_news(&presence(PHONE, 2, Status::Online)));
    assert!(table.is_news(&presence(LAPTOP, 2, Status::Online)));
}
