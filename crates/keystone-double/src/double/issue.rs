//! Making tokens without a login.

use std::time::Duration;

use crate::double::{Double, refuse};
use crate::state::Mint;
use crate::world::Place;

/// What a token is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Nothing but asking for another token.
    Unscoped,
    /// A place.
    On(Place),
}

impl Scope {
    /// A project, by name or id.
    pub fn project(name: impl Into<String>) -> Self {
        Self::On(Place::project(name))
    }

    /// A domain, by name or id.
    pub fn domain(name: impl Into<String>) -> Self {
        Self::On(Place::domain(name))
    }

    /// The whole cloud.
    pub fn system() -> Self {
        Self::On(Place::System)
    }
}

impl Double {
    /// Starts making a token for a user, by name or id, without asking for a password or counting
    /// a login. Nothing is checked but that the names exist: a token for a place where the user
    /// has no role is made, and does not validate.
    pub fn issue(&self, user: &str, scope: Scope) -> Issue<'_> {
        let place = match scope {
            Scope::Unscoped => None,
            Scope::On(place) => Some(place),
        };
        Issue {
            double: self,
            mint: Mint {
                user: user.to_owned(),
                place,
                lifetime: None,
                length: None,
                methods: Vec::new(),
                application_credential: None,
                trust: None,
                parent: None,
                assumed_by: None,
                roles: None,
            },
        }
    }
}

/// A token in the making.
#[must_use = "there is no token before `token` is called"]
pub struct Issue<'a> {
    double: &'a Double,
    mint: Mint,
}

impl Issue<'_> {
    /// How long it lives, counted from the start of the current second; the profile's lifetime
    /// unless told.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.mint.lifetime = Some(lifetime);
        self
    }

    /// The number of its characters; the profile's unless told.
    pub fn length(mut self, characters: usize) -> Self {
        self.mint.length = Some(characters);
        self
    }

    /// The login methods it names.
    pub fn methods<const N: usize>(mut self, methods: [&str; N]) -> Self {
        self.mint.methods = methods.map(String::from).to_vec();
        self
    }

    /// Exactly these roles whatever was granted, known to the world or not.
    pub fn roles<I: IntoIterator<Item: Into<String>>>(mut self, roles: I) -> Self {
        self.mint.roles = Some(roles.into_iter().map(Into::into).collect());
        self
    }

    /// Obtained with this application credential, by name or id, and scoped to its project.
    pub fn application_credential(mut self, name: &str) -> Self {
        self.mint.application_credential = Some(name.to_owned());
        self
    }

    /// Obtained through this trust, by id: its project, its roles, and with impersonation its
    /// trustor as the user.
    pub fn trust(mut self, id: &str) -> Self {
        self.mint.trust = Some(id.to_owned());
        self
    }

    /// Rescoped from this token: revoked with it, and over when it is.
    pub fn parent(mut self, token: &str) -> Self {
        self.mint.parent = Some(token.to_owned());
        self
    }

    /// Of an agency, assumed by this user.
    pub fn assumed_by(mut self, user: &str) -> Self {
        self.mint.assumed_by = Some(user.to_owned());
        self
    }

    /// Makes the token.
    ///
    /// # Panics
    ///
    /// When a name stands for nothing in the double's world: the test is wrong.
    #[track_caller]
    pub fn token(self) -> String {
        let minted = self.double.state().mint(&self.mint);
        match minted {
            Ok(token) => token,
            Err(missing) => refuse(&missing),
        }
    }
}
