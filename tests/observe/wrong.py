#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What is told about programs that are wrong (wrong.c): wrong.py FRONT-END DIRECTORY-OF-PROGRAMS"""
import pathlib
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from harness import assert_refused, main, run
from machines import FRONT_END, PROGRAMS, SCRATCH, assert_nothing_left, children_of, file_of, processes, spins, until

INSPECT = PROGRAMS / "lab4-inspect"
LINES = {name: pathlib.Path(__file__).with_name(name).read_text().split("\n") for name in ("wrong.c", "child.c")}
PROGRAM = "observe-wrong-"


def line_of(comment, source):
    """The number of the source's line that ends with this comment."""
    number, = (i + 1 for i, line in enumerate(LINES[source]) if line.endswith(f"// {comment}"))
    return number


def place(function, comment, source="wrong.c"):
    """How a report names it."""
    return rf"{function}(\+0x[0-9a-f]+)? \(\S*tests/observe/{re.escape(source)}:{line_of(comment, source)}\)"


def run_wrong(name, *options):
    before = processes()
    result = run(FRONT_END, "--timeout", "60", *options, PROGRAMS / f"{PROGRAM}{name}")
    assert_nothing_left(before)
    return result


def assert_told(result, *patterns):
    """One after the other."""
    text = result.err
    for pattern in patterns:
        found = re.search(pattern, text, re.MULTILINE)
        assert found, f"not found: {pattern!r} in {text!r}, of {result}"
        text = text[found.end():]


def assert_fault(name, cause, *frames, thread="rootserver"):
    """The fault, the frames of its backtrace, registers; then the state, as nothing can go on."""
    result = run_wrong(name)
    assert result.status == 3, result
    assert_told(result, rf"^lab4: thread '{thread}' of {PROGRAM}{name} has no fault handler and stops: {cause}$",
                *(rf"^  #\d+ +0x[0-9a-f]+  {frame}" for frame in frames), r"^  registers +rip 0x", r"r15 0x[0-9a-f]+$",
                r"^lab4: every thread waits", rf"^  '{thread}' was stopped by a fault that nobody handles: {cause}$")
    return result


# -------------------------------------------------------------------------------------------------- faults

def test_a_null_pointer():
    assert_fault("null", "read at 0x0: nothing is mapped at 0x0: a null pointer", place("length_of", "null"), "null", place("main", "main"))


def test_a_call_of_nothing_tells_the_caller():
    assert_fault("jump", "fetch at 0x0: nothing is mapped at 0x0: a call through a null function pointer", "0x0", place("jump", "jump"),
                 place("main", "main"))


def test_a_stack_overflow_is_one_and_does_not_fill_the_screen():
    result = assert_fault("overflow", r"write at 0x([0-9a-f]+): nothing is mapped at 0x\1, just below the stack of this thread \(sp .*\): it is too small",
                          "dive", "dive", "diver", thread="diver")
    assert re.search(r"… \d+ more calls of dive, one inside the other", result.err), result
    assert len(result.err.split("\n")) < 30, result


def test_a_write_to_a_read_only_page():
    assert_fault("readonly", "write at 0x20000008: the page is mapped read-only", place("readonly", "readonly"))


def test_a_division_by_zero():
    assert_fault("divide", "division by zero", place("divide", "divide"))


def test_a_trap_of_the_compiler():
    assert_fault("trap", r"undefined instruction \(ud2\): .*", place("trap", "trap"))


def test_a_host_call():
    assert_fault("raw", "system call 39 by a `syscall` instruction: .*", place("raw", "raw"))


def test_receiving_from_an_empty_slot():
    assert_fault("empty", "it receives from capability 0x1f13, which is not there: slot 0x1f13 of the CSpace is empty",
                 place("empty", "empty") + ", in seL4_Recv")


def test_calling_what_is_outside_the_cspace():
    assert_fault("outside", "it calls or sends to capability 0x99999, which is not there: 0x99999 is outside the CSpace: .* 0x0 to 0x1fff",
                 ".*", ".*main")


def test_a_component_is_told_by_its_own_name_and_lines():
    result = run(FRONT_END, "--timeout", "60", "--report", "refused,faults,state", PROGRAMS / "observe-parent")
    cause = "read at 0x0: nothing is mapped at 0x0: a null pointer"
    assert result.status == 3, result
    assert_told(result, rf"^lab4: refused: 'child' at {place('main', 'child: empty', 'child.c')}, pc 0x[0-9a-f]+: seL4_NBSend on capability 0x28: "
                r"slot 0x28 of the CSpace is empty$", rf"^lab4: thread 'child' of observe-child has no fault handler and stops: {cause}$",
                rf"^  #\d+ +0x[0-9a-f]+  {place('look_at', 'child', 'child.c')}$", rf"^  #\d+ +0x[0-9a-f]+  {place('main', 'child: main', 'child.c')}$",
                rf"^  'child' was stopped by a fault that nobody handles: {cause}$", r"^      in observe-child, pc 0x", r"^  'rootserver' waits for",
                r"^      in observe-parent, pc 0x")


def test_without_reports_the_kernel_has_its_say():
    result = run_wrong("null", "--report", "none")
    assert result.status == 3 and "registers" not in result.err and "Dumping all tcbs" in result.out, result
    assert "no fault handler and stops: vm fault" in result.out, result


# ---------------------------------------------------------------------------------------------------- state

def test_a_deadlock_is_named():
    result = run_wrong("deadlock")
    assert result.status == 3, result
    assert_told(result, r"^lab4: every thread waits", r"^lab4: the machine at 0\.\d+ s:$", r"^  deadlock: '(alice|bob)' waits to call endpoint 0x[0-9a-f]+ "
                r"\(its capability 0x[0-9a-f]+\) until '(alice|bob)' receives there; '(alice|bob)' waits to call .* until '(alice|bob)' receives there$",
                r"^  'bob' waits to call endpoint 0x[0-9a-f]+ .*; 'alice', 'rootserver' can receive there$", rf"^      at {place('bob', 'bob')} < ",
                rf"^      in {PROGRAM}deadlock, pc 0x", r"^      priority 200, scheduling context 0x[0-9a-f]+: round robin, 10000 us at a time$",
                r"^  'alice' waits", rf"^      at {place('alice', 'alice')}")
    assert "Dumping" not in result.out, result


def test_a_thread_without_scheduling_context_can_never_run():
    result = run_wrong("never")
    assert result.status == 3, result
    assert_told(result, r"^  'passive' is ready, but it has no scheduling context: it can never run$", r"no scheduling context$",
                r"^  'rootserver' waits for a message on endpoint 0x[0-9a-f]+ .*'passive' can send there$", rf"^      at {place('never', 'never')}")


def test_a_timeout_tells_where_the_program_was():
    result = run_wrong("spin", "--timeout", "0.5")
    assert result.status == 5, result
    assert_told(result, r"^lab4: --timeout expired", r"^  'rootserver' runs$", r"^      at spin \(")


class Spinning:
    def __init__(self, *options):
        self.process = subprocess.Popen([FRONT_END, *options, PROGRAMS / f"{PROGRAM}spin"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, start_new_session=True)
        assert self.process.stdout.readline() == "spinning\n"
        until(lambda: spins(self.process.pid))  # printf has come back

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        _, err = self.process.communicate(timeout=30)
        return self.process.returncode, err


def test_ctrl_c_tells_it_if_asked():
    status, err = Spinning("-v").interrupt()
    assert status == 130 and re.search(r"^      at spin \(", err, re.MULTILINE), err
    status, err = Spinning().interrupt()
    assert status == 130 and err == "", err


def test_a_machine_that_is_killed_is_not_described():
    spinning = Spinning("--verbose")
    zygote, = children_of(spinning.process.pid)
    pathlib.Path(f"/proc/{zygote}/oom_score_adj").read_text()  # it is ours
    subprocess.run(["kill", "-KILL", str(zygote)], check=True)
    _, err = spinning.process.communicate(timeout=30)
    assert spinning.process.returncode == 4 and "SIGKILL" in err, err


# ------------------------------------------------------------------------------------------------- refusals

def test_refused_invocations_and_sends():
    result = run_wrong("refused", "--report", "refused")
    assert result.status == 0, result
    lines = [line for line in result.err.split("\n") if f"wrong.c:" in line]
    expected = [("right", r"seL4_NBSend on capability 0x[0-9a-f]+ \(endpoint 0x[0-9a-f]+\): the capability does not give the right to send"),
                ("empty", r"seL4_NBSend on capability 0x1f13: slot 0x1f13 of the CSpace is empty"),
                ("outside", r"seL4_NBSend on capability 0x99999: 0x99999 is outside the CSpace: .*"),
                ("source", r"seL4_CNode_Copy\(dest_index=0x1f13, .*\) on capability 0x2 \(cnode 0x[0-9a-f]+\): FailedLookup: the source slot .*"),
                ("occupied", r"seL4_CNode_Copy\(.*: DeleteFirst: the destination is not empty"),
                ("priority", r"seL4_TCB_SetPriority\(authority=0x1, priority=0x3e8\) .*: RangeError: a value must be from 0 to 255 .*"),
                ("authority", r"seL4_TCB_SetPriority\(authority=0x1f13, .*: InvalidCapability: capability 1 \(authority\) is empty.*")]
    assert len(lines) == len(expected), lines
    for line, (comment, words) in zip(lines, expected):
        assert re.fullmatch(rf"lab4: refused: 'rootserver' at {place('refused', 'refused: ' + comment)}, pc 0x[0-9a-f]+: {words}", line), line


def test_what_is_well_is_not_reported():
    result = run_wrong("refused")
    assert result.status == 0 and result.err == "", result


def test_the_same_in_virtual_time_twice():
    one, other = (run_wrong("refused", "--time", "virtual", "--report", "refused") for _ in range(2))
    assert one == other, (one, other)


def test_unknown_reports_are_refused():
    result = run(FRONT_END, "--report", "faults,everything", PROGRAMS / "hello")
    assert_refused(result, "everything", "refused", "none")
    assert result.status == 2, result


# ------------------------------------------------------------------------------------- post mortem, staying

def kept(name, program="deadlock"):
    path = pathlib.Path(SCRATCH.name) / name
    result = run_wrong(program, "--post-mortem", path)
    assert str(path) in result.err and path.stat().st_mode & 0o777 == 0o600, result
    assert path.stat().st_blocks * 512 < 16 << 20, "holes are kept"
    return path


def test_the_state_can_be_looked_at_later():
    path = kept("later")
    result = run(INSPECT, path)
    assert result.status == 0 and result.err == "", result
    assert re.search(rf"in {PROGRAM}deadlock, {place('alice', 'alice')}", result.out) and "deadlock: 'bob' waits to call" in result.out, result
    assert run(INSPECT, "--dot", path).out.startswith("digraph")


def test_a_fault_in_a_program_that_goes_on_is_kept_too():
    path = kept("fault", "overflow")
    assert re.search(r"'diver' was stopped by a fault that nobody handles: write at", run(INSPECT, path).out)


def test_a_run_that_ends_well_keeps_nothing():
    path = pathlib.Path(SCRATCH.name) / "nothing"
    result = run_wrong("refused", "--post-mortem", path)
    assert result.status == 0 and result.err == "" and not path.exists(), result


def test_a_file_that_cannot_be_written():
    result = run_wrong("deadlock", "--post-mortem", "/nonexistent/file")
    assert result.status == 3 and "/nonexistent/file" in result.err and "No such file" in result.err, result


def test_damaged_files_get_a_sentence():
    content = kept("whole").read_bytes
    path = pathlib.Path(SCRATCH.name) / "damaged"
    shutil.copyfile(pathlib.Path(SCRATCH.name) / "whole", path)
    state = 0x10000
    for offset, length in ((state, 1 << 16), (state + (1 << 16), 1 << 20), (0x4000000, 1 << 20), (0x4000000 + (1 << 30) - (1 << 20), 1 << 20)):
        with open(path, "r+b") as file:
            file.seek(offset)
            file.write(bytes((7 * i + 13) % 251 for i in range(length)))
        result = run(INSPECT, path, timeout=40)
        assert result.status in (0, 1), result
        assert result.status == 0 or result.err.startswith("lab4: the kernel's data is damaged"), result


def test_cut_off_and_foreign_files_are_refused():
    whole = kept("cut").open("rb").read(1 << 20)
    for content, word in ((whole[:4096], "damaged"), (whole, "damaged"), (b"", "no file"), (b"\x7fELF" * 2000, "no file"),
                          (whole[:8] + b"\xff" + whole[9:4096], "another version")):
        result = run(INSPECT, file_of(content, "cut"))
        assert_refused(result, word)
        assert result.status == 2, result


def test_a_machine_stays_to_be_looked_at():
    before = processes()
    process = subprocess.Popen([FRONT_END, "--stay", PROGRAMS / f"{PROGRAM}deadlock"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, start_new_session=True)
    text = ""
    while "Ctrl-C ends it" not in text:
        line = process.stderr.readline()
        assert line, text
        text += line
    for _ in range(2):
        result = run(INSPECT, process.pid)
        assert result.status == 0 and "deadlock: 'bob'" in result.out, result
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 3
    assert_nothing_left(before)


# ---------------------------------------------------------------------------------------- hostile programs

def copy_of(name, *strip):
    path = pathlib.Path(SCRATCH.name) / f"{name}-copy"
    shutil.copyfile(PROGRAMS / f"{PROGRAM}{name}", path)
    path.chmod(0o755)
    if strip:
        subprocess.run(["strip", *strip, path], check=True)
    return path


def test_a_stripped_program_gives_addresses():
    result = run(FRONT_END, copy_of("null", "--strip-all"))
    assert_told(result, r"has no fault handler and stops: read at 0x0", r"^  #0 +0x(40[0-9a-f]+)  0x\1$", r"compile it with -g")
    result = run(FRONT_END, copy_of("null", "-g"))
    assert_told(result, r"^  #0 +0x40[0-9a-f]+  length_of$")


def test_a_program_with_damaged_debug_information():
    path = copy_of("null")
    content = bytearray(path.read_bytes())
    start = len(content) // 3  # behind what is loaded: DWARF and symbols
    for i in range(start, len(content) - 2000):
        content[i] = (content[i] * 31 + i) & 0xff
    path.write_bytes(content)
    result = run(FRONT_END, "--timeout", "60", path)
    assert result.status == 3 and "has no fault handler and stops" in result.err, result


def test_a_program_that_is_gone_when_it_fails():
    path = copy_of("spin")
    process = subprocess.Popen([FRONT_END, "-v", path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               start_new_session=True)
    assert process.stdout.readline() == "spinning\n"
    path.unlink()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130 and "'rootserver' runs" in err and "in a program that is not known" in err, err


def test_without_the_reporter_the_run_is_the_same():
    folder = pathlib.Path(SCRATCH.name) / "alone"
    folder.mkdir()
    for name in ("lab4-hosted", "lab4-machine"):
        shutil.copyfile(PROGRAMS / name, folder / name)
        (folder / name).chmod(0o755)
    result = run(folder / "lab4-hosted", PROGRAMS / f"{PROGRAM}null")
    assert result.status == 3 and "lab4-inspect is not beside this program" in result.err, result


main(globals())
