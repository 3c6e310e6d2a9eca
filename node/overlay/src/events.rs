//! What comes up from the overlay, and how it is received.

use bytes::Bytes;
use folkmoot_identity::DeviceId;
use tokio::{select, sync::mpsc};

use crate::{Address, FramedStream, MessageToken, Offered, Protocol, Topic};

/// Notices that wait for the reader; more wait, coalesced, in the actor.
pub(crate) const NOTICES: usize = 256;
/// Streams that wait for the reader. Strangers' are bounded by their places; beyond, streams are dropped.
pub(crate) const INBOUND: usize = 256;
/// Records that wait for the node to look into them, at most 1 MiB. Beyond, they are dropped and counted: whoever put them
/// there puts them again.
pub(crate) const OFFERED: usize = 256;
/// Gossip frames received and without a verdict yet, waiting or being judged. Beyond, frames are dropped and told by
/// [`OverlayEvent::Missed`]; catch-up brings them.
pub(crate) const GOSSIP: usize = 4_096;
/// Bytes of the same.
pub(crate) const GOSSIP_BYTES: usize = 16 * 1024 * 1024;

/// Something that happened.
#[derive(Debug)]
pub enum OverlayEvent {
    /// The first connection to a device came about. Told of a device that is already up, it was gone in between.
    PeerUp {
        /// Who.
        device: DeviceId,
        /// Where it is, as this node sees it.
        address: Address,
    },
    /// The last connection to a device closed; it left all topics with it.
    PeerDown {
        /// Who.
        device: DeviceId,
    },
    /// We listen on this address.
    Listening(Address),
    /// Somebody sees us at this address. A hint: it may be wrong, or a lie. Of several untold, the newest; all are in
    /// [`crate::NetStatus`].
    Observed(Address),
    /// A connected device joined or left one of our topics.
    TopicPeer {
        /// The topic.
        topic: Topic,
        /// Who.
        device: DeviceId,
        /// Joined, or left.
        joined: bool,
    },
    /// A frame on one of our topics.
    Gossip(Gossip),
    /// A device opened a stream.
    Inbound(Inbound),
    /// A device wants a record kept.
    Offered(Offered),
    /// Frames that came from this device were dropped, for too many wait for their verdict here. Catch up with it.
    Missed {
        /// Who passed them on to us.
        device: DeviceId,
        /// How many since last told.
        frames: u64,
    },
    /// Frames for this device were dropped, for its queue was full. Ring it once more when there is peace.
    Undelivered {
        /// Who did not get them.
        device: DeviceId,
        /// How many since last told.
        frames: u64,
    },
}

/// A frame on a topic, waiting for its verdict.
#[derive(Debug)]
pub struct Gossip {
    /// The topic.
    pub topic: Topic,
    /// Who passed it on to us; nothing says who wrote it.
    pub source: DeviceId,
    /// At most [`folkmoot_proto::limits::GOSSIP_FRAME_BYTES`] bytes, unread.
    pub frame: Bytes,
    /// Takes the verdict.
    pub token: MessageToken,
}

/// A stream that a device opened. Unread streams count towards its places.
#[derive(Debug)]
pub struct Inbound {
    /// Who.
    pub device: DeviceId,
    /// What for.
    pub protocol: Protocol,
    /// The stream.
    pub stream: FramedStream,
}

/// Where events come out. One reader; what it does not read in time is coalesced (notices) or dropped, counted and told
/// (gossip, streams), and never holds up the swarm.
#[derive(Debug)]
pub struct EventReceiver {
    pub(crate) notices: mpsc::Receiver<OverlayEvent>,
    pub(crate) inbound: mpsc::Receiver<Inbound>,
    pub(crate) gossip: mpsc::Receiver<Gossip>,
    pub(crate) offered: mpsc::Receiver<Offered>,
}

impl EventReceiver {
    /// The next event: notices first, then streams, then gossip, then records. None once the overlay has stopped and all is read.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub async fn recv(&mut self) -> Option<OverlayEvent> {
        select! {
            biased;
            Some(notice) = self.notices.recv() => Some(notice),
            Some(inbound) = self.inbound.recv() => Some(OverlayEvent::Inbound(inbound)),
            Some(gossip) = self.gossip.recv() => Some(OverlayEvent::Gossip(gossip)),
            Some(offered) = self.offered.recv() => Some(OverlayEvent::Offered(offered)),
            else => None,
        }
    }

    /// The next event if there is one already.
    pub fn try_recv(&mut self) -> Option<OverlayEvent> {
        if let Ok(notice) = self.notices.try_recv() {
            return Some(notice);
        }
        if let Ok(inbound) = self.inbound.try_recv() {
            return Some(OverlayEvent::Inbound(inbound));
        }
        if let Ok(gossip) = self.gossip.try_recv() {
            return Some(OverlayEvent::Gossip(gossip));
        }
        self.offered.try_recv().ok().map(OverlayEvent::Offered)
    }
}
