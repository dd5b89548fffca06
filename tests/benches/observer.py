"""What tests/programs/observer saw, as starts of our program: when it called exec, when it was in its group everywhere."""
import os
import subprocess

from machine import BEGUN, CONTROLLERS, PROGRAMS, TREE, Disturbed, begin, fail


class Start:
    """Nanoseconds of CLOCK_MONOTONIC; None is never."""

    def __init__(self, pid, exec_ns):
        self.pid, self.exec_ns, self.placed_ns, self.first_ns = pid, exec_ns, None, None

    def latency_us(self):
        """From the end of exec, as the kernel saw it; 0 for who was placed before."""
        return float("inf") if self.placed_ns is None else max(0, self.placed_ns - self.exec_ns) / 1000

    def is_inside_at_first(self):
        return self.placed_ns is not None and self.first_ns is not None and self.placed_ns <= self.first_ns


class Observer:
    def __enter__(self):
        self.process = begin(f"{PROGRAMS}/observer", "cg", f"/{TREE}", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            fail("the observer does not come up: it needs BPF, BTF and root")
        return self

    def __exit__(self, *_):
        said, _ = self.process.communicate()
        BEGUN.remove(self.process)
        lines = said.splitlines()
        if self.process.returncode != 0 or not lines or lines[-1] != "lost 0":
            raise Disturbed(f"the observer did not see all: {lines[-1:] or 'it said nothing'}")
        self.seen = sorted(((int(ns), what, int(pid), rest) for ns, what, pid, *rest in
                            (line.split(None, 3) for line in lines[:-1])), key=lambda event: event[0])

    def starts(self, name, mark):
        """Each of that comm, in order. A process may have been placed before its exec ended."""
        starts, running, first = [], {}, {}
        for ns, what, pid, rest in self.seen:
            if what == "placed" and mark in rest[0]:
                first.setdefault(pid, {}).setdefault(rest[0].split(":")[0], ns)
            elif what == "exec" and rest == [name]:
                running[pid] = Start(pid, ns)
                starts.append(running[pid])
            elif what == "ended":
                running.pop(pid, None)
                first.pop(pid, None)
            if pid in running and len(first.get(pid, ())) == len(CONTROLLERS):
                running[pid].placed_ns = max(first[pid].values())
        return starts

    def all_placed_us(self, listener_pid, mark, count):
        """From a listener's exec until so many processes are in their group everywhere."""
        begun, done, parts = None, 0, {}
        for ns, what, pid, rest in self.seen:
            if what == "exec" and pid == listener_pid:
                begun, done, parts = ns, 0, {}
            elif what == "placed" and mark in rest[0]:
                of = parts.setdefault(pid, set())
                done += rest[0].split(":")[0] not in of and len(of) + 1 == len(CONTROLLERS)
                of.add(rest[0].split(":")[0])
                if begun and done == count:
                    return (ns - begun) / 1000
        return float("inf")


def first_acts_add(starts, file):
    """What the programs themselves say of their first instruction: "PID NS" a line, in order for each pid."""
    said = {}
    if os.path.exists(file):
        with open(file) as f:
            for pid, ns in map(str.split, f):
                said.setdefault(int(pid), []).append(int(ns))
        os.unlink(file)
    for start in starts:
        start.first_ns = said[start.pid].pop(0) if said.get(start.pid) else None
    return starts
