"""Who places programs: nobody, the least that could, cgrulesengd, and cgqd in its ways. Each begins when made, and ends by stop()."""
import os
import subprocess
import time

from machine import BEGUN, BUILD, CONTROLLERS, NAME, PROGRAMS, TREE, begin, end, fail, mounts, wait_for

OTHER = f"{TREE}-other"


class Nobody:
    name, pid, mark = "nobody", None, ""

    def __init__(self, room):
        pass

    def stop(self):
        pass


class OwnCgroup:
    """One cgroup in each hierarchy, for those that make none."""
    mark = f"/{OTHER}"

    def make(self):
        for mount in mounts():
            os.makedirs(f"{mount}/{OTHER}", exist_ok=True)

    def stop(self):
        end(self.process)
        for mount in mounts():
            where = f"{mount}/{OTHER}"
            wait_for(lambda: not open(f"{where}/cgroup.procs").read(), why=f"{where} does not become empty")
            os.rmdir(where)


class Least(OwnCgroup):
    """What any listener costs: places children of our children, or nobody (ancestor 0)."""
    name, program = "floor", "least_listener"

    def __init__(self, room, ancestor=None):
        self.make()
        ancestor = os.getpid() if ancestor is None else ancestor
        self.process = begin(f"{PROGRAMS}/{self.program}", str(ancestor), *[f"{m}/{OTHER}/cgroup.procs" for m in mounts()],
                             stdout=subprocess.PIPE)
        self.pid = self.process.pid
        if self.process.stdout.readline() != b"ready\n":
            fail("the least listener does not come up")


class LeastWarm(Least):
    """What any costs that places at once and keeps warm."""
    name, program = "floor low", "least_warm"


class LeastOfNobody(Least):
    """The same, for what is none of its business."""

    def __init__(self, room):
        super().__init__(room, 0)


class Cgrulesengd(OwnCgroup):
    """Its files stand at fixed places: it sees others there, in a mount namespace of its own."""
    name = "cgrulesengd"

    def __init__(self, room):
        etc = f"{room}/etc"
        os.makedirs(f"{etc}/cgconfig.d", exist_ok=True)
        open(f"{etc}/cgconfig.conf", "w").close()
        with open(f"{etc}/cgrules.conf", "w") as f:
            f.write(f"*:{NAME}\t{','.join(CONTROLLERS)}\t{OTHER}/\n")
        self.make()
        script = f"mount --make-rprivate / && mount -t overlay overlay -o lowerdir={etc}:/etc /etc && exec cgrulesengd -n -Q"
        self.process = begin("unshare", "-m", "sh", "-c", script, stderr=subprocess.DEVNULL)
        self.pid = self.process.pid
        wait_for(lambda: open(f"/proc/{self.pid}/comm").read().strip() == "cgrulesengd", why="cgrulesengd does not start")
        time.sleep(0.5)  # It does not say when it listens.


class Cgqd:
    """One group, of the program NAME."""
    name, latency, mark = "cgqd", "normal", f"/{TREE}/"
    policy = f"[bench]\nmatch = name:{NAME}\ncpu = 1%..100%\n"

    def __init__(self, room, tree=TREE, policy=None):
        self.room = f"{room}/{tree}-{self.name.replace(' ', '-')}"
        os.makedirs(f"{self.room}/conf", exist_ok=True)
        with open(f"{self.room}/conf/50-bench.conf", "w") as f:
            f.write(self.policy if policy is None else policy)
        with open(f"{self.room}/settings", "w") as f:
            f.write(f"[cgqd]\nlatency = {self.latency}\n")
        self.socket = f"{self.room}/socket"
        self.process = begin(f"{BUILD}/cgqd", "--config", f"{self.room}/conf", "--settings", f"{self.room}/settings", "--state",
                             f"{self.room}/state", "--socket", self.socket, "--tree", tree, stderr=open(f"{self.room}/log", "w"))
        self.pid = self.process.pid
        wait_for(self.answers, why="cgqd does not answer")

    def cgq(self, *command):
        return [f"{BUILD}/cgq", "--socket", self.socket, *command]

    def answers(self):
        if self.process.poll() is not None:
            fail(f"cgqd ended: {open(f'{self.room}/log').read()}")
        asked = subprocess.run(self.cgq("list"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return asked.returncode == 0

    def stop(self):
        subprocess.run(self.cgq("reset"), stdout=subprocess.DEVNULL, check=True)
        end(self.process)


class CgqdLow(Cgqd):
    name, latency = "cgqd low", "low"


class CgqdStrict(Cgqd):
    """The group is of the file itself, which has to be there."""
    name = "cgqd strict"

    def __init__(self, room):
        super().__init__(room, policy=f"[bench]\nmatch = exe:{room}/{NAME}\ncpu = 1%..100%\nstrict = yes\n")


def all_end(room):
    """However it ended: nothing of it runs on, and no cgroup is left. What a cgqd leaves, its next start gives back."""
    for process in list(BEGUN):
        end(process)
    for mount in mounts():
        for tree in [tree for tree in os.listdir(mount) if tree.startswith(TREE)]:
            if tree == OTHER:
                os.rmdir(f"{mount}/{tree}")
            else:
                Cgqd(room, tree, "").stop()
