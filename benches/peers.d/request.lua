-- The one request that every subject gets, and the result as JSON. The table of headers is
-- fixed, so wrk renders the request once.
wrk.path = "/v2.1/servers/detail?limit=20&status=ACTIVE"
wrk.headers["X-Auth-Token"] = os.getenv("PEERS_TOKEN")
wrk.headers["User-Agent"] = "openstacksdk/4.22.0 keystoneauth1/5.18.1 python-requests/2.34.2 CPython/3.11.7"
wrk.headers["Accept"] = "application/json"
wrk.headers["Accept-Encoding"] = "gzip, deflate"
wrk.headers["OpenStack-API-Version"] = "compute 2.96"
wrk.headers["X-OpenStack-Nova-API-Version"] = "2.96"
wrk.headers["X-OpenStack-Request-ID"] = "req-2f9b3c1e-7a54-4d0e-9a83-51c6f2d7be10"

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "bytes": %d, "p50": %d, "p99": %d, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
