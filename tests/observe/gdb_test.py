#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""--gdb: gdb in user code and in the kernel, in every process: gdb_test.py FRONT-END DIRECTORY-OF-PROGRAMS"""
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from harness import Result, assert_refused, main, run
from machines import FRONT_END, HELLO, PROGRAMS, assert_nothing_left, children_of, processes

GO_ON = ["delete", "lab4-continue"]  # to the end


def words_of(commands):
    return [word for command in commands for word in ("--gdb-command", command)]


def debug(program, *commands, options=()):
    before = processes()
    result = run(FRONT_END, "--timeout", "100", *options, "--gdb", *words_of(commands), program, timeout=120)
    assert_nothing_left(before)
    assert "Python Exception" not in result.err and "Traceback" not in result.err, result.err
    return result


def assert_order(text, *patterns):
    for pattern in patterns:
        found = re.search(pattern, text, re.DOTALL)
        assert found, f"not found: {pattern!r} in {text!r}"
        text = text[found.end():]


def test_breakpoints_and_steps_in_user_code():
    result = debug(HELLO, "break tell_bootinfo", "lab4-continue", "finish", "next", "print pool_object", *GO_ON)
    assert result.status == 0, result
    assert_order(result.out, r"lab4: the root task is about to start", r"Breakpoint \d+, .*tell_bootinfo", r"main .*hello/main\.c",
                 r"\{seL4_CPtr \(seL4_Word, seL4_Word\)\}", r"6\. That is all", r"Inferior 1 .*exited normally")


def test_breakpoints_in_the_kernel_and_the_way_back_to_user_code():
    result = debug(HELLO, "break fault_raise", "lab4-continue", "bt", "lab4-threads", "lab4-slot &ks.cpu.current->slots[0]", *GO_ON)
    assert result.status == 0, result
    assert_order(result.out, r"fault_raise", r"core_fault", r"trap_signal", r"<signal handler called>", r"touch", r"\* toucher +running", r"cnode object=0x")
    result = debug(HELLO, "break perform_UntypedRetype", "lab4-continue", "bt", "kill", "quit")
    assert_order(result.out, r"perform_UntypedRetype", r"core_syscall", r"trap_call", r"<signal handler called>", r"pool_object|seL4_Untyped_Retype",
                 r"main \(\).*hello/main\.c")


def test_breakpoints_in_programs_of_other_address_spaces():
    client = PROGRAMS / "client-server-client"
    result = debug(PROGRAMS / "client-server", f"lab4-program {client}", "break my_turn", "lab4-continue", "bt", "info inferiors", *GO_ON)
    assert result.status == 0, result
    assert_order(result.out, r"Breakpoint \d+(\.\d+)?, .*my_turn", r"#\d+ .*main .*client\.c", r"\* [3-9] +process", r"8\. That is all")


def test_breakpoints_in_programs_that_no_process_runs_yet():
    source = pathlib.Path(__file__).resolve().parents[2] / "examples/client-server/client.c"
    line = 1 + next(i for i, text in enumerate(source.read_text().split("\n")) if "CLIENT_SECOND, seL4_WordBits" in text)
    result = debug(PROGRAMS / "client-server", f"break client.c:{line}", "break server.c:main", "lab4-continue", "bt", "info inferiors",
                   "lab4-continue", "bt", *GO_ON)
    assert result.status == 0, result
    assert_order(result.out, r"Breakpoint 1 \(client\.c:\d+\) pending", r"Breakpoint 2 \(server\.c:main\) pending",
                 r"hit Breakpoint 2(\.\d+)?, main", r"#0 [^\n]*main", r"\* 3 +process", r"hit Breakpoint 1(\.\d+)?, (alice|main)",
                 r"#\d+ .*main .*client\.c", r"8\. That is all")


def test_gdb_says_little_that_nobody_asked_for():
    result = debug(PROGRAMS / "client-server", *GO_ON)
    console = subprocess.run([FRONT_END, PROGRAMS / "client-server"], stdout=subprocess.PIPE, text=True, timeout=60).stdout.split("\n")
    own = [line for line in result.out.split("\n") if line and line not in console]
    assert len(own) <= 16, own
    assert not re.search(r"debugger_look|gate\.S|Attaching after|New inferior|Switching to inferior", result.out), own


def test_the_exit_status_is_the_programs():
    result = debug(PROGRAMS / "observe-chatter", *GO_ON)
    assert result.status == 7 and "exited with code 07" in result.out, result


def test_virtual_time_stands_still_in_the_debugger():
    result = debug(HELLO, "break core_irq", "lab4-continue", *GO_ON, options=("--time", "virtual"))
    assert result.status == 0, result


def test_leaving_the_debugger_ends_the_run():
    result = debug(PROGRAMS / "observe-still", "quit")
    assert result.status == 0 and "still" not in result.out, result


def test_commands_come_from_the_terminal():
    done = subprocess.run([FRONT_END, "--gdb", HELLO], input="lab4-threads\nquit\n", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=60)
    assert done.returncode == 0 and "* rootserver" in done.stdout, done


def gdb_of(process):
    """The debugger that a front end has started."""
    for pid in children_of(process.pid):
        if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "gdb":
            return pid
    raise AssertionError("there is no gdb")


def test_an_interrupt_stops_a_running_program():
    before = processes()
    process = subprocess.Popen([FRONT_END, "--timeout", "100", "--gdb", *words_of(["lab4-continue", "bt"]), PROGRAMS / "observe-still"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    text = ""
    while "\nstill\n" not in text:
        text += process.stdout.readline()
    time.sleep(0.2)
    os.kill(gdb_of(process), signal.SIGINT)
    text += process.communicate(timeout=60)[0]
    assert_order(text, r"SIGINT", r"main \(\).*still\.c")
    assert process.returncode == 0
    assert_nothing_left(before)


def test_without_gdb_on_the_host():
    before = processes()
    done = subprocess.run([FRONT_END, "--gdb", HELLO], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                          env={"PATH": "/nonexistent"})
    lines = [line for line in done.stderr.split("\n") if "protection keys" not in line]
    assert_refused(Result(done.returncode, done.stdout, "\n".join(lines)), "gdb cannot be started", "install the package gdb")
    assert_nothing_left(before)


main(globals())
