#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The happy path of commands that build first: commands.py PATH-OF-LAB4"""
import json
import pathlib
import subprocess
import sys
import tempfile

from harness import main

LAB4 = sys.argv[1]


def lab4(*arguments):
    """Without a limit of time: a release kernel may have to be built."""
    return subprocess.run([LAB4, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True)


def test_build_says_what_it_builds_and_ends_with_success():
    result = lab4("build", "hosted")
    assert result.returncode == 0, result


def test_bench_prints_a_table_and_writes_the_same_figures():
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "figures.json"
        result = lab4("bench", "--only", "small", "--json", path)
        assert result.returncode == 0 and "null system call" in result.stdout, result
        figures = path.read_text()
        assert json.loads(figures) and "null system call" in figures, figures[:500]


def test_bench_compares_the_machine_with_one_that_cannot_be_watched():
    result = lab4("bench", "--watching", "1", "--only", "small")
    assert result.returncode == 0 and "ratio to itself" in result.stdout and "null system call" in result.stdout, result


main(globals())
