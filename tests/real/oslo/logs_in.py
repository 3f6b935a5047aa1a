"""What keystonemiddleware would send to log in: a JSON list of files in, a JSON list of requests out.

The account is loaded as keystonemiddleware loads it. The generic plugin would first look for the
version of the API; here that is v3.
"""
import json
import os
import sys
import tempfile

from keystoneauth1 import loading
from keystoneauth1.identity import generic
from keystonemiddleware import auth_token
from oslo_config import cfg


class Sent(Exception):
    pass


class Session:
    def post(self, url, json=None, **_):
        raise Sent(json["auth"])


def request(path):
    conf = cfg.ConfigOpts()
    conf([], project="portcullis", default_config_files=[path], default_config_dirs=[], use_env=False)
    # Whoever shares a section with keystonemiddleware has registered it.
    loading.register_auth_conf_options(conf, "service_user")
    middleware = auth_token.AuthProtocol(None, {"oslo_config_config": conf})
    plugin = middleware._auth
    if isinstance(plugin, generic.Password):
        plugin = plugin.create_plugin(None, (3, 0), plugin.auth_url)
    try:
        plugin.get_auth_ref(Session())
    except Sent as sent:
        return {"request": sent.args[0]}


def answer(path):
    try:
        return request(path) or {"error": "nothing was sent"}
    except Exception as error:  # some are no more than that
        return {"error": f"{type(error).__name__}: {error}"}


with tempfile.TemporaryDirectory() as directory:
    answers = []
    for text in json.load(sys.stdin):
        path = os.path.join(directory, "service.conf")
        with open(path, "wb") as file:
            file.write(text.encode())
        answers.append(answer(path))
json.dump(answers, sys.stdout)
