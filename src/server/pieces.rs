//! A response's body as one stream of HTTP/2 carries it: in pieces that are small beside a window,
//! or not at all.
//!
//! What is handed on is out of our sight until the client has taken all of it. Small pieces let a
//! slow client be told from one that takes nothing, and bound what waits for either.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use http_body::{Body, Frame, SizeHint};

/// The largest piece: what fits into a frame of the usual size.
const PIECE: usize = 16 * 1024;

/// The largest last piece.
const LAST: usize = 1024;

/// A body in pieces.
pub(super) struct Pieces<B> {
    body: B,
    /// What came of it and has not been handed on.
    rest: Bytes,
    /// Nothing of it is to be sent: what asked for it was a HEAD.
    left_out: bool,
}

impl<B: Body> Pieces<B> {
    /// `body`, or nothing of it if it is `left_out`.
    pub(super) fn new(body: B, left_out: bool) -> Self {
        Self { body, rest: Bytes::new(), left_out }
    }

    /// The next piece. The last of all is a small one: it is out of our sight as soon as a single byte
    /// of it fits, and with it the request.
    fn piece(&mut self) -> Bytes {
        let most = match self.rest.len() {
            length if self.body.is_end_stream() && length > LAST => length - LAST,
            length => length,
        };
        self.rest.split_to(most.min(PIECE))
    }
}

impl<B: Body + Unpin> Body for Pieces<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(self.piece()))));
        }
        let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(context)?) else {
            return Poll::Ready(None);
        };
        // A buffer of bytes is not copied here.
        let frame = frame.map_data(|mut data| data.copy_to_bytes(data.remaining()));
        Poll::Ready(Some(Ok(match frame.into_data() {
            Ok(data) => {
                self.rest = data;
                Frame::data(self.piece())
            }
            Err(other) => other,
        })))
    }

    fn is_end_stream(&self) -> bool {
        self.left_out || (self.rest.is_empty() && self.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, hint) = (self.rest.len() as u64, self.body.size_hint());
        let mut whole = SizeHint::new();
        whole.set_lower(hint.lower().saturating_add(rest));
        if let Some(upper) = hint.upper().and_then(|upper| upper.checked_add(rest)) {
            whole.set_upper(upper);
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::{FutureExt as _, stream};
    use http_body_util::{BodyExt as _, Full, StreamBody};

    use super::*;

    #[test]
    fn a_body_arrives_whole_in_small_pieces() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE + 7] {
            let whole: Bytes = (0..length).map(|at| at.to_le_bytes()[0]).collect();
            let mut body = Pieces::new(Full::new(whole.clone()), false);
            let mut came = Vec::new();
            while !body.is_end_stream() {
                assert_eq!(body.size_hint().exact(), Some((length - came.len()) as u64));
                let frame = body.frame().now_or_never().unwrap().unwrap().unwrap();
                let piece = frame.into_data().unwrap();
                assert!((1..=PIECE).contains(&piece.len()), "{}", piece.len());
                came.extend_from_slice(&piece);
            }
            assert!(came == whole, "{length}");
        }
    }

    #[test]
    fn trailers_come_after_all_pieces() {
        let mut trailers = http::HeaderMap::new();
        trailers.insert("a", http::HeaderValue::from_static("b"));
        let frames: Vec<Result<_, Infallible>> = vec![
            Ok(Frame::data(Bytes::from(vec![0; 2 * PIECE]))),
            Ok(Frame::trailers(trailers.clone())),
        ];
        let body = Pieces::new(StreamBody::new(stream::iter(frames)), false);
        let collected = body.collect().now_or_never().unwrap().unwrap();
        assert_eq!(collected.trailers(), Some(&trailers));
        assert_eq!(collected.to_bytes().len(), 2 * PIECE);
    }

    #[test]
    fn what_is_left_out_is_over_and_keeps_its_length() {
        let body = Pieces::new(Full::new(Bytes::from_static(b"four")), true);
        assert!(body.is_end_stream());
        assert_eq!(body.size_hint().exact(), Some(4));
    }
}
