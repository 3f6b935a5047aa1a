"""What is remembered, and for how long."""

from panels import RED, YELLOW, graph, stat

LOOKUPS = "portcullis_token_cache_lookups_total"
USED = "sum(portcullis_token_cache_bytes{@}) / sum(portcullis_token_cache_capacity_bytes{@})"

ROW = ("Cache", True, [
    [
        (4, 7, stat(
            "Hit ratio",
            f'sum(rate({LOOKUPS}{{@,result=~"hit|negative_hit"}}[$__rate_interval])) '
            f"/ sum(rate({LOOKUPS}{{@}}[$__rate_interval]))", "percentunit",
            "Answers that cost no question. Below a half, tokens are used once, `cache.ttl` is too "
            "short, or the cache too small.", runbook="PortcullisCacheIneffective")),
        (4, 7, stat(
            "Full", USED, "percentunit",
            "Bytes that identities hold, of `cache.max_bytes`. Full is fine as long as nothing good "
            "is thrown out.", steps=((0.9, YELLOW), (0.99, RED)), runbook="PortcullisCacheFull")),
        (8, 7, graph(
            "Look-ups",
            [("{{result}}", f"sum by (result) (rate({LOOKUPS}{{@}}[$__rate_interval]))"),
             ("joined a question under way",
              "sum(rate(portcullis_token_cache_coalesced_total{@}[$__rate_interval]))")], "ops",
            "`negative_hit`: a remembered refusal. Misses go to Keystone, but for those that joined.",
            runbook="PortcullisCacheIneffective")),
        (8, 7, graph(
            "Age of answers that were used",
            [(name, f"histogram_quantile({share}, sum by (le) (rate("
              "portcullis_token_cache_hit_age_seconds_bucket{@}[$__rate_interval])))")
             for name, share in (("p50", 0.5), ("p99", 0.99))]
            + [("cache.ttl", "max(portcullis_token_cache_ttl_seconds{@})")], "s",
            "How stale the knowledge is that clients are judged by: a revoked token passes for as "
            "long. Must stay below `cache.ttl`, but for the rounding of the buckets.",
            runbook="PortcullisStaleAnswers")),
    ],
    [
        (8, 7, graph(
            "Bytes",
            [("held", "sum(portcullis_token_cache_bytes{@})"),
             ("cache.max_bytes", "sum(portcullis_token_cache_capacity_bytes{@})")], "bytes",
            "Of all chosen instances together; each has a cache of its own.",
            runbook="PortcullisCacheFull")),
        (8, 7, graph(
            "Entries",
            [("identities", "sum(portcullis_token_cache_entries{@})"),
             ("refusals", "sum(portcullis_token_cache_negative_entries{@})")], "short",
            "Refusals at their limit (`cache.negative_max_entries`) mean that somebody sends made-up "
            "tokens.", runbook="PortcullisTokenGuessing")),
        (8, 7, graph(
            "Identities that left",
            [("{{cause}}", "sum by (cause) (rate("
              "portcullis_token_cache_evictions_total{@}[$__rate_interval]))")], "ops",
            "`size`: good ones thrown out for want of room. `purged`: somebody purged.",
            runbook="PortcullisCacheFull")),
    ],
])
