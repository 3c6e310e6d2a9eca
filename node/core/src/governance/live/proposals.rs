//! Trying an act out: it is judged as if it were taken, and leaves no trace unless it counts.

use super::*;
use crate::{
    governance::{
        Because, Expulsion, Override, OverrideTarget, Permission, Permissions, Restrict, Role, RoleChange, RoleDef,
        RolePerms, Rule,
        cast::{KINDS, Story, account, admit, cases, channel_put, device, event_id, genesis, invite},
    },
    ids::ChannelId,
};

/// A server of one owner, who is account 0; whoever acts does so with the grant named, on top of everything.
struct Scene {
    governance: Governance,
    told: u32,
}

impl Scene {
    fn new() -> Self {
        let governance = Governance::new(genesis(&[account(0)]).assume(event_id(0))).expect("a genesis");
        Self { governance, told: 0 }
    }

    fn event(&self, who: u32, auth: Option<EventId>, payload: Payload) -> Verified {
        let author = account(who);
        let signer = if payload.is_own_word() { author.as_device() } else { device(author, 1) };
        let body = self.governance.next_body(author, signer, auth, Hlc::ZERO, 0, payload);
        body.assume(event_id(self.told + 1))
    }

    fn owner(&mut self, payload: Payload) -> EventId {
        self.act(0, Some(event_id(0)), payload)
    }

    fn act(&mut self, who: u32, auth: Option<EventId>, payload: Payload) -> EventId {
        let event = self.event(who, auth, payload);
        self.told += 1;
        let inserted = self.governance.propose(event).unwrap_or_else(|error| panic!("{error}"));
        assert!(inserted.effective);
        inserted.id
    }

    fn refused(&mut self, who: u32, auth: Option<EventId>, payload: Payload) -> Why {
        let event = self.event(who, auth, payload);
        match self.governance.propose(event) {
            Err(Proposal::Ineffective(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    fn join(&mut self, who: u32) -> EventId {
        let door = self.owner(invite(None));
        self.owner(admit(account(who), door))
    }

    fn state(&self) -> &State {
        self.governance.state()
    }
}

fn admins() -> Payload {
    Payload::RoleDef(RoleDef { name: "helper".into(), level: 40, bits: Permissions::MOD })
}

#[test]
fn what_is_tried_out_leaves_no_trace_and_what_is_taken_counts() {
    let (mut taken, mut refused) = (0, 0);
    for seed in 0..cases(150) {
        let mut story = Story::random(seed);
        for _ in 0..10 {
            // given: somebody does something, on top of everything there is
            let heads = story.governance.heads();
            let parents = (0..story.bodies.len()).filter(|i| heads.contains(&story.bodies[*i].0)).collect::<Vec<_>>();
            if parents.len() > EVENT_PARENTS {
                break;
            }
            let mut twin = Governance::new(story.event(0)).expect("a genesis");
            for index in 1..story.bodies.len() {
                twin.insert(story.event(index)).expect("causal order");
            }
            // Maps have no order, but say as much before as after.
            let size = |governance: &Governance| format!("{:?}", governance.dag).len();
            let (before, state) = (size(&twin), twin.state.clone());
            let Some(index) = story.act(&KINDS, Some(parents)) else { continue };
            let event = story.event(index);
            let counts = story.governance.is_effective(&event.event().id());
            // then: trying it out says whether it would count, and changes nothing
            let considered = twin.consider(event.clone());
            assert_eq!(considered.is_ok(), counts, "seed {seed}: {considered:?}");
            assert_eq!(size(&twin), before, "seed {seed}");
            assert!(twin.state == state, "seed {seed}");
            // then: proposing it takes it exactly when it counts
            let proposed = twin.propose(event);
            assert_eq!(proposed.is_ok(), counts, "seed {seed}: {proposed:?}");
            if counts {
                taken += 1;
                assert_eq!(twin.len(), story.governance.len());
            } else {
                refused += 1;
                // and: whatever comes after finds everything as it was
                assert_eq!(twin.heads(), heads, "seed {seed}");
                let door =
                    twin.next_body(account(0), device(account(0), 1), Some(event_id(0)), Hlc::ZERO, 0, invite(None));
                twin.insert(door.assume(event_id(1_000_000))).expect("in order");
            }
        }
    }
    assert!(taken > 100 && refused > 100, "the acts are all alike: {taken} taken, {refused} refused");
}

#[test]
fn whoever_holds_a_deleted_role_holds_neither_its_bits_nor_its_level() {
    // given: bob, a member, with a role of level 40
    let mut scene = Scene::new();
    scene.join(1);
    let role = Role::Custom(scene.owner(admins()));
    let grant = scene.owner(Payload::Grant(RoleChange { account: account(1), role }));
    assert_eq!(scene.state().level_of(&account(1)), 40);

    // when: it is deleted
    let gone = RolePerms { role, bits: Permissions::NONE, name: None, deleted: true };
    scene.owner(Payload::RolePerms(gone));

    // then: he is a member, and can do nothing by it, not even what needs no bit
    assert_eq!(scene.state().level_of(&account(1)), 10);
    assert!(scene.state().roles().iter().all(|held| held.role != role));
    assert_eq!(scene.refused(1, Some(grant), Payload::Ratify { ids: Vec::new() }), Why::RoleNotInForce);
    let kick = Payload::Remove(Expulsion { account: account(2), reason: String::new(), fences: Vec::new() });
    assert_eq!(scene.refused(1, Some(grant), kick), Why::RoleNotInForce);

    // when: a later word brings it back
    let back = RolePerms { role, bits: Permissions::MOD, name: Some("helpers".into()), deleted: false };
    scene.owner(Payload::RolePerms(back));

    // then: so is his level, and the role has its new name
    assert_eq!(scene.state().level_of(&account(1)), 40);
    assert_eq!(scene.state().role(&role).map(|role| role.name.as_str()), Some("helpers"));
}

#[test]
fn a_timeout_is_ended_by_its_rank_and_not_from_below() {
    // given: carol in timeout by an owner, and a moderator
    let mut scene = Scene::new();
    scene.join(1);
    scene.join(2);
    let moderator = scene.owner(Payload::Grant(RoleChange { account: account(1), role: Role::Mod }));
    let restrict = |until_ms, lifts| {
        Payload::Restrict(Restrict {
            account: account(2),
            until_ms,
            channels: Vec::new(),
            fences: Vec::new(),
            lifts,
            reason: String::new(),
        })
    };
    let first = scene.owner(restrict(1_000, Vec::new()));
    let silent = |scene: &Scene| scene.state().may(&account(2), Permission::Send, None, 500).is_err();
    assert!(silent(&scene));

    // when: the moderator says that it ends
    scene.act(1, Some(moderator), restrict(0, vec![first]));
    // then: it does not
    assert!(silent(&scene));

    // when: the owner does
    scene.owner(restrict(0, vec![first]));
    // then: carol may speak
    assert!(!silent(&scene));
}

#[test]
fn a_closed_server_is_for_reading_until_an_owner_opens_it() {
    let mut scene = Scene::new();
    let entry = scene.join(1);
    let admin = scene.owner(Payload::Grant(RoleChange { account: account(1), role: Role::Admin }));
    assert_eq!(scene.refused(1, Some(admin), Payload::ServerDelete { restore: false }), Why::OwnersOnly);
    assert_eq!(scene.refused(1, Some(entry), Payload::ServerDelete { restore: false }), Why::OwnersOnly);

    scene.owner(Payload::ServerDelete { restore: false });
    for who in [0, 1] {
        let denied = scene.state().may(&account(who), Permission::Send, None, 0).expect_err("closed");
        assert_eq!(denied.because, Because::Deleted);
        assert!(scene.state().may(&account(who), Permission::View, None, 0).is_ok());
    }
    assert_eq!(scene.refused(1, Some(admin), Payload::ServerDelete { restore: true }), Why::OwnersOnly);
    scene.owner(Payload::ServerDelete { restore: true });
    assert!(scene.state().may(&account(1), Permission::Send, None, 0).is_ok());
}

#[test]
fn an_explanation_tells_each_step_and_ends_where_the_decision_does() {
    // given: bob, member and helper, in a channel that silences members and lets helpers speak
    let mut scene = Scene::new();
    scene.join(1);
    let role = Role::Custom(scene.owner(admins()));
    scene.owner(Payload::Grant(RoleChange { account: account(1), role }));
    let channel = ChannelId::from(scene.owner(channel_put(None, "quiet".into())));
    let send = Permission::Send.bit();
    let mut overrides = vec![
        Override { target: OverrideTarget::Role(Role::Member), allow: Permissions::NONE, deny: send },
        Override { target: OverrideTarget::Role(role), allow: send, deny: Permission::Pin.bit() },
    ];
    overrides.sort_unstable_by_key(|o| o.target);
    let Payload::ChannelPut(put) = channel_put(Some(channel), "quiet".into()) else { unreachable!("a CHANNEL_PUT") };
    scene.owner(Payload::ChannelPut(crate::governance::ChannelPut { overrides, ..put }));

    // when: it is explained what he may do
    let (steps, held) = scene.state().explain(&account(1), Some(&channel), 0);

    // then: roles first, then overrides from the lowest role up
    let rules: Vec<Rule> = steps.iter().map(|step| step.rule).collect();
    let expected = [
        Rule::Role(role),
        Rule::Role(Role::Member),
        Rule::Override(OverrideTarget::Role(Role::Member)),
        Rule::Override(OverrideTarget::Role(role)),
    ];
    assert_eq!(rules, expected);
    assert_eq!(steps[2].takes, send);
    assert_eq!((steps[3].gives, steps[3].takes), (send, Permission::Pin.bit()));

    // then: it says what the decision says, for every permission and everybody
    for who in [0, 1, 2] {
        let (_, held) = scene.state().explain(&account(who), Some(&channel), 0);
        for permission in Permission::ALL {
            let may = scene.state().may(&account(who), permission, Some(&channel), 0);
            assert_eq!(may.is_ok(), held.contains(permission), "{who}: {permission}");
        }
    }
    assert!(held.contains(Permission::Send) && !held.contains(Permission::Pin));
    let because = |permission| scene.state().may(&account(1), permission, Some(&channel), 0).map_err(|d| d.because);
    assert_eq!(because(Permission::Pin), Err(Because::Channel));
    assert_eq!(because(Permission::Ban), Err(Because::Roles));
}
