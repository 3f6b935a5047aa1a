//! Catalogues of every shape, in the form of Keystone's v2 API.

use serde_json::json;

use super::Body::Token;
use super::{Shape, endpoint, remove, shape};
use crate::parity::case::SAME;
use crate::parity::setting::Knob;

const TOLD: &[Knob] = &[Knob::Catalogue];

#[rustfmt::skip]
pub(super) const SHAPES: &[Shape] = &[
    shape("28", "one service with three interfaces", Token(|t| t["catalog"][0]["endpoints"].as_array_mut().unwrap().push(endpoint("e3", "admin", "One", "http://admin/v2.1"))), SAME, 200).under(TOLD),
    shape("29", "three regions", Token(|t| t["catalog"][0]["endpoints"] = json!([endpoint("1", "public", "A", "http://a"), endpoint("2", "public", "B", "http://b"), endpoint("3", "public", "C", "http://c"), endpoint("4", "admin", "A", "http://aa")])), SAME, 200).under(TOLD),
    shape("22", "no catalogue", Token(|t| remove(t, "/catalog")), SAME, 200).under(TOLD),
    shape("", "an empty catalogue", Token(|t| t["catalog"] = json!([])), SAME, 200).under(TOLD),
    shape("", "a service without endpoints", Token(|t| t["catalog"][0]["endpoints"] = json!([])), SAME, 200).under(TOLD),
    shape("", "a service without a name", Token(|t| remove(t, "/catalog/0/name")), SAME, 200).under(TOLD),
    shape("", "a service whose name is null", Token(|t| t["catalog"][0]["name"] = json!(null)), SAME, 200).under(TOLD),
    shape("", "a service whose endpoints are missing", Token(|t| remove(t, "/catalog/0/endpoints")), SAME, 200).under(TOLD),
    shape("", "a catalogue that is null", Token(|t| t["catalog"] = json!(null)), &["lenient"], 500).under(TOLD),
    shape("", "a service whose type is null", Token(|t| t["catalog"][0]["type"] = json!(null)), &["odd-catalogue"], 200).under(TOLD),
    shape("", "an endpoint whose interface is null", Token(|t| t["catalog"][0]["endpoints"][0]["interface"] = json!(null)), &["odd-catalogue"], 500).under(TOLD),
    shape("", "a service without a type", Token(|t| remove(t, "/catalog/0/type")), &["odd-catalogue"], 500).under(TOLD),
    shape("", "an endpoint without an interface", Token(|t| remove(t, "/catalog/0/endpoints/0/interface")), &["odd-catalogue"], 500).under(TOLD),
    shape("", "an endpoint without an address", Token(|t| remove(t, "/catalog/0/endpoints/0/url")), &["odd-catalogue"], 500).under(TOLD),
    shape("", "an endpoint whose address is null", Token(|t| t["catalog"][0]["endpoints"][0]["url"] = json!(null)), SAME, 200).under(TOLD),
    shape("", "an endpoint without a region", Token(|t| { remove(t, "/catalog/0/endpoints/0/region"); remove(t, "/catalog/0/endpoints/0/region_id"); }), SAME, 200).under(TOLD),
    shape("", "an endpoint with a region's id only", Token(|t| remove(t, "/catalog/0/endpoints/0/region")), SAME, 200).under(TOLD),
    shape("", "an endpoint whose region is null", Token(|t| t["catalog"][0]["endpoints"][0]["region"] = json!(null)), SAME, 200).under(TOLD),
    shape("", "an endpoint whose region is empty", Token(|t| t["catalog"][0]["endpoints"][0]["region"] = json!("")), SAME, 200).under(TOLD),
    shape("", "one interface twice", Token(|t| t["catalog"][0]["endpoints"][1]["interface"] = json!("public")), SAME, 200).under(TOLD),
    shape("", "an interface in capitals", Token(|t| t["catalog"][0]["endpoints"][0]["interface"] = json!("PUBLIC")), SAME, 200).under(TOLD),
    shape("", "a service's name beyond ASCII", Token(|t| t["catalog"][0]["name"] = json!("növa 😀")), SAME, 200).under(TOLD),
    shape("", "quotation marks and controls in a service's name", Token(|t| t["catalog"][0]["name"] = json!("\"a\"\\/\t\u{7f}\u{1}")), SAME, 200).under(TOLD),
    shape("", "a long catalogue", Token(|t| t["catalog"] = (0..80).map(|n| json!({"type": format!("type-{n}"), "name": "service", "endpoints": [endpoint("e", "public", "One", "http://some.where.example/v1")]})).collect()), &["catalogue-size"], 200).under(TOLD),
];
