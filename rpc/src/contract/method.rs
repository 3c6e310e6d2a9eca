//! What a method is: a type that names itself, its scope, its shapes and its errors; and the list of all of them. The
//! registry, the OpenRPC document and the client read this list; nothing else names methods.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Scope, channel, channel_change, channel_permissions, contact, draft, events, identity, invite, member,
    member_moderation, message, net, node, notification, presence, rpc, server, server_audit, server_heirs,
    server_role, server_rollback, ui,
};
use crate::error::{ApiError, ErrorKind};

/// A method of the contract. Implemented by zero-sized types such as [`message::Send`].
pub trait Method: Send + Sync + 'static {
    /// `namespace.verb_noun`, with nouns in between where a namespace holds several: `server.role.create`.
    const NAME: &'static str;
    /// What the credential must hold.
    const SCOPE: Scope;
    /// The kinds a caller has to expect, besides invalid parameters, a missing scope, a lock and internal failure.
    const ERRORS: &'static [ErrorKind];
    /// One sentence.
    const SUMMARY: &'static str;
    /// The contract's version that brought it.
    const SINCE: &'static str = "1.0";
    /// The parameters, one object.
    type Params: DeserializeOwned + Serialize + JsonSchema + Send + Sync + 'static;
    /// The result; of a subscription: each item.
    type Output: Serialize + DeserializeOwned + JsonSchema + Clone + Send + 'static;

    /// Rules between parameters that their types cannot tell.
    ///
    /// # Errors
    /// -32602 naming the parameter at fault.
    fn check(_params: &Self::Params) -> Result<(), ApiError> {
        Ok(())
    }

    /// One call and its answer. Ids in it come from [`super::sample`], so that a test can put real ones in their place.
    fn example() -> (Self::Params, Self::Output);
}

/// A method that is answered with a stream of items until either side ends it.
pub trait Subscription: Method {
    /// The `method` of each notification.
    const NOTIFICATION: &'static str;
    /// The method that ends it; takes `[id]`.
    const UNSUBSCRIBE: &'static str;

    /// The item's place in a log that can be read again from there; `None` where what was missed is gone.
    fn place(_item: &Self::Output) -> Option<u64> {
        None
    }

    /// The error that ends a stream whose reader is too slow; `last` is the place of the last item it took.
    fn lagged(last: Option<u64>) -> ApiError {
        match last {
            Some(seq) => ApiError::lagged(seq),
            None => ApiError::new(ErrorKind::Lagged, "the subscriber is too slow"),
        }
    }
}

/// Something was made; `replayed` tells that this is the first call's result come again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Created<T> {
    /// The object.
    #[serde(flatten)]
    pub object: T,
    /// True when the nonce was known: nothing was made by this call.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replayed: bool,
}

impl<T> Created<T> {
    /// Made by this call.
    pub const fn new(object: T) -> Self {
        Self { object, replayed: false }
    }

    /// Made by an earlier call with the same nonce.
    pub const fn replayed(object: T) -> Self {
        Self { object, replayed: true }
    }
}

/// Done; there is nothing to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Done {}

/// How a method is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// One call, one answer.
    Call,
    /// A subscription: its notification and how to end it.
    Subscription {
        /// The `method` of each notification.
        notification: &'static str,
        /// The method that ends it.
        unsubscribe: &'static str,
    },
}

/// A method as data.
#[derive(Clone, Copy)]
pub struct Descriptor {
    /// `namespace.verb_noun`.
    pub name: &'static str,
    /// What the credential must hold.
    pub scope: Scope,
    /// The kinds a caller has to expect.
    pub errors: &'static [ErrorKind],
    /// One sentence.
    pub summary: &'static str,
    /// The contract's version that brought it.
    pub since: &'static str,
    /// How it is called.
    pub kind: CallKind,
    /// Schema of the parameters.
    pub params: fn(&mut SchemaGenerator) -> Schema,
    /// Schema of the result, or of a subscription's items.
    pub output: fn(&mut SchemaGenerator) -> Schema,
    /// Parameters and result of the example.
    pub example: fn() -> (Value, Value),
}

impl Descriptor {
    const fn of<M: Method>(kind: CallKind) -> Self {
        Self {
            name: M::NAME,
            scope: M::SCOPE,
            errors: M::ERRORS,
            summary: M::SUMMARY,
            since: M::SINCE,
            kind,
            // The schema of the type itself rather than a reference: OpenRPC lists parameters one by one.
            params: |generator| M::Params::json_schema(generator),
            output: |generator| generator.subschema_for::<M::Output>(),
            example: || {
                let (params, output) = M::example();
                let params = serde_json::to_value(params).expect("example parameters serialize");
                (params, serde_json::to_value(output).expect("example results serialize"))
            },
        }
    }

    const fn call<M: Method>() -> Self {
        Self::of::<M>(CallKind::Call)
    }

    const fn subscription<M: Subscription>() -> Self {
        Self::of::<M>(CallKind::Subscription { notification: M::NOTIFICATION, unsubscribe: M::UNSUBSCRIBE })
    }
}

/// Every method, in the order of the document.
const METHODS: &[Descriptor] = &[
    Descriptor::call::<rpc::Discover>(),
    Descriptor::call::<node::Info>(),
    Descriptor::call::<node::Health>(),
    Descriptor::call::<node::Stats>(),
    Descriptor::call::<node::Shutdown>(),
    Descriptor::call::<node::UiTicket>(),
    Descriptor::call::<identity::Create>(),
    Descriptor::call::<identity::Get>(),
    Descriptor::call::<identity::Update>(),
    Descriptor::call::<identity::Lock>(),
    Descriptor::call::<identity::Unlock>(),
    Descriptor::call::<server::Create>(),
    Descriptor::call::<server::List>(),
    Descriptor::call::<server::Get>(),
    Descriptor::call::<server::Leave>(),
    Descriptor::call::<server::Delete>(),
    Descriptor::call::<server::Restore>(),
    Descriptor::call::<server_role::Create>(),
    Descriptor::call::<server_role::Update>(),
    Descriptor::call::<server_role::Delete>(),
    Descriptor::call::<server_role::List>(),
    Descriptor::call::<server_role::Assign>(),
    Descriptor::call::<server_role::Unassign>(),
    Descriptor::call::<server_audit::List>(),
    Descriptor::call::<server_heirs::Get>(),
    Descriptor::call::<server_heirs::Set>(),
    Descriptor::call::<server_heirs::Sign>(),
    Descriptor::call::<server_rollback::List>(),
    Descriptor::call::<server_rollback::Ratify>(),
    Descriptor::call::<server::Update>(),
    Descriptor::call::<server::Discover>(),
    Descriptor::call::<server::Join>(),
    Descriptor::call::<channel::Create>(),
    Descriptor::call::<channel::List>(),
    Descriptor::call::<channel::Get>(),
    Descriptor::call::<channel::MarkRead>(),
    Descriptor::call::<channel_change::Update>(),
    Descriptor::call::<channel_change::Move>(),
    Descriptor::call::<channel_change::Archive>(),
    Descriptor::call::<channel_permissions::Get>(),
    Descriptor::call::<channel_permissions::Set>(),
    Descriptor::call::<channel_permissions::Explain>(),
    Descriptor::call::<channel::Mute>(),
    Descriptor::call::<channel::Typing>(),
    Descriptor::call::<message::Send>(),
    Descriptor::call::<message::List>(),
    Descriptor::call::<message::Get>(),
    Descriptor::call::<message::Edit>(),
    Descriptor::call::<message::Delete>(),
    Descriptor::call::<message::History>(),
    Descriptor::call::<message::React>(),
    Descriptor::call::<message::Unreact>(),
    Descriptor::call::<message::Pin>(),
    Descriptor::call::<message::Unpin>(),
    Descriptor::call::<message::Pins>(),
    Descriptor::call::<message::DeliveryOf>(),
    Descriptor::call::<draft::Get>(),
    Descriptor::call::<draft::Set>(),
    Descriptor::call::<member::List>(),
    Descriptor::call::<member::Get>(),
    Descriptor::call::<member_moderation::Kick>(),
    Descriptor::call::<member_moderation::Ban>(),
    Descriptor::call::<member_moderation::Unban>(),
    Descriptor::call::<member_moderation::Timeout>(),
    Descriptor::call::<member_moderation::Bans>(),
    Descriptor::call::<invite::Create>(),
    Descriptor::call::<invite::Preview>(),
    Descriptor::call::<invite::Accept>(),
    Descriptor::call::<invite::List>(),
    Descriptor::call::<invite::Revoke>(),
    Descriptor::call::<contact::List>(),
    Descriptor::call::<contact::Block>(),
    Descriptor::call::<contact::Unblock>(),
    Descriptor::call::<net::Status>(),
    Descriptor::call::<net::Peers>(),
    Descriptor::call::<net::Connect>(),
    Descriptor::call::<net::Disconnect>(),
    Descriptor::call::<net::SyncStatus>(),
    Descriptor::call::<presence::Get>(),
    Descriptor::call::<presence::Set>(),
    Descriptor::subscription::<presence::Subscribe>(),
    Descriptor::call::<notification::List>(),
    Descriptor::call::<notification::GetSettings>(),
    Descriptor::call::<notification::SetSettings>(),
    Descriptor::call::<ui::GetState>(),
    Descriptor::call::<ui::SetState>(),
    Descriptor::subscription::<events::Subscribe>(),
    Descriptor::call::<events::Poll>(),
    Descriptor::call::<events::Head>(),
    Descriptor::call::<events::Ack>(),
];

/// Every method of the contract.
#[must_use]
pub const fn methods() -> &'static [Descriptor] {
    METHODS
}

/// The method of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Descriptor> {
    METHODS.iter().find(|method| method.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_namespaces_and_verb_and_unique() {
        let mut seen = std::collections::BTreeSet::new();
        for method in methods() {
            let plain = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            assert!(method.name.contains('.') && method.name.split('.').all(plain), "{}", method.name);
            assert!(seen.insert(method.name), "{} is there twice", method.name);
        }
    }

    #[test]
    fn only_flag_of_a_replay_tells_it_from_the_first_result() {
        let first = serde_json::to_value(Created::new(Page { n: 1 })).expect("serializes");
        let again = serde_json::to_value(Created::replayed(Page { n: 1 })).expect("serializes");
        assert_eq!(first, serde_json::json!({"n": 1}));
        assert_eq!(again, serde_json::json!({"n": 1, "replayed": true}));
    }

    #[derive(Serialize)]
    struct Page {
        n: u8,
    }
}
