"""Reads files as oslo.config does: a JSON list of texts in, a JSON list of what it makes of them out.

Every option that a file sets counts as registered, as text without a default. That is what a reader
can know who knows no service.
"""
import json
import os
import sys
import tempfile

from oslo_config import cfg

FAULTS = {
    cfg.NoSuchOptError: "unknown",
    cfg.NoSuchGroupError: "unknown section",
    cfg.TemplateSubstitutionError: "section",
    RecursionError: "circle",
}


def read(path):
    sections = {}
    parser = cfg.ConfigParser(path, {})
    parser._add_normalized(sections)
    try:
        parser.parse()
    except cfg.ParseError as error:
        return {"line": error.lineno, "error": error.msg}
    conf = cfg.ConfigOpts()
    conf([], project="portcullis", default_config_files=[path], default_config_dirs=[], use_env=False)
    for section, options in sections.items():
        group = None if section == "DEFAULT" else section
        if group:
            conf.register_group(cfg.OptGroup(group))
        for option in options:
            conf.register_opt(cfg.Opt("o" + option, dest=option), group=group)
    return {"sections": {
        section: {option: value(conf, section, option) for option in options}
        for section, options in sections.items()
    }}


def value(conf, section, option):
    group = None if section == "DEFAULT" else conf._get_group(section)
    try:
        return {"value": conf._get(option, group=group)}
    except tuple(FAULTS) as error:
        return {"fault": FAULTS[type(error)]}


with tempfile.TemporaryDirectory() as directory:
    answers = []
    for text in json.load(sys.stdin):
        path = os.path.join(directory, "service.conf")
        with open(path, "wb") as file:
            file.write(text.encode())
        answers.append(read(path))
json.dump(answers, sys.stdout)
