//! The limits: batches, connections, subscriptions, time, and the order of stopping.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::super::limits::{CONNECTIONS_MAX, STRANGERS_MAX, SUBSCRIPTIONS_MAX, Timing};
use super::wire::{GOOD, Wire, ask, handshake, post, request, websocket};
use super::{Fixture, SOON, get_call, send_call};

/// Short enough for a test, long enough for a busy machine to write a line.
const SHORT: Duration = Duration::from_millis(400);

fn impatient() -> Timing {
    Timing { head: SHORT, request: SHORT * 2, ..Timing::default() }
}

#[tokio::test]
async fn batch_of_twenty_is_executed_and_one_of_twenty_one_is_not() {
    let fixture = Fixture::start().await;
    let batch = |calls: u32| format!("[{}]", (0..calls).map(send_call).collect::<Vec<_>>().join(","));
    let answer = ask(&fixture, post(&fixture, &batch(21))).await;
    assert_eq!((&answer.json()["error"]["code"], fixture.sent()), (&(-32010).into(), 0));
    let answer = ask(&fixture, post(&fixture, &batch(20))).await;
    assert_eq!((answer.json().as_array().map(Vec::len), fixture.sent()), (Some(20), 20));
    let mut socket = websocket(&fixture).await;
    socket.send_frame(&batch(21)).await;
    assert_eq!(socket.frame().await.expect("an answer")["error"]["code"], -32010);
    assert_eq!(fixture.sent(), 20);
}

#[tokio::test]
async fn oversized_websocket_message_executes_nothing() {
    let fixture = Fixture::start().await;
    let mut socket = websocket(&fixture).await;
    let call = send_call(1).replace("\"hi\"", &format!("\"{}\"", "x".repeat(1024 * 1024)));
    socket.send_frame(&call).await;
    let answer = socket.frame().await;
    assert!(answer.is_none_or(|answer| answer["error"]["code"] == -32007));
    assert_eq!(fixture.sent(), 0);
}

#[tokio::test]
async fn head_that_does_not_come_closes_the_socket() {
    let fixture = Fixture::start_with(impatient()).await;
    let began = Instant::now();
    let mut silent = Wire::open(&fixture).await;
    let mut slow = Wire::open(&fixture).await;
    slow.write("POST /rpc HTTP/1.1\r\nHost: 127").await;
    silent.closed().await;
    slow.closed().await;
    assert!(began.elapsed() >= SHORT, "not before its time");
}

#[tokio::test]
async fn head_of_a_later_request_has_no_more_time() {
    let fixture = Fixture::start_with(impatient()).await;
    let mut wire = Wire::open(&fixture).await;
    wire.write(post(&fixture, &send_call(1))).await;
    assert_eq!(wire.answer().await.map(|answer| answer.status), Some(200));
    wire.write("POST /rpc HTTP/1.1\r\nHost: 127").await;
    wire.closed().await;
    assert_eq!(fixture.sent(), 1);
}

#[tokio::test]
async fn body_that_does_not_come_is_408_and_ends_the_connection() {
    let fixture = Fixture::start_with(impatient()).await;
    let mut headers = GOOD.to_vec();
    headers.push("Content-Length: 200");
    let mut wire = Wire::open(&fixture).await;
    wire.write(request(&fixture, "POST /rpc", &headers, "")).await;
    wire.write("{\"jsonrpc\":").await;
    let answer = wire.answer().await.expect("an answer");
    assert_eq!(answer.status, 408);
    answer.assert_secured("slow body");
    wire.closed().await;
}

#[tokio::test]
async fn sixty_fifth_connection_is_refused_until_one_is_free() {
    let fixture = Fixture::start().await;
    let mut sockets = Vec::new();
    for _ in 0..CONNECTIONS_MAX {
        sockets.push(websocket(&fixture).await);
    }
    let answer = ask(&fixture, handshake(&fixture, &["Authorization: Bearer {token}"])).await;
    assert_eq!(answer.status, 429);
    answer.assert_secured("a 65th connection");
    assert_eq!(ask(&fixture, post(&fixture, &send_call(1))).await.status, 429);
    assert_eq!(fixture.sent(), 0);
    drop(sockets.pop());
    let freed = timeout(SOON, async {
        while ask(&fixture, post(&fixture, &send_call(1))).await.status == 429 {
            tokio::task::yield_now().await;
        }
    });
    freed.await.expect("the place is given back");
    assert_eq!(fixture.sent(), 1);
}

#[tokio::test]
async fn flood_of_strangers_loses_its_oldest_and_keeps_nobody_out() {
    let fixture = Fixture::start().await;
    let mut client = websocket(&fixture).await;
    let mut strangers = Vec::new();
    for _ in 0..STRANGERS_MAX + 8 {
        strangers.push(Wire::open(&fixture).await);
    }
    // The oldest lost their places to the newest.
    for stranger in &mut strangers[..8] {
        stranger.closed().await;
    }
    assert_eq!(ask(&fixture, post(&fixture, &send_call(1))).await.status, 200, "a newcomer");
    client.send_frame(&send_call(2)).await;
    assert_eq!(client.frame().await.expect("an answer")["id"], 2, "who was there before");
    let newest = strangers.last_mut().expect("strangers");
    newest.write(request(&fixture, "GET /healthz", &["Host: 127.0.0.1:{port}"], "")).await;
    assert_eq!(newest.answer().await.map(|answer| answer.status), Some(200));
}

#[tokio::test]
async fn thirty_third_subscription_is_refused_until_one_ends() {
    let fixture = Fixture::start().await;
    let mut socket = websocket(&fixture).await;
    let subscribe = r#"{"jsonrpc":"2.0","id":1,"method":"events.subscribe","params":{}}"#;
    let mut ids = Vec::new();
    for _ in 0..SUBSCRIPTIONS_MAX {
        socket.send_frame(subscribe).await;
        ids.push(socket.frame().await.expect("an answer")["result"].clone());
    }
    socket.send_frame(subscribe).await;
    assert_eq!(socket.frame().await.expect("an answer")["error"]["code"], -32006);
    let end = |id| format!(r#"{{"jsonrpc":"2.0","id":2,"method":"events.unsubscribe","params":[{id}]}}"#);
    socket.send_frame(&end(&ids[0])).await;
    assert_eq!(socket.frame().await.expect("an answer")["result"], true);
    socket.send_frame(&end(&ids[0])).await;
    assert_eq!(socket.frame().await.expect("an answer")["result"], false);
    let freed = timeout(SOON, async {
        loop {
            socket.send_frame(subscribe).await;
            if socket.frame().await.expect("an answer").get("result").is_some() {
                break;
            }
        }
    });
    freed.await.expect("the place is given back");
}

#[tokio::test]
async fn calls_of_one_connection_run_side_by_side_up_to_their_limit() {
    let fixture = Fixture::start().await;
    let mut socket = websocket(&fixture).await;
    let most = u32::try_from(crate::registry::IN_FLIGHT_MAX).expect("a small number");
    for id in 0..=most {
        socket.send_frame(&get_call(id)).await;
    }
    // One of them, whichever came last, is refused; the others wait.
    let refused = socket.frame().await.expect("an answer");
    assert_eq!(refused["error"]["code"], 4002);
    socket.send_frame(&send_call(9_999)).await;
    assert_eq!(socket.frame().await.expect("an answer")["error"]["code"], 4002);
    fixture.gate.add_permits(crate::registry::IN_FLIGHT_MAX);
    for _ in 0..most {
        assert!(socket.frame().await.expect("an answer").get("result").is_some());
    }
}

#[tokio::test]
async fn client_that_reads_nothing_is_given_up() {
    let timing = Timing { write_stall: SHORT, ..Timing::default() };
    let fixture = Fixture::start_with(timing).await;
    let mut socket = websocket(&fixture).await;
    // Answers of 64 KiB that nobody takes fill the buffers of both ends.
    let call = send_call(1).replace("\"hi\"", &format!("\"{}\"", "x".repeat(64 * 1024)));
    let gone = timeout(SOON, async { while socket.try_write(frame(&call)).await {} });
    gone.await.expect("the server gives up");
}

#[tokio::test]
async fn websocket_that_answers_no_ping_is_closed() {
    let timing = Timing { ping: SHORT / 4, pong: SHORT / 2, ..Timing::default() };
    let fixture = Fixture::start_with(timing).await;
    let mut silent = websocket(&fixture).await;
    timeout(SOON, silent.closed()).await.expect("the server gives up");
}

#[tokio::test]
async fn refusal_reaches_a_client_that_is_still_writing() {
    let fixture = Fixture::start().await;
    for _ in 0..20 {
        let headers = ["Host: 127.0.0.1:{port}", "Content-Type: application/json"];
        let mut wire = Wire::open(&fixture).await;
        wire.write(request(&fixture, "POST /rpc", &headers, &" ".repeat(1_000_000))).await;
        assert_eq!(wire.answer().await.map(|answer| answer.status), Some(401));
    }
}

fn frame(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81, 0x80 | 127];
    frame.extend_from_slice(&(text.len() as u64).to_be_bytes());
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(text.as_bytes());
    frame
}

#[tokio::test]
async fn stopping_lets_running_calls_end_and_closes_the_rest() {
    let mut fixture = Fixture::start().await;
    let mut busy = websocket(&fixture).await;
    let mut idle = websocket(&fixture).await;
    let mut stranger = Wire::open(&fixture).await;
    busy.send_frame(&get_call(5)).await;
    busy.send_frame(&send_call(6)).await;
    assert_eq!(busy.frame().await.expect("the quick one")["id"], 6);
    fixture.gate.add_permits(1);
    fixture.stop(SOON).await;
    assert_eq!(busy.frame().await.expect("the running one")["id"], 5);
    assert!(busy.frame().await.is_none() && idle.frame().await.is_none());
    stranger.closed().await;
}

#[tokio::test]
async fn stopping_does_not_wait_for_ever() {
    let mut fixture = Fixture::start().await;
    let mut busy = websocket(&fixture).await;
    busy.send_frame(&get_call(5)).await;
    busy.send_frame(&send_call(6)).await;
    assert_eq!(busy.frame().await.expect("the quick one")["id"], 6);
    fixture.stop(Duration::from_millis(50)).await;
    busy.closed().await;
}
