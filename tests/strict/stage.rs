//! The program between its two neighbours, each on threads of its own.

use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

use keystone_double::{Double, World};
use portcullis::app::{App, Side, Stop};
use portcullis::config::{self, Input, Loaded, Sources};
use portcullis::server::Place;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::people::{RESTRICTED, SERVICES, USERS, introduce};
use super::{Judge, Service, ask};

/// How the program is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// As it comes.
    Plain,
    /// The service decides about those whom nobody vouches for.
    Delayed,
    /// Routes, of which one is open to everybody.
    Routed,
}

/// A running program. Dropping it ends everything, and fails when the program did not end well.
pub struct Stage {
    /// Where clients go.
    pub address: SocketAddr,
    /// The guarded service.
    pub service: Service,
    stop: Stop,
    program: Option<JoinHandle<anyhow::Result<()>>>,
    _keystone: Keystone,
}

impl Stage {
    /// Sets it up and tells the service the truth about every token.
    pub fn set(setting: Setting) -> Self {
        let open = match setting {
            Setting::Plain => None,
            Setting::Delayed => Some(""),
            Setting::Routed => Some("/public/"),
        };
        let service = Service::start(Judge::new(open));
        let keystone = Keystone::start();
        let more = match setting {
            Setting::Plain => "",
            Setting::Delayed => "auth: {delay_decision: true, service_type: compute}\n",
            Setting::Routed => ROUTES,
        };
        let yaml = format!(
            "listen: 127.0.0.1:0\ntelemetry: {{listen: off}}\nadmin: {{listen: off}}\n\
             upstream: \"{}\"\nkeystone: {{auth_url: \"http://{}\"}}\n\
             log: {{access: off}}\nserver: {{workers: 2, drain_timeout: 5s, header_timeout: 3s}}\n\
             {more}",
            service.url(),
            keystone.address
        );
        let app = app(yaml);
        let Place::Tcp(address) = app.addresses().unwrap().public else { panic!("an address") };
        let stop = app.stop();
        let program = std::thread::spawn(move || app.run());
        let stage = Self { address, service, stop, program: Some(program), _keystone: keystone };
        stage.tell_the_truth(setting);
        stage
    }

    /// One honest request for each token, which the service believes. A service's is good as a user's;
    /// a user's is none of a service, for lack of the role.
    fn tell_the_truth(&self, setting: Setting) {
        let everybody = USERS.into_iter().chain(SERVICES);
        let users = everybody.map(|user| format!("GET /truth\nX-Auth-Token: {user}"));
        let services = SERVICES.map(|service| {
            format!("GET /truth\nX-Auth-Token: {}\r\nX-Service-Token: {service}", USERS[0])
        });
        // Without a type of its own, a service is nobody that a token could be restricted to.
        let restricted = (setting != Setting::Plain)
            .then(|| format!("GET /rules/truth\nX-Auth-Token: {RESTRICTED}"));
        for asked in users.chain(services).chain(restricted) {
            let (line, tokens) = asked.split_once('\n').unwrap();
            let request =
                format!("{line} HTTP/1.1\r\nHost: s\r\n{tokens}\r\nConnection: close\r\n\r\n");
            let exchange = ask(self.address, request.as_bytes());
            assert!(exchange.answers.starts_with(b"HTTP/1.1 200 "), "{asked}");
        }
        self.service.judge_from_now();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop.now();
        let ended = self.program.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            ended.unwrap().expect("the program does not panic").expect("the program ends well");
        }
    }
}

/// An identity service on a thread of its own, which ends when this is dropped.
struct Keystone {
    address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl Keystone {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let double = Double::new(World::sample());
        introduce(&double);
        let (stop, stopped) = oneshot::channel();
        std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = double.serve(listener) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, _stop: stop }
    }
}

fn app(yaml: String) -> App {
    let input = Input::Text { name: "portcullis.yaml".to_owned(), text: yaml };
    let sources = Sources { file: Some(input), ..Sources::default() };
    let Loaded { config, effective, .. } =
        config::load(&sources).unwrap_or_else(|errors| panic!("{errors}"));
    let side = Side { log: None, effective, again: None };
    App::bind(&config, side).unwrap_or_else(|error| panic!("{error:#}"))
}

const ROUTES: &str = r#"
auth: {service_type: compute}
policy:
  rules: {admin: "role:admin"}
routes:
- {path: /public/**, allow: public}
- {path: /admin/**, rule: admin}
- {path: "/v1/{project_id}/**", check: "project_id:%(project_id)s"}
- {path: /**, allow: authenticated}
"#;
