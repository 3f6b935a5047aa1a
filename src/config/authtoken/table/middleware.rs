//! The options that keystonemiddleware itself reads.

use super::plugins::login;
use super::{Context, Known, Reader, Rule, Verdict};
use crate::config::authtoken::ini::normal;
use crate::config::authtoken::values;
use crate::config::authtoken::verdict::Pair;

const fn known(name: &'static str, rule: Rule) -> Known {
    Known::new(name, Reader::Middleware, rule)
}

/// An option about a memcached that nobody asks.
const fn memcached(name: &'static str) -> Known {
    known(name, Rule::Ignored("identities are remembered in the process; no memcached is asked"))
}

/// An option about what is kept in a memcached.
const fn sealed(name: &'static str) -> Known {
    known(name, Rule::Ignored("what is remembered stays in the process, so it needs no seal"))
}

/// In the order of its own documentation.
pub(super) static OPTIONS: &[Known] = &[
    known("www_authenticate_uri", Rule::Same("keystone.www_authenticate_uri")),
    known("auth_version", Rule::Ignored("v3 is spoken, whatever it says, as there")),
    known("interface", Rule::By(interface)).default("internal"),
    known("delay_auth_decision", Rule::Flag("auth.delay_decision")).default("False"),
    known("http_connect_timeout", Rule::By(timeout)),
    known("http_request_max_retries", Rule::By(retries)).default("3"),
    known("cache", Rule::Ignored("identities are remembered in the process, in no cache of WSGI")),
    known("certfile", Rule::By(certificate)),
    known("keyfile", Rule::By(key)),
    known("cafile", Rule::By(authorities)),
    known("insecure", Rule::Flag("keystone.insecure")).default("False"),
    known("region_name", Rule::Same("keystone.region_name")),
    memcached("memcached_servers").alias(&["memcache_servers"]),
    known("token_cache_time", Rule::By(cache_time)).default("300"),
    sealed("memcache_security_strategy").default("None"),
    sealed("memcache_secret_key").secret(),
    memcached("memcache_tls_enabled").default("False"),
    memcached("memcache_tls_cafile"),
    memcached("memcache_tls_certfile"),
    memcached("memcache_tls_keyfile"),
    memcached("memcache_tls_allowed_ciphers"),
    memcached("memcache_pool_dead_retry").default("300"),
    memcached("memcache_pool_maxsize").default("10"),
    memcached("memcache_pool_socket_timeout").default("3"),
    memcached("memcache_pool_unused_timeout").default("60"),
    memcached("memcache_pool_conn_get_timeout").default("10"),
    memcached("memcache_use_advanced_pool").default("True"),
    known("include_service_catalog", Rule::Flag("headers.service_catalog")).default("True"),
    known("enforce_token_bind", Rule::By(bind)).default("permissive"),
    known("service_token_roles", Rule::List("auth.service_token_roles", NO_SERVICE))
        .default("['service']"),
    known("service_token_roles_required", Rule::Flag("auth.service_token_roles_required"))
        .default("True"),
    known("service_type", Rule::Same("auth.service_type")),
    memcached("memcache_sasl_enabled").default("False"),
    memcached("memcache_username"),
    memcached("memcache_password").secret(),
    known("auth_type", Rule::By(auth_type)).alias(&["auth_plugin"]),
    known("auth_section", Rule::By(auth_section)),
];

fn interface(_: &Context<'_>, text: &str) -> Verdict {
    // The catalogue of the v2 API called them publicURL and so on, and both still work there.
    Verdict::honoured("keystone.interface", text.strip_suffix("URL").unwrap_or(text))
}

fn timeout(_: &Context<'_>, text: &str) -> Verdict {
    let note = "there for each wait of its own, here for a validation as a whole";
    match values::integer(text) {
        Err(error) => Verdict::refused(format!("{text:?} {error}; write seconds")),
        Ok(..=0) => Verdict::refused(format!("{text:?} leaves no time, here as there; write 5")),
        Ok(seconds @ 1..=3600) => Verdict::mapped("keystone.timeout", format!("{seconds}s"), note),
        Ok(_) => {
            Verdict::mapped("keystone.timeout", "1h", format!("{note}; an hour is the longest"))
        }
    }
}

fn retries(_: &Context<'_>, text: &str) -> Verdict {
    let key = "keystone.retries";
    match values::integer(text) {
        Err(error) => Verdict::refused(format!("{text:?} {error}")),
        Ok(..0) => Verdict::mapped(key, "0", "less than none is none, as there"),
        Ok(count @ 0..=10) => Verdict::honoured(key, count.to_string()),
        Ok(_) => Verdict::mapped(key, "10", "more than ten do not fit into the time there is"),
    }
}

fn certificate(context: &Context<'_>, text: &str) -> Verdict {
    if context.has("keyfile") {
        return Verdict::honoured("keystone.cert_file", text);
    }
    let keys = ["keystone.cert_file", "keystone.key_file"];
    let pairs = keys.map(|key| Pair { key, text: text.to_owned() });
    Verdict::Mapped(pairs.into(), "without keyfile, the key is in the same file".into())
}

fn key(context: &Context<'_>, text: &str) -> Verdict {
    if context.has("certfile") {
        Verdict::honoured("keystone.key_file", text)
    } else {
        Verdict::ignored("without certfile there is nothing that it could prove, as there")
    }
}

fn authorities(context: &Context<'_>, text: &str) -> Verdict {
    if context.is_on("insecure") {
        Verdict::ignored("with insecure nobody looks at it, as there")
    } else {
        Verdict::honoured("keystone.ca_file", text)
    }
}

fn cache_time(_: &Context<'_>, text: &str) -> Verdict {
    let key = "cache.ttl";
    match values::integer(text) {
        Err(error) => Verdict::refused(format!("{text:?} {error}; write seconds")),
        Ok(..0) => Verdict::mapped(key, "0s", "nothing is remembered, as there"),
        Ok(0) => Verdict::refused(
            "\"0\" remembers a token until its end there, so one that is revoked would pass for \
             hours; write for how many seconds, or -1 to remember nothing",
        ),
        Ok(seconds @ 1..=86_400) => Verdict::honoured(key, format!("{seconds}s")),
        Ok(_) => Verdict::mapped(key, "24h", "a day is the longest"),
    }
}

fn bind(_: &Context<'_>, text: &str) -> Verdict {
    match text {
        "disabled" | "permissive" | "strict" => Verdict::ignored(
            "a token that is bound is always refused; Keystone has issued none since 2018",
        ),
        _ => Verdict::refused(format!(
            "{text:?} demands that tokens are bound, and Keystone has bound none since 2018, so \
             nobody would be let in; remove it"
        )),
    }
}

fn auth_type(_: &Context<'_>, text: &str) -> Verdict {
    // How the account logs in follows from what it has.
    let honoured = |_| Verdict::honoured("keystone.mode", "service");
    login(text).map_or_else(Verdict::refused, honoured)
}

fn auth_section(context: &Context<'_>, text: &str) -> Verdict {
    match context.elsewhere() {
        Some(section) => {
            Verdict::Mapped(Vec::new(), format!("the account is in [{section}]").into())
        }
        None if *context.own.name == *normal(text) => {
            Verdict::ignored("names the section that it stands in")
        }
        None => Verdict::refused(format!("{text:?} is no section of this file")),
    }
}

const NO_SERVICE: &str = "empty, so no service token is believed, as there";
