//! What Keystone said of a token, in parts.

use crate::identity::{Restriction, UnixTime};

/// What Keystone said, before it is packed into an [`Identity`](super::Identity).
#[derive(Clone, Debug)]
pub struct Draft {
    /// The user; under an impersonating trust, the trustor.
    pub user: Named,
    /// What the token is good for.
    pub scope: ScopeDraft,
    /// Role names in Keystone's order, duplicates kept.
    pub roles: Vec<String>,
    /// The token's own audit id, then its parent's. They name a token without being one.
    pub audit_ids: Vec<String>,
    /// When Keystone stops accepting the token.
    pub expires_at: UnixTime,
    /// `is_admin_project`; Keystone leaves it out unless an admin project is configured, and
    /// absent means true (keystonemiddleware, oslo.context).
    pub is_admin_project: bool,
    /// Through which trust, and with which application credential, the token was obtained.
    pub delegation: Delegation,
    /// What an application credential with access rules is restricted to.
    pub restriction: Option<Restriction>,
    /// The value of `X-Service-Catalog`, when the service is to have it.
    pub catalogue: Option<String>,
    /// The value of `X-Portcullis-Token-Info`, when the service is to have it.
    pub token_info: Option<String>,
}

/// On whose behalf a token acts, besides its user's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delegation {
    /// The trust's id.
    pub trust_id: Option<String>,
    /// The application credential's id.
    pub application_credential_id: Option<String>,
}

/// Something with an id, a name and perhaps a domain.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The id, unique in the cloud.
    pub id: String,
    /// The name, unique in the domain.
    pub name: String,
    /// The owning domain's id and name.
    pub domain: Option<(String, String)>,
}

/// The scope in a [`Draft`].
#[derive(Clone, Debug)]
pub enum ScopeDraft {
    /// A domain.
    Domain {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
    },
    /// A project, trusts and application credentials included.
    Project(Named),
    /// The whole deployment.
    System,
    /// No scope: the token proves who the user is and nothing else.
    Unscoped,
}

impl Named {
    fn ids(&self) -> [Option<&str>; 2] {
        [Some(self.id.as_str()), self.domain.as_ref().map(|(id, _)| id.as_str())]
    }
}

impl Draft {
    /// Every id in it.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        let scope = match &self.scope {
            ScopeDraft::Domain { id, .. } => [Some(id.as_str()), None],
            ScopeDraft::Project(project) => project.ids(),
            ScopeDraft::System | ScopeDraft::Unscoped => [None, None],
        };
        self.user.ids().into_iter().chain(scope).flatten()
    }
}
