//! One pass over all objects of a text: workloads first, then the Services that lead to them.

mod leads;

use serde_json::Value;

use super::kinds::{Kind, kind, objects, objects_mut, title};
use super::ports::{self, AppPort, of_application};
use super::service::Led;
use super::settings::Settings;
use super::value::{Refusal, at, at_mut, text};
use super::{kinds, network_policy, pod, record, service, unled, unread, wish};

/// What is known when all objects have been seen.
pub(super) struct Work<'a> {
    settings: &'a Settings,
    led: Vec<Led>,
    /// Policies that are to be there.
    pub(super) policies: Vec<Value>,
    /// What was done.
    pub(super) notes: Vec<String>,
    /// What to look at.
    pub(super) warnings: Vec<String>,
    /// Objects that cannot be changed as they should.
    pub(super) refused: Vec<(String, Refusal)>,
}

impl<'a> Work<'a> {
    /// Nothing done yet.
    pub(super) fn new(settings: &'a Settings) -> Self {
        Self {
            settings,
            led: Vec::new(),
            policies: Vec::new(),
            notes: Vec::new(),
            warnings: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Puts sidecars into objects that have none, and leads others to them.
    pub(super) fn put_in(&mut self, documents: &mut [Value]) {
        self.workloads(documents);
        self.services(documents);
        self.network_policies(documents);
    }

    /// Says which of them had one, and what could not be taken back.
    pub(super) fn taken_out(&mut self, before: &[Value], after: &[Value]) {
        let after = after.iter().flat_map(objects);
        for (object, after) in before.iter().flat_map(objects).zip(after) {
            let place = match kind(object) {
                Kind::Workload(place) => place,
                Kind::Service | Kind::NetworkPolicy => &[],
                Kind::Other => continue,
            };
            let noted = at(object, place).is_some_and(|inner| record::read(inner).is_some());
            if noted {
                let left = match kind(object) {
                    Kind::Service => unled::left(object, after),
                    _ => at(after, place)
                        .and_then(|pod| pod.get("spec"))
                        .map_or_else(Vec::new, |spec| pod::astray(spec, None)),
                };
                let what = match kind(object) {
                    Kind::NetworkPolicy => "taken away",
                    _ if left.is_empty() => "as it was before",
                    _ => "without the sidecar",
                };
                self.notes.push(format!("{}: {what}", title(object)));
                self.warnings.extend(left.iter().map(|left| format!("{}: {left}", title(object))));
            } else if at(object, place).is_some_and(pod::has_foreign) {
                self.warnings.push(format!("{}: {FOREIGN}", title(object)));
            }
        }
    }

    fn workloads(&mut self, documents: &mut [Value]) {
        for object in documents.iter().flat_map(objects) {
            if let Err(refusal) = unread::check(object) {
                self.refused.push((title(object), refusal));
            } else if !self.settings.annotated_only && unread::has_containers(object) {
                let message = "has containers where none are looked for; left as it is";
                self.warnings.push(format!("{}: {message}", title(object)));
            }
        }
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
        if self.led.is_empty() {
            self.warnings.push("no pods are described here, so nothing was changed".to_owned());
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
        let name = title(object);
        let whole = object.clone();
        if !place.is_empty() {
            wish::nothing_else(object, &wish::AT_WORKLOADS)?;
        }
        let Some(pod) = at_mut(object, place) else { return Ok(None) };
        let labels = at(pod, &["metadata", "labels"]).cloned().unwrap_or_default();
        let asked = wish::asked(pod)?.or(outer);
        let wanted = asked.unwrap_or(!self.settings.annotated_only);
        let workload = text(&whole, &["metadata", "name"]).unwrap_or_default().to_owned();
        let mut led = Led { workload, namespace, labels, app: None, port: self.settings.port };
        if !wanted {
            self.led.push(led);
            return Ok(Some(UNASKED.to_owned()));
        }
        if pod::has_foreign(pod) {
            if asked == Some(true) {
                return Err(pod::foreign());
            }
            self.led.push(led);
            self.warnings.push(format!("{name}: {FOREIGN}"));
            return Ok(None);
        }
        kinds::makes_its_own(&whole)?;
        let wish = wish::of(pod, self.settings)?;
        let chosen = services.iter().filter(|service| service::selects(service, &led));
        let targets: Vec<_> = chosen.flat_map(|service| service::targets(service)).collect();
        let spec = pod.get("spec").unwrap_or(&Value::Null);
        let told = asked.is_some() || wish.app_port.is_some() || wish.upstream.is_some();
        if !told && targets.is_empty() && is_task(spec) {
            self.led.push(led);
            return Ok(Some("ends with its work and has no port; left as it is".to_owned()));
        }
        let app = of_application(spec, &wish, &targets)?;
        let guard = app.as_ref().filter(|_| wish.network_policy);
        let guard = guard.map(|app| network_policy::guard(&whole, pod, app, &wish)).transpose()?;
        if let Some(guard) = &guard
            && self.policies.iter().any(|other| title(other) == title(guard))
        {
            return Err(Refusal(format!(
                "another workload's {} has the same name; give one of the workloads another",
                title(guard)
            )));
        }
        let remarks = pod::inject(pod, app.as_ref(), &wish)?;
        self.warnings.extend(remarks.iter().map(|remark| format!("{name}: {remark}")));
        self.policies.extend(guard);
        let note = describe(pod, app.as_ref(), &wish);
        (led.app, led.port) = (app, wish.port);
        self.led.push(led);
        Ok(Some(note))
    }
}

/// What is said of whoever says no.
const UNASKED: &str = "is not to have a sidecar; left as it is";

/// What is said of a sidecar that is not ours.
const FOREIGN: &str =
    "has a container portcullis that was not put in by this command; left as it is";

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
