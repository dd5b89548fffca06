"""How soon programs are placed, and whether all are: by the kernel's tracepoints and the programs' own first instruction."""
import subprocess

from listeners import Cgqd, CgqdLow, CgqdStrict, Cgrulesengd, Least, LeastWarm
from machine import NAME, PROGRAMS, Disturbed, Hogs, program, relay
from observer import Observer, first_acts_add

# Each stays so long that a late listener still finds it.
STAY_MS = "100"
# measure, pause before each start in ms, busy loops, whether the next start waits for the end of the last
WAYS = (("back_to_back", 2, 0, True), ("after_idle", 100, 0, False), ("after_idle_busy", 100, 4, False))
BURSTS = (("burst_1_s", "1000", 1), ("burst_20_ms", "20", 0.5))


def observed(room, listener, run):
    """The starts of our program while run(file) does what it does."""
    file = f"{room}/first-acts"
    with Observer() as observer:
        run(file)
    return first_acts_add(observer.starts(NAME, listener.mark), file)


def latency_of(room, listener, results, sizes):
    for measure, gap_ms, hogs, overlap in WAYS:
        with Hogs(hogs):
            starts = observed(room, listener, lambda file: relay(sizes.starts, gap_ms, program(room, NAME), file, STAY_MS, overlap=overlap))
        if len(starts) != sizes.starts:
            raise Disturbed(f"{len(starts)} of {sizes.starts} starts were seen")
        results.add(measure, listener.name, [s.latency_us() for s in starts])
        results.add("inside_at_first", listener.name, [s.is_inside_at_first() for s in starts])


def latency(room, results, sizes, turn):
    for kind in turn((Least, LeastWarm, Cgrulesengd, Cgqd, CgqdLow)):
        listener = kind(room)
        latency_of(room, listener, results, sizes)
        listener.stop()


def burst_of(room, listener, results, measure, stay_ms, count):
    """All at once: children that wait for one word, and then become our program."""
    command = [f"{PROGRAMS}/burst", "--count", str(count), program(room, NAME)]
    starts = observed(room, listener, lambda file: subprocess.run([*command, file, stay_ms], check=True, stdout=subprocess.DEVNULL))
    if len(starts) != count:
        raise Disturbed(f"{len(starts)} of {count} starts of a burst were seen")
    results.add(measure, listener.name, [s.placed_ns is None for s in starts])
    results.add("burst_inside_at_first", listener.name, [s.is_inside_at_first() for s in starts])


def bursts(room, results, sizes, turn):
    program(room, NAME)
    for kind in turn((Least, Cgrulesengd, Cgqd, CgqdLow, CgqdStrict)):
        listener = kind(room)
        for measure, stay_ms, share in BURSTS:
            burst_of(room, listener, results, measure, stay_ms, int(sizes.burst * share))
        listener.stop()
