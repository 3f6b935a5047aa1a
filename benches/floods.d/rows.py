"""What the proxy is exposed to, by name and in order."""
import dataclasses
import typing

import attacks_http1 as http1
import attacks_http2 as http2


@dataclasses.dataclass(frozen=True)
class Row:
    attack: typing.Callable
    configuration: str = ""
    seconds: int = 0  # at least


ROWS = {
    "elsewhere": Row(http2.elsewhere),
    "rapid-reset": Row(http2.rapid_reset),
    "made-you-reset": Row(http2.made_you_reset),
    "continuation": Row(http2.continuation),
    "continuation-8k": Row(http2.long_continuation),
    "empty-data": Row(http2.empty_data),
    "ping": Row(http2.pings),
    "settings": Row(http2.settings),
    "priority": Row(http2.priorities),
    "unknown": Row(http2.unknown),
    "hpack-90": Row(http2.hpack_bomb(90)),
    "hpack-440": Row(http2.hpack_bomb(440)),
    "hpack-12000": Row(http2.hpack_bomb(12_000)),
    "closed-window": Row(http2.closed_window),
    "slow-heads": Row(http1.slow_heads),
    "slow-bodies": Row(http1.slow_bodies),
    "slow-readers": Row(http1.slow_readers),
    "random-tokens": Row(http1.random_tokens),
    "idle": Row(http1.idle, "server: {max_connections: 11000}\n"),
    "reloads": Row(http1.reloads, seconds=32),
}
