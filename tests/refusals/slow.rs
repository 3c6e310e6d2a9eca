//! Clients that take their time: cut off after theirs, while others are served.

use std::time::Duration;

use folkmoot_rpc::contract::node::{Info, NoParams};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::harness::http::{self, Answer, Request};
use super::harness::wait::in_time;
use super::scene::Scene;

/// Headers have 5 s, a whole request 10 s; beyond that the machine may be busy.
const CUT: Duration = Duration::from_secs(25);
/// Below the shorter of the two: an answer within this was no question of time.
const NOT_BEFORE: Duration = Duration::from_secs(4);

/// Sends `fast` at once and `slow` byte by byte; returns what came back and when.
async fn drip(mut stream: TcpStream, fast: Vec<u8>, slow: Vec<u8>) -> (Option<Answer>, Duration) {
    let began = Instant::now();
    let (mut reading, mut writing) = stream.split();
    writing.write_all(&fast).await.expect("the node takes a beginning");
    let write = async {
        let mut tick = tokio::time::interval(Duration::from_millis(300));
        for byte in slow {
            tick.tick().await;
            if writing.write_all(&[byte]).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    let answer = tokio::select! {
        answer = http::read(&mut reading) => answer,
        () = write => unreachable!("writing never ends"),
    };
    (answer, began.elapsed())
}

#[tokio::test]
async fn slow_requests_are_cut_off_while_others_are_served() {
    // given: a good call, to be sent too slowly in three ways
    let scene = Scene::set().await;
    let before = scene.state().await;
    let call = Request::rpc(&scene.node, scene.unsaid()).head();
    let (half, rest) = call.split_at(call.len() / 2);
    let nothing = drip(http::open(&scene.node).await, Vec::new(), Vec::new());
    let slow_head = drip(http::open(&scene.node).await, half.to_vec(), rest.to_vec());
    let slow_body = drip(http::open(&scene.node).await, call.clone(), scene.unsaid().into_bytes());

    // when: all are under way, another client calls
    let served = async {
        let began = Instant::now();
        scene.node.call::<Info>(&NoParams {}).await;
        began.elapsed()
    };
    let all = async { tokio::join!(nothing, slow_head, slow_body, served) };
    let ((none, _), (head, head_took), (body, body_took), served) = in_time("the slow to be cut off", CUT, all).await;

    // then: each is cut off after its time, and the other was served at once
    assert!(none.is_none_or(|answer| answer.status == 408), "a client that says nothing");
    assert!(head.as_ref().is_none_or(|answer| answer.status == 408), "{head:?}");
    assert_eq!(body.as_ref().map(|answer| (answer.status, answer.error_code())), Some((408, Some(4003))), "{body:?}");
    assert!(head_took >= NOT_BEFORE && body_took >= NOT_BEFORE, "cut off after {head_took:?} and {body_took:?}");
    assert!(served < NOT_BEFORE, "another client waited {served:?}");
    scene.assert_untouched(before).await;
}
