#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Do the checks find what they are for? Each test makes a tiny tree with one thing wrong: self_test.py [COMPILER]"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

CHECKS = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(CHECKS.parents[1] / "tests/cli"))
from harness import main, run  # noqa: E402

COMPILER = sys.argv[1] if len(sys.argv) > 1 else "gcc"
GOOD = "#include <stdint.h>\nvoid core_irq(void);\nvoid plat_idle(void);\n"


def check(name, files, listed=None, arguments=None):
    """The result of one check on a tree with these files of core/, all of them compiled unless `listed` says otherwise."""
    with tempfile.TemporaryDirectory(prefix="lab4-checks-") as scratch:
        root = pathlib.Path(scratch)
        shutil.copytree(CHECKS, root / "tools/checks", ignore=shutil.ignore_patterns("__pycache__"))
        (root / "core").mkdir()
        (root / "build").mkdir()
        database = []
        for file, text in files.items():
            (root / "core" / file).write_text(text)
            if file.endswith(".c") and (listed is None or file in listed):
                command = [COMPILER, f"-I{root}", "-ffreestanding", "-O1", "-o", f"CMakeFiles/it.dir/{file}.o", "-c",
                           str(root / "core" / file)]
                (root / "build/CMakeFiles/it.dir").mkdir(parents=True, exist_ok=True)
                subprocess.run(command, cwd=root / "build", check=True)
                database.append({"directory": str(root / "build"), "file": command[-1], "command": " ".join(command)})
        (root / "build/compile_commands.json").write_text(json.dumps(database))
        arguments = arguments or ([] if name == "core_text" else [root / "build"])
        return run(sys.executable, root / "tools/checks" / f"{name}.py", *arguments)


def assert_clean(result):
    assert result.status == 0, result


def assert_found(result, *words):
    assert result.status != 0, result
    for word in words:
        assert word in result.out + result.err, (word, result)


def test_a_clean_tree_passes_everything():
    files = {"a.c": GOOD + "void core_irq(void) { plat_idle(); }\n", "a.h": "#ifndef A_H\n#define A_H\n#endif\n"}
    for name in ("core_text", "core_objects", "core_stack"):
        assert_clean(check(name, files))


def test_a_wide_line_is_found():
    files = {"a.c": GOOD + "// " + "x" * 98 + "\n"}
    assert_found(check("style", files, arguments=["core"]), "core/a.c:4: 101 columns")


def test_width_is_counted_in_characters():
    assert_clean(check("style", {"a.c": "// " + "§" * 97 + "\n"}, arguments=["core"]))


def test_a_libc_header_is_found():
    files = {"a.c": "#include <stdio.h>\nint x(void);\nint x(void) { return 0; }\n"}
    assert_found(check("core_text", files), "core/a.c:1", "stdio.h")
    assert_found(check("core_objects", files), "a.c includes", "stdio.h")


def test_a_platform_header_is_found():
    assert_found(check("core_text", {"a.h": '#include "platform/hosted/interface.h"\n'}), "interface.h")


def test_conditional_compilation_is_found():
    for line in ("#if 1", "# ifdef X", "  #ifndef Y", "#elif 2"):
        assert_found(check("core_text", {"a.h": f"#pragma once\n{line}\n#endif\n"}), "core/a.h:2")


def test_a_symbol_outside_the_seam_is_found():
    assert_found(check("core_objects", {"a.c": "void printf_(void);\nvoid f(void);\nvoid f(void) { printf_(); }\n"}), "printf_")


def test_mutable_data_is_found_and_constants_are_not():
    assert_found(check("core_objects", {"a.c": "int count = 3;\n"}), "count")
    assert_found(check("core_objects", {"a.c": "int f(void);\nint f(void) { static int hidden; return hidden++; }\n"}), "hidden")
    assert_clean(check("core_objects", {"a.c": "void f(void);\nvoid f(void) {}\nvoid (*const table[])(void) = {f};\n"}))


def circles_of(files):
    with tempfile.TemporaryDirectory(prefix="lab4-checks-") as scratch:
        for file, text in files.items():
            (pathlib.Path(scratch) / file).parent.mkdir(parents=True, exist_ok=True)
            (pathlib.Path(scratch) / file).write_text(text)
        return run(sys.executable, CHECKS / "include_graph.py", "--root", scratch, pathlib.Path(scratch) / "a")


def test_rooms_in_layers_are_no_circle():
    layers = {"a/top.c": '#include "a/top.h"\n#include "a/below/low.h"\n', "a/top.h": "", "a/below/low.h": "", "b/out.h": '#include "a/top.h"\n'}
    assert_clean(circles_of({**layers, "a/below/low.c": '#include "low.h"\n#include "b/out.h"\n'}))


def test_a_circle_through_a_source_file_is_printed_with_its_includes():
    knot = {"a/x.h": '#include "a/y.h"\n', "a/y.h": "", "a/y.c": '#include "a/y.h"\n#include "a/z.h"\n', "a/z.h": '#include "x.h"\n'}
    assert_found(circles_of(knot), "circle of 3 rooms", "a/x -> a/y (a/x.h:1)", "a/y -> a/z (a/y.c:2)", "a/z -> a/x (a/z.h:1)")


def layers_shown(text):
    with tempfile.TemporaryDirectory(prefix="lab4-checks-") as scratch:
        folder = pathlib.Path(scratch) / "a"
        folder.mkdir()
        (folder / "top.c").write_text('#include "a/low.h"\n')
        (folder / "low.h").write_text("")
        (folder.parent / "tour.md").write_text(text)
        return run(sys.executable, CHECKS / "include_graph.py", "--root", scratch, "--layers-in", folder.parent / "tour.md", folder)


def test_a_list_of_layers_is_right_or_is_found():
    assert_clean(layers_shown("```text\n 1  top\n 0  low\n```\n"))
    assert_found(layers_shown("```text\n 1  low\n 0  top\n```\n"), "does not show the layers", "--layers")


def test_another_list_of_files_is_found():
    assert_found(check("core_objects", {"a.c": "int a;\n", "b.c": GOOD}, listed=["b.c"]), "a.c")


def test_direct_recursion_is_found():
    code = "void plat_use(char *);\nvoid f(int);\nvoid f(int n) { char b[64]; plat_use(b); if (n) f(n - 1); plat_use(b); }\n"
    assert_found(check("core_stack", {"a.c": code}), "recurse")


def test_recursion_through_two_files_is_found():
    files = {"a.c": "void f(int);\nvoid g(int);\nvoid plat_x(void);\nvoid f(int n) { g(n); plat_x(); }\n",
             "b.c": "void f(int);\nvoid g(int);\nvoid plat_x(void);\nvoid g(int n) { f(n); plat_x(); }\n"}
    assert_found(check("core_stack", files), "recurse")


def test_recursion_through_a_table_of_functions_is_found():
    code = ("void f(int);\nvoid plat_x(void);\nstatic void one(int n) { plat_x(); f(n); plat_x(); }\n"
            "static void two(int n) { plat_x(); }\nvoid (*const table[])(int) = {one, two};\n"
            "void f(int n) { table[n & 1](n); plat_x(); }\n")
    assert_found(check("core_stack", {"a.c": code}), "recurse", "one")


def test_a_deep_stack_is_found_across_files():
    files = {"a.c": "void g(void);\nvoid f(void);\nvoid plat_x(char *);\nvoid f(void) { char b[2500]; plat_x(b); g(); plat_x(b); }\n",
             "b.c": "void g(void);\nvoid plat_x(char *);\nvoid g(void) { char b[2500]; plat_x(b); plat_x(b); }\n"}
    assert_found(check("core_stack", files), "worst-case stack 50")


def test_an_unbounded_frame_is_found():
    code = "void plat_x(char *);\nvoid f(int);\nvoid f(int n) { char b[n]; plat_x(b); }\n"
    assert_found(check("core_stack", {"a.c": code}), "unbounded")


main(globals())
