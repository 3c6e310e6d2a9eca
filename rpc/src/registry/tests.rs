//! Tests of the registry: what is refused before a handler runs, and in which order.

use std::sync::Mutex;

use futures::StreamExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::*;
use crate::EventStream;
use crate::contract::{CallKind, Created, Scope, message};

struct NoEvents;

impl EventSource for NoEvents {
    fn open(&self, _: CallContext, _: SubscribeParams) -> BoxFuture<'static, Result<EventStream, ApiError>> {
        async { Ok(futures::stream::empty().boxed()) }.boxed()
    }
}

/// Everything that reached the handler of `message.send`.
type Seen = Arc<Mutex<Vec<String>>>;

fn builder(seen: &Seen) -> RegistryBuilder {
    let seen = Arc::clone(seen);
    let gate: Gate = Arc::new(|method| if method == "net.status" { Err(ApiError::locked()) } else { Ok(()) });
    let builder = Registry::builder()
        .gate(gate)
        .events(Arc::new(NoEvents))
        .method::<message::Get, _, _>(|_, _| async { panic!("a handler that fails in an unforeseen way") })
        .method::<message::Send, _, _>(move |context, params| {
            seen.lock().expect("not poisoned").push(format!("{} {}", context.token_id(), params.content));
            async { Ok(Created::new(message::Get::example().1)) }
        });
    canned_but_messages!(crate, builder)
}

async fn call(registry: &Registry, credential: Credential, request: Value) -> Value {
    let mut extensions = Extensions::new();
    extensions.insert(Arc::new(Session::new(Arc::new(credential))));
    let method = request["method"].as_str().expect("a method").to_owned();
    let params = request.get("params").map(Value::to_string);
    let params = Params::new(params.as_deref());
    let Some(MethodCallback::Async(callback)) = registry.methods.method(&method) else { panic!("no method {method}") };
    let id = jsonrpsee::types::Id::Number(1);
    let response = callback(id, params.into_owned(), 0_usize.into(), usize::MAX, extensions).await;
    serde_json::from_str(response.as_json().get()).expect("an answer in JSON")
}

fn send(content: &str) -> Value {
    let channel_id = contract::sample::CHANNEL;
    json!({"method": "message.send", "params": {"channel_id": channel_id, "content": content}})
}

fn reader() -> Credential {
    Credential::scoped("tok_reader", [Scope::Read], None, 1_000)
}

#[tokio::test]
async fn allowed_call_reaches_its_handler_with_the_token_it_came_by() {
    let seen = Seen::default();
    let registry = builder(&seen).build().expect("complete");
    let answer = call(&registry, Credential::admin(), send("hello")).await;
    assert_eq!(answer["result"]["content"], "is anyone there?");
    assert_eq!(*seen.lock().expect("not poisoned"), ["admin hello"]);
}

#[tokio::test]
async fn scope_is_asked_before_parameters_are_read() {
    let seen = Seen::default();
    let registry = builder(&seen).build().expect("complete");
    let broken = json!({"method": "message.send", "params": {"nonsense": true}});
    let answer = call(&registry, reader(), broken).await;
    assert_eq!(answer["error"]["code"], 1003);
    assert_eq!(answer["error"]["data"]["missing"], "message:write");
    assert_eq!(answer["error"]["data"]["kind"], "forbidden");
    assert_eq!(seen.lock().expect("not poisoned").len(), 0);
}

#[tokio::test]
async fn gate_is_asked_after_the_scope_and_before_the_parameters() {
    let registry = builder(&Seen::default()).build().expect("complete");
    let request = json!({"method": "net.status", "params": {"nonsense": true}});
    let nobody = Credential::scoped("tok_none", [], None, 1_000);
    assert_eq!(call(&registry, nobody, request.clone()).await["error"]["code"], 1003);
    assert_eq!(call(&registry, reader(), request).await["error"]["code"], 1004);
}

#[tokio::test]
async fn parameters_are_one_object_of_known_names() {
    let seen = Seen::default();
    let registry = builder(&seen).build().expect("complete");
    let rows = [
        (json!(["x"]), None),
        (json!("x"), None),
        (json!(null), Some("channel_id")),
        (json!({"channel_id": "chn_x", "content": "hi"}), None),
        (json!({"channel_id": contract::sample::SERVER, "content": "hi"}), None),
        (json!({"channel_id": contract::sample::CHANNEL}), Some("content")),
        (json!({"channel_id": contract::sample::CHANNEL, "content": 7}), None),
        (json!({"channel_id": contract::sample::CHANNEL, "content": "hi", "colour": "red"}), Some("colour")),
        (json!({"channel_id": contract::sample::CHANNEL, "content": "hi", "nonce": "n".repeat(65)}), None),
    ];
    for (params, field) in rows {
        let answer = call(&registry, Credential::admin(), json!({"method": "message.send", "params": params})).await;
        assert_eq!(answer["error"]["code"], -32602, "{params} gave {answer}");
        assert_eq!(answer["error"]["data"]["field"].as_str(), field, "{params} gave {answer}");
    }
    assert_eq!(seen.lock().expect("not poisoned").len(), 0);
}

#[tokio::test]
async fn optional_parameters_may_be_left_out_altogether() {
    let registry = builder(&Seen::default()).build().expect("complete");
    let answer = call(&registry, Credential::admin(), json!({"method": "server.list"})).await;
    assert_eq!(answer["result"]["items"].as_array().map(Vec::len), Some(1));
    let answer = call(&registry, Credential::admin(), json!({"method": "server.list", "params": {"limit": 0}})).await;
    assert_eq!(answer["error"]["code"], -32602);
}

#[tokio::test]
async fn handler_that_panics_fails_its_call_only() {
    let registry = builder(&Seen::default()).build().expect("complete");
    let request = json!({"method": "message.get", "params": {"message_id": contract::sample::MESSAGE}});
    let answer = call(&registry, Credential::admin(), request).await;
    assert_eq!(answer["error"]["code"], -32603);
    let answer = call(&registry, Credential::admin(), send("still here")).await;
    assert_eq!(answer["result"]["id"], json!(contract::sample::MESSAGE));
}

#[tokio::test]
async fn revoked_token_and_exceeded_rate_are_refused() {
    let registry = builder(&Seen::default()).build().expect("complete");
    let revoked = Credential::admin();
    revoked.revoke();
    assert_eq!(call(&registry, revoked, send("hello")).await["error"]["code"], 1001);

    let slow = Arc::new(Credential::scoped("tok_slow", [Scope::Admin], None, 1));
    let descriptor = contract::find("message.send").expect("in the contract");
    assert!(authorize(&slow, descriptor, None).is_ok());
    let refused = authorize(&slow, descriptor, None).map(|_| ()).expect_err("the second within a second");
    assert_eq!(refused.kind(), ErrorKind::RateLimited);
    assert!(refused.detail().retry_after_ms.is_some_and(|wait| wait > 0 && wait <= 1_001));
}

#[test]
fn too_many_running_calls_are_answered_busy() {
    let session = Arc::new(Session::new(Arc::new(Credential::admin())));
    let running: Vec<_> = (0..IN_FLIGHT_MAX).map(|_| InFlight::enter(Arc::clone(&session))).collect();
    assert!(running.iter().all(Result::is_ok));
    let refused = InFlight::enter(Arc::clone(&session)).map(|_| ()).map_err(|error| error.kind());
    assert_eq!(refused, Err(ErrorKind::Busy));
    drop(running);
    assert!(InFlight::enter(session).is_ok());
}

#[test]
fn incomplete_or_doubled_registry_does_not_build() {
    let missing = Registry::builder().events(Arc::new(NoEvents)).build().map(|_| ());
    assert_eq!(missing, Err(RegistryError::Missing { name: "node.info" }));
    let eventless = canned_but_messages!(crate, Registry::builder()).build().map(|_| ());
    assert_eq!(eventless, Err(RegistryError::Missing { name: "events.subscribe" }));
    let twice = canned!(crate, builder(&Seen::default()), net::Status).build().map(|_| ());
    assert_eq!(twice, Err(RegistryError::Twice { name: "net.status" }));
}

#[test]
fn every_method_of_the_contract_and_no_other_can_be_called() {
    let registry = builder(&Seen::default()).build().expect("complete");
    let mut expected: Vec<_> = contract::methods().iter().map(|method| method.name).collect();
    expected.extend(contract::methods().iter().filter_map(|method| match method.kind {
        CallKind::Subscription { unsubscribe, .. } => Some(unsubscribe),
        CallKind::Call => None,
    }));
    expected.sort_unstable();
    let mut registered: Vec<_> = registry.methods.method_names().collect();
    registered.sort_unstable();
    assert_eq!(registered, expected);
}
