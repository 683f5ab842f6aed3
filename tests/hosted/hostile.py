#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hostile user code: hostile.py DIRECTORY-OF-PROGRAMS [SEEDS]

Runs hosted-hostile with several seeds, with the kernel's invariants checked and without. Where the host has protection keys, also its
jumps into the machine's text: they may end the run, but then with a message, with a status of the machine's own, and nothing is left.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from descendants import descendants

REQUEST = re.compile(rb"HOSTILE=\d,\d{8}")
PANIC = 4


def copy_for(program, folder, mode, seed):
    """A copy of the program with other attacks."""
    image = program.read_bytes()
    assert len(REQUEST.findall(image)) == 1, "hosted-hostile does not say what it attacks"
    copy = pathlib.Path(folder) / "hostile"
    copy.write_bytes(REQUEST.sub(b"HOSTILE=%d,%08d" % (mode, seed), image))
    return copy


def run(mode, seed, *options):
    before = descendants(str(MACHINE))
    with tempfile.TemporaryDirectory(prefix="lab4-hostile-") as folder:
        program = copy_for(PROGRAMS / "hosted-hostile", folder, mode, seed)
        done = subprocess.run([PROGRAMS / "lab4-hosted", "--timeout", "120", *options, program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, errors="replace", timeout=240)
    for _ in range(100):
        left = descendants(str(MACHINE)) - before
        if not left:
            break
        time.sleep(0.02)
    assert not left, f"processes are left: {left}"
    return done


def check_survives(seed, *options):
    done = run(0, seed, *options)
    lines = [line for line in done.stdout.splitlines() if line.startswith(("ok ", "FAIL "))]
    assert done.returncode == 0 and "0 failed" in done.stdout, f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return f"{len(lines)} kinds of attack are survived"


def check_ends_in_order(seed, *options):
    done = run(1, seed, *options)
    assert done.returncode in (0, PANIC), f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert done.returncode == 0 or "lab4: " in done.stderr, "no message"
    return done.stderr.strip().splitlines()[0] if done.returncode else "60 jumps into the machine are survived"


def main():
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    is_protected = subprocess.run([PROGRAMS / "lab4-hosted", "--protect", "pku", PROGRAMS / "hello"], capture_output=True).returncode == 0
    plan = [(check_survives, seed, options) for seed in range(seeds) for options in (("--protect=auto",), ("--protect=auto", "--check"))]
    plan += [(check_survives, 0, ("--protect=none", "--time=virtual"))]
    plan += [(check_ends_in_order, seed, ("--protect=pku",)) for seed in range(10 * seeds) if is_protected]
    passed = failed = 0
    for check, seed, options in plan:
        try:
            print(f"ok seed {seed} {' '.join(options)}: {check(seed, *options)}", flush=True)
            passed += 1
        except (AssertionError, subprocess.TimeoutExpired) as problem:
            print(f"not ok seed {seed} {' '.join(options)}: {problem}", flush=True)
            failed += 1
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


PROGRAMS = pathlib.Path(sys.argv[1]).resolve()
MACHINE = PROGRAMS / "lab4-machine"
main()
