//! A client's answer to the PING that goes with our farewell, put off a moment.
//!
//! The library says farewell in two steps (RFC 9113, section 6.8): a GOAWAY that excludes no stream
//! with a PING behind it and, once the PING is answered, one that names the last stream it has
//! seen; what comes later is lost. That counts on clients to send nothing behind their answer that
//! they had taken on before. Those made with hyper and tonic answer first, and send it then.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::ReadBuf;
use tokio::time::{Sleep, sleep};

/// How long the answer waits. What such a client had taken on stands right behind it.
const MOMENT: Duration = Duration::from_millis(100);

/// The answer, by the payload that the library's own PING has.
const ANSWER: [u8; 17] =
    [0, 0, 8, 6, 1, 0, 0, 0, 0, 0x0b, 0x7b, 0xa2, 0xf0, 0x8b, 0x9b, 0xfe, 0x54];

/// The length of a frame's head.
const HEAD: usize = 9;

/// Where the answer waits.
#[derive(Default)]
pub(super) struct Farewell {
    held: Option<Held>,
}

struct Held {
    pause: Pin<Box<Sleep>>,
    /// What of it has been given back.
    given: usize,
}

impl Farewell {
    /// Takes it out of what `buffer` has got since `from`, if it is what has a payload at `payload`
    /// and came whole. An answer in two pieces is left where it is, and so is a second one.
    pub(super) fn keep(&mut self, buffer: &mut ReadBuf<'_>, from: usize, payload: usize) {
        let Some(start) = payload.checked_sub(HEAD).filter(|start| *start >= from) else { return };
        let end = start + ANSWER.len();
        let filled = buffer.filled_mut();
        if self.held.is_some() || filled.get(start..end) != Some(&ANSWER) {
            return;
        }
        filled.copy_within(end.., start);
        let rest = filled.len() - ANSWER.len();
        buffer.set_filled(rest);
        self.held = Some(Held { pause: Box::pin(sleep(MOMENT)), given: 0 });
    }

    /// Gives it back once the moment has passed. Where it does not stand `between` two frames it
    /// waits on; once begun, nothing else may come before its end.
    pub(super) fn poll_give_back(
        &mut self,
        context: &mut Context<'_>,
        between: bool,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<()> {
        let Some(held) = &mut self.held else { return Poll::Pending };
        if held.given == 0 {
            ready!(held.pause.as_mut().poll(context));
            if !between {
                return Poll::Pending;
            }
        }
        let rest = ANSWER.get(held.given..).unwrap_or_default();
        let (now, later) = rest.split_at(rest.len().min(buffer.remaining()));
        buffer.put_slice(now);
        held.given += now.len();
        if later.is_empty() {
            self.held = None;
        }
        Poll::Ready(())
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use tokio::time::Instant;

    use super::*;

    fn kept(bytes: &[u8], from: usize, payload: usize) -> (Vec<u8>, Farewell) {
        let mut bytes = bytes.to_vec();
        let mut buffer = ReadBuf::new(&mut bytes);
        buffer.set_filled(buffer.capacity());
        let mut farewell = Farewell::default();
        farewell.keep(&mut buffer, from, payload);
        (buffer.filled().to_vec(), farewell)
    }

    /// The timer of the moment.
    fn pause(farewell: &mut Farewell) -> Pin<&mut Sleep> {
        farewell.held.as_mut().unwrap().pause.as_mut()
    }

    fn given_back(farewell: &mut Farewell, room: usize, between: bool) -> Poll<Vec<u8>> {
        let mut bytes = vec![0; room];
        let mut buffer = ReadBuf::new(&mut bytes);
        let mut context = Context::from_waker(Waker::noop());
        let given = farewell.poll_give_back(&mut context, between, &mut buffer);
        given.map(|()| buffer.filled().to_vec())
    }

    #[tokio::test]
    async fn the_answer_leaves_and_what_is_around_it_stays() {
        let (left, farewell) = kept(&[b"before", &ANSWER[..], b"behind"].concat(), 2, 6 + 9);
        assert_eq!(left, b"beforebehind");
        assert!(farewell.held.is_some());
    }

    #[tokio::test]
    async fn what_is_another_answer_or_came_in_pieces_stays() {
        let mut other = ANSWER;
        other[16] += 1;
        for (bytes, from, payload) in
            [(&other[..], 0, 9), (&ANSWER[..16], 0, 9), (&ANSWER[..], 1, 9), (&ANSWER[3..], 0, 6)]
        {
            let (left, farewell) = kept(bytes, from, payload);
            assert_eq!(left, bytes);
            assert!(farewell.held.is_none(), "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn it_comes_back_whole_after_a_moment_and_between_frames() {
        let (_, mut farewell) = kept(&ANSWER, 0, 9);
        pause(&mut farewell).reset(Instant::now() + Duration::from_hours(1));
        assert!(given_back(&mut farewell, 99, true).is_pending());
        pause(&mut farewell).reset(Instant::now());
        pause(&mut farewell).await;
        assert!(given_back(&mut farewell, 99, false).is_pending());
        assert_eq!(given_back(&mut farewell, 5, true), Poll::Ready(ANSWER[..5].to_vec()));
        assert_eq!(given_back(&mut farewell, 99, false), Poll::Ready(ANSWER[5..].to_vec()));
        assert!(given_back(&mut farewell, 99, true).is_pending(), "once");
    }
}
