//! Under which names an identity is told: a claim has a field for each of the two parties that a
//! request can have, and for the user perhaps an older one.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::headers::{Claim, Class, TABLE};

/// A set of field names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Those of the service that calls on the user's behalf.
    Service,
    /// Those of the user.
    User,
    /// Those of the user, and the older ones.
    UserAndDeprecated,
}

impl Names {
    /// The fields that make `claim`; none where these names have no word for it.
    pub(super) fn of(self, claim: Claim) -> &'static [HeaderName] {
        let [service, user, both] = &*FIELDS;
        let fields = match self {
            Self::Service => service,
            Self::User => user,
            Self::UserAndDeprecated => both,
        };
        fields.get(claim as usize).map_or(&[], Vec::as_slice)
    }

    fn takes(self, class: Class, claim: Claim) -> bool {
        match self {
            Self::Service => class == Class::Service(claim),
            Self::User => class == Class::User(claim),
            Self::UserAndDeprecated => {
                class == Class::User(claim) || class == Class::Deprecated(claim)
            }
        }
    }
}

/// Says that nobody vouches for that party.
pub fn mark_invalid(names: Names, headers: &mut HeaderMap) {
    for name in names.of(Claim::Status) {
        headers.insert(name, HeaderValue::from_static("Invalid"));
    }
}

/// The fields that make each claim, in the order of [`Claim::ALL`].
type Fields = Vec<Vec<HeaderName>>;

static FIELDS: LazyLock<[Fields; 3]> =
    LazyLock::new(|| [Names::Service, Names::User, Names::UserAndDeprecated].map(fields));

fn fields(names: Names) -> Fields {
    let of = |claim| {
        let rows = TABLE.iter().filter(move |row| names.takes(row.class, claim));
        rows.map(|row| row.name.clone()).collect()
    };
    Claim::ALL.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: Names, claim: Claim) -> Vec<&'static str> {
        names.of(claim).iter().map(HeaderName::as_str).collect()
    }

    #[test]
    fn every_claim_stands_where_its_number_says() {
        for (at, claim) in Claim::ALL.into_iter().enumerate() {
            assert_eq!(claim as usize, at, "{claim:?}");
            assert_ne!(names(Names::User, claim), [""; 0], "{claim:?} has no name");
        }
    }

    #[test]
    fn older_names_are_the_users_and_only_when_wanted() {
        assert_eq!(names(Names::User, Claim::Roles), ["x-roles"]);
        assert_eq!(names(Names::UserAndDeprecated, Claim::Roles), ["x-roles", "x-role"]);
        assert_eq!(names(Names::Service, Claim::Roles), ["x-service-roles"]);
    }

    #[test]
    fn what_is_said_of_the_user_alone_has_no_name_for_a_service() {
        for claim in
            [Claim::SystemScope, Claim::IsAdminProject, Claim::ServiceCatalog, Claim::TokenInfo]
        {
            assert_eq!(names(Names::Service, claim), [""; 0], "{claim:?}");
        }
    }
}
