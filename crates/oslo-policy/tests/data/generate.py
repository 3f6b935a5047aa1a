"""Prints the defaults that an installed service registers, as the tests read them.

    pip install nova==34.0.0
    python generate.py nova > nova.json

Names and rules only: descriptions are prose and belong to their authors.
"""

import json
import sys
from importlib import metadata


def fields(default):
    found = {'name': default.name, 'check_str': default.check_str}
    if default.scope_types:
        found['scope_types'] = default.scope_types
    if default.deprecated_for_removal:
        found['deprecated_for_removal'] = True
    old = default.deprecated_rule
    if old:
        found['deprecated_rule'] = {'name': old.name, 'check_str': old.check_str}
    operations = getattr(default, 'operations', None)
    if operations:
        found['operations'] = [
            {'method': operation['method'], 'path': operation['path']} for operation in operations
        ]
    return found


def defaults_of(namespace):
    for entry in metadata.entry_points(group='oslo.policy.policies'):
        if entry.name == namespace:
            return [fields(default) for default in entry.load()()]
    sys.exit(f'no service registers {namespace}')


lines = ',\n'.join(json.dumps(default) for default in defaults_of(sys.argv[1]))
print(f'[\n{lines}\n]')
