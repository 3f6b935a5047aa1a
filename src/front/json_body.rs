//! A JSON body, read because rules ask for its members.
//!
//! The service will read the same bytes. What it could read in another way than we do (a member
//! that stands twice, another encoding, a body that is no JSON) is refused, not guessed at.

use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body::Body;
use http_body_util::BodyExt;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::policy::{BodyFacts, Said};

use super::reply::Refusal;

/// How long a body may take that has to be there before anything can be decided.
const PATIENCE: Duration = Duration::from_secs(30);

/// A body that was read.
pub(super) struct Read {
    /// As it came.
    pub(super) bytes: Bytes,
    /// What it says.
    pub(super) members: Value,
}

/// A body that tells rules nothing.
pub(super) struct Unfit<B> {
    /// What its sender is told where rules are enforced.
    pub(super) refusal: Refusal,
    /// What there is of it, for where they are only tried; `None` when it broke off.
    pub(super) left: Option<Left<B>>,
}

/// A body of which a part may have been read.
pub(super) struct Left<B> {
    /// What was read.
    pub(super) first: Bytes,
    /// What was not; `None` when all of it was read.
    pub(super) rest: Option<B>,
}

/// What a body that was read, or could not be, says to rules.
pub(super) fn said(read: Option<&Result<Value, Refusal>>) -> Said<'_> {
    match read {
        Some(Ok(members)) => Said::Members(members),
        Some(Err(_)) => Said::Unreadable,
        None => Said::Nothing,
    }
}

/// Reads `body`, within the limit and a time.
///
/// # Errors
/// 413 for one that is too long, 408 for one that does not come in time, 400 for one that is no
/// JSON object or array, or is marked as something else.
pub(super) async fn read<B>(
    headers: &HeaderMap,
    body: B,
    wanted: BodyFacts,
) -> Result<Read, Unfit<B>>
where
    B: Body<Data = Bytes> + Unpin,
{
    let left = |first, rest| Some(Left { first, rest });
    // Known from its length, where it states one.
    if body.size_hint().lower() > wanted.limit as u64 {
        return Err(Unfit { refusal: Refusal::BodyTooLarge, left: left(Bytes::new(), Some(body)) });
    }
    if !is_json(headers) {
        return Err(Unfit { refusal: Refusal::BodyNotJson, left: left(Bytes::new(), Some(body)) });
    }
    let (first, rest) = match timeout(PATIENCE, collect(body, wanted.limit)).await {
        Ok(Ok(read)) => read,
        Ok(Err(_)) => return Err(Unfit { refusal: Refusal::BadRequest, left: None }),
        Err(_) => return Err(Unfit { refusal: Refusal::Stalled, left: None }),
    };
    if rest.is_some() {
        return Err(Unfit { refusal: Refusal::BodyTooLarge, left: left(first, rest) });
    }
    match members(&first) {
        Some(members) => Ok(Read { bytes: first, members }),
        None => Err(Unfit { refusal: Refusal::BodyNotJson, left: left(first, None) }),
    }
}

/// All of a body, or what came of it until it was longer than `limit`, and the rest.
async fn collect<B>(mut body: B, limit: usize) -> Result<(Bytes, Option<B>), B::Error>
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut first = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // Trailers are dropped here as elsewhere.
        if let Ok(data) = frame?.into_data() {
            first.extend_from_slice(&data);
        }
        if first.len() > limit {
            return Ok((first.freeze(), Some(body)));
        }
    }
    Ok((first.freeze(), None))
}

/// One `Content-Type` that says JSON in UTF-8, and no `Content-Encoding`.
fn is_json(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(kind), None) = (kinds.next(), kinds.next()) else {
        return false;
    };
    let kind = kind.to_str().unwrap_or_default().to_ascii_lowercase();
    let mut parts = kind.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let json = name == "application/json"
        || name.strip_prefix("application/").is_some_and(|rest| rest.ends_with("+json"));
    // Parsers differ in what they take for a parameter of that name: `charset =`, `charset*=''`.
    let utf8 = parts.all(|part| {
        !part.contains("charset") || matches!(part, "charset=utf-8" | "charset=\"utf-8\"")
    });
    json && utf8 && !headers.contains_key(header::CONTENT_ENCODING)
}

fn members(bytes: &[u8]) -> Option<Value> {
    let Once(value) = serde_json::from_slice(bytes).ok()?;
    Some(value)
}

/// A value in which no object has a member twice.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OnceVisitor).map(Self)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without a member that stands twice")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Once(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((name, Once(value))) = members.next_entry::<String, Once>()? {
            if map.insert(name, value).is_some() {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(map.into())
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_that_could_be_read_in_two_ways_is_not_read() {
        assert_eq!(members(br#"{"a": [1, {"b": null}]}"#), Some(json!({"a": [1, {"b": null}]})));
        for odd in [
            &br#"{"a": 1, "a": 2}"#[..],
            br#"{"x": {"a": 1, "\u0061": 2}}"#,
            br#"{"a": 1} {"a": 2}"#,
            b"a=1",
            b"\xef\xbb\xbf{}",
            b"{\"a\": \"\xff\"}",
            b"",
        ] {
            assert_eq!(members(odd), None, "{}", String::from_utf8_lossy(odd));
        }
    }

    #[test]
    fn only_what_says_that_it_is_json_is() {
        let says = |lines: &[(&'static str, &'static str)]| {
            let lines = lines
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
            is_json(&lines.collect())
        };
        let kind = "content-type";
        assert!(says(&[(kind, "application/json")]));
        assert!(says(&[(kind, "Application/JSON; charset=UTF-8")]));
        assert!(says(&[(kind, "application/openstack-images-v2.1-json-patch+json")]));
        assert!(!says(&[]));
        assert!(!says(&[(kind, "text/plain")]));
        assert!(!says(&[(kind, "application/json"), (kind, "text/plain")]));
        assert!(says(&[(kind, "application/json; version=1;charset=\"utf-8\"")]));
        for parameters in [
            "charset=utf-16",
            "charset = utf-7",
            "charset =utf-7",
            "CHARSET\t=utf-7",
            "charset*=''utf-7",
            "charset*0=utf; charset*1=-7",
            "charset=utf-8; charset=utf-7",
            "a=\";charset=utf-7\"",
        ] {
            let value = format!("application/json; {parameters}").leak();
            assert!(!says(&[(kind, value)]), "{value}");
        }
        assert!(!says(&[(kind, "application/json"), ("content-encoding", "gzip")]));
    }
}
