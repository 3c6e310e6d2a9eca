//! More than two hundred adverts that nobody may believe, shown to a node in every way there is.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use folkmoot_core::advert::record_key;
use folkmoot_overlay::hostile::{HostilePeer, Lies};
use folkmoot_overlay::{Address, Inbound, Protocol};
use folkmoot_proto::v1::{self, directory_frame::Frame};
use folkmoot_rpc::ErrorKind;
use folkmoot_rpc::ids::ServerId;
use serde_json::json;
use tokio::sync::mpsc;

use crate::forged::{Town, forgeries};
use crate::harness::node::Node;
use crate::harness::people::SOON;
use crate::harness::wait::wait_for;
use crate::scene::{counter, everything, find, search};

#[expect(clippy::disallowed_methods, reason = "what is forged must be in time for the node's clock")]
fn town() -> Town {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    Town::new(u64::try_from(now.as_millis()).expect("this age"))
}

async fn reach(node: &Node) -> Address {
    node.address().await.parse().expect("an address")
}

#[tokio::test]
async fn none_is_kept_by_the_table() {
    // given: a node that serves the table, and peers who put forgeries there, each as many as one may
    let hub = Node::person("hub").await;
    let (town, address) = (town(), reach(&hub).await);
    let key = record_key(&town.server());
    let all = forgeries(&town);
    assert!(all.len() >= 200, "{}", all.len());
    let fitting: Vec<&Bytes> = all.iter().map(|(_, bytes)| bytes).filter(|bytes| bytes.len() <= 4_096).collect();
    let larger: Vec<&Bytes> =
        all.iter().map(|(_, bytes)| bytes).filter(|bytes| (4_097..12_000).contains(&bytes.len())).collect();
    assert!(fitting.len() >= 200 && !larger.is_empty(), "{} {}", fitting.len(), larger.len());
    let mut liars = Vec::new();
    for (n, some) in fitting.chunks(30).enumerate() {
        let liar = HostilePeer::start([100 + u8::try_from(n).expect("few"); 32], Lies::default()).await;
        assert!(liar.dial(&address).await);
        for bytes in some {
            liar.put(key, (*bytes).clone()).await;
        }
        // then: each is looked into, and none kept
        let looked = (n * 30 + some.len()) as u64;
        wait_for("all are looked into", SOON, async || match counter(&hub, "records_unworthy").await {
            seen if seen == looked => Ok(()),
            seen => Err(format!("{seen} of {looked}")),
        })
        .await;
        liars.push(liar);
    }
    let last = liars.last().expect("several");
    for bytes in &larger {
        last.put(key, (*bytes).clone()).await;
    }
    wait_for("what is too large is refused unseen", SOON, async || match counter(&hub, "records_refused").await {
        seen if seen == larger.len() as u64 => Ok(()),
        seen => Err(format!("{seen} of {}", larger.len())),
    })
    .await;
    assert_eq!((counter(&hub, "records_kept").await, counter(&hub, "directory_records").await), (0, 0));
    assert_eq!(search(&hub, &everything()).await.items, []);

    // when: the true one comes, once under another server's key
    let before = counter(&hub, "records_unworthy").await;
    let true_one = town.advert(&town.bob);
    last.put(record_key(&folkmoot_core::ids::ServerId::new([7; 32])), true_one.clone()).await;
    wait_for("it is looked into", SOON, async || match counter(&hub, "records_unworthy").await {
        seen if seen == before + 1 => Ok(()),
        seen => Err(seen.to_string()),
    })
    .await;
    assert_eq!(counter(&hub, "directory_records").await, 0);
    last.put(key, true_one).await;
    // then: it is kept, and shown
    wait_for("the true one is kept", SOON, async || match counter(&hub, "directory_records").await {
        1 => Ok(()),
        kept => Err(kept.to_string()),
    })
    .await;
    let found = search(&hub, &everything()).await;
    assert_eq!(found.items.iter().map(|listing| listing.name.as_str()).collect::<Vec<_>>(), ["Tea house"]);
}

/// Answers every directory stream with the next portion; joins are refused in every way.
async fn lie(mut inbound: mpsc::Receiver<Inbound>, portions: Vec<Vec<Bytes>>, told: mpsc::Sender<usize>) {
    let mut portions = portions.into_iter().enumerate();
    while let Some(Inbound { protocol, mut stream, .. }) = inbound.recv().await {
        if protocol != Protocol::Directory {
            continue;
        }
        let Ok(v1::DirectoryFrame { frame: Some(Frame::Ask(_)) }) = stream.recv_message().await else { continue };
        let Some((number, adverts)) = portions.next() else { continue };
        let answer = v1::DirectoryFrame { frame: Some(Frame::Adverts(v1::DirectoryAdverts { adverts })) };
        drop(stream.send_message(&answer).await);
        if told.send(number).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn none_is_taken_from_a_stream_and_none_from_the_table() {
    // given: a node whose only peer tells nothing but forgeries, a few at a time, and at last the truth
    let carol = Node::person("carol").await;
    let town = town();
    let all = forgeries(&town);
    let mut portions: Vec<Vec<Bytes>> = all
        .chunks(7)
        .map(|some| some.iter().map(|(_, bytes)| bytes.clone()).filter(|b| b.len() < 100_000).collect())
        .collect();
    let forged = portions.len();
    // Also more than an answer may hold, and what is true among too much that is not.
    portions.push(vec![town.advert(&town.ann); 201]);
    portions.push(all.iter().take(20).map(|(_, bytes)| bytes.clone()).chain([town.advert(&town.ann)]).collect());
    let lying = portions.len();
    portions.push(vec![town.advert(&town.ann)]);
    let values = all.iter().map(|(_, bytes)| bytes.clone()).filter(|bytes| bytes.len() <= 4_096).collect();
    let mut eve = HostilePeer::start([99; 32], Lies { values, ..Lies::default() }).await;
    let (tell, mut told) = mpsc::channel(64);
    let inbound = std::mem::replace(&mut eve.inbound, mpsc::channel(1).1);
    let liar = tokio::spawn(lie(inbound, portions, tell));
    assert!(eve.dial(&reach(&carol).await).await);
    wait_for("carol has a table", SOON, async || match counter(&carol, "directory_peers").await {
        1 => Ok(()),
        peers => Err(peers.to_string()),
    })
    .await;

    // when, then: whatever is told, nothing is shown, and the peer does not count as one that answered
    for number in 0..lying {
        let found = search(&carol, &everything()).await;
        assert_eq!(found.items, [], "portion {number} of {forged}");
        assert_eq!((found.asked, found.answered), (1, 0), "portion {number}");
        assert_eq!(told.recv().await, Some(number));
    }
    // the table's answers are no better
    let id = ServerId::from_bytes(*town.server().as_bytes());
    carol.refuses_as(ErrorKind::PeerUnreachable, "server.join", &json!({ "server_id": id })).await;
    assert_eq!(carol.servers().await.len(), 0);
    liar.abort();
}

#[tokio::test]
async fn the_truth_among_lies_is_found() {
    let carol = Node::person("carol").await;
    let town = town();
    let values = forgeries(&town).into_iter().map(|(_, bytes)| bytes).filter(|bytes| bytes.len() <= 4_096).take(10);
    let mut eve = HostilePeer::start([99; 32], Lies { values: values.collect(), ..Lies::default() }).await;
    let mut ada = HostilePeer::start([98; 32], Lies::default()).await;
    let (tell, _told) = mpsc::channel(1_000);
    let mut liars = Vec::new();
    for (peer, advert) in [(&mut eve, forgeries(&town)[0].1.clone()), (&mut ada, town.advert(&town.bob))] {
        let inbound = std::mem::replace(&mut peer.inbound, mpsc::channel(1).1);
        liars.push(tokio::spawn(lie(inbound, vec![vec![advert]; 50], tell.clone())));
        assert!(peer.dial(&reach(&carol).await).await);
    }
    let id = ServerId::from_bytes(*town.server().as_bytes());
    let listing = find(&carol, id, |_| true).await;
    assert_eq!((listing.name.as_str(), listing.tags.len()), ("Tea house", 2));
    let found = search(&carol, &everything()).await;
    assert_eq!((found.asked, found.answered, found.items.len()), (2, 1, 1));
    liars.iter().for_each(tokio::task::JoinHandle::abort);
}
