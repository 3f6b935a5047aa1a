//! What a token says besides the headers, for services that read it from the environment when
//! they ran behind keystonemiddleware: the value of `X-Portcullis-Token-Info`.
//!
//! Members keep Keystone's names where it has short ones, and a fact that the token does not hold
//! has no member.

use serde::{Deserialize, Serialize};

use super::ascii::{Style, to_ascii};
use super::catalogue::Unusable;

#[derive(Deserialize)]
struct Envelope {
    token: Token,
}

#[derive(Deserialize)]
struct Token {
    application_credential: Option<ApplicationCredential>,
    audit_ids: Option<Vec<String>>,
    expires_at: Option<String>,
    is_domain: Option<bool>,
    issued_at: Option<String>,
    methods: Option<Vec<String>>,
    #[serde(rename = "OS-OAUTH1")]
    oauth1: Option<Oauth1>,
    #[serde(rename = "OS-TRUST:trust")]
    trust: Option<Trust>,
    user: User,
}

#[derive(Deserialize)]
struct User {
    #[serde(rename = "OS-FEDERATION")]
    federation: Option<Federation>,
    password_expires_at: Option<String>,
}

#[derive(Deserialize)]
struct Federation {
    groups: Option<Vec<Reference>>,
    identity_provider: Option<Reference>,
    protocol: Option<Reference>,
}

#[derive(Deserialize)]
struct Trust {
    id: String,
    impersonation: Option<bool>,
    trustor_user: Option<Reference>,
    trustee_user: Option<Reference>,
}

#[derive(Deserialize)]
struct Reference {
    id: String,
}

#[derive(Deserialize, Serialize)]
struct ApplicationCredential {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restricted: Option<bool>,
}

#[derive(Deserialize, Serialize)]
struct Oauth1 {
    access_token_id: String,
    consumer_id: String,
}

#[derive(Serialize)]
struct Info {
    #[serde(skip_serializing_if = "Option::is_none")]
    application_credential: Option<ApplicationCredential>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audit_ids: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    federation: Option<FederationInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_domain: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    methods: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth1: Option<Oauth1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trust: Option<TrustInfo>,
}

/// Ids alone: where Keystone wraps one in an object of its own, we do not.
#[derive(Serialize)]
struct FederationInfo {
    groups: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<String>,
}

#[derive(Serialize)]
struct TrustInfo {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    impersonation: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trustee_user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trustor_user_id: Option<String>,
}

/// The facts of a validation in one JSON object.
pub(in crate::keystone) fn info(body: &[u8]) -> Result<String, Unusable> {
    let Envelope { token } = serde_json::from_slice(body).map_err(|_| Unusable)?;
    let id = |reference: Reference| reference.id;
    let info = Info {
        application_credential: token.application_credential,
        audit_ids: token.audit_ids,
        expires_at: token.expires_at,
        federation: token.user.federation.map(|federation| FederationInfo {
            groups: federation.groups.unwrap_or_default().into_iter().map(id).collect(),
            identity_provider: federation.identity_provider.map(id),
            protocol: federation.protocol.map(id),
        }),
        is_domain: token.is_domain,
        issued_at: token.issued_at,
        methods: token.methods,
        oauth1: token.oauth1,
        password_expires_at: token.user.password_expires_at,
        trust: token.trust.map(|trust| TrustInfo {
            id: trust.id,
            impersonation: trust.impersonation,
            trustee_user_id: trust.trustee_user.map(id),
            trustor_user_id: trust.trustor_user.map(id),
        }),
    };
    to_ascii(&info, Style::Compact).ok_or(Unusable)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_the_token_says_is_told() {
        let plain = json!({"token": {"user": {"password_expires_at": null}, "methods": ["token"]}});
        assert_eq!(info(plain.to_string().as_bytes()).unwrap(), r#"{"methods":["token"]}"#);
        assert_eq!(info(br#"{"token": {"user": {}, "methods": 1}}"#), Err(Unusable));
    }

    #[test]
    fn every_fact_has_its_member() {
        let body = json!({"token": {
            "application_credential": {"id": "ac", "name": "ci ☂", "restricted": true,
                "access_rules": []},
            "audit_ids": ["own"], "expires_at": "E", "issued_at": "I", "is_domain": false,
            "methods": ["mapped"], "OS-OAUTH1": {"access_token_id": "at", "consumer_id": "co"},
            "OS-TRUST:trust": {"id": "t", "impersonation": true,
                "trustor_user": {"id": "or"}, "trustee_user": {"id": "ee"}},
            "user": {"password_expires_at": "P", "OS-FEDERATION": {
                "groups": [{"id": "g1"}, {"id": "g2"}],
                "identity_provider": {"id": "idp"}, "protocol": {"id": "mapped"}}},
        }});
        assert_eq!(
            info(body.to_string().as_bytes()).unwrap(),
            concat!(
                r#"{"application_credential":{"id":"ac","name":"ci \u2602","restricted":true},"#,
                r#""audit_ids":["own"],"expires_at":"E","#,
                r#""federation":{"groups":["g1","g2"],"identity_provider":"idp","#,
                r#""protocol":"mapped"},"is_domain":false,"issued_at":"I","methods":["mapped"],"#,
                r#""oauth1":{"access_token_id":"at","consumer_id":"co"},"#,
                r#""password_expires_at":"P","#,
                r#""trust":{"id":"t","impersonation":true,"trustee_user_id":"ee","#,
                r#""trustor_user_id":"or"}}"#,
            )
        );
    }
}
