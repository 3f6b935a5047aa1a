"""A line for each row, what it must keep to, and the file."""
import json
import time

MIB = 2**20
P99 = 50_000  # microseconds
THROUGHPUT = 0.8
IDLE = 400 * MIB
FOOTNOTE = """\
p99: of the honest client, alone and beside the attack; answered: its requests in a second as a share
of those without the attack, and how many of them were answered by anything but 200. Memory: resident,
fresh, before (after a first short wave), at most, and afterwards (once within 5 %% of before, and after
how long, or after 60 s). CPU: of the proxy's own,
in cores, without and with. The attackers share the machine with everybody else, and take what they
get of it. ! marks what misses: p99 %d ms, %d %% answered, none failed, memory back, %d MiB.""" % (
    P99 / 1000, THROUGHPUT * 100, IDLE / MIB)


def header():
    print("%-16s %15s %14s %30s %11s %5s  %s" % (
        "", "p99 ms", "answered", "memory MiB", "CPU", "load", "what it was told"), flush=True)


def row(name, one):
    p99 = "%.1f -> %.1f" % (one["usual"]["p99"] / 1000, one["honest"]["p99"] / 1000)
    failed = one["honest"]["failed"]
    answered = "%.0f%%%s" % (one["throughput"] * 100, ", -%d" % failed if failed else "")
    back = "%.0fs" % one["back"] if one["back"] is not None else "!"
    memory = "%.1f %.1f %.1f %.1f %s" % (*(one[when] / MIB for when in ("fresh", "before", "most", "after")), back)
    cpu = "%.2f -> %.2f" % (one["cpu_usual"], one["cpu"])
    marks = [p99 + mark(one["honest"]["p99"] > P99), answered + mark(one["throughput"] < THROUGHPUT or failed),
             memory + mark(one["most"] > IDLE)]
    print("%-16s %15s %14s %30s %11s %5.1f  %s" % (name, *marks, cpu, one["load"], one["told"]), flush=True)


def mark(missed):
    return " !" if missed else ""


def footer():
    print("\n" + FOOTNOTE)


def save(result, directory):
    path = directory / time.strftime("%Y%m%d-%H%M%S.json")
    path.write_text(json.dumps(result, indent=1) + "\n")
    return path
