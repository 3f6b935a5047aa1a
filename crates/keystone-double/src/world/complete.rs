//! Filling in what a world's author left out.

use crate::world::{DEFAULT_DOMAIN_ID, DEFAULT_DOMAIN_NAME, Domain, Place, Role, World};

/// Names beside ids.
type Names = Vec<(String, String)>;

impl World {
    /// Adds the default domain, unlisted roles and missing ids, and turns every reference that
    /// can be resolved into an id. Doing it twice changes nothing.
    pub(crate) fn complete(&mut self) {
        self.name_domains();
        self.name_projects();
        self.name_roles();
        self.name_users();
        self.name_delegations();
    }

    fn name_domains(&mut self) {
        if !self.domains.iter().any(|d| d.name == DEFAULT_DOMAIN_NAME || d.id == DEFAULT_DOMAIN_ID)
        {
            self.domains.insert(0, Domain::new(DEFAULT_DOMAIN_NAME));
        }
        for domain in &mut self.domains {
            if domain.id.is_empty() && domain.name == DEFAULT_DOMAIN_NAME {
                DEFAULT_DOMAIN_ID.clone_into(&mut domain.id);
            }
            fill(&mut domain.id, &["domain", &domain.name]);
        }
    }

    fn name_projects(&mut self) {
        let domains = self.domain_names();
        for project in &mut self.projects {
            resolve(&domains, &mut project.domain);
            fill(&mut project.id, &["project", &project.domain, &project.name]);
        }
    }

    fn name_roles(&mut self) {
        let mut named: Vec<String> = Vec::new();
        named.extend(self.users.iter().flat_map(|u| &u.grants).flat_map(|g| g.roles.clone()));
        named.extend(self.application_credentials.iter().flat_map(|c| c.roles.clone()));
        named.extend(self.trusts.iter().flat_map(|t| t.roles.clone()));
        named.extend(self.roles.iter().flat_map(|r| r.implies.clone()));
        for name in named {
            if !self.roles.iter().any(|role| role.name == name) {
                self.roles.push(Role::new(name, []));
            }
        }
        for role in &mut self.roles {
            fill(&mut role.id, &["role", &role.name]);
        }
    }

    fn name_users(&mut self) {
        let domains = self.domain_names();
        let projects = self.project_names();
        for user in &mut self.users {
            resolve(&domains, &mut user.domain);
            fill(&mut user.id, &["user", &user.domain, &user.name]);
            if let Some(project) = &mut user.default_project {
                resolve(&projects, project);
            }
            for grant in &mut user.grants {
                match &mut grant.place {
                    Place::Project(project) => resolve(&projects, project),
                    Place::Domain(domain) => resolve(&domains, domain),
                    Place::System => {}
                }
            }
        }
        if let Some(project) = &mut self.admin_project {
            resolve(&projects, project);
        }
    }

    fn name_delegations(&mut self) {
        let projects = self.project_names();
        let users: Names = self.users.iter().map(|u| (u.id.clone(), u.name.clone())).collect();
        for credential in &mut self.application_credentials {
            resolve(&users, &mut credential.user);
            resolve(&projects, &mut credential.project);
            fill(&mut credential.id, &["credential", &credential.user, &credential.name]);
        }
        for trust in &mut self.trusts {
            resolve(&users, &mut trust.trustor);
            resolve(&users, &mut trust.trustee);
            resolve(&projects, &mut trust.project);
        }
    }

    fn domain_names(&self) -> Names {
        self.domains.iter().map(|d| (d.id.clone(), d.name.clone())).collect()
    }

    fn project_names(&self) -> Names {
        self.projects.iter().map(|p| (p.id.clone(), p.name.clone())).collect()
    }
}

/// Turns a name into the id it stands for; an id, or a reference to nothing, stays.
fn resolve(names: &Names, reference: &mut String) {
    if names.iter().any(|(id, _)| id == reference) {
        return;
    }
    if let Some((id, _)) = names.iter().find(|(_, name)| name == reference) {
        reference.clone_from(id);
    }
}

/// Gives an id to what has none.
fn fill(id: &mut String, parts: &[&str]) {
    if id.is_empty() {
        *id = derived_id(parts);
    }
}

/// Thirty-two hexadecimal digits that depend on nothing but `parts`, so that a laptop's ids stay
/// the same from one start to the next.
pub(crate) fn derived_id(parts: &[&str]) -> String {
    let digest = |seed: u64| {
        parts.iter().flat_map(|part| part.bytes().chain([0])).fold(seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME).rotate_left(5)
        })
    };
    format!("{:016x}{:016x}", digest(FNV_BASIS), digest(!FNV_BASIS))
}

const FNV_PRIME: u64 = 0x0100_0000_01b3;
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
