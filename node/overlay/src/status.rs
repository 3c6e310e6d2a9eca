//! What the overlay tells about itself: peers, addresses, counters.

use std::time::{Duration, Instant};

use folkmoot_identity::DeviceId;

use crate::Address;

/// Who opened a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The other side.
    Inbound,
    /// We.
    Outbound,
}

/// A connected device.
#[derive(Clone, Debug)]
pub struct PeerInfo {
    /// Who.
    pub device: DeviceId,
    /// Where it is, as this node sees it; of its oldest connection.
    pub address: Address,
    /// Who opened the oldest connection.
    pub direction: Direction,
    /// Connected without a break since.
    pub since: Instant,
    /// Time to it and back, once measured.
    pub rtt: Option<Duration>,
    /// Where it says it listens: at most [`folkmoot_proto::limits::ADDRESSES`], a hint.
    pub announced: Vec<Address>,
}

/// The overlay at one moment.
#[derive(Clone, Debug)]
pub struct NetStatus {
    /// This device.
    pub device: DeviceId,
    /// Where we listen.
    pub listening: Vec<Address>,
    /// Where others see us, newest last: a hint.
    pub observed: Vec<Address>,
    /// Devices connected.
    pub connected: usize,
    /// Topics joined.
    pub topics: usize,
    /// Gossip frames waiting for their verdict.
    pub judging: usize,
    /// This node's part of the table.
    pub directory: DirectoryStatus,
    /// Counted since the start.
    pub counters: Counters,
}

/// A node's part of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DirectoryStatus {
    /// Whether others may ask and write here.
    pub serves: bool,
    /// Nodes in the table.
    pub peers: usize,
    /// Records kept.
    pub records: usize,
    /// Providers kept, this node under its own keys included.
    pub providers: usize,
}

/// Counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames published, to somebody or nobody.
    pub published: u64,
    /// Frames not published because all queues were full.
    pub publish_queues_full: u64,
    /// Frames dropped for single peers whose queue was full.
    pub undelivered: u64,
    /// Frames handed up.
    pub received: u64,
    /// Frames dropped because too many wait for their verdict.
    pub missed: u64,
    /// Frames rejected unseen: too large.
    pub malformed: u64,
    /// Verdicts to accept.
    pub accepted: u64,
    /// Verdicts to ignore.
    pub ignored: u64,
    /// Verdicts to reject.
    pub rejected: u64,
    /// Streams of others dropped for want of a place.
    pub streams_refused: u64,
    /// Records that others wanted kept here.
    pub records_offered: u64,
    /// Of them kept, after the node had looked into them.
    pub records_kept: u64,
    /// Of them refused unseen: not of a record's form.
    pub records_refused: u64,
    /// Of them dropped: too many at once, or no room.
    pub records_dropped: u64,
    /// Providers not listed: too many.
    pub providers_refused: u64,
    /// Devices that connected.
    pub connections: u64,
    /// Dials that failed.
    pub dials_failed: u64,
    /// Connections of others that failed: denied by a limit, or broken while shaking hands.
    pub inbound_failed: u64,
}
