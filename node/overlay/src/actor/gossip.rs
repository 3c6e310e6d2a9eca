//! Gossip through the actor: frames up, verdicts and publications down, subscriptions noted.

use folkmoot_proto::limits::GOSSIP_FRAME_BYTES;
use libp2p::{
    PeerId,
    gossipsub::{Event, Message, MessageAcceptance, MessageId, TopicHash},
};

use super::Actor;
use crate::{
    Gossip, MessageToken, OverlayEvent, PublishError, Published, SubscribeError, Topic, Verdict,
    events::{GOSSIP, GOSSIP_BYTES},
    gossip, peer,
    token::Report,
    topic::{self, TOPICS_PER_PEER},
};

/// Verdicts taken in one turn of the actor; a few hundred microseconds at most.
const REPORTS_AT_ONCE: usize = 64;

impl Actor {
    pub(super) fn on_gossip(&mut self, event: Event) {
        match event {
            Event::Message { propagation_source, message_id, message } => {
                self.on_frame(propagation_source, message_id, message);
            }
            Event::Subscribed { peer_id, topic } => self.on_subscription(&peer_id, &topic, true),
            Event::Unsubscribed { peer_id, topic } => self.on_subscription(&peer_id, &topic, false),
            Event::SlowPeer { peer_id, failed_messages } => {
                let frames = (failed_messages.non_priority + failed_messages.priority) as u64;
                self.counters.undelivered += frames;
                if let Some(device) = peer::device_id(&peer_id) {
                    self.tell(OverlayEvent::Undelivered { device, frames });
                }
            }
            Event::GossipsubNotSupported { peer_id } => tracing::debug!(%peer_id, "peer does not gossip"),
        }
    }

    fn on_frame(&mut self, source: PeerId, id: MessageId, message: Message) {
        let (Some(topic), Some(device)) = (topic::decode(&message.topic), peer::device_id(&source)) else {
            self.pass_verdict(&id, &source, Verdict::Ignore);
            return;
        };
        let bytes = message.data.len();
        if bytes > GOSSIP_FRAME_BYTES {
            self.counters.malformed += 1;
            self.pass_verdict(&id, &source, Verdict::Reject);
        } else if self.judging >= GOSSIP || self.judging_bytes + bytes > GOSSIP_BYTES {
            self.counters.missed += 1;
            self.pass_verdict(&id, &source, Verdict::Ignore);
            self.tell(OverlayEvent::Missed { device, frames: 1 });
        } else {
            self.counters.received += 1;
            self.judging += 1;
            self.judging_bytes += bytes;
            let token = MessageToken::new(id, source, bytes, self.report.clone());
            // Never full, see `judging`. If the reader is gone, the token comes back as a report.
            if self.gossip.try_send(Gossip { topic, source: device, frame: message.data.into(), token }).is_err() {
                tracing::trace!("nobody reads gossip");
            }
        }
    }

    /// Takes a verdict, and those that wait behind it: each makes room for a frame, so verdicts go before frames.
    pub(super) fn on_reports(&mut self, first: &Report) {
        self.on_report(first);
        for _ in 1..REPORTS_AT_ONCE {
            match self.reports.try_recv() {
                Ok(report) => self.on_report(&report),
                Err(_) => break,
            }
        }
    }

    fn on_report(&mut self, report: &Report) {
        self.judging -= 1;
        self.judging_bytes -= report.frame_bytes;
        match report.verdict {
            Verdict::Accept => self.counters.accepted += 1,
            Verdict::Ignore => self.counters.ignored += 1,
            Verdict::Reject => self.counters.rejected += 1,
        }
        self.pass_verdict(&report.message, &report.source, report.verdict);
    }

    fn pass_verdict(&mut self, id: &MessageId, source: &PeerId, verdict: Verdict) {
        let acceptance = match verdict {
            Verdict::Accept => MessageAcceptance::Accept,
            Verdict::Ignore => MessageAcceptance::Ignore,
            Verdict::Reject => MessageAcceptance::Reject,
        };
        if !self.swarm.behaviour_mut().gossip.report_message_validation_result(id, source, acceptance) {
            // Judged so late that the mesh forgot it; nothing is lost but the passing on.
            tracing::trace!("verdict came too late");
        }
    }

    fn on_subscription(&mut self, peer: &PeerId, name: &TopicHash, joined: bool) {
        let Some(topic) = topic::decode(name) else { return };
        let changed = if joined { self.roster.joined(peer, topic) } else { self.roster.parted(peer, &topic) };
        if let Some(device) = peer::device_id(peer).filter(|_| changed && self.topics.contains(&topic)) {
            self.tell(OverlayEvent::TopicPeer { topic, device, joined });
        }
    }

    pub(super) fn subscribe(&mut self, topic: Topic) -> Result<(), SubscribeError> {
        if self.topics.contains(&topic) {
            return Ok(());
        }
        if self.topics.len() >= TOPICS_PER_PEER {
            return Err(SubscribeError::TooMany);
        }
        self.topics.insert(topic);
        gossip::subscribe(&mut self.swarm.behaviour_mut().gossip, &topic);
        for device in self.roster.devices_in(&topic) {
            self.tell(OverlayEvent::TopicPeer { topic, device, joined: true });
        }
        Ok(())
    }

    pub(super) fn unsubscribe(&mut self, topic: &Topic) {
        if self.topics.remove(topic) {
            gossip::unsubscribe(&mut self.swarm.behaviour_mut().gossip, topic);
        }
    }

    pub(super) fn publish(&mut self, topic: &Topic, frame: bytes::Bytes) -> Result<Published, PublishError> {
        let audience = self.roster.audience(topic);
        let outcome = gossip::publish(&mut self.swarm.behaviour_mut().gossip, topic, frame, audience);
        match &outcome {
            Ok(_) => self.counters.published += 1,
            Err(PublishError::QueuesFull { .. }) => self.counters.publish_queues_full += 1,
            Err(_) => {}
        }
        outcome
    }
}
