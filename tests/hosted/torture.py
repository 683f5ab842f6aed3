#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Preemption under torture: torture.py DIRECTORY-OF-PROGRAMS [PREEMPTIONS]

Runs hosted-torture while another process interrupts the machine all the time, until there were so many preemptions (default: what a few
seconds give; or the environment variable LAB4_TORTURE, for example a million).
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

MICROSECONDS = (20, 50, 170)  # between interruptions; a different one each round
REQUEST = re.compile(rb"TORTURE_MS=\d{10}")


def copy_for(program, folder, milliseconds):
    """A copy of the program that runs so long."""
    image = program.read_bytes()
    assert len(REQUEST.findall(image)) == 1, "hosted-torture does not say how long it runs"
    copy = pathlib.Path(folder) / "torture"
    copy.write_bytes(REQUEST.sub(b"TORTURE_MS=%010d" % milliseconds, image))
    return copy


def first_process_of(front_end):
    """The machine's first process, once it is there."""
    for _ in range(1000):
        children = pathlib.Path(f"/proc/{front_end.pid}/task/{front_end.pid}/children").read_text().split()
        if children and os.readlink(f"/proc/{children[0]}/exe").endswith("lab4-machine"):
            return children[0]
        time.sleep(0.005)
    raise AssertionError("the machine does not start")


def one_round(programs, milliseconds, microseconds, options):
    """One run; the number of preemptions in it."""
    with tempfile.TemporaryDirectory(prefix="lab4-torture-") as folder:
        program = copy_for(programs / "hosted-torture", folder, milliseconds)
        command = [programs / "lab4-hosted", "--stats", "--timeout", str(60 + milliseconds // 50), *options, program]
        front_end = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        interrupter = subprocess.Popen([programs / "hosted-interrupter", first_process_of(front_end), str(microseconds)],
                                       stdout=subprocess.PIPE, text=True)
        out, err = front_end.communicate()
        sent = int(interrupter.communicate()[0])
    preemptions = int(re.search(r"(\d+) interrupts", err).group(1))
    print(f"# {milliseconds} ms, interrupted each {microseconds} us: {preemptions} preemptions, {sent} interruptions from outside")
    for line in out.splitlines():
        if line.startswith(("ok ", "FAIL ")):
            print(line if line.startswith("ok ") else f"not {line}")
    assert front_end.returncode == 0 and "FAIL" not in out and "abi: 3 ok, 0 failed" in out, f"{out}\n{err}"
    return preemptions


def main():
    programs = pathlib.Path(sys.argv[1]).resolve()
    wanted = int(sys.argv[2] if len(sys.argv) > 2 else os.environ.get("LAB4_TORTURE", "0"))
    milliseconds = 20000 if wanted else 800
    passed = total = 0
    try:
        for microseconds in MICROSECONDS:
            total += one_round(programs, milliseconds, microseconds, ["--protect", "auto"])
            passed += 1
        while total < wanted:
            total += one_round(programs, milliseconds, MICROSECONDS[passed % 2], ["--protect", "auto"])
            passed += 1
    except (AssertionError, OSError) as problem:
        print(f"not ok {problem}\n{passed} passed, 1 failed")
        sys.exit(1)
    print(f"# {total} preemptions in all")
    print(f"{passed} passed, 0 failed")


main()
