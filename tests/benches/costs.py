"""What it costs: the listener's CPU, what every other program of the machine pays, and standing by."""
import time

from listeners import Cgqd, CgqdLow, CgqdStrict, Cgrulesengd, Least, LeastOfNobody, LeastWarm, Nobody
from machine import NAME, TREE, cpu_us, program, relay, resident_mib

STRANGER = NAME.replace("cgqb", "cgqo")


def others(room, results, sizes, turn):
    """Programs that no rule names, one after the other, a moment after one that a rule does."""
    stranger, ours = program(room, STRANGER), program(room, NAME)
    for kind in turn((Nobody, LeastOfNobody, Cgrulesengd, Cgqd, CgqdLow, CgqdStrict)):
        listener = kind(room)
        relay(1, 0, ours)
        time.sleep(0.2)
        begun = listener.pid and cpu_us(listener.pid)
        results.add("other_exec", listener.name, relay(sizes.execs, 0, stranger))
        if listener.pid:
            results.add("cpu_10000_others", listener.name, [(cpu_us(listener.pid) - begun) * 10 / sizes.execs])
        listener.stop()


def matching(room, results, sizes, turn):
    """Programs that a rule names; each stays until it is placed, and the next does not wait for that."""
    ours = program(room, NAME)
    for kind in turn((Least, LeastWarm, Cgrulesengd, Cgqd, CgqdLow)):
        listener = kind(room)
        relay(1, 0, ours)
        begun = cpu_us(listener.pid)
        relay(sizes.matching, 1, ours, f"{room}/first-acts", "20", overlap=True)
        results.add("cpu_matching", listener.name, [(cpu_us(listener.pid) - begun) / sizes.matching])
        listener.stop()


class CgqdNoRules(Cgqd):
    name = "cgqd no rules"

    def __init__(self, room):
        super().__init__(room, f"{TREE}-none", "[bench]\ncpu = 1%..100%\n")


class CgqdLowAside(CgqdLow):
    def __init__(self, room):
        super().__init__(room, f"{TREE}-low")


def idle(room, results, sizes, turn):
    """All at the same time, since nothing happens: a moment after a program that a rule names."""
    all_kinds = [kind(room) for kind in (Cgrulesengd, CgqdNoRules, Cgqd, CgqdLowAside)]
    relay(1, 0, program(room, NAME))
    time.sleep(min(10, sizes.idle))  # How often it is to touch, cgqd learns in its first seconds.
    begun = [cpu_us(listener.pid) for listener in all_kinds]
    began = time.monotonic_ns()
    time.sleep(sizes.idle)
    took_us = (time.monotonic_ns() - began) / 1000
    for listener, before in zip(all_kinds, begun):
        results.add("idle_percent", listener.name, [100 * (cpu_us(listener.pid) - before) / took_us])
        results.add("resident_mib", listener.name, [resident_mib(listener.pid)])
    for listener in reversed(all_kinds):
        listener.stop()
