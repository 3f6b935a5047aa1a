"""Medians, ratios within a round, the table and the file."""
import json
import statistics
import sys
import time

BASELINES = ["haproxy", "nginx"]
FIGURES = ["cpu_microseconds", "requests_per_second", "p50_microseconds", "p99_microseconds", "resident_bytes", "proportional_bytes"]
FOOTNOTE = """\
CPU is user and system time of the subject's own processes, workers included, per request: the figure
to trust. Load generator, subject and upstream share the machine's cores, so requests per second and
latency also tell how dear the neighbours are. Ratios are taken within each round: median (least-most);
a CPU ratio below 1 is cheaper than the baseline, a throughput ratio above 1 faster. direct is the
upstream itself. Memory is summed over the subject's processes, under load; PSS counts shared pages once."""


def progress(number, rounds, name, sample):
    print("round %d/%d  %-11s %7.0f req/s  %6.2f us CPU" % (
        number, rounds, name, sample["requests_per_second"], sample["cpu_microseconds"]), file=sys.stderr)


def summarise(rounds):
    summary = {}
    for name in rounds[0]:
        medians = {figure: statistics.median(one[name][figure] for one in rounds) for figure in FIGURES}
        medians["ratios"] = {
            baseline: {figure: spread([one[name][figure] / one[baseline][figure] for one in rounds])
                       for figure in ("cpu_microseconds", "requests_per_second")}
            for baseline in BASELINES if baseline in rounds[0]}
        summary[name] = medians
    return summary


def spread(ratios):
    return {"median": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}


def show(result):
    machine, options, summary = result["machine"], result["options"], result["summary"]
    print("\n%s, %d cores, Linux %s, load %.1f" % (machine["processor"], machine["cores"], machine["kernel"], machine["load"]))
    print(", ".join("%s %s" % pair for pair in machine["versions"].items()))
    print("%(rounds)d rounds of %(seconds)d s, %(connections)d connections; medians\n" % options)
    print("%-11s %10s %9s %9s %9s %9s %9s" % ("", "CPU us/req", "req/s", "p50 us", "p99 us", "RSS MiB", "PSS MiB"))
    for name, one in summary.items():
        mebibytes = [one[figure] / 2**20 for figure in FIGURES[4:]]
        print("%-11s %10.2f %9.0f %9.0f %9.0f %9.1f %9.1f" % (name, *(one[figure] for figure in FIGURES[:4]), *mebibytes))
    for figure, title in (("cpu_microseconds", "CPU per request"), ("requests_per_second", "requests per second")):
        baselines = [name for name in BASELINES if name in summary]
        if baselines:
            print("\n%-11s" % "" + "".join(" %30s" % ("%s / %s" % (title, name)) for name in baselines))
            for name, one in summary.items():
                cells = [one["ratios"][baseline][figure] for baseline in baselines]
                print("%-11s" % name + "".join(" %30s" % ("%(median).2f (%(least).2f-%(most).2f)" % cell) for cell in cells))
    print("\n" + FOOTNOTE)


def save(result, directory):
    path = directory / time.strftime("%Y%m%d-%H%M%S.json")
    path.write_text(json.dumps(result, indent=1) + "\n")
    return path


def plain(options):
    return {"rounds": options.rounds, "seconds": options.seconds, "connections": options.connections,
            "subjects": list(options.subjects)}
