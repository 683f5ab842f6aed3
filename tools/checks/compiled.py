# SPDX-License-Identifier: BSD-2-Clause
"""What a build directory compiled from core/, as its compile_commands.json says."""
import collections
import json
import pathlib
import re
import shlex
import subprocess
import sys

Unit = collections.namedtuple("Unit", "source object command directory")


def core_units(build, root):
    """{name of the CMake target: [Unit]} for every target that compiles files of core/."""
    database = pathlib.Path(build) / "compile_commands.json"
    if not database.exists():
        sys.exit(f"{build}: not configured (no compile_commands.json)")
    core, targets = pathlib.Path(root).resolve() / "core", collections.defaultdict(list)
    for entry in json.loads(database.read_text()):
        source = pathlib.Path(entry["file"]).resolve()
        if core not in source.parents or source.suffix != ".c":
            continue
        command = shlex.split(entry["command"])
        output = command[command.index("-o") + 1]
        target = re.search(r"CMakeFiles/([^/]+)\.dir/", output)
        targets[target[1] if target else output].append(
            Unit(source, pathlib.Path(entry["directory"]) / output, command, entry["directory"]))
    if not targets:
        sys.exit(f"{build}: no target compiles core/")
    return targets


def plain_command(unit, *extra):
    """The unit's compile command without its output, dependency and instrumentation options, plus `extra`."""
    command, skip = [], False
    for word in unit.command:
        if skip:
            skip = False
        elif word in ("-o", "-MF", "-MT", "-MQ"):
            skip = True
        elif word not in ("-c", "-MD", "-MMD", str(unit.source)) \
                and not word.startswith(("-fsanitize", "-fno-sanitize", "-fprofile", "-fcoverage")):
            command.append(word)
    return [*command, *extra, str(unit.source)]


def included_files(unit):
    """Every file that the preprocessor opened (not -M: clang lists there what it only asked for)."""
    result = subprocess.run(plain_command(unit, "-E", "-H"), cwd=unit.directory, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True)
    if result.returncode:
        sys.exit(result.stderr)
    return re.findall(r"^\.+ (.*)$", result.stderr, re.M)


def run(command, directory="."):
    result = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(command)}\n{result.stderr}")
    return result.stdout


def tool(unit, name):
    """The compiler's own nm or readelf: on a cross build not the host's."""
    return run([unit.command[0], f"-print-prog-name={name}"]).strip()
