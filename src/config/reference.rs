//! The table of options as a page for people.

use std::fmt::Write as _;

use super::options::{Absent, Field, Kind, SECTIONS, variable};
use super::routes::{KEYS, Key, Shape};
use super::schema::{LISTENERS, ROUTES, RULES, UPSTREAMS, about};
use super::units::{write_duration, write_size};

/// The reference of all options, in Markdown.
pub fn reference() -> String {
    let mut page = INTRODUCTION.to_owned();
    for section in SECTIONS {
        let title = if section.name.is_empty() { "listen" } else { section.name };
        // Writing to a String cannot fail, here and below.
        let _ = write!(page, "\n## `{title}`\n\n{}\n", section.about);
        if let Some(key) = section.shorthand {
            let _ = write!(page, "\n`{title}: VALUE` is short for `{key}`.\n");
        }
        page.push_str("\n| key | variable | type | default | what it does |\n");
        page.push_str("|---|---|---|---|---|\n");
        for field in section.fields {
            row(&mut page, field.key, &kind(field), &default(field), &about(field));
            if field.is_secret() {
                let about = format!(
                    "The file that holds `{}`; one line break at its end is ignored.",
                    field.key
                );
                row(&mut page, &format!("{}_file", field.key), "path", "", &about);
            }
        }
    }
    lists(&mut page);
    page
}

/// What only the file can hold: no variable and no flag sets a part of a list.
fn lists(page: &mut String) {
    let _ = write!(page, "\n## `policy.rules`\n\n{RULES}\n\n{RULES_EXAMPLE}");
    let _ = write!(page, "\n## `routes`\n\n{ROUTES}\n\n{ROUTES_EXAMPLE}");
    page.push_str("\n| key of a route | type | without it | what it does |\n|---|---|---|---|\n");
    for Key { name, shape, absent, about } in &KEYS {
        let shape = match shape {
            Shape::Boolean => "`true` or `false`".to_owned(),
            Shape::Choice(words) => choice(words),
            Shape::Size => "size".to_owned(),
            Shape::Text => "text".to_owned(),
            Shape::Words => "word or list of words".to_owned(),
        };
        let _ = writeln!(page, "| `{name}` | {shape} | {absent} | {about} |");
    }
    let _ = write!(page, "\n## `upstreams`\n\n{UPSTREAMS}\n\n{UPSTREAMS_EXAMPLE}");
    let _ = write!(page, "\n## `listeners`\n\n{LISTENERS}\n\n{LISTENERS_EXAMPLE}");
}

fn choice(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn row(page: &mut String, key: &str, kind: &str, default: &str, about: &str) {
    let variable = variable(key);
    let _ = writeln!(page, "| `{key}` | `{variable}` | {kind} | {default} | {about} |");
}

fn kind(field: &Field) -> String {
    let kind = match &field.kind {
        Kind::Address => "address".to_owned(),
        Kind::Bool => "`true` or `false`".to_owned(),
        Kind::Choice(words) => choice(words),
        Kind::Duration(least, most) => {
            format!("duration, {} to {}", write_duration(*least), write_duration(*most))
        }
        Kind::Integer(least, most) => format!("number, {least} to {most}"),
        Kind::List => "list".to_owned(),
        Kind::Path => "path".to_owned(),
        Kind::Place => "address, or `unix:` and a path".to_owned(),
        Kind::Probes => "names and URLs".to_owned(),
        Kind::Percent(most) => format!("percentage, 0% to {most}%"),
        Kind::Secret => "secret".to_owned(),
        Kind::Size(least, most) => {
            format!("size, {} to {}", write_size(*least), write_size(*most))
        }
        Kind::Text => "text".to_owned(),
        Kind::Url => "URL".to_owned(),
    };
    match field.word {
        Some(word) => format!("{kind}, or `{word}`"),
        None => kind,
    }
}

fn default(field: &Field) -> String {
    match field.absent {
        Absent::Value(text) => format!("`{text}`"),
        Absent::Nothing => String::new(),
        Absent::Follows(rule) => rule.to_owned(),
        Absent::Required(_) => "required".to_owned(),
    }
}

const RULES_EXAMPLE: &str = r#"```yaml
policy:
  rules:
    owner: "project_id:%(project_id)s and role:member"
```

[policy.md](policy.md) explains the language.
"#;

const ROUTES_EXAMPLE: &str = r#"```yaml
routes:
- {name: health, path: /healthz, methods: [GET], allow: public}
- {name: volumes, path: "/v3/{project_id}/volumes/**", rule: owner}
```

A route says who may by exactly one of `allow`, `rule` and `check`.
"#;

const UPSTREAMS_EXAMPLE: &str = "```yaml
upstreams:
  images: http://127.0.0.1:9292
```
";

const LISTENERS_EXAMPLE: &str = "```yaml
listeners:
  internal: unix:/run/portcullis/internal.sock
  balanced:
    listen: 0.0.0.0:8081
    proxy_protocol: true
    trusted_proxies: [10.0.0.0/8]
```
";

const INTRODUCTION: &str = r#"# Configuration

This page is made from the table that the program itself reads with (`src/config/options/`).

Three lines are enough:

```yaml
listen: 127.0.0.1:8080
upstream: http://127.0.0.1:9000
keystone: {auth_url: "http://127.0.0.1:5000/v3"}
```

## Where values come from

Defaults, then a `[keystone_authtoken]` of a service (`--keystone-authtoken FILE[:SECTION]`, or the
variable `PORTCULLIS_KEYSTONE_AUTHTOKEN`; see [migration.md](migration.md)), then the file
(`--config FILE`, or the variable `PORTCULLIS_CONFIG`), then variables, then flags
(`--set cache.ttl=60s`); what comes later covers what comes before.
`portcullis config show` prints every value with the place it came from, and `portcullis check`
reports all mistakes at once.

A variable is `PORTCULLIS_` and the key in capitals, with two underscores for the dot. An empty
variable counts as absent. An unknown one is an error, except those that Kubernetes makes for a
Service (`..._SERVICE_HOST`, `..._PORT_8080_TCP` and so on).

The file is YAML 1.2 in UTF-8, up to 1 MiB: booleans are `true` and `false` only (`yes` is text),
and anchors, aliases, tags and second documents are refused. Relative paths start at the working
directory, `~/` at the home directory.

## When a change takes effect

Routes, rules, and the keys below that say so are read again while the process runs: on SIGHUP, and
when a file has changed (`policy.watch`). Everything else takes effect at the next start;
[operations.md](operations.md#changing-the-configuration) says how a running process tells of it.

## How values are written

| type | examples |
|---|---|
| duration | `250ms`, `300s`, `5m`, `1h`; where zero is allowed also `0` |
| size | `1000B`, `32KiB`, `64MiB`, `1GiB` |
| percentage | `10%` |
| list | `[service, admin]`, or `service,admin` |
| names and URLs | `{app/live: "http://127.0.0.1:9000/live"}`, or `app/live=http://127.0.0.1:9000/live,app/ready=tcp://127.0.0.1:9000` |
| address | `127.0.0.1:8080`, `[::]:8080`, with port 0 for any free port |
| URL | `https://host:5000/v3`, `unix:/run/app.sock` |

## The account of service mode

An account is taken whole from one source, the first that is there:

1. the keys under `keystone` (`username` and `password_file`, or `application_credential_id` and
   `application_credential_secret_file`, with their domains and a scope);
2. the entry of `clouds.yaml` that `keystone.cloud` or `OS_CLOUD` names, with what `secure.yaml`
   beside it adds;
3. the variables `OS_USERNAME`, `OS_PASSWORD` and so on, as an RC file sets them.

The address comes from the same source when `keystone.auth_url` is not written; with an account
under `keystone`, from `OS_AUTH_URL`. The source's CA file (`cacert`, `OS_CACERT`) and
`verify: false` are used for its own address only.

Names of users and projects are unique in a domain only, so give the domain with them. In
`self` mode none of this is read.
"#;
