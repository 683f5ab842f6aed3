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
        if re.search(r"  Yield(  \[.*\])?$", line):
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


def lines_of(text, thread):
    return [line.lstrip().split("  ", 2)[2] for line in text.split("\n") if re.match(rf" *\d+\.\d{{9}}  {thread}#\d+  ", line)]


def test_lines_tell_source_lines_arguments_and_where_objects_were_made():
    text = traced("play.txt", PROGRAMS / "client-server", "--time", "virtual").read_text(encoding="ascii")
    root, alice, server = (lines_of(text, name) for name in ("rootserver", "alice", "server"))
    site = r"0x[0-9a-f]+ main\.c:\d+"
    assert any(re.fullmatch(rf"Call endpoint cap 0x10 \({site}\) badge 0x1 label \d+ length 1 mr0 0x1e  \[deposit \(client\.c:\d+\)\]", line)
               for line in alice), alice[:20]
    assert any(re.search(r"^ReplyRecv reply .*  \[main \(server\.c:\d+\)\]$", line) for line in server), server[:20]
    assert any(re.search(r"^seL4_Untyped_Retype .* type TCBObject size_bits 0 root cap 0x2 \(0x7ff80000\) node_index 0 .* num_objects 1  "
                         r"\[\w+ \(pool\.c:\d+\)\]$", line) for line in root), root[:20]
    assert any(re.search(rf"^seL4_TCB_Configure cap 0x[0-9a-f]+ \(0x[0-9a-f]+ alice#\d\) cspace_root cap .* bufferFrame cap", line) for line in root)
    assert any(re.search(r"^seL4_CNode_Mint .* rights WGP badge 1  ", line) for line in root)
    assert any(re.search(rf"^  a new thread, TCB 0x[0-9a-f]+, made at process\.c:\d+", line.lstrip().split("  ", 2)[2]) for line in text.split("\n")
               if "a new thread" in line and "made" in line), [line for line in text.split("\n") if "a new thread" in line]


def test_lines_say_nothing_that_means_nothing():
    text = traced("nothing.txt", PROGRAMS / "client-server", "--time", "virtual").read_text(encoding="ascii")
    assert not re.search(r"length 0 mr0|returns x0", text)
    for number, line in enumerate(lines := text.split("\n")):
        if re.search(r"  (Send|NBSend|Yield)\b", line):
            assert not re.search(r"  returns|  ok", lines[number + 1]), lines[number:number + 2]
    assert re.search(r"Send notification .*\n.*\n?.*", text) and "  Wait notification cap" in text
    assert not re.search(r"Wait \w+ cap [^\n]* length", text)


def test_only_a_thread_an_object_or_a_method():
    whole = traced("whole.txt", PROGRAMS / "client-server", "--time", "virtual").read_text(encoding="ascii").split("\n")
    address = next(re.search(r"Call endpoint cap 0x11 \((0x[0-9a-f]+) ", line).group(1) for line in whole if "alice" in line and "cap 0x11" in line)
    for only, wanted in (("alice", r"alice#"), (address, f"[(]{address}|returns|->|alice|bob"), ("TCB_Resume", None), ("seL4_CNode_Mint", r"Mint|  ok"),
                         ("VMFault", r"bob#|VMFault|0x10000000")):
        path = path_of("only.txt")
        result = run(FRONT_END, "--time", "virtual", "--trace", path, "--trace-only", only, PROGRAMS / "client-server")
        lines = path.read_text(encoding="ascii").split("\n")[1:-2]
        assert result.status == 0 and set(lines) <= set(whole), result.err
        assert ("names no thread" in result.err) == (wanted is None) == (not lines), (only, result.err, lines[:3])
        assert wanted is None or any(re.search(wanted, line) for line in lines), (only, lines)
    events = checked(traced("only.json", PROGRAMS / "client-server", "--trace-only", "Call", "--trace-only", "bob"))
    assert "Call endpoint" in names(events) and "seL4_Untyped_Retype" not in names(events)


def test_the_format_is_chosen_by_name_or_by_option():
    assert traced("a.log", HELLO, "--trace-format", "text").read_text(encoding="ascii").startswith("# lab4 trace")
    checked(traced("b.txt", HELLO, "--trace-format", "json"))
    assert traced("c", HELLO, "--trace-format=raw").read_bytes().startswith(b'{"lab4_trace": 1')
    assert_refused(run(FRONT_END, "--trace", path_of("d"), "--trace-format", "xml", HELLO), "--trace-format", "text, json or raw")


DECODER = pathlib.Path(__file__).resolve().parents[2] / "tools/lab4/tracing"


def decoded(path, *options):
    return subprocess.run([sys.executable, "-B", DECODER, *options, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)


def test_a_raw_trace_becomes_the_same_text_later():
    text = traced("now.txt", HELLO, "--time", "virtual").read_text(encoding="ascii")
    raw = traced("later.raw", HELLO, "--time", "virtual")
    assert decoded(raw).stdout == text and not path_of("now.txt.raw").exists()
    json.loads(decoded(raw, "--format", "json").stdout)
    raw.write_bytes(raw.read_bytes()[:20001])
    cut = decoded(raw)
    assert cut.returncode == 0 and cut.stdout.endswith("# the records stop here\n"), cut
    assert text.startswith(cut.stdout.rsplit("\n", 3)[0]), cut  # before a console line that was cut off


def test_a_killed_front_end_leaves_its_records():
    path = path_of("lost.txt")
    process = start_spinning("--trace", path)
    time.sleep(0.2)  # it takes the records every few milliseconds
    process.kill()
    process.wait(timeout=30)
    result = decoded(path_of("lost.txt.raw"))
    assert result.returncode == 0 and "rootserver#1  runs" in result.stdout, result


def test_what_is_no_raw_trace_is_refused_with_a_sentence():
    for content in (b"", b"\x7fELF", b"{}\n", b'{"lab4_trace": 2}\n', b"[1]\n", b"\n" * 100):
        path = path_of("bad.raw")
        path.write_bytes(content)
        result = decoded(path)
        assert result.returncode == 1 and "is no raw trace" in result.stderr and "Traceback" not in result.stderr, result
    raw = traced("hostile.raw", HELLO)
    header, records = raw.read_bytes().split(b"\n", 1)
    raw.write_bytes(header + b"\n" + bytes(255 - byte for byte in records))  # no record has a known kind
    assert decoded(raw).returncode == 0 and decoded(raw, "--format", "json").returncode == 0


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
