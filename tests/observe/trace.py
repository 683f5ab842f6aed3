#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""--trace: what is in the files, and what happens if they cannot be written: trace.py FRONT-END DIRECTORY-OF-PROGRAMS"""
import collections
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from harness import assert_refused, main, run
from machines import FRONT_END, HELLO, PROGRAMS, SCRATCH, assert_nothing_left, children_of, processes, start_spinning

CALLS = 50000  # of chatter.c
CHATTER = PROGRAMS / "observe-chatter"
CPU, INTERRUPTS = 1, 2


def path_of(name):
    return pathlib.Path(SCRATCH.name) / name


def traced(name, program, *options, status=0):
    path = path_of(name)
    result = run(FRONT_END, "--timeout", "60", "--trace", path, *options, program)
    assert result.status == status, result
    return path


def checked(path):
    """The events of a JSON trace that keeps the rules of the Trace Event Format, and those of programs that read more strictly: category
    and name everywhere, ends that name their slice, metadata with a time."""
    events = json.loads(path.read_text(encoding="ascii"))["traceEvents"]
    open_slices, last, flows = collections.defaultdict(list), collections.defaultdict(float), collections.defaultdict(list)
    named = {event["tid"] for event in events if event["ph"] == "M" and event.get("name") == "thread_name"}
    for event in events:
        phase = event["ph"]
        assert phase in "MBEisf" and event["pid"] == 1 and isinstance(event["tid"], int), event
        assert event["name"] and event["cat"] and event["ts"] >= 0, event
        if phase == "M":
            assert list(event["args"]) == [{"thread_sort_index": "sort_index"}.get(event["name"], "name")], event
            continue
        track, at = event["tid"], event["ts"]
        assert track in named and at >= last[track], event
        last[track] = at
        if phase == "B":
            open_slices[track].append(event)
        elif phase == "E":
            begin = open_slices[track].pop()
            assert (event["name"], event["cat"]) == (begin["name"], begin["cat"]), (begin, event)
        elif phase == "i":
            assert event["s"] in "tpg", event
        elif phase in "sf":
            assert open_slices[track], f"an arrow without a slice at its end: {event}"
            flows[event["id"]].append(event)
    assert not any(open_slices.values()), open_slices
    for begin, *end in flows.values():
        assert begin["ph"] == "s" and [event["ph"] for event in end] == ["f"] and end[0]["bp"] == "e", (begin, end)
        assert (begin["name"], begin["cat"]) == (end[0]["name"], end[0]["cat"]), (begin, end)
        assert end[0]["ts"] >= begin["ts"] and end[0]["tid"] != begin["tid"], (begin, end)
    return events


def slices(events):
    return [event for event in events if event["ph"] == "B"]


def yields(text):
    """Calls of Yield; one that came when the budget was used up is seen twice."""
    count, last_is_yield = 0, False
    for line in text.split("\n"):
        if line.endswith("  Yield"):
            count, last_is_yield = count + 1, True
        elif line.endswith("  repeats the call"):
            count -= last_is_yield
        elif re.search("  (Debug|seL4_)", line):
            last_is_yield = False
    return count


def names(events, phase="B"):
    return {event["name"] for event in events if event["ph"] == phase}


# -------------------------------------------------------------------------------------------- contents

def test_json_of_hello_tells_threads_calls_messages_and_faults():
    events = checked(traced("hello.json", HELLO))
    threads = {event["args"]["name"].split("#")[0] for event in events if event.get("name") == "thread_name"}
    assert {"CPU", "interrupts", "rootserver", "server", "pager", "toucher"} <= threads, threads
    assert {"seL4_Untyped_Retype", "Call endpoint", "ReplyRecv reply", "VMFault", "server"} <= names(events), names(events)
    assert {"message", "reply", "fault"} <= names(events, "s"), names(events, "s")
    assert any(event.get("args", {}).get("refused") == "NotEnoughMemory" for event in events)
    assert any("a root task on lab4" in event.get("args", {}).get("text", "") for event in events)


def test_json_of_the_abi_programs_keeps_the_rules():
    kinds, instants = set(), set()
    for program in ("endpoints", "faults", "interrupts", "notifications", "replies", "scheduling", "tcb"):
        events = checked(traced(f"{program}.json", PROGRAMS / f"abi-{program}", "--time", "virtual"))
        kinds |= names(events, "s")
        instants |= names(events, "i") | names(events)
    assert {"message", "reply", "fault", "signal"} == kinds, kinds
    assert {"budget used up", "budget replenished", "Timeout", "CapFault", "deleted"} <= instants, instants


def test_an_interrupt_points_to_the_thread_that_it_wakes():
    events = checked(traced("interrupts.json", PROGRAMS / "abi-interrupts", "--time", "virtual"))
    assert any(event["ph"] == "s" and event["tid"] == INTERRUPTS and event["name"] == "signal" for event in events)


def test_lines_of_hello():
    lines = traced("hello.txt", HELLO, "--time", "virtual").read_text(encoding="ascii").split("\n")
    assert lines[0] == "# lab4 trace of hello" and lines[-2] == "# the run ends with status 0", (lines[0], lines[-2])
    rest = [re.fullmatch(r" *\d+\.\d{9}  (.+)", line).group(1) for line in lines[1:-2]]
    for wanted in ("server#2  runs", "rootserver#1    -> message to server#2", "server#2    -> reply to rootserver#1"):
        assert wanted in rest, wanted


def test_the_examples_look_for_memory_only_where_there_is_some():
    for name, shown_on_purpose in (("hello", 1), ("client-server", 0), ("driver", 0)):
        lines = traced(f"{name}.txt", PROGRAMS / name).read_text()
        assert lines.count("seL4_Untyped_Retype") > 10, name
        assert lines.count("refused: NotEnoughMemory") == shown_on_purpose, name


def test_nothing_is_lost_and_hostile_text_stays_text():
    assert yields(traced("many.txt", CHATTER, status=7).read_text(encoding="ascii")) == CALLS
    events = checked(traced("many.json", CHATTER, "--time", "virtual", status=7))
    assert sum(event["name"] == "Yield" for event in slices(events)) >= CALLS
    assert 'a "quoted\\name"??? </script>#1' in [event["args"]["name"] for event in events if event.get("name") == "thread_name"]
    assert any(event.get("args", {}).get("text") == 'tab?here, "quotes" and \\' for event in events)


def test_the_machine_waits_for_a_slow_reader():
    pipe = path_of("pipe.txt")
    os.mkfifo(pipe)
    process = subprocess.Popen([FRONT_END, "--trace", pipe, CHATTER], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with open(pipe, encoding="ascii") as reader:
        time.sleep(0.5)
        text = reader.read()
    assert process.wait(timeout=30) == 7, process.stderr.read()
    assert yields(text) == CALLS and text.endswith("status 7\n")


def test_an_interrupted_run_leaves_a_whole_trace():
    path = path_of("interrupted.json")
    process = start_spinning("--trace", path)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130
    assert checked(path)


def test_a_killed_machine_leaves_a_whole_trace():
    path = path_of("killed.json")
    process = start_spinning("--trace", path)
    os.kill(*children_of(process.pid), signal.SIGKILL)
    assert process.wait(timeout=30) == 4
    assert checked(path)


# ------------------------------------------------------------------------------------------- bad luck

def test_a_file_that_cannot_be_made():
    for path in ("/nonexistent/trace.json", "/", ""):
        result = run(FRONT_END, "--trace", path, HELLO)
        assert_refused(result, "trace cannot be written", "--trace")
        assert result.status == 2, result


def refused_while_running(result, before, *words):
    assert result.status == 2 and "Traceback" not in result.err, result
    sentence = [line for line in result.err.split("\n") if "trace" in line]
    assert len(sentence) == 1 and all(word in sentence[0] for word in (*words, "--trace")), result.err
    assert_nothing_left(before)


def test_a_full_disk_ends_the_run():
    before = processes()
    refused_while_running(run(FRONT_END, "--trace", "/dev/full", CHATTER), before, "/dev/full", "No space left")


def test_a_full_disk_at_the_very_end():
    before = processes()
    refused_while_running(run(FRONT_END, "--trace", "/dev/full", HELLO), before, "/dev/full", "No space left")


def test_a_reader_that_goes_away():
    before = processes()
    pipe = path_of("gone.txt")
    os.mkfifo(pipe)
    process = subprocess.Popen([FRONT_END, "--trace", pipe, CHATTER], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    with open(pipe, encoding="ascii") as reader:
        reader.read(10)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 2 and "Broken pipe" in err, err
    assert_nothing_left(before)


main(globals())
