#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""More mappings than a Linux process may have: mappings.py DIRECTORY-OF-PROGRAMS

Runs hosted-mappings and watches from outside that no process of the machine has more than a small part of what the host allows.
"""
import pathlib
import re
import subprocess
import sys
import time

PROGRAMS = pathlib.Path(sys.argv[1]).resolve()
MOST = 8192 + 100  # a full TLB, and what a process has without it


def mappings_of(children_of):
    """The largest number of mappings of a process below this one."""
    most = 0
    for child in pathlib.Path(f"/proc/{children_of}/task/{children_of}/children").read_text().split():
        try:
            most = max(most, len(pathlib.Path(f"/proc/{child}/maps").read_text().splitlines()), mappings_of(child))
        except OSError:  # it has ended
            pass
    return most


def main():
    command = [PROGRAMS / "lab4-hosted", "--protect", "none", "--stats", "--timeout", "180", PROGRAMS / "hosted-mappings"]
    machine = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    most = 0
    while machine.poll() is None:
        most = max(most, mappings_of(machine.pid))
        time.sleep(0.2)
    out, err = machine.communicate()
    checks = [line for line in out.splitlines() if line.startswith(("ok ", "FAIL "))]
    held = [line for line in checks if line.startswith("ok ")]
    print(*checks, sep="\n")
    fills = int((re.search(r"(\d+) fills", err) or [0, 0])[1])
    print(f"# {fills} fills, {most} host mappings seen at once")
    good = machine.returncode == 0 and f"abi: {len(held)} ok, 0 failed" in out and held == checks
    bounded = 1000 < most <= MOST < fills
    if not good or not bounded:
        print(f"FAIL exit status {machine.returncode}; {err}")
    print(f"{len(held) + bounded} passed, {len(checks) - len(held) + (not good) + (not bounded)} failed")
    sys.exit(0 if good and bounded else 1)


main()
