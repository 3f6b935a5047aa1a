//! How to reach Keystone and how to ask it.

use super::account;
use super::peer::{certificate, expect, trust, warn_of_insecure};
use super::reader::Reader;
use crate::config::account::{ACCOUNT, Account};
use crate::dial::{Endpoint, Security, Trust};
use crate::keystone::{Base, CatalogueEndpoint, Mode, Settings};

/// The identity service; `None` when something that it needs is missing or wrong.
pub(super) fn settings(reader: &mut Reader<'_>, source: Account) -> Option<Settings> {
    let security = Security {
        trust: trust(reader, "keystone.ca_file", "keystone.insecure"),
        certificate: certificate(reader, "keystone.cert_file", "keystone.key_file"),
    };
    let connect_timeout = reader.duration("keystone.connect_timeout");
    let timeout = reader.duration("keystone.timeout");
    let retries = u32::try_from(reader.integer("keystone.retries")).unwrap_or(u32::MAX);
    let base = base(reader, security.clone(), source);
    let mode = mode(reader, source);
    let endpoint = endpoint(reader, mode.as_ref());
    let access_rules = reader.text("auth.service_type").is_some();
    let extras = super::auth::extras(reader);
    Some(Settings {
        base: base?,
        security,
        mode: mode?,
        endpoint,
        access_rules,
        extras,
        connect_timeout,
        timeout,
        retries,
    })
}

/// The address that clients are told; it must be one that they can use.
pub(super) fn public_uri(reader: &mut Reader<'_>) -> Option<String> {
    let own = "keystone.www_authenticate_uri";
    let uri = reader.text(own)?;
    if !reader.was_written(own) {
        // It follows from the address that we use ourselves.
        if uri.starts_with("unix:") {
            let message = "is no address for clients; say in keystone.www_authenticate_uri where \
                           they find Keystone";
            reader.refuse_value("keystone.auth_url", message);
        }
        return Some(uri);
    }
    match Endpoint::parse(&uri, Trust::System) {
        Err(error) => reader.refuse_value(own, &format!(": {error}")),
        Ok(_) if uri.starts_with("unix:") => {
            reader.refuse_value(own, "is no address for clients; write http:// or https://");
        }
        // It stands between quotes in a header.
        Ok(_) if uri.contains(['"', '\\']) => {
            reader.refuse_value(own, "holds a character that cannot stand in WWW-Authenticate");
        }
        Ok(_) => {}
    }
    Some(uri)
}

fn base(reader: &mut Reader<'_>, security: Security, source: Account) -> Option<Base> {
    let server_name = reader.text(SERVER_NAME);
    let Some(url) = reader.text("keystone.auth_url") else {
        if source == Account::Settled {
            reader.require("keystone.auth_url");
        }
        return None;
    };
    let mut base = Base::parse(&url, security)
        .map_err(|error| reader.refuse_value("keystone.auth_url", &format!(": {error}")))
        .ok()?;
    expect(reader, SERVER_NAME, server_name.as_deref(), &mut base.endpoint);
    warn_of_insecure(reader, "keystone.insecure", &base.endpoint, "Keystone");
    if base.endpoint.tls.is_none() && !base.endpoint.address.is_local() {
        reader.warnings.push(format!(
            "keystone.auth_url is plain http: anybody on the network path to {} can read tokens \
             and declare any of them valid; use https",
            base.endpoint.address
        ));
    }
    Some(base)
}

const SERVER_NAME: &str = "keystone.server_name";

fn mode(reader: &mut Reader<'_>, source: Account) -> Option<Mode> {
    // They were followed to the account that they name before anything was resolved.
    reader.text("keystone.cloud");
    reader.text("keystone.clouds_file");
    if reader.text("keystone.mode").as_deref() == Some("service") {
        let credentials = account::credentials(reader, source)?;
        return Some(Mode::Service(Box::new(credentials)));
    }
    reader.pass_over(&ACCOUNT);
    Some(Mode::SelfValidation)
}

/// Where in our own account's catalogue tokens are asked about, if the operator wants that.
fn endpoint(reader: &mut Reader<'_>, mode: Option<&Mode>) -> Option<CatalogueEndpoint> {
    let keys = ["keystone.interface", "keystone.region_name"];
    let interface = reader.text(keys[0]);
    let region = reader.text(keys[1]);
    let written = keys.into_iter().find(|key| reader.was_written(key))?;
    if matches!(mode, Some(Mode::SelfValidation)) {
        let message = "self mode has no account, and so no catalogue; remove this or give an \
                       account";
        reader.refuse(written, message);
    }
    // keystonemiddleware's default.
    let interface = interface.unwrap_or_else(|| "internal".to_owned());
    Some(CatalogueEndpoint { interface, region })
}
