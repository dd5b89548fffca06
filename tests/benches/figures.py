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
    if us in (0, math.inf):
        return "0" if us == 0 else "never"
    divisor, unit = (1, "µs") if us < 1e3 else (1e3, "ms") if us < 1e6 else (1e6, "s")
    return f"{us / divisor:.3g} {unit}"


UNITS = {"us": of_us, "ms": lambda v: of_us(v * 1000), "percent": lambda v: f"{v:.3g} %", "mib": lambda v: f"{v:.1f} MiB"}


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
    Figure("… of 20 ms each, latency = low", "burst_20_ms", "cgqd low", OLD, "share", "none", IS_NONE),
    Figure("… of 20 ms each, strict", "burst_20_ms", "cgqd strict", OLD, "share", "none", IS_NONE),
    Figure("… of 20 ms each, latency = normal", "burst_20_ms", "cgqd", OLD, "share", "", IS_ANY),
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
    Figure("… with the processes that ran already", "resident_crowd_mib", "cgqd", OLD, "mib", "", IS_ANY),
    Figure("… with all those groups", "resident_groups_mib", "cgqd", OLD, "mib", "", IS_ANY),
)


def rows(results):
    """Of each figure that was taken: its texts, in the order of the table."""
    for f in FIGURES:
        own, other = results.of(f.measure, f.own), results.of(f.measure, f.other)
        if own:
            reached = "" if not f.asked else "reached" if f.reached(own, other or own) else "NOT reached"
            yield f, {"what": f.what, "own": f.cell(own), "other": f"{f.other} {f.cell(other)}", "ratio": f.ratio(own, other),
                      "floor": f.cell(results.of(f.measure, FLOOR)), "of": len(own), "reached": reached}


def lines(results):
    """One to quote for each: p50 / p99, or how many."""
    before = ""
    for f, row in rows(results):
        before = before if f.what.startswith("…") else f.what
        what = f.what.replace("…", f"{before}:") if f.what.startswith("…") else f.what
        asked = f"; asked {f.asked}: {row['reached']}" if f.asked else ""
        yield f"{what} ({f.own}, {row['of']} values): {row['own']}; {row['other']}, ratio {row['ratio']}; floor {row['floor']}{asked}"


def markdown(results):
    """README's table."""
    yield "| p50 / p99 | cgqd | against | ratio | floor |"
    yield "| --- | --- | --- | --- | --- |"
    for _, row in rows(results):
        yield "| " + " | ".join(row[c] for c in ("what", "own", "other", "ratio", "floor")) + " |"


def summary(values):
    if isinstance(values[0], bool):
        return {"true": sum(values), "of": len(values)}
    p50, p99 = (quantile(values, q) for q in (0.5, 0.99))
    return {"p50": None if p50 == math.inf else p50, "p99": None if p99 == math.inf else p99, "of": len(values)}


def figure_json(f, results):
    """Numbers in the figure's unit, null for never; of a share, how many are so."""
    one = {"figure": f.what, "measure": f.measure, "unit": f.unit, "asked": f.asked or None, "of": f.own, "against": f.other}
    for key, name in (("own", f.own), ("other", f.other), ("floor", FLOOR)):
        values = results.of(f.measure, name)
        one[key] = summary(values) if values else None
    if f.asked:
        one["reached"] = f.reached(results.of(f.measure, f.own), results.of(f.measure, f.other) or results.of(f.measure, f.own))
    return one


def json_write(file, machine, sizes, results):
    measures = {measure: {name: summary(values) for name, values in of.items()} for measure, of in results.values.items()}
    figures = [figure_json(f, results) for f, _ in rows(results)]
    with open(file, "w") as f:
        json.dump({"machine": machine, "sizes": sizes, "figures": figures, "measures": measures}, f, indent=1, ensure_ascii=False)
