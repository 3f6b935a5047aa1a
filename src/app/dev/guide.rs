//! What the trial prints: where everything is, who exists, and lines to paste.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _, stdout};

use keystone_double::{Double, Place, Project, Scope, User, World};

use crate::app::Addresses;

/// What there is to say.
pub(super) struct Guide {
    pub(super) addresses: Addresses,
    pub(super) upstream: String,
    pub(super) auth_url: String,
    pub(super) double: Double,
    /// Whether the users are the sample's, whose passwords are known.
    pub(super) sample: bool,
}

impl Guide {
    /// Prints it, in colour on a terminal.
    pub(super) fn print(&self) -> anyhow::Result<()> {
        let text = self.text(&Ink { on: stdout().is_terminal() })?;
        stdout().write_all(text.as_bytes())?;
        Ok(())
    }

    fn text(&self, ink: &Ink) -> Result<String, std::fmt::Error> {
        let mut out = String::new();
        let proxy = format!("http://{}", self.addresses.public);
        writeln!(out, "\n{}\n", ink.bold("A trial of Portcullis, on this machine only"))?;
        writeln!(out, "  proxy      {}", ink.bold(&proxy))?;
        writeln!(out, "  identity   {}", self.auth_url)?;
        writeln!(out, "  service    {}", self.upstream)?;
        if let Some(address) = self.addresses.telemetry {
            writeln!(out, "  metrics    http://{address}/metrics")?;
        }
        if let Some(address) = self.addresses.admin {
            writeln!(out, "  admin      http://{address}/")?;
        }
        self.users(&mut out, ink)?;
        self.lines(&mut out, ink, &proxy)?;
        Ok(out)
    }

    fn users(&self, out: &mut String, ink: &Ink) -> std::fmt::Result {
        writeln!(out, "\n{}\n", ink.bold("Users"))?;
        let world = self.double.world();
        for user in &world.users {
            let grants: Vec<_> = user
                .grants
                .iter()
                .map(|grant| {
                    format!("{} on {}", grant.roles.join(", "), place(&world, &grant.place))
                })
                .collect();
            writeln!(out, "  {:<12} {}", user.name, grants.join("; "))?;
        }
        if self.sample {
            writeln!(out, "\n  A user's password is the name followed by pw.")?;
        }
        Ok(())
    }

    fn lines(&self, out: &mut String, ink: &Ink, proxy: &str) -> std::fmt::Result {
        writeln!(out, "\n{}", ink.bold("Try"))?;
        let mut line = |why: &str, what: &str| {
            writeln!(out, "\n  {}\n  {what}", ink.faint(&format!("# {why}")))
        };
        line("without a token: 401", &format!("curl -i {proxy}/"))?;
        let world = self.double.world();
        let scoped = world.users.iter().filter_map(|user| Some((user, project(&world, user)?)));
        for (at, (user, project)) in scoped.clone().take(2).enumerate() {
            let token = self.double.issue(&user.id, Scope::project(&project.id)).token();
            let project = &project.name;
            let what =
                format!("curl -s -H 'X-Auth-Token: {token}' -H 'X-Roles: king' {proxy}/hello");
            let why = if at == 0 {
                format!("{} on {project}: 200; the service sees who it is, and no king", user.name)
            } else {
                format!("{} on {project}", user.name)
            };
            line(&why, &what)?;
        }
        if self.sample
            && let Some((user, project)) = scoped.clone().next()
        {
            line("log in as a client would, and use the token", &self.login(user, project, proxy))?;
        }
        writeln!(out, "\n  {}\n", ink.faint("Ctrl-C ends it."))
    }

    fn login(&self, user: &User, project: &Project, proxy: &str) -> String {
        let (id, name, project) = (&user.id, &user.name, &project.id);
        let auth = format!(
            r#"{{"auth":{{"identity":{{"methods":["password"],"password":{{"user":{{"id":"{id}","password":"{name}pw"}}}}}},"scope":{{"project":{{"id":"{project}"}}}}}}}}"#
        );
        format!(
            "TOKEN=$(curl -si {}/auth/tokens -H 'Content-Type: application/json' -d '{auth}' \
             | sed -n 's/^x-subject-token: *//Ip' | tr -d '\\r')\n  \
             curl -s -H \"X-Auth-Token: $TOKEN\" {proxy}/hello",
            self.auth_url
        )
    }
}

/// A project that `user` may be scoped to.
fn project<'a>(world: &'a World, user: &User) -> Option<&'a Project> {
    user.grants.iter().find_map(|grant| match &grant.place {
        Place::Project(name) => world.project(name),
        Place::Domain(_) | Place::System => None,
    })
}

fn place(world: &World, place: &Place) -> String {
    match place {
        Place::Domain(name) => {
            let domain = world.domain(name).map_or(name, |domain| &domain.name);
            format!("the domain {domain}")
        }
        Place::Project(name) => world.project(name).map_or(name, |project| &project.name).clone(),
        Place::System => "the system".into(),
    }
}

/// Terminal colours, where there is a terminal.
struct Ink {
    on: bool,
}

impl Ink {
    fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    fn faint(&self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
