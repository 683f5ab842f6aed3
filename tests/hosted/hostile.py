#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hostile user code: hostile.py DIRECTORY-OF-PROGRAMS [SEEDS]

Runs hosted-hostile with several seeds, with the kernel's invariants checked and without. Where the host has protection keys, also its
jumps into the machine's text: they may end the run, but then with a message, with a status of the machine's own, and nothing is left.
One more run lets every register point at every border of the machine's regions, one after the other.
"""
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from descendants import descendants

REQUEST = re.compile(rb"HOSTILE=\d,\d{8}")
PANIC = 4
BORDERS_MARK = struct.pack("<QQ", 0x7372656472304F42, 0x3442414C4C414234)
MOST_BORDERS = 64
TEXT = ("image_text_start", "image_text_end")
REGIONS = ("image_rodata_end", "image_process_start", "image_process_end", "image_shared_start", "image_shared_data_end", "image_shared_end",
           "signal_stack", "exit_scratch", "platform_stack_top", "kernel_stack_top", "ks", "machine", "self")
FIXED = (0x10000, 0x6FFFFFFFE000, 0x6FFFFFFFF000, 0x700000000000, 0x700000001000, 0x700010000000, 0x700040000000, 0x708000000000,
         0x710000000000, 0x722000000000, 0x7FFFFFFFF000, 0x800000000000, 0xFFFF800000000000)
STACK_BYTES = 65536


def borders():
    """Where the machine's regions begin and end; the text's two ends first."""
    lines = subprocess.run(["nm", MACHINE], capture_output=True, text=True, check=True).stdout.splitlines()
    symbols = {line.split()[2]: int(line.split()[0], 16) for line in lines if len(line.split()) == 3}
    values = [symbols[name] for name in TEXT + REGIONS] + list(FIXED)
    values += [symbols["signal_stack"] + STACK_BYTES, symbols["exit_scratch"] + 4096, symbols["platform_stack_top"] - STACK_BYTES,
               symbols["kernel_stack_top"] - STACK_BYTES]
    assert len(values) <= MOST_BORDERS
    return list(dict.fromkeys(values))


def copy_for(program, folder, mode, seed):
    """A copy of the program with other attacks."""
    image = program.read_bytes()
    assert len(REQUEST.findall(image)) == 1, "hosted-hostile does not say what it attacks"
    copy = pathlib.Path(folder) / "hostile"
    image = bytearray(REQUEST.sub(b"HOSTILE=%d,%08d" % (mode, seed), image))
    values = borders()
    struct.pack_into(f"<{len(values)}Q", image, image.index(BORDERS_MARK) + len(BORDERS_MARK), *values)
    copy.write_bytes(image)
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


def check_survives(seed, *options, mode=0):
    done = run(mode, seed, *options)
    lines = [line for line in done.stdout.splitlines() if line.startswith(("ok ", "FAIL "))]
    assert done.returncode == 0 and "0 failed" in done.stdout, f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return f"{len(lines)} kinds of attack are survived"


def check_borders(seed, *options):
    return check_survives(seed, *options, mode=3)


def check_ends_in_order(seed, *options, mode=1):
    done = run(mode, seed, *options)
    assert done.returncode in (0, PANIC), f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert done.returncode == 0 or "lab4: " in done.stderr, "no message"
    return done.stderr.strip().splitlines()[0] if done.returncode else "the jumps into the machine are survived"


def check_border_jumps(seed, *options):
    return check_ends_in_order(seed, *options, mode=4)


def main():
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    is_protected = subprocess.run([PROGRAMS / "lab4-hosted", "--protect", "pku", PROGRAMS / "hello"], capture_output=True).returncode == 0
    plan = [(check_survives, seed, options) for seed in range(seeds) for options in (("--protect=auto",), ("--protect=auto", "--check"))]
    plan += [(check_survives, 0, ("--protect=none", "--time=virtual"))]
    plan += [(check_borders, 0, options) for options in (("--protect=auto",), ("--protect=none", "--check"))]
    plan += [(check_border_jumps, 0, ("--protect=pku",))] if is_protected else []
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
