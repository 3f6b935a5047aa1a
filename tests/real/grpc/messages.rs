//! Messages that are nothing but their bytes, and what a compiler of protocols would write around
//! a service's functions.

use std::future::Future;

use bytes::{Buf, BufMut, Bytes};
use futures_util::Stream;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{
    ClientStreamingService, ServerStreamingService, StreamingService, UnaryService,
};
use tonic::{Request, Response, Status, Streaming};

/// Puts bytes into messages as they are.
#[derive(Clone, Copy)]
pub(super) struct Plain;

impl Codec for Plain {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put(message);
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}

/// A function as a method of a service, of whichever kind its arguments say.
pub(super) struct Method<F>(pub(super) F);

impl<F, A> UnaryService<Bytes> for Method<F>
where
    F: FnMut(Request<Bytes>) -> A,
    A: Future<Output = Result<Response<Bytes>, Status>>,
{
    type Response = Bytes;
    type Future = A;

    fn call(&mut self, request: Request<Bytes>) -> A {
        (self.0)(request)
    }
}

impl<F, A, S> ServerStreamingService<Bytes> for Method<F>
where
    F: FnMut(Request<Bytes>) -> A,
    A: Future<Output = Result<Response<S>, Status>>,
    S: Stream<Item = Result<Bytes, Status>>,
{
    type Response = Bytes;
    type ResponseStream = S;
    type Future = A;

    fn call(&mut self, request: Request<Bytes>) -> A {
        (self.0)(request)
    }
}

impl<F, A> ClientStreamingService<Bytes> for Method<F>
where
    F: FnMut(Request<Streaming<Bytes>>) -> A,
    A: Future<Output = Result<Response<Bytes>, Status>>,
{
    type Response = Bytes;
    type Future = A;

    fn call(&mut self, request: Request<Streaming<Bytes>>) -> A {
        (self.0)(request)
    }
}

impl<F, A, S> StreamingService<Bytes> for Method<F>
where
    F: FnMut(Request<Streaming<Bytes>>) -> A,
    A: Future<Output = Result<Response<S>, Status>>,
    S: Stream<Item = Result<Bytes, Status>>,
{
    type Response = Bytes;
    type ResponseStream = S;
    type Future = A;

    fn call(&mut self, request: Request<Streaming<Bytes>>) -> A {
        (self.0)(request)
    }
}
