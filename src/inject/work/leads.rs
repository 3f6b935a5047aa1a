//! What leads to pods, once it is known which of them have a sidecar.

use serde_json::Value;

use crate::inject::kinds::{Kind, kind, objects, objects_mut, title};
use crate::inject::service::Led;
use crate::inject::value::Refusal;
use crate::inject::{network_policy, service, wish};

use super::{UNASKED, Work};

impl Work<'_> {
    /// Leads Services to the sidecars of the pods that they choose, and names what goes past.
    pub(super) fn services(&mut self, documents: &mut [Value]) {
        for object in documents.iter_mut().flat_map(objects_mut) {
            if kind(object) != Kind::Service {
                continue;
            }
            let name = title(object);
            let asked =
                wish::nothing_else(object, &wish::AT_SERVICES).and_then(|()| wish::asked(object));
            match &asked {
                Err(refusal) => {
                    self.refused.push((name, refusal.clone()));
                    continue;
                }
                Ok(Some(false)) => {
                    self.notes.push(format!("{name}: {UNASKED}"));
                    continue;
                }
                Ok(_) => {}
            }
            let asks = asked == Ok(Some(true));
            let selects = |led: &&Led| {
                service::selects(object, led) || asks && service::may_select(object, led)
            };
            let chosen: Vec<_> = self.led.iter().filter(selects).collect();
            let guarded = || chosen.iter().filter_map(|led| Some((led.app.as_ref()?, led.port)));
            let past = chosen.len() - guarded().count();
            let Some((_, port)) = guarded().next() else {
                if let Some(message) = self.passed_over(object, &chosen, asks) {
                    self.warnings.push(format!("{name}: {message}"));
                }
                continue;
            };
            if guarded().any(|(_, other)| other != port) {
                let message =
                    "leads to pods whose sidecars have different ports; give them the same";
                self.refused.push((name, Refusal(message.to_owned())));
                continue;
            }
            let is_app = |target: &Value| guarded().any(|(app, _)| app.is(target));
            let ports = service::lead(object, port, is_app);
            let mut warn = |message: &str| self.warnings.push(format!("{name}: {message}"));
            for remark in service::remarks(object, port) {
                warn(&remark);
            }
            if ports.is_empty() {
                continue;
            }
            if past > 0 {
                warn("also chooses pods without a sidecar, which it does not reach any more");
            }
            self.notes.push(format!("{name}: port {} leads to the sidecar", ports.join(", ")));
        }
    }

    /// What is said of a Service that leads to no sidecar, and may have been meant to.
    fn passed_over(&self, object: &Value, chosen: &[&Led], asks: bool) -> Option<&'static str> {
        let any = |could: fn(&Value, &Led) -> bool| {
            self.led.iter().any(|led| led.app.is_some() && could(object, led))
        };
        if !chosen.is_empty() {
            None
        } else if any(service::may_select) {
            Some(
                "chooses by labels that no pod has here; if those with a sidecar get them while they \
                 run, it leads past it: say portcullis/inject: \"true\" on it, or \"false\"",
            )
        } else if any(service::wants) {
            Some("chooses pods like those here, but in another namespace; left as it is")
        } else {
            asks.then_some("asks for a sidecar, and chooses no pods here that have one")
        }
    }

    /// Says which policies still speak of ports that nobody connects to.
    pub(super) fn network_policies(&mut self, documents: &mut [Value]) {
        let ours = self.policies.iter();
        for object in documents.iter().flat_map(objects).chain(ours) {
            if kind(object) != Kind::NetworkPolicy {
                continue;
            }
            for led in &self.led {
                let Some(app) = led.app.as_ref() else { continue };
                if network_policy::allows(object, led, app) {
                    self.warnings.push(format!(
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
}
