"""Whether remembering helps, and does not go on for too long."""

from .case import Case, late, level, series, steady


def lookups(hits, misses):
    """Look-ups in the cache."""
    name = "portcullis_token_cache_lookups_total"
    return [series(name, hits, tier="memory", result="hit"),
            series(name, misses, tier="memory", result="miss")]


def ages(young, all_of_them):
    """Answers that are used: those of up to ten minutes, and of up to half an hour."""
    name = "portcullis_token_cache_hit_age_seconds_bucket"
    return [series(name, values, le=le)
            for le, values in (("600", young), ("1800", all_of_them), ("+Inf", all_of_them))]


TTL = series("portcullis_token_cache_ttl_seconds", level(300))

CASES = [
    Case("PortcullisCacheIneffective", "warning", 33, 30,
         loud=[*lookups(steady(3), late(12)), TTL],
         quiet=[*lookups(steady(5.1), late(4.9)), TTL]),
    Case("PortcullisCacheFull", "warning", 31, 15,
         loud=[series("portcullis_token_cache_evictions_total", late(0.1), cause="size")],
         quiet=[series("portcullis_token_cache_evictions_total", level(8), cause="size"),
                series("portcullis_token_cache_evictions_total", late(1), cause="expired")]),
    Case("PortcullisStaleAnswers", "warning", 31, 10,
         loud=[*ages("0+1000x30 30000+900x370", "0+1000x400"), TTL],
         # One in a hundred is rounding, in a bucket that is nearly three times as wide.
         quiet=[*ages("0+991x400", "0+1000x400"), TTL]),
]
