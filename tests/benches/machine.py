"""The machine that is measured: where its cgroups are, programs of ours on it, and what a process has used."""
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("CGQ_BENCH_BUILD", f"{os.path.dirname(HERE)}/build-bench")
PROGRAMS = f"{BUILD}/programs"
TREE = f"cgq-test-bench-{os.getpid()}"
# The kernel keeps 15 bytes of a name: ours is nobody else's, and cgrulesengd's rules name nothing but it.
NAME = f"cgqb{os.getpid()}"
# What everybody places into: cgqd needs those after the first for what a group uses.
CONTROLLERS = ("cpu", "cpuacct", "memory")
BEGUN = []  # all that we started and that still runs


class Disturbed(Exception):
    """Something else on the machine: once more may help."""


def fail(text):
    sys.exit(f"bench: {text}")


def mounts():
    """Where the hierarchies of CONTROLLERS are; v1 or hybrid, since cgrulesengd and cgqd must use the same."""
    found = {}
    with open("/proc/mounts") as f:
        for _, where, kind, options, *_ in map(str.split, f):
            if kind == "cgroup":
                found.update((c, where) for c in CONTROLLERS if c in options.split(","))
    if len(found) < len(CONTROLLERS):
        fail("needs v1 hierarchies of cpu, cpuacct and memory")
    return sorted(set(found.values()))


def wait_for(what, seconds=60, why="it does not come up"):
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            fail(why)
        time.sleep(0.01)


def begin(*command, **more):
    """It ends with us, even where we are killed."""
    process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], **more)
    BEGUN.append(process)
    return process


def end(process):
    """By the id that we were given, and only then is it forgotten."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    BEGUN.remove(process)


def program(room, name, of="debut"):
    """A copy of one of our programs under a name of its own."""
    path = f"{room}/{name}"
    if not os.path.exists(path):
        subprocess.run(["cp", f"{PROGRAMS}/{of}", path], check=True)
    return path


def relay(count, gap_ms, *command, overlap=False):
    """Runs it so often; microseconds of each."""
    more = ["--overlap"] if overlap else []
    said = subprocess.run([f"{PROGRAMS}/relay", *more, str(count), str(gap_ms), *command], stdout=subprocess.PIPE, check=True).stdout
    return [int(line) / 1000 for line in said.split()]


class Hogs:
    def __init__(self, count):
        self.count = count

    def __enter__(self):
        self.mine = [begin(f"{PROGRAMS}/hog", "--seconds", "600") for _ in range(self.count)]

    def __exit__(self, *_):
        for hog in self.mine:
            end(hog)


def crowd(room, count, name):
    """So many sleeping processes of that name; they end with the one that is returned."""
    os.makedirs(f"{room}/crowd", exist_ok=True)
    process = begin(program(f"{room}/crowd", name, "crowd"), str(count), stdout=subprocess.PIPE)
    if process.stdout.readline() != b"ready\n":
        fail("the crowd does not come up")
    return process


def cpu_us(pid):
    """What all its threads have used."""
    tasks = f"/proc/{pid}/task"
    return sum(int(open(f"{tasks}/{t}/schedstat").read().split()[0]) for t in os.listdir(tasks)) / 1000


def resident_mib(pid):
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) / 1024 for line in f if line.startswith("VmRSS:"))


def described():
    """What figures depend on."""
    with open("/proc/cpuinfo") as f:
        model = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), os.uname().machine)
    return {"cpus": os.cpu_count(), "cpu": model, "kernel": os.uname().release,
            "load": os.getloadavg()[0], "taken": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())}
