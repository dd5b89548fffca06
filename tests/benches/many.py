"""Many at a time: processes that run when the daemon starts, and groups that are asked for."""
import time

from listeners import Cgqd, Cgrulesengd
from machine import NAME, TREE, crowd, end, mounts, relay, resident_mib, wait_for
from observer import Observer


def placed_count(mark):
    """Of the hierarchy that has the fewest of them."""
    group = mark.strip("/") + ("/bench" if mark.endswith("/") else "")
    return min(sum(1 for _ in open(f"{mount}/{group}/cgroup.procs")) for mount in mounts())


def looked(count):
    time.sleep(0.25)  # Looking costs the listener time: seldom.
    return count()


def existing(room, results, sizes, turn):
    """From the daemon's exec until each of a crowd is in its group, as the kernel saw it."""
    for kind in turn((Cgrulesengd, Cgqd)):
        sleepers = crowd(room, sizes.crowd, NAME)
        with Observer() as observer:
            listener = kind(room)
            wait_for(lambda: looked(lambda: placed_count(listener.mark)) >= sizes.crowd, why="not all of the crowd are placed")
        results.add("existing", listener.name, [observer.all_placed_us(listener.pid, listener.mark, sizes.crowd)])
        time.sleep(1)  # What is resident is that of one who has finished: cgqd's start goes on after the last move.
        results.add("resident_crowd_mib", listener.name, [resident_mib(listener.pid)])
        end(sleepers)
        listener.stop()


def groups(room, results, sizes, turn):
    """Whole processes, from fork to their end, that print each group."""
    names = [f"g{i}" for i in range(sizes.groups)]
    policy = "".join(f"[{g}]\nmatch = name:{NAME}-{g}\ncpu = max\n" for g in names)
    cgqd = Cgqd(room, policy=policy)
    counters = [f"{TREE}/{g}" for g in names]
    where = [m for m in mounts() if "cpuacct" in m][0]
    askers = (("cgq list", cgqd.cgq("list")),
              ("floor", ["/bin/cat", *[f"{where}/{c}/cpuacct.usage" for c in counters]]),
              ("cgget", ["/usr/bin/cgget", "-n", "-v", "-r", "cpuacct.usage", *counters]),
              ("systemd-cgtop", ["/usr/bin/systemd-cgtop", "-b", "-n1"]),
              ("lscgroup", ["/usr/bin/lscgroup"]))
    time.sleep(1.2)  # Rates want two samples.
    for name, command in turn(askers) + turn(askers):
        results.add("list", name, relay(3, 0, *command))
    results.add("resident_groups_mib", "cgqd", [resident_mib(cgqd.pid)])
    cgqd.stop()
