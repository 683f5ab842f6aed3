#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""./lab4 itself: script.py PATH-OF-LAB4"""
import sys

from harness import assert_refused, main, run

LAB4 = sys.argv[1]
COMMANDS = ("run", "trace", "inspect", "irq", "test", "build", "doctor", "image", "fuzz", "bench", "sdk")


def test_without_arguments_it_lists_its_commands():
    result = run(LAB4)
    assert result.status == 0
    assert all(command in result.out for command in COMMANDS), result.out


def test_every_command_has_help_on_stdout():
    for command in COMMANDS:
        result = run(LAB4, command, "--help")
        assert result.status == 0 and result.out.startswith(f"./lab4 {command}"), (command, result)


def test_an_unknown_command_is_refused():
    result = run(LAB4, "frobnicate")
    assert_refused(result, "frobnicate")
    assert result.status == 2


def test_run_without_a_program_names_the_examples():
    result = run(LAB4, "run")
    assert_refused(result, "which program", "example")
    assert result.status == 2


def test_run_of_a_missing_program_is_refused():
    assert_refused(run(LAB4, "run", "no-such-program"), "no-such-program")


def test_run_of_two_programs_is_refused():
    assert_refused(run(LAB4, "run", "hello", "hello"), "one PROGRAM")


def test_run_on_an_unknown_platform_is_refused():
    assert_refused(run(LAB4, "run", "--on", "toaster", "hello"), "toaster", "hosted")


def test_run_with_an_option_lacking_its_value_is_refused():
    assert_refused(run(LAB4, "run", "hello", "--mem"), "--mem")


def test_build_of_an_unknown_preset_is_refused():
    assert_refused(run(LAB4, "build", "toaster"), "toaster")


def test_an_unknown_part_of_the_tests_is_refused():
    assert_refused(run(LAB4, "test", "toaster"), "toaster", "unit")


def test_hosts_refuses_what_it_does_not_know():
    for arguments, word in ((("--frobnicate",), "--frobnicate"), (("no-such-program",), "no-such-program"), (("--cpu", "z80"), "pku"),
                            (("--kernel", "/nonexistent"), "/nonexistent"), (("--timeout", "soon"), "--timeout"), (("--timeout", "0"), "--timeout")):
        result = run(LAB4, "test", "hosts", *arguments)
        assert_refused(result, word)
        assert result.status == 2, result
    assert_refused(run(LAB4, "test", "unit", "hosts"), "hosts")


def test_it_works_from_any_folder_and_through_a_link():
    import os
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(LAB4, os.path.join(folder, "link"))
        assert run("./link", "help", cwd=folder).status == 0
        assert_refused(run("./link", "run", "no-such-program", cwd=folder), "hello")


main(globals())
