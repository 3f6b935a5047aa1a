//! What an administrator, or the passage of time, does to users, projects and tokens.
//!
//! Every name is a name or an id. All of these panic, as `Issue::token` does, when a name stands
//! for nothing.

use jiff::Timestamp;

use crate::double::{Double, refuse};
use crate::state::{NoSuch, State};
use crate::world::{Grant, Place, Secret, World};

impl Double {
    /// Revokes a token and those made from it, and lists that as `DELETE /v3/auth/tokens` does.
    #[track_caller]
    pub fn revoke(&self, token: &str) {
        self.at(token, "token", |state| {
            state.tokens.find(token)?;
            state.revoke(token, true);
            Some(())
        });
    }

    /// Ends a token's life a second ago.
    #[track_caller]
    pub fn expire(&self, token: &str) {
        self.at(token, "token", |state| {
            let now = state.clock.now().as_second();
            let ended = Timestamp::from_second(now.saturating_sub(1)).ok()?;
            state.tokens.find_mut(token)?.expires_at = ended;
            Some(())
        });
    }

    /// Disables a user: its tokens are over for good, and the revocation list says so.
    #[track_caller]
    pub fn disable_user(&self, name: &str) {
        self.at(name, "user", |state| {
            let user = state.world.user_mut(name)?;
            user.enabled = false;
            let id = user.id.clone();
            state.revoke_all_of(&id);
            Some(())
        });
    }

    /// Enables a user; the tokens of before stay dead.
    #[track_caller]
    pub fn enable_user(&self, name: &str) {
        self.at(name, "user", |state| {
            state.world.user_mut(name)?.enabled = true;
            Some(())
        });
    }

    /// Changes a password: the user's tokens are over, and the revocation list says so.
    #[track_caller]
    pub fn set_password(&self, user: &str, password: &str) {
        self.at(user, "user", |state| {
            let user = state.world.user_mut(user)?;
            user.password = Secret::from(password);
            let id = user.id.clone();
            state.revoke_all_of(&id);
            Some(())
        });
    }

    /// Disables a project; its tokens are no good until it is enabled. No list tells.
    #[track_caller]
    pub fn disable_project(&self, name: &str) {
        self.at(name, "project", |state| {
            state.world.project_mut(name)?.enabled = false;
            Some(())
        });
    }

    /// Enables a project, and with it its tokens.
    #[track_caller]
    pub fn enable_project(&self, name: &str) {
        self.at(name, "project", |state| {
            state.world.project_mut(name)?.enabled = true;
            Some(())
        });
    }

    /// Disables a domain; tokens of its users and projects are no good until it is enabled.
    #[track_caller]
    pub fn disable_domain(&self, name: &str) {
        self.at(name, "domain", |state| {
            state.world.domain_mut(name)?.enabled = false;
            Some(())
        });
    }

    /// Enables a domain.
    #[track_caller]
    pub fn enable_domain(&self, name: &str) {
        self.at(name, "domain", |state| {
            state.world.domain_mut(name)?.enabled = true;
            Some(())
        });
    }

    /// Gives a user a role in a project; live tokens show it at once.
    #[track_caller]
    pub fn grant_role(&self, user: &str, project: &str, role: &str) {
        let place = self.project_place(project);
        self.at(user, "user", |state| {
            let roles = vec![role.to_owned()];
            state.world.user_mut(user)?.grants.push(Grant { place, roles });
            state.world.complete();
            Some(())
        });
    }

    /// Takes a role in a project from a user. Live tokens lose it at once, and without any role
    /// they are no good until one is granted again. No list tells.
    #[track_caller]
    pub fn remove_role(&self, user: &str, project: &str, role: &str) {
        let place = self.project_place(project);
        self.at(user, "user", |state| {
            for grant in &mut state.world.user_mut(user)?.grants {
                if grant.place == place {
                    grant.roles.retain(|each| each != role);
                }
            }
            Some(())
        });
    }

    /// Renames a user; live tokens show the new name.
    #[track_caller]
    pub fn rename_user(&self, from: &str, to: &str) {
        self.at(from, "user", |state| {
            to.clone_into(&mut state.world.user_mut(from)?.name);
            Some(())
        });
    }

    /// Renames a project; live tokens show the new name.
    #[track_caller]
    pub fn rename_project(&self, from: &str, to: &str) {
        self.at(from, "project", |state| {
            to.clone_into(&mut state.world.project_mut(from)?.name);
            Some(())
        });
    }

    /// Deletes an application credential; its tokens are no good any more. No list tells.
    #[track_caller]
    pub fn delete_application_credential(&self, name: &str) {
        self.at(name, "application credential", |state| {
            let id = state.world.application_credential(name)?.id.clone();
            state.world.application_credentials.retain(|credential| credential.id != id);
            Some(())
        });
    }

    /// Changes anything else about the world. Live tokens show it at once.
    pub fn change(&self, change: impl FnOnce(&mut World)) {
        let mut state = self.state();
        change(&mut state.world);
        state.world.complete();
    }

    #[track_caller]
    fn project_place(&self, name: &str) -> Place {
        self.at(name, "project", |state| {
            Some(Place::Project(state.world.project(name)?.id.clone()))
        })
    }

    /// Does something to a named thing, which has to exist.
    #[track_caller]
    fn at<T>(
        &self,
        name: &str,
        kind: &'static str,
        act: impl FnOnce(&mut State) -> Option<T>,
    ) -> T {
        let done = act(&mut self.state());
        match done {
            Some(done) => done,
            None => refuse(&NoSuch {
                kind,
                // A token is a secret even in a failed test's output.
                name: if kind == "token" { String::new() } else { name.to_owned() },
            }),
        }
    }
}
