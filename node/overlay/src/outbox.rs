//! Notices on their way up. Each tells the newest state of one thing, so that a reader who lags loses steps in between and
//! nothing else, and the box stays as small as what there is to tell.

use std::collections::{HashMap, HashSet, VecDeque};

use folkmoot_identity::DeviceId;

use crate::{Address, OverlayEvent, Topic};

/// What a notice is about.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Subject {
    Peer(DeviceId),
    Member(Topic, DeviceId),
    Listening(Address),
    /// One for all: what strangers claim must not pile up.
    Observed,
    Missed(DeviceId),
    Undelivered(DeviceId),
}

/// See the module.
#[derive(Default)]
pub(crate) struct Outbox {
    /// In the order first told. May name subjects that are told or withdrawn already.
    order: VecDeque<Subject>,
    notices: HashMap<Subject, OverlayEvent>,
    /// Devices the reader believes connected; bounded by those that were at some time while it read.
    told_up: HashSet<DeviceId>,
}

impl Outbox {
    /// Puts a notice in, in place of an untold one about the same.
    pub(crate) fn put(&mut self, mut notice: OverlayEvent) {
        let Some(subject) = subject(&notice) else { return };
        if let OverlayEvent::PeerDown { device } = notice {
            self.notices.retain(|other, _| !matches!(other, Subject::Member(_, member) if *member == device));
            if !self.told_up.contains(&device) {
                // It came and went unseen.
                self.notices.remove(&subject);
                return;
            }
        }
        match (&mut notice, self.notices.get(&subject)) {
            (OverlayEvent::Missed { frames, .. }, Some(OverlayEvent::Missed { frames: before, .. }))
            | (OverlayEvent::Undelivered { frames, .. }, Some(OverlayEvent::Undelivered { frames: before, .. })) => {
                *frames = frames.saturating_add(*before);
            }
            _ => {}
        }
        if self.notices.insert(subject.clone(), notice).is_none() {
            self.order.push_back(subject);
        }
        if self.order.len() > 2 * self.notices.len() + 64 {
            let mut seen = HashSet::new();
            self.order.retain(|subject| self.notices.contains_key(subject) && seen.insert(subject.clone()));
        }
    }

    /// Takes the oldest notice.
    pub(crate) fn take(&mut self) -> Option<OverlayEvent> {
        while let Some(subject) = self.order.pop_front() {
            let Some(notice) = self.notices.remove(&subject) else { continue };
            match &notice {
                OverlayEvent::PeerUp { device, .. } => {
                    self.told_up.insert(*device);
                }
                OverlayEvent::PeerDown { device } => {
                    self.told_up.remove(device);
                }
                _ => {}
            }
            return Some(notice);
        }
        None
    }

    /// Whether nothing is left to tell.
    pub(crate) fn is_empty(&self) -> bool {
        self.notices.is_empty()
    }
}

fn subject(notice: &OverlayEvent) -> Option<Subject> {
    Some(match notice {
        OverlayEvent::PeerUp { device, .. } | OverlayEvent::PeerDown { device } => Subject::Peer(*device),
        OverlayEvent::TopicPeer { topic, device, .. } => Subject::Member(*topic, *device),
        OverlayEvent::Listening(address) => Subject::Listening(address.clone()),
        OverlayEvent::Observed(_) => Subject::Observed,
        OverlayEvent::Missed { device, .. } => Subject::Missed(*device),
        OverlayEvent::Undelivered { device, .. } => Subject::Undelivered(*device),
        // These have channels of their own.
        OverlayEvent::Gossip(_) | OverlayEvent::Inbound(_) | OverlayEvent::Offered(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: DeviceId = DeviceId::new([1; 32]);

    fn up() -> OverlayEvent {
        OverlayEvent::PeerUp { device: ANN, address: Address::quic([127, 0, 0, 1].into(), 1) }
    }

    fn down() -> OverlayEvent {
        OverlayEvent::PeerDown { device: ANN }
    }

    fn drain(outbox: &mut Outbox) -> Vec<String> {
        std::iter::from_fn(|| outbox.take())
            .map(|notice| match notice {
                OverlayEvent::PeerUp { .. } => "up".to_owned(),
                OverlayEvent::PeerDown { .. } => "down".to_owned(),
                OverlayEvent::Missed { frames, .. } => format!("missed {frames}"),
                OverlayEvent::TopicPeer { joined, .. } => format!("topic {joined}"),
                _ => "other".to_owned(),
            })
            .collect()
    }

    #[test]
    fn notices_come_out_in_order() {
        let mut outbox = Outbox::default();
        outbox.put(up());
        outbox.put(OverlayEvent::TopicPeer { topic: [0; 32], device: ANN, joined: true });
        assert_eq!(drain(&mut outbox), ["up", "topic true"]);
        outbox.put(down());
        assert_eq!(drain(&mut outbox), ["down"]);
    }

    #[test]
    fn who_came_and_went_unseen_is_not_told() {
        let mut outbox = Outbox::default();
        outbox.put(up());
        outbox.put(OverlayEvent::TopicPeer { topic: [0; 32], device: ANN, joined: true });
        outbox.put(down());
        assert!(outbox.is_empty());
        assert_eq!(drain(&mut outbox), [""; 0]);
    }

    #[test]
    fn who_went_and_came_back_unseen_is_told_as_up_again() {
        let mut outbox = Outbox::default();
        outbox.put(up());
        drain(&mut outbox);
        outbox.put(down());
        outbox.put(up());
        assert_eq!(drain(&mut outbox), ["up"]);
        outbox.put(down());
        assert_eq!(drain(&mut outbox), ["down"]);
    }

    #[test]
    fn losses_add_up() {
        let mut outbox = Outbox::default();
        for _ in 0..3 {
            outbox.put(OverlayEvent::Missed { device: ANN, frames: 2 });
        }
        assert_eq!(drain(&mut outbox), ["missed 6"]);
    }

    #[test]
    fn a_churning_stranger_does_not_make_it_grow() {
        let mut outbox = Outbox::default();
        for round in 0..10_000_u32 {
            let mut id = [0; 32];
            id[..4].copy_from_slice(&round.to_be_bytes());
            let device = DeviceId::new(id);
            outbox.put(OverlayEvent::PeerUp { device, address: Address::quic([127, 0, 0, 1].into(), 1) });
            outbox.put(OverlayEvent::PeerDown { device });
        }
        assert!(outbox.is_empty());
        assert!(outbox.order.len() <= 65, "{}", outbox.order.len());
    }
}
