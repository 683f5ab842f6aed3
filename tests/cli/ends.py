#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How a hosted run ends, and what it tells about it: ends.py FRONT-END DIRECTORY-OF-PROGRAMS

No end is 0 unless the program's was; who ended the run is in the file of --status-file.
"""
import errno
import os
import pathlib
import signal
import subprocess

import elf
from forbidden import FORBIDDEN, forbid
from harness import assert_refused, main, run
from machines import FRONT_END, HELLO, PROGRAMS, SCRATCH, SPIN, assert_nothing_left, file_of, processes, start_spinning

STATUS_FILE = pathlib.Path(SCRATCH.name) / "status"
VERSION = (pathlib.Path(__file__).resolve().parents[2] / "VERSION").read_text().strip()
CHATTER = PROGRAMS / "observe-chatter"  # exits with 7


def ended(*arguments, **keywords):
    """What the status file says after a run, and the run."""
    STATUS_FILE.unlink(missing_ok=True)
    before = processes()
    result = run(FRONT_END, "--protect", "none", "--status-file", STATUS_FILE, *arguments, **keywords)
    assert_nothing_left(before)
    return STATUS_FILE.read_text(), result


# ------------------------------------------------------------------------------------------------- output

def run_into(stdout, **keywords):
    return subprocess.run([FRONT_END, "--timeout", "20", "--protect", "none", HELLO], stdin=subprocess.DEVNULL, stdout=stdout,
                          stderr=subprocess.PIPE, text=True, **keywords)


def test_output_that_does_not_fit_is_no_success():
    with open("/dev/full", "w") as full:
        result = run_into(full)
    assert result.returncode == 2, result
    assert "stdout" in result.stderr and "No space left" in result.stderr and result.stderr.count("\n") == 1, result


def test_output_to_a_closed_stdout_is_no_success():
    result = run_into(None, preexec_fn=lambda: os.close(1))
    assert result.returncode == 2 and "stdout" in result.stderr and result.stderr.count("\n") == 1, result


def test_output_that_nobody_reads_ends_as_the_shell_has_it():
    ours, theirs = os.pipe()
    os.close(ours)
    result = run_into(theirs)
    os.close(theirs)
    assert result.returncode == 128 + signal.SIGPIPE and result.stderr == "", result


# ------------------------------------------------------------------------------------------------- host

def test_a_host_without_contexts_runs_the_program_all_the_same_or_says_why_not():
    result = run(FRONT_END, "--protect", "none", "--timeout", "20", HELLO,
                 preexec_fn=lambda: forbid(FORBIDDEN["rt_sigprocmask"], errno.EPERM))
    assert result.status != 0 or "6. That is all" in result.out, result


def test_a_host_that_forbids_debugging_is_named():
    for error in (errno.EPERM, errno.ENOSYS):
        before = processes()
        result = run(FRONT_END, "--gdb", HELLO, preexec_fn=lambda: forbid(FORBIDDEN["ptrace"], error))
        assert_refused(result, "--gdb", "forbids debugging", "SYS_PTRACE")
        assert result.status == 2, result
        assert_nothing_left(before)


def debugged(command):
    before = processes()
    result = run(FRONT_END, "--protect", "none", "--gdb", "--gdb-command", command, HELLO)
    assert_nothing_left(before)
    return result


def test_a_debugger_that_is_killed_is_no_success():
    result = debugged("shell kill -9 $PPID")
    assert result.status == 2 and "gdb was ended by signal 9" in result.err, result


def test_a_debugger_that_fails_is_no_success():
    result = debugged("quit 7")
    assert result.status == 2 and "gdb was ended by exit status 7" in result.err, result


# ---------------------------------------------------------------------------------------- protection keys

def test_want_of_protection_keys_is_said_once():
    with_keys_forbidden = {"preexec_fn": lambda: forbid(FORBIDDEN["pkey_alloc"], errno.ENOSYS),
                           "env": {**os.environ, "XDG_CACHE_HOME": SCRATCH.name}}
    first, second = (run(FRONT_END, "--timeout", "20", HELLO, **with_keys_forbidden) for _ in range(2))
    assert first.status == second.status == 0, (first, second)
    assert "no memory protection keys" in first.err and second.err == "", (first.err, second.err)


# ---------------------------------------------------------------------------------------------- who ended it

def test_a_programs_own_status_is_told_from_that_of_lab4():
    assert ended("--timeout", "20", HELLO)[0] == "program 0 exit\n"
    assert ended("--timeout", "20", CHATTER)[0] == "program 7 exit\n"
    line, result = ended("--timeout", "1", file_of(elf.elf([(0x400000, SPIN, 4096)])))
    assert line == "lab4 5 timeout\n" and result.status == 5 and result.err.startswith("lab4: "), result


def test_a_deadlock_is_told_from_an_exit():
    line, result = ended("--timeout", "20", PROGRAMS / "observe-still")
    assert line in ("lab4 3 deadlock\n", "lab4 5 timeout\n") and f" {result.status} " in line, (line, result)


def test_refusals_are_in_the_status_file_wherever_it_is_named():
    for arguments in (("--mem", "lots", HELLO), ("/nonexistent",), ("--frobnicate", HELLO)):
        line, result = ended(*arguments)
        assert line == "lab4 2 refused\n" and result.status == 2 and result.err.startswith("lab4: "), result
    result = run(FRONT_END, "--frobnicate", f"--status-file={STATUS_FILE}", HELLO)
    assert STATUS_FILE.read_text() == "lab4 2 refused\n", result


def test_a_signal_is_in_the_status_file():
    process = start_spinning("--protect", "none", "--status-file", STATUS_FILE)
    process.terminate()
    assert process.wait(timeout=20) == 128 + signal.SIGTERM
    assert STATUS_FILE.read_text() == "signal 143 TERM\n"


def test_a_status_file_that_cannot_be_written_is_refused():
    assert_refused(run(FRONT_END, "--status-file", "/nonexistent/status", HELLO), "--status-file", "/nonexistent/status")


# ------------------------------------------------------------------------------------------------- words

def test_programs_tell_their_version():
    for program in (FRONT_END, FRONT_END.with_name("lab4-irq"), FRONT_END.with_name("lab4-inspect")):
        result = run(program, "--version")
        assert result.status == 0 and result.out == f"{program.name} {VERSION}\n", result


def test_too_much_memory_is_told_from_what_is_no_size():
    for size in ("100T", "1P", "16E", "99999999999999999999G"):
        assert_refused(run(FRONT_END, "--mem", size, HELLO), "--mem", "too much")


main(globals())
