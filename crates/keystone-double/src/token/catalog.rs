//! The service catalogue, as a token's scope shows it.

use serde_json::{Value, json};

use crate::token::Page;
use crate::world::{Place, Service, World, derived_id};

/// The service catalogue as a token for `place` sees it.
pub(crate) fn catalog(world: &World, place: &Place, page: Page<'_>) -> Value {
    let identity_url = format!("{}/v3", page.base);
    let project = match place {
        Place::Project(id) => Some(id.as_str()),
        Place::Domain(_) | Place::System => None,
    };
    let regions = std::iter::once(String::new())
        .chain((1..=page.profile.extra_regions).map(|number| format!("-{number}")))
        .collect::<Vec<_>>();
    let endpoints = |service: &Service| -> Value {
        let pairs =
            regions.iter().flat_map(|suffix| service.endpoints.iter().map(move |e| (suffix, e)));
        pairs
            .filter(|(_, endpoint)| project.is_some() || !endpoint.url.contains(TENANT))
            .map(|(suffix, endpoint)| {
                let region = format!("{}{suffix}", endpoint.region);
                let url = endpoint.url.replace(TENANT, project.unwrap_or_default());
                json!({
                    "id": derived_id(&["endpoint", &service.name, &region, &endpoint.interface]),
                    "interface": endpoint.interface,
                    "region_id": region,
                    "region": region,
                    "url": url.replace("$(identity_url)s", &identity_url),
                })
            })
            .collect()
    };
    world
        .catalog
        .iter()
        .map(|service| {
            json!({
                "endpoints": endpoints(service),
                "id": derived_id(&["service", &service.kind, &service.name]),
                "type": service.kind,
                "name": service.name,
            })
        })
        .collect()
}

const TENANT: &str = "%(tenant_id)s";
