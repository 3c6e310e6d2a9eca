//! Adverts as strangers meet them: what holds, what does not, what counts when several do; and their bytes.

#[path = "../../../tests/forged/mod.rs"]
mod forged;

use bytes::Bytes;
use folkmoot_core::{
    advert::{Advert, Book, Draft, DraftError, InvalidAdvert, Listing, Proof, may_sign},
    governance::{
        Expulsion, Heirs, LEVEL_ADMIN, LEVEL_OWNER, LEVEL_STEWARD, Payload, Permission, Permissions, Role, RoleChange,
        RoleDef, RolePerms, Succession,
    },
    ids::ServerId,
};
use folkmoot_identity::Hlc;
use folkmoot_proto::limits::{ADVERT_BYTES, ADVERT_LIFETIME_MS};
use forged::{Person, Town, forgeries};
use proptest::prelude::*;

/// 2023-11-14, 22:13:20 UTC.
const NOW_MS: u64 = 1_700_000_000_000;

fn town() -> Town {
    Town::new(NOW_MS)
}

fn verified(bytes: &Bytes) -> Advert {
    Advert::verify(bytes, NOW_MS).unwrap_or_else(|error| panic!("{error:?}"))
}

fn grant(who: &Person, role: Role) -> Payload {
    Payload::Grant(RoleChange { account: who.account.id(), role })
}

#[test]
fn owner_and_admin_may_sign_and_a_member_may_not() {
    let town = town();
    for (who, rank) in [(&town.ann, LEVEL_OWNER), (&town.bob, LEVEL_ADMIN)] {
        let advert = verified(&town.advert(who));
        assert_eq!((advert.server, advert.account, advert.rank), (town.server(), who.account.id(), rank));
        assert_eq!(advert.listing.description, "Leaves and water, all day long.");
        assert_eq!(advert.version, town.governance.state().settings_hlc());
        assert_eq!(advert.expires_ms, NOW_MS + ADVERT_LIFETIME_MS);
    }
    assert!(town.draft(&town.carol).is_none());
    assert!(!may_sign(town.governance.state(), &town.carol.account.id()));
}

#[test]
fn none_of_more_than_two_hundred_forgeries_holds() {
    let town = town();
    let forgeries = forgeries(&town);
    assert!(forgeries.len() >= 200, "{}", forgeries.len());
    let believed: Vec<&String> =
        forgeries.iter().filter(|(_, bytes)| Advert::verify(bytes, NOW_MS).is_ok()).map(|(what, _)| what).collect();
    assert_eq!(believed, [""; 0]);
}

#[test]
fn forgeries_fail_for_the_reason_they_were_made_for() {
    let town = town();
    let reason = |what: &str| {
        let forgeries = forgeries(&town);
        let (_, bytes) = forgeries.iter().find(|(name, _)| name == what).unwrap_or_else(|| panic!("no {what}"));
        Advert::verify(bytes, NOW_MS).expect_err(what)
    };
    assert_eq!(reason("owner: private"), InvalidAdvert::Private);
    assert_eq!(reason("ann: her private server as public"), InvalidAdvert::Private);
    assert_eq!(reason("owner: expired just now"), InvalidAdvert::Expired { expires_ms: NOW_MS });
    assert_eq!(reason("owner: from tomorrow"), InvalidAdvert::FromTheFuture);
    assert_eq!(reason("owner: valid for a year"), InvalidAdvert::LivesTooLong);
    assert_eq!(reason("owner: another server"), InvalidAdvert::Genesis);
    assert_eq!(reason("owner: a format to come"), InvalidAdvert::Format { found: 2 });
    assert_eq!(reason("bob: without his grant"), InvalidAdvert::NotAllowed);
    assert_eq!(reason("bob: without certificate"), InvalidAdvert::UnknownDevice);
    assert_eq!(reason("bob: an unsigned certificate"), InvalidAdvert::Certificate);
    assert_eq!(reason("mallory: made mod by ann"), InvalidAdvert::NotAllowed);
    for what in [
        "mallory: made admin by herself",
        "mallory: made admin by carol, who is a member",
        "mallory: made owner by bob",
        "mallory: given a role above its maker's rights",
        "mallory: steward by one heir of two",
        "mallory: steward by one heir and herself",
        "mallory: steward by heirs nobody named",
    ] {
        assert_eq!(reason(what), InvalidAdvert::Unfounded, "{what}");
    }
    assert!(matches!(reason("in ann's name by carol's device"), InvalidAdvert::Signature(_)));
    assert!(matches!(reason("owner: more than fits"), InvalidAdvert::TooLarge { .. }));
}

#[test]
fn a_role_with_the_right_may_sign_and_so_may_a_steward_of_the_heirs() {
    // given: a role of the server's own with the right, and bob and carol as heirs
    let mut town = town();
    let dave = Person::new(41, "Dave", NOW_MS - 60_000);
    let definition = RoleDef { name: "speaker".into(), level: 30, bits: Permissions::MEMBER };
    let role = Role::Custom(town.by_ann(Payload::RoleDef(definition)));
    let bits = Permissions::MEMBER.union(Permission::ManageServer.bit());
    town.by_ann(Payload::RolePerms(RolePerms { role, bits, name: None, deleted: false }));
    let carol = grant(&town.carol, role);
    town.by_ann(carol);
    let advert = verified(&town.advert(&town.carol));
    assert_eq!((advert.account, advert.rank), (town.carol.account.id(), 30));

    // when: the heirs make carol a steward, no owner taking part
    let mut accounts = vec![town.bob.account.id(), town.carol.account.id()];
    accounts.sort_unstable();
    town.by_ann(Payload::Heirs(Heirs { accounts, threshold: 2 }));
    let word = Payload::HeirSignature { account: town.carol.account.id() };
    let mut signatures =
        vec![town.take(town.event(&town.bob, None, word.clone())), town.take(town.event(&town.carol, None, word))];
    signatures.sort_unstable();
    let succession = Succession { account: town.carol.account.id(), signatures };
    town.take(town.event(&town.bob, None, Payload::Succession(succession)));

    // then: she signs as one
    assert_eq!(verified(&town.advert(&town.carol)).rank, LEVEL_STEWARD);
    assert!(town.draft(&dave).is_none());
}

#[test]
fn whoever_lost_the_role_is_barred_by_those_above() {
    // given: an advert of bob's, who is an admin
    let mut town = town();
    let bobs = verified(&town.advert(&town.bob));
    // when: he is removed, and goes on signing with ever newer stamps
    let expulsion = Expulsion { account: town.bob.account.id(), reason: String::new(), fences: Vec::new() };
    town.by_ann(Payload::Remove(expulsion));
    assert!(town.draft(&town.bob).is_none());
    let anns = verified(&town.advert(&town.ann));
    let newer = Advert { version: Hlc::from_ms(NOW_MS), stamp_ms: NOW_MS + 1, ..bobs.clone() };
    // then: ann's counts, whichever was found first, though his has the greater version
    assert!(newer.version > anns.version && anns.bars(&newer));
    assert!(anns.prevails_over(&newer) && !newer.prevails_over(&anns));
    for order in [[&anns, &newer], [&newer, &anns]] {
        let mut book = Book::new(10);
        for advert in order {
            book.put(advert.clone(), NOW_MS);
        }
        assert_eq!(book.best(&town.server(), NOW_MS).map(|best| best.account), Some(anns.account));
    }
    // and nobody bars somebody of the same rank
    let other = Advert { rank: LEVEL_ADMIN, barred: vec![bobs.account], account: anns.account, ..anns };
    assert!(!other.bars(&bobs));
}

#[test]
fn the_greater_version_counts_then_the_later_stamp() {
    let town = town();
    let first = verified(&town.advert(&town.ann));
    let changed = Advert { version: first.version.next(), stamp_ms: first.stamp_ms - 1, ..first.clone() };
    let signed_again = Advert { stamp_ms: first.stamp_ms + 1, ..first.clone() };
    assert!(changed.prevails_over(&first) && changed.prevails_over(&signed_again));
    assert!(signed_again.prevails_over(&first) && !first.prevails_over(&first));
    // An admin's newer words count over an owner's older ones.
    let admins = Advert { version: first.version.next(), ..verified(&town.advert(&town.bob)) };
    assert!(admins.prevails_over(&first));
}

#[test]
fn the_fullest_listing_is_shortened_until_it_fits() {
    let mut town = town();
    let settings = folkmoot_core::governance::ServerSettings {
        name: "茶".repeat(64),
        description: "ü".repeat(512),
        tags: (0..8).map(|n| format!("{n}{}", "茶".repeat(31))).collect(),
        bootstrap: (0..8).map(|n| format!("/ip4/192.0.2.{n}/udp/4001/quic-v1/{}", "x".repeat(200))).collect(),
        ..town.governance.state().settings().clone()
    };
    town.by_ann(Payload::ServerSet(Box::new(settings)));
    for who in [&town.ann, &town.bob] {
        let bytes = town.advert(who);
        assert!(bytes.len() <= ADVERT_BYTES, "{}", bytes.len());
        let listing = verified(&bytes).listing;
        assert_eq!(listing.name, "茶".repeat(64));
        assert_eq!(listing.tags.len(), 8);
        // Addresses go first, then the end of the description.
        let whole = listing.description == "ü".repeat(512);
        let cut = listing.description.ends_with('…') && listing.description.len() > 100;
        assert!(listing.bootstrap.len() >= 2 && whole || listing.bootstrap.len() == 2 && cut, "{listing:?}");
        assert!(bytes.len() > ADVERT_BYTES - 300, "{}", bytes.len());
    }
}

#[test]
fn a_proof_that_leaves_no_room_is_told() {
    let town = town();
    let mut draft: Draft = town.draft(&town.ann).expect("may sign");
    let event = draft.proof.events[0].clone();
    draft.proof = Proof { events: vec![event; 9], ..draft.proof };
    assert_eq!(draft.sign(town.ann.device.signing_key()), Err(DraftError::TooLarge));
}

#[test]
fn an_advert_stands_for_its_own_server_only() {
    let (town, other) = (town(), ServerId::new([1; 32]));
    let bytes = town.advert(&town.ann);
    assert!(Advert::verify_of(&bytes, &town.server(), NOW_MS).is_ok());
    assert_eq!(Advert::verify_of(&bytes, &other, NOW_MS), Err(InvalidAdvert::Foreign));
}

#[test]
fn an_advert_is_believed_from_its_stamp_to_its_end() {
    let town = town();
    let bytes = town.advert(&town.ann);
    assert!(Advert::verify(&bytes, NOW_MS + ADVERT_LIFETIME_MS - 1).is_ok());
    let end = NOW_MS + ADVERT_LIFETIME_MS;
    assert_eq!(Advert::verify(&bytes, end), Err(InvalidAdvert::Expired { expires_ms: end }));
    let hour = 60 * 60 * 1_000;
    assert!(Advert::verify(&bytes, NOW_MS - hour).is_ok());
    assert_eq!(Advert::verify(&bytes, NOW_MS - hour - 1), Err(InvalidAdvert::FromTheFuture));
}

#[test]
fn the_book_is_bounded_and_forgets_who_was_heard_of_longest_ago() {
    let template = verified(&town().advert(&town().ann));
    let mut book = Book::new(100);
    for n in 0..250_u8 {
        let advert = Advert { server: ServerId::new([n; 32]), ..template.clone() };
        assert!(book.put(advert, NOW_MS + u64::from(n)));
    }
    assert_eq!(book.len(), 100);
    assert!(book.best(&ServerId::new([149; 32]), NOW_MS).is_none());
    assert!(book.best(&ServerId::new([150; 32]), NOW_MS).is_some());
    // Many authors of one server are bounded too, and never push out somebody above them.
    let server = ServerId::new([200; 32]);
    for n in 0..50_u8 {
        let account = folkmoot_core::ids::AccountId::new([n; 32]);
        let stamp_ms = NOW_MS + 1_000 + u64::from(n);
        book.put(Advert { server, account, rank: LEVEL_ADMIN, stamp_ms, ..template.clone() }, NOW_MS);
    }
    let bars_all = Advert {
        server,
        barred: (45..50).map(|n| folkmoot_core::ids::AccountId::new([n; 32])).collect(),
        stamp_ms: NOW_MS + 1,
        ..template.clone()
    };
    book.put(bars_all, NOW_MS);
    assert_eq!(book.len(), 100);
    assert_eq!(book.best(&server, NOW_MS).map(|best| best.account), Some(template.account));
    book.forget_expired(NOW_MS + ADVERT_LIFETIME_MS);
    assert!(book.is_empty());
}

#[test]
fn what_cannot_be_shown_is_not_told() {
    let settings = |name: &str| folkmoot_core::governance::ServerSettings {
        name: name.into(),
        description: "fine\u{202e}".into(),
        tags: vec!["ok".into(), "\u{202e}".into()],
        bootstrap: vec!["nowhere".into()],
        ..town().governance.state().settings().clone()
    };
    assert_eq!(Listing::of(&settings("\u{202e}")), None);
    let listing = Listing::of(&settings("  Tea  house ")).expect("a name");
    assert_eq!((listing.name.as_str(), listing.description.as_str()), ("Tea house", ""));
    assert_eq!((listing.tags, listing.bootstrap), (vec!["ok".to_owned()], Vec::<String>::new()));
}

/// Hexadecimal in lines of 32 bytes.
fn dump(bytes: &[u8]) -> String {
    bytes.chunks(32).map(|line| data_encoding::HEXLOWER.encode(line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn golden_advert_of_an_owner() {
    insta::assert_snapshot!(dump(&town().advert(&town().ann)));
}

#[test]
fn golden_advert_of_an_admin() {
    insta::assert_snapshot!(dump(&town().advert(&town().bob)));
}

proptest! {
    #[test]
    fn garbage_is_answered(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(Advert::verify(&bytes.into(), NOW_MS).is_err());
    }

    #[test]
    fn garbage_within_an_advert_is_answered(at in 0_usize..2_000, junk in prop::collection::vec(any::<u8>(), 1..40)) {
        let whole = town().advert(&town().bob);
        let at = at % whole.len();
        let mut bytes = whole.to_vec();
        let end = (at + junk.len()).min(bytes.len());
        bytes.splice(at..end, junk);
        let bytes = Bytes::from(bytes);
        prop_assert!(bytes == whole || Advert::verify(&bytes, NOW_MS).is_err());
    }
}
