#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The hosted front end, good and bad input: front_end.py PATH-OF-LAB4-HOSTED DIRECTORY-OF-PROGRAMS"""
import os
import signal
import subprocess
import time

import elf
from harness import assert_refused, main, run
from machines import FRONT_END, HELLO, SCRATCH, SPIN, assert_nothing_left, file_of, processes, run_file, start_spinning

# ------------------------------------------------------------------------------------------- good input

def test_hello_tells_its_story_and_exits_0():
    before = processes()
    result = run(FRONT_END, "--timeout", "20", HELLO)
    assert result.status == 0, result
    assert len(result.out.splitlines()) >= 10, result.out
    assert_nothing_left(before)


def test_hello_is_done_within_100_ms():
    fastest = 1e9
    for _ in range(10):
        start = time.monotonic()
        assert run(FRONT_END, "--timeout", "20", HELLO).status == 0
        fastest = min(fastest, time.monotonic() - start)
    print(f"        hello: {fastest * 1000:.1f} ms")
    assert fastest < 0.1, f"{fastest * 1000:.0f} ms"


def test_help_goes_to_stdout():
    result = run(FRONT_END, "--help")
    assert result.status == 0 and "--mem" in result.out and result.err == "", result


# -------------------------------------------------------------------------------------------- bad input

def test_no_program():
    assert_refused(run(FRONT_END))


def test_an_unknown_option():
    assert_refused(run(FRONT_END, "--frobnicate", HELLO), "--frobnicate")


def test_a_program_that_does_not_exist():
    assert_refused(run(FRONT_END, "/nonexistent/program"), "/nonexistent/program")


def test_a_directory():
    assert_refused(run(FRONT_END, SCRATCH.name))


def test_an_empty_file():
    assert_refused(run_file(b""), "elf")


def test_a_text_file():
    assert_refused(run_file(b"#!/bin/sh\necho hello\n" * 100), "elf")


def test_a_truncated_header():
    assert_refused(run_file(elf.good()[:40]))


def test_a_truncated_program_header_table():
    assert_refused(run_file(elf.good()[:80]))


def test_a_truncated_segment():
    assert_refused(run_file(elf.elf([(0x400000, b"\x90" * 9000, 9000)])[:8000]))


def test_the_wrong_machine():
    assert_refused(run_file(elf.elf([(0x400000, elf.CODE, 4096)], machine=elf.AARCH64)), "aarch64")


def test_a_32_bit_file():
    image = bytearray(elf.good())
    image[4] = 1
    assert_refused(run_file(bytes(image)))


def test_a_shared_object():
    assert_refused(run_file(elf.elf([(0x400000, elf.CODE, 4096)], kind=3)))


def test_no_segments():
    assert_refused(run_file(elf.elf([])))


def test_overlapping_segments():
    assert_refused(run_file(elf.elf([(0x400000, elf.CODE, 8192), (0x401000, elf.CODE, 4096)])), "overlap")


def test_a_segment_with_less_memory_than_file():
    assert_refused(run_file(elf.elf([(0x400000, b"\x90" * 8192, 4096)])))


def test_a_segment_outside_the_user_window():
    assert_refused(run_file(elf.elf([(0x7000_0000_0000, elf.CODE, 4096)], entry=0x7000_0000_0000)))


def test_a_segment_in_the_kernel_half():
    assert_refused(run_file(elf.elf([(0xffff_8000_0000_0000, elf.CODE, 4096)], entry=0xffff_8000_0000_0000)))


def test_a_segment_that_wraps_around():
    assert_refused(run_file(elf.elf([(0x400000, elf.CODE, 2**64 - 4096)])))


def test_an_entry_outside_the_image():
    assert_refused(run_file(elf.elf([(0x400000, elf.CODE, 4096)], entry=0x900000)), "entry")


def test_a_program_too_big_for_the_memory():
    assert_refused(run_file(elf.elf([(0x400000, elf.CODE, 2**36)])), "--mem")


def test_a_program_header_count_beyond_the_file():
    assert_refused(run_file(elf.elf([(0x400000, elf.CODE, 4096)], headers=60000)))


def test_too_little_memory():
    assert_refused(run(FRONT_END, "--mem", "64K", HELLO), "--mem")


def test_memory_that_is_no_size():
    for size in ("", "lots", "-1", "1Q", "99999999999999999999G"):
        assert_refused(run(FRONT_END, "--mem", size, HELLO), "--mem")


def test_a_timeout_that_is_no_number():
    for seconds in ("", "soon", "-1"):
        assert_refused(run(FRONT_END, "--timeout", seconds, HELLO), "--timeout")


def test_random_headers_never_crash_the_front_end():
    import random
    generator, image = random.Random(4), bytearray(elf.good()[:4200])
    for _ in range(60):
        bad = bytearray(image)
        for _ in range(3):
            bad[generator.randrange(64 + 56)] = generator.randrange(256)
        result = run_file(bytes(bad))
        assert result.status >= 0, (result, bytes(bad[:120]).hex())


# ------------------------------------------------------------------------------------------------- ends

def test_a_timeout_ends_a_spinning_program_with_status_5():
    before = processes()
    result = run(FRONT_END, "--timeout", "1", file_of(elf.elf([(0x400000, SPIN, 4096)])))
    assert result.status == 5, result
    assert_nothing_left(before)


def test_ctrl_c_leaves_nothing_behind():
    before = processes()
    process = start_spinning()
    os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=5)
    assert_nothing_left(before)


def test_sigterm_leaves_nothing_behind():
    before = processes()
    process = start_spinning()
    process.terminate()
    process.wait(timeout=5)
    assert_nothing_left(before)


def test_kill_9_leaves_nothing_behind():
    before = processes()
    process = start_spinning()
    process.kill()
    process.wait(timeout=5)
    assert_nothing_left(before)


def test_a_closed_stdout_does_not_hang_or_crash():
    process = subprocess.Popen([FRONT_END, "--timeout", "10", HELLO], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    process.stdout.close()
    process.wait(timeout=15)


main(globals())
