"""Decides with Python's oslo.policy, one job for each line of standard input.

A job has `files` (a list of names and texts; those below `policy.d/` make the policy directory),
`defaults`, `default_rule`, `new_defaults` and `cases` (a list of rule, target and credentials). The
answer has `load` (null or an exception), `printed` (each rule as `str()` shows it) and `verdicts`
(true, false or an exception, in the order of the cases).

Remote servers are not asked: the last word of a URL's path is the body of the response.
"""

import json
import logging
import os
import shutil
import sys
import tempfile
import warnings

from oslo_config import cfg
from oslo_policy import _external
from oslo_policy import policy

logging.disable(logging.CRITICAL)
warnings.simplefilter('ignore')
sys.set_int_max_str_digits(4300)


class Response:
    def __init__(self, url):
        self.text = url.rsplit('/', 1)[-1]

    def close(self):
        pass


_external.requests.post = lambda url, **_: Response(url)


def default_of(fields):
    old = fields.get('deprecated_rule')
    if old:
        old = policy.DeprecatedRule(
            old['name'], old['check_str'], deprecated_reason='-', deprecated_since='-'
        )
    return policy.RuleDefault(
        fields['name'],
        fields['check_str'],
        deprecated_rule=old,
        scope_types=fields.get('scope_types') or None,
    )


def write(folder, files):
    for file in files:
        path = os.path.join(folder, file['name'])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8', newline='') as opened:
            opened.write(file['text'])


def enforcer_of(job, folder):
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[], default_config_dirs=[])
    enforcer = policy.Enforcer(conf)
    conf.set_override('policy_file', os.path.join(folder, 'policy.yaml'), group='oslo_policy')
    conf.set_override('policy_dirs', [os.path.join(folder, 'policy.d')], group='oslo_policy')
    conf.set_override('enforce_new_defaults', job['new_defaults'], group='oslo_policy')
    enforcer.policy_file = conf.oslo_policy.policy_file
    enforcer.default_rule = job['default_rule']
    enforcer.rules = policy.Rules({}, job['default_rule'])
    for default in job['defaults']:
        enforcer.register_default(default_of(default))
    enforcer.load_rules()
    return enforcer


def name_of(exception):
    return f'{type(exception).__name__}: {exception}'[:300]


def decide(enforcer, case):
    try:
        return bool(enforcer.enforce(case['rule'], case['target'], case['creds']))
    except Exception as exception:
        return name_of(exception)


def answer(job):
    folder = tempfile.mkdtemp(prefix='oslo-policy-')
    try:
        write(folder, job['files'])
        enforcer = enforcer_of(job, folder)
        printed = {}
        for name, check in enforcer.rules.items():
            if isinstance(name, str):
                printed[name] = str(check)
        verdicts = [decide(enforcer, case) for case in job['cases']]
        return {'load': None, 'printed': printed, 'verdicts': verdicts}
    except Exception as exception:
        return {'load': name_of(exception), 'printed': {}, 'verdicts': []}
    finally:
        shutil.rmtree(folder)


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
