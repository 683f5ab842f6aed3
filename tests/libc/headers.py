#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Which <…> headers root tasks see, asked of the compiler with the flags of two targets: headers.py BUILD"""
import json
import pathlib
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "cli"))
from harness import main  # noqa: E402

BUILD = pathlib.Path(sys.argv[1]).resolve()
COMMANDS = {
    pathlib.PurePath(entry["file"]).name: shlex.split(entry["command"])
    for entry in json.loads((BUILD / "compile_commands.json").read_text())
    if f"/{HERE.name}/" in entry["file"] or "/examples/hello/" in entry["file"]
}
WITH_LIBRARY, WITHOUT = COMMANDS["everything.c"], COMMANDS["main.c"]
# Of C11, POSIX and the compiler.
FREESTANDING = "float iso646 limits stdalign stdarg stdbool stddef stdint stdnoreturn".split()
LIBRARY = "assert complex ctype errno fenv inttypes locale math setjmp signal stdio stdlib string strings time unistd wchar wctype".split()
HOST_ONLY = "asm/unistd linux/types sys/mman execinfo link gnu/libc-version bits/types stdc-predef".split()


def compiled(command, source, *options):
    """The compiler's answer to a source file with the flags of a target: status, headers used, messages."""
    words = [word for word in command if word != "ccache" and not word.endswith("/ccache")]
    place = words.index("-o")
    words = words[:place] + words[place + 4:]  # -o OBJECT -c SOURCE
    done = subprocess.run([*words, *options, "-x", "c", "-fsyntax-only", "-H", "-"], input=source, cwd=BUILD, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    used = [pathlib.Path(line.lstrip(". ")) for line in done.stderr.splitlines() if line.startswith(".")]
    return done.returncode, used, done.stderr


def include(*names):
    return "".join(f"#include <{name}.h>\n" for name in names)


def assert_not_of_the_host(used):
    compilers = subprocess.run([next(w for w in WITHOUT if "ccache" not in w), "-print-file-name=include"],
                               stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    allowed = [pathlib.Path(compilers).resolve(), BUILD, BUILD.parents[1]]
    for path in used:
        full = (BUILD / path).resolve()
        assert any(full.is_relative_to(folder) for folder in allowed), f"{full} is a header of the host"


def test_freestanding_headers_are_there_with_and_without_the_library():
    for command in (WITH_LIBRARY, WITHOUT):
        status, used, messages = compiled(command, include(*FREESTANDING) + "int x = INT_MAX;\n")
        assert status == 0 and len(used) >= len(FREESTANDING), messages
        assert_not_of_the_host(used)


def test_the_headers_of_the_library_are_there_with_it():
    status, used, messages = compiled(WITH_LIBRARY, include(*LIBRARY))
    assert status == 0, messages
    assert_not_of_the_host(used)
    for name in LIBRARY:
        assert any(path.name == f"{name}.h" and "libc" in path.parts for path in used), name


def test_without_it_there_are_none():
    for name in LIBRARY:
        status, _, messages = compiled(WITHOUT, include(name))
        assert status != 0 and f"{name}.h" in messages, (name, messages)


def test_headers_of_the_host_alone_are_never_there():
    for command in (WITH_LIBRARY, WITHOUT):
        for name in HOST_ONLY:
            status, _, messages = compiled(command, include(name))
            assert status != 0 and f"{name}.h" in messages, (name, messages)


def test_lab4_printf_is_stdio_with_the_library():
    source = "#include <lab4/printf.h>\n#include <stdio.h>\nvoid f(void); void f(void) { printf(\"%f\", 1.0); }\n"
    status, _, messages = compiled(WITH_LIBRARY, source)
    assert status == 0, messages


main(globals())
