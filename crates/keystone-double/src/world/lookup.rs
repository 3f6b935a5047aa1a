//! Finding things, and working out which roles somebody has somewhere.

use crate::world::{ApplicationCredential, Domain, Place, Project, Role, Trust, User, World};

impl World {
    /// The user with this id, or else the first one with this name.
    pub fn user(&self, name: &str) -> Option<&User> {
        let by_id = self.users.iter().find(|user| user.id == name);
        by_id.or_else(|| self.users.iter().find(|user| user.name == name))
    }

    /// The same, to be changed.
    pub fn user_mut(&mut self, name: &str) -> Option<&mut User> {
        let id = self.user(name)?.id.clone();
        self.users.iter_mut().find(|user| user.id == id)
    }

    /// The user of this name in the domain with this id.
    pub(crate) fn user_in(&self, domain_id: &str, name: &str) -> Option<&User> {
        self.users.iter().find(|user| user.domain == domain_id && user.name == name)
    }

    /// The project with this id, or else the first one with this name.
    pub fn project(&self, name: &str) -> Option<&Project> {
        let by_id = self.projects.iter().find(|project| project.id == name);
        by_id.or_else(|| self.projects.iter().find(|project| project.name == name))
    }

    /// The same, to be changed.
    pub fn project_mut(&mut self, name: &str) -> Option<&mut Project> {
        let id = self.project(name)?.id.clone();
        self.projects.iter_mut().find(|project| project.id == id)
    }

    /// The project of this name in the domain with this id.
    pub(crate) fn project_in(&self, domain_id: &str, name: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.domain == domain_id && project.name == name)
    }

    /// The domain with this id, or else the one with this name.
    pub fn domain(&self, name: &str) -> Option<&Domain> {
        let by_id = self.domains.iter().find(|domain| domain.id == name);
        by_id.or_else(|| self.domains.iter().find(|domain| domain.name == name))
    }

    /// The same, to be changed.
    pub fn domain_mut(&mut self, name: &str) -> Option<&mut Domain> {
        let id = self.domain(name)?.id.clone();
        self.domains.iter_mut().find(|domain| domain.id == id)
    }

    /// The application credential with this id, or else the first one with this name.
    pub fn application_credential(&self, name: &str) -> Option<&ApplicationCredential> {
        let all = &self.application_credentials;
        let by_id = all.iter().find(|credential| credential.id == name);
        by_id.or_else(|| all.iter().find(|credential| credential.name == name))
    }

    /// The trust with this id.
    pub fn trust(&self, id: &str) -> Option<&Trust> {
        self.trusts.iter().find(|trust| trust.id == id)
    }

    /// All roles of a user on a place, implied ones included, each once. Both are ids.
    pub(crate) fn roles_on(&self, user_id: &str, place: &Place) -> Vec<&Role> {
        let granted = self
            .users
            .iter()
            .filter(|user| user.id == user_id)
            .flat_map(|user| &user.grants)
            .filter(|grant| grant.place == *place)
            .flat_map(|grant| &grant.roles);
        self.implied_by(granted)
    }

    /// The named roles and everything they imply, each once.
    pub(crate) fn implied_by<'a>(&self, names: impl Iterator<Item = &'a String>) -> Vec<&Role> {
        let mut waiting: Vec<&str> = names.map(String::as_str).collect();
        waiting.reverse();
        let mut roles: Vec<&Role> = Vec::new();
        while let Some(name) = waiting.pop() {
            if roles.iter().any(|role| role.name == name) {
                continue;
            }
            if let Some(role) = self.roles.iter().find(|role| role.name == name) {
                roles.push(role);
                waiting.extend(role.implies.iter().map(String::as_str));
            }
        }
        roles
    }
}
