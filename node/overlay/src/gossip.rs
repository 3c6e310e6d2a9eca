//! How gossip is set up, and what came of publishing. The settings are all here, each with its reason.

use std::time::Duration;

use bytes::Bytes;
use folkmoot_proto::limits::GOSSIP_FRAME_BYTES;
use libp2p::gossipsub::{
    self, ConfigBuilder, IdentTopic, IdentityTransform, MessageAuthenticity, MessageId, PeerScoreParams,
    PeerScoreThresholds, TopicScoreParams, ValidationMode, score_parameter_decay,
};

use crate::{
    Topic,
    topic::{self, Filter, TOPICS_PER_PEER},
};

/// Gossipsub with our topics.
pub(crate) type Behaviour = gossipsub::Behaviour<IdentityTransform, Filter>;

/// Bytes of a message id.
const MESSAGE_ID_BYTES: usize = 20;
/// One transmission: a frame, or control messages about many.
const TRANSMIT_BYTES: usize = 64 * 1024;
/// Control messages and subscriptions in one transmission. The library's 16 KiB would refuse the announcement of a peer with
/// [`TOPICS_PER_PEER`] topics, 50 bytes each.
pub(crate) const CONTROL_BYTES: usize = 48 * 1024;
const _: () = assert!(TOPICS_PER_PEER * 64 <= CONTROL_BYTES);
/// Frames waiting for one slow peer, behind the megabyte that QUIC has in flight; beyond, frames to it are dropped and it is told
/// by [`crate::OverlayEvent::Undelivered`]. A tenth of a second at 5,000 frames/s, for which a busy machine may well not get round
/// to a connection; 200 kB of usual frames, 10 MiB of the largest. The library's 5,000 would be ten times that, per peer.
pub(crate) const PEER_QUEUE_FRAMES: usize = 512;
/// How long a frame may wait for a slow peer before it is of no use: catch-up has it by then.
const QUEUE_TIME: Duration = Duration::from_secs(5);
/// How long a message id is remembered. Duplicates come within seconds; at 10,000 frames/s this is 30 MB.
const DUPLICATE_TIME: Duration = Duration::from_secs(30);
/// Frames in one transmission. Ours carry one; a stranger's could otherwise carry thousands of empty ones.
const FRAMES_PER_TRANSMISSION: usize = 256;

/// What came of a frame that was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// First 20 bytes of the frame's BLAKE3 hash, as the mesh knows it.
    pub message_id: [u8; MESSAGE_ID_BYTES],
    /// Peers known to be subscribed to the topic, an estimate of who gets it at once. 0: nobody was there to take it, which
    /// is no error; catch-up delivers.
    pub peers: usize,
}

/// Why a frame was not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// Longer than [`GOSSIP_FRAME_BYTES`]: announce it by id.
    #[error("frame of {actual} bytes, at most {GOSSIP_FRAME_BYTES} are allowed")]
    TooLarge {
        /// Bytes it has.
        actual: usize,
    },
    /// The same bytes were published or received within the last half minute.
    #[error("frame was published before")]
    Duplicate,
    /// No peer had room for it. It is not kept: publish slower, and leave this one to catch-up.
    #[error("queues of all {peers} peers are full")]
    QueuesFull {
        /// Peers that were tried.
        peers: usize,
    },
    /// The overlay has stopped.
    #[error("overlay has stopped")]
    Stopped,
}

/// Why a topic was not joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubscribeError {
    /// One topic more than others would keep for us.
    #[error("already subscribed to {TOPICS_PER_PEER} topics")]
    TooMany,
    /// The overlay has stopped.
    #[error("overlay has stopped")]
    Stopped,
}

/// The id of a frame.
pub(crate) fn message_id(frame: &[u8]) -> [u8; MESSAGE_ID_BYTES] {
    let mut id = [0; MESSAGE_ID_BYTES];
    blake3::Hasher::new().update(frame).finalize_xof().fill(&mut id);
    id
}

/// Gossipsub as we want it.
pub(crate) fn behaviour() -> Behaviour {
    let config = ConfigBuilder::default()
        // Frames are authenticated inside, under their scope's key; on the outside nobody learns who wrote them.
        .validation_mode(ValidationMode::Anonymous)
        // Nothing is passed on before the node has judged it.
        .validate_messages()
        .message_id_fn(|message| MessageId::new(&message_id(&message.data)))
        .max_transmit_size(TRANSMIT_BYTES)
        .max_control_message_size(CONTROL_BYTES)
        .max_publish_messages(FRAMES_PER_TRANSMISSION)
        // What we write goes to every subscribed peer at once, mesh or not.
        .flood_publish(true)
        .connection_handler_queue_len(PEER_QUEUE_FRAMES)
        .publish_queue_duration(QUEUE_TIME)
        .forward_queue_duration(QUEUE_TIME)
        .duplicate_cache_time(DUPLICATE_TIME)
        // Only for frames of some size: for a message of a few hundred bytes the refusal costs as much as the duplicate.
        .idontwant_message_size_threshold(4 * 1024)
        // The mesh forms with the first heartbeat; the library waits 5 s for it.
        .heartbeat_initial_delay(Duration::from_millis(100))
        .build()
        .expect("the settings agree with one another");
    let mut gossip = Behaviour::new_with_subscription_filter(MessageAuthenticity::Anonymous, config, topic::filter())
        .expect("anonymous authenticity goes with anonymous validation");
    gossip.with_peer_score(score(), PeerScoreThresholds::default()).expect("the parameters agree with one another");
    gossip
}

/// What a peer does wrong on any topic.
fn score() -> PeerScoreParams {
    PeerScoreParams {
        // Who is on one network or one machine is no sign of evil; for public addresses the gate counts.
        ip_colocation_factor_weight: 0.0,
        // Slow is not hostile. Its queue is bounded; that is all the harm it does.
        slow_peer_weight: 0.0,
        ..PeerScoreParams::default()
    }
}

/// What a peer does on one of our topics.
pub(crate) fn topic_score() -> TopicScoreParams {
    TopicScoreParams {
        topic_weight: 1.0,
        // Staying and being first count a little: at most 10 and 20 points.
        time_in_mesh_weight: 0.01,
        time_in_mesh_quantum: Duration::from_secs(1),
        time_in_mesh_cap: 1_000.0,
        first_message_deliveries_weight: 0.2,
        first_message_deliveries_decay: score_parameter_decay(Duration::from_secs(600)),
        first_message_deliveries_cap: 100.0,
        // Topics of a chat are quiet for hours: nobody is punished for delivering nothing.
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        // Honest nodes verify before they pass on, so one rejected frame is already odd. Squared: the second leaves the peer
        // without gossip, the third or fourth (by what it earned before) unheard for ten minutes.
        invalid_message_deliveries_weight: -10.0,
        invalid_message_deliveries_decay: score_parameter_decay(Duration::from_secs(600)),
        ..TopicScoreParams::default()
    }
}

/// Joins a topic. Whether it is one too many is asked before.
pub(crate) fn subscribe(gossip: &mut Behaviour, topic: &Topic) {
    let name = named(topic);
    if let Err(error) = gossip.set_topic_params(name.clone(), topic_score()) {
        tracing::debug!(error, "topic is not scored");
    }
    if let Err(error) = gossip.subscribe(&name) {
        tracing::debug!(%error, "topic not joined");
    }
}

/// Leaves a topic.
pub(crate) fn unsubscribe(gossip: &mut Behaviour, topic: &Topic) {
    gossip.unsubscribe(&named(topic));
}

/// Publishes a frame; `peers` are those known to be subscribed.
pub(crate) fn publish(
    gossip: &mut Behaviour,
    topic: &Topic,
    frame: Bytes,
    peers: usize,
) -> Result<Published, PublishError> {
    if frame.len() > GOSSIP_FRAME_BYTES {
        return Err(PublishError::TooLarge { actual: frame.len() });
    }
    let message_id = message_id(&frame);
    match gossip.publish(topic::encode(topic), frame) {
        Ok(_) => Ok(Published { message_id, peers }),
        Err(gossipsub::PublishError::NoPeersSubscribedToTopic) => Ok(Published { message_id, peers: 0 }),
        Err(gossipsub::PublishError::AllQueuesFull(peers)) => Err(PublishError::QueuesFull { peers }),
        Err(gossipsub::PublishError::MessageTooLarge) => Err(PublishError::TooLarge { actual: TRANSMIT_BYTES }),
        // Signing and transforming fail for nobody: we do neither.
        Err(_) => Err(PublishError::Duplicate),
    }
}

fn named(topic: &Topic) -> IdentTopic {
    IdentTopic::new(topic::encode(topic).into_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_frame_is_the_head_of_its_hash() {
        let hash = blake3::hash(b"moot");
        assert_eq!(message_id(b"moot"), hash.as_bytes()[..20]);
    }

    #[test]
    fn all_settings_are_accepted_by_the_library() {
        let mut gossip = behaviour();
        subscribe(&mut gossip, &[1; 32]);
        assert!(gossip.get_topic_params(&named(&[1; 32])).is_some());
        assert_eq!(gossip.topics().count(), 1);
        unsubscribe(&mut gossip, &[1; 32]);
        assert_eq!(gossip.topics().count(), 0);
    }

    #[test]
    fn publishing_to_nobody_is_no_error_and_too_much_is() {
        let mut gossip = behaviour();
        let published = publish(&mut gossip, &[1; 32], Bytes::from_static(b"moot"), 0).unwrap();
        assert_eq!(published, Published { message_id: message_id(b"moot"), peers: 0 });
        let long = Bytes::from(vec![0; GOSSIP_FRAME_BYTES + 1]);
        assert_eq!(publish(&mut gossip, &[1; 32], long, 0), Err(PublishError::TooLarge { actual: 20_481 }));
    }
}
