# SPDX-License-Identifier: BSD-2-Clause
"""Runs of the hosted front end, and the processes that they consist of. The script's arguments: FRONT-END DIRECTORY-OF-PROGRAMS"""
import pathlib
import subprocess
import sys
import tempfile
import time

import elf
from descendants import descendants, user_ticks
from harness import run

FRONT_END, PROGRAMS = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
HELLO = PROGRAMS / "hello"
SPIN = b"\xeb\xfe"  # jmp to itself
SCRATCH = tempfile.TemporaryDirectory(prefix="lab4-cli-")


def file_of(content, name="program"):
    path = pathlib.Path(SCRATCH.name) / name
    path.write_bytes(content)
    return path


def spinning():
    """A program that does nothing for ever."""
    return file_of(elf.elf([(0x400000, SPIN, 4096)]), "spin")


def run_file(content, *options):
    return run(FRONT_END, "--timeout", "10", *options, file_of(content))


def until(condition, seconds=30):
    """Waits for it; a busy host takes its time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        time.sleep(0.01)


def children_of(pid):
    return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def spins(front_end):
    """Has user code run for a while? It does so in a grandchild."""
    try:
        return any(user_ticks(child) >= 3 for zygote in children_of(front_end) for child in children_of(zygote))
    except OSError:
        return False


def start_spinning(*options, **keywords):
    keywords = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **keywords}
    process = subprocess.Popen([FRONT_END, *options, spinning()], **{"start_new_session": True, **keywords})
    until(lambda: spins(process.pid) or process.poll() is not None)
    assert process.poll() is None, f"a spinning program ended: {process.stderr.read()!r}"
    return process


def processes():
    """The processes of ours that run the front end or the machine image."""
    return descendants(f"{PROGRAMS}/", f"{SCRATCH.name}/")


def assert_nothing_left(before):
    try:
        until(lambda: not processes() - before, seconds=10)
    except AssertionError:
        raise AssertionError(f"stray processes: {processes() - before}") from None
