# SPDX-License-Identifier: BSD-2-Clause
#
# gdb on a hosted machine; `./lab4 run --gdb PROGRAM` starts it with this script, attached to the machine's first process before
# that has made any other. LAB4_PROGRAM in the environment: the root task. See docs/DEBUGGING.md.
#
# One inferior for each process: the first (which only forks), and one for each VSpace. All of them have the kernel's symbols. A
# program's symbols are added to each process whose memory holds that program's code where its file says: the root task's and
# those of its components (lab4_embed) by themselves, others after `lab4-program FILE`. So a breakpoint can be set in a program before
# any process runs it.
import contextlib
import os
import signal
import sys

import gdb

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "lab4", "tracing"))
import programs  # noqa: E402

PROGRAMS = {}  # what may run somewhere: {path: content}
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
set print inferior-events off
handle SIGSEGV SIGBUS SIGILL SIGFPE SIGSYS SIGALRM SIGVTALRM SIGCHLD nostop noprint pass
"""


@contextlib.contextmanager
def quietly():
    """Without what gdb says of stops and of other processes that are selected."""
    gdb.execute("set suppress-cli-notifications on")
    try:
        yield
    finally:
        gdb.execute("set suppress-cli-notifications off")


def add_programs():
    """Adds the symbols of the program that runs in the current process, once; breakpoints that wait for it are set."""
    known = [objfile.filename for objfile in gdb.current_progspace().objfiles()]
    for path, content in PROGRAMS.items():
        with contextlib.suppress(gdb.MemoryError):
            if path not in known and programs.is_in_memory(content, gdb.selected_inferior().read_memory):
                gdb.execute(f'add-symbol-file "{path}"', to_string=True)


def note_program(path):
    """A program that may come to run somewhere. gdb.GdbError: it is none."""
    try:
        content = programs.read_file(path)
        programs.code_of(content)
    except (OSError, ValueError) as problem:
        raise gdb.GdbError(f"'{path}' cannot be used ({problem}); give lab4-program the ELF file of a program.") from problem
    PROGRAMS[os.path.realpath(path)] = content


class Program(gdb.Command):
    """lab4-program FILE: adds the symbols of an ELF file to every process, now or later, that runs it."""

    def __init__(self):
        super().__init__("lab4-program", gdb.COMMAND_FILES, gdb.COMPLETE_FILENAME)

    def invoke(self, argument, from_tty):
        note_program(argument)
        here = gdb.selected_inferior()
        for inferior in live_inferiors():
            select(inferior)
            add_programs()
        select(here)


exits = 0


def on_exited(event):
    global exits
    exits += 1
    if hasattr(event, "exit_code") and len(live_inferiors()) > 1 and not Continue.is_active:
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
        inferior.threads()[0].switch()


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

    is_active = False

    def invoke(self, argument, from_tty):
        Continue.is_active = True
        try:
            self.go_on()
        finally:
            Continue.is_active = False

    def go_on(self):
        failures = 0
        while live_inferiors() and failures < MAX_FAILURES:
            before = exits
            try:
                if not gdb.selected_inferior().pid:
                    end_others()
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


def end_others():
    """When the machine has ended, its first process kills the others; do it first, in silence."""
    first = live_inferiors()[0]
    select(first)
    if first.num == 1 and int(gdb.parse_and_eval(f"{CONTROL}->has_ended")):
        others = " ".join(str(inferior.num) for inferior in live_inferiors()[1:])
        with contextlib.suppress(gdb.error):
            gdb.execute(f"kill inferiors {others}" if others else "echo", to_string=True)


class Look(gdb.Breakpoint):
    """Where a process has all the code that is mapped in its address space: a new one, or one whose mappings have changed."""

    def stop(self):
        add_programs()
        return False


for line in SETTINGS.strip().split("\n"):
    gdb.execute(line, to_string=True)
gdb.execute(f"source {HERE}/lab4.py")
Program()
Continue()
Cpu()

for path in programs.files_of(os.environ["LAB4_PROGRAM"]):
    note_program(path)

# At the first stop all code of the root task is in place; at later ones that of another process.
gdb.Breakpoint("debugger_look", internal=True, temporary=True).silent = True
gdb.execute(f"set variable {CONTROL}->debugger_ready = 1")
with quietly():
    gdb.execute("continue", to_string=True)
add_programs()
gdb.events.exited.connect(on_exited)
gdb.events.gdb_exiting.connect(on_leaving)
Look("debugger_look", internal=True)
print("lab4: the root task is about to start. Commands: lab4-continue, lab4-cpu, lab4-program, lab4-threads, lab4-slot, lab4-tree;\n"
      "see `help` for each.")
