//! The service catalogue: for the service behind us, for access rules, and for our own way to the
//! identity service.

use std::collections::HashMap;

use serde::Deserialize;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::ascii::{Style, to_ascii};

/// The catalogue is not what Keystone documents.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::keystone) struct Unusable;

#[derive(Deserialize)]
struct Envelope {
    token: Token,
}

#[derive(Deserialize)]
struct Token {
    catalog: Option<Vec<Service>>,
}

#[derive(Deserialize)]
struct Service {
    #[serde(rename = "type")]
    kind: String,
    /// `None` is a member that is not there; one that is null is told as null.
    #[serde(default, deserialize_with = "there")]
    name: Option<Value>,
    #[serde(default)]
    endpoints: Vec<Endpoint>,
}

#[derive(Deserialize)]
struct Endpoint {
    interface: String,
    region: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    url: Option<String>,
}

fn there<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

fn catalogue(body: &[u8]) -> Result<Option<Vec<Service>>, Unusable> {
    serde_json::from_slice::<Envelope>(body).map(|e| e.token.catalog).map_err(|_| Unusable)
}

/// The catalogue of a validation as the value of `X-Service-Catalog`: in the form of Keystone's v2
/// API, byte for byte as keystonemiddleware writes it. `None` when the token has none.
pub(in crate::keystone) fn v2(body: &[u8]) -> Result<Option<String>, Unusable> {
    let Some(services) = catalogue(body)? else {
        return Ok(None);
    };
    let services: Vec<V2<'_>> = services.iter().map(V2::from).collect();
    to_ascii(&services, Style::Python).map(Some).ok_or(Unusable)
}

/// The types of the services in the catalogue of a validation, if it has one.
pub(in crate::keystone) fn types(body: &[u8]) -> Option<Vec<String>> {
    Some(catalogue(body).ok()??.into_iter().map(|service| service.kind).collect())
}

/// The URL of the identity service in the catalogue of a login. What else stands there may be as
/// odd as it likes: it must not keep us from asking.
pub(in crate::keystone) fn identity_endpoint(
    body: &[u8],
    interface: &str,
    region: Option<&str>,
) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let text = |value: &'_ Value, name| Some(value.get(name)?.as_str()?.to_owned());
    let fits = |endpoint: &&Value| {
        text(endpoint, "interface").is_some_and(|known| known.eq_ignore_ascii_case(interface))
            && region.is_none_or(|region| text(endpoint, "region").as_deref() == Some(region))
    };
    let services = body.get("token")?.get("catalog")?.as_array()?;
    let of_identity =
        services.iter().filter(|service| text(service, "type").as_deref() == Some("identity"));
    let endpoints = of_identity.filter_map(|service| service.get("endpoints")?.as_array());
    text(endpoints.flatten().find(fits)?, "url")
}

/// A service in the v2 form.
struct V2<'a> {
    service: &'a Service,
    regions: Vec<Region<'a>>,
}

/// The endpoints of one region: the URL of each interface.
struct Region<'a> {
    name: Option<&'a str>,
    urls: Vec<(String, Option<&'a str>)>,
}

impl<'a> From<&'a Service> for V2<'a> {
    fn from(service: &'a Service) -> Self {
        let mut regions: Vec<Region<'a>> = Vec::new();
        // Where each is: looked up, because an answer may hold many thousands of either.
        let mut places: HashMap<Option<&str>, usize> = HashMap::new();
        let mut keys: HashMap<(usize, String), usize> = HashMap::new();
        for endpoint in &service.endpoints {
            let name = endpoint.region.as_deref();
            let at = *places.entry(name).or_insert_with(|| {
                regions.push(Region { name, urls: Vec::new() });
                regions.len() - 1
            });
            let Some(Region { urls, .. }) = regions.get_mut(at) else { continue };
            let key = format!("{}URL", endpoint.interface.to_lowercase());
            let url = endpoint.url.as_deref();
            let place = *keys.entry((at, key.clone())).or_insert_with(|| {
                urls.push((key, url));
                urls.len() - 1
            });
            // The last one counts, in the place of the first, as in a Python dictionary.
            if let Some((_, known)) = urls.get_mut(place) {
                *known = url;
            }
        }
        Self { service, regions }
    }
}

impl Serialize for V2<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("type", &self.service.kind)?;
        if let Some(name) = &self.service.name {
            map.serialize_entry("name", name)?;
        }
        map.serialize_entry("endpoints", &self.regions)?;
        map.end()
    }
}

impl Serialize for Region<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        if let Some(name) = self.name.filter(|name| !name.is_empty()) {
            map.serialize_entry("region", name)?;
        }
        for (key, url) in &self.urls {
            map.serialize_entry(key, url)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(catalog: &Value) -> Result<Option<String>, Unusable> {
        v2(json!({"token": {"catalog": catalog}}).to_string().as_bytes())
    }

    fn endpoint(interface: &str, region: &str, url: &str) -> Value {
        json!({"id": "e", "region_id": "r", "interface": interface, "region": region, "url": url})
    }

    #[test]
    fn the_form_is_v2s_to_the_byte() {
        let catalog = json!([
            {"id": "c", "type": "compute", "name": "nova", "endpoints": [
                endpoint("public", "R1", "http://n/v2.1"),
                endpoint("internal", "R1", "http://ni/v2.1"),
                endpoint("PUBLIC", "R2", "http://n2/v2.1"),
            ]},
            {"type": "image", "endpoints": []},
            {"type": "ключ", "name": null},
        ]);
        assert_eq!(
            of(&catalog).unwrap().unwrap(),
            r#"[{"type": "compute", "name": "nova", "endpoints": [{"region": "R1", "publicURL": "http://n/v2.1", "internalURL": "http://ni/v2.1"}, {"region": "R2", "publicURL": "http://n2/v2.1"}]}, {"type": "image", "endpoints": []}, {"type": "\u043a\u043b\u044e\u0447", "name": null, "endpoints": []}]"#
        );
        assert_eq!(of(&json!([])).unwrap().unwrap(), "[]");
        assert_eq!(v2(br#"{"token": {}}"#).unwrap(), None);
    }

    #[test]
    fn of_two_urls_for_one_interface_the_last_counts_and_a_region_may_be_missing() {
        let catalog = json!([{"type": "t", "endpoints": [
            {"interface": "public", "url": "a"},
            {"interface": "admin", "url": null, "region": null},
            {"interface": "public", "url": "b"},
            {"interface": "public", "url": "c", "region": ""},
        ]}]);
        assert_eq!(
            of(&catalog).unwrap().unwrap(),
            r#"[{"type": "t", "endpoints": [{"publicURL": "b", "adminURL": null}, {"publicURL": "c"}]}]"#
        );
    }

    #[test]
    fn very_many_regions_and_interfaces_are_told_in_their_order() {
        let numbers = 0..10_000;
        let regions = numbers.clone().map(|n| endpoint("public", &n.to_string(), "u"));
        let interfaces = numbers.map(|n| endpoint(&n.to_string(), "0", "u"));
        let endpoints: Vec<Value> = regions.chain(interfaces).collect();
        let text = of(&json!([{"type": "t", "endpoints": endpoints}])).unwrap().unwrap();
        let made: Value = serde_json::from_str(&text).unwrap();
        let made = made[0]["endpoints"].as_array().unwrap();
        assert_eq!((made.len(), made[0].as_object().unwrap().len()), (10_000, 10_002));
        assert_eq!((&made[9_999]["region"], &made[0]["9999URL"]), (&json!("9999"), &json!("u")));
    }

    #[test]
    fn what_has_no_type_interface_or_url_is_unusable() {
        for catalog in [
            json!([{"endpoints": []}]),
            json!([{"type": "t", "endpoints": [{"url": "a"}]}]),
            json!([{"type": "t", "endpoints": [{"interface": "public"}]}]),
            json!("catalogue"),
        ] {
            assert_eq!(of(&catalog), Err(Unusable), "{catalog}");
        }
    }

    #[test]
    fn the_identity_endpoint_is_found_by_interface_and_region() {
        let catalog = json!([
            {"type": "compute", "endpoints": [endpoint("internal", "R1", "no")]},
            {"endpoints": [{"odd": 1}]},
            {"type": "identity", "endpoints": [
                endpoint("public", "R1", "p1"), endpoint("internal", "R1", "i1"),
                endpoint("internal", "R2", "i2"),
            ]},
        ]);
        let body = json!({"token": {"catalog": catalog}}).to_string();
        let found = |interface, region| identity_endpoint(body.as_bytes(), interface, region);
        assert_eq!(found("internal", None).as_deref(), Some("i1"));
        assert_eq!(found("internal", Some("R2")).as_deref(), Some("i2"));
        assert_eq!(found("admin", None), None);
        assert_eq!(found("public", Some("R2")), None);
    }
}
