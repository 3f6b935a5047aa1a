//! Users, projects and domains, given by id or by name.

use super::reader::Reader;
use crate::keystone::{DomainReference, Reference};

/// Something was missing or too much, and the operator has been told.
pub(super) struct Complained;

/// The keys that name one thing.
pub(super) struct Keys {
    id: &'static str,
    name: &'static str,
    domain_id: &'static str,
    domain_name: &'static str,
}

/// The account's user.
pub(super) const USER: Keys = Keys {
    id: "keystone.user_id",
    name: "keystone.username",
    domain_id: "keystone.user_domain_id",
    domain_name: "keystone.user_domain_name",
};

/// The account's project.
pub(super) const PROJECT: Keys = Keys {
    id: "keystone.project_id",
    name: "keystone.project_name",
    domain_id: "keystone.project_domain_id",
    domain_name: "keystone.project_domain_name",
};

/// The user or project that `keys` name, if any do.
pub(super) fn reference(
    reader: &mut Reader<'_>,
    keys: &Keys,
) -> Result<Option<Reference>, Complained> {
    let id = reader.text(keys.id);
    let name = reader.text(keys.name);
    let domain = domain(reader, keys.domain_id, keys.domain_name)?;
    let domain_key = match domain {
        Some(DomainReference::Id(_)) => keys.domain_id,
        Some(DomainReference::Name(_)) | None => keys.domain_name,
    };
    let (key, message) = match (id, name, domain) {
        (None, None, None) => return Ok(None),
        (Some(id), None, None) => return Ok(Some(Reference::Id(id))),
        (None, Some(name), Some(domain)) => return Ok(Some(Reference::Name { name, domain })),
        (Some(_), Some(_), _) => (keys.name, format!("{} says it all; remove this", keys.id)),
        (Some(_), None, Some(_)) => {
            (domain_key, format!("{} needs no domain; remove this", keys.id))
        }
        (None, None, Some(_)) => {
            let name = reader.spelled_like(domain_key, keys.name);
            (domain_key, format!("is the domain of nothing; set {name} or remove this"))
        }
        (None, Some(_), None) => {
            let domain = reader.spelled_like(keys.name, keys.domain_name);
            let id = reader.spelled_like(keys.name, keys.id);
            (
                keys.name,
                format!("a name is unique in its domain only; set {domain}, or {id} instead"),
            )
        }
    };
    reader.refuse(key, &message);
    Err(Complained)
}

/// The domain that two keys name, if one does.
pub(super) fn domain(
    reader: &mut Reader<'_>,
    id: &'static str,
    name: &'static str,
) -> Result<Option<DomainReference>, Complained> {
    match (reader.text(id), reader.text(name)) {
        (None, None) => Ok(None),
        (Some(id), None) => Ok(Some(DomainReference::Id(id))),
        (None, Some(name)) => Ok(Some(DomainReference::Name(name))),
        (Some(_), Some(_)) => {
            reader.refuse(name, &format!("{id} says it all; remove this"));
            Err(Complained)
        }
    }
}
