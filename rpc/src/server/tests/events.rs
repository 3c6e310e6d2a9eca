//! Subscriptions, the event stream and the plain paths.

use super::Fixture;
use super::wire::{Wire, ask, post, request, websocket};

const SUBSCRIBE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"events.subscribe","params":{"since":SINCE}}"#;

fn subscribe(since: u64) -> String {
    SUBSCRIBE.replace("SINCE", &since.to_string())
}

#[tokio::test]
async fn subscription_is_answered_then_replayed() {
    let fixture = Fixture::start().await;
    let mut socket = websocket(&fixture).await;
    socket.send_frame(&subscribe(1)).await;
    let answer = socket.frame().await.expect("an answer");
    let id = answer["result"].as_str().expect("a subscription's id").to_owned();
    for seq in [2, 3] {
        let event = socket.frame().await.expect("an event");
        let expected = serde_json::json!({
            "jsonrpc": "2.0",
            "method": "events.event",
            "params": { "subscription": id, "result": { "type": "stream.live", "seq": seq } }
        });
        assert_eq!(event, expected);
    }
}

#[tokio::test]
async fn subscription_that_cannot_begin_is_answered_with_the_error() {
    let fixture = Fixture::start().await;
    let mut socket = websocket(&fixture).await;
    socket.send_frame(&subscribe(100)).await;
    let answer = socket.frame().await.expect("an answer");
    assert_eq!(answer["error"]["code"], 6001);
    assert_eq!((&answer["error"]["data"]["oldest_seq"], &answer["error"]["data"]["head_seq"]), (&1.into(), &3.into()));
    socket.send_frame(r#"{"jsonrpc":"2.0","id":1,"method":"events.subscribe","params":{"sinse":1}}"#).await;
    let answer = socket.frame().await.expect("an answer");
    assert_eq!((&answer["error"]["code"], &answer["error"]["data"]["field"]), (&(-32602).into(), &"sinse".into()));
}

#[tokio::test]
async fn end_by_error_is_an_object() {
    let fixture = Fixture::start().await;
    let mut socket = websocket(&fixture).await;
    socket.send_frame(&subscribe(99)).await;
    let id = socket.frame().await.expect("an answer")["result"].clone();
    let end = socket.frame().await.expect("the end");
    assert_eq!((&end["method"], &end["params"]["subscription"]), (&"events.event".into(), &id));
    let error = &end["params"]["error"];
    assert_eq!((&error["code"], &error["data"]["last_seq"]), (&6002.into(), &99.into()));
    assert_eq!(error["data"]["kind"], "lagged");
}

#[tokio::test]
async fn subscribing_over_post_is_the_library_s_error() {
    let fixture = Fixture::start().await;
    let answer = ask(&fixture, post(&fixture, &subscribe(0))).await;
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (200, &(-32603).into()));
}

#[tokio::test]
async fn event_stream_replays_from_a_place() {
    let fixture = Fixture::start().await;
    let headers = ["Host: 127.0.0.1:{port}", "Authorization: Bearer reader"];
    let mut wire = Wire::open(&fixture).await;
    wire.write(request(&fixture, "GET /events?since=1", &headers, "")).await;
    let answer = wire.answer().await.expect("an answer");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/event-stream")));
    answer.assert_secured("event stream");
    let text = wire.read_until("\"seq\":3}\n\n").await;
    assert!(text.contains("id: 2\nevent: stream.live\ndata: {\"type\":\"stream.live\",\"seq\":2}\n\n"), "{text}");

    let mut again = Wire::open(&fixture).await;
    let headers = ["Host: 127.0.0.1:{port}", "Authorization: Bearer reader", "Last-Event-ID: 2"];
    again.write(request(&fixture, "GET /events?since=0", &headers, "")).await;
    let text = again.read_until("\"seq\":3}\n\n").await;
    assert!(!text.contains("\"seq\":2}"), "{text}");
}

#[tokio::test]
async fn event_stream_is_refused_like_everything_else() {
    let fixture = Fixture::start().await;
    let (host, bearer) = ("Host: 127.0.0.1:{port}", "Authorization: Bearer {token}");
    let rows: &[(&str, &[&str], u16)] = &[
        ("GET /events", &[host], 401),
        ("GET /events?token={token}", &[host], 401),
        ("POST /events", &[host, bearer], 405),
        ("GET /events?since=x", &[host, bearer], 400),
        ("GET /events?sinse=1", &[host, bearer], 400),
        ("GET /events?since=100", &[host, bearer], 410),
        ("GET /events", &["Host: evil.example:{port}", bearer], 403),
    ];
    for (line, headers, status) in rows {
        let answer = ask(&fixture, request(&fixture, line, headers, "")).await;
        assert_eq!(answer.status, *status, "{line}: {}", answer.body);
        answer.assert_secured(line);
    }
}

#[tokio::test]
async fn plain_paths_ask_for_a_token_where_they_should() {
    let fixture = Fixture::start().await;
    let (host, bearer) = ("Host: 127.0.0.1:{port}", "Authorization: Bearer {token}");
    let rows: &[(&str, &[&str], u16, &str)] = &[
        ("GET /healthz", &[host], 200, "ok"),
        ("GET /readyz", &[host], 200, "ready"),
        ("GET /openrpc.json", &[host], 200, "\"openrpc\":\"1.4.0\""),
        ("GET /metrics", &[host], 401, ""),
        ("GET /metrics", &[host, bearer], 200, "folkmoot_rpc_requests_total"),
        ("GET /", &[host], 200, "<!doctype html>"),
        ("GET /favicon.ico", &[host], 404, ""),
        ("GET /healthz", &["Host: evil.example"], 403, ""),
        ("POST /healthz", &[host], 405, ""),
    ];
    for (line, headers, status, text) in rows {
        let answer = ask(&fixture, request(&fixture, line, headers, "")).await;
        assert_eq!(answer.status, *status, "{line}: {}", answer.body);
        assert!(answer.body.contains(text), "{line}: {}", answer.body);
        answer.assert_secured(line);
    }
}
