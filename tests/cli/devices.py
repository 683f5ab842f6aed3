#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Input, devices and interrupts from outside, hosted: devices.py FRONT-END DIRECTORY-OF-PROGRAMS"""
import os
import pty
import re
import signal
import subprocess
import time

from harness import assert_refused, main, run
from machines import FRONT_END, HELLO, PROGRAMS, assert_nothing_left, processes

IRQ, OUTSIDE, INPUT = PROGRAMS / "lab4-irq", PROGRAMS / "cli-outside", PROGRAMS / "cli-input"
ABI_INPUT = "to be read\n"


class Machine:
    """A run whose console is read line by line, in the order in which it says things."""

    def __init__(self, *options, program=OUTSIDE, stdin=subprocess.DEVNULL):
        self.process = subprocess.Popen([FRONT_END, "--timeout", "50", *options, program], stdin=stdin, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        assert self.line() == "ready", self.process.stderr.read()

    def line(self):
        return self.process.stdout.readline().rstrip("\n")

    def irq(self, number):
        return run(IRQ, self.process.pid, number)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


def end(machine):
    assert machine.irq(92).status == 0
    assert machine.process.wait(timeout=50) == 0


# ------------------------------------------------------------------------------- interrupts from outside

def test_a_signal_raises_an_interrupt():
    with Machine("--irq", "90=USR1", "--irq=91=SIGUSR2", "--irq", "92=40") as machine:
        for number, line in ((signal.SIGUSR1, "level"), (signal.SIGUSR2, "edge")) * 2:
            machine.process.send_signal(number)
            assert machine.line() == line
        machine.process.send_signal(40)
        assert machine.process.wait(timeout=50) == 0


def test_a_signal_that_the_caller_ignores_is_an_interrupt_all_the_same():
    before = signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # inherited
    try:
        with Machine("--irq", "90=USR1") as machine:
            machine.process.send_signal(signal.SIGUSR1)
            assert machine.line() == "level"
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_machine_that_waits_for_a_signal_is_not_at_its_end():
    with Machine("--irq", "90=USR1") as machine:
        time.sleep(0.3)
        assert machine.process.poll() is None


def test_a_machine_that_nobody_can_interrupt_ends_with_status_3():
    before = processes()
    result = run(FRONT_END, "--timeout", "50", OUTSIDE)
    assert result.status == 3 and "every thread waits" in result.err, result
    assert_nothing_left(before)


def test_irq_interrupts_a_running_machine():
    with Machine("--irq", "92=USR1") as machine:  # or it would be at its end
        for number in (90, 91) * 2:
            assert machine.irq(number) == (0, "", "")
            assert machine.line() == {90: "level", 91: "edge"}[number]
        end(machine)


def test_irq_finds_a_machine_by_name_and_by_any_of_its_processes():
    with Machine("--irq", "90=USR1") as machine:
        assert run(IRQ, OUTSIDE.name, 90).status == 0
        assert machine.line() == "level"
        child = open(f"/proc/{machine.process.pid}/task/{machine.process.pid}/children").read().split()[0]
        assert run(IRQ, child, 91).status == 0
        assert machine.line() == "edge"
        end(machine)


def test_irq_asks_which_machine_when_there_are_several():
    with Machine("--irq", "90=USR1") as one, Machine("--irq", "90=USR1") as other:
        result = run(IRQ, OUTSIDE.name, 90)
        assert_refused(result, str(one.process.pid), str(other.process.pid))
        assert result.status == 2


def test_irq_with_bad_input():
    for arguments in ([], [""], ["31"], ["160"], ["1000"], ["-1"], ["0x5a"], ["90", "91", "92"], ["90", "x"]):
        result = run(IRQ, *arguments)
        assert_refused(result)
        assert result.status == 2, result
    assert_refused(run(IRQ, "no-such-program", 90), "no-such-program")
    assert_refused(run(IRQ, "999999999", 90), "999999999")
    assert_refused(run(IRQ, "99999999999999999999", 90), "does not exist")
    assert_refused(run(IRQ, os.getpid(), 90), "does not belong to a running hosted machine")


def test_bad_values_of_the_option_irq():
    for value, word in (("90", "N"), ("=USR1", "32 to 159"), ("27=USR1", "32 to 159"), ("160=USR1", "32 to 159"), ("90=", "kill -l"),
                        ("90=NOSUCH", "NOSUCH"), ("90=99", "99"), ("90=KILL", "another meaning"), ("90=INT", "another meaning"),
                        ("90=17", "another meaning"), ("90=32", "another meaning"), ("x=USR1", "--irq"), ("", "--irq")):
        result = run(FRONT_END, "--irq", value, HELLO)
        assert_refused(result, "--irq", word)
        assert result.status == 2, result
    assert_refused(run(FRONT_END, "--irq", "90=USR1", "--irq", "91=USR1", HELLO), "already")
    assert_refused(run(FRONT_END, *[f"--irq={32 + i}={34 + i}" for i in range(17)], HELLO), "too many")


# -------------------------------------------------------------------------------------------------- input

def test_input_larger_than_every_buffer_arrives_whole():
    text = "".join(chr(1 + i * 7 % 126) for i in range(20000))
    expected = f"ready\n20000 bytes, sum {sum(map(ord, text))}\n"
    for options in ([], ["--time", "virtual"]):
        result = run(FRONT_END, "--timeout", "50", *options, INPUT, text=text + "\0behind")
        assert result.status == 0 and result.out == expected, result


def test_input_that_comes_late_and_in_pieces():
    for options in ([], ["--time", "virtual"]):
        process = subprocess.Popen([FRONT_END, "--timeout", "50", *options, INPUT], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        for piece in "abc", "d\n", "\0":
            time.sleep(0.05)
            process.stdin.write(piece)
            process.stdin.flush()
        out, _ = process.communicate(timeout=50)  # and that closes it: virtual time waits for a full FIFO, or the end
        assert process.returncode == 0 and out == f"ready\n5 bytes, sum {sum(map(ord, 'abcd')) + 10}\n", out


def test_the_end_of_input_ends_a_machine_that_only_input_could_wake():
    before = processes()
    for keywords in ({}, {"text": "no end of it"}, {"stdin": os.open("/", os.O_RDONLY)}, {"stdin": os.open("/dev/null", os.O_WRONLY)}):
        for options in ([], ["--time", "virtual"]):
            result = run(FRONT_END, "--timeout", "50", *options, INPUT, **keywords)
            assert result.status == 3 and result.out.startswith("ready\n"), result
    assert_nothing_left(before)


def test_a_closed_stdin_is_an_empty_one():
    result = run(FRONT_END, "--timeout", "50", INPUT, preexec_fn=lambda: os.close(0))
    assert result.status == 3 and result.out.startswith("ready\n"), result


def test_a_timeout_ends_a_wait_for_input():
    for options in ([], ["--time", "virtual"]):
        source, sink = os.pipe()
        try:
            result = run(FRONT_END, "--timeout", "0.5", *options, INPUT, stdin=source)
            assert result.status == 5, result
        finally:
            os.close(source)
            os.close(sink)


def test_a_program_that_does_not_read_leaves_stdin_alone():
    source, sink = os.pipe()
    os.write(sink, b"still here")
    assert run(FRONT_END, "--timeout", "50", HELLO, stdin=source).status == 0
    assert os.read(source, 100) == b"still here"
    os.close(source)
    os.close(sink)


def test_a_terminal_that_goes_away():
    before = processes()
    master, slave = pty.openpty()
    with Machine(program=INPUT, stdin=slave) as machine:
        os.close(slave)
        os.write(master, b"a line\n")
        time.sleep(0.1)
        os.close(master)
        assert machine.process.wait(timeout=50) == 3
    assert_nothing_left(before)


# ------------------------------------------------------------------------------------------ devices, time

def test_alarms_cost_no_time_when_time_is_virtual():
    start = time.monotonic()
    results = [run(FRONT_END, "--timeout", "50", "--time", "virtual", PROGRAMS / "abi-pl031") for _ in range(3)]
    assert results[0].status == 0 and results[0] == results[1] == results[2], results
    print(f"        three runs with an alarm of a second: {time.monotonic() - start:.2f} s")


def test_an_access_that_no_device_knows_is_told_once_on_stderr():
    result = run(FRONT_END, "--timeout", "50", "--protect", "none", PROGRAMS / "abi-pl011", text=ABI_INPUT)
    assert result.status == 0, result
    assert len(re.findall("cannot access a device register", result.err)) == 2, result.err  # of a vector register; misaligned


# ---------------------------------------------------------------------------------------- the example driver

def test_the_driver_example_ends_when_nobody_types():
    for keywords in ({}, {"text": ""}, {"text": "one line, not ended"}, {"text": "one line, CR LF\r\n"}):
        result = run(FRONT_END, "--timeout", "50", "--time", "virtual", PROGRAMS / "driver", **keywords)
        lines = 1 if keywords.get("text") else 0
        assert result.status == 0 and f"client: {lines} lines; the last one was followed by silence\n" in result.out, result


def test_the_driver_example_takes_any_bytes():
    text = "".join(map(chr, range(1, 128))) * 20 + "\n" + "x" * 5000 + "\nquit\n"
    for options in ([], ["--time", "virtual"]):
        result = run(FRONT_END, "--timeout", "50", *options, PROGRAMS / "driver", text=text)
        assert result.status == 0 and "the last one said quit" in result.out, result


def test_the_driver_example_waits_five_seconds_of_real_time():
    start = time.monotonic()
    result = run(FRONT_END, "--timeout", "50", PROGRAMS / "driver")
    assert result.status == 0 and "client: 0 lines" in result.out, result
    assert time.monotonic() - start > 3.9


main(globals())
