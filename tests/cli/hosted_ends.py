#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How runs of the hosted front end end, in good order and in bad luck: hosted_ends.py FRONT-END DIRECTORY-OF-PROGRAMS"""
import os
import pathlib
import re
import resource
import signal
import subprocess
import time

import elf
from descendants import state_of
from harness import assert_refused, main, run
from machines import (FRONT_END, HELLO, SCRATCH, assert_nothing_left, children_of, file_of, processes, run_file, spinning,
                      start_spinning, until)


def assert_refused_as_usage(result, *words):
    assert_refused(result, *words)
    assert result.status == 2, result


def assert_ends(process, status, before):
    assert process.wait(timeout=30) == status, process.returncode
    assert_nothing_left(before)


def machine_of(process):
    """The first process of the machine that a front end watches over."""
    children = children_of(process.pid)
    assert len(children) == 1, children
    return children[0]


def limited(limit, value):
    return lambda: resource.setrlimit(limit, (value, value))


# ---------------------------------------------------------------------------------------------- options

def test_a_protection_that_does_not_exist_is_refused():
    assert_refused_as_usage(run(FRONT_END, "--protect", "mprotect", HELLO), "--protect is 'mprotect'", "auto", "pku", "none")


def test_an_option_without_its_value():
    assert_refused_as_usage(run(FRONT_END, HELLO, "--mem"), "--mem SIZE")


def test_a_value_for_an_option_that_takes_none():
    assert_refused_as_usage(run(FRONT_END, "--spin=yes", HELLO), "--spin")


def test_an_abbreviated_option():
    assert_refused_as_usage(run(FRONT_END, "--mems", "64M", HELLO), "--mems")
    assert_refused_as_usage(run(FRONT_END, "--me", "64M", HELLO), "--me")


def test_two_programs():
    assert_refused_as_usage(run(FRONT_END, HELLO, "other"), "other")


def test_unknown_values_name_the_known_ones():
    assert_refused_as_usage(run(FRONT_END, "--time", "fake", HELLO), "--time", "real", "virtual")
    assert_refused_as_usage(run(FRONT_END, "--protect", "all", HELLO), "--protect", "pku")
    assert_refused_as_usage(run(FRONT_END, "--cpu", "first", HELLO), "--cpu")


def test_a_host_cpu_that_is_not_there():
    for cpu in ("9999", "99999", "1023"):
        assert_refused_as_usage(run(FRONT_END, "--cpu", cpu, HELLO), "--cpu", cpu)


def test_memory_between_the_steps():
    assert_refused_as_usage(run(FRONT_END, "--mem", "3M", HELLO), "--mem", "2M", "4M")


def test_more_memory_than_any_machine_has():
    assert_refused_as_usage(run(FRONT_END, "--mem", "257G", HELLO), "--mem", "256G")


def test_options_may_follow_the_program_and_carry_their_value():
    before = processes()
    assert run(FRONT_END, HELLO, "--mem=64M", "--timeout", "20").status == 0
    assert run(FRONT_END, "--timeout=20", "--", HELLO).status == 0
    assert_nothing_left(before)


def test_a_line_break_in_a_name_stays_on_one_line():
    assert_refused_as_usage(run(FRONT_END, "no\nsuch\nfile"), "no?such?file")


# ------------------------------------------------------------------------------------- programs and hosts

def test_a_fifo_is_refused_at_once():
    path = pathlib.Path(SCRATCH.name) / "fifo"
    os.mkfifo(path)
    assert_refused_as_usage(run(FRONT_END, path, timeout=5), "regular file")


def test_a_device_is_refused():
    assert_refused_as_usage(run(FRONT_END, "/dev/zero", timeout=5), "regular file")


def test_a_program_that_fits_but_leaves_the_kernel_no_room_says_how_much_would_do():
    big = elf.elf([(0x400000, elf.CODE, (2 << 20) - 8192)])
    result = run_file(big, "--mem", "2M")
    assert_refused_as_usage(result, "--mem")
    enough = re.search(r"--mem (\d+M)", result.err).group(1)
    assert "--mem" not in run_file(big, "--mem", enough).err


def test_a_missing_machine_image():
    assert_refused_as_usage(run(FRONT_END, "--machine", "/nonexistent/machine", HELLO), "/nonexistent/machine", "./lab4 build")


def test_a_machine_image_that_is_no_program():
    path = file_of(b"not a program", "no-machine")
    path.chmod(0o755)
    assert_refused_as_usage(run(FRONT_END, "--machine", path, HELLO), "no-machine")


def test_a_machine_that_says_nothing():
    result = run(FRONT_END, "--machine", "/bin/true", HELLO)
    assert_refused(result, "without a report")
    assert result.status == 4, result


def test_a_limit_on_file_sizes():
    assert_refused_as_usage(run(FRONT_END, HELLO, preexec_fn=limited(resource.RLIMIT_FSIZE, 1 << 20)), "ulimit -f")


def test_a_limit_on_descriptors():
    for count in (3, 4):
        assert_refused_as_usage(run(FRONT_END, HELLO, preexec_fn=limited(resource.RLIMIT_NOFILE, count)), "ulimit -n")


def test_a_limit_on_address_space():
    # high enough for the front end itself
    assert_refused_as_usage(run(FRONT_END, HELLO, preexec_fn=limited(resource.RLIMIT_AS, 4 << 30)), "ulimit -v")


def test_an_unlimited_stack_changes_nothing():
    unlimited = lambda: resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert run(FRONT_END, "--timeout", "20", HELLO, preexec_fn=unlimited).status == 0


# ----------------------------------------------------------------------------------------------- signals

def test_signals_end_the_run_with_128_and_their_number():
    before = processes()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        process = start_spinning()
        process.send_signal(number)
        assert_ends(process, 128 + number, before)


def test_a_signal_that_the_parent_ignores_stays_ignored():
    before = processes()
    process = start_spinning(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    assert process.poll() is None
    process.terminate()
    assert_ends(process, 128 + signal.SIGTERM, before)


def test_a_parent_that_ignores_dead_children_changes_nothing():
    ignore = lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    assert run(FRONT_END, "--timeout", "20", HELLO, preexec_fn=ignore).status == 0


def test_ctrl_z_stops_the_machine_and_fg_continues_it():
    before = processes()
    process = start_spinning()
    machine = machine_of(process)
    process.send_signal(signal.SIGTSTP)
    until(lambda: state_of(process.pid) == state_of(machine) == "T")
    process.send_signal(signal.SIGCONT)
    until(lambda: "T" not in (state_of(process.pid), state_of(machine)))
    process.terminate()
    assert_ends(process, 128 + signal.SIGTERM, before)


def test_a_killed_machine_ends_the_run_with_status_4_and_says_so():
    before = processes()
    process = start_spinning("--protect", "none")
    os.kill(machine_of(process), signal.SIGKILL)
    assert_ends(process, 4, before)
    message = process.stderr.read().decode()
    assert message.count("\n") == 1 and "killed" in message, message


def test_any_killed_process_of_the_machine_ends_the_run_with_status_4():
    before = processes()
    process = start_spinning("--protect", "none")
    for pid in processes() - before - {process.pid, machine_of(process)}:
        os.kill(pid, signal.SIGKILL)
    assert_ends(process, 4, before)
    assert process.stderr.read().startswith(b"lab4: ")


def test_kill_9_at_any_moment_leaves_nothing_behind():
    before = processes()
    program = spinning()
    for delay in range(40):
        process = subprocess.Popen([FRONT_END, program], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay * 0.0005)
        process.kill()
        process.wait()
    assert_nothing_left(before)


def test_threads_that_all_wait_end_the_run_with_status_3():
    before = processes()
    result = run(FRONT_END, "--protect", "none", file_of(elf.elf([(0x400000, elf.CODE, 4096)]), "fault"))
    assert result.status == 3 and "every thread waits" in result.err, result
    assert_nothing_left(before)


def test_a_timeout_below_a_second():
    before = processes()
    start = time.monotonic()
    result = run(FRONT_END, "--protect", "none", "--report", "none", "--timeout", "0.3", spinning())
    assert result.status == 5 and "--timeout" in result.err and result.err.count("\n") == 1, result
    assert 0.3 <= time.monotonic() - start < 2
    assert_nothing_left(before)


# ----------------------------------------------------------------------------------- console, descriptors

def test_closed_standard_descriptors():
    before = processes()
    # Who closes stdout loses the program's output, and must not take the run for a success.
    for redirection, expected in (("<&-", 0), (">&-", 2), ("2>&-", 0), ("<&- >&- 2>&-", 2)):
        status = subprocess.run(["sh", "-c", f'exec "$0" --timeout 20 "$1" {redirection}', FRONT_END, HELLO],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30).returncode
        assert status == expected, (redirection, status)
    assert_nothing_left(before)


def test_a_full_device_as_console_does_not_hang():
    with open("/dev/full", "wb") as full:
        subprocess.run([FRONT_END, "--timeout", "10", HELLO], stdout=full, stderr=subprocess.DEVNULL, timeout=20)


def test_a_console_that_nobody_reads_any_more_ends_the_run():
    before = processes()
    process = start_spinning(stdout=subprocess.PIPE)
    process.stdout.close()
    assert_ends(process, 128 + signal.SIGPIPE, before)


def test_a_nonblocking_console_loses_nothing_and_is_given_back_nonblocking():
    expected = run(FRONT_END, "--timeout", "20", HELLO).out
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    process = subprocess.Popen([FRONT_END, "--timeout", "20", HELLO], stdin=subprocess.DEVNULL, stdout=writer)
    assert process.wait(timeout=30) == 0
    assert os.get_blocking(writer) is False
    os.close(writer)
    with open(reader, "rb") as pipe:
        assert len(pipe.read().splitlines()) == len(expected.splitlines())


def test_the_machine_gets_no_other_descriptors():
    before = processes()
    extra = os.dup2(os.open("/dev/null", os.O_RDWR), 77)
    process = start_spinning(close_fds=False)
    open_files = {int(path.name) for path in pathlib.Path(f"/proc/{machine_of(process)}/fd").iterdir()}
    process.terminate()
    process.wait(timeout=5)
    os.close(extra)
    assert {2, 3, 4} <= open_files and not open_files & {0, 1, 77}, open_files
    assert_nothing_left(before)


def test_timing_is_one_line_on_stderr_and_start_up_is_quick():
    times = []
    while len(times) < 10 or (min(times) >= 15 and len(times) < 100):  # a machine under load needs more tries
        result = run(FRONT_END, "--protect", "none", HELLO, env={**os.environ, "LAB4_TIMING": "1"})
        assert result.err.count("\n") == 1, result.err
        times.append(float(re.search(r"start-up: ([0-9.]+) ms", result.err).group(1)))
    print(f"        start-up: {min(times)} ms")
    assert min(times) < 15, times


main(globals())
