//! The table between nodes, and what becomes of lies in it.

use std::time::Duration;

use bytes::Bytes;
use folkmoot_identity::DeviceId;
use tokio::{net::UdpSocket, time::timeout};

use super::{DEADLINE, Node, config, node, start};
use crate::{
    Address, DirectoryError, Offered, Overlay, OverlayEvent, Protocol,
    hostile::{HostilePeer, Lies},
};

const KEY: [u8; 32] = [5; 32];
const HOUR: Duration = Duration::from_secs(3_600);

impl Node {
    async fn offered(&mut self) -> Offered {
        self.wait("Offered", |event| match event {
            OverlayEvent::Offered(offered) => Some(offered),
            _ => None,
        })
        .await
    }

    /// Waits until so many nodes are in its table.
    async fn knows(&self, peers: usize) {
        self.status("a filled table", |status| status.directory.peers >= peers).await;
    }
}

/// Three nodes of which only the middle one knows the others.
async fn chain() -> [Node; 3] {
    let (mut ann, bob, mut cid) = (node(1).await, node(2).await, node(3).await);
    ann.dial(&bob).await;
    cid.dial(&bob).await;
    ann.knows(1).await;
    cid.knows(1).await;
    bob.knows(2).await;
    [ann, bob, cid]
}

#[tokio::test]
async fn a_record_is_kept_once_looked_into_and_found_by_who_knows_neither() {
    let [ann, mut bob, cid] = chain().await;
    let value = Bytes::from_static(b"an advert");
    ann.handle.put_record(KEY, value.clone(), HOUR).await.unwrap();
    let offered = bob.offered().await;
    assert_eq!(offered, Offered { key: KEY, value: value.clone(), source: ann.device() });
    let status = bob.handle.status().await.unwrap();
    assert_eq!((status.directory.records, status.counters.records_offered), (0, 1));
    bob.handle.keep_record(offered, HOUR).await.unwrap();
    bob.status("a record", |status| status.directory.records == 1).await;
    // The first node is gone, and the third finds what it left.
    ann.handle.shutdown().await;
    assert_eq!(cid.handle.find_records(KEY).await, Ok(vec![value]));
    assert_eq!(cid.handle.find_records([6; 32]).await, Ok(Vec::new()));
}

#[tokio::test]
async fn providers_are_found_and_met() {
    let [ann, _bob, cid] = chain().await;
    ann.handle.provide(KEY).await.unwrap();
    let found = timeout(DEADLINE, async {
        loop {
            let found = cid.handle.find_providers(KEY).await.unwrap();
            if found.named > 0 {
                return found;
            }
        }
    });
    let found = found.await.unwrap();
    assert_eq!((found.named, found.connected), (1, vec![ann.device()]));
    // They are connected now, and can be asked.
    cid.handle.open_stream(ann.device(), Protocol::Directory).await.unwrap();
    // Whoever withdraws is not listed by itself any more.
    ann.handle.withdraw(KEY).await.unwrap();
    ann.status("nothing provided", |status| status.directory.providers == 0).await;
}

#[tokio::test]
async fn a_node_alone_says_so() {
    let ann = node(1).await;
    let value = Bytes::from_static(b"?");
    assert_eq!(ann.handle.put_record(KEY, value.clone(), HOUR).await, Err(DirectoryError::Alone));
    assert_eq!(ann.handle.find_records(KEY).await, Ok(vec![value]));
    assert_eq!(ann.handle.find_providers(KEY).await.unwrap().named, 0);
    let large = Bytes::from(vec![0; 5_000]);
    assert_eq!(ann.handle.put_record(KEY, large, HOUR).await, Err(DirectoryError::Full));
}

#[tokio::test]
async fn a_node_on_private_addresses_serves_the_table_and_one_that_listens_nowhere_does_not() {
    let ann = node(1).await;
    assert!(ann.handle.status().await.unwrap().directory.serves);
    let mut alone = config(2);
    alone.listen = Vec::new();
    let alone = Overlay::start(alone).await.unwrap();
    let handle = &alone.handle;
    assert!(!handle.status().await.unwrap().directory.serves);
    // It is not let into the tables of others.
    handle.dial(ann.address.clone()).await.unwrap();
    let stream = handle.open_stream(ann.device(), Protocol::Auth).await.unwrap();
    drop(stream);
    assert_eq!(ann.handle.status().await.unwrap().directory.peers, 0);
}

#[tokio::test]
async fn a_flood_of_offers_is_dropped_and_counted() {
    let mut bob = node(2).await;
    let eve = HostilePeer::start([9; 32], Lies::default()).await;
    assert!(eve.dial(&bob.address).await);
    for n in 0..200_u8 {
        eve.put([n; 32], Bytes::from(vec![n; 100])).await;
    }
    let status = bob.status("200 offers", |status| status.counters.records_offered == 200).await;
    assert!(status.counters.records_dropped >= 100, "{:?}", status.counters);
    assert_eq!(status.directory.records, 0);
    eve.put(KEY, Bytes::from(vec![0; 4_097])).await;
    bob.status("a refusal", |status| status.counters.records_refused == 1).await;
    assert_eq!(bob.offered().await.source, eve.address.device().unwrap());
}

#[tokio::test]
async fn answers_that_are_all_lies_come_to_an_end() {
    // given: a node that knows one peer, which knows nothing and says a lot
    let nobody = |n: u8| DeviceId::new(*ed25519(n).as_bytes());
    let nowhere = Address::quic([127, 0, 0, 1].into(), 1);
    let lies = Lies {
        values: (0..200_u8).map(|n| Bytes::from(vec![n; 4_096])).collect(),
        providers: (20..90).map(|n| (nobody(n), nowhere.clone())).collect(),
        neighbours: (100..200).map(|n| (nobody(n), nowhere.clone())).collect(),
    };
    let eve = HostilePeer::start([9; 32], lies).await;
    let bob = node(2).await;
    bob.handle.dial(eve.address.clone()).await.unwrap();
    bob.knows(1).await;
    // when, then: each question is answered in time, within its bounds
    let began = std::time::Instant::now();
    let values = bob.handle.find_records(KEY).await.unwrap();
    assert!(values.len() <= 16, "{}", values.len());
    let found = bob.handle.find_providers(KEY).await.unwrap();
    assert_eq!(found.named, 20);
    assert!(found.connected.len() <= 1, "{found:?}");
    assert!(began.elapsed() < DEADLINE, "{:?}", began.elapsed());
    // and those that nobody ever met are in no table
    assert_eq!(bob.handle.status().await.unwrap().directory.peers, 1);
}

#[tokio::test]
async fn addresses_on_private_networks_from_the_table_are_not_dialled_by_who_is_on_none() {
    // given: a node that is on no private network, and a liar who aims it at a socket of this machine
    let target = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let aimed = Address::quic([127, 0, 0, 1].into(), target.local_addr().unwrap().port());
    let victim = DeviceId::new(*ed25519(50).as_bytes());
    let lies = Lies {
        providers: vec![(victim, aimed.clone())],
        neighbours: vec![(DeviceId::new(*ed25519(51).as_bytes()), aimed)],
        ..Lies::default()
    };
    let eve = HostilePeer::start([9; 32], lies).await;
    let mut alone = config(1);
    alone.listen = Vec::new();
    let alone = Overlay::start(alone).await.unwrap();
    let handle = &alone.handle;
    handle.dial(eve.address.clone()).await.unwrap();
    let known = timeout(DEADLINE, async {
        while handle.status().await.unwrap().directory.peers == 0 {
            tokio::task::yield_now().await;
        }
    });
    known.await.unwrap();
    // when: it asks
    drop(handle.find_records(KEY).await);
    drop(handle.find_providers(KEY).await);
    // then: nothing has come there
    let mut packet = [0; 1_500];
    assert!(target.try_recv(&mut packet).is_err());
    // and a node that is on such a network itself follows
    let bob = node(2).await;
    bob.handle.dial(eve.address.clone()).await.unwrap();
    bob.knows(1).await;
    drop(bob.handle.find_providers(KEY).await);
    assert!(target.try_recv(&mut packet).is_ok());
}

/// A key that is one.
fn ed25519(n: u8) -> DeviceId {
    let keys = libp2p::identity::Keypair::ed25519_from_bytes([n; 32]).unwrap();
    crate::peer::device_id(&keys.public().to_peer_id()).unwrap()
}

#[tokio::test]
async fn a_peer_that_leaves_the_table_is_asked_no_more() {
    let [ann, bob, cid] = chain().await;
    bob.handle.shutdown().await;
    let again = start(config(2)).await;
    drop(again);
    assert_eq!(ann.handle.find_records(KEY).await, Ok(Vec::new()));
    assert_eq!(cid.handle.find_providers(KEY).await.unwrap().connected, Vec::new());
}
