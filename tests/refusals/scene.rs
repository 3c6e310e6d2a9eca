//! A node with something on it that a call could change, and all of it as one value to compare.

use folkmoot_rpc::contract::message::Message;
use serde_json::{Value, json};

use super::harness::node::Node;
use super::harness::people::Place;

/// What no refused call may leave behind.
pub(crate) const UNSAID: &str = "this must not be said";

/// Alice alone on a node with one server and one message.
pub(crate) struct Scene {
    pub(crate) node: Node,
    pub(crate) place: Place,
    pub(crate) message: Message,
}

impl Scene {
    pub(crate) async fn set() -> Self {
        let node = Node::person("alice").await;
        let place = node.found("Refusals", None).await;
        let message = node.say(place.channel, "the only message").await;
        Self { node, place, message }
    }

    /// The body of a call that would say something.
    pub(crate) fn unsaid(&self) -> String {
        self.unsaid_as(&json!(1)).to_string()
    }

    /// The same call with another id.
    pub(crate) fn unsaid_as(&self, id: &Value) -> Value {
        let params = json!({ "channel_id": self.place.channel, "content": UNSAID });
        json!({ "jsonrpc": "2.0", "id": id, "method": "message.send", "params": params })
    }

    /// Everything a call could change.
    pub(crate) async fn state(&self) -> Value {
        let server = json!({ "server_id": self.place.server });
        let channel = json!({ "channel_id": self.place.channel, "limit": 200 });
        let mut state = serde_json::Map::new();
        for (method, params) in [
            ("events.head", json!({})),
            ("identity.get", json!({})),
            ("server.list", json!({})),
            ("channel.list", server.clone()),
            ("member.list", server),
            ("message.list", channel),
            ("net.peers", json!({})),
        ] {
            state.insert(method.to_owned(), self.node.call_raw(method, &params).await);
        }
        Value::Object(state)
    }

    /// Nothing has changed since.
    #[track_caller]
    pub(crate) fn assert_untouched(&self, before: Value) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let after = self.state().await;
            assert!(before == after, "{caller}: before {before:#}\nafter {after:#}");
        }
    }
}

#[tokio::test]
async fn state_shows_a_message_that_was_said() {
    // given: what the other tests compare
    let scene = Scene::set().await;
    let before = scene.state().await;
    assert_eq!(before, scene.state().await, "looking changes nothing");

    // when: somebody does say something
    scene.node.say(scene.place.channel, UNSAID).await;

    // then: it shows
    assert_ne!(before, scene.state().await);
}
