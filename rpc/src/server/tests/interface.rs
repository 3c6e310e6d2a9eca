//! The interface and its way in: files with their headers, tickets exchanged once, sessions used as tokens.

use super::wire::{Answer, Wire, ask, request};
use super::{Fixture, send_call};

const HOST: &str = "Host: 127.0.0.1:{port}";
const JSON: &str = "Content-Type: application/json";

async fn get(fixture: &Fixture, line: &str, further: &[&str]) -> Answer {
    let headers = [&[HOST], further].concat();
    ask(fixture, request(fixture, line, &headers, "")).await
}

fn ticket(fixture: &Fixture) -> String {
    let url = fixture.sessions.ticket().expect("the server listens").url;
    let (address, ticket) = url.split_once("#ticket=").expect("a ticket");
    assert_eq!(address, format!("http://127.0.0.1:{}/", fixture.port));
    ticket.to_owned()
}

async fn exchange(fixture: &Fixture, ticket: &str) -> Answer {
    let body = format!(r#"{{"ticket":"{ticket}"}}"#);
    ask(fixture, request(fixture, "POST /session", &[HOST, JSON], &body)).await
}

#[tokio::test]
async fn files_have_their_type_and_tag_and_every_security_header() {
    let fixture = Fixture::start().await;
    for (line, media_type, body) in [
        ("GET /", "text/html; charset=utf-8", "<!doctype html>"),
        ("GET /?anything", "text/html; charset=utf-8", "<!doctype html>"),
        ("GET /assets/app.js", "text/javascript; charset=utf-8", "export {}"),
    ] {
        let answer = get(&fixture, line, &[]).await;
        assert_eq!((answer.status, answer.header("content-type"), &*answer.body), (200, Some(media_type), body));
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        answer.assert_secured(line);
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.contains(&format!("connect-src 'self' ws://127.0.0.1:{};", fixture.port)), "{policy}");

        let tag = format!("If-None-Match: \"other\", {}", answer.header("etag").expect("a tag"));
        let again = get(&fixture, line, &[&tag]).await;
        assert_eq!((again.status, &*again.body, again.header("etag")), (304, "", answer.header("etag")));
        again.assert_secured("not modified");
        let stale = get(&fixture, line, &["If-None-Match: \"other\""]).await;
        assert_eq!((stale.status, &*stale.body), (200, body));
    }
}

#[tokio::test]
async fn head_is_answered_without_the_body() {
    let fixture = Fixture::start().await;
    let mut wire = Wire::open(&fixture).await;
    let headers = [HOST, "Connection: close"];
    wire.write(request(&fixture, "HEAD /", &headers, "")).await;
    let text = wire.read_until("\r\n\r\n").await;
    assert!(text.starts_with("HTTP/1.1 200") && text.to_lowercase().contains("content-length: 15"), "{text}");
    wire.closed().await;
    assert!(wire.read_until("\r\n\r\n").await.ends_with("\r\n\r\n"), "no body");
}

#[tokio::test]
async fn what_is_not_there_is_404_in_json() {
    let fixture = Fixture::start().await;
    let lines = [
        "GET /nothing",
        "GET /index.html",
        "GET /assets/../",
        "GET /assets/%2e%2e/",
        "GET //",
        "POST /assets",
        "GET /Rpc",
    ];
    for line in lines {
        let answer = get(&fixture, line, &[]).await;
        assert_eq!((answer.status, answer.header("content-type")), (404, Some("application/json")), "{line}");
        assert_eq!(answer.json()["error"]["code"], 2001, "{line}");
        answer.assert_secured(line);
    }
}

#[tokio::test]
async fn interface_is_behind_the_same_guard() {
    let fixture = Fixture::start().await;
    let foreign =
        ["Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site"];
    for header in foreign {
        for line in ["GET /", "GET /assets/app.js", "POST /session"] {
            let answer = get(&fixture, line, &[header]).await;
            assert_eq!(answer.status, 403, "{line} {header}");
            answer.assert_secured(line);
        }
    }
    for (line, allow) in [("POST /", "GET, HEAD"), ("DELETE /assets/app.js", "GET, HEAD"), ("GET /session", "POST")] {
        let answer = get(&fixture, line, &[]).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some(allow)), "{line}");
        answer.assert_secured(line);
    }
    let by_name = ask(&fixture, request(&fixture, "GET /", &["Host: localhost:{port}"], "")).await;
    let address = format!("http://127.0.0.1:{}/", fixture.port);
    assert_eq!((by_name.status, by_name.header("location")), (307, Some(&*address)));
    by_name.assert_secured("redirect");
}

#[tokio::test]
async fn a_ticket_is_exchanged_once_for_a_token_that_opens_everything() {
    let fixture = Fixture::start().await;
    let ticket = ticket(&fixture);
    let issued = exchange(&fixture, &ticket).await;
    assert_eq!((issued.status, issued.header("cache-control")), (200, Some("no-store")));
    issued.assert_secured("session");
    let issued = issued.json();
    assert!(issued["expires_at"].as_u64().is_some_and(|at| at > 1_000), "{issued}");
    let token = issued["token"].as_str().expect("a token");

    let again = exchange(&fixture, &ticket).await;
    assert_eq!((again.status, &again.json()["error"]["code"]), (401, &1001.into()));

    // then: it is a token like the administrator's, in both places
    let bearer = format!("Authorization: Bearer {token}");
    let answer = ask(&fixture, request(&fixture, "POST /rpc", &[HOST, JSON, &bearer], &send_call(1))).await;
    assert_eq!((answer.status, fixture.sent()), (200, 1));
    let protocol = format!("Sec-WebSocket-Protocol: bearer.{token}");
    let mut wire = Wire::open(&fixture).await;
    wire.write(super::wire::handshake(&fixture, &["Origin: http://127.0.0.1:{port}", &protocol])).await;
    let opened = wire.answer().await.expect("an answer");
    assert_eq!((opened.status, opened.header("sec-websocket-protocol")), (101, Some(&*format!("bearer.{token}"))));

    // and nowhere else
    for (line, header) in [
        (format!("POST /rpc?token={token}"), "X: y".to_owned()),
        ("POST /rpc".to_owned(), format!("Cookie: token={token}")),
        ("POST /rpc".to_owned(), format!("Authorization: Bearer {ticket}")),
    ] {
        let answer = ask(&fixture, request(&fixture, &line, &[HOST, JSON, &header], &send_call(1))).await;
        assert_eq!((answer.status, fixture.sent()), (401, 1), "{line} {header}");
    }
}

#[tokio::test]
async fn what_is_no_ticket_opens_no_session() {
    let fixture = Fixture::start().await;
    let good = ticket(&fixture);
    let body = format!(r#"{{"ticket":"{good}"}}"#);
    let extra = format!(r#"{{"ticket":"{good}","more":1}}"#);
    let long = format!(r#"{{"ticket":"{}"}}"#, "x".repeat(5_000));
    let token = fixture.token.expose();
    let rows: [(&str, &[&str], &str, u16); 10] = [
        ("POST /session", &[HOST, JSON], r#"{"ticket":""}"#, 401),
        ("POST /session", &[HOST, JSON], r#"{"ticket":"wrong"}"#, 401),
        ("POST /session", &[HOST, JSON], &format!(r#"{{"ticket":"{token}"}}"#), 401),
        ("POST /session", &[HOST, JSON], "{}", 400),
        ("POST /session", &[HOST, JSON], r#"{"ticket":7}"#, 400),
        ("POST /session", &[HOST, JSON], "ticket", 400),
        ("POST /session", &[HOST, JSON], &extra, 400),
        ("POST /session", &[HOST, JSON], &long, 413),
        ("POST /session", &[HOST, "Content-Type: text/plain"], &body, 415),
        ("POST /session", &["Host: evil.example", JSON], &body, 403),
    ];
    for (line, headers, body, status) in rows {
        let answer = ask(&fixture, request(&fixture, line, headers, body)).await;
        assert_eq!(answer.status, status, "{headers:?} {body}");
        answer.assert_secured(body);
        assert!(answer.json()["error"]["code"].is_i64(), "{}", answer.body);
    }
    let in_query = format!("POST /session?ticket={good}");
    let answer = ask(&fixture, request(&fixture, &in_query, &[HOST, JSON], "{}")).await;
    assert_eq!(answer.status, 400, "a ticket in the query is none");
    // The ticket that so many misused is still good.
    assert_eq!(exchange(&fixture, &good).await.status, 200);
}
