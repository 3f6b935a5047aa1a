use crate::identity::{
    Allowance, Delegation, Draft, ManualClock, Named, RawToken, ScopeDraft, TokenHasher, UnixTime,
};

use super::*;

const HOUR: Duration = Duration::from_hours(1);

fn settings() -> Settings {
    Settings {
        ttl: Duration::from_mins(5),
        jitter: 0.0,
        max_bytes: 1 << 20,
        negative_ttl: Duration::from_secs(10),
        negative_max_entries: 100,
        max_in_flight: 4,
        max_waiting: 4,
        retry_after: Duration::from_secs(5),
    }
}

fn cache(settings: &Settings) -> (Cache, ManualClock) {
    let (clock, hands) = Clock::manual(UnixTime::from_millis(0));
    (Cache::new(settings, clock, &Registry::default()).unwrap(), hands)
}

fn key(token: &str) -> TokenKey {
    TokenHasher::new([1; 32]).key(RawToken::new(token.as_bytes()), Allowance::None)
}

fn identity(user: &str, project: &str, life: Duration) -> Arc<Identity> {
    let named = |id: &str| Named { id: id.into(), name: id.into(), domain: None };
    Arc::new(
        Identity::new(&Draft {
            user: named(user),
            scope: ScopeDraft::Project(named(project)),
            roles: vec!["member".into()],
            audit_ids: vec![format!("audit-{user}")],
            expires_at: UnixTime::from_millis(0).plus(life),
            is_admin_project: true,
            delegation: Delegation::default(),
            restriction: None,
            catalogue: None,
            token_info: None,
        })
        .unwrap(),
    )
}

fn known(token: &str, identity: Arc<Identity>) -> Known {
    let ends_at = identity.expires_at();
    Known { identity, digest: RawToken::new(token.as_bytes()).digest(), ends_at }
}

fn learn(cache: &Cache, token: &str, answer: Result<Arc<Identity>, BadToken>) {
    cache.remember(key(token), answer.map(|identity| known(token, identity)), cache.moment());
}

/// What the cache says, in a word.
fn says(cache: &Cache, token: &str) -> String {
    match cache.recall(&key(token), None) {
        Recall::Bad(bad) => bad.as_str().into(),
        Recall::Known(identity, _) => identity.user_id().into(),
        Recall::Nothing => "nothing".into(),
    }
}

#[test]
fn an_identity_is_believed_for_the_configured_time() {
    let (cache, clock) = cache(&settings());
    learn(&cache, "t", Ok(identity("alice", "p", HOUR)));
    clock.advance(Duration::from_secs(299));
    assert_eq!(says(&cache, "t"), "alice");
    clock.advance(Duration::from_secs(1));
    assert_eq!(says(&cache, "t"), "nothing");
}

#[test]
fn an_expired_token_is_refused_without_asking() {
    let (cache, clock) = cache(&settings());
    learn(&cache, "t", Ok(identity("alice", "p", Duration::from_secs(3))));
    clock.advance(Duration::from_secs(3));
    assert_eq!(says(&cache, "t"), "expired");
}

#[test]
fn a_refusal_is_believed_for_its_own_shorter_time() {
    let (cache, clock) = cache(&settings());
    learn(&cache, "t", Err(BadToken::Unknown));
    clock.advance(Duration::from_secs(9));
    assert_eq!(says(&cache, "t"), "unknown");
    clock.advance(Duration::from_secs(1));
    assert_eq!(says(&cache, "t"), "nothing");
}

#[test]
fn the_latest_answer_replaces_the_one_before() {
    let (cache, _) = cache(&settings());
    learn(&cache, "t", Ok(identity("alice", "p", HOUR)));
    learn(&cache, "t", Err(BadToken::Unknown));
    assert_eq!(says(&cache, "t"), "unknown");
    learn(&cache, "t", Ok(identity("alice", "p", HOUR)));
    assert_eq!(says(&cache, "t"), "alice");
}

#[test]
fn nothing_is_remembered_when_caching_is_off() {
    let off = Settings { ttl: Duration::ZERO, negative_ttl: Duration::ZERO, ..settings() };
    let (cache, _) = cache(&off);
    learn(&cache, "t", Ok(identity("alice", "p", HOUR)));
    assert_eq!(says(&cache, "t"), "nothing");
    learn(&cache, "t", Err(BadToken::Unknown));
    assert_eq!(says(&cache, "t"), "nothing");
}

#[test]
fn a_purge_takes_what_it_names_and_leaves_the_rest() {
    let (cache, _) = cache(&settings());
    for (token, user, project) in [("a", "alice", "p"), ("b", "alice", "q"), ("c", "bob", "q")] {
        learn(&cache, token, Ok(identity(user, project, HOUR)));
    }
    assert_eq!(cache.purge(&Purge::User("alice".into())), 2);
    assert_eq!((says(&cache, "a"), says(&cache, "b"), says(&cache, "c")), {
        let nothing = || "nothing".to_owned();
        (nothing(), nothing(), "bob".to_owned())
    });
    assert_eq!(cache.purge(&Purge::Project("p".into())), 0);
    assert_eq!(cache.purge(&Purge::Project("q".into())), 1);
    learn(&cache, "a", Ok(identity("alice", "p", HOUR)));
    let digest = RawToken::new(b"a").digest();
    assert_eq!(cache.purge(&Purge::Token(RawToken::new(b"b").digest())), 0);
    assert_eq!(cache.purge(&Purge::Token(digest)), 1);
    learn(&cache, "a", Ok(identity("alice", "p", HOUR)));
    assert_eq!(cache.purge(&Purge::Audit("another".into())), 0);
    assert_eq!(cache.purge(&Purge::Audit("audit-alice".into())), 1);
    learn(&cache, "a", Ok(identity("alice", "p", HOUR)));
    assert_eq!(cache.purge(&Purge::All), 1);
}

#[test]
fn an_answer_asked_for_before_a_purge_does_not_come_back_after_it() {
    let (cache, _) = cache(&settings());
    let asked = cache.moment();
    cache.purge(&Purge::User("alice".into()));
    cache.remember(key("t"), Ok(known("t", identity("alice", "p", HOUR))), asked);
    assert_eq!(says(&cache, "t"), "nothing");
}

#[test]
fn m09_a_flood_of_bad_tokens_stays_in_its_bound_and_harms_no_identity() {
    let (cache, _) = cache(&settings());
    learn(&cache, "good", Ok(identity("alice", "p", HOUR)));
    for at in 0..100_000 {
        learn(&cache, &format!("bad{at}"), Err(BadToken::Unknown));
    }
    cache.tidy();
    assert!(cache.fill().refusals <= 100, "{:?}", cache.fill());
    assert_eq!(says(&cache, "good"), "alice");
}

#[test]
fn m19_identities_are_bounded_in_bytes() {
    let (cache, _) = cache(&settings());
    for at in 0..5_000 {
        learn(&cache, &format!("t{at}"), Ok(identity("alice", "p", HOUR)));
    }
    cache.tidy();
    let fill = cache.fill();
    assert!(fill.bytes <= fill.capacity_bytes, "{fill:?}");
    assert!(fill.identities > 500, "{fill:?}");
}
