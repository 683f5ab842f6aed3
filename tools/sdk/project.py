#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Puts into FOLDER what a project for this SDK begins with: a CMake file and a main,
and for editors: build tasks and debugging for VS Code (.vscode/, with the C/C++
extension), the compilation database for clangd (.clangd). A file that is there
already is kept."""
import argparse
import json
import pathlib
import re
import sys

SDK = pathlib.Path(__file__).resolve().parents[4]

CMAKE = """\
cmake_minimum_required(VERSION 3.25)
project({name} LANGUAGES C)
find_package(lab4 REQUIRED)
lab4_add_root_task({name} SOURCES main.c)
"""

MAIN = """\
#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <sel4/sel4.h>

int main(void)
{
    printf("%lu slots are empty\\n", lab4_bootinfo()->empty.end - lab4_bootinfo()->empty.start);
    return 0; /* the exit status of the run */
}
"""

CLANGD = """\
# clangd reads how files are compiled from the hosted build.
CompileFlags:
  CompilationDatabase: build/hosted
"""

PATH = "${config:lab4.sdk}"  # VS Code's way to name the setting: the one place that knows where the SDK is
GDB_PORT = 1234


def settings():
    return {
        "lab4.sdk": str(SDK),
        "clangd.arguments": ["--compile-commands-dir=${workspaceFolder}/build/hosted"],
        "C_Cpp.intelliSenseEngine": "disabled",
    }


def build_task(platform, *options):
    folder = f"build/{platform}"
    configure = ["cmake", "-S", ".", "-B", folder, f"'-DCMAKE_PREFIX_PATH={PATH}'", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
                 "-DCMAKE_BUILD_TYPE=Debug", *options]
    return {
        "label": f"lab4: build ({platform})",
        "type": "shell",
        "command": f"{' '.join(configure)} && cmake --build {folder}",
        "problemMatcher": "$gcc",
        "group": {"kind": "build", "isDefault": platform == "hosted"},
    }


def tasks(name):
    wait = {
        "label": "lab4: wait for gdb on QEMU",
        "type": "shell",
        "command": f"'{PATH}/bin/lab4-qemu' --gdb --gdb-port {GDB_PORT} build/qemu/{name}",
        "dependsOn": "lab4: build (qemu)",
        "isBackground": True,
        "problemMatcher": {
            "pattern": {"regexp": "^run-qemu: (.*)$", "message": 1},
            "background": {"activeOnStart": True, "beginsPattern": "^$", "endsPattern": "waiting for a debugger"},
        },
    }
    toolchain = f"--toolchain '{PATH}/lib/cmake/lab4/aarch64-toolchain.cmake'"
    return {"version": "2.0.0", "tasks": [build_task("hosted"), build_task("qemu", toolchain), wait]}


def launch(name):
    common = {"type": "cppdbg", "request": "launch", "cwd": "${workspaceFolder}", "MIMode": "gdb"}
    hosted = "${workspaceFolder}/build/hosted/" + name
    return {"version": "0.2.0", "configurations": [
        {
            "name": f"{name} (hosted)", **common,
            "program": hosted,
            "miDebuggerPath": f"{PATH}/bin/lab4-gdb",
            "miDebuggerArgs": hosted,
            "customLaunchSetupCommands": [],
            "launchCompleteCommand": "exec-continue",
            "preLaunchTask": "lab4: build (hosted)",
        },
        {
            "name": f"{name} (QEMU)", **common,
            "program": "${workspaceFolder}/build/qemu/" + name,
            "miDebuggerPath": "gdb-multiarch",
            "miDebuggerServerAddress": f"localhost:{GDB_PORT}",
            "setupCommands": [
                {"text": "set breakpoint pending on"},
                {"text": f"add-symbol-file '{PATH}/lib/lab4/qemu/kernel.elf'"},
                {"text": f"source {PATH}/share/lab4/tools/gdb/lab4.py"},
            ],
            "preLaunchTask": "lab4: wait for gdb on QEMU",
        },
    ]}


def name_of(cmake, folder):
    """The root task that an existing CMake file makes, or one named like the folder."""
    if cmake.is_file():
        found = re.search(r"lab4_add_root_task\(\s*([\w-]+)", cmake.read_text(errors="replace"))
        if found:
            return found[1]
    return re.sub(r"[^\w-]", "-", folder.resolve().name) or "mine"


def files(folder, name):
    def text(value):
        return json.dumps(value, indent=4) + "\n"

    if not (folder / "CMakeLists.txt").exists():
        yield "CMakeLists.txt", CMAKE.format(name=name)
        yield "main.c", MAIN
    yield ".clangd", CLANGD
    yield ".vscode/settings.json", text(settings())
    yield ".vscode/tasks.json", text(tasks(name))
    yield ".vscode/launch.json", text(launch(name))


def main():
    parser = argparse.ArgumentParser(prog="lab4 project", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="FOLDER")
    folder = pathlib.Path(parser.parse_args().folder)
    try:
        for path, content in files(folder, name_of(folder / "CMakeLists.txt", folder)):
            if (folder / path).exists():
                print(f"lab4: {folder / path} is kept as it is", file=sys.stderr)
                continue
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(content)
    except OSError as problem:
        print(f"lab4: {problem.filename} cannot be made: {problem.strerror}", file=sys.stderr)
        return 2
    print(f"lab4: {folder} is ready: build/hosted and build/qemu are made by the tasks in .vscode/tasks.json", file=sys.stderr)
    return 0


sys.exit(main())
