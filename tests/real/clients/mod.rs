//! Clients that everybody has, curl, nghttp and h2load, before services that everybody has.
//!
//! They agree with the proxy about lengths, pieces, trailers, windows, and the end of it all.

mod asides;
mod load;
mod services;
mod stage;
mod transfers;
mod witness;

use crate::suite::Suite;

use services::{Kind, Service};
use stage::{Stage, Way};

#[test]
fn curl_nghttp_and_h2load_get_what_they_ask_for() {
    let mut suite = Suite::start("clients");
    for kind in [Kind::Nginx, Kind::Nghttpd] {
        let service = Service::start(kind);
        for (what, play) in transfers::of(kind) {
            suite.scenario(&format!("{kind:?}: {what}"), |keystone| {
                play(&Stage::before(kind, &service, keystone), &service);
            });
        }
        suite.scenario(&format!("{kind:?}: none of many requests fails"), |keystone| {
            let stage = Stage::before(kind, &service, keystone);
            load::none_of_many_fails(&stage, Way::Http2);
            load::none_of_many_fails(&stage, Way::Http2OverTls);
        });
    }
    suite.scenario("who asks first is told", |k| asides::a_client_that_asks_first_is_told(k));
    suite.scenario("h2c is passed over", |k| asides::an_offer_of_h2c_is_passed_over(k));
    suite.scenario("trailers arrive", |k| asides::trailers_arrive(k));
    suite.scenario("stopping fails nobody", |k| load::stopping_fails_nobody(k));
    suite.end();
}
