# SPDX-License-Identifier: BSD-2-Clause
#
# gdb on a hosted machine; `./lab4 run --gdb PROGRAM` starts it with this script, attached to the machine's first process before
# that has made any other. LAB4_PROGRAM in the environment: the root task. See docs/DEBUGGING.md.
#
# One inferior for each process: the first (which only forks), and one for each VSpace. All of them have the kernel's symbols. A
# program's symbols are added to each process whose memory holds that program's code where its file says: the root task's by
# themselves, others after `lab4-program FILE`.
import contextlib
import os
import signal
import struct

import gdb

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = []
CONTROL = "((struct machine_control *)0x700000000000)"
MAX_FAILURES = 50
SETTINGS = """
set confirm off
set pagination off
set breakpoint pending on
set follow-fork-mode child
set detach-on-fork off
set schedule-multiple on
set print thread-events off
handle SIGSEGV SIGBUS SIGILL SIGFPE SIGSYS SIGALRM SIGVTALRM SIGCHLD nostop noprint pass
"""


def code_of(path):
    """[(address, bytes)] of what the ELF file says is code."""
    with open(path, "rb") as file:
        content = file.read()
    table, = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    for i in range(count):
        kind, flags, offset, start, _, bytes_in_file, _, _ = struct.unpack_from("<IIQQQQQQ", content, table + i * size)
        if kind == 1 and flags & 1 and bytes_in_file:
            yield start, content[offset:offset + bytes_in_file]


def holds(path):
    """Does the current process have the program in its memory?"""
    try:
        memory = gdb.selected_inferior().read_memory
        return all(bytes(memory(start, len(code))) == code for start, code in code_of(path))
    except gdb.MemoryError:
        return False


def add_programs():
    known = [objfile.filename for objfile in gdb.current_progspace().objfiles()]
    for path in PROGRAMS:
        if path not in known and holds(path):
            gdb.execute(f"add-symbol-file {path}", to_string=True)


class Program(gdb.Command):
    """lab4-program FILE: adds the symbols of an ELF file to every process, now or later, that runs it."""

    def __init__(self):
        super().__init__("lab4-program", gdb.COMMAND_FILES, gdb.COMPLETE_FILENAME)

    def invoke(self, argument, from_tty):
        path = os.path.realpath(argument)
        if not os.path.isfile(path):
            raise gdb.GdbError(f"There is no file '{argument}'; give lab4-program the ELF file of a program.")
        PROGRAMS.append(path)
        here = gdb.selected_inferior()
        for inferior in live_inferiors():
            select(inferior)
            add_programs()
        select(here)


exits = 0


def on_exited(event):
    global exits
    exits += 1
    if hasattr(event, "exit_code") and len(live_inferiors()) > 1:
        print("lab4: a process of the machine has ended; lab4-continue goes on with the others.")


def live_inferiors():
    return [inferior for inferior in gdb.inferiors() if inferior.pid]


def on_leaving(event):
    """Detached, the machine would run on for a moment."""
    for inferior in live_inferiors():
        with contextlib.suppress(ProcessLookupError):
            os.kill(inferior.pid, signal.SIGKILL)


def select(inferior):
    if inferior.num != gdb.selected_inferior().num:
        gdb.execute(f"inferior {inferior.num}", to_string=True)


def select_cpu():
    """The process that is the CPU runs user code or the kernel; the others wait for it."""
    owner = int(gdb.parse_and_eval(f"{CONTROL}->owner_pid"))
    for inferior in live_inferiors():
        if inferior.pid == owner:
            select(inferior)


class Cpu(gdb.Command):
    """lab4-cpu: selects the process that is the machine's CPU just now."""

    def __init__(self):
        super().__init__("lab4-cpu", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        select_cpu()
        gdb.execute("frame")


class Continue(gdb.Command):
    """Continues. Unlike `continue`, does not stop when one of the machine's processes has gone and others are left, and
    if Ctrl-C stops the machine, selects the process that is its CPU."""

    def __init__(self):
        super().__init__("lab4-continue", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        failures = 0
        while live_inferiors() and failures < MAX_FAILURES:
            before = exits
            try:
                if not gdb.selected_inferior().pid:
                    select(live_inferiors()[0])
                gdb.execute("continue")
            except gdb.error as problem:
                if "No such process" not in str(problem):  # that one has just been killed, which gdb has not seen yet
                    raise
                failures += 1
                continue
            if exits == before:
                if gdb.selected_inferior().num == 1:
                    Cpu.invoke(None, "", False)
                return


for line in SETTINGS.strip().split("\n"):
    gdb.execute(line, to_string=True)
gdb.execute(f"source {HERE}/lab4.py")
Program()
Continue()
Cpu()

# At the first stop all code of the root task is in place; at later ones of another process, or of one whose mappings have changed.
gdb.Breakpoint("debugger_look", internal=True, temporary=True)
gdb.execute(f"set variable {CONTROL}->debugger_ready = 1")
gdb.execute("continue", to_string=True)
gdb.execute(f"lab4-program {os.environ['LAB4_PROGRAM']}", to_string=True)
gdb.events.exited.connect(on_exited)
gdb.events.gdb_exiting.connect(on_leaving)
look = gdb.Breakpoint("debugger_look", internal=True)
look.silent = True
look.commands = "python add_programs()\ncontinue"
print("lab4: the root task is about to start. Commands: lab4-continue, lab4-cpu, lab4-program, lab4-threads, lab4-slot, lab4-tree; see `help` for each.")
