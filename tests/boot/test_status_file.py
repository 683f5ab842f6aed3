# SPDX-License-Identifier: BSD-2-Clause
"""Who ended a run, as tools/run-qemu tells with --status-file."""
import pathlib
import subprocess

import elfs

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUN_QEMU = ROOT / "tools/run-qemu"
VERSION = (ROOT / "VERSION").read_text().strip()
FAULT = elfs.code(*elfs.move(0, 1), 0xD4200000)  # BRK: the root thread has no fault handler
SPIN = elfs.code(0x14000000)


def run(lab, *options):
    """The line in the status file, the exit status and what is on stderr."""
    path = lab.file("status", b"old\n")
    done = subprocess.run([RUN_QEMU, "--build", lab.build, *options, "--status-file", path], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120)
    return path.read_text(), done.returncode, done.stderr


def program(lab, code):
    return lab.file("root", elfs.simple(code))


def test_a_programs_own_status_is_told_from_that_of_lab4(lab, t):
    for status in 0, 3, 5:
        t.equal(run(lab, program(lab, elfs.exit_program(status))), (f"program {status} exit\n", status, ""), "an exit of the program")
    line, status, errors = run(lab, program(lab, FAULT))
    t.equal((line, status), ("lab4 3 deadlock\n", 3), "nobody can run")
    t.contains(errors, "lab4: every thread waits")
    line, status, errors = run(lab, program(lab, SPIN), "--timeout", "3")
    t.equal((line, status), ("lab4 5 timeout\n", 5), "a time-out")


def test_refusals_name_the_right_help_and_are_in_the_status_file(lab, t):
    spin = program(lab, SPIN)
    for options, text in ((["--check"], "--check is an option of the hosted platform; `./lab4 run --on qemu --platform-help`"),
                          (["--mem", "100T"], "--mem 100T is too much"), (["--mem", "lots"], "must be a size")):
        line, status, errors = run(lab, *options, spin)
        t.equal((line, status, errors.count("\n")), ("lab4 2 refused\n", 2, 1), f"refusal of {options}")
        t.contains(errors, text)


def test_the_version_is_told(lab, t):
    done = subprocess.run([RUN_QEMU, "--version"], capture_output=True, text=True)
    t.equal((done.returncode, done.stdout), (0, f"lab4-qemu {VERSION}\n"), "version")
