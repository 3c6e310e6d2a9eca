//! Methods and their handlers. Every handler, whether called singly, in a batch or as a subscription, is wrapped in the
//! one `authorize`; parameters are read only after it. What a method does, and what a nonce was used for, is known to
//! the node alone.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::FutureExt;
use http::Extensions;
use jsonrpsee::RpcModule;
use jsonrpsee::core::server::{MethodCallback, MethodResponse, Methods, ResponsePayload};
use jsonrpsee::core::server::{PendingSubscriptionSink, SubscriptionCloseResponse};
use jsonrpsee::types::{ErrorObjectOwned, Params};
use tokio::time::Instant;

use crate::contract::events::{Subscribe, SubscribeParams};
use crate::contract::{self, Descriptor, Method, ScopeSet, Subscription};
use crate::credential::Credential;
use crate::error::{ApiError, ErrorKind};
use crate::openrpc;
use crate::subscription::{EventSource, ItemStream, SLOW_CLIENT, pump};

/// Calls of one connection that may run at once; more are answered 4002. Far above what any client pipelines, and low
/// enough that waiting calls (`events.poll`) cannot fill the memory.
pub const IN_FLIGHT_MAX: usize = 512;

/// Asked after the scope check and before the parameters: the node refuses what its state does not allow, such as
/// everything but `node.*`, `rpc.*` and `identity.unlock` while the identity is locked.
pub type Gate = Arc<dyn Fn(&'static str) -> Result<(), ApiError> + Send + Sync>;

/// Why a registry cannot be built: a mistake of the program, found when it starts.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// A method of the contract has no handler.
    #[error("no handler for {name}")]
    Missing {
        /// The method.
        name: &'static str,
    },
    /// A method has two.
    #[error("two handlers for {name}")]
    Twice {
        /// The method.
        name: &'static str,
    },
    /// A handler for a method that is not in the contract's list.
    #[error("{name} is not in the contract")]
    Unknown {
        /// The method.
        name: &'static str,
    },
}

/// Who calls what.
#[derive(Clone, Debug)]
pub struct CallContext {
    credential: Arc<Credential>,
    method: &'static str,
}

impl CallContext {
    pub(crate) const fn new(credential: Arc<Credential>, method: &'static str) -> Self {
        Self { credential, method }
    }

    /// Names the token across restarts; what nonces are kept under.
    #[must_use]
    pub fn token_id(&self) -> &str {
        self.credential.id()
    }

    /// The method called.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        self.method
    }

    /// What the token may do.
    #[must_use]
    pub fn scopes(&self) -> ScopeSet {
        self.credential.scopes()
    }

    /// Whether the token may touch a server.
    #[must_use]
    pub fn allows_server(&self, server_id: crate::ids::ServerId) -> bool {
        self.credential.allows_server(server_id)
    }
}

/// One authenticated connection, as its calls see it.
pub(crate) struct Session {
    credential: Arc<Credential>,
    in_flight: AtomicUsize,
}

impl Session {
    pub(crate) const fn new(credential: Arc<Credential>) -> Self {
        Self { credential, in_flight: AtomicUsize::new(0) }
    }
}

/// Counts a running call for as long as it lives.
struct InFlight(Arc<Session>);

impl InFlight {
    fn enter(session: Arc<Session>) -> Result<Self, ApiError> {
        let running = session.in_flight.fetch_add(1, Ordering::Relaxed);
        let guard = Self(session);
        if running >= IN_FLIGHT_MAX {
            return Err(ApiError::busy("too many calls of this connection are running").retry_after_ms(100));
        }
        Ok(guard)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The one place that decides whether a call may happen.
///
/// # Errors
/// 1001 if the token was revoked meanwhile, 4001 over its rate, 1003 without the scope, and what the gate says.
pub(crate) fn authorize(
    credential: &Arc<Credential>,
    method: &'static Descriptor,
    gate: Option<&Gate>,
) -> Result<CallContext, ApiError> {
    if !credential.is_valid() {
        return Err(ApiError::new(ErrorKind::Unauthenticated, "this token is not valid any more"));
    }
    credential.take_call(Instant::now())?;
    if !credential.scopes().allows(method.scope) {
        return Err(ApiError::forbidden(method.scope.as_str()));
    }
    if let Some(gate) = gate {
        gate(method.name)?;
    }
    Ok(CallContext::new(Arc::clone(credential), method.name))
}

/// [`authorize`] for a call that came in through the server.
fn admit(
    extensions: &Extensions,
    method: &'static Descriptor,
    gate: Option<&Gate>,
) -> Result<(CallContext, InFlight), ApiError> {
    // Set by the server on every authenticated request; a call without it did not come through the server.
    let session =
        extensions.get::<Arc<Session>>().ok_or_else(|| ApiError::new(ErrorKind::Unauthenticated, "no credential"))?;
    let in_flight = InFlight::enter(Arc::clone(session))?;
    authorize(&session.credential, method, gate).map(|context| (context, in_flight))
}

/// Reads the parameters of a method: one object, or nothing where everything may be left out.
fn read_params<M: Method>(params: &Params<'_>) -> Result<M::Params, ApiError> {
    let text = params.as_str().map_or("{}", str::trim);
    let text = if matches!(text, "" | "null") { "{}" } else { text };
    if !text.starts_with('{') {
        let expected = "parameters go by name in one object, not in an array";
        return Err(ApiError::new(ErrorKind::InvalidParams, format!("{}: {expected}", M::NAME)));
    }
    let params = serde_json::from_str(text).map_err(|error| {
        // Names what is wrong; the position in the text helps nobody who did not write it.
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or(&text).to_owned();
        match field_of(&reason) {
            Some(field) => ApiError::invalid_params(field, reason),
            None => ApiError::new(ErrorKind::InvalidParams, reason),
        }
    })?;
    M::check(&params)?;
    Ok(params)
}

/// The parameter that a message of serde names: ``unknown field `x` `` or ``missing field `x` ``.
fn field_of(reason: &str) -> Option<String> {
    let rest = reason.strip_prefix("unknown field `").or_else(|| reason.strip_prefix("missing field `"))?;
    rest.split_once('`').map(|(field, _)| field.to_owned())
}

/// Collects handlers; see [`Registry::builder`].
pub struct RegistryBuilder {
    gate: Option<Gate>,
    handlers: BTreeMap<&'static str, MethodCallback>,
    events: Option<Arc<dyn EventSource>>,
    mistake: Option<RegistryError>,
}

impl RegistryBuilder {
    /// Asked on every call after the scope check. Give it before the handlers.
    #[must_use]
    pub fn gate(mut self, gate: Gate) -> Self {
        self.gate = Some(gate);
        self
    }

    /// Handles a method.
    #[must_use]
    pub fn method<M, F, Fut>(mut self, handler: F) -> Self
    where
        M: Method,
        F: Fn(CallContext, M::Params) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<M::Output, ApiError>> + Send + 'static,
    {
        let Some(descriptor) = contract::find(M::NAME) else {
            return self.mistaken(RegistryError::Unknown { name: M::NAME });
        };
        let gate = self.gate.clone();
        let callback = MethodCallback::Async(Arc::new(move |id, params, _, max_response_bytes, extensions| {
            let prepared = admit(&extensions, descriptor, gate.as_ref())
                .and_then(|(context, in_flight)| Ok((context, in_flight, read_params::<M>(&params)?)));
            let (context, in_flight, params) = match prepared {
                Ok(prepared) => prepared,
                Err(error) => {
                    return std::future::ready(MethodResponse::error(id, ErrorObjectOwned::from(error))).boxed();
                }
            };
            // A handler that panics fails this call; it must not leave the caller waiting.
            let answer = AssertUnwindSafe(handler(context, params)).catch_unwind();
            async move {
                let answer = answer.await.unwrap_or_else(|_| Err(ApiError::internal()));
                drop(in_flight);
                match answer {
                    Ok(output) => MethodResponse::response(id, ResponsePayload::success(output), max_response_bytes),
                    Err(error) => MethodResponse::error(id, ErrorObjectOwned::from(error)),
                }
            }
            .boxed()
        }));
        if self.handlers.insert(M::NAME, callback).is_some() {
            return self.mistaken(RegistryError::Twice { name: M::NAME });
        }
        self
    }

    /// Opens the streams of a subscription. What is wrong with a request is told by `open`, what goes wrong later in the
    /// stream.
    #[must_use]
    pub fn subscription<M, F, Fut>(mut self, open: F) -> Self
    where
        M: Subscription,
        F: Fn(CallContext, M::Params) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<ItemStream<M::Output>, ApiError>> + Send + 'static,
    {
        let callbacks = match subscription_callbacks::<M, F, Fut>(open, self.gate.clone()) {
            Ok(callbacks) => callbacks,
            Err(mistake) => return self.mistaken(mistake),
        };
        for (name, callback) in callbacks {
            if self.handlers.insert(name, callback).is_some() {
                return self.mistaken(RegistryError::Twice { name });
            }
        }
        self
    }

    /// Where the events of `events.subscribe` and of `GET /events` come from.
    #[must_use]
    pub fn events(mut self, source: Arc<dyn EventSource>) -> Self {
        self.events = Some(Arc::clone(&source));
        self.subscription::<Subscribe, _, _>(move |context, filter| source.open(context, filter))
    }

    fn mistaken(mut self, mistake: RegistryError) -> Self {
        self.mistake.get_or_insert(mistake);
        self
    }

    /// The registry, if every method of the contract has exactly one handler. `rpc.discover` brings its own.
    ///
    /// # Errors
    /// The first mistake found.
    pub fn build(self) -> Result<Registry, RegistryError> {
        let document = openrpc::document_text();
        let answer = contract::rpc::Document(document.clone());
        let mut this = self.method::<contract::rpc::Discover, _, _>(move |_, _| {
            let answer = answer.clone();
            async move { Ok(answer) }
        });
        if let Some(mistake) = this.mistake {
            return Err(mistake);
        }
        let events = this.events.take().ok_or(RegistryError::Missing { name: Subscribe::NAME })?;

        let mut methods = Methods::new();
        for descriptor in contract::methods() {
            let callback =
                this.handlers.remove(descriptor.name).ok_or(RegistryError::Missing { name: descriptor.name })?;
            insert(&mut methods, descriptor.name, callback)?;
        }
        // What remains belongs to a subscription: the method that ends it.
        for (name, callback) in this.handlers {
            insert(&mut methods, name, callback)?;
        }
        Ok(Registry { methods, gate: this.gate, events, document: document.get().to_owned().into() })
    }
}

fn insert(methods: &mut Methods, name: &'static str, callback: MethodCallback) -> Result<(), RegistryError> {
    methods.verify_and_insert(name, callback).map(|_| ()).map_err(|_| RegistryError::Twice { name })
}

/// The library's callbacks for subscribing and unsubscribing, each behind [`authorize`].
fn subscription_callbacks<M, F, Fut>(
    open: F,
    gate: Option<Gate>,
) -> Result<[(&'static str, MethodCallback); 2], RegistryError>
where
    M: Subscription,
    F: Fn(CallContext, M::Params) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<ItemStream<M::Output>, ApiError>> + Send + 'static,
{
    let name = M::NAME;
    let descriptor = contract::find(name).ok_or(RegistryError::Unknown { name })?;
    let mut module = RpcModule::new(());
    let (open, subscriber) = (Arc::new(open), gate.clone());
    module
        .register_subscription(name, M::NOTIFICATION, M::UNSUBSCRIBE, move |params, pending, _, extensions| {
            let prepared = admit(&extensions, descriptor, subscriber.as_ref())
                .and_then(|(context, _)| Ok((context, read_params::<M>(&params)?)));
            let opening = prepared.map(|(context, params)| open(context, params));
            subscribe::<M, Fut>(opening, pending)
        })
        .map_err(|_| RegistryError::Twice { name })?;
    let subscribe = module.method(name).cloned().ok_or(RegistryError::Missing { name })?;
    let Some(MethodCallback::Unsubscription(unsubscribe)) = module.method(M::UNSUBSCRIBE).cloned() else {
        return Err(RegistryError::Missing { name: M::UNSUBSCRIBE });
    };
    // Ending is allowed to whoever may begin.
    let unsubscribe =
        MethodCallback::Unsubscription(Arc::new(move |id, params, connection, max, extensions| {
            match admit(&extensions, descriptor, gate.as_ref()) {
                Ok(_) => unsubscribe(id, params, connection, max, extensions),
                Err(error) => MethodResponse::error(id, ErrorObjectOwned::from(error)),
            }
        }));
    Ok([(name, subscribe), (M::UNSUBSCRIBE, unsubscribe)])
}

async fn subscribe<M, Fut>(
    opening: Result<Fut, ApiError>,
    pending: PendingSubscriptionSink,
) -> SubscriptionCloseResponse
where
    M: Subscription,
    Fut: Future<Output = Result<ItemStream<M::Output>, ApiError>> + Send + 'static,
{
    let opened = match opening {
        Ok(opening) => opening.await,
        Err(error) => Err(error),
    };
    match opened {
        Ok(stream) => match pending.accept().await {
            Ok(sink) => pump::<M>(sink, stream, SLOW_CLIENT).await,
            // The connection is gone.
            Err(_) => SubscriptionCloseResponse::None,
        },
        Err(error) => {
            pending.reject(error).await;
            SubscriptionCloseResponse::None
        }
    }
}

/// Every method with its handler, ready to be served.
#[derive(Clone)]
pub struct Registry {
    methods: Methods,
    gate: Option<Gate>,
    events: Arc<dyn EventSource>,
    document: Arc<str>,
}

impl Registry {
    /// Starts collecting handlers.
    #[must_use]
    pub const fn builder() -> RegistryBuilder {
        RegistryBuilder { gate: None, handlers: BTreeMap::new(), events: None, mistake: None }
    }

    /// The OpenRPC document.
    #[must_use]
    pub fn document(&self) -> &str {
        &self.document
    }

    pub(crate) fn methods(&self) -> Methods {
        self.methods.clone()
    }

    /// Opens the events for a front that is not JSON-RPC, by the same rules.
    pub(crate) async fn open_events(
        &self,
        credential: &Arc<Credential>,
        filter: SubscribeParams,
    ) -> Result<crate::EventStream, ApiError> {
        let name = Subscribe::NAME;
        let descriptor = contract::find(name).ok_or_else(ApiError::internal)?;
        let context = authorize(credential, descriptor, self.gate.as_ref())?;
        Subscribe::check(&filter)?;
        self.events.open(context, filter).await
    }
}

#[cfg(test)]
mod tests;
