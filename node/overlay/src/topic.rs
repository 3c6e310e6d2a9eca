//! Topics on the wire, and which subscriptions of others are kept.

use data_encoding::BASE64URL_NOPAD;
use libp2p::gossipsub::{MaxCountSubscriptionFilter, TopicHash, TopicSubscriptionFilter};

use crate::Topic;

/// Topics one peer may be subscribed to, ourselves included: servers and their private channels. Also what keeps one peer's
/// subscriptions in our memory below 64 KiB, and their announcement within [`crate::gossip::CONTROL_BYTES`].
pub(crate) const TOPICS_PER_PEER: usize = 512;

/// The name of a topic in frames: base64url without padding, 43 characters.
pub(crate) fn encode(topic: &Topic) -> TopicHash {
    TopicHash::from_raw(BASE64URL_NOPAD.encode(topic))
}

/// The topic of a name; none if it is not of our making.
pub(crate) fn decode(name: &TopicHash) -> Option<Topic> {
    let mut topic = [0; 32];
    let name = name.as_str().as_bytes();
    (BASE64URL_NOPAD.decode_len(name.len()).ok()? == topic.len()).then_some(())?;
    BASE64URL_NOPAD.decode_mut(name, &mut topic).ok()?;
    Some(topic)
}

/// Keeps subscriptions to well-formed topics. Not only to ours: we may join a topic later, and nobody repeats what it announced.
#[derive(Clone, Debug, Default)]
pub(crate) struct WellFormed;

impl TopicSubscriptionFilter for WellFormed {
    fn can_subscribe(&mut self, name: &TopicHash) -> bool {
        decode(name).is_some()
    }
}

/// The filter with its counts.
pub(crate) type Filter = MaxCountSubscriptionFilter<WellFormed>;

/// At most [`TOPICS_PER_PEER`] per peer; the library's default of 100 drops a longer announcement whole.
pub(crate) const fn filter() -> Filter {
    // Twice in one announcement: all left, all joined anew.
    Filter {
        filter: WellFormed,
        max_subscribed_topics: TOPICS_PER_PEER,
        max_subscriptions_per_request: 2 * TOPICS_PER_PEER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_foreign_ones_are_refused() {
        let topic = [0xfb; 32];
        assert_eq!(encode(&topic).as_str(), "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s");
        assert_eq!(decode(&encode(&topic)), Some(topic));
        for foreign in ["", "weather", "-_v7", &"A".repeat(44), &"!".repeat(43)] {
            assert_eq!(decode(&TopicHash::from_raw(foreign)), None, "{foreign}");
        }
    }
}
