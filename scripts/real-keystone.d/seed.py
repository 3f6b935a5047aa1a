"""Fills a fresh Keystone through its REST API: seed.py URL OUTPUT. Standard library only.

Safe to run again. What it made, with every password and secret, is written to OUTPUT as JSON.
"""
import http.client
import json
import os
import sys
import urllib.parse

URL = urllib.parse.urlsplit(sys.argv[1])
OUTPUT = sys.argv[2]
SERVER = http.client.HTTPConnection(URL.hostname, URL.port, timeout=60)

# domain name -> id; Default has a fixed one
DOMAINS = {"Default": "default", "Acme": None, "Domäne Ω": None}
# project name -> domain name
PROJECTS = {"service": "Default", "demo": "Default", "other": "Default", "frozen": "Default",
            "admin": "Default", "東京": "Domäne Ω", "acme-web": "Acme"}
ROLES = ["reader", "member", "manager", "admin", "service", "auditor", "rôle-é"]
# user name -> (domain name, password, [(where, role)]); where is a project, "domain:NAME" or "system"
USERS = {
    # The accounts of services: one validates, one calls on a user's behalf, one lacks the service role.
    "authsvc": ("Default", "authsvcpw", [("service", "service")]),
    "nova": ("Default", "novapw", [("service", "service")]),
    "norole": ("Default", "norolepw", [("service", "reader")]),
    "alice": ("Default", "alicepw", [("demo", "member"), ("demo", "reader"), ("other", "reader"), ("frozen", "member")]),
    "bob": ("Default", "bobpw", [("demo", "admin"), ("admin", "admin"), ("domain:Default", "admin"), ("system", "admin")]),
    "carol": ("Default", "carolpw", [("other", "reader")]),  # none in demo, but a trustee there
    "dave": ("Default", "davepw", [("demo", "member")]),  # disabled below
    "erin": ("Default", "erinpw", [("demo", "auditor")]),  # for tests of revocation to spoil
    "sysreader": ("Default", "sysreaderpw", [("system", "reader")]),
    "Žluťoučký": ("Domäne Ω", "kůň-パスワード", [("東京", "member"), ("東京", "rôle-é")]),
    "acmeadmin": ("Acme", "acmeadminpw", [("domain:Acme", "admin"), ("acme-web", "member")]),
}
# application credentials of alice in demo
CREDENTIALS = {
    "restricted": {"roles": [{"name": "reader"}]},
    "unrestricted": {"unrestricted": True},
    "rules": {"access_rules": [
        {"service": "compute", "method": "GET", "path": "/v2.1/servers"},
        {"service": "compute", "method": "GET", "path": "/v2.1/servers/*"},
        {"service": "compute", "method": "POST", "path": "/v2.1/{project_id}/**"}]},
}
# a catalogue of realistic size: these in two regions with three interfaces each
SERVICES = {"nova": ("compute", ":8774/v2.1"), "neutron": ("network", ":9696"), "glance": ("image", ":9292"),
            "cinder": ("block-storage", ":8776/v3/%(tenant_id)s"),
            "swift": ("object-store", ":8080/v1/AUTH_%(tenant_id)s")}


def main():
    admin = login("admin", "adminpw", "Default", {"system": {"all": True}})
    domains = {name: known or ensure(admin, "domain", name) for name, known in DOMAINS.items()}
    roles = {name: ensure(admin, "role", name) for name in ROLES}
    projects = {name: ensure(admin, "project", name, domains[domain]) for name, domain in PROJECTS.items()}
    users = {}
    for name, (domain, password, grants) in USERS.items():
        users[name] = ensure(admin, "user", name, domains[domain], password=password,
                             email="%s@example.org" % name if name.isascii() else None)
        for where, role in grants:
            grant(admin, users[name], where, roles[role], domains, projects)
    catalogue(admin)
    alice = login("alice", "alicepw", "Default", {"project": {"id": projects["demo"]}})
    credentials = application_credentials(alice, users["alice"])
    trusts = make_trusts(alice, users, projects["demo"])
    if os.environ.get("KS_FEDERATION") == "1":
        federation(admin, projects["demo"], roles["member"])
    call("PATCH", "/users/" + users["dave"], {"user": {"enabled": False}}, admin)
    call("PATCH", "/projects/" + projects["frozen"], {"project": {"enabled": False}}, admin)
    users["admin"] = call("GET", "/users?name=admin", token=admin)["users"][0]["id"]
    write(domains, roles, projects, users, credentials, trusts)


def call(method, path, body=None, token=None, allow=(), whole=False):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["X-Auth-Token"] = token
    SERVER.request(method, URL.path + path, None if body is None else json.dumps(body), headers)
    answer = SERVER.getresponse()
    raw = answer.read()
    if answer.status not in (200, 201, 204, *allow):
        sys.exit("%s %s -> %d %s" % (method, path, answer.status, raw[:500]))
    return answer if whole else json.loads(raw or b"null")


def login(user, password, domain, scope):
    identity = {"methods": ["password"],
                "password": {"user": {"name": user, "domain": {"name": domain}, "password": password}}}
    answer = call("POST", "/auth/tokens", {"auth": {"identity": identity, "scope": scope}}, whole=True)
    return answer.headers["X-Subject-Token"]


def ensure(token, kind, name, domain_id=None, **more):
    query = {"name": name, **({"domain_id": domain_id} if domain_id else {})}
    found = call("GET", "/%ss?%s" % (kind, urllib.parse.urlencode(query)), token=token)[kind + "s"]
    if not found:
        wanted = {**query, **{key: value for key, value in more.items() if value is not None}}
        found = [call("POST", "/%ss" % kind, {kind: wanted}, token)[kind]]
    return found[0]["id"]


def grant(token, user, where, role, domains, projects):
    if where == "system":
        target = "/system"
    elif where.startswith("domain:"):
        target = "/domains/" + domains[where.removeprefix("domain:")]
    else:
        target = "/projects/" + projects[where]
    call("PUT", "%s/users/%s/roles/%s" % (target, user, role), token=token)


def catalogue(token):
    if call("GET", "/regions/RegionTwo", token=token, allow=(404,), whole=True).status == 404:
        call("POST", "/regions", {"region": {"id": "RegionTwo"}}, token)
    present = {(one["service_id"], one["region_id"], one["interface"])
               for one in call("GET", "/endpoints", token=token)["endpoints"]}
    for name, (kind, path) in SERVICES.items():
        service = ensure(token, "service", name, type=kind)
        for region, host in (("RegionOne", "r1"), ("RegionTwo", "r2")):
            for interface in ("public", "internal", "admin"):
                if (service, region, interface) not in present:
                    call("POST", "/endpoints", {"endpoint": {
                        "service_id": service, "region_id": region, "interface": interface,
                        "url": "https://%s.%s.cloud.example%s" % (interface, host, path)}}, token)


def application_credentials(token, user):
    path = "/users/%s/application_credentials" % user
    made = {one["name"]: one["id"] for one in call("GET", path, token=token)["application_credentials"]}
    for name, more in CREDENTIALS.items():
        if name not in made:
            wanted = {"name": name, "secret": "secret-" + name, **more}
            made[name] = call("POST", path, {"application_credential": wanted}, token)["application_credential"]["id"]
    return made


def make_trusts(token, users, project):
    """From alice to carol on demo, with and without impersonation."""
    trustor, trustee = users["alice"], users["carol"]
    present = call("GET", "/OS-TRUST/trusts?trustor_user_id=" + trustor, token=token)["trusts"]
    made = {one["impersonation"]: one["id"] for one in present}
    for impersonation in (True, False):
        if impersonation not in made:
            wanted = {"trustor_user_id": trustor, "trustee_user_id": trustee, "project_id": project,
                      "impersonation": impersonation, "roles": [{"name": "member"}], "allow_redelegation": False}
            made[impersonation] = call("POST", "/OS-TRUST/trusts", {"trust": wanted}, token)["trust"]["id"]
    return {"impersonate": made[True], "plain": made[False]}


def federation(token, project, role):
    provider = "/OS-FEDERATION/identity_providers/testidp"
    group = ensure(token, "group", "federated", "default")
    call("PUT", "/projects/%s/groups/%s/roles/%s" % (project, group, role), token=token)
    if call("GET", provider, token=token, allow=(404,), whole=True).status == 404:
        rule = {"local": [{"user": {"name": "{0}"}, "group": {"id": group}}], "remote": [{"type": "REMOTE_USER"}]}
        call("PUT", provider, {"identity_provider": {"enabled": True, "remote_ids": ["testidp-remote"]}}, token)
        call("PUT", "/OS-FEDERATION/mappings/testmap", {"mapping": {"rules": [rule]}}, token)
        call("PUT", provider + "/protocols/mapped",
             {"protocol": {"mapping_id": "testmap", "remote_id_attribute": "TEST_IDP"}}, token)


def write(domains, roles, projects, users, credentials, trusts):
    accounts = {"admin": ("Default", "adminpw", []), **USERS}
    seeded = {
        "region": "RegionOne",
        "domains": {name: {"id": value} for name, value in domains.items()},
        "projects": {name: {"id": value, "domain": PROJECTS[name], "domain_id": domains[PROJECTS[name]],
                            "enabled": name != "frozen"} for name, value in projects.items()},
        "roles": {name: {"id": value} for name, value in roles.items()},
        "users": {name: {"id": value, "password": accounts[name][1], "domain": accounts[name][0],
                         "domain_id": domains[accounts[name][0]], "enabled": name != "dave"}
                  for name, value in users.items()},
        "application_credentials": {name: {"id": value, "secret": "secret-" + name, "user": "alice", "project": "demo"}
                                    for name, value in credentials.items()},
        "trusts": {name: {"id": value, "trustor": "alice", "trustee": "carol", "project": "demo",
                          "impersonation": name == "impersonate"} for name, value in trusts.items()},
    }
    with open(OUTPUT + ".new", "w", encoding="utf-8") as file:
        json.dump(seeded, file, indent=1, ensure_ascii=False)
    os.replace(OUTPUT + ".new", OUTPUT)  # its presence says that the seed is complete


main()
