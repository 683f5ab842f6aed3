#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Programs with the C library, on one platform: programs.py PATH-OF-LAB4 hosted|qemu BUILD"""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "cli"))
from harness import main, run  # noqa: E402

ROOT, PLATFORM, BUILD = pathlib.Path(sys.argv[1]).resolve().parent, sys.argv[2], pathlib.Path(sys.argv[3])


def program(name):
    """(status, lines) of a run."""
    runner = [BUILD / "bin/lab4-hosted", "--protect", "none"]
    if PLATFORM == "qemu":
        runner = [ROOT / "tools/run-qemu", "--build", BUILD]
    result = run(*runner, "--timeout", "120", BUILD / "bin" / f"libc-{name}", timeout=300)
    return result.status, result.out.replace("\r", "").split("\n")


def test_everything_that_programs_use_works():
    status, lines = program("everything")
    assert lines == (HERE / "everything.txt").read_text().split("\n"), "\n".join(lines)
    assert status == 7, status


def test_a_process_without_untyped_memory_uses_an_arena_and_abort_is_status_134():
    status, lines = program("arena")
    assert status == 134 and "ok printf works" in lines, (status, lines)
    assert not [line for line in lines if line.startswith("FAIL")], lines


def test_bootinfo_describes_what_the_heap_has_left():
    status, lines = program("bootinfo")
    assert status == 0 and len(lines) == 4 and all(line.startswith("ok ") for line in lines[:3]), (status, lines)


def test_a_failed_assertion_says_where_and_is_status_134():
    status, lines = program("assertion")
    assert status == 134 and lines[0] == "before", (status, lines)
    assert "assertion.c" in lines[1] and "1 + 1 == 3" in lines[1] and "main" in lines[1], lines


def test_the_library_is_the_only_one():
    """printf, malloc and memcpy are newlib's; the runtime's weak ones gave way."""
    nm = subprocess.run(["nm", BUILD / "bin/libc-everything"], stdout=subprocess.PIPE, text=True, check=True)
    kinds = {name: kind for _, kind, name in (line.split() for line in nm.stdout.splitlines() if len(line.split()) == 3)}
    for name in ("printf", "snprintf", "memcpy", "memset", "strlen", "malloc"):
        assert kinds.get(name) == "T", (name, kinds.get(name))


main(globals())
