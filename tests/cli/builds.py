#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Builds in the way of others, on hosts that give little, and how they are ended: builds.py PATH-OF-LAB4"""
import contextlib
import fcntl
import io
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

from harness import main, run

LAB4 = sys.argv[1]
ROOT = pathlib.Path(LAB4).resolve().parent
VERSION = (ROOT / "VERSION").read_text().strip()
sys.path.insert(0, str(ROOT / "tools"))
from lab4 import packages, trees  # noqa: E402 - the line above says where they are


def start(*arguments, **keywords):
    return subprocess.Popen([LAB4, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                            text=True, **keywords)


def mentioning(word):
    """Processes whose command line has this word in it."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if word.encode() in path.read_bytes():
                found.append(int(path.parent.name))
    return found


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        time.sleep(0.05)


def test_a_build_that_waits_for_another_says_so():
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/hosted.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            process = start("--build-dir", folder, "run", "hello")
            assert f"waiting for another build of {folder}/hosted" in process.stderr.readline()
            process.terminate()
            process.wait(timeout=30)


def test_a_build_that_is_ended_leaves_nothing_behind():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
        with tempfile.TemporaryDirectory(prefix="lab4-build-", ignore_cleanup_errors=True) as folder:
            process = start("--build-dir", folder, "test", "unit")
            until(lambda: len(mentioning(folder)) > 1)  # CMake or Ninja, beside lab4
            process.send_signal(number)
            status = process.wait(timeout=60)
            assert status in (128 + number, -number), (status, number)
            until(lambda: not mentioning(folder), seconds=10)


def in_namespace(script):
    """Runs a shell script with mounts of its own, or says why it cannot."""
    result = run("unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", script, timeout=120)
    if "unshare" in result.err or "mount" in result.err:
        print(f"        not run, for want of rights: {result.err.strip()}")
        return None
    return result


def assert_one_sentence(result, *words):
    lines = [line for line in result.err.splitlines() if "lab4: building" not in line]
    assert result.status == 1 and len(lines) == 1, result
    assert all(word in lines[0] for word in (*words, "--build-dir")), result


def test_a_folder_that_cannot_be_written_is_named_in_one_sentence():
    with tempfile.TemporaryDirectory() as folder:
        result = in_namespace(f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder} && "
                              f"{LAB4} --build-dir {folder}/build run hello")
        if result:
            assert_one_sentence(result, folder, "Read-only file system")


def test_a_full_disk_is_named_in_one_sentence():
    with tempfile.TemporaryDirectory() as folder:
        result = in_namespace(f"mount -t tmpfs -o size=64k none {folder} && {LAB4} --build-dir {folder}/build run hello")
        if result:
            assert_one_sentence(result, folder, "full" if "full" in result.err else "No space left")


def test_a_long_build_tells_how_far_it_is_off_terminals():
    lines, told = [f"[{step}/3] Building C object\n" for step in (1, 2, 3)], io.StringIO()
    progress = trees.Progress("hosted", "building all")
    progress.moves, progress.next_report = False, 0
    with contextlib.redirect_stderr(told):
        progress.follow(["[0/2] Re-checking globbed directories...\n", *lines], io.StringIO())
    assert told.getvalue() == "lab4: building all\nlab4: build/hosted: 1 of 3 steps\n", told.getvalue()


# -------------------------------------------------------------------------------------------- packages

class Host:
    """A host where a package is missing, and what lab4 did about it."""

    def __init__(self, user, commands, is_terminal=False, answer=""):
        self.ran, self.told, self.status = [], io.StringIO(), 0
        changes = {"find_command": lambda name: name if name in commands else None, "is_terminal": lambda *streams: is_terminal,
                   "logged": lambda log, command: self.ran.append(command) or True}
        before = {name: getattr(packages, name) for name in changes}
        geteuid, stdin = os.geteuid, sys.stdin
        for name, value in changes.items():
            setattr(packages, name, value)
        packages.os.geteuid, sys.stdin = lambda: user, io.StringIO(answer)
        try:
            with contextlib.redirect_stderr(self.told):
                packages.install(["no-such-package"])
        except SystemExit as end:
            self.status = end.code
        finally:
            packages.os.geteuid, sys.stdin = geteuid, stdin
            for name, value in before.items():
                setattr(packages, name, value)


def test_sudo_is_asked_for_on_a_terminal():
    for answer, runs in (("y\n", 1), ("\n", 1), ("n\n", 0), ("", 0)):
        host = Host(1000, ("apt-get", "sudo"), is_terminal=True, answer=answer)
        assert len(host.ran) == runs and "[Y/n]" in host.told.getvalue(), (answer, host.ran)
        assert "sudo apt-get install --no-install-recommends no-such-package" in host.told.getvalue()
    assert Host(0, ("apt-get",), is_terminal=True).ran, "root is not asked"


def test_sudo_is_not_asked_for_without_a_terminal():
    host = Host(1000, ("apt-get", "sudo"))
    assert host.ran[0][:2] == ["sudo", "-n"] and "[Y/n]" not in host.told.getvalue(), host.ran


def test_without_sudo_the_command_for_root_is_told():
    host = Host(1000, ("apt-get",))
    assert not host.ran and host.status == 1, host.ran
    assert "as root: apt-get install --no-install-recommends no-such-package" in host.told.getvalue(), host.told.getvalue()


# --------------------------------------------------------------------------------------------- version

def test_every_command_tells_the_version():
    commands = re.findall(r"^  ([a-z]+) ", run(LAB4, "help").out, re.MULTILINE)
    for words in (["--version"], *([command, "--version"] for command in commands)):
        result = run(LAB4, *words)
        assert (result.status, result.out) == (0, f"lab4 {VERSION}\n"), (words, result)


def test_the_programs_behind_them_tell_it_too():
    for name, program in (("lab4-bench", "tools/bench"), ("lab4-fuzz", "tests/fuzz/run"), ("lab4-qemu", "tools/run-qemu")):
        result = run(ROOT / program, "--version")
        assert (result.status, result.out) == (0, f"{name} {VERSION}\n"), (program, result)


main(globals())
