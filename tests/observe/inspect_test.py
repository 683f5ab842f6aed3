#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""lab4-inspect on running machines: inspect_test.py FRONT-END DIRECTORY-OF-PROGRAMS"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from harness import assert_refused, main, run
from machines import FRONT_END, PROGRAMS, assert_nothing_left, children_of, processes

INSPECT = PROGRAMS / "lab4-inspect"


class Still:
    """A running machine whose threads are as still.c says."""

    def __init__(self, *options):
        self.options = options

    def __enter__(self):
        self.before = processes()
        self.process = subprocess.Popen([FRONT_END, "--timeout", "60", *self.options, PROGRAMS / "observe-still"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        assert self.process.stdout.readline() == "still\n"
        return self

    def __exit__(self, *_):
        running = self.process.poll() is None
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=10)
        assert running, "the machine ended"
        assert_nothing_left(self.before)

    def inspect(self, *options):
        result = run(INSPECT, *options, self.process.pid)
        assert result.status == 0 and result.err == "", result
        return result.out


def section(text, title):
    """The lines of a section, without its head."""
    return re.search(rf"^{title}[^\n]*\n(.*?)(?:\n\n|\Z)", text, re.MULTILINE | re.DOTALL).group(1)


def test_text_tells_who_waits_for_what():
    with Still() as machine:
        text = machine.inspect()
    threads = section(text, "threads")
    assert re.search(r"\* rootserver +running\n.*priority 10 ", threads), threads
    endpoint = re.search(r"receiver +blocked on receive, endpoint (0x[0-9a-f]+), reply 0x", threads).group(1)
    notification = re.search(r"waiter +blocked on notification, notification (0x[0-9a-f]+)", threads).group(1)
    assert re.search(r"\?faulter\? +blocked on send, endpoint 0x[0-9a-f]+ with badge 0x77, fault 6 \(0x123450 ", threads), threads
    objects = section(text, "objects")
    assert f"endpoint {endpoint} receivers 'receiver'" in objects, objects
    assert re.search(f"notification {notification} .* 'waiter'", objects), objects
    assert "context 0x" in objects and "rootserver" in objects
    assert re.search(r"^cnode 0x[0-9a-f]+, 8192 slots\n +1  tcb object=0x", section(text, "capabilities"), re.MULTILINE)
    tree = section(text, "derivation tree")
    assert re.search(r"^  untyped .*\n(    .*\n)*    endpoint object=.*\n      endpoint object=.*badge=0x77", tree, re.MULTILINE), tree
    assert re.search(r"^vspace 0x[0-9a-f]+, ASID 1, runs observe-still\n  0x0000004", section(text, "mappings"), re.MULTILINE)


def test_threads_are_at_lines_of_programs():
    with Still() as machine:
        text = machine.inspect()
    threads = section(text, "threads")
    lines = pathlib.Path(__file__).with_name("still.c").read_text().split("\n")
    for function, call in (("receive", "seL4_Recv("), ("wait", "seL4_Wait("), ("fault", "= 1;")):
        number = re.search(rf"in observe-still, {function}(?:\+0x[0-9a-f]+)? \(\S*tests/observe/still.c:(\d+)\)", threads).group(1)
        assert call in lines[int(number) - 1], (number, threads)


def test_the_machine_goes_on_and_can_be_looked_at_again():
    with Still("--check") as machine:
        first = machine.inspect()
        for _ in range(3):
            again = machine.inspect()
        assert section(first, "derivation tree") == section(again, "derivation tree")


def test_virtual_time_with_a_trace():
    with Still("--time", "virtual", "--trace", "/dev/null") as machine:
        assert "rootserver" in machine.inspect()


def test_dot_is_what_graphviz_reads():
    with Still() as machine:
        graph = machine.inspect("--dot")
    assert graph.startswith("digraph lab4 {") and graph.count("{") == graph.count("}")
    assert "cluster_capabilities" in graph and "cluster_derivation" in graph
    for line in graph.split("\n")[3:]:
        assert re.fullmatch(r" *(|}|subgraph \w+ \{|label=\"[^\"]*\";|\w+( -> \w+)?( \[(\w+=(\w+|\"[^\"]*\")(, )?)+\])?;)*( *\w+ \[.*\];)?", line), line
    if shutil.which("dot"):
        drawn = subprocess.run(["dot", "-Tsvg"], input=graph, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        assert drawn.returncode == 0 and drawn.stdout.rstrip().endswith("</svg>") and "faulter" in drawn.stdout, drawn.stderr


def test_without_an_id_the_only_machine_is_meant():
    with Still() as machine:
        result = run(INSPECT)
        others = result.err.startswith("lab4: several machines are running")  # somebody else's tests
        assert others or "rootserver" in result.out, result
        assert not others or str(machine.process.pid) in result.err, result


def test_several_machines_are_named():
    with Still() as one, Still() as other:
        result = run(INSPECT)
        assert_refused(result, "several machines", str(one.process.pid), str(other.process.pid))


def test_a_machine_process_will_do_and_so_will_the_name_of_the_root_task():
    with Still() as machine:
        zygote, = children_of(machine.process.pid)
        assert "rootserver" in run(INSPECT, zygote).out
        result = run(INSPECT, "observe-still")
        assert "rootserver" in result.out or "several machines" in result.err, result  # somebody else's tests


def test_processes_without_a_machine_are_refused():
    for target, *words in ((os.getpid(), "does not belong to a running hosted machine"), ("999999999", "does not exist"),
                           ("no-such-program", "runs 'no-such-program'")):
        result = run(INSPECT, target)
        assert_refused(result, str(target), *words)
        assert result.status == 2, result


def test_bad_words_are_refused():
    for words in (["--frobnicate"], ["no such program"], ["1", "2"], [""], ["-1"]):
        result = run(INSPECT, *words)
        assert_refused(result, "lab4")
        assert result.status == 2, result


def test_a_stopped_machine_is_given_up():
    with Still() as machine:
        os.killpg(children_of(machine.process.pid)[0], signal.SIGSTOP)
        try:
            assert_refused(run(INSPECT, machine.process.pid), "does not come to a stop")
        finally:
            os.killpg(children_of(machine.process.pid)[0], signal.SIGCONT)
        assert "rootserver" in machine.inspect()


def test_the_output_cannot_be_written():
    with Still() as machine, open("/dev/full", "w") as full:
        done = subprocess.run([INSPECT, str(machine.process.pid)], stdout=full, stderr=subprocess.PIPE, text=True, timeout=30)
        assert done.returncode == 1 and "No space left" in done.stderr, done


main(globals())
