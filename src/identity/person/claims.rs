//! The claims that a token warrants, as their fields have them.

use crate::identity::headers::Claim;

use super::draft::{Draft, ScopeDraft};
use super::text::{Span, Text};

/// Writes every claim that `draft` warrants. One that the token does not make is not there: an
/// absent fact is an absent field, because most servers tell an empty field from a missing one.
pub(super) fn render(draft: &Draft, text: &mut Text) -> Box<[(Claim, Span)]> {
    Claim::ALL
        .into_iter()
        .filter_map(|claim| Some((claim, value_of(draft, claim, text)?)))
        .collect()
}

fn value_of(draft: &Draft, claim: Claim, text: &mut Text) -> Option<Span> {
    let project = match &draft.scope {
        ScopeDraft::Project(project) => Some(project),
        ScopeDraft::Domain { .. } | ScopeDraft::System | ScopeDraft::Unscoped => None,
    };
    let domain = match &draft.scope {
        ScopeDraft::Domain { id, name } => Some((id, name)),
        ScopeDraft::Project(_) | ScopeDraft::System | ScopeDraft::Unscoped => None,
    };
    let user_domain = draft.user.domain.as_ref();
    let project_domain = project.and_then(|project| project.domain.as_ref());
    let span = match claim {
        Claim::DomainId => text.keep(domain?.0),
        Claim::DomainName => text.keep_name(domain?.1),
        Claim::IsAdminProject => text.keep(if draft.is_admin_project { "True" } else { "False" }),
        Claim::ProjectDomainId => text.keep(&project_domain?.0),
        Claim::ProjectDomainName => text.keep_name(&project_domain?.1),
        Claim::ProjectId => text.keep(&project?.id),
        Claim::ProjectName => text.keep_name(&project?.name),
        Claim::Roles => text.keep_roles(&draft.roles),
        Claim::ServiceCatalog => text.append(draft.catalogue.as_ref()?),
        Claim::Status => text.keep("Confirmed"),
        Claim::SystemScope => {
            matches!(draft.scope, ScopeDraft::System).then(|| text.keep("all"))?
        }
        Claim::TokenInfo => text.append(draft.token_info.as_ref()?),
        Claim::UserDomainId => text.keep(&user_domain?.0),
        Claim::UserDomainName => text.keep_name(&user_domain?.1),
        Claim::UserId => text.keep(&draft.user.id),
        Claim::UserName => text.keep_name(&draft.user.name),
    };
    Some(span)
}
