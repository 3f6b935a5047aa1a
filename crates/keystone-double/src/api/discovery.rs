//! The documents that tell which API is where.

use serde_json::{Value, json};

use crate::api::{Ask, Reply};
use crate::state::State;

impl State {
    /// The list of versions, as the answer to a request that names none.
    pub(crate) fn versions(&self, ask: &Ask) -> Reply {
        let base = ask.base(&self.profile);
        let body = json!({"versions": {"values": [version(&base)]}});
        Reply::json(300, &body).with("Location", &format!("{base}/v3/"))
    }

    /// The one version there is.
    pub(crate) fn version(&self, ask: &Ask) -> Reply {
        Reply::json(200, &json!({"version": version(&ask.base(&self.profile))}))
    }
}

fn version(base: &str) -> Value {
    json!({
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": format!("{base}/v3/")}],
        "media-types": [{
            "base": "application/json",
            "type": "application/vnd.openstack.identity-v3+json",
        }],
    })
}
