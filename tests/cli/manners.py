#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How ./lab4 behaves on a terminal and off it: help, refusals, colours, completion, manual: manners.py PATH-OF-LAB4"""
import os
import pathlib
import pty
import re
import subprocess
import sys

from harness import assert_refused, main, run

LAB4 = sys.argv[1]
ROOT = pathlib.Path(LAB4).resolve().parent
COMMANDS = re.findall(r"^  ([a-z]+) ", run(LAB4, "help").out, re.MULTILINE)
ESCAPE = "\x1b["


def refused(*arguments):
    """Status 2, one sentence, and nothing was built for it."""
    result = run(LAB4, *arguments)
    assert_refused(result)
    assert result.status == 2 and "building" not in result.err, (arguments, result)
    return result.err


def on_terminal(*command, **environment):
    """What a command prints when stdout and stderr are a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
                               env={**os.environ, "TERM": "xterm", **environment})
    os.close(theirs)
    text = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # the last one has closed it
            break
        if not chunk:
            break
        text += chunk
    os.close(ours)
    process.wait(timeout=30)
    return text.decode()


def complete(*words):
    script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _lab4; printf "%s\\n" "${COMPREPLY[@]}"'
    result = run("bash", "-c", script, "bash", ROOT / "share/lab4.bash", LAB4, *words)
    assert result.status == 0 and result.err == "", result
    return set(result.out.split())


# ------------------------------------------------------------------------------------------------- help

def test_help_of_a_command_is_the_same_either_way():
    assert {"run", "test", "build", "doctor", "image", "fuzz", "bench", "sdk", "help"} <= set(COMMANDS), COMMANDS
    for command in COMMANDS:
        if command != "help":
            assert run(LAB4, "help", command) == run(LAB4, command, "--help") == run(LAB4, command, "-h"), command


def test_help_tells_the_exit_statuses():
    text = run(LAB4, "help").out
    assert all(re.search(rf"\b{status}\b", text) for status in (0, 1, 2, 3, 4, 5, 128, 130, 134)), text


def test_help_fits_a_terminal_of_80_columns():
    for command in COMMANDS:
        for line in run(LAB4, "help", *([command] if command != "help" else [])).out.splitlines():
            assert len(line) <= 80, (command, line)


def test_help_of_the_programs_behind_them_does_too():
    for words in ("run", "--platform-help"), ("run", "--on", "qemu", "--platform-help"):
        text = run(LAB4, *words).out
        assert "--mem" in text and all(len(line) <= 80 for line in text.splitlines()), text


# ---------------------------------------------------------------------------------------------- misuse

def test_help_for_what_is_no_command():
    assert "toaster" in refused("help", "toaster")
    assert "one command" in refused("help", "run", "test")
    assert "''" in refused("")


def test_run_options_without_their_values():
    assert "hosted or qemu" in refused("run", "hello", "--on")
    for option in ("--mem", "--time", "--timeout", "--gdb-port"):
        assert option in refused("run", "hello", option)


def test_options_of_the_hosted_platform_are_refused_on_qemu():
    for words in (["--check"], ["--stay"], ["--report", "refused"], ["--post-mortem", "x"], ["--trace-only=Call"], ["-v"]):
        assert "is an option of the hosted platform" in refused("run", "--on", "qemu", *words, "hello"), words


def test_build_misuse():
    assert "which preset" in refused("build")
    assert "one preset" in refused("build", "hosted", "fuzz")
    assert "--dir" in refused("build", "hosted", "--dir")
    assert "-D" in refused("build", "hosted", "-D")
    assert "--fast" in refused("build", "hosted", "--fast")


def test_doctor_misuse():
    assert "no arguments" in refused("doctor", "hosted")


def test_image_misuse():
    assert "-o FILE" in refused("image", "hello")
    assert "PROGRAM" in refused("image", "-o", "x")
    assert "-o" in refused("image", "hello", "-o")
    assert "one PROGRAM" in refused("image", "a", "b", "-o", "x")
    assert "--fast" in refused("image", "hello", "--fast")
    assert "no-such" in refused("image", "no-such", "-o", "x")
    assert not pathlib.Path("x").exists()


def test_fuzz_misuse_is_refused_before_anything_is_built():
    assert "--list" in refused("fuzz")
    assert "sequence" in refused("fuzz", "toaster") and "toaster" in refused("fuzz", "toaster")
    assert "--time" in refused("fuzz", "decode", "--time", "0")
    assert "--jobs" in refused("fuzz", "decode", "--jobs", "many")
    assert "/no/such" in refused("fuzz", "--replay", "/no/such")
    assert "toaster" in refused("fuzz", "--merge", "toaster")


def test_bench_misuse_is_refused_before_anything_is_built():
    assert "toaster" in refused("bench", "--on", "toaster")
    assert "--fast" in refused("bench", "--fast")
    assert "measurement" in refused("bench", "--breakdown")
    assert "--fast" in refused("bench", "--breakdown", "call", "--fast")
    assert "hosted" in refused("bench", "--on", "qemu", "--watching")
    assert "--watching" in refused("bench", "--watching", "0")
    assert "--json" in refused("bench", "--watching", "--json", "figures.json")


def test_test_misuse():
    assert "toaster" in refused("test", "unit", "toaster")
    assert "--fast" in refused("test", "--fast")
    assert "few" in refused("test", "--mutate", "few")
    assert "--fast" in refused("test", "--mutate", "--fast")


# ------------------------------------------------------------------------------------------ happy paths

def test_doctor_tells_packages_and_host():
    result = run(LAB4, "doctor")
    assert result.status == 0 and result.err == "", result
    assert all(word in result.out for word in ("packages", "fuzz", "protection keys", "room for building", "CMake")), result.out


def test_doctor_says_how_to_get_what_is_missing():
    """A path that has bash's needs but no compiler and no emulator."""
    tools = ["bash", "cat", "df", "awk", "dpkg-query", "env", "grep", "nproc", "sort", "uname", "readlink"]
    import tempfile
    with tempfile.TemporaryDirectory(prefix="lab4-path-") as folder:
        for tool in tools:
            os.symlink(run("which", tool).out.strip(), f"{folder}/{tool}")
        result = run(LAB4, "doctor", env={**os.environ, "PATH": folder})
    assert result.status == 1 and result.err == "", result
    assert "missing: " in result.out and "qemu-system-arm" in result.out, result.out
    assert re.search(r"all at once: (sudo )?apt-get install .*\bcmake\b.*\bqemu-system-arm\b", result.out), result.out


def test_fuzz_lists_its_targets():
    result = run(LAB4, "fuzz", "--list")
    assert result.status == 0 and len(result.out.splitlines()) >= 8, result


# ------------------------------------------------------------------------------------------- terminals

def test_completion_leaves_the_arguments_of_the_program_alone():
    assert "--trace" in complete("run", "hello", "--t")
    assert complete("run", "hello", "--", "--t") == set()
    assert complete("run", "hello", "--", "h") == set()


def test_colours_only_on_terminals():
    assert ESCAPE in on_terminal(LAB4, "frobnicate")
    assert ESCAPE not in run(LAB4, "frobnicate").err
    assert ESCAPE not in run(LAB4, "doctor").out


def test_no_color_is_respected():
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        text = on_terminal(LAB4, "frobnicate", **environment)
        assert "frobnicate" in text and ESCAPE not in text, (environment, text)


# ------------------------------------------------------------------------------------------ completion

def test_commands_are_completed():
    assert complete("") == set(COMMANDS)
    assert complete("te") == {"test"} and complete("help", "sd") == {"sdk"}


def test_options_are_completed_as_the_help_has_them():
    assert {"--help", "--on", "--mem", "--gdb", "--gdb-port"} <= complete("run", "-")
    assert {"refused", "none"} <= complete("run", "--report", "") and complete("run", "--trace-format", "") == {"text", "json", "raw"}
    assert {"--coverage", "--mutate"} <= complete("test", "--") and "--check" not in complete("test", "--")
    assert {"--dir", "-D"} <= complete("build", "-")


def test_arguments_are_completed():
    assert {"hello", "client-server"} <= complete("run", "") and "lib" not in complete("run", "")
    assert complete("run", "--on", "") == {"hosted", "qemu"}
    assert {"unit", "abi", "sdk"} <= complete("test", "")
    assert {"hosted", "qemu-aarch64"} <= complete("build", "") and "base" not in complete("build", "")
    assert {"decode", "elf"} <= complete("fuzz", "")


# ---------------------------------------------------------------------------------------------- manual

def manual():
    return (ROOT / "man/lab4.1").read_text().replace("\\-", "-").replace("\\fB", "")


def test_the_manual_names_every_command_and_status():
    for command in COMMANDS:
        assert re.search(rf'^\.B[IR]? {command}\b', manual(), re.MULTILINE), command
    for status in ("0", "1", "2", "3", "4", "5", "128", "134"):
        assert re.search(rf"^\.B {status}\b", manual(), re.MULTILINE), status


def test_the_options_in_the_manual_exist():
    known = " ".join(run(LAB4, command, "--help").out for command in COMMANDS if command != "help") + run(LAB4, "help").out
    for option in set(re.findall(r"--[a-z]+(?:-[a-z]+)*", manual())):
        assert option in known, option


def test_the_manual_is_well_formed():
    lines = (ROOT / "man/lab4.1").read_text().splitlines()
    for line in lines:
        if line.startswith("."):
            assert re.match(r'\.(\\"|(TH|SH|TP|PP|B|I|BI|BR|IR|RB|RI|EX|EE)\b)', line), line
    assert [line[4:] for line in lines if line.startswith(".SH")][:4] == ["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS"]


main(globals())
