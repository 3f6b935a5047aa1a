"""Instances that are away, all of them or one, or that do not stay."""

from .case import Case, level, series, steps

THERE = series("portcullis_build_info", level(1), version="0.1.0")

CASES = [
    Case("PortcullisInstanceDown", "warning", 30, 5,
         loud=[series("portcullis_build_info", "1x29", version="0.1.0"),
               series("up", steps((30, 1), 0))],
         # Another program of the same job is none of ours.
         quiet=[THERE, series("up", level(1)), series("up", level(0), instance="10.0.0.2:9100")]),
    Case("PortcullisAbsent", "critical", 30, 5,
         loud=[series("portcullis_build_info", "1x29 stale", version="0.1.0")],
         # One of two is left.
         quiet=[THERE,
                series("portcullis_build_info", "1x29 stale", version="0.1.0",
                       instance="10.0.0.2:9180")]),
    Case("PortcullisRestarting", "warning", 40, 0,
         loud=[THERE, series("process_start_time_seconds", steps((20, 100), (10, 200), (10, 300), 400))],
         quiet=[THERE, series("process_start_time_seconds", steps((20, 100), (10, 200), 300)),
                series("process_start_time_seconds", steps((20, 100), (5, 200), (5, 300), 400),
                       instance="10.0.0.2:9100")]),
]
