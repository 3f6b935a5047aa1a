//! The four kinds of calls, and what goes along with them.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::stream;

use crate::expected::{identity_headers, vouched_for};
use crate::support::sha256;

use super::service::{CHAT, COUNT, ECHO, SUM};
use super::stage::{Between, Stage};

pub(super) fn one_for_one(stage: &Stage) {
    let mut request = stage.alice.request(Bytes::from_static(b"\0hello\xff"));
    request.metadata_mut().insert("x-said", "so".parse().unwrap());
    request
        .metadata_mut()
        .insert_bin("x-raw-bin", tonic::metadata::MetadataValue::from_bytes(&[0, 0xff]));
    let response = stage.alice.send(ECHO, request).unwrap();
    assert_eq!(response.metadata().get("x-said").unwrap(), "so");
    assert_eq!(response.into_inner(), &b"\0hello\xff"[..]);
    let (_, fields) = stage.notes.calls.lock().unwrap().last().cloned().unwrap();
    assert_eq!(fields["x-raw-bin"], "AP8", "as the client wrote it");
    assert_eq!(fields["te"], "trailers");
    assert_eq!(fields["content-type"], "application/grpc");
    let truth = match stage.between {
        Between::Nothing => BTreeMap::new(),
        Between::Tcp | Between::Tls => identity_headers(&stage.issued.document),
    };
    let told = fields.iter().filter(|(name, _)| truth.contains_key(name.as_str()));
    let told = told.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    assert_eq!(vouched_for(&told.collect()), truth);
    // An empty message is a message.
    assert!(stage.alice.ask(ECHO, "").unwrap().into_inner().is_empty());
}

pub(super) fn many_for_one(stage: &Stage) {
    let mut hearing = stage.alice.listen(COUNT, "1000").unwrap();
    for number in 1..=1000 {
        assert_eq!(hearing.next().unwrap().unwrap(), number.to_string());
    }
    assert!(hearing.next().unwrap().is_none());
    let mut nothing = stage.alice.listen(COUNT, "0").unwrap();
    assert!(nothing.next().unwrap().is_none());
}

pub(super) fn one_for_many(stage: &Stage) {
    let messages: Vec<_> = (0..1000).map(|number| Bytes::from(format!("{number},"))).collect();
    let all: Vec<u8> = messages.concat();
    let answer = stage.alice.tell(SUM, stream::iter(messages)).unwrap().into_inner();
    assert_eq!(answer, format!("1000 {}", sha256(&all)));
    let none = stage.alice.tell(SUM, stream::iter([])).unwrap().into_inner();
    assert_eq!(none, format!("0 {}", sha256("")));
}

/// Each message is heard before the next is said, so none is held back on its way.
pub(super) fn many_for_many(stage: &Stage) {
    let (mouth, mut hearing) = stage.alice.talk(CHAT);
    for number in 0..200 {
        let message = Bytes::from(format!("this is {number}"));
        stage.driver.wait(mouth.send(message.clone())).unwrap();
        assert_eq!(hearing.next().unwrap().unwrap(), message);
    }
    drop(mouth);
    assert!(hearing.next().unwrap().is_none());
}

/// More calls than one connection has room for, at either side.
pub(super) fn many_calls_at_once(stage: &Stage) {
    let before = stage.count();
    let calls: Vec<_> = (0..300)
        .map(|number| {
            let (client, message) = (stage.alice.clone(), Bytes::from(number.to_string()));
            stage.driver.handle.spawn(async move {
                let request = client.request(message.clone());
                (client.sending(ECHO, request).await, message)
            })
        })
        .collect();
    for call in calls {
        let (response, message) = stage.driver.wait(call).unwrap();
        assert_eq!(response.unwrap().into_inner(), message);
    }
    assert_eq!(stage.count() - before, 300);
}
