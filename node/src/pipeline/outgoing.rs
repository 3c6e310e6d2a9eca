//! What a turn announces to peers: entries and events grouped into encrypted gossip frames. A doorbell; catch-up delivers.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use folkmoot_core::ids::{EventId, LogId, ScopeId, ServerId};
use folkmoot_identity::signed::SignedBytes;
use folkmoot_overlay::OverlayHandle;
use folkmoot_proto::{
    limits::{GOSSIP_EVENT_BYTES, GOSSIP_FRAME_BYTES},
    v1,
};
use prost::Message;
use tokio::sync::mpsc;

use super::World;
use crate::clock::random;

/// Frames waiting for the overlay. When full, frames are dropped and counted: peers notice the gap and catch up.
const FRAME_CAP: usize = 4_096;
/// Hint, nonce, tag, and the tags of protobuf around the items of a frame.
const FRAME_OVERHEAD: usize = 8 + 24 + 16 + 64;

/// An encrypted frame and where it goes.
pub(super) type Frame = ([u8; 32], Bytes);

enum Item {
    Entry(v1::LogEntry),
    Init(SignedBytes),
    Event(SignedBytes),
    Register(SignedBytes),
    Announced(EventId),
}

impl Item {
    fn size(&self) -> usize {
        8 + match self {
            Self::Entry(entry) => entry.encoded_len(),
            Self::Init(signed) | Self::Event(signed) | Self::Register(signed) => {
                signed.body.len() + signed.sig.len() + 8
            }
            Self::Announced(_) => 34,
        }
    }

    fn put(self, frame: &mut v1::GossipFrame) {
        match self {
            Self::Entry(entry) => frame.entries.push(entry),
            Self::Init(signed) => frame.inits.push(signed.into()),
            Self::Event(signed) => frame.events.push(signed.into()),
            Self::Register(signed) => frame.registers.push(signed.into()),
            Self::Announced(id) => frame.announced.push(Bytes::copy_from_slice(id.as_ref())),
        }
    }
}

/// What this turn has to say, per scope.
#[derive(Default)]
pub(super) struct Outgoing(BTreeMap<(ServerId, ScopeId), Vec<Item>>);

impl Outgoing {
    pub(super) fn entry(&mut self, server: ServerId, scope: ScopeId, log: LogId, entry: v1::Entry) {
        let log = Bytes::copy_from_slice(log.as_ref());
        self.0.entry((server, scope)).or_default().push(Item::Entry(v1::LogEntry { log, entry: Some(entry) }));
    }

    pub(super) fn init(&mut self, server: ServerId, scope: ScopeId, init: SignedBytes) {
        self.0.entry((server, scope)).or_default().push(Item::Init(init));
    }

    pub(super) fn event(&mut self, server: ServerId, id: EventId, event: SignedBytes) {
        let item = if event.body.len() > GOSSIP_EVENT_BYTES { Item::Announced(id) } else { Item::Event(event) };
        self.0.entry((server, server.into())).or_default().push(item);
    }

    pub(super) fn register(&mut self, server: ServerId, register: SignedBytes) {
        self.0.entry((server, server.into())).or_default().push(Item::Register(register));
    }

    /// Packs and encrypts. What belongs to a scope without an epoch to write under goes by catch-up: those servers come second.
    pub(super) fn seal(self, world: &World) -> (Vec<Frame>, BTreeSet<ServerId>) {
        let mut unsaid = BTreeSet::new();
        let mut frames = Vec::new();
        for ((id, scope), items) in self.0 {
            let Some(ring) = world.servers.get(&id).and_then(|server| server.ring(&scope)) else { continue };
            let sending = ring.sending().and_then(|epoch| Some((epoch, ring.topic(&epoch)?)));
            let Some((epoch, topic)) = sending else {
                unsaid.insert(id);
                continue;
            };
            let mut frame = v1::GossipFrame::default();
            let mut size = FRAME_OVERHEAD;
            let mut seal = |frame: &mut v1::GossipFrame| {
                let plain = std::mem::take(frame).encode_to_vec();
                frames.extend(ring.seal(&epoch, &random(), &plain).map(|sealed| (topic, sealed)));
            };
            for item in items {
                if size + item.size() > GOSSIP_FRAME_BYTES && size > FRAME_OVERHEAD {
                    seal(&mut frame);
                    size = FRAME_OVERHEAD;
                }
                size += item.size();
                item.put(&mut frame);
            }
            if size > FRAME_OVERHEAD {
                seal(&mut frame);
            }
        }
        (frames, unsaid)
    }
}

/// Hands frames to the overlay without ever holding up the writer.
#[derive(Clone)]
pub(super) struct Announcer(mpsc::Sender<Frame>);

impl Announcer {
    pub(super) fn start(overlay: OverlayHandle) -> Self {
        let (sender, mut frames) = mpsc::channel::<Frame>(FRAME_CAP);
        // Ends with the last sender, which the pipeline's thread owns.
        tokio::spawn(async move {
            while let Some((topic, frame)) = frames.recv().await {
                if let Err(error) = overlay.publish(topic, frame).await {
                    tracing::debug!(%error, "frame not announced; peers will catch up");
                }
            }
        });
        Self(sender)
    }

    pub(super) fn send(&self, frames: Vec<Frame>) {
        for frame in frames {
            if self.0.try_send(frame).is_err() {
                tracing::debug!("announcements are full; peers will catch up");
                break;
            }
        }
    }
}
