//! Manifests in a text: all objects seen together, so that Services can be led to the pods that they
//! choose.

use std::fmt;

use serde_json::Value;

use super::kinds::{Kind, kind, objects, objects_mut, title, without_gaps};
use super::ports::{self, AppPort, of_application};
use super::service::Led;
use super::settings::Settings;
use super::value::{Refusal, at, at_mut, text};
use super::{network_policy, pod, record, service, wish};
use crate::manifest::{Stream, Unreadable};

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Put sidecars in.
    In,
    /// Take them out.
    Out,
}

/// What became of a text.
#[derive(Debug)]
pub struct Rewritten {
    /// The text, the same as before where nothing had to be changed.
    pub text: String,
    /// What was done and what to look at, a line each.
    pub notes: Vec<String>,
    /// Names of the objects that are not as they were, new ones and those that went included.
    pub changed: Vec<String>,
}

/// Why nothing became of a text.
#[derive(Debug)]
pub enum Failure {
    /// It cannot be read, or not be changed in place.
    Unreadable(Unreadable),
    /// Objects that cannot be changed as they should; all of them, with their names.
    Refused(Vec<(String, Refusal)>),
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(formatter),
            Self::Refused(refusals) => {
                let lines = refusals.iter().map(|(object, why)| format!("{object}: {why}"));
                formatter.write_str(&lines.collect::<Vec<_>>().join("\n"))
            }
        }
    }
}

impl std::error::Error for Failure {}

/// Puts sidecars into the workloads of a text, or takes them out. Everything else stays as it is
/// written, and doing it again changes nothing.
///
/// # Errors
/// The whole text fails with any object in it: half a change could leave a door open.
pub fn rewrite(
    text: &str,
    direction: Direction,
    settings: &Settings,
) -> Result<Rewritten, Failure> {
    let mut stream = Stream::read(text).map_err(Failure::Unreadable)?;
    let before = stream.values();
    let mut after = before.clone();
    let mut work = Work {
        settings,
        led: Vec::new(),
        policies: Vec::new(),
        notes: Vec::new(),
        refused: Vec::new(),
    };
    for object in after.iter_mut().flat_map(objects_mut) {
        restore(object);
    }
    after.iter_mut().for_each(without_gaps);
    if direction == Direction::In {
        work.workloads(&mut after);
        work.services(&mut after);
        work.network_policies(&mut after);
    } else {
        work.taken_out(&before);
    }
    if !work.refused.is_empty() {
        return Err(Failure::Refused(work.refused));
    }
    let policies = in_their_places(work.policies, &before, &mut after);
    // From the end, because a document that goes counts those behind it anew.
    for (index, wanted) in after.iter().enumerate().rev() {
        let name = before.get(index).map(title).unwrap_or_default();
        let turned = if wanted.is_null() && before.get(index).is_some_and(|now| !now.is_null()) {
            stream.empty(index)
        } else {
            stream.turn(index, wanted)
        };
        turned.map_err(|error| Failure::Refused(vec![(name, Refusal(error.to_string()))]))?;
    }
    stream.read_again().map_err(Failure::Unreadable)?;
    for policy in &policies {
        stream.append(policy).map_err(Failure::Unreadable)?;
    }
    let changed = changed(&before, &after, &policies);
    Ok(Rewritten { text: stream.text().to_owned(), notes: work.notes, changed })
}

/// Puts policies where they stood before, so that they stay as they are written, and hands back those
/// that are new.
fn in_their_places(policies: Vec<Value>, before: &[Value], after: &mut [Value]) -> Vec<Value> {
    let mut new = Vec::new();
    for policy in policies {
        let mut places = before.iter().zip(after.iter_mut());
        let place = places.find(|(old, gone)| gone.is_null() && title(old) == title(&policy));
        match place {
            Some((_, place)) => *place = policy,
            None => new.push(policy),
        }
    }
    new
}

/// Names of what differs.
fn changed(before: &[Value], after: &[Value], new: &[Value]) -> Vec<String> {
    let differ = before.iter().zip(after).flat_map(|(before, after)| {
        let after = objects(after);
        let titles: Vec<_> = after.iter().map(|object| title(object)).collect();
        let mut after = after.into_iter();
        objects(before).into_iter().filter(move |before| {
            let gone = is_our_policy(before) && !titles.contains(&title(before));
            gone || after.next() != Some(before)
        })
    });
    differ.map(title).chain(new.iter().map(title)).collect()
}

/// Whether an object is a policy that we wrote.
fn is_our_policy(object: &Value) -> bool {
    kind(object) == Kind::NetworkPolicy && record::read(object).is_some()
}

/// Makes of an object what it was before we came.
fn restore(object: &mut Value) {
    match kind(object) {
        Kind::Workload(place) => {
            if let Some(pod) = at_mut(object, place) {
                pod::restore(pod);
            }
        }
        Kind::Service => service::restore(object),
        // One that we wrote ourselves goes altogether.
        Kind::NetworkPolicy if is_our_policy(object) => *object = Value::Null,
        Kind::NetworkPolicy | Kind::Other => {}
    }
}

struct Work<'a> {
    settings: &'a Settings,
    led: Vec<Led>,
    policies: Vec<Value>,
    notes: Vec<String>,
    refused: Vec<(String, Refusal)>,
}

impl Work<'_> {
    fn workloads(&mut self, documents: &mut [Value]) {
        let all: Vec<Value> = documents.iter().flat_map(objects).cloned().collect();
        let services: Vec<_> = all.iter().filter(|object| kind(object) == Kind::Service).collect();
        for object in documents.iter_mut().flat_map(objects_mut) {
            let Kind::Workload(place) = kind(object) else { continue };
            let name = title(object);
            match self.workload(object, place, &services) {
                Ok(None) => {}
                Ok(Some(note)) => self.notes.push(format!("{name}: {note}")),
                Err(refusal) => self.refused.push((name, refusal)),
            }
        }
        if self.led.iter().all(|led| led.app.is_none()) && self.notes.is_empty() {
            self.notes.push("no pods are described here, so nothing was changed".to_owned());
        }
    }

    /// Puts the sidecar into one workload, and says what was done.
    fn workload(
        &mut self,
        object: &mut Value,
        place: &[&str],
        services: &[&Value],
    ) -> Result<Option<String>, Refusal> {
        let namespace = text(object, &["metadata", "namespace"]).map(str::to_owned);
        // Said at the workload or at its pod; the pod is nearer.
        let outer = wish::asked(object)?;
        let whole = object.clone();
        let Some(pod) = at_mut(object, place) else { return Ok(None) };
        let labels = at(pod, &["metadata", "labels"]).cloned().unwrap_or_default();
        let asked = wish::asked(pod)?.or(outer);
        let wanted = asked.unwrap_or(!self.settings.annotated_only);
        let mut led = Led { namespace, labels, app: None, port: self.settings.port };
        if !wanted || pod::has_foreign(pod) {
            self.led.push(led);
            return Ok(Some(
                if wanted {
                    "has a container portcullis that was not put in by this command; left as it is"
                } else {
                    "is not to have a sidecar; left as it is"
                }
                .to_owned(),
            ));
        }
        let wish = wish::of(pod, self.settings)?;
        let chosen = services
            .iter()
            .filter(|service| service::selects(service, led.namespace.as_deref(), &led.labels));
        let targets: Vec<_> = chosen.flat_map(|service| service::targets(service)).collect();
        let spec = pod.get("spec").unwrap_or(&Value::Null);
        if asked.is_none() && targets.is_empty() && is_task(spec) {
            self.led.push(led);
            return Ok(Some("ends with its work and has no port; left as it is".to_owned()));
        }
        let app = of_application(spec, &wish, &targets)?;
        let guard = app.as_ref().filter(|_| wish.network_policy);
        let guard = guard.map(|app| network_policy::guard(&whole, pod, app, &wish)).transpose()?;
        pod::inject(pod, app.as_ref(), &wish)?;
        self.policies.extend(guard);
        let note = describe(pod, app.as_ref(), &wish);
        (led.app, led.port) = (app, wish.port);
        self.led.push(led);
        Ok(Some(note))
    }

    fn services(&mut self, documents: &mut [Value]) {
        for object in documents.iter_mut().flat_map(objects_mut) {
            if kind(object) != Kind::Service {
                continue;
            }
            let name = title(object);
            let chosen: Vec<_> = self
                .led
                .iter()
                .filter(|led| service::selects(object, led.namespace.as_deref(), &led.labels))
                .collect();
            let guarded = || chosen.iter().filter_map(|led| Some((led.app.as_ref()?, led.port)));
            let past = chosen.len() - guarded().count();
            let Some((_, port)) = guarded().next() else { continue };
            if guarded().any(|(_, other)| other != port) {
                let message =
                    "leads to pods whose sidecars have different ports; give them the same";
                self.refused.push((name, Refusal(message.to_owned())));
                continue;
            }
            let is_app = |target: &Value| guarded().any(|(app, _)| app.is(target));
            let ports = service::lead(object, port, is_app);
            if ports.is_empty() {
                continue;
            }
            self.notes.push(format!("{name}: port {} leads to the sidecar", ports.join(", ")));
            if past > 0 {
                let message =
                    "also chooses pods without a sidecar, which it does not reach any more";
                self.notes.push(format!("{name}: {message}"));
            }
            if service::is_headless(object) {
                let message = "is headless: who connects to its pods by their addresses must take the \
                               sidecar's port";
                self.notes.push(format!("{name}: {message}"));
            }
        }
    }

    /// Says which policies still speak of ports that nobody connects to.
    fn network_policies(&mut self, documents: &mut [Value]) {
        for object in documents.iter().flat_map(objects) {
            if kind(object) != Kind::NetworkPolicy {
                continue;
            }
            for led in &self.led {
                let Some(app) = led.app.as_ref() else { continue };
                if network_policy::allows(object, &led.labels, app) {
                    self.notes.push(format!(
                        "{}: allows port {}, which lets clients past the sidecar; allow the sidecar's port \
                         {} instead",
                        title(object),
                        app.number,
                        led.port
                    ));
                }
            }
        }
    }

    fn taken_out(&mut self, before: &[Value]) {
        for object in before.iter().flat_map(objects) {
            let place = match kind(object) {
                Kind::Workload(place) => place,
                Kind::Service | Kind::NetworkPolicy => &[],
                Kind::Other => continue,
            };
            let noted = at(object, place).is_some_and(|inner| record::read(inner).is_some());
            if noted {
                self.notes.push(format!("{}: as it was before", title(object)));
            } else if at(object, place).is_some_and(pod::has_foreign) {
                let message =
                    "has a container portcullis that was not put in by this command; left as it is";
                self.notes.push(format!("{}: {message}", title(object)));
            }
        }
    }
}

/// Whether a pod ends by itself and offers nothing, as migrations and tests of a release do.
fn is_task(spec: &Value) -> bool {
    let ends = text(spec, &["restartPolicy"]).is_some_and(|policy| policy != "Always");
    ends && ports::all(spec).is_empty()
}

fn describe(pod: &Value, app: Option<&AppPort>, wish: &Settings) -> String {
    let before = match (&wish.upstream, app) {
        (Some(upstream), _) => upstream.clone(),
        (None, Some(app)) => format!("port {}", app.number),
        (None, None) => "nothing".to_owned(),
    };
    let probes = record::read(pod).and_then(|note| {
        Some(
            note.get("probes")?
                .as_object()?
                .values()
                .filter_map(|probes| Some(probes.as_object()?.len()))
                .sum(),
        )
    });
    let probes: usize = probes.unwrap_or(0);
    format!("sidecar at port {} before {before}; probes led through it: {probes}", wish.port)
}
