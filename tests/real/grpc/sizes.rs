//! Messages larger than any window, and clients that are slower than their service.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use futures_util::stream;

use crate::support::sha256;

use super::service::{ECHO, FLOOD, PIECE, POUR, SUM, piece};
use super::stage::Stage;

/// 4 MiB in one message, there and back.
pub(super) fn one_large_message(stage: &Stage) {
    let large: Bytes = (0..64).map(piece).collect::<Vec<_>>().concat().into();
    let answer = stage.alice.ask(ECHO, large.clone()).unwrap().into_inner();
    assert_eq!((answer.len(), sha256(&answer)), (large.len(), sha256(&large)));
}

/// 16 MiB in many messages, each way.
pub(super) fn many_large_messages(stage: &Stage) {
    let mut hearing = stage.alice.listen(POUR, "256").unwrap();
    for number in 0..256 {
        assert_eq!(hearing.next().unwrap().unwrap(), piece(number), "piece {number}");
    }
    assert!(hearing.next().unwrap().is_none());
    let all: Vec<u8> = (0..256).flat_map(piece).collect();
    let answer = stage.alice.tell(SUM, stream::iter((0..256).map(piece))).unwrap().into_inner();
    assert_eq!(answer, format!("256 {}", sha256(&all)));
}

/// A client that does not listen holds its service up, and nobody else on the same connection.
pub(super) fn whoever_does_not_listen_is_waited_for(stage: &Stage) {
    let made = || stage.notes.pieces.load(Ordering::SeqCst);
    let mut hearing = stage.alice.listen(FLOOD, "").unwrap();
    for heard in 1..=5 {
        hearing.next().unwrap().unwrap();
        // Each answer is time enough for the flood to run ahead.
        for _ in 0..10 {
            stage.alice.ask(ECHO, "meanwhile").unwrap();
        }
        let ahead = made() - heard;
        assert!(ahead * PIECE <= 4 * 1024 * 1024, "{ahead} pieces are on their way");
    }
    let given_up = stage.notes.given_up.load(Ordering::SeqCst);
    drop(hearing);
    stage.wait_for_given_up(given_up + 1);
}
