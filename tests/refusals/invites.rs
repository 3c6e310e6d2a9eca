//! Links that lead nowhere: garbage, expired, used up, revoked by time; and the address of nobody.

use folkmoot_rpc::ErrorKind;
use folkmoot_rpc::contract::invite;
use serde_json::json;

use super::harness::node::Node;
use super::harness::people::SOON;
use super::harness::wait::wait_for;
use super::scene::Scene;

#[tokio::test]
async fn garbage_link_is_invalid() {
    let scene = Scene::set().await;
    let link = scene.node.invite(scene.place.server).await;
    let before = scene.state().await;
    let body = link.strip_prefix("moot://join/").expect("a link");
    let garbage = [
        String::new(),
        "moot://join/".to_owned(),
        "moot://join/!!!!".to_owned(),
        "moot://join/AAAA".to_owned(),
        format!("moot://join/{}", "A".repeat(200)),
        format!("https://join/{body}"),
        format!("moot://leave/{body}"),
        body.to_owned(),
        link[..link.len() - 1].to_owned(),
        link[..link.len() / 2].to_owned(),
        format!("{link}AAAA"),
        format!("{link}\0"),
        "moot://join/\u{202e}\u{1f600}".to_owned(),
        format!("moot://join/{}", "A".repeat(9 * 1024)),
    ];
    for link in garbage {
        for method in ["invite.preview", "invite.accept"] {
            let error = scene.node.refuses_as(ErrorKind::InvalidContent, method, &json!({ "link": link })).await;
            assert_eq!(error.detail().field.as_deref(), Some("link"), "{link:?}: {error:?}");
        }
    }
    scene.assert_untouched(before).await;
}

#[tokio::test]
async fn invite_with_impossible_bounds_is_refused() {
    let scene = Scene::set().await;
    let before = scene.state().await;
    let server = scene.place.server;
    let past = scene.message.created_at - 1;
    let rows = [
        (ErrorKind::InvalidParams, json!({ "server_id": server, "max_uses": 0 })),
        (ErrorKind::InvalidParams, json!({ "server_id": server, "max_uses": -1 })),
        (ErrorKind::InvalidParams, json!({ "server_id": server, "expires_at": past })),
        (ErrorKind::Forbidden, json!({ "server_id": server, "role": "owner" })),
        (ErrorKind::InvalidParams, json!({ "server_id": server, "role": "king" })),
    ];
    for (kind, params) in rows {
        scene.node.refuses_as(kind, "invite.create", &params).await;
    }
    scene.assert_untouched(before).await;
}

#[tokio::test]
async fn used_up_and_expired_invites_are_gone() {
    // given: an invite for one, used by bob
    let scene = Scene::set().await;
    let bob = Node::person("bob").await;
    let carol = Node::person("carol").await;
    let server = scene.place.server;
    let once = scene.node.call_raw("invite.create", &json!({ "server_id": server, "max_uses": 1 })).await;
    bob.join(once["link"].as_str().expect("a link")).await;

    // then: carol is not let in by it
    carol.refuses_as(ErrorKind::Gone, "invite.accept", &json!({ "link": once["link"] })).await;

    // given: an invite for the next four seconds
    let now = scene.node.say(scene.place.channel, "what time is it?").await.created_at;
    let params = json!({ "server_id": server, "expires_at": now + 4_000 });
    let brief = scene.node.call_raw("invite.create", &params).await;

    // then: it is gone once they are over
    wait_for("the invite expires", SOON, async || {
        let params = invite::LinkParams { link: brief["link"].as_str().expect("a link").to_owned() };
        match carol.try_call::<invite::Preview>(&params).await {
            Err(error) if error.api().is_some_and(|error| error.kind() == ErrorKind::Gone) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    carol.refuses_as(ErrorKind::Gone, "invite.accept", &json!({ "link": brief["link"] })).await;
    assert!(carol.servers().await.is_empty());
    let members = scene.node.call_raw("member.list", &json!({ "server_id": server })).await;
    assert_eq!(members["items"].as_array().map(Vec::len), Some(2), "{members}");
}

#[tokio::test]
async fn address_of_nobody_is_invalid_or_unreachable() {
    let scene = Scene::set().await;
    let before = scene.state().await;
    let own = scene.node.call_raw("node.info", &json!({})).await["listen"][0].clone();
    let rows = [
        (ErrorKind::InvalidContent, json!("")),
        (ErrorKind::InvalidContent, json!("127.0.0.1:4001")),
        (ErrorKind::InvalidContent, json!("/ip4/127.0.0.1")),
        (ErrorKind::InvalidContent, json!("/ip4/127.0.0.1/udp/80")),
        (ErrorKind::PeerUnreachable, json!("/ip4/127.0.0.1/tcp/1")),
        (ErrorKind::InvalidContent, json!("/dns/evil.example/udp/1/quic-v1")),
        (ErrorKind::InvalidContent, json!(format!("/ip4/127.0.0.1/udp/1/quic-v1/p2p/{}", "x".repeat(600)))),
        (ErrorKind::InvalidContent, own),
    ];
    for (kind, address) in rows {
        scene.node.refuses_as(kind, "net.connect", &json!({ "address": address })).await;
    }
    scene.assert_untouched(before).await;
}
