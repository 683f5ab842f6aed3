# SPDX-License-Identifier: BSD-2-Clause
"""Build trees: configured from a preset of CMakePresets.json, built by Ninja, one build at a time in each.

Ninja knows what is out of date, from sources to CMake files, so there is nothing to remember here. A log beside the tree
(build/hosted.log) has what CMake and Ninja said; it is shown, in part, only when they fail.
"""
import contextlib
import fcntl
import os
import re
import subprocess
import sys
import time

from lab4 import children, packages, tree
from lab4.terminal import STATUS_FAILED, is_terminal, say, write

STEP = re.compile(r"\[(\d+)/(\d+)\] (?!Re-checking globbed directories|Re-running CMake)")
SECONDS_BETWEEN_REPORTS = 10
LEAST_BYTES = 1 << 20  # less is a full disk
LONGEST_COMPLAINT = 40  # lines of the log that are shown


def jobs():
    return len(os.sched_getaffinity(0))


class Tree:
    """The build tree of a preset: build/PRESET, or build/NAME."""

    def __init__(self, preset, name=None):
        self.preset, self.name = preset, name or preset
        self.directory = tree.build(self.name)
        self.log = tree.build(f"{self.name}.log")

    def is_configured(self):
        return os.path.exists(os.path.join(self.directory, "build.ninja"))

    def has(self, definitions):
        """Is it configured with these variables (`NAME=VALUE`)?"""
        if not self.is_configured():
            return False
        with open(os.path.join(self.directory, "CMakeCache.txt"), errors="replace") as cache:
            known = {re.sub(":[A-Z]+=", "=", line.strip(), count=1) for line in cache}
        return known.issuperset(definitions)

    @contextlib.contextmanager
    def locked(self):
        """One build of a tree at a time; the others wait, and say so."""
        os.makedirs(tree.BUILD, exist_ok=True)
        with open(tree.build(f"{self.name}.lock"), "a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"waiting for another build of {tree.shown(self.name)} to end")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def configure(self, definitions=()):
        """Runs CMake unless the tree has these definitions already; did it succeed?"""
        if self.has(definitions):
            return True
        fresh = [] if self.is_configured() else ["--fresh"]  # what another generator left is no use
        command = ["cmake", *fresh, "--preset", self.preset, "-B", self.directory, *(f"-D{word}" for word in definitions)]
        with open(self.log, "wb") as log:
            status = children.call(command, cwd=tree.ROOT, stdout=log, stderr=log)
        if status and not self.is_disk_full():
            with open(self.log, errors="replace") as log:
                write(log.read())
            say(f"configuring {tree.shown(self.name)} failed")
        return status == 0

    def compile(self, targets=(), keep_going=False, announce=None):
        """Brings targets (none: all) up to date; did it succeed? `announce` is said if there is something to do."""
        command = ["ninja", "-C", self.directory, "-j", str(jobs()), *(["-k", "0"] if keep_going else []), *targets]
        environment = {**os.environ, "NINJA_STATUS": "[%f/%t] "}
        with open(self.log, "w") as log:
            with children.child(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                env=environment) as ninja:
                Progress(self.name, announce).follow(ninja.stdout, log)
        if ninja.returncode and not self.is_disk_full():
            write(complaints_of(self.log))
            say(f"building {tree.shown(self.name)} failed; the whole log is {self.log}")
        return ninja.returncode == 0

    def is_disk_full(self):
        """Is that why something failed? Then it is said, and no more."""
        host = os.statvfs(tree.BUILD)
        is_full = host.f_bavail * host.f_frsize < LEAST_BYTES
        if is_full:
            say(f"the disk of {tree.BUILD} is full; make room there, or build elsewhere with --build-dir DIR")
        return is_full

    def build(self, targets=(), definitions=(), keep_going=False, announce=None):
        """Configures and compiles under the lock; did it succeed?"""
        with self.locked():
            return self.configure(definitions) and self.compile(targets, keep_going, announce)


class Progress:
    """How far a build is: on a terminal one line that goes away, elsewhere a line now and then."""

    def __init__(self, name, announce):
        self.name, self.announce = name, announce
        self.moves = is_terminal(2)
        self.next_report = time.monotonic() + SECONDS_BETWEEN_REPORTS

    def follow(self, lines, log):
        """Copies Ninja's lines to the log until it ends."""
        for line in lines:
            log.write(line)
            step = STEP.match(line)
            if step:
                self.step(int(step[1]), int(step[2]))
        if self.moves:
            write("\r\x1b[K")

    def step(self, done, of):
        if self.announce:
            write(f"lab4: {self.announce}\n")
            self.announce = None
        if self.moves:
            write(f"\r{100 * done // of:3} % ")
        elif time.monotonic() >= self.next_report:
            say(f"{tree.shown(self.name)}: {done} of {of} steps")
            self.next_report = time.monotonic() + SECONDS_BETWEEN_REPORTS


def complaints_of(path):
    """What a log says about why it failed: what each failed step printed, or else its end."""
    with open(path, errors="replace") as log:
        lines = log.readlines()
    shown, is_failed, is_command = [], False, False
    for line in lines:
        if line.startswith("FAILED: "):
            is_failed = is_command = True
        elif is_command:  # it is long, and the log has it
            is_command = False
        elif re.match(r"\[\d+/\d+\] |ninja: ", line):
            is_failed = False
        elif is_failed:
            shown.append(line)
    return "".join(shown[:LONGEST_COMPLAINT] or lines[-30:])


def bring_up_to_date(preset, targets, needed):
    """Builds targets of a preset for a command that goes on with them; installs what that needs. Ends with status 1 if it fails."""
    built = Tree(preset)
    if not built.is_configured() or not packages.find_command("ninja"):
        packages.need(needed)
    if not built.build(targets, announce=f"building {' '.join(targets)} ({tree.shown(preset)})"):
        sys.exit(STATUS_FAILED)
    return built.directory
