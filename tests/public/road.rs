//! The road into a public server: made by one, found through another, joined while the first is dead.

use folkmoot_rpc::ErrorKind;
use folkmoot_rpc::contract::server::{DiscoverParams, Get, ServerParams, Visibility};
use folkmoot_rpc::ids::ServerId;
use serde_json::json;

use crate::harness::files::plaintext_in;
use crate::harness::node::Node;
use crate::harness::people::{SOON, converged, new_server};
use crate::harness::wait::wait_for;
use crate::scene::{everything, find, join, knowing, search};

const MARKER: &str = "chrysanthemum-9913";

#[tokio::test]
async fn a_server_is_found_by_who_knows_one_address_and_joined_while_its_maker_is_dead() {
    // given: a hub that is in no server, alice's public server, and bob in it by way of the directory
    let mut hub = Node::start("hub").await;
    let mut alice = knowing("alice", &hub).await;
    let bob = knowing("bob", &hub).await;
    let mut new = new_server("Tea house", Visibility::Public);
    new.description = Some("Leaves and water".into());
    (new.tags, new.language) = (vec!["Tea".into(), "talk".into()], Some("en-GB".into()));
    let place = alice.found_as(new).await;
    alice.say(place.channel, &format!("{MARKER}: welcome")).await;
    let listing = find(&bob, place.server, |_| true).await;
    assert_eq!((listing.name.as_str(), listing.description.as_str()), ("Tea house", "Leaves and water"));
    assert_eq!(
        (listing.tags.as_slice(), listing.language.as_deref()),
        (&["Tea".to_owned(), "talk".to_owned()][..], Some("en-gb"))
    );
    assert!(!listing.joined);
    let joined = join(&bob, place.server).await;
    assert_eq!((joined.server, joined.channel), (place.server, place.channel));
    converged(&[&alice, &bob], place.channel, 1).await;

    // when: alice's node is killed, and carol comes, who knows the hub and nothing else
    alice.kill();
    let carol = knowing("carol", &hub).await;
    let listing = find(&carol, place.server, |_| true).await;
    assert_eq!(listing.name, "Tea house");
    let joined = join(&carol, place.server).await;

    // then: she is a member, has the history from bob, and is heard
    assert_eq!(joined.channel, place.channel);
    let server = carol.call::<Get>(&ServerParams { server_id: place.server }).await;
    assert_eq!((server.visibility, server.level, server.members_count), (Visibility::Public, 10, 3));
    assert_eq!((server.tags.len(), server.language.as_deref()), (2, Some("en-gb")));
    carol.say(place.channel, &format!("{MARKER}: so this is it")).await;
    converged(&[&bob, &carol], place.channel, 2).await;
    assert!(find(&carol, place.server, |_| true).await.joined);

    // then: alice, returning, finds both and all that was said
    alice.restart().await;
    converged(&[&alice, &bob, &carol], place.channel, 2).await;

    // then: the hub carried an advert and holds nothing else of it, in memory or on disk
    hub.refuses_as(ErrorKind::Precondition, "server.get", &json!({ "server_id": place.server })).await;
    hub.stop().await;
    assert_eq!(plaintext_in(&hub.data_dir(), &[MARKER, "Tea house", "Leaves and water"]), []);
}

#[tokio::test]
async fn a_search_goes_by_words_tag_and_language() {
    let hub = Node::start("hub").await;
    let alice = knowing("alice", &hub).await;
    let servers = [
        ("Tea house", "Leaves and water", ["tea", "talk"], "en"),
        ("Teehaus", "Blätter und Wasser", ["tea", "plauderei"], "de"),
        ("Chess", "Sixty-four squares, some tea", ["games", "talk"], "en-gb"),
    ];
    let mut ids = Vec::new();
    for (name, description, tags, language) in servers {
        let mut new = new_server(name, Visibility::Public);
        new.description = Some(description.into());
        (new.tags, new.language) = (tags.map(str::to_owned).to_vec(), Some(language.into()));
        ids.push(alice.found_as(new).await.server);
    }
    alice.found("Teapot, private", None).await;
    let bob = knowing("bob", &hub).await;
    for id in &ids {
        find(&bob, *id, |_| true).await;
    }
    let named = async |params: DiscoverParams| {
        let found = search(&bob, &DiscoverParams { refresh: true, ..params }).await;
        assert!(found.asked >= 1 && found.answered >= 1 && found.more == 0, "{found:?}");
        found.items.into_iter().map(|listing| listing.name).collect::<Vec<_>>()
    };
    let by_words = |query: &str| DiscoverParams { query: Some(query.into()), ..DiscoverParams::default() };
    assert_eq!(named(by_words("TEA")).await, ["Tea house", "Teehaus", "Chess"]);
    assert_eq!(named(by_words("squares tea")).await, ["Chess"]);
    assert_eq!(named(by_words("coffee")).await, [""; 0]);
    let by_tag = DiscoverParams { tag: Some("Talk".into()), ..DiscoverParams::default() };
    let mut talk = named(by_tag).await;
    talk.sort();
    assert_eq!(talk, ["Chess", "Tea house"]);
    let by_language = DiscoverParams { language: Some("DE".into()), ..DiscoverParams::default() };
    assert_eq!(named(by_language).await, ["Teehaus"]);
    // The best matches within the limit, and how many more there are; cached, and said so.
    let one = json!({ "query": "tea", "limit": 1 });
    let found = bob.call_raw("server.discover", &one).await;
    assert_eq!((&found["items"][0]["name"], &found["more"]), (&json!("Tea house"), &json!(2)), "{found}");
    let again = bob.call_raw("server.discover", &one).await;
    assert!(again["age_ms"].as_u64() >= found["age_ms"].as_u64(), "{found} {again}");
}

#[tokio::test]
async fn a_server_that_nobody_answers_for_is_joined_once_a_member_is_back() {
    // given: a public server of which bob has heard, and its only member away
    let hub = Node::start("hub").await;
    let mut alice = knowing("alice", &hub).await;
    let place = alice.found_public("Closed on Mondays").await;
    let bob = knowing("bob", &hub).await;
    find(&bob, place.server, |_| true).await;
    alice.kill();
    // when: bob wants in
    bob.refuses_as(ErrorKind::PeerUnreachable, "server.join", &json!({ "server_id": place.server })).await;
    assert!(bob.servers().await.is_empty());
    alice.restart().await;
    // then: he is in without doing anything more
    wait_for("bob's node joins by itself", SOON, async || match bob.servers().await.as_slice() {
        [server] if server.id == place.server => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    alice.say(place.channel, "welcome").await;
    converged(&[&alice, &bob], place.channel, 1).await;
    // and joining once more changes nothing
    let again = bob.call_raw("server.join", &json!({ "server_id": place.server })).await;
    assert_eq!(again["replayed"], json!(true), "{again}");
}

#[tokio::test]
async fn who_cannot_be_let_in_is_told_why() {
    let hub = Node::start("hub").await;
    let alice = knowing("alice", &hub).await;
    let private = alice.found("Backroom", None).await;
    let bob = knowing("bob", &hub).await;
    bob.dial(&alice).await;
    // A server nobody knows, and one that is private.
    let unknown = ServerId::from_bytes([9; 32]);
    bob.refuses_as(ErrorKind::NotFound, "server.join", &json!({ "server_id": unknown })).await;
    bob.refuses_as(ErrorKind::Forbidden, "server.join", &json!({ "server_id": private.server })).await;
    // Neither is tried again, and the private one is in nobody's directory.
    assert_eq!(search(&bob, &everything()).await.items, []);
    // Nobody to ask at all: kept, and said so.
    let dora = Node::person("dora").await;
    let found = search(&dora, &everything()).await;
    assert_eq!((found.asked, found.answered, found.items.len()), (0, 0, 0));
    dora.refuses_as(ErrorKind::PeerUnreachable, "server.join", &json!({ "server_id": private.server })).await;
    // What makes no sense is refused before anybody is asked.
    for (params, field) in [
        (json!({ "query": "x".repeat(129) }), "query"),
        (json!({ "tag": "x".repeat(33) }), "tag"),
        (json!({ "language": "x".repeat(17) }), "language"),
        (json!({ "limit": 0 }), "limit"),
    ] {
        let error = bob.refuses("server.discover", &params).await;
        let named = error.detail().field.as_deref() == Some(field) || error.to_string().contains(field);
        assert!(named, "{params}: {error}");
    }
    bob.refuses_as(ErrorKind::InvalidContent, "server.discover", &json!({ "language": "<b>" })).await;
}
