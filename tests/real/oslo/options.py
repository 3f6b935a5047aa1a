"""The options that keystonemiddleware reads, and those of keystoneauth1's plugins, as JSON."""
import importlib.metadata
import json

from keystoneauth1 import loading
from keystonemiddleware.auth_token import _opts

# The plugins that log in with what can be kept in a file and goes on working.
LOGINS = ["password", "v3password", "v3applicationcredential"]


def described(option):
    return json.dumps({
        "name": option.dest,
        # Of a name with hyphens oslo.config reads the other spelling too.
        "aliases": list(dict.fromkeys(alias.name for alias in option.deprecated_opts)),
        "default": "" if option.default is None else str(option.default),
        "secret": option.secret,
    })


def listed(name, options):
    return f' "{name}": [\n  ' + ",\n  ".join(map(described, options)) + "\n ]"


def plugin(name):
    return listed(name, loading.get_auth_plugin_conf_options(loading.get_plugin_loader(name)))


versions = {name: importlib.metadata.version(name) for name in ("keystonemiddleware", "keystoneauth1")}
others = sorted(entry.name for entry in importlib.metadata.entry_points(group="keystoneauth1.plugin")
                if entry.name not in LOGINS)
members = [
    f' "versions": {json.dumps(versions)}',
    listed("middleware", _opts.list_opts()[0][1]),
    *map(plugin, LOGINS),
    f' "other plugins": {json.dumps(others)}',
]
print("{\n" + ",\n".join(members) + "\n}")
