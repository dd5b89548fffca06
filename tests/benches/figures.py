"""The figures: one table of what is asked, and how each is said."""
import json
import math
from dataclasses import dataclass
from typing import Callable

FLOOR, OLD = "floor", "cgrulesengd"


def quantile(values, q):
    """The smallest that so many are not above."""
    values = sorted(values)
    return values[max(0, math.ceil(len(values) * q) - 1)]


class Results:
    """Every value of every round, by measure and whom it is of."""

    def __init__(self):
        self.values = {}

    def add(self, measure, name, values):
        self.values.setdefault(measure, {}).setdefault(name, []).extend(values)

    def of(self, measure, name):
        return self.values.get(measure, {}).get(name)


def of_us(us):
    if us == math.inf:
        return "never"
    for limit, divisor, unit in ((1000, 1, "µs"), (1e6, 1e3, "ms"), (math.inf, 1e6, "s")):
        if us < limit:
            return f"{us / divisor:.3g} {unit}"


UNITS = {"us": of_us, "percent": lambda v: f"{v:.3g} %", "mib": lambda v: f"{v:.1f} MiB"}


@dataclass
class Figure:
    """reached(own values, other values) is whether what was asked is so."""
    what: str
    measure: str
    own: str
    other: str
    unit: str
    asked: str
    reached: Callable

    def cell(self, values):
        if not values:
            return "–"
        if self.unit == "share":
            return f"{sum(values)} of {len(values)}"
        p50, p99 = (UNITS[self.unit](quantile(values, q)) for q in (0.5, 0.99))
        return f"{p50} / {p99}"

    def ratio(self, own, other):
        if not own or not other or self.unit == "share":
            return "–"
        p50, p99 = (times(own, other, q) for q in (0.5, 0.99))
        if self.other == "nobody":
            return f"{percent(p50)} / {percent(p99)}"
        return f"{number(p50)} / {number(p99)}"


def times(own, other, q=0.5):
    """How many times the other's is ours."""
    mine, theirs = quantile(own, q), quantile(other, q)
    return theirs / mine if mine else math.inf


def number(n):
    return "∞" if n == math.inf else f"{n:.3g}"


def percent(n):
    """What is added to what it takes without us."""
    return f"{100 * (1 / n - 1):+.1f} %"


def added(own, other, limit):
    return quantile(own, 0.5) <= quantile(other, 0.5) * (1 + limit)


def idle(percent_max):
    return lambda own, other: quantile(own, 0.5) <= percent_max


LATENCY = "1/100 of cgrulesengd's, at p99 1/150"
IS_LATENCY = lambda own, other: times(own, other) >= 100 and times(own, other, 0.99) >= 150
IS_NONE = lambda own, other: not any(own)
IS_ALL = lambda own, other: all(own)
IS_ANY = lambda own, other: True

FIGURES = (
    Figure("exec to placed after 100 ms of idle, latency = low", "after_idle", "cgqd low", OLD, "us", LATENCY, IS_LATENCY),
    Figure("… with 4 busy loops", "after_idle_busy", "cgqd low", OLD, "us", LATENCY, IS_LATENCY),
    Figure("… back to back", "back_to_back", "cgqd low", OLD, "us", "35 µs, at p99 110 µs",
           lambda own, other: quantile(own, 0.5) <= 35 and quantile(own, 0.99) <= 110),
    Figure("exec to placed after 100 ms of idle, latency = normal", "after_idle", "cgqd", OLD, "us", "", IS_ANY),
    Figure("… back to back", "back_to_back", "cgqd", OLD, "us", "", IS_ANY),
    Figure("in their group at their first own instruction, all of the above, latency = low", "inside_at_first", "cgqd low", OLD, "share",
           "999 of 1,000", lambda own, other: sum(own) >= 0.999 * len(own)),
    Figure("… strict, in bursts", "burst_inside_at_first", "cgqd strict", OLD, "share", "all", IS_ALL),
    Figure("never placed in a burst, of 1 s each", "burst_1_s", "cgqd", OLD, "share", "none", IS_NONE),
    Figure("… of 20 ms each", "burst_20_ms", "cgqd", OLD, "share", "none", IS_NONE),
    Figure("… of 20 ms each, latency = low", "burst_20_ms", "cgqd low", OLD, "share", "none", IS_NONE),
    Figure("daemon's CPU for 10,000 execs that no rule names", "cpu_10000_others", "cgqd", OLD, "ms", "1/200 of cgrulesengd's",
           lambda own, other: times(own, other) >= 200),
    Figure("… latency = low", "cpu_10000_others", "cgqd low", OLD, "ms", "", IS_ANY),
    Figure("daemon's CPU for an exec that a rule names", "cpu_matching", "cgqd", OLD, "us", "1/4 of cgrulesengd's",
           lambda own, other: times(own, other) >= 4),
    Figure("… latency = low", "cpu_matching", "cgqd low", OLD, "us", "", IS_ANY),
    Figure("fork, exec and end of any other program", "other_exec", "cgqd", "nobody", "us", "+15 % over nobody's",
           lambda own, other: added(own, other, 0.15)),
    Figure("… latency = low", "other_exec", "cgqd low", "nobody", "us", "+15 %", lambda own, other: added(own, other, 0.15)),
    Figure("… beside a strict group", "other_exec", "cgqd strict", "nobody", "us", "+5 %", lambda own, other: added(own, other, 0.05)),
    Figure("… with cgrulesengd", "other_exec", OLD, "nobody", "us", "", IS_ANY),
    Figure("processes that run already: identified and placed by a start", "existing", "cgqd", OLD, "us", "1/8 of cgrulesengd's",
           lambda own, other: times(own, other) >= 8),
    Figure("all groups listed, against systemd-cgtop -b -n1", "list", "cgq list", "systemd-cgtop", "us", "1/10 of its",
           lambda own, other: times(own, other) >= 10),
    Figure("… against cgget of one counter", "list", "cgq list", "cgget", "us", "", IS_ANY),
    Figure("… against lscgroup", "list", "cgq list", "lscgroup", "us", "", IS_ANY),
    Figure("idle, no rules", "idle_percent", "cgqd no rules", OLD, "percent", "0", idle(0.005)),
    Figure("idle, latency = normal", "idle_percent", "cgqd", OLD, "percent", "under 0.1 % of a CPU", idle(0.1)),
    Figure("idle, latency = low, programs start", "idle_percent", "cgqd low", OLD, "percent", "0.7 %", idle(0.75)),
    Figure("resident memory", "resident_mib", "cgqd", OLD, "mib", "8 MiB", idle(8)),
    Figure("… with the processes that ran already", "resident_crowd_mib", "cgqd", OLD, "mib", "8 MiB", idle(8)),
    Figure("… with all those groups", "resident_groups_mib", "cgqd", OLD, "mib", "8 MiB", idle(8)),
)
UNITS["ms"] = lambda v: of_us(v * 1000)


def rows(results):
    """Of each figure that was taken: its texts, in the order of the table."""
    for f in FIGURES:
        own, other = results.of(f.measure, f.own), results.of(f.measure, f.other)
        if own:
            reached = "–" if not f.asked else "yes" if f.reached(own, other or own) else "NO"
            yield f, {"what": f.what, "cgqd": f.cell(own), "other": f.cell(other), "name": f.other, "ratio": f.ratio(own, other),
                      "floor": f.cell(results.of(f.measure, FLOOR)), "asked": f.asked or "–", "reached": reached}


def lines(results):
    """One to quote for each."""
    for f, row in rows(results):
        yield f"{f.what} ({f.own}): {row['cgqd']}; {row['name']} {row['other']}, ratio {row['ratio']}; floor {row['floor']}; " \
              f"asked {row['asked']}: {row['reached']}"


def markdown(results):
    yield "| p50 / p99 | cgqd | against | | ratio | floor | asked | reached |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for _, row in rows(results):
        yield "| " + " | ".join(row[c] for c in ("what", "cgqd", "name", "other", "ratio", "floor", "asked", "reached")) + " |"


def finite(n):
    return None if n == math.inf else n


def figures_json(results):
    """Microseconds, milliseconds, MiB and percent as in the table; a share is of values that are true."""
    for f, row in rows(results):
        one = {"figure": f.what, "of": f.own, "against": f.other, "unit": f.unit, "asked": f.asked or None, "reached": row["reached"] == "yes"}
        for key, name in (("cgqd", f.own), ("other", f.other), ("floor", FLOOR)):
            values = results.of(f.measure, name)
            if values and f.unit == "share":
                one[key] = {"true": sum(values), "of": len(values)}
            elif values:
                one[key] = {"p50": finite(quantile(values, 0.5)), "p99": finite(quantile(values, 0.99)), "of": len(values)}
        yield one


def json_write(file, machine, sizes, results):
    values = {m: {n: {"p50": finite(quantile(v, 0.5)), "p99": finite(quantile(v, 0.99)), "mean_of_true": None}
                  if not isinstance(v[0], bool) else {"true": sum(v), "of": len(v)}
                  for n, v in of.items()} for m, of in results.values.items()}
    with open(file, "w") as f:
        json.dump({"machine": machine, "sizes": sizes, "figures": list(figures_json(results)), "measures": values}, f, indent=1, ensure_ascii=False)
