//! Raw HTTP and WebSocket frames, written and read by hand: what a client library would not let a test send.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Fixture, SOON};

/// An answer.
pub(super) struct Answer {
    pub(super) status: u16,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(super) fn assert_secured(&self, what: &str) {
        let policy = self.header("content-security-policy").unwrap_or_default();
        let (before, after) = policy.split_once(" ws://127.0.0.1:").unwrap_or_default();
        let (port, after) = after.split_once(';').unwrap_or_default();
        assert!(port.parse::<u16>().is_ok(), "{what}: {policy}");
        let sources =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'";
        assert_eq!(before, sources, "{what}");
        let nothing = " font-src 'self'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'";
        assert_eq!(after, nothing, "{what}");
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"), "{what}");
        assert_eq!(self.header("referrer-policy"), Some("no-referrer"), "{what}");
        assert_eq!(self.header("cross-origin-resource-policy"), Some("same-origin"), "{what}");
        assert_eq!(self.header("x-frame-options"), Some("DENY"), "{what}");
        assert!(self.headers.iter().all(|(name, _)| !name.starts_with("access-control-")), "{what}");
    }
}

/// A socket to the server.
pub(super) struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Wire {
    pub(super) async fn open(fixture: &Fixture) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", fixture.port)).await.expect("the server listens");
        Self { stream, read: Vec::new() }
    }

    pub(super) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.expect("the server reads");
    }

    /// Writes what the server may refuse to read to its end.
    pub(super) async fn try_write(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Reads more; false at the end.
    async fn more(&mut self) -> bool {
        let mut buffer = [0_u8; 64 * 1024];
        let read = timeout(SOON, self.stream.read(&mut buffer)).await.expect("the server answers");
        let read = read.unwrap_or(0);
        self.read.extend_from_slice(&buffer[..read]);
        read > 0
    }

    /// The next answer; none if the connection ends without one.
    pub(super) async fn answer(&mut self) -> Option<Answer> {
        let head = loop {
            if let Some(end) = find(&self.read, b"\r\n\r\n") {
                break self.read.drain(..end + 4).collect::<Vec<_>>();
            }
            if !self.more().await {
                return None;
            }
        };
        let head = String::from_utf8(head).expect("a head in ASCII");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length: usize = headers
            .iter()
            .find(|(name, _)| name == "content-length")
            .map_or(0, |(_, value)| value.parse().expect("a number"));
        while self.read.len() < length {
            assert!(self.more().await, "the body breaks off");
        }
        let body = self.read.drain(..length).collect();
        let body = String::from_utf8(body).expect("a body in UTF-8");
        Some(Answer { status: status.expect("a status"), headers, body })
    }

    /// Reads until a text was seen; for streams.
    pub(super) async fn read_until(&mut self, text: &str) -> String {
        while find(&self.read, text.as_bytes()).is_none() {
            let seen = String::from_utf8_lossy(&self.read).into_owned();
            assert!(self.more().await, "ended before {text}: {seen}");
        }
        String::from_utf8_lossy(&self.read).into_owned()
    }

    /// Waits until the server closes.
    pub(super) async fn closed(&mut self) {
        while self.more().await {}
    }

    /// Sends a text frame as a client does.
    pub(super) async fn send_frame(&mut self, text: &str) {
        let mut frame = vec![0x81];
        let length = text.len();
        match u16::try_from(length) {
            Ok(short) if short < 126 => frame.push(0x80 | u8::try_from(short).expect("below 126")),
            Ok(medium) => {
                frame.push(0x80 | 126);
                frame.extend_from_slice(&medium.to_be_bytes());
            }
            Err(_) => {
                frame.push(0x80 | 127);
                frame.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        // A mask of zeros changes nothing.
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(text.as_bytes());
        self.write(frame).await;
    }

    /// The next text frame in JSON; control frames are skipped. None at the end.
    pub(super) async fn frame(&mut self) -> Option<Value> {
        loop {
            if let Some((opcode, payload)) = self.take_frame() {
                match opcode {
                    1 => return Some(serde_json::from_slice(&payload).expect("JSON")),
                    8 => return None,
                    _ => continue,
                }
            }
            if !self.more().await {
                return None;
            }
        }
    }

    fn take_frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let opcode = self.read.first()? & 0x0f;
        let (start, length) = match *self.read.get(1)? {
            126 => (4, usize::from(u16::from_be_bytes(self.read.get(2..4)?.try_into().ok()?))),
            127 => (10, usize::try_from(u64::from_be_bytes(self.read.get(2..10)?.try_into().ok()?)).ok()?),
            short => (2, usize::from(short)),
        };
        let payload = self.read.get(start..start + length)?.to_vec();
        self.read.drain(..start + length);
        Some((opcode, payload))
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// Sends one request on a socket of its own.
pub(super) async fn ask(fixture: &Fixture, request: impl AsRef<[u8]>) -> Answer {
    let mut wire = Wire::open(fixture).await;
    wire.write(request).await;
    wire.answer().await.expect("an answer")
}

/// A request with these headers; `{port}` and `{token}` stand for the fixture's.
pub(super) fn request(fixture: &Fixture, line: &str, headers: &[&str], body: &str) -> String {
    let mut text = format!("{line} HTTP/1.1\r\n");
    for header in headers {
        text += header;
        text += "\r\n";
    }
    if !body.is_empty() {
        text += &format!("Content-Length: {}\r\n", body.len());
    }
    text += "\r\n";
    text = text.replace("{port}", &fixture.port.to_string()).replace("{token}", fixture.token.expose());
    text + body
}

/// The headers of a good POST.
pub(super) const GOOD: [&str; 3] =
    ["Host: 127.0.0.1:{port}", "Content-Type: application/json", "Authorization: Bearer {token}"];

/// A good POST of this body.
pub(super) fn post(fixture: &Fixture, body: &str) -> String {
    request(fixture, "POST /rpc", &GOOD, body)
}

/// A handshake; further headers are added.
pub(super) fn handshake(fixture: &Fixture, further: &[&str]) -> String {
    let mut headers = vec![
        "Host: 127.0.0.1:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    headers.extend_from_slice(further);
    request(fixture, "GET /rpc", &headers, "")
}

/// An open WebSocket of the administrator.
pub(super) async fn websocket(fixture: &Fixture) -> Wire {
    let mut wire = Wire::open(fixture).await;
    wire.write(handshake(fixture, &["Authorization: Bearer {token}"])).await;
    assert_eq!(wire.answer().await.map(|answer| answer.status), Some(101));
    wire
}
