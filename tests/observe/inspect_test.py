#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""lab4-inspect on running machines: inspect_test.py FRONT-END DIRECTORY-OF-PROGRAMS"""
import json
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

    def __init__(self, *options, program="observe-still"):
        self.options = options
        self.program = PROGRAMS / program

    def __enter__(self):
        self.before = processes()
        self.process = subprocess.Popen([FRONT_END, "--timeout", "60", *self.options, self.program], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        while (line := self.process.stdout.readline()) != "still\n":
            assert line, "the machine ended"
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
    assert re.search(r"^  untyped .*\n(    .*\n)* +endpoint object=.*\n +endpoint object=.*badge=0x77", tree, re.MULTILINE), tree
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


def dump(machine):
    return json.loads(machine.inspect("--json"))


def one(things, **wanted):
    """The only one of them that has these members."""
    found, = [thing for thing in things if all(thing.get(key) == value for key, value in wanted.items())]
    return found


def test_json_tells_who_waits_for_what():
    with Still() as machine:
        state = dump(machine)
        text = machine.inspect()
    receiver, faulter = one(state["threads"], name="receiver"), one(state["threads"], name="?faulter?")
    assert one(state["objects"], address=receiver["endpoint"])["queue"] == [receiver["tcb"]], state["objects"]
    assert receiver["state"] == "blocked on receive" and f"endpoint {receiver['endpoint']}" in text
    assert faulter["fault"]["type"] == 6 and faulter["fault"]["words"][0] == "0x123450" and faulter["badge"] == "0x77", faulter
    assert one(state["threads"], current=True)["name"] == "rootserver"
    badged, = [cap for cap in state["capabilities"] if cap.get("badge") == "0x77" and "of_cnode" in cap]
    origin = one(state["capabilities"], slot=badged["parent"])
    assert (origin["kind"], origin["region"]) == ("endpoint", faulter["endpoint"]) == (badged["kind"], badged["region"]), origin
    handler, = [cap for cap in state["capabilities"] if cap.get("of_thread") == faulter["tcb"] and cap["name"].endswith(".fault-handler")]
    assert handler["parent"] == badged["slot"] and handler["can_send"] == "0x1", handler
    assert one(state["vspaces"], asid=1)["mappings"][0]["access"] == "rwx", state["vspaces"]


def drawing(machine, graph):
    """The lines of a graph; Graphviz, where it is installed, must be able to draw it on one page of a screen."""
    text = machine.inspect(f"--dot={graph}")
    assert text.startswith(f"digraph {graph} {{") and text.endswith("}\n"), text
    if shutil.which("dot"):
        drawn = subprocess.run(["dot", "-Tplain"], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        assert drawn.returncode == 0 and drawn.stderr == "", drawn.stderr
        width, height = map(float, drawn.stdout.split()[2:4])  # inches; the picture has 96 dots in each
        assert width * 96 <= 1920 and height * 96 <= 1080, (width, height)
    return text.split("\n")


def edges(lines, *words):
    return [line for line in lines if " -> " in line and all(word in line for word in words)]


def test_the_graph_of_threads_of_three_processes():
    with Still(program="observe-play") as machine:
        state, lines = dump(machine), drawing(machine, "threads")
        assert machine.inspect("--dot").startswith("digraph threads {")
    assert sum("subgraph cluster_vspace" in line for line in lines) == 4, lines
    for name in ("alice", "bob"):
        tcb = one(state["threads"], name=name)["tcb"].removeprefix("0x")
        assert len(edges(lines, f"thread{tcb} -> ", "waits for the answer")) == 1, lines
        assert len(edges(lines, f"thread{tcb} -> ", "faults badge 0x10")) == 1, lines
    server = one(state["threads"], name="server")
    receive, = edges(lines, f"thread{server['tcb'].removeprefix('0x')} -> object{server['endpoint'].removeprefix('0x')}", "receives")
    assert "bold" in receive
    assert "no scheduling context" in "".join(lines) and edges(lines, "badge 0x1 WP")


def test_the_graph_of_capabilities_of_three_processes():
    with Still(program="observe-play") as machine:
        lines = drawing(machine, "capabilities")
    text = "\n".join(lines)
    for name in ("rootserver", "server", "alice", "bob"):
        assert f"<b>CSpace of {name}</b>" in text
    assert re.search(r"\d+ × frame, \d+K", text) and re.search(r"\d+ × untyped, \S+ of \S+ used", text), text
    assert "e+" not in text, "sizes are numbers as people write them"
    assert "badge 0x101 WGP" in text and "from [" in text and text.count("fault-handler") == 2
    assert 10 <= len(edges(lines)) <= 30, edges(lines)


def test_a_graph_needs_its_name():
    for words in (["--dot=frames"], ["--dot="], ["--json", "--dot"]):
        result = run(INSPECT, *words)
        assert_refused(result, "--dot")
        assert result.status == 2, result


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
