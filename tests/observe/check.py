#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""--check, and what a panic of the kernel says: check.py FRONT-END DIRECTORY-OF-PROGRAMS"""
import re
import struct
import sys
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from harness import assert_refused, main, run
from machines import FRONT_END, HELLO, PROGRAMS, assert_nothing_left, file_of, processes

MARKER = struct.pack("<Q", 0x5ca1ab1e0ddba115)


def damaging():
    """The program that damages the kernel, told where the kernel's state is."""
    symbols = run("nm", PROGRAMS / "lab4-machine").out
    address = int(re.search(r"^([0-9a-f]+) \w ks$", symbols, re.MULTILINE).group(1), 16)
    program = (PROGRAMS / "observe-damage").read_bytes()
    assert program.count(MARKER) == 1
    return file_of(program.replace(MARKER, struct.pack("<Q", address)), "damage")


def test_a_healthy_kernel_is_left_alone():
    plain, checked = run(FRONT_END, HELLO), run(FRONT_END, "--check", HELLO)
    without_time = [[line for line in result.out.split("\n") if "[timing]" not in line] for result in (plain, checked)]
    assert checked.status == 0 and without_time[0] == without_time[1], checked


def test_check_stops_at_the_first_entry_after_the_damage():
    before = processes()
    result = run(FRONT_END, "--check", "--protect=none", damaging())
    assert result.status == 4, result
    assert "machine panic: an invariant is broken" in result.err, result.err
    assert "invariant 12 (docs/INVARIANTS.md): priority or domain out of range" in result.err, result.err
    assert "last entry: system call -11 of 'rootserver'" in result.err, result.err
    assert "called from:" in result.err and "current thread 'rootserver'" in result.err, result.err
    assert_nothing_left(before)


def test_a_check_now_and_then_tells_that_an_earlier_entry_may_be_to_blame():
    result = run(FRONT_END, "--check-every", "3", "--protect=none", damaging())
    assert result.status == 4 and "every 3 entries only" in result.err and "--check-every 1" in result.err, result
    assert run(FRONT_END, "--check-every=1000000", "--protect=none", damaging()).status == 0


def test_how_often_must_be_a_number():
    for text in ("0", "-1", "x", "", "1.5", "99999999999999999999"):
        assert_refused(run(FRONT_END, f"--check-every={text}", HELLO), "--check-every", "number of kernel entries")


def test_without_check_the_damage_goes_unnoticed():
    assert run(FRONT_END, "--protect=none", damaging()).status == 0


main(globals())
