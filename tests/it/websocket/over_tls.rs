//! Tunnels of clients that come by TLS: what was encrypted and could not be sent at once is sent as
//! soon as the client takes it, though the service says nothing more.

use std::sync::{Mutex, mpsc};
use std::time::Duration;

use crate::support::{Certificate, Client, Scene};

use super::frames;
use super::stage::{ROUTES, accept, ask};

/// What the kernel holds of an unread connection is not known: somewhere among these lengths the
/// end of what the service says lies with us, encrypted.
const STEP: usize = 32 * 1024;
const MOST: usize = 640 * 1024;

/// How long a service may take to hear of a frame.
const PATIENCE: Duration = Duration::from_secs(1);

#[test]
fn the_end_of_what_the_service_says_arrives_however_late_the_client_reads() {
    let own = Certificate::for_loopback();
    let [file, key] = [own.ca_file(), own.key_file()].map(|path| path.display().to_string());
    let tls = format!("tls: {{certificate_file: '{file}', key_file: '{key}'}}\n");
    let scene = Scene::guarding(&format!("{tls}{ROUTES}"));
    let token = scene.token();
    for length in (STEP..=MOST).step_by(STEP) {
        let (tell, heard) = mpsc::channel();
        let tell = Mutex::new(tell);
        scene.upstream.answer(move |call| {
            accept(call)?;
            call.close();
            for _ in 0..length / STEP {
                let [.., high, low] = STEP.to_be_bytes();
                call.wire.send(&[&[0x82, 126, high, low][..], &vec![b'x'; STEP]].concat())?;
            }
            while let Ok(frame) = frames::read(call.wire) {
                let _ = tell.lock().unwrap().send(frame);
            }
            Ok(())
        });
        let stream = Client::narrow(scene.sidecar.public);
        let mut client = Client::secure_over(stream, &own.client(None), "localhost");
        assert_eq!(ask(&mut client, "/chat", &token, &[]).status, 101);
        // Twice the other way, so that the tunnel has had its turn and can do no more before anything
        // is read. A service that cannot even say it all hears nothing: more is of no use then.
        let all_said = (0..2).all(|_| {
            client.send(frames::from_client("here"));
            heard.recv_timeout(PATIENCE).is_ok()
        });
        for n in 0..length / STEP {
            let frame = frames::read(client.wire());
            let (_, content) = frame.unwrap_or_else(|e| panic!("{n} of {length}: {e}"));
            assert_eq!(content.len(), STEP);
        }
        if !all_said {
            break;
        }
    }
}
