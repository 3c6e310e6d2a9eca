//! Before JSON-RPC: Host, Origin, method, content type, token, sizes, in this order. No refused request is carried out.

use super::harness::http::Request;
use super::scene::Scene;

/// A request, the status it gets, and the error code in the body; none where the HTTP library answers without a body.
type Row = (&'static str, Request, u16, Option<i64>);

const UNAUTHENTICATED: Option<i64> = Some(1001);
const FORBIDDEN: Option<i64> = Some(1003);
const INVALID: Option<i64> = Some(-32602);
const TOO_LARGE: Option<i64> = Some(3002);
const UNSUPPORTED: Option<i64> = Some(3003);

/// Sends each request; all are refused as their rows say, and nothing has happened.
async fn refuses(scene: &Scene, rows: Vec<Row>) {
    let before = scene.state().await;
    for (what, request, status, code) in rows {
        let answer = request.send(&scene.node).await;
        assert_eq!((answer.status, answer.error_code()), (status, code), "{what}: {answer:?}");
        let head = answer.head.to_ascii_lowercase();
        assert!(!head.contains("access-control-"), "{what}: {head}");
        assert!(head.contains("x-content-type-options: nosniff"), "{what}: {head}");
    }
    scene.assert_untouched(before).await;
}

#[tokio::test]
async fn call_without_the_token_is_refused() {
    let scene = Scene::set().await;
    let call = || Request::rpc(&scene.node, scene.unsaid());
    let token = scene.node.token();
    let wrong = "A".repeat(token.len());
    let in_query = format!("POST /rpc?token={token}&access_token={token} HTTP/1.1");
    refuses(
        &scene,
        vec![
            ("no token", call().without("Authorization"), 401, UNAUTHENTICATED),
            ("another token", call().set("Authorization", &format!("Bearer {wrong}")), 401, UNAUTHENTICATED),
            ("half the token", call().set("Authorization", &format!("Bearer {}", &token[..20])), 401, UNAUTHENTICATED),
            ("no scheme", call().set("Authorization", &token), 401, UNAUTHENTICATED),
            ("another scheme", call().set("Authorization", &format!("Basic {token}")), 401, UNAUTHENTICATED),
            ("two tokens", call().with("Authorization", "Bearer x"), 401, UNAUTHENTICATED),
            ("token in the query", call().without("Authorization").line(&in_query), 401, UNAUTHENTICATED),
            ("token as a cookie", call().without("Authorization").with("Cookie", &token), 401, UNAUTHENTICATED),
            ("metrics", Request::get(&scene.node, "/metrics").without("Authorization"), 401, UNAUTHENTICATED),
            ("events", Request::get(&scene.node, "/events?since=0").without("Authorization"), 401, UNAUTHENTICATED),
        ],
    )
    .await;
}

#[tokio::test]
async fn foreign_host_is_refused() {
    let scene = Scene::set().await;
    let call = || Request::rpc(&scene.node, scene.unsaid());
    let port = scene.node.endpoint().url.rsplit_once(':').expect("a port").1.to_owned();
    let ours = format!("127.0.0.1:{port}");
    let absolute = "POST http://evil.example/rpc HTTP/1.1";
    let mut rows = vec![
        ("no host", call().without("Host"), 400, INVALID),
        ("two hosts", call().with("Host", &ours), 400, INVALID),
        ("two hosts, one foreign", call().with("Host", "evil.example"), 400, INVALID),
        ("a foreign target", call().line(absolute), 403, FORBIDDEN),
        ("probe", Request::get(&scene.node, "/healthz").set("Host", "evil.example"), 403, FORBIDDEN),
    ];
    let suffixed = format!("{ours}.evil.example");
    let named = format!("evil.example:{port}");
    let any = format!("0.0.0.0:{port}");
    for host in ["evil.example", &named, "127.0.0.1", "127.0.0.1:1", "localhost", &suffixed, &any] {
        rows.push(("a foreign host", call().set("Host", host), 403, FORBIDDEN));
    }
    refuses(&scene, rows).await;
}

#[tokio::test]
async fn foreign_origin_is_refused() {
    let scene = Scene::set().await;
    let call = || Request::rpc(&scene.node, scene.unsaid());
    let ours = scene.node.endpoint().url;
    let port = ours.rsplit_once(':').expect("a port").1.to_owned();
    let mut rows = vec![
        ("two origins", call().with("Origin", &ours).with("Origin", &ours), 403, FORBIDDEN),
        ("from another site", call().with("Sec-Fetch-Site", "cross-site"), 403, FORBIDDEN),
        ("from another port", call().with("Sec-Fetch-Site", "same-site"), 403, FORBIDDEN),
        ("probe", Request::get(&scene.node, "/readyz").with("Origin", "https://evil.example"), 403, FORBIDDEN),
    ];
    let by_name = format!("http://localhost:{port}");
    let secure = format!("https://127.0.0.1:{port}");
    let suffixed = format!("{ours}.evil.example");
    for origin in ["https://evil.example", "null", "", "file://", "http://127.0.0.1", &by_name, &secure, &suffixed] {
        rows.push(("a foreign origin", call().with("Origin", origin), 403, FORBIDDEN));
    }
    refuses(&scene, rows).await;
}

#[tokio::test]
async fn other_methods_and_media_types_are_refused() {
    let scene = Scene::set().await;
    let call = || Request::rpc(&scene.node, scene.unsaid());
    let preflight = call()
        .line("OPTIONS /rpc HTTP/1.1")
        .without("Authorization")
        .with("Access-Control-Request-Method", "POST")
        .with("Access-Control-Request-Headers", "authorization,content-type");
    refuses(
        &scene,
        vec![
            ("GET", Request::get(&scene.node, "/rpc"), 405, UNSUPPORTED),
            ("PUT", call().line("PUT /rpc HTTP/1.1"), 405, UNSUPPORTED),
            ("preflight", preflight, 405, UNSUPPORTED),
            ("a form", call().set("Content-Type", "application/x-www-form-urlencoded"), 415, UNSUPPORTED),
            ("text", call().set("Content-Type", "text/plain"), 415, UNSUPPORTED),
            ("text that says JSON", call().set("Content-Type", "text/plain; application/json"), 415, UNSUPPORTED),
            ("no type", call().without("Content-Type"), 415, UNSUPPORTED),
            ("two types", call().with("Content-Type", "application/json"), 415, UNSUPPORTED),
            ("compressed", call().with("Content-Encoding", "gzip"), 415, UNSUPPORTED),
            ("another path", call().line("POST /rpc/ HTTP/1.1"), 404, Some(2001)),
        ],
    )
    .await;
}

#[tokio::test]
async fn first_reason_in_the_documented_order_is_told() {
    let scene = Scene::set().await;
    let wrong = || {
        let call = Request::rpc(&scene.node, scene.unsaid());
        call.set("Content-Type", "text/plain").without("Authorization").set("Content-Length", "9999999")
    };
    refuses(
        &scene,
        vec![
            ("host first", wrong().set("Host", "evil.example").with("Origin", "null"), 403, FORBIDDEN),
            ("origin before the type", wrong().with("Origin", "null"), 403, FORBIDDEN),
            ("type before the token", wrong(), 415, UNSUPPORTED),
            ("token before the size", wrong().set("Content-Type", "application/json"), 401, UNAUTHENTICATED),
        ],
    )
    .await;
}

#[tokio::test]
async fn oversized_requests_are_refused() {
    let scene = Scene::set().await;
    let call = || Request::rpc(&scene.node, scene.unsaid());
    let chunked = {
        let padding = " ".repeat(1024 * 1024);
        let body = scene.unsaid() + &padding;
        let chunks = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
        Request::rpc(&scene.node, chunks).without("Content-Length").with("Transfer-Encoding", "chunked")
    };
    let many = (0..80).fold(call(), |call, number| call.with(&format!("X-Filler-{number}"), "x"));
    refuses(
        &scene,
        vec![
            ("an announced body", call().set("Content-Length", "1048577"), 413, TOO_LARGE),
            ("a body in chunks", chunked, 413, TOO_LARGE),
            ("a long header", call().with("X-Filler", &"x".repeat(20 * 1024)), 431, None),
            ("many headers", many, 431, None),
        ],
    )
    .await;
}

#[tokio::test]
async fn websocket_needs_token_host_and_origin_too() {
    let scene = Scene::set().await;
    let handshake = || Request::websocket(&scene.node);
    let token = scene.node.token();
    let bare = || handshake().without("Authorization");
    refuses(
        &scene,
        vec![
            ("no token", bare(), 401, UNAUTHENTICATED),
            ("wrong token", bare().with("Authorization", "Bearer x"), 401, UNAUTHENTICATED),
            ("wrong token in a protocol", bare().with("Sec-WebSocket-Protocol", "bearer.x"), 401, UNAUTHENTICATED),
            ("token in the query", bare().line(&format!("GET /rpc?token={token} HTTP/1.1")), 401, UNAUTHENTICATED),
            ("foreign host", handshake().set("Host", "evil.example"), 403, FORBIDDEN),
            ("foreign origin", handshake().with("Origin", "https://evil.example"), 403, FORBIDDEN),
        ],
    )
    .await;
}

#[tokio::test]
async fn our_own_hosts_origin_and_types_are_served() {
    let scene = Scene::set().await;
    let call = || Request::rpc(&scene.node, r#"{"jsonrpc":"2.0","id":1,"method":"node.info","params":{}}"#);
    let url = scene.node.endpoint().url;
    let port = url.rsplit_once(':').expect("a port").1.to_owned();
    let get = |path: &str| Request::get(&scene.node, path).without("Authorization");
    let token = scene.node.token();
    let protocol = format!("bearer.{token}");
    let websocket = Request::websocket(&scene.node);
    let rows = [
        (call(), 200),
        (call().set("Host", &format!("localhost:{port}")), 200),
        (call().set("Host", &format!("LocalHost:{port}")), 200),
        (call().set("Host", &format!("[::1]:{port}")), 200),
        (call().with("Origin", &url), 200),
        (call().with("Sec-Fetch-Site", "same-origin"), 200),
        (call().with("Sec-Fetch-Site", "none"), 200),
        (call().set("Content-Type", "application/json; charset=utf-8"), 200),
        (call().set("Authorization", &format!("bearer {token}")), 200),
        (get("/healthz"), 200),
        (get("/readyz"), 200),
        (get("/openrpc.json"), 200),
        (get("/"), 200),
        (get("/").set("Host", &format!("localhost:{port}")), 307),
        (Request::get(&scene.node, "/metrics"), 200),
        (websocket.clone(), 101),
        (websocket.clone().with("Origin", &url), 101),
        (websocket.without("Authorization").with("Sec-WebSocket-Protocol", &protocol), 101),
    ];
    for (request, status) in rows {
        let answer = request.send(&scene.node).await;
        assert_eq!(answer.status, status, "{request:?}: {answer:?}");
        assert_eq!(answer.error_code(), None, "{request:?}: {answer:?}");
    }
}
