//! What these tests have in common: a hub that everybody knows, and searching the directory.

use folkmoot_rpc::contract::net::Status;
use folkmoot_rpc::contract::node::NoParams;
use folkmoot_rpc::contract::server::{Discover, DiscoverParams, Discovered, Join, JoinParams, Listing};
use folkmoot_rpc::ids::ServerId;

use crate::harness::node::Node;
use crate::harness::people::{Place, SOON};
use crate::harness::wait::wait_for;

/// A node whose only knowledge of the world is the address of another.
pub(crate) async fn knowing(name: &str, hub: &Node) -> Node {
    let node = Node::start_with(name, &["--bootstrap", &hub.address().await]).await;
    node.be().await;
    node.wait_for_peer(&hub.peer_id().await).await;
    node
}

/// Asks for everything anew.
pub(crate) fn everything() -> DiscoverParams {
    DiscoverParams { refresh: true, ..DiscoverParams::default() }
}

/// Searches the directory.
pub(crate) async fn search(node: &Node, params: &DiscoverParams) -> Discovered {
    node.call::<Discover>(params).await
}

/// Searches until a server is found that is as wanted.
pub(crate) async fn find(node: &Node, server: ServerId, wanted: impl Fn(&Listing) -> bool) -> Listing {
    wait_for(&format!("{} finds the server", node.name()), SOON, async || {
        let found = search(node, &everything()).await;
        let listing = found.items.iter().find(|listing| listing.id == server && wanted(listing)).cloned();
        listing.ok_or_else(|| format!("{found:?}"))
    })
    .await
}

/// Joins a public server, as a person who goes on trying.
pub(crate) async fn join(node: &Node, server: ServerId) -> Place {
    let params = JoinParams { server_id: server, nonce: None };
    let joined = wait_for(&format!("{} joins", node.name()), SOON, async || {
        node.try_call::<Join>(&params).await.map_err(|error| error.to_string())
    })
    .await;
    let channel = node.channels(joined.object.id).await.first().expect("a server has its channel").id;
    Place { server: joined.object.id, channel }
}

/// A counter of the overlay.
pub(crate) async fn counter(node: &Node, name: &str) -> u64 {
    let status = node.call::<Status>(&NoParams {}).await;
    *status.counters.get(name).unwrap_or_else(|| panic!("no counter {name}: {:?}", status.counters))
}
