use super::*;

fn draft(scope: ScopeDraft) -> Draft {
    Draft {
        user: Named {
            id: "a222361bfd844eb0968bf6eeb0101e17".into(),
            name: "alice".into(),
            domain: Some(("default".into(), "Default".into())),
        },
        scope,
        roles: vec!["reader".into(), "member".into(), "load-balancer_member".into()],
        audit_ids: vec!["DNPqI_edQOiZBrp50nKumg".into()],
        expires_at: UnixTime::from_millis(1_795_287_358_000),
        is_admin_project: true,
        restriction: None,
        catalogue: None,
        token_info: None,
    }
}

fn project() -> ScopeDraft {
    ScopeDraft::Project(Named {
        id: "4bdcd094df8344e19ea14ef6b75c3c8a".into(),
        name: "demo".into(),
        domain: Some(("default".into(), "Default".into())),
    })
}

/// The headers of `draft` as lines, sorted.
fn lines(draft: &Draft) -> Vec<String> {
    let mut headers = HeaderMap::new();
    Identity::new(draft).unwrap().apply_to(Names::UserAndDeprecated, &mut headers).unwrap();
    let mut lines: Vec<_> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", str::from_utf8(value.as_bytes()).unwrap()))
        .collect();
    lines.sort();
    lines
}

#[test]
fn a_project_token_has_user_project_and_role_headers() {
    assert_eq!(
        lines(&draft(project())),
        [
            "x-identity-status: Confirmed",
            "x-is-admin-project: True",
            "x-project-domain-id: default",
            "x-project-domain-name: Default",
            "x-project-id: 4bdcd094df8344e19ea14ef6b75c3c8a",
            "x-project-name: demo",
            "x-role: reader,member,load-balancer_member",
            "x-roles: reader,member,load-balancer_member",
            "x-tenant-id: 4bdcd094df8344e19ea14ef6b75c3c8a",
            "x-tenant-name: demo",
            "x-tenant: demo",
            "x-user-domain-id: default",
            "x-user-domain-name: Default",
            "x-user-id: a222361bfd844eb0968bf6eeb0101e17",
            "x-user-name: alice",
            "x-user: alice",
        ]
    );
}

#[test]
fn a_domain_token_has_no_project_and_a_project_token_no_domain() {
    let domain = lines(&draft(ScopeDraft::Domain { id: "d1".into(), name: "Acme".into() }));
    assert!(domain.contains(&"x-domain-id: d1".into()));
    assert!(domain.contains(&"x-domain-name: Acme".into()));
    assert!(
        !domain.iter().any(|line| line.starts_with("x-project") || line.starts_with("x-tenant"))
    );
}

#[test]
fn only_a_system_token_has_the_system_scope_header() {
    assert!(lines(&draft(ScopeDraft::System)).contains(&"openstack-system-scope: all".into()));
    for scope in [project(), ScopeDraft::Unscoped] {
        assert!(
            !lines(&draft(scope)).iter().any(|line| line.starts_with("openstack-system-scope"))
        );
    }
}

#[test]
fn an_unscoped_token_has_empty_roles_and_no_scope() {
    let unscoped = lines(&Draft { roles: vec![], ..draft(ScopeDraft::Unscoped) });
    assert!(unscoped.contains(&"x-roles: ".into()));
    assert!(unscoped.contains(&"x-role: ".into()));
    assert_eq!(unscoped.len(), 9, "{unscoped:?}");
}

#[test]
fn an_id_that_would_not_arrive_as_it_is_makes_no_identity() {
    for odd in ["u\r\nx-roles: admin", "", " admin", "admin\t", "a\u{85}", "\u{a0}a"] {
        let mut bad = draft(project());
        bad.user.id = odd.into();
        assert_eq!(Identity::new(&bad).unwrap_err(), Unrenderable, "{odd:?}");
        let mut bad = draft(project());
        bad.user.domain = Some((odd.into(), "Default".into()));
        assert_eq!(Identity::new(&bad).unwrap_err(), Unrenderable, "{odd:?}");
        let domain = ScopeDraft::Domain { id: odd.into(), name: "Acme".into() };
        assert_eq!(Identity::new(&draft(domain)).unwrap_err(), Unrenderable, "{odd:?}");
    }
}

#[test]
fn facts_are_kept_as_keystone_gave_them() {
    let mut odd = draft(project());
    odd.roles = vec!["a,b".into(), "ünï".into()];
    let identity = Identity::new(&odd).unwrap();
    assert_eq!(identity.roles().collect::<Vec<_>>(), ["a,b", "ünï"]);
    assert_eq!(identity.user_id(), "a222361bfd844eb0968bf6eeb0101e17");
    assert_eq!(identity.user_domain_id(), Some("default"));
    assert_eq!(identity.project_id(), Some("4bdcd094df8344e19ea14ef6b75c3c8a"));
    assert_eq!(identity.audit_ids().next(), Some("DNPqI_edQOiZBrp50nKumg"));
}

#[test]
fn a_project_identity_with_three_roles_weighs_well_under_a_kilobyte() {
    let weight = Identity::new(&draft(project())).unwrap().weight();
    assert!(weight <= 700, "{weight} bytes");
}

#[test]
fn very_many_roles_are_kept_and_cost_no_more_than_their_number() {
    let mut many = draft(project());
    many.roles = (0..50_000).map(|at| format!("role-{at:05}")).collect();
    let identity = Identity::new(&many).unwrap();
    assert_eq!(identity.roles().len(), 50_000);
    assert_eq!(identity.roles().last(), Some("role-49999"));
}
