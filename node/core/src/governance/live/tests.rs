//! Properties of resolution on random histories, hostile ones included. FOLKMOOT_SOAK_CASES raises their number.

use std::collections::BTreeSet;

use super::*;
use crate::epoch::recipients_root;
use crate::governance::{
    LEVEL_OWNER,
    cast::{KINDS, Kind, Story, account, admit, cases, device, event_id, invite, key_epoch, remove},
    role::Rank,
};

/// Everything a reader can see, in an order that does not depend on how events arrived.
fn view(governance: &Governance) -> String {
    let state = governance.state();
    let effective = effective(governance);
    let epochs: BTreeSet<EventId> = state.epochs().map(|epoch| epoch.event).collect();
    let accounts: Vec<AccountId> = state.accounts_ever().collect();
    let people: Vec<_> = accounts
        .iter()
        .map(|who| {
            let devices: Vec<DeviceId> = state.devices_of(who).collect();
            let owners: Vec<Option<AccountId>> = devices.iter().map(|d| state.account_of_device(d)).collect();
            (who, state.member(who), state.restrictions(who), devices, owners)
        })
        .collect();
    let invites: Vec<_> = state
        .invites()
        .map(|i| (i.id, i.uses, i.status(Hlc::ZERO), state.invite_by_key(&i.terms.public_key).map(|i| i.id)))
        .collect();
    let enter: Vec<(AccountId, EventId)> = accounts
        .iter()
        .flat_map(|who| state.invites().map(|i| (*who, i.id)))
        .filter(|(who, invite)| state.may_enter(who, invite))
        .collect();
    let (bans, pending): (Vec<AccountId>, Vec<AccountId>) = (state.bans().collect(), state.pending().collect());
    let channels: Vec<_> = state.channels().collect();
    format!(
        "{effective:?}\n{epochs:?}\n{people:?}\n{invites:?}\n{enter:?}\n{bans:?}\n{pending:?}\n{channels:?}\n{:?}\n{:?}",
        state.roles(),
        state.heirs()
    )
}

fn effective(governance: &Governance) -> BTreeSet<EventId> {
    governance.events().map(Event::id).filter(|id| governance.is_effective(id)).collect()
}

/// That what is kept up to date is what deciding everything anew gives.
fn assert_fresh(governance: &Governance, context: &str) {
    let mut whole = Resolution::of(&governance.dag, None);
    assert_eq!(governance.resolution.verdicts, whole.verdicts, "{context}");
    let rebuilt = Builder::new(&governance.dag, &mut whole).whole();
    let here: BTreeSet<EventId> = governance.state.departures().collect();
    for event in governance.events().filter(|e| governance.is_effective(&e.id())) {
        let left = matches!(
            event.payload,
            Payload::Leave { .. } | Payload::Remove(_) | Payload::Ban(_) | Payload::DeviceRevoke { .. }
        );
        assert!(!left || here.contains(&event.id()), "{context}");
    }
    assert_eq!(governance.state.without_departures(), rebuilt.without_departures(), "{context}");
}

#[test]
fn any_causal_order_gives_the_same_and_so_does_deciding_everything_at_once() {
    for seed in 0..cases(150) {
        let mut story = Story::random(seed);
        let expected = view(&story.governance);
        for _ in 0..2 {
            let order = story.shuffled();
            let mut again = Governance::new(story.event(order[0])).expect("a genesis");
            for index in &order[1..] {
                let before = effective(&again);
                let inserted = again.insert(story.event(*index)).expect("causal order");
                assert_fresh(&again, &format!("seed {seed}, event {index}"));
                let turned: Vec<EventId> = before.symmetric_difference(&effective(&again)).copied().collect();
                let mut told = inserted.effective_changed;
                told.sort_unstable();
                assert_eq!(told, turned, "seed {seed}, event {index}");
            }
            assert_eq!(view(&again), expected, "seed {seed}");
            let mut batch = Governance::new(story.event(order[0])).expect("a genesis");
            batch.insert_all(order[1..].iter().map(|index| story.event(*index))).expect("causal order");
            assert_eq!(view(&batch), expected, "seed {seed}");
        }
    }
}

#[test]
fn who_knew_of_what_is_what_the_naive_set_says_even_of_equivocating_devices() {
    let mut equivocations = 0;
    for seed in 0..cases(100) {
        let story = Story::random(seed);
        for (later, past) in story.pasts.iter().enumerate() {
            for earlier in 0..story.bodies.len() {
                let (a, b) = (story.bodies[earlier].0, story.bodies[later].0);
                assert_eq!(story.governance.is_in_past(&a, &b), past.contains(&earlier), "seed {seed}");
            }
        }
        equivocations += story.governance.equivocations().len();
    }
    assert!(equivocations > 100, "the histories are tame: {equivocations}");
}

#[test]
fn p1_lower_ranks_never_decide_about_higher_ones() {
    for seed in 0..cases(100) {
        let story = Story::random(seed);
        let governance = &story.governance;
        for cut in [10, 50, 80, 99].map(Rank::of_level) {
            // Events of the lower ranks that give nothing to others are dropped by deciding only the higher ones.
            let mut above = Resolution::of(&governance.dag, None);
            let verdicts = above.verdicts.clone();
            above = Resolution { verdicts: vec![Verdict::Open; verdicts.len()], ..Resolution::default() };
            let mut order: Vec<u32> = (0..governance.dag.len_u32()).filter(|p| governance.dag.rank(*p) > cut).collect();
            order.sort_by_key(|p| (std::cmp::Reverse(governance.dag.rank(*p)), governance.dag.key(*p)));
            for position in order {
                let alone = above.decide(&governance.dag, position);
                assert_eq!(alone, verdicts[position as usize], "seed {seed}");
            }
        }
    }
}

#[test]
fn p2_nothing_by_the_removed_survives_unseen_unless_covered_or_ratified() {
    for seed in 0..cases(150) {
        let story = Story::random(seed);
        let (dag, resolution) = (&story.governance.dag, &story.governance.resolution);
        let decided: Vec<u32> = (0..dag.len_u32()).filter(|p| resolution.is_effective(*p)).collect();
        for r in &decided {
            let (Payload::Remove(act) | Payload::Ban(act)) = &dag.event(*r).payload else { continue };
            for e in decided.iter().filter(|e| dag.event(**e).account == act.account) {
                let (Some(grant), Some(role)) = (dag.node(*e).claim.grant, dag.node(*e).claim.role) else { continue };
                if Rank::of_level(dag.role_level(role)) >= dag.rank(*r) {
                    continue;
                }
                let excused = dag.is_in_past(*e, *r)
                    || dag.is_in_past(*r, grant)
                    || decided.iter().any(|c| match &dag.event(*c).payload {
                        Payload::Checkpoint { .. } => dag.is_in_past(*e, *c) && !dag.is_in_past(*r, *c),
                        Payload::Ratify { ids } => ids.contains(&dag.event(*e).id()),
                        _ => false,
                    });
                assert!(excused, "seed {seed}: {:?} survives {:?}", dag.event(*e).payload, dag.event(*r).payload);
            }
        }
    }
}

#[test]
fn p3_an_event_that_follows_everything_changes_nothing_that_was() {
    for seed in 0..cases(150) {
        let mut story = Story::random(seed);
        for kind in KINDS.into_iter().filter(|kind| *kind != Kind::Ratify) {
            let all = (0..story.bodies.len()).collect();
            let before = effective(&story.governance);
            let Some(index) = story.act(&[kind], Some(all)) else { continue };
            let mut after = effective(&story.governance);
            after.remove(&story.bodies[index].0);
            assert_eq!(after, before, "seed {seed}, {kind:?}");
        }
    }
}

#[test]
fn p5_owners_stay_and_nobody_holds_a_level_that_no_effective_grant_from_above_gives() {
    for seed in 0..cases(150) {
        let story = Story::random(seed);
        let (governance, dag) = (&story.governance, &story.governance.dag);
        let Payload::Genesis(genesis) = &story.bodies[0].1.payload else { panic!("a genesis") };
        for founder in &genesis.founders {
            assert_eq!(governance.state().level_of(&founder.account), u32::from(LEVEL_OWNER), "seed {seed}");
        }
        for who in governance.state().members() {
            let member = governance.state().member(&who).expect("listed");
            let grant = dag.position(&member.grant).expect("known");
            assert!(governance.state().is_effective_grant_to(&member.grant, &who), "seed {seed}");
            assert_eq!(dag.conferred(grant).map(|role| dag.role_level(role)), Some(member.level), "seed {seed}");
            let above = dag.rank(grant) > Rank::of_level(member.level);
            let own_rule = match &dag.event(grant).payload {
                Payload::Admit(_) => member.level <= 10,
                Payload::OwnerAdd { .. } => dag.rank(grant) == Rank::OWNER,
                _ => false,
            };
            assert!(above || own_rule, "seed {seed}: {:?}", dag.event(grant).payload);
        }
    }
}

#[test]
fn p6_what_an_owners_checkpoint_covers_stays_whatever_comes_that_does_not_follow_it() {
    for seed in 0..cases(150) {
        let mut story = Story::random(seed);
        let covered: Vec<usize> = (0..story.bodies.len()).collect();
        let owner = story.people[0];
        let hlc = story.bodies.iter().map(|(_, body)| body.hlc.bits()).max().unwrap_or(0) + 1;
        let checkpoint = Payload::Checkpoint { seal: false };
        story.tell(owner, owner.as_device(), Some(event_id(0)), hlc, &covered, checkpoint);
        let was: Vec<bool> = covered.iter().map(|i| story.governance.is_effective(&story.bodies[*i].0)).collect();
        let kinds: Vec<Kind> = KINDS
            .into_iter()
            .filter(|kind| !matches!(kind, Kind::Checkpoint | Kind::Ratify | Kind::DeviceRevoke))
            .collect();
        for _ in 0..6 {
            let parents = (0..2).map(|n| covered[(n * 31 + seed as usize) % covered.len()]).collect();
            story.act(&kinds, Some(parents));
        }
        let is: Vec<bool> = covered.iter().map(|i| story.governance.is_effective(&story.bodies[*i].0)).collect();
        assert_eq!(was, is, "seed {seed}");
    }
}

#[test]
fn the_removed_return_only_by_a_grant_or_invite_made_in_knowledge_of_it() {
    let mut removed = 0;
    for seed in 0..cases(200) {
        let story = Story::random(seed);
        let (governance, dag) = (&story.governance, &story.governance.dag);
        for r in (0..dag.len_u32()).filter(|p| governance.resolution.is_effective(*p)) {
            let Payload::Remove(act) = &dag.event(r).payload else { continue };
            let level = governance.state().level_of(&act.account);
            if level == 0 || level >= u32::from(dag.rank(r).level()) {
                removed += 1;
                continue;
            }
            let member = governance.state().member(&act.account).expect("has a level");
            let knowing = member.grants.iter().all(|(role, grant)| {
                let grant = dag.position(grant).expect("known");
                let made = match &dag.event(grant).payload {
                    Payload::Admit(admit) => dag.position(&admit.invite).expect("known"),
                    _ => grant,
                };
                Rank::of_level(dag.role_level(*role)) >= dag.rank(r) || dag.is_in_past(r, made)
            });
            assert!(knowing, "seed {seed}");
        }
    }
    assert!(removed > 20, "the histories are tame: {removed}");
}

#[test]
fn the_state_at_some_events_is_that_of_a_node_that_knows_only_their_past() {
    for seed in 0..cases(60) {
        let mut story = Story::random(seed);
        let index = story.bodies.len() / 2;
        let mut known: Vec<usize> = story.pasts[index].iter().copied().chain([index]).collect();
        known.sort_unstable();
        let mut node = Governance::new(story.event(0)).expect("a genesis");
        node.insert_all(known[1..].iter().map(|i| story.event(*i))).expect("causal order");
        let there = story.governance.state_at(&[story.bodies[index].0]);
        let members = |state: &State| state.members().map(|who| state.member(&who).cloned()).collect::<Vec<_>>();
        assert_eq!(members(&there), members(node.state()), "seed {seed}");
        assert_eq!(there.channels().collect::<Vec<_>>(), node.state().channels().collect::<Vec<_>>(), "seed {seed}");
        // And an epoch's recipients are those that its author knew of, whatever has come since.
        let (owner, hlc) = (story.people[0], story.bodies[index].1.hlc.bits() + 1);
        let epoch = story.tell(owner, owner.as_device(), Some(event_id(0)), hlc, &[index], key_epoch());
        assert_eq!(
            story.governance.access_at(&story.bodies[epoch].0).map(|access| access.root),
            Some(recipients_root(node.state().member_devices())),
            "seed {seed}"
        );
    }
}

#[test]
fn whoever_lacks_events_gets_exactly_those_when_its_heads_are_known() {
    for seed in 0..cases(100) {
        let story = Story::random(seed);
        let index = story.bodies.len() - 1;
        let known: Vec<usize> = story.pasts[index].iter().copied().filter(|i| *i > 0).collect();
        let mut other = Governance::new(story.event(0)).expect("a genesis");
        other.insert_all(known.iter().map(|i| story.event(*i))).expect("causal order");
        let missing: Vec<EventId> =
            story.governance.missing_for(&other.heads(), &other.device_seqs()).map(Event::id).collect();
        assert_eq!(missing.len(), story.bodies.len() - other.len(), "seed {seed}");
        for id in missing {
            let index = story.bodies.iter().position(|(other, _)| *other == id).expect("known");
            other.insert(story.event(index)).expect("parents come first");
        }
        assert_eq!(view(&other), view(&story.governance), "seed {seed}");
    }
}

#[test]
fn two_sides_that_know_different_things_come_to_the_same_by_asking_for_missing_parents() {
    for seed in 0..cases(100) {
        let mut story = Story::random(seed);
        let order = story.shuffled();
        let mut sides = [0, 1].map(|side| {
            let mut node = Governance::new(story.event(0)).expect("a genesis");
            for index in order[1..].iter().filter(|index| (**index + side) % 3 != 0) {
                match node.insert(story.event(*index)) {
                    Ok(_) | Err(InsertError::MissingParents { .. } | InsertError::Sequence { .. }) => {}
                    Err(error) => panic!("seed {seed}: {error:?}"),
                }
            }
            node
        });
        for _ in 0..8 {
            for (from, to) in [(0, 1), (1, 0)] {
                let mut sent: Vec<EventId> =
                    sides[from].missing_for(&sides[to].heads(), &sides[to].device_seqs()).map(Event::id).collect();
                while let Some(id) = sent.pop() {
                    let index = story.bodies.iter().position(|(other, _)| *other == id).expect("known");
                    if let Err(InsertError::MissingParents { parents }) = sides[to].insert(story.event(index)) {
                        sent.push(id);
                        sent.extend(parents);
                    }
                }
            }
        }
        assert_eq!(view(&sides[0]), view(&sides[1]), "seed {seed}");
    }
}

#[test]
fn a_second_event_with_one_number_is_told_and_kills_nothing() {
    let mut story = Story::begin(1);
    let owner = story.people[0];
    let first = story.tell(owner, owner.as_device(), Some(event_id(0)), 5, &[0], invite(None));
    let body = EventBody { hlc: Hlc::from_bits(6), ..story.bodies[first].1.clone() };
    let inserted = story.governance.insert(body.assume(event_id(99))).expect("parents are known");
    assert_eq!((inserted.effective, inserted.equivocates), (true, Some(story.bodies[first].0)));
    assert!(story.governance.is_effective(&story.bodies[first].0));
    let proofs = story.governance.equivocations();
    assert_eq!(proofs.keys().collect::<Vec<_>>(), [&(owner.as_device(), 1)]);
}

#[test]
fn each_broken_event_is_refused_for_its_own_reason_and_changes_nothing() {
    let mut story = Story::begin(1);
    let (owner, server) = (story.people[0], story.governance.server());
    let good = EventBody {
        server: Some(server),
        account: owner,
        device: owner.as_device(),
        seq: 1,
        hlc: Hlc::from_bits(2),
        parents: vec![event_id(0)],
        auth: Some(event_id(0)),
        payload: remove(account(3)),
    };
    let mut refused = |body: EventBody| story.governance.insert(body.assume(event_id(7))).expect_err("broken");
    assert_eq!(refused(EventBody { hlc: Hlc::from_bits(1), ..good.clone() }), InsertError::HlcNotAfterParents);
    assert_eq!(refused(EventBody { seq: 2, ..good.clone() }), InsertError::Sequence { expected: 1, found: 2 });
    assert_eq!(
        refused(EventBody { parents: vec![event_id(5)], ..good.clone() }),
        InsertError::MissingParents { parents: vec![event_id(5)] }
    );
    assert_eq!(refused(EventBody { server: Some(ServerId::new([9; 32])), ..good.clone() }), InsertError::OtherServer);
    assert_eq!(refused(EventBody { parents: Vec::new(), ..good.clone() }), InsertError::Genesis);
    assert_eq!(story.governance.len(), 1);
    story.governance.insert(good.clone().assume(event_id(7))).expect("nothing wrong with it");
    assert_eq!(story.governance.insert(good.assume(event_id(7))).expect_err("twice"), InsertError::Known);
}

#[test]
fn among_more_heads_than_an_event_may_follow_it_follows_what_it_rests_on() {
    // given: an invite, an admission and a role definition, each behind a head of its own, older than forty others
    let mut story = Story::begin(1);
    let (owner, member) = (story.people[0], story.people[3]);
    let by_owner = |story: &mut Story, hlc, parents: &[usize], payload| {
        story.tell(owner, owner.as_device(), Some(event_id(0)), hlc, parents, payload)
    };
    let door = by_owner(&mut story, 2, &[0], invite(None));
    let other_door = by_owner(&mut story, 3, &[0], invite(None));
    let joined = by_owner(&mut story, 4, &[door], admit(member, event_id(1)));
    for n in 0..40 {
        by_owner(&mut story, 10 + n, &[0], invite(None));
    }
    let (grant, invite) = (story.bodies[joined].0, story.bodies[other_door].0);
    // when: the member admits somebody by the other invite
    let payload = admit(account(77), invite);
    let body = story.governance.next_body(member, device(member, 1), Some(grant), Hlc::ZERO, 0, payload);
    // then: what it rests on is in its past
    assert_eq!(body.parents.len(), EVENT_PARENTS);
    let inserted = story.governance.insert(body.assume(event_id(500))).expect("in order");
    assert!(inserted.effective, "{:?}", story.governance.why(&inserted.id));
}

#[test]
fn what_somebody_could_do_at_a_stamp_is_what_they_could_do_then() {
    for seed in 0..cases(100) {
        // given: a history in which everybody knows everything, and what it came to after each event
        let mut story = Story::begin(seed);
        let mut then = vec![(story.bodies[0].1.hlc, story.governance.state().clone())];
        for _ in 0..40 {
            let last = story.bodies.len() - 1;
            if story.act(&KINDS, Some(vec![last])).is_some() {
                then.push((story.bodies[last + 1].1.hlc, story.governance.state().clone()));
            }
        }
        // then: it is still said so of that time, by whoever learned of it all in another order
        let order = story.shuffled();
        let mut late = Governance::new(story.event(order[0])).expect("a genesis");
        late.insert_all(order[1..].iter().map(|index| story.event(*index)).collect::<Vec<_>>()).expect("causal");
        let channels: Vec<ChannelId> = story.governance.state().channel_ids().collect();
        for (at, state) in &then {
            for who in &story.people {
                for (permission, channel) in Permission::ALL.iter().flat_map(|p| channels.iter().map(move |c| (*p, c)))
                {
                    assert_eq!(
                        late.may_at(who, permission, channel, *at),
                        state.may(who, permission, Some(channel), at.ms()),
                        "seed {seed}, {permission} of {who:?} at {at}"
                    );
                }
            }
        }
    }
}
