//! The refusal table: each row is refused with its status, with every security header, and executes nothing.

use super::wire::{GOOD, Wire, ask, handshake, post, request, websocket};
use super::{Fixture, send_call};

#[tokio::test]
async fn good_call_is_executed_once() {
    let fixture = Fixture::start().await;
    let answer = ask(&fixture, post(&fixture, &send_call(7))).await;
    assert_eq!((answer.status, fixture.sent()), (200, 1));
    assert_eq!(answer.json()["id"], 7);
    assert_eq!(answer.json()["result"]["content"], "hi");
    answer.assert_secured("a good call");
}

#[tokio::test]
async fn every_row_is_refused_and_nothing_is_executed() {
    let fixture = Fixture::start().await;
    let json = "Content-Type: application/json";
    let bearer = "Authorization: Bearer {token}";
    let host = "Host: 127.0.0.1:{port}";
    let rows: &[(&str, &str, &[&str], u16)] = &[
        ("no host", "POST /rpc", &[json, bearer], 400),
        ("two hosts", "POST /rpc", &[host, host, json, bearer], 400),
        ("foreign host", "POST /rpc", &["Host: evil.example:{port}", json, bearer], 403),
        ("host without its port", "POST /rpc", &["Host: 127.0.0.1", json, bearer], 403),
        ("foreign target", "POST http://evil.example/rpc", &[host, json, bearer], 403),
        ("foreign origin", "POST /rpc", &[host, "Origin: http://evil.example", json, bearer], 403),
        ("null origin", "POST /rpc", &[host, "Origin: null", json, bearer], 403),
        ("origin by another name", "POST /rpc", &[host, "Origin: http://localhost:{port}", json, bearer], 403),
        ("cross site", "POST /rpc", &[host, "Sec-Fetch-Site: cross-site", json, bearer], 403),
        ("same site", "POST /rpc", &[host, "Sec-Fetch-Site: same-site", json, bearer], 403),
        ("put", "PUT /rpc", &[host, json, bearer], 405),
        ("preflight", "OPTIONS /rpc", &[host, json, bearer], 405),
        ("get without upgrade", "GET /rpc", &[host, bearer], 405),
        ("no content type", "POST /rpc", &[host, bearer], 415),
        ("form", "POST /rpc", &[host, "Content-Type: text/plain", bearer], 415),
        ("other charset", "POST /rpc", &[host, "Content-Type: application/json; charset=utf-16", bearer], 415),
        ("compressed", "POST /rpc", &[host, json, "Content-Encoding: gzip", bearer], 415),
        ("no credential", "POST /rpc", &[host, json], 401),
        ("wrong token", "POST /rpc", &[host, json, "Authorization: Bearer wrong"], 401),
        ("two credentials", "POST /rpc", &[host, json, bearer, bearer], 401),
        ("basic", "POST /rpc", &[host, json, "Authorization: Basic {token}"], 401),
        ("token in the query", "POST /rpc?token={token}", &[host, json], 401),
        ("unknown path", "POST /nothing", &[host, json, bearer], 404),
        ("foreign host elsewhere", "POST /nothing", &["Host: evil.example:{port}", json, bearer], 403),
    ];
    for (what, line, headers, status) in rows {
        let answer = ask(&fixture, request(&fixture, line, headers, &send_call(1))).await;
        assert_eq!(answer.status, *status, "{what}: {}", answer.body);
        answer.assert_secured(what);
    }
    assert_eq!(fixture.sent(), 0);
}

#[tokio::test]
async fn accepted_spellings_are_accepted() {
    let fixture = Fixture::start().await;
    let json = "Content-Type: application/json";
    let bearer = "Authorization: bearer {token}";
    let rows: &[&[&str]] = &[
        &["Host: LOCALHOST:{port}", json, bearer],
        &["Host: [::1]:{port}", json, bearer],
        &["Host: 127.0.0.1:{port}", "Origin: http://127.0.0.1:{port}", "Sec-Fetch-Site: same-origin", json, bearer],
        &["Host: 127.0.0.1:{port}", "Content-Type: application/json; charset=UTF-8", bearer],
    ];
    for headers in rows {
        let answer = ask(&fixture, request(&fixture, "POST /rpc", headers, &send_call(1))).await;
        assert_eq!(answer.status, 200, "{headers:?}: {}", answer.body);
    }
    assert_eq!(fixture.sent(), rows.len());
}

#[tokio::test]
async fn order_of_checks_is_host_origin_type_credential() {
    let fixture = Fixture::start().await;
    let (foreign, host) = ("Host: evil.example", "Host: 127.0.0.1:{port}");
    let (origin, text) = ("Origin: http://evil.example", "Content-Type: text/plain");
    let rows: &[(&[&str], u16)] = &[
        (&[origin, text], 400),
        (&[foreign, origin, text], 403),
        (&[host, origin, text], 403),
        (&[host, text], 415),
        (&[host, "Content-Type: application/json"], 401),
    ];
    for (headers, status) in rows {
        let answer = ask(&fixture, request(&fixture, "POST /rpc", headers, &send_call(1))).await;
        assert_eq!(answer.status, *status, "{headers:?}");
    }
}

#[tokio::test]
async fn oversized_body_is_refused_announced_or_not() {
    let fixture = Fixture::start().await;
    let mut headers = GOOD.to_vec();
    headers.push("Content-Length: 1048577");
    let answer = ask(&fixture, request(&fixture, "POST /rpc", &headers, "")).await;
    assert_eq!(answer.status, 413);
    answer.assert_secured("announced");
    assert_eq!(answer.json()["error"]["data"]["limit"], 1_048_576);

    headers.pop();
    headers.push("Transfer-Encoding: chunked");
    let mut wire = Wire::open(&fixture).await;
    wire.write(request(&fixture, "POST /rpc", &headers, "")).await;
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x1_0000));
    for _ in 0..20 {
        if !wire.try_write(&chunk).await {
            break;
        }
    }
    assert_eq!(wire.answer().await.map(|answer| answer.status), Some(413));
    assert_eq!(fixture.sent(), 0);
}

#[tokio::test]
async fn too_much_head_is_431_with_our_headers() {
    let fixture = Fixture::start().await;
    // Three lines are there already, and the length of the body.
    let many: Vec<String> = (0..61).map(|number| format!("X-{number}: y")).collect();
    let mut headers = GOOD.to_vec();
    headers.extend(many.iter().map(String::as_str));
    let answer = ask(&fixture, request(&fixture, "POST /rpc", &headers, &send_call(1))).await;
    assert_eq!(answer.status, 431);
    answer.assert_secured("65 lines");
    headers.pop();
    let answer = ask(&fixture, request(&fixture, "POST /rpc", &headers, &send_call(1))).await;
    assert_eq!((answer.status, fixture.sent()), (200, 1));

    let long = format!("X-Long: {}", "y".repeat(17 * 1024));
    let answer = ask(&fixture, request(&fixture, "GET /healthz", &["Host: 127.0.0.1:{port}", &long], "")).await;
    assert_eq!(answer.status, 431);
    answer.assert_secured("17 KiB");
}

#[tokio::test]
async fn unreadable_request_is_400_with_our_headers() {
    let fixture = Fixture::start().await;
    for garbage in ["\u{1}\u{2}\u{3} / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nBad Header: x\r\n\r\n"] {
        let answer = ask(&fixture, garbage).await;
        assert_eq!(answer.status, 400);
        answer.assert_secured(garbage);
    }
}

#[tokio::test]
async fn websocket_is_refused_like_a_post() {
    let fixture = Fixture::start().await;
    let rows: &[(&[&str], u16)] = &[
        (&[], 401),
        (&["Authorization: Bearer wrong"], 401),
        (&["Sec-WebSocket-Protocol: bearer.wrong"], 401),
        (&["Authorization: Bearer wrong", "Sec-WebSocket-Protocol: bearer.{token}"], 401),
        (&["Origin: http://evil.example", "Authorization: Bearer {token}"], 403),
        (&["Sec-Fetch-Site: cross-site", "Authorization: Bearer {token}"], 403),
    ];
    for (headers, status) in rows {
        let answer = ask(&fixture, handshake(&fixture, headers)).await;
        assert_eq!(answer.status, *status, "{headers:?}");
        answer.assert_secured("handshake");
    }
    let headers = ["Host: 127.0.0.1:{port}", "Connection: Upgrade", "Upgrade: websocket", GOOD[2]];
    let answer = ask(&fixture, request(&fixture, "GET /rpc", &headers, "")).await;
    assert_eq!(answer.status, 400, "a handshake without its key");
}

#[tokio::test]
async fn browser_shows_its_token_as_a_subprotocol_and_gets_one_back() {
    let fixture = Fixture::start().await;
    let mut wire = Wire::open(&fixture).await;
    wire.write(handshake(
        &fixture,
        &["Origin: http://127.0.0.1:{port}", "Sec-WebSocket-Protocol: folkmoot, bearer.{token}"],
    ))
    .await;
    let answer = wire.answer().await.expect("an answer");
    assert_eq!((answer.status, answer.header("sec-websocket-protocol")), (101, Some("folkmoot")));
    answer.assert_secured("handshake");
    wire.send_frame(&send_call(3)).await;
    assert_eq!(wire.frame().await.expect("an answer")["result"]["content"], "hi");
}

#[tokio::test]
async fn missing_scope_is_1003_before_parameters() {
    let fixture = Fixture::start().await;
    let headers = ["Host: 127.0.0.1:{port}", "Content-Type: application/json", "Authorization: Bearer reader"];
    let broken = r#"{"jsonrpc":"2.0","id":1,"method":"message.send","params":{"nonsense":1}}"#;
    let single = ask(&fixture, request(&fixture, "POST /rpc", &headers, broken)).await.json();
    assert_eq!(
        (&single["error"]["code"], &single["error"]["data"]["missing"]),
        (&1003.into(), &"message:write".into())
    );
    let batch = ask(&fixture, request(&fixture, "POST /rpc", &headers, &format!("[{broken},{}]", send_call(2)))).await;
    let codes: Vec<_> =
        batch.json().as_array().expect("a batch").iter().map(|one| one["error"]["code"].clone()).collect();
    assert_eq!(codes, [1003, 1003]);
    assert_eq!(fixture.sent(), 0);
}

#[tokio::test]
async fn exceeded_rate_is_429() {
    let fixture = Fixture::start().await;
    let headers = ["Host: 127.0.0.1:{port}", "Content-Type: application/json", "Authorization: Bearer slow"];
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"node.info"}"#;
    let first = ask(&fixture, request(&fixture, "POST /rpc", &headers, call)).await;
    let second = ask(&fixture, request(&fixture, "POST /rpc", &headers, call)).await;
    assert_eq!((first.status, second.status), (200, 429));
    assert_eq!(second.header("retry-after"), Some("1"));
    assert_eq!(second.json()["error"]["code"], 4001);
}

#[tokio::test]
async fn notifications_are_not_executed() {
    let fixture = Fixture::start().await;
    let notification = send_call(1).replace(r#""id":1,"#, "");
    let answer = ask(&fixture, post(&fixture, &notification)).await;
    assert_eq!(answer.status, 200);
    let answer = ask(&fixture, post(&fixture, &format!("[{notification},{}]", send_call(2)))).await;
    assert_eq!(answer.json().as_array().map(Vec::len), Some(1));
    assert_eq!(fixture.sent(), 1);
    let mut socket = websocket(&fixture).await;
    socket.send_frame(&notification).await;
    socket.send_frame(&send_call(9)).await;
    assert_eq!(socket.frame().await.expect("the call's answer")["id"], 9);
    assert_eq!(fixture.sent(), 2);
}

#[tokio::test]
async fn broken_json_and_unknown_methods_have_the_library_s_codes() {
    let fixture = Fixture::start().await;
    let rows = [
        ("{", 200, -32700),
        (r#"{"jsonrpc":"2.0","id":1,"method":"message.burn","params":{}}"#, 200, -32601),
        (r#"{"jsonrpc":"1.0","id":1,"method":"node.info"}"#, 200, -32600),
        ("hello", 400, -32700),
        ("[]", 200, -32600),
    ];
    for (body, status, code) in rows {
        let answer = ask(&fixture, post(&fixture, body)).await;
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (status, &code.into()), "{body}");
    }
}
