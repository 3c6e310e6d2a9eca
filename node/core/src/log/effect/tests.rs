//! Effects on random messages in random order, compared with what the rules say of the whole set. FOLKMOOT_SOAK_CASES raises the
//! number of cases.

use std::collections::{BTreeMap, BTreeSet};

use folkmoot_proto::limits::{EMOJI_PER_HAND, EMOJI_PER_MESSAGE};
use rand::{RngExt, SeedableRng, rngs::SmallRng, seq::SliceRandom};

use super::*;
use crate::{
    governance::cast::{account, cases},
    log::{Done, Outcome, Tally},
};

fn moment(ms: u64, n: u32) -> Moment {
    Moment { hlc: Hlc::from_ms(ms), id: EntryId::new(*blake3::hash(&n.to_be_bytes()).as_bytes()) }
}

fn emoji(n: u32) -> Emoji {
    Emoji::new(&char::from_u32(0x4e00 + n).expect("a character").to_string()).expect("an emoji")
}

fn target() -> Target {
    Target { author: account(0), at: moment(100, 0) }
}

/// Effects of a few accounts, most after the message, some before it, some forbidden.
fn some(random: &mut SmallRng) -> Vec<Effect> {
    // Few emoji make accounts meet, many overflow what is remembered of one.
    let kinds = if random.random_bool(0.5) { 4 } else { 100 };
    let redacts = random.random_bool(0.2);
    let count = random.random_range(0..400);
    let effects = (1..=count).map(|n| {
        let act = match random.random_range(0..10) {
            0 => Act::Edit,
            1 => Act::Pin,
            2 => Act::Unpin,
            3 if redacts => Act::Redact,
            4 | 5 => Act::Unreact(emoji(random.random_range(0..kinds))),
            _ => Act::React(emoji(random.random_range(0..kinds))),
        };
        let at = moment(random.random_range(80..300), n);
        Effect { at, by: account(random.random_range(0..4)), act, allowed: random.random_bool(0.8) }
    });
    effects.collect()
}

fn taken<'a>(effects: impl IntoIterator<Item = &'a Effect>) -> Effects {
    let mut taken = Effects::default();
    for effect in effects {
        taken.take(effect);
    }
    taken
}

/// The rules, said of the whole set at once.
fn by_the_rules(effects: &[Effect], target: &Target, me: &AccountId) -> Outcome {
    let newest = |wanted: &dyn Fn(&Effect) -> bool| {
        effects.iter().filter(|e| e.at > target.at && wanted(e)).max_by_key(|e| e.at)
    };
    let accounts: BTreeSet<AccountId> = effects.iter().map(|e| e.by).collect();
    let redactions = accounts.iter().filter_map(|by| {
        let counts = |e: &Effect| e.act == Act::Redact && e.by == *by && (e.by == target.author || e.allowed);
        newest(&counts).map(|e| Done { at: e.at, by: e.by })
    });
    if let Some(redaction) = redactions.min() {
        return Outcome { redaction: Some(redaction), ..Outcome::default() };
    }
    let edit = newest(&|e| e.act == Act::Edit && e.by == target.author && e.allowed).map(|e| e.at);
    let pin = newest(&|e| matches!(e.act, Act::Pin | Act::Unpin) && e.allowed);
    let pin = pin.filter(|e| e.act == Act::Pin).map(|e| Done { at: e.at, by: e.by });
    let mut tallies: BTreeMap<Emoji, Tally> = BTreeMap::new();
    for by in accounts {
        let mut cells: BTreeMap<&Emoji, (Moment, bool)> = BTreeMap::new();
        for effect in effects.iter().filter(|e| e.by == by) {
            let (emoji, on) = match &effect.act {
                Act::React(emoji) if effect.allowed => (emoji, true),
                Act::Unreact(emoji) => (emoji, false),
                _ => continue,
            };
            let cell = cells.entry(emoji).or_insert((effect.at, on));
            *cell = (*cell).max((effect.at, on));
        }
        let mut cells: Vec<_> = cells.into_iter().collect();
        cells.sort_by_key(|(_, (at, _))| std::cmp::Reverse(*at));
        for (emoji, (at, on)) in cells.into_iter().take(EMOJI_PER_HAND) {
            if on && at > target.at {
                let fresh = || Tally { emoji: emoji.clone(), count: 0, first: at, me: false };
                let tally = tallies.entry(emoji.clone()).or_insert_with(fresh);
                tally.count += 1;
                tally.first = tally.first.min(at);
                tally.me |= by == *me;
            }
        }
    }
    let mut reactions: Vec<Tally> = tallies.into_values().collect();
    reactions.sort_by_key(|tally| (std::cmp::Reverse(tally.count), tally.first));
    reactions.truncate(EMOJI_PER_MESSAGE);
    reactions.sort_by_key(|tally| tally.first);
    Outcome { edit, pin, redaction: None, reactions }
}

#[test]
fn effects_come_to_the_same_in_any_order_and_to_what_the_rules_say() {
    for seed in 0..cases(500) {
        let mut random = SmallRng::seed_from_u64(seed);
        let mut effects = some(&mut random);
        let whole = taken(&effects);
        assert_eq!(
            whole.outcome(&target(), &account(1)),
            by_the_rules(&effects, &target(), &account(1)),
            "seed {seed}"
        );
        for _ in 0..3 {
            effects.shuffle(&mut random);
            // Some come twice, as from two peers.
            let again = effects.iter().filter(|_| random.random_bool(0.3)).cloned().collect::<Vec<_>>();
            assert_eq!(taken(effects.iter().chain(&again)), whole, "seed {seed}");
        }
    }
}

#[test]
fn an_effect_that_changes_nothing_says_so() {
    for seed in 0..cases(100) {
        let mut random = SmallRng::seed_from_u64(seed);
        let mut taken = Effects::default();
        for effect in some(&mut random) {
            let before = taken.clone();
            let changed = taken.take(&effect);
            assert_eq!(changed, taken != before, "seed {seed}: {effect:?}");
        }
    }
}

fn effect(ms: u64, by: u32, act: Act) -> Effect {
    Effect { at: moment(ms, u32::try_from(ms).expect("small")), by: account(by), act, allowed: true }
}

#[test]
fn only_the_author_edits() {
    let effects = taken(&[effect(110, 0, Act::Edit), effect(120, 1, Act::Edit)]);
    let outcome = effects.outcome(&target(), &account(0));
    assert_eq!(outcome.edit, Some(moment(110, 110)));
}

#[test]
fn a_foreign_redaction_needs_the_permission_and_ones_own_does_not() {
    let mut own = effect(110, 0, Act::Redact);
    own.allowed = false;
    assert_eq!(taken(&[own]).redaction(&target()).map(|done| done.by), Some(account(0)), "the author's own");
    let mut foreign = effect(110, 1, Act::Redact);
    assert_eq!(taken(&[foreign.clone()]).redaction(&target()).map(|done| done.by), Some(account(1)));
    foreign.allowed = false;
    assert_eq!(taken(&[foreign.clone()]).redaction(&target()), None);
    // and: a right that is gone takes nothing away from what was done while it lasted
    let earlier = effect(105, 1, Act::Redact);
    assert_eq!(taken(&[foreign, earlier]).redaction(&target()).map(|done| done.at), Some(moment(105, 105)));
}

#[test]
fn a_redaction_stamped_before_its_message_is_none() {
    // Or whoever lost the permission would backdate what they do now.
    assert_eq!(taken(&[effect(99, 1, Act::Redact)]).redaction(&target()), None);
}

#[test]
fn a_redacted_message_shows_nothing_else() {
    let done = [
        effect(110, 0, Act::Edit),
        effect(111, 1, Act::React(emoji(1))),
        effect(112, 1, Act::Pin),
        effect(113, 0, Act::Redact),
    ];
    let outcome = taken(&done).outcome(&target(), &account(1));
    let redaction = Some(Done { at: moment(113, 113), by: account(0) });
    assert_eq!(outcome, Outcome { redaction, ..Outcome::default() });
}

#[test]
fn somebody_elses_unpin_counts_and_a_forbidden_one_does_not() {
    let pin = effect(110, 1, Act::Pin);
    let mut unpin = effect(120, 2, Act::Unpin);
    assert_eq!(taken(&[pin.clone(), unpin.clone()]).outcome(&target(), &account(0)).pin, None);
    unpin.allowed = false;
    assert_eq!(taken(&[pin, unpin]).outcome(&target(), &account(0)).pin.map(|pin| pin.by), Some(account(1)));
}

#[test]
fn a_flood_of_emoji_by_one_account_displaces_nobody_elses() {
    // given: two accounts who agree, after a third put a hundred others
    let mut done: Vec<Effect> = (0..100).map(|n| effect(110 + n, 3, Act::React(emoji(100 + n as u32)))).collect();
    done.push(effect(300, 1, Act::React(emoji(1))));
    done.push(effect(301, 2, Act::React(emoji(1))));
    // then: theirs is shown, and no more than a message shows
    let outcome = taken(&done).outcome(&target(), &account(2));
    assert_eq!(outcome.reactions.len(), EMOJI_PER_MESSAGE);
    let theirs = outcome.reactions.iter().find(|tally| tally.emoji == emoji(1)).expect("shown");
    assert_eq!((theirs.count, theirs.me), (2, true));
    assert!(outcome.shows(&emoji(1)) && !outcome.shows(&emoji(2)));
}

#[test]
fn what_is_remembered_of_one_account_is_bounded() {
    let done: Vec<Effect> = (0..1_000).map(|n| effect(110 + n, 3, Act::React(emoji((n % 500) as u32)))).collect();
    assert_eq!(taken(&done).hand(&account(3)).map(|hand| hand.reactions.len()), Some(EMOJI_PER_HAND));
}
