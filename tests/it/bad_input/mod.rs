//! Bad input, from the client and from Keystone: each kind gets exactly the answer it deserves,
//! costs as many questions as it must, never reaches the service, and leaves the process well.

mod clients;
mod ids;
mod keystones;

use crate::support::Response;

const UNAUTHORIZED: &str = "The request you have made requires authentication.";
const UNAVAILABLE: &str = "The Keystone service is temporarily unavailable.";

/// OpenStack's error shape, and the headers that go with the status.
#[track_caller]
fn assert_refusal(response: &Response, status: u16, message: &str) {
    assert_eq!(response.status, status, "{response:?}");
    let error = &response.json()["error"];
    assert_eq!(error["code"], status);
    assert_eq!(error["message"], message);
    assert!(error["title"].is_string());
    assert_eq!(response.header("content-type"), Some("application/json"));
    let challenge = response.header("www-authenticate");
    assert_eq!(challenge.is_some(), status == 401, "{challenge:?}");
    if let Some(challenge) = challenge {
        assert!(challenge.starts_with("Keystone uri=\"http://127.0.0.1:"), "{challenge}");
    }
}
