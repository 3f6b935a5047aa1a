"""Makes the tables of values in the READMEs of the charts from the comments in values.yaml.

Whatever stands above the marker in a README is written by hand. Below it comes a section for each
`## Title` of values.yaml, with a row for each value: the comment above a key is its description.
"""

import json
import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
CHARTS = [ROOT / "helm/portcullis", ROOT / "helm/portcullis-sidecar"]
MARKER = "<!-- The rest is made from values.yaml by scripts/chart-readme. -->\n"


def main():
    stale = []
    for chart in CHARTS:
        target = chart / "README.md"
        written, marker, _ = target.read_text().partition(MARKER)
        if not marker:
            sys.exit(f"chart-readme: {target} lacks the line {MARKER.strip()}")
        made = written + MARKER + tables(chart)
        if "--check" in sys.argv[1:]:
            if target.read_text() != made:
                stale.append(str(target.relative_to(ROOT)))
        else:
            target.write_text(made)
    if stale:
        sys.exit(f"chart-readme: out of date: {', '.join(stale)}; run scripts/chart-readme")


def tables(chart):
    text = (chart / "values.yaml").read_text()
    values, comments = yaml.safe_load(text), dict(comments_of(text))
    out = []
    for title, prose, keys in sections(text):
        out.append(f"\n## {title}\n")
        if prose:
            out.append(f"\n{prose}\n")
        out.append("\n| value | default | what it does |\n|---|---|---|\n")
        for key in keys:
            out += rows((key,), values[key], comments)
    return "".join(out)


def rows(path, value, comments):
    """A value's row, or those of what is in it where that has comments of its own."""
    inner = any(len(known) > len(path) and known[: len(path)] == path for known in comments)
    about = comments.get(path, "")
    if not inner:
        yield row(path, f"`{json.dumps(value)}`", about)
        return
    if about:
        yield row(path, "", about)
    for key, below in value.items():
        yield from rows((*path, key), below, comments)


def row(path, default, about):
    return f"| `{'.'.join(path)}` | {default} | {about} |\n"


def sections(text):
    """Each `## Title` with the prose below it and the keys that follow."""
    for part in re.split(r"(?:\A|\n\n)(?=## )", text)[1:]:
        first = re.match(r"(## .*\n)(##.*\n)*", part)
        title, *prose = [line.removeprefix("##").strip() for line in first.group().splitlines()]
        yield title, " ".join(filter(None, prose)), re.findall(r"^(\w+):", part, flags=re.M)


def comments_of(text):
    """The comment above each key, by the key's path."""
    path, comment = [], []
    for line in text.splitlines():
        key = re.match(r"( *)(\w+):", line)
        if remark := re.match(r" *# ?(?!#)(.*)", line):
            comment.append(remark.group(1))
        elif key:
            path[len(key.group(1)) // 2 :] = [key.group(2)]
            if comment:
                yield tuple(path), " ".join(comment).replace("|", "\\|")
            comment = []
        else:
            comment = []


if __name__ == "__main__":
    main()
