//! Which path is answered how: method, content type, credential and body, in this order, each before the next is looked
//! at. Host and Origin were checked for every path before.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use jsonrpsee::server::ws::is_upgrade_request;
use tokio::time::Instant;
use tower::ServiceExt;

use super::call::{self, Rpc};
use super::refusal::Refusal;
use super::socket::Link;
use super::{Counters, Shared, guard, interface, limits, stream};
use crate::contract::Scope;
use crate::credential::Credential;
use crate::error::ApiError;
use crate::session::Exchange;

/// Answers a request; never fails.
pub(super) async fn answer(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    link: Arc<Link>,
    rpc: Rpc,
) -> Response<Body> {
    let began = link.take_began();
    Counters::count(&shared.counters.requests);
    let answered = match guard::check(&request, shared.address) {
        Ok(()) => dispatch(request, &shared, &link, rpc, began).await,
        Err(refusal) => Err(refusal),
    };
    link.note_refused(answered.is_err());
    let mut response = answered.unwrap_or_else(|refusal| {
        tracing::debug!(?refusal, "request refused");
        Counters::count(&shared.counters.refused);
        refusal.into_response()
    });
    shared.security.put(response.headers_mut());
    response
}

async fn dispatch(
    request: Request<Incoming>,
    shared: &Arc<Shared>,
    link: &Link,
    rpc: Rpc,
    began: Instant,
) -> Result<Response<Body>, Refusal> {
    match request.uri().path() {
        "/rpc" => match *request.method() {
            Method::POST => post(request, shared, link, rpc, began).await,
            Method::GET if is_upgrade_request(&request) => upgrade(request, shared, link, rpc).await,
            _ => Err(Refusal::Method { allow: "POST" }),
        },
        "/events" => {
            only_get(&request)?;
            let credential = known(request.headers(), shared, link)?;
            stream::open(&request, shared, &credential).await
        }
        "/metrics" => {
            only_get(&request)?;
            let credential = known(request.headers(), shared, link)?;
            if !credential.scopes().allows(Scope::Read) {
                return Err(Refusal::Api(ApiError::forbidden(Scope::Read.as_str())));
            }
            let text = (shared.metrics)() + &shared.counters.render();
            Ok(document("text/plain; version=0.0.4; charset=utf-8", text))
        }
        "/healthz" => {
            only_get(&request)?;
            Ok(document("text/plain; charset=utf-8", "ok\n"))
        }
        "/readyz" => {
            only_get(&request)?;
            Ok(readiness((shared.ready)() && !shared.stopping.is_cancelled()))
        }
        "/openrpc.json" => {
            only_get(&request)?;
            Ok(document("application/json", shared.registry.document().to_owned()))
        }
        "/session" => session(request, shared, began).await,
        "/" if guard::by_localhost(&request) => {
            if !matches!(*request.method(), Method::GET | Method::HEAD) {
                return Err(Refusal::Method { allow: "GET, HEAD" });
            }
            Ok(to_address(shared.address))
        }
        _ => elsewhere(request, shared).await,
    }
}

fn only_get(request: &Request<Incoming>) -> Result<(), Refusal> {
    if request.method() == Method::GET { Ok(()) } else { Err(Refusal::Method { allow: "GET" }) }
}

/// The credential a request shows in its header; from now on its socket is a known client's.
fn known(headers: &HeaderMap, shared: &Shared, link: &Link) -> Result<Arc<Credential>, Refusal> {
    settle(guard::bearer(headers), shared, link)
}

fn settle(token: Option<&str>, shared: &Shared, link: &Link) -> Result<Arc<Credential>, Refusal> {
    let credential = token.and_then(|token| shared.credentials.authenticate(token)).ok_or(Refusal::Unauthenticated)?;
    link.place.become_known().map_err(|_| Refusal::Connections)?;
    Ok(credential)
}

async fn post(
    request: Request<Incoming>,
    shared: &Shared,
    link: &Link,
    rpc: Rpc,
    began: Instant,
) -> Result<Response<Body>, Refusal> {
    let (parts, body) = request.into_parts();
    if !call::is_plain_json(&parts.headers) {
        return Err(Refusal::MediaType);
    }
    let credential = known(&parts.headers, shared, link)?;
    if let Some(retry_after_ms) = credential.wait_ms(Instant::now()) {
        return Err(Refusal::Rate { retry_after_ms });
    }
    let body = call::read_body(&parts.headers, body, limits::BODY_BYTES, began, shared.timing.request).await?;
    Ok(call::post(rpc, credential, body).await)
}

async fn upgrade(
    request: Request<Incoming>,
    shared: &Shared,
    link: &Link,
    rpc: Rpc,
) -> Result<Response<Body>, Refusal> {
    let headers = request.headers();
    // Where both are given the header counts: a page cannot set it.
    let token = if headers.contains_key(http::header::AUTHORIZATION) {
        guard::bearer(headers)
    } else {
        guard::protocols(headers).token
    };
    let credential = settle(token, shared, link)?;
    let response = call::upgrade(rpc, credential, request).await?;
    Counters::count(&shared.counters.websockets);
    link.upgrade();
    Ok(response)
}

/// Exchanges the ticket of the interface for a session. The ticket is the credential here, and it stands in the body.
async fn session(request: Request<Incoming>, shared: &Shared, began: Instant) -> Result<Response<Body>, Refusal> {
    let sessions = shared.sessions.as_ref().ok_or(Refusal::NotFound)?;
    if request.method() != Method::POST {
        return Err(Refusal::Method { allow: "POST" });
    }
    let (parts, body) = request.into_parts();
    if !call::is_plain_json(&parts.headers) {
        return Err(Refusal::MediaType);
    }
    let body = call::read_body(&parts.headers, body, limits::TICKET_BYTES, began, shared.timing.request).await?;
    let exchange: Exchange = serde_json::from_slice(&body)
        .map_err(|_| Refusal::Api(ApiError::invalid_params("ticket", "one object with the field 'ticket', a text")))?;
    let issued = sessions.exchange(&exchange.ticket).ok_or(Refusal::Ticket)?;
    let text = serde_json::to_string(&issued).map_err(|_| Refusal::Api(ApiError::internal()))?;
    Ok(document("application/json", text))
}

/// The files of the interface, then the node's further paths.
async fn elsewhere(request: Request<Incoming>, shared: &Shared) -> Result<Response<Body>, Refusal> {
    if let Some(interface) = &shared.interface {
        match interface::answer(&request, &**interface) {
            Err(Refusal::NotFound) => {}
            answered => return answered,
        }
    }
    let extra = shared.extra.clone().ok_or(Refusal::NotFound)?;
    match extra.oneshot(request.map(Body::new)).await {
        Ok(response) if response.status() == StatusCode::NOT_FOUND => Err(Refusal::NotFound),
        Ok(response) => Ok(response),
        Err(impossible) => match impossible {},
    }
}

fn document(media_type: &'static str, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn readiness(ready: bool) -> Response<Body> {
    let mut response = document("text/plain; charset=utf-8", if ready { "ready\n" } else { "not ready\n" });
    if !ready {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    response
}

/// Origins are compared as text, so the interface lives under one name. Not permanent: the next start has another port.
fn to_address(address: SocketAddr) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    if let Ok(location) = HeaderValue::from_str(&format!("http://{address}/")) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}
