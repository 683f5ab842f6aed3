# SPDX-License-Identifier: BSD-2-Clause
"""Runs of the hosted front end, and the processes that they consist of. The script's arguments: FRONT-END DIRECTORY-OF-PROGRAMS"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import elf
from descendants import descendants
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


def start_spinning(*options, **keywords):
    keywords = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **keywords}
    process = subprocess.Popen([FRONT_END, *options, spinning()], **{"start_new_session": True, **keywords})
    time.sleep(0.5)
    assert process.poll() is None, f"a spinning program ended: {process.stderr.read()!r}"
    return process


def processes():
    """The processes of ours that run the front end or the machine image."""
    return descendants(f"{PROGRAMS}/", f"{SCRATCH.name}/")


def assert_nothing_left(before):
    left = set()
    for _ in range(50):
        left = processes() - before
        if not left:
            return
        time.sleep(0.02)
    raise AssertionError(f"stray processes: {left}")
