//! `net.*`: other nodes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::node::NoParams;
use super::{Method, Page, Scope, sample};
use crate::error::{ApiError, ErrorKind};
use crate::ids::{AccountId, ChannelId, ServerId};

/// Bytes of an address.
pub const ADDRESS_BYTES: usize = 512;

/// Whether others can reach this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NatStatus {
    /// Not found out yet.
    Unknown,
    /// Directly.
    Public,
    /// Only through others.
    Private,
}

/// How this node is connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NetStatus {
    /// Name of this node in the overlay.
    pub peer_id: String,
    /// Whether others can reach it.
    pub nat: NatStatus,
    /// Addresses it listens on.
    pub listen: Vec<String>,
    /// Addresses others see it under.
    pub external: Vec<String>,
    /// Connections through a relay.
    pub relayed: u32,
    /// Peers connected.
    pub peers: u32,
    /// Counters since the start by name; names may come and go.
    pub counters: BTreeMap<String, u64>,
}

/// `net.status`
pub struct Status;

impl Method for Status {
    const NAME: &'static str = "net.status";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[];
    const SUMMARY: &'static str = "How this node is connected.";
    type Params = NoParams;
    type Output = NetStatus;

    fn example() -> (NoParams, NetStatus) {
        let status = NetStatus {
            peer_id: sample::PEER.into(),
            nat: NatStatus::Unknown,
            listen: vec!["/ip4/127.0.0.1/udp/4001/quic-v1".into()],
            external: Vec::new(),
            relayed: 0,
            peers: 1,
            counters: [("bytes_in".to_owned(), 5_120)].into(),
        };
        (NoParams {}, status)
    }
}

/// Who opened a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The peer.
    Inbound,
    /// This node.
    Outbound,
}

/// A connected node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Peer {
    /// The same as `peer_id`: every object has an `id`.
    pub id: String,
    /// Its name in the overlay.
    pub peer_id: String,
    /// Where it is connected from or to.
    pub addresses: Vec<String>,
    /// Who opened the connection.
    pub direction: Direction,
    /// Since when, milliseconds UTC.
    pub connected_at: u64,
    /// Round trip in milliseconds, once measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<f64>,
    /// What it says it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Whose it is, if it is a member of a server of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
}

/// `net.peers`
pub struct Peers;

impl Method for Peers {
    const NAME: &'static str = "net.peers";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[];
    const SUMMARY: &'static str = "The connected nodes.";
    type Params = NoParams;
    type Output = Page<Peer>;

    fn example() -> (NoParams, Page<Peer>) {
        let peer = Peer {
            id: sample::PEER.into(),
            peer_id: sample::PEER.into(),
            addresses: vec![sample::ADDRESS.into()],
            direction: Direction::Outbound,
            connected_at: sample::TIME_MS,
            rtt_ms: Some(0.4),
            agent: Some("folkmoot/0.1.0".into()),
            account_id: None,
        };
        (NoParams {}, Page::whole(vec![peer]))
    }
}

/// `net.connect`
pub struct Connect;

/// Where to.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectParams {
    /// A multiaddress, with the peer's name at its end if that is known.
    #[schemars(length(max = 512))]
    pub address: String,
}

/// Who answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Connected {
    /// The peer's name in the overlay.
    pub peer_id: String,
}

impl Method for Connect {
    const NAME: &'static str = "net.connect";
    const SCOPE: Scope = Scope::Net;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::InvalidContent, ErrorKind::PeerUnreachable, ErrorKind::Timeout];
    const SUMMARY: &'static str = "Connects to a node by its address.";
    type Params = ConnectParams;
    type Output = Connected;

    fn check(params: &ConnectParams) -> Result<(), ApiError> {
        if params.address.len() > ADDRESS_BYTES {
            return Err(ApiError::invalid_content("address", "longer than any address"));
        }
        Ok(())
    }

    fn example() -> (ConnectParams, Connected) {
        (ConnectParams { address: sample::ADDRESS.into() }, Connected { peer_id: sample::PEER.into() })
    }
}

/// `net.disconnect`
pub struct Disconnect;

/// From whom.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisconnectParams {
    /// The peer's name in the overlay.
    #[schemars(length(max = 64))]
    pub peer_id: String,
}

/// Who is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Disconnected {
    /// The peer's name in the overlay.
    pub peer_id: String,
}

impl Method for Disconnect {
    const NAME: &'static str = "net.disconnect";
    const SCOPE: Scope = Scope::Net;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound];
    const SUMMARY: &'static str =
        "Closes the connections to a node; members' nodes find each other again within seconds.";
    type Params = DisconnectParams;
    type Output = Disconnected;

    fn check(params: &DisconnectParams) -> Result<(), ApiError> {
        if params.peer_id.len() > 64 {
            return Err(ApiError::invalid_params("peer_id", "longer than any peer id"));
        }
        Ok(())
    }

    fn example() -> (DisconnectParams, Disconnected) {
        (DisconnectParams { peer_id: sample::PEER.into() }, Disconnected { peer_id: sample::PEER.into() })
    }
}

/// What is known to exist in a channel and is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelGaps {
    /// The channel.
    pub channel_id: ChannelId,
    /// Places at which something is missing.
    pub gaps: u64,
    /// Messages missing there, as far as is known.
    pub missing: u64,
}

/// A member's node that is asked for what is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SyncPeer {
    /// Its name in the overlay.
    pub peer_id: String,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// Whether it is being asked now.
    pub asking: bool,
    /// When it was last asked to the end, milliseconds UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synced_at: Option<u64>,
    /// Why the last asking ended early, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// How complete a server is here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServerSync {
    /// The server.
    pub server_id: ServerId,
    /// Messages missing in all channels, as far as is known.
    pub missing: u64,
    /// The channels in which something is missing.
    pub channels: Vec<ChannelGaps>,
    /// The connected members' nodes: each is asked every half minute, and when something hints at news.
    pub peers: Vec<SyncPeer>,
}

/// `net.sync.status`
pub struct SyncStatus;

/// Which server.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncStatusParams {
    /// Only this one; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_id: Option<ServerId>,
}

impl Method for SyncStatus {
    const NAME: &'static str = "net.sync.status";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound];
    const SUMMARY: &'static str = "What is missing in each channel, and who is asked for it.";
    type Params = SyncStatusParams;
    type Output = Page<ServerSync>;

    fn example() -> (SyncStatusParams, Page<ServerSync>) {
        let server = ServerSync {
            server_id: sample::SERVER,
            missing: 12,
            channels: vec![ChannelGaps { channel_id: sample::CHANNEL, gaps: 1, missing: 12 }],
            peers: vec![SyncPeer {
                peer_id: sample::PEER.into(),
                account_id: Some(sample::ACCOUNT),
                asking: true,
                synced_at: Some(sample::TIME_MS),
                error: None,
            }],
        };
        (SyncStatusParams { server_id: Some(sample::SERVER) }, Page::whole(vec![server]))
    }
}
