//! Who may do what in a server that nobody hosts: roles, moderation, channels and heirs, with real processes over QUIC on loopback.

mod harness;

use folkmoot_rpc::ErrorKind;
use folkmoot_rpc::contract::events::kind;
use folkmoot_rpc::ids::{AccountId, ServerId};
use harness::node::Node;
use harness::people::{Place, SOON, converged};
use harness::wait::wait_for;
use serde_json::{Value, json};

/// A server of alice's with everybody else in it, connected to her.
async fn company(names: &[&str]) -> (Vec<Node>, Place) {
    let mut nodes = Vec::new();
    for name in names {
        nodes.push(Node::person(name).await);
    }
    let place = nodes[0].found("Moot", None).await;
    let link = nodes[0].invite(place.server).await;
    for node in &nodes[1..] {
        node.join(&link).await;
    }
    (nodes, place)
}

/// A list of the API.
async fn items(node: &Node, method: &str, params: Value) -> Vec<Value> {
    node.call_raw(method, &params).await["items"].as_array().cloned().unwrap_or_default()
}

/// Waits until a look at every node finds the same value, and that one.
async fn all_see(what: &str, nodes: &[&Node], expected: &Value, look: impl AsyncFn(&Node) -> Value) {
    wait_for(what, SOON, async || {
        for node in nodes {
            let seen = look(node).await;
            if seen != *expected {
                return Err(format!("{} sees {seen}", node.name()));
            }
        }
        Ok(())
    })
    .await;
}

/// The roles of a member, in their order.
async fn roles_of(node: &Node, server: ServerId, account: AccountId) -> Value {
    let member = node.client().call_raw("member.get", &json!({ "server_id": server, "account_id": account })).await;
    member.map_or(Value::Null, |member| {
        let member: Value = serde_json::from_str(member.get()).expect("a member is JSON");
        member["roles"].clone()
    })
}

#[tokio::test]
async fn roles_are_made_given_and_taken_and_what_they_hold_decides() {
    // given: alice's server with bob and carol in it
    let (nodes, place) = company(&["alice", "bob", "carol"]).await;
    let [alice, bob, carol] = &nodes[..] else { unreachable!("three people") };
    let (bob_id, carol_id) = (bob.account().await, carol.account().await);
    let everybody = [alice, bob, carol];

    // then: a member may not make roles, nor give what only a higher one may
    let role = json!({ "server_id": place.server, "name": "Warden", "level": 50, "permissions": ["VIEW", "SEND", "KICK", "MUTE"] });
    let refused = bob.refuses_as(ErrorKind::Forbidden, "server.role.create", &role).await;
    assert_eq!(refused.detail().missing.as_deref(), Some("KICK"), "nobody gives what they do not hold");
    let modest = json!({ "server_id": place.server, "name": "Guest", "level": 5 });
    let refused = bob.refuses_as(ErrorKind::Forbidden, "server.role.create", &modest).await;
    assert_eq!(refused.detail().missing.as_deref(), Some("MANAGE_ROLE"));

    // when: alice makes a role and gives it to bob
    let mut nonced = role.clone();
    nonced["nonce"] = json!("warden");
    let head = bob.head().await;
    let made = alice.call_raw("server.role.create", &nonced).await;
    let again = alice.call_raw("server.role.create", &nonced).await;
    assert_eq!((&again["id"], &again["replayed"]), (&made["id"], &json!(true)));
    assert_eq!(made["permissions"], json!(["KICK", "MUTE", "VIEW", "SEND"]));
    let warden = made["id"].clone();
    let assign = json!({ "server_id": place.server, "account_id": bob_id, "role_id": warden });
    let member = alice.call_raw("server.role.assign", &assign).await;
    assert_eq!((&member["roles"], &member["level"]), (&json!([warden, "member"]), &json!(50)));

    // then: everybody sees it, and bob may act by it
    all_see("bob is warden", &everybody, &json!([warden, "member"]), async |node| {
        roles_of(node, place.server, bob_id).await
    })
    .await;
    bob.wait_for_event(head, kind::ROLE_CREATED).await;
    let kick = json!({ "server_id": place.server, "account_id": carol_id, "reason": "a test", "dry_run": true });
    let tried = bob.call_raw("member.kick", &kick).await;
    assert_eq!(tried, json!({ "summary": "bob kicks carol: a test", "dry_run": true }));
    let up = json!({ "server_id": place.server, "account_id": alice.account().await });
    let refused = bob.refuses_as(ErrorKind::Forbidden, "member.kick", &up).await;
    assert_eq!(refused.detail().missing.as_deref(), Some("level"));
    let refused = bob.refuses_as(ErrorKind::Forbidden, "member.ban", &kick).await;
    assert_eq!(refused.detail().missing.as_deref(), Some("BAN"));

    // when: the role loses the bit
    let rev = made["rev"].as_u64().expect("a revision");
    let narrow = json!({ "server_id": place.server, "role_id": warden, "name": "Watch", "permissions": ["VIEW", "SEND", "MUTE"], "if_rev": rev });
    let narrowed = alice.call_raw("server.role.update", &narrow).await;
    assert_eq!((&narrowed["name"], &narrowed["level"]), (&json!("Watch"), &json!(50)));
    alice.refuses_as(ErrorKind::Conflict, "server.role.update", &narrow).await;

    // then: so does bob
    wait_for("bob has lost KICK", SOON, async || match bob.client().call_raw("member.kick", &kick).await {
        Err(_) => Ok(()),
        Ok(done) => Err(done.get().to_owned()),
    })
    .await;
    let refused = bob.refuses_as(ErrorKind::Forbidden, "member.kick", &kick).await;
    assert_eq!(refused.detail().missing.as_deref(), Some("KICK"));

    // when: the role is taken from him, and deleted
    alice.call_raw("server.role.unassign", &assign).await;
    let gone = alice.call_raw("server.role.delete", &json!({ "server_id": place.server, "role_id": warden })).await;
    assert_eq!(gone["summary"], "alice deletes the role Watch");

    // then: nobody sees either any more
    all_see("bob is a member", &everybody, &json!(["member"]), async |node| roles_of(node, place.server, bob_id).await)
        .await;
    all_see("the role is gone", &everybody, &json!(["owner", "steward", "admin", "mod", "member"]), async |node| {
        let roles = items(node, "server.role.list", json!({ "server_id": place.server })).await;
        roles.into_iter().map(|role| role["id"].clone()).collect()
    })
    .await;
    alice.refuses_as(ErrorKind::NotFound, "server.role.assign", &assign).await;
    for (who, role_id) in [(bob_id, "member"), (alice.account().await, "owner")] {
        let params = json!({ "server_id": place.server, "account_id": who, "role_id": role_id });
        alice.refuses_as(ErrorKind::Precondition, "server.role.unassign", &params).await;
        let params = json!({ "server_id": place.server, "role_id": role_id });
        alice.refuses_as(ErrorKind::Precondition, "server.role.delete", &params).await;
    }
}

/// What a node says of a channel.
async fn said_in(node: &Node, place: Place) -> Vec<String> {
    let lines = node.timeline(place.channel).await.unwrap_or_default();
    lines.into_iter().map(|line| line.text).collect()
}

#[tokio::test]
async fn kicked_member_neither_posts_nor_reads_what_follows_and_its_old_invite_is_worth_nothing() {
    // given: three people who talk
    let (nodes, place) = company(&["alice", "bob", "carol"]).await;
    let [alice, bob, carol] = &nodes[..] else { unreachable!("three people") };
    let old_link = alice.invite(place.server).await;
    bob.say(place.channel, "before").await;
    converged(&[alice, bob, carol], place.channel, 1).await;
    let (head, bob_head) = (carol.head().await, bob.head().await);
    let bob_id = bob.account().await;

    // when: bob is kicked
    let kick = json!({ "server_id": place.server, "account_id": bob_id, "reason": "noise" });
    let act = alice.call_raw("member.kick", &kick).await;
    assert_eq!(act["summary"], "alice kicks bob: noise");

    // then: everybody is told, bob himself too, and the keys are replaced
    carol.wait_for_event(head, kind::MEMBER_KICKED).await;
    carol.wait_for_event(head, kind::KEY_ROTATED).await;
    bob.wait_for_event(bob_head, kind::SERVER_LEFT).await;
    assert!(bob.servers().await.is_empty());
    let send = json!({ "channel_id": place.channel, "content": "still here" });
    bob.refuses_as(ErrorKind::NotFound, "message.send", &send).await;

    // when: the others go on, with bob connected to both
    bob.dial(alice).await;
    bob.dial(carol).await;
    alice.say(place.channel, "secret-after-the-kick-77").await;
    carol.say(place.channel, "quite").await;
    let history = converged(&[alice, carol], place.channel, 3).await;
    assert_eq!(history[0].text, "before", "what he said before stays");

    // then: his old invite and a fresh copy of it do not bring him back
    bob.refuses_as(ErrorKind::Forbidden, "invite.accept", &json!({ "link": old_link })).await;
    let events = bob.events_after(bob_head).await;
    assert!(events.iter().all(|event| event.kind != kind::MESSAGE_CREATED), "{events:?}");

    // when: he is invited in knowledge of the kick
    bob.join(&carol.invite(place.server).await).await;
    bob.say(place.channel, "sorry").await;
    converged(&[alice, bob, carol], place.channel, 4).await;

    // when: he is banned
    let bob_head = bob.head().await;
    alice.call_raw("member.ban", &json!({ "server_id": place.server, "account_id": bob_id })).await;
    bob.wait_for_event(bob_head, kind::SERVER_LEFT).await;
    let bans = items(alice, "member.bans", json!({ "server_id": place.server })).await;
    assert_eq!((bans.len(), &bans[0]["account_id"]), (1, &json!(bob_id)));

    // then: no invite helps until the ban is lifted
    let link = alice.invite(place.server).await;
    bob.refuses_as(ErrorKind::Forbidden, "invite.accept", &json!({ "link": link })).await;
    alice.call_raw("member.unban", &json!({ "server_id": place.server, "account_id": bob_id })).await;
    alice
        .refuses_as(ErrorKind::NotFound, "member.unban", &json!({ "server_id": place.server, "account_id": bob_id }))
        .await;
    bob.join(&link).await;
    assert_eq!(said_in(alice, place).await.last().map(String::as_str), Some("sorry"));
}

#[tokio::test]
async fn private_channel_is_unreadable_for_whoever_may_not_see_it() {
    // given: a private channel of alice's
    let (nodes, place) = company(&["alice", "bob", "carol"]).await;
    let [alice, bob, carol] = &nodes[..] else { unreachable!("three people") };
    let bob_id = bob.account().await;
    let made =
        alice.call_raw("channel.create", &json!({ "server_id": place.server, "name": "den", "private": true })).await;
    assert_eq!(made["private"], true);
    let den = Place { server: place.server, channel: made["id"].as_str().expect("an id").parse().expect("an id") };
    alice.say(den.channel, "only-for-the-den-4242").await;

    // when: bob may see it
    let allow = json!([{ "account_id": bob_id, "allow": ["VIEW", "SEND"] }]);
    alice.call_raw("channel.permissions.set", &json!({ "channel_id": den.channel, "overrides": allow })).await;

    // then: he reads what was said before, and both talk
    converged(&[alice, bob], den.channel, 1).await;
    bob.say(den.channel, "thank-you-for-the-den-4242").await;
    converged(&[alice, bob], den.channel, 2).await;

    // then: carol is told that she may not see it, and has nothing of it
    let params = json!({ "channel_id": den.channel });
    let refused = carol.refuses_as(ErrorKind::Forbidden, "message.list", &params).await;
    assert_eq!(refused.detail().missing.as_deref(), Some("VIEW"));
    carol.refuses_as(ErrorKind::Forbidden, "channel.get", &params).await;
    let channels = items(carol, "channel.list", json!({ "server_id": place.server })).await;
    assert_eq!(channels.len(), 1, "{channels:?}");
    let explain = json!({ "channel_id": den.channel, "account_id": carol.account().await });
    let why = alice.call_raw("channel.permissions.explain", &explain).await;
    assert_eq!(why["permissions"], json!(["INVITE", "ROTATE", "SEND", "ATTACH", "REACT"]));
    assert_eq!(why["steps"][1]["rule"], "role_override");
    assert_eq!(why["steps"][1]["takes"], json!(["VIEW"]));

    // when: bob may not see it any more
    let deny = json!([{ "account_id": bob_id }]);
    alice.call_raw("channel.permissions.set", &json!({ "channel_id": den.channel, "overrides": deny })).await;
    let lost = async || match bob.client().call_raw("channel.get", &params).await {
        Err(_) => Ok(()),
        Ok(_) => Err("bob still sees it".to_owned()),
    };
    wait_for("bob has lost the den", SOON, lost).await;
    let bob_head = bob.head().await;
    alice.say(den.channel, "without bob").await;
    alice.say(place.channel, "with everybody").await;
    converged(&[alice, bob, carol], place.channel, 1).await;
    let events = bob.events_after(bob_head).await;
    assert!(events.iter().all(|event| event.channel_id != Some(den.channel)), "{events:?}");
}
