//! HTTP/1.1 written by hand: what no well-behaved client would send.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::node::Node;
use super::wait::in_time;

/// The longest an answer may take; slow requests are cut after ten seconds.
const ANSWERED: Duration = Duration::from_secs(40);

/// A request, header by header.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// A good call: the answer would be 200.
    pub(crate) fn rpc(node: &Node, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let length = body.len().to_string();
        Self { line: "POST /rpc HTTP/1.1".to_owned(), headers: Vec::new(), body }
            .with("Host", &host(node))
            .with("Authorization", &format!("Bearer {}", node.token()))
            .with("Content-Type", "application/json")
            .with("Content-Length", &length)
            .with("Connection", "close")
    }

    /// A good GET with the token.
    pub(crate) fn get(node: &Node, path: &str) -> Self {
        Self { line: format!("GET {path} HTTP/1.1"), headers: Vec::new(), body: Vec::new() }
            .with("Host", &host(node))
            .with("Authorization", &format!("Bearer {}", node.token()))
            .with("Connection", "close")
    }

    /// A good handshake of a WebSocket.
    pub(crate) fn websocket(node: &Node) -> Self {
        Self::get(node, "/rpc")
            .set("Connection", "Upgrade")
            .with("Upgrade", "websocket")
            .with("Sec-WebSocket-Version", "13")
            .with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
    }

    /// A POST of JSON without a credential, to a node known by its address alone.
    pub(crate) fn post_to(url: &str, path: &str, body: &str) -> Self {
        Self { line: format!("POST {path} HTTP/1.1"), headers: Vec::new(), body: body.into() }
            .with("Host", url.trim_start_matches("http://"))
            .with("Content-Type", "application/json")
            .with("Content-Length", &body.len().to_string())
            .with("Connection", "close")
    }

    /// With another first line.
    pub(crate) fn line(mut self, line: &str) -> Self {
        line.clone_into(&mut self.line);
        self
    }

    /// With one more header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without a header.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(held, _)| !held.eq_ignore_ascii_case(name));
        self
    }

    /// With another value of a header.
    pub(crate) fn set(self, name: &str, value: &str) -> Self {
        self.without(name).with(name, value)
    }

    /// The bytes of the head.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut text = format!("{}\r\n", self.line);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        text.into_bytes()
    }

    /// Sends it on a connection of its own and reads the answer.
    pub(crate) async fn send(&self, node: &Node) -> Answer {
        self.send_to(&node.endpoint().url).await
    }

    /// The same to a node known by its address alone.
    pub(crate) async fn send_to(&self, url: &str) -> Answer {
        let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await.expect("the node listens");
        let bytes = [self.head(), self.body.clone()].concat();
        // The node may answer and close before it has taken everything.
        let written = stream.write_all(&bytes).await;
        match in_time("an answer", ANSWERED, read(&mut stream)).await {
            Some(answer) => answer,
            None => panic!("no answer to {} ({written:?})", self.line),
        }
    }
}

fn host(node: &Node) -> String {
    node.endpoint().url.trim_start_matches("http://").to_owned()
}

/// A bare connection to the API.
pub(crate) async fn open(node: &Node) -> TcpStream {
    TcpStream::connect(host(node)).await.expect("the node listens")
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The code of a JSON-RPC error in the body.
    pub(crate) fn error_code(&self) -> Option<i64> {
        self.json().get("error")?.get("code")?.as_i64()
    }

    /// The body as JSON, null if it is none.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Reads one answer up to the end of its body, of its head if it has none, or of the connection; none if nothing came.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Answer> {
    let mut bytes = Vec::new();
    let mut chunk = [0_u8; 16 * 1024];
    loop {
        if let Some(answer) = parse(&bytes, false) {
            return Some(answer);
        }
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return parse(&bytes, true),
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
        }
    }
}

fn parse(bytes: &[u8], ended: bool) -> Option<Answer> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let complete = match length {
        Some(length) => body.len() >= length,
        None => status == 101 || ended,
    };
    (complete || ended).then(|| Answer { status, head: head.to_owned(), body: body.to_owned() })
}
