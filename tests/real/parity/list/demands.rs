//! What keystonemiddleware's own tests demand, by topic, numbered once and for all.

use super::Place::{Compared, Elsewhere, Out};
use super::{Demand, demand};

const NO_MEMCACHED: super::Place = Out("there is no memcached yet");
const NO_BEARER: super::Place = Out("the OAuth 2.0 filters are not part of this");
const NO_AUDIT: super::Place = Out("the audit filter is not part of this");

#[rustfmt::skip]
pub(super) const DEMANDS: &[Demand] = &[
    // Accepting and refusing.
    demand("1", "test_valid_uuid_request", "a good token passes, twice", Compared),
    demand("2", "test_request_invalid_uuid_token", "a token that Keystone does not know is 401 with the challenge", Compared),
    demand("3", "test_request_no_token", "no token is 401 with the challenge", Compared),
    demand("4", "test_request_no_token_http", "the same by HEAD, without a body", Compared),
    demand("5", "test_request_blank_token", "an empty token is 401 with the challenge", Compared),
    demand("6", "test_good_v3_user_token", "blanks around a token do not matter", Compared),
    demand("7", "test_invalid_user_token", "an unknown token, delayed, is `Invalid` and goes on as it was sent", Compared),
    demand("8", "test_expired_user_token", "a token past its end, delayed, is `Invalid`", Compared),
    demand("9", "test_user_token", "`X-Auth-Token` is the user's token", Compared),
    demand("10", "test_storage_token", "`X-Storage-Token` is, when there is no `X-Auth-Token`", Compared),
    demand("11", "test_setting_user_token_valid", "the status is `Confirmed` or `Invalid`", Compared),
    demand("12", "test_removing_headers", "no identity header of the client's arrives; others do", Compared),
    demand("13", "test_doesnt_auto_set_content_type", "a response without a type gets none", Compared),
    demand("14", "test_memcache_set_invalid_uuid", "a bad token is 401 each time", Compared),
    // Identity by scope.
    demand("15", "v3AuthTokenMiddlewareTest", "the headers of a project's token", Compared),
    demand("16", "test_valid_unscoped_uuid_request", "an unscoped token has no project, and roles that are empty", Compared),
    demand("17", "test_domain_scoped_uuid_request", "a domain's token has a domain and no project", Compared),
    demand("18", "test_valid_system_scoped_token_request", "the system's token has `OpenStack-System-Scope: all`", Compared),
    demand("19", "test_not_is_admin_project", "`X-Is-Admin-Project: False` when Keystone says so", Compared),
    demand("20", "test_project_scoped_user_headers", "each header is the token's member", Compared),
    demand("21", "test_project_scoped_service_headers", "the same for the service", Compared),
    demand("22", "test_token_without_catalog", "without a catalogue no header, whatever the client sent", Compared),
    demand("23", "test_user_plugin_token_properties", "user and service are never mixed up", Compared),
    demand("24", "test_domain_scope", "a domain's token has no project", Compared),
    demand("25", "test_trust_scope", "a trust's token passes", Compared),
    demand("26", "test_app_cred_token_without_access_rules", "an application credential without rules passes", Compared),
    // The catalogue.
    demand("27", "test_nocatalog", "no catalogue when none is wanted", Compared),
    demand("28", "test_basic_convert", "three interfaces become one endpoint", Compared),
    demand("29", "test_multi_region", "three regions become three endpoints", Compared),
    demand("30", "assert_valid_request_200", "the catalogue is JSON", Compared),
    // Service tokens.
    demand("31", "test_composite_auth_ok", "both tokens good: both identities", Compared),
    demand("32", "test_composite_auth_invalid_service_token", "a bad service token is 401", Compared),
    demand("33", "test_composite_auth_no_service_token", "the client's own service headers do not arrive", Compared),
    demand("34", "test_composite_auth_invalid_user_token", "a bad user token is 401, whatever the service", Compared),
    demand("35", "test_composite_auth_no_user_token", "a service token alone is 401", Compared),
    demand("36", "test_composite_auth_delay_ok", "delayed, both good", Compared),
    demand("37", "test_composite_auth_delay_invalid_service_token", "delayed, a bad service token is `Invalid` and says no more", Compared),
    demand("38", "test_composite_auth_delay_invalid_service_and_user_tokens", "delayed, both bad: both `Invalid`", Compared),
    demand("39", "test_composite_auth_delay_no_service_token", "delayed, the client's own service headers do not arrive", Compared),
    demand("40", "test_composite_auth_delay_invalid_user_token", "delayed, a bad user token beside a good service token", Compared),
    demand("41", "test_composite_auth_delay_no_user_token", "delayed, a service token alone", Compared),
    demand("42", "test_service_token_with_valid_service_role_required", "with the role, an expired user token passes", Compared),
    demand("43", "test_service_token_with_invalid_service_role_required", "without the role it is 401", Compared),
    demand("44", "test_service_token_with_valid_service_role_not_required", "with the role, where none is needed", Compared),
    demand("45", "test_service_token_with_invalid_service_role_not_required", "without it, where none is needed, nothing expired passes", Compared),
    demand("46", "test_good_v3_service_token", "blanks around a service token do not matter", Compared),
    demand("47", "test_invalid_service_token", "an unknown service token is `Invalid`", Compared),
    demand("48", "test_expired_service_token", "an expired service token is `Invalid`", Compared),
    demand("49", "test_service_token", "`X-Service-Token` is the service's token", Compared),
    // Delayed decisions.
    demand("50", "test_header_in_401", "the service's own 401 gains the challenge", Compared),
    demand("51", "test_delayed_auth_values", "how a boolean may be written", Elsewhere("src/config/authtoken/values.rs", "a_boolean_is_one_of_eight_words_in_any_case")),
    demand("52", "test_auth_plugin_with_no_tokens", "no token goes on", Compared),
    demand("53", "test_auth_plugin_with_token", "an unknown token goes on as `Invalid`", Compared),
    demand("54", "test_auth_plugin_with_token_keystone_down", "in an outage a token goes on as `Invalid`", Compared),
    // Keystone fails.
    demand("55", "test_http_error_not_cached_token", "no connection is 503", Compared),
    demand("56", "test_http_request_max_retries", "a connection is tried again, then 503", Compared),
    demand("57", "test_request_timeout", "a 408 of Keystone's is 503", Compared),
    demand("58", "test_discovery_failure", "no v3 at the address is 503", Compared),
    demand("59", "test_unknown_server_versions", "the same", Compared),
    demand("60", "test_default_auth_version", "whatever `auth_version` says, v3 is asked", Elsewhere("src/config/authtoken/table/middleware.rs", "v3 is spoken, whatever it says, as there")),
    demand("61", "test_endpoint_not_found_in_token", "no endpoint in the catalogue fails, and heals", Compared),
    // The cache.
    demand("62", "test_caching_token_on_verify", "two requests are one question", Elsewhere("tests/it/cache.rs", "the_second_request_asks_nobody")),
    demand("63", "test_memcache_set_expired", "an answer is believed for the configured time", Elsewhere("tests/it/cache.rs", "m07_m22_an_answer_is_believed_no_longer_than_the_ttl")),
    demand("64", "test_fixed_cache_key_length", "keys are of one length", Elsewhere("src/identity/token.rs", "TokenKey")),
    demand("65", "test_assert_valid_memcache_protection_config", "a wrong protection fails at the start", NO_MEMCACHED),
    demand("66", "test_encrypt_cache_data", "entries are encrypted or signed", NO_MEMCACHED),
    demand("67", "test_corrupted_cache_data", "an entry that cannot be read is none", NO_MEMCACHED),
    demand("68", "test_expire_stored_in_cache", "entries of old versions are read", NO_MEMCACHED),
    demand("69", "test_derive_keys", "how entries are protected", NO_MEMCACHED),
    // Access rules.
    demand("70", "test_app_cred_access_rules_token", "what a rule names passes, the rest is 401", Compared),
    demand("71", "test_app_cred_access_rules_service_request", "rules for another service; a service token lifts them", Compared),
    demand("72", "test_app_cred_no_access_rules_token", "no rules at all, a service that is not in the catalogue", Compared),
    demand("73-84", "test_app_cred_matching_rules", "which paths a rule matches", Compared),
    demand("85-99", "test_path_matches", "which templates match a path", Compared),
    demand("100-109", "test_path_matches", "which templates do not", Compared),
    demand("110", "test_oauth2_token_middleware", "the same with a token in `Authorization`", NO_BEARER),
    // The rest.
    demand("111", "test_uuid_bind_token_*", "tokens bound to Kerberos and other things", Compared),
    demand("112", "test_composite_auth_with_bind", "beside a service token only that one's binding counts", Compared),
    demand("113", "test_auth_region_name", "the endpoint of the named region is asked", Compared),
    demand("114", "test_loading_password_plugin", "the endpoint of the named interface is asked", Compared),
    demand("115", "test_plugin_loading_with_auth_section", "options in another section", Elsewhere("tests/data/keystone_authtoken/magnum.conf", "auth_section = keystone_auth")),
    demand("116", "test_invalid_plugin_fails_to_initialize", "an unknown login fails at the start", Elsewhere("src/config/authtoken/table/tests.rs", "every_other_login_is_refused_for_a_reason_of_its_own")),
    demand("117", "test_conf_values_type_convert_with_wrong_value", "a wrong value fails at the start", Elsewhere("src/config/tests/authtoken.rs", "errors_name_the_option_and_the_remedy_in_terms_of_the_section")),
    demand("118-119", "test_oauth2_token_middleware", "bearer tokens", NO_BEARER),
    demand("120", "test_oauth2_mtls_token_middleware", "tokens bound to a client certificate", NO_BEARER),
    demand("121-125", "test_external_oauth2_token_middleware", "tokens of another identity provider", NO_BEARER),
    demand("126-127", "test_audit_api", "audit events", NO_AUDIT),
    demand("128", "test_audit_middleware", "audit events", NO_AUDIT),
];
