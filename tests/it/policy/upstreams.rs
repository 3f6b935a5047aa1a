//! Routes may lead to services of their own.

use crate::support::{Keystone, Scene, Sidecar, Upstream};

use super::assert_refused;

#[test]
fn each_route_reaches_its_own_service_and_no_other() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let images = Upstream::start();
    let yaml = format!(
        "upstreams: {{images: \"{}\"}}\nroutes:\n\
         - {{path: /images/**, allow: authenticated, upstream: images}}\n\
         - {{path: /denied, check: '!', upstream: images}}\n\
         - {{path: /**, allow: authenticated}}\n",
        images.url()
    );
    let sidecar = Sidecar::before(&upstream, &keystone).and(&yaml).start();
    let scene = Scene { sidecar, keystone, upstream };
    let token = scene.token();
    for path in ["/images/1", "/images", "/%69mages/2"] {
        assert_eq!(scene.sidecar.get_as(&token, path).status, 200);
    }
    assert_eq!(scene.sidecar.get_as(&token, "/other").status, 200);
    assert_refused(&scene.sidecar.get_as(&token, "/denied"), 403);
    let targets = |upstream: &Upstream| {
        upstream.requests().iter().map(|seen| seen.target().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(targets(&images), ["/images/1", "/images", "/images/2"]);
    assert_eq!(targets(&scene.upstream), ["/other"]);
    let answered = |name: &str| {
        scene.sidecar.metric(&format!(
            "portcullis_upstream_requests_total{{outcome=\"answered\",upstream=\"{name}\"}}"
        ))
    };
    assert_eq!((answered("images"), answered("default")), (3.0, 1.0));
}

#[test]
fn a_service_that_is_gone_takes_no_other_with_it() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let gone = Upstream::start().url();
    let yaml = format!(
        "upstreams: {{gone: \"{gone}\"}}\nroutes:\n\
         - {{path: /gone, allow: authenticated, upstream: gone}}\n\
         - {{path: /**, allow: authenticated}}\n"
    );
    let sidecar = Sidecar::before(&upstream, &keystone).and(&yaml).start();
    let scene = Scene { sidecar, keystone, upstream };
    assert_refused(&scene.sidecar.get_as(&scene.token(), "/gone"), 502);
    scene.assert_serves();
}
