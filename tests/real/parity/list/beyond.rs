//! What keystonemiddleware does where its own tests do not look.

use super::Place::{Compared, Elsewhere, Out};
use super::{Demand, demand};

#[rustfmt::skip]
pub(super) const BEYOND: &[Demand] = &[
    demand("N1", "", "a 401 to the byte, by HEAD and by GET", Compared),
    demand("N2", "", "an empty `X-Auth-Token` hides a good `X-Storage-Token`", Compared),
    demand("N3", "", "delayed, a client's own `OpenStack-System-Scope`", Compared),
    demand("N4", "", "a service token of the system's scope beside a project's user", Compared),
    demand("N5", "", "delayed, access rules and a junk service token", Compared),
    demand("N6", "", "access rules while no catalogue is wanted", Compared),
    demand("N7", "", "Keystone does not answer in time", Compared),
    demand("N8", "", "Keystone's certificate is not trusted", Compared),
    demand("N9", "", "a 200 with something that is no token", Compared),
    demand("N10", "", "a login that is 404", Compared),
    demand("N11", "", "two 401s about our own token, and an expired user token", Compared),
    demand("N12", "", "one 401 about our own token heals", Compared),
    demand("N13", "", "401 about our own token for ever is 503", Compared),
    demand("N14", "", "a hundred requests with one new token", Elsewhere("tests/it/cache.rs", "m11_a_thousand_clients_with_one_new_token_are_one_question")),
    demand("N15", "", "an expired token with a service token, and then without", Compared),
    demand("N16", "", "a cache time of zero", Elsewhere("tests/it/cache.rs", "a_ttl_of_zero_asks_for_every_request")),
    demand("N17", "", "two services with one memcached", Out("there is no memcached yet")),
    demand("N18", "", "identity with underscores", Compared),
    demand("N19", "", "`Connection` names identity", Compared),
    demand("N20", "", "two tokens", Compared),
    demand("N21", "", "a name with a line break", Compared),
    demand("N22", "", "names beyond ASCII", Compared),
    demand("N23", "", "a role with a comma, and a role twice", Compared),
    demand("N24", "", "a token without roles", Compared),
    demand("N25", "", "the service's own 401 with its own challenge", Compared),
    demand("N26", "", "Keystone redirects to another place", Compared),
    demand("N27", "", "a rule with `.`, `+` or `[`", Compared),
    demand("N28", "", "an escaped slash in a path", Compared),
    demand("N29", "", "memcached fails", Out("there is no memcached yet")),
    demand("N30", "", "a token without an end", Compared),
    demand("N31", "", "the list of versions fails, v3 does not", Compared),
];
