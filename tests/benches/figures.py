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

    def floor(self, figure):
        """What is the least depends on what is done: who keeps warm has one of its own."""
        return self.of(figure.measure, f"{FLOOR} low" if figure.own == "cgqd low" else FLOOR) or self.of(figure.measure, FLOOR)


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
    if mine == theirs:
        return 1.0
    return theirs / mine if mine else math.inf


def number(n):
    return "∞" if n == math.inf else f"{n:.3g}"


def percent(n):
    """What is added to what it takes without us."""
    return f"{100 * (1 / n - 1):+.1f} %"


def at_most(p50, p99=math.inf):
    return lambda own, other: quantile(own, 0.5) <= p50 and quantile(own, 0.99) <= p99


def part_of(p50, p99=0):
    """So many times the other's is ours."""
    return lambda own, other: times(own, other) >= p50 and times(own, other, 0.99) >= p99


def added(share):
    return lambda own, other: quantile(own, 0.5) <= quantile(other, 0.5) * (1 + share)


def is_none(own, other):
    return not any(own)


def is_nearly_all(own, other):
    return sum(own) >= 0.999 * len(own)


def is_all(own, other):
    return all(own)


def not_asked(own, other):
    return True


FIGURES = (
    Figure("exec to placed, after 100 ms of idle, latency = low",
           "after_idle", "cgqd low", OLD, "us", "1/100 of cgrulesengd's, at p99 1/150", part_of(100, 150)),
    Figure("exec to placed, after 100 ms of idle, 4 busy loops, latency = low",
           "after_idle_busy", "cgqd low", OLD, "us", "1/100 of cgrulesengd's, at p99 1/150", part_of(100, 150)),
    Figure("exec to placed, back to back, latency = low",
           "back_to_back", "cgqd low", OLD, "us", "35 µs, at p99 110 µs", at_most(35, 110)),
    Figure("exec to placed, after 100 ms of idle, latency = normal", "after_idle", "cgqd", OLD, "us", "", not_asked),
    Figure("exec to placed, back to back, latency = normal", "back_to_back", "cgqd", OLD, "us", "", not_asked),
    Figure("inside at the first own instruction, in all these ways, latency = low",
           "inside_at_first", "cgqd low", OLD, "share", "999 of 1,000", is_nearly_all),
    Figure("inside at the first own instruction, in bursts, strict",
           "burst_inside_at_first", "cgqd strict", OLD, "share", "all", is_all),
    Figure("never placed, of a burst of programs of 1 s", "burst_1_s", "cgqd", OLD, "share", "none", is_none),
    Figure("never placed, of a burst of programs of 20 ms, latency = low",
           "burst_20_ms", "cgqd low", OLD, "share", "none", is_none),
    Figure("never placed, of a burst of programs of 20 ms, strict", "burst_20_ms", "cgqd strict", OLD, "share", "none", is_none),
    Figure("never placed, of a burst of programs of 20 ms, latency = normal", "burst_20_ms", "cgqd", OLD, "share", "", not_asked),
    Figure("daemon's CPU for 10,000 execs that no rule names, latency = normal",
           "cpu_10000_others", "cgqd", OLD, "ms", "1/200 of cgrulesengd's", part_of(200)),
    Figure("daemon's CPU for 10,000 execs that no rule names, latency = low",
           "cpu_10000_others", "cgqd low", OLD, "ms", "", not_asked),
    Figure("daemon's CPU for an exec that a rule names, latency = normal",
           "cpu_matching", "cgqd", OLD, "us", "1/4 of cgrulesengd's", part_of(4)),
    Figure("daemon's CPU for an exec that a rule names, latency = low", "cpu_matching", "cgqd low", OLD, "us", "", not_asked),
    Figure("fork, exec and end of any other program, latency = normal",
           "other_exec", "cgqd", "nobody", "us", "+15 % over nobody's", added(0.15)),
    Figure("fork, exec and end of any other program, latency = low",
           "other_exec", "cgqd low", "nobody", "us", "+15 %", added(0.15)),
    Figure("fork, exec and end of any other program, beside a strict group",
           "other_exec", "cgqd strict", "nobody", "us", "+5 %", added(0.05)),
    Figure("fork, exec and end of any other program, with cgrulesengd", "other_exec", OLD, "nobody", "us", "", not_asked),
    Figure("a start that finds, identifies and places all of a crowd",
           "existing", "cgqd", OLD, "us", "1/8 of cgrulesengd's", part_of(8)),
    Figure("cgq list, against systemd-cgtop -b -n1", "list", "cgq list", "systemd-cgtop", "us", "1/10 of its", part_of(10)),
    Figure("cgq list, against cgget of one counter", "list", "cgq list", "cgget", "us", "", not_asked),
    Figure("cgq list, against lscgroup", "list", "cgq list", "lscgroup", "us", "", not_asked),
    Figure("idle, no rules", "idle_percent", "cgqd no rules", OLD, "percent", "0", at_most(0.005)),
    Figure("idle, latency = normal", "idle_percent", "cgqd", OLD, "percent", "under 0.1 % of a CPU", at_most(0.1)),
    Figure("idle, latency = low, in the minute after a start", "idle_percent", "cgqd low", OLD, "percent", "0.7 %", at_most(0.75)),
    Figure("resident memory", "resident_mib", "cgqd", OLD, "mib", "8 MiB", at_most(8)),
    Figure("resident memory, with the crowd placed", "resident_crowd_mib", "cgqd", OLD, "mib", "8 MiB", at_most(8)),
    Figure("resident memory, with all the groups listed", "resident_groups_mib", "cgqd", OLD, "mib", "8 MiB", at_most(8)),
)


def rows(results):
    """Of each figure that was taken: its texts, in the order of the table."""
    for f in FIGURES:
        own, other = results.of(f.measure, f.own), results.of(f.measure, f.other)
        if own:
            reached = "" if not f.asked else "reached" if f.reached(own, other or own) else "NOT reached"
            yield f, {"what": f.what, "own": f.cell(own), "other": f"{f.other} {f.cell(other)}", "ratio": f.ratio(own, other),
                      "floor": f.cell(results.floor(f)), "of": len(own), "reached": reached}


def lines(results):
    """One to quote for each: p50 / p99, or how many."""
    for f, row in rows(results):
        asked = f"; asked {f.asked}: {row['reached']}" if f.asked else ""
        yield f"{f.what} ({f.own}, {row['of']} values): {row['own']}; {row['other']}, ratio {row['ratio']}; floor {row['floor']}{asked}"


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
    of = {"own": results.of(f.measure, f.own), "other": results.of(f.measure, f.other), "floor": results.floor(f)}
    for key, values in of.items():
        one[key] = summary(values) if values else None
    if f.asked:
        one["reached"] = f.reached(results.of(f.measure, f.own), results.of(f.measure, f.other) or results.of(f.measure, f.own))
    return one


def json_write(file, machine, sizes, results):
    measures = {measure: {name: summary(values) for name, values in of.items()} for measure, of in results.values.items()}
    figures = [figure_json(f, results) for f, _ in rows(results)]
    with open(file, "w") as f:
        json.dump({"machine": machine, "sizes": sizes, "figures": figures, "measures": measures}, f, indent=1, ensure_ascii=False)
