"""What docs/deployment.md has people write into a drop-in for systemd."""

import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs/deployment.md"


def low_port():
    """That for a port below 1024."""
    [text] = re.findall(r"```ini\n(.*?)```", PAGE.read_text(), re.S)
    assert "CAP_NET_BIND_SERVICE" in text, text
    return text
