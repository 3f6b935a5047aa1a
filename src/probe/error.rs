//! Why an application does not pass its probe.

use std::error::Error;
use std::time::Duration;

use http::StatusCode;

use crate::dial::DialError;

use super::health::Malformed;

/// The application is not well, or nobody knows.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unwell {
    /// The connection broke before there was an answer.
    #[error("the application gives no answer that can be read")]
    Broken(#[source] hyper::Error),
    /// It took too long.
    #[error("the application does not answer within {limit:?}")]
    Deadline { limit: Duration },
    /// No connection came about.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// Its answer is none of gRPC's.
    #[error("the application's answer is not gRPC's")]
    NotGrpc(#[source] Malformed),
    /// It does not serve, by its own word.
    #[error("the application says {0}")]
    NotServing(&'static str),
    /// gRPC's call failed.
    #[error("the application answers with the gRPC status {0}")]
    Refused(String),
    /// HTTP's answer is an error.
    #[error("the application answers {}", .0.as_u16())]
    Status(StatusCode),
}

/// An error and its causes, in one line. None of them holds anything of a header.
pub(super) fn told(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let text = deeper.to_string();
        // Some errors repeat their source.
        if !line.ends_with(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        cause = deeper.source();
    }
    line.replace(['\r', '\n'], " ")
}
