//! What does not fit together in a world.

use std::collections::HashSet;

use crate::world::{Place, World};

impl World {
    /// One sentence for each reference to nothing and each name that is there twice. Empty is
    /// good; a double takes any world all the same.
    pub fn problems(&self) -> Vec<String> {
        let mut world = self.clone();
        world.complete();
        let mut problems = Vec::new();
        world.check_duplicates(&mut problems);
        world.check_projects(&mut problems);
        world.check_users(&mut problems);
        world.check_delegations(&mut problems);
        problems
    }

    fn check_duplicates(&self, problems: &mut Vec<String>) {
        let domains = self.domains.iter().map(|d| ("domain", "", &d.name));
        let projects = self.projects.iter().map(|p| ("project", p.domain.as_str(), &p.name));
        let users = self.users.iter().map(|u| ("user", u.domain.as_str(), &u.name));
        let roles = self.roles.iter().map(|r| ("role", "", &r.name));
        let mut known = HashSet::new();
        for entry in domains.chain(projects).chain(users).chain(roles) {
            if !known.insert(entry) {
                problems.push(format!("{} {}: there are two of them", entry.0, entry.2));
            }
        }
    }

    fn check_projects(&self, problems: &mut Vec<String>) {
        for project in &self.projects {
            if self.domain(&project.domain).is_none() {
                problems.push(format!("project {}: no domain {}", project.name, project.domain));
            }
        }
        if let Some(name) = &self.admin_project
            && self.project(name).is_none()
        {
            problems.push(format!("admin project: no project {name}"));
        }
    }

    fn check_users(&self, problems: &mut Vec<String>) {
        for user in &self.users {
            if self.domain(&user.domain).is_none() {
                problems.push(format!("user {}: no domain {}", user.name, user.domain));
            }
            if let Some(project) = &user.default_project
                && self.project(project).is_none()
            {
                problems.push(format!("user {}: no project {project}", user.name));
            }
            for grant in &user.grants {
                let missing = match &grant.place {
                    Place::Project(id) if self.project(id).is_none() => format!("project {id}"),
                    Place::Domain(id) if self.domain(id).is_none() => format!("domain {id}"),
                    Place::Project(_) | Place::Domain(_) | Place::System => continue,
                };
                problems.push(format!("user {}: roles on no {missing}", user.name));
            }
        }
    }

    fn check_delegations(&self, problems: &mut Vec<String>) {
        let mut check = |what: &str, users: &[&String], project: &String| {
            for user in users {
                if self.user(user).is_none() {
                    problems.push(format!("{what}: no user {user}"));
                }
            }
            if self.project(project).is_none() {
                problems.push(format!("{what}: no project {project}"));
            }
        };
        for credential in &self.application_credentials {
            let what = format!("application credential {}", credential.name);
            check(&what, &[&credential.user], &credential.project);
        }
        for trust in &self.trusts {
            let what = format!("trust {}", trust.id);
            check(&what, &[&trust.trustor, &trust.trustee], &trust.project);
        }
    }
}
