# SPDX-License-Identifier: BSD-2-Clause
"""A control group that limits memory: what its processes use together. The host ends one of them when they want more.

It is made below the group that the test runs in, so it takes rights that root has, unless a container took them; NoMemoryGroup tells
what was missing. Both versions of control groups do.
"""
import os
import pathlib
import re
import time

V1, V2 = "memory.limit_in_bytes", "memory.max"


class NoMemoryGroup(Exception):
    pass


def mounts(kind):
    """Where file systems of this kind are mounted, with their options."""
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        _, place, its_kind, options, *_ = line.split()
        if its_kind == kind:
            yield pathlib.Path(place), options.split(",")


def own_group(controller):
    """The path of the group that this process is in, below the mount."""
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return path.lstrip("/")
    return ""


def possible_parents():
    """Groups whose members can be limited in memory, the innermost first, each with the name of the limit."""
    for place, options in mounts("cgroup"):
        if "memory" in options:
            yield place / own_group("memory"), V1
    for place, _ in mounts("cgroup2"):
        inner = place / own_group("")
        for group in (inner, *inner.parents):
            switches = group / "cgroup.subtree_control"
            if group.is_relative_to(place) and switches.exists() and "memory" in switches.read_text().split():
                yield group, V2


class MemoryGroup:
    """`with MemoryGroup(bytes) as group:`, then Popen(…, preexec_fn=group.enter)."""

    def __init__(self, size):
        self.path, missing = None, "no control groups with memory are mounted"
        settings = {"memory.swap.max": "0", "memory.swappiness": "0"}
        for parent, limit in possible_parents():
            try:
                path = parent / f"lab4-test-{os.getpid()}"
                path.mkdir()
                self.path = path
                for name, value in {limit: str(size), **{name: value for name, value in settings.items() if (path / name).exists()}}.items():
                    (path / name).write_text(value)
                break
            except OSError as problem:
                self.remove()
                missing = problem
        if self.path is None:
            raise NoMemoryGroup(missing)

    def enter(self):
        (self.path / "cgroup.procs").write_text(str(os.getpid()))

    def kills(self):
        """How many processes the host has ended here because they wanted too much."""
        for name in ("memory.events", "memory.oom_control"):
            if (self.path / name).exists():
                counts = re.findall(r"^oom_kill (\d+)$", (self.path / name).read_text(), re.MULTILINE)
                return int(counts[0]) if counts else None
        return None

    def members(self):
        return (self.path / "cgroup.procs").read_text().split()

    def remove(self):
        for _ in range(100):
            try:
                if self.path is not None:
                    self.path.rmdir()
                self.path = None
                return
            except OSError:  # somebody is still dying in there
                time.sleep(0.02)
        raise AssertionError(f"left in a control group: {self.members()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()
