#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The toy kind, built and tested: run.py BUILD_DIRECTORY CMOCKA_LIBRARY

Copies what a unit test is made of into a temporary directory, adds the kind (toy.c as
core/caps/counter.c, toy.patch), compiles it with the commands that the build has for the same
files, and runs test_toy.c. Nothing else is changed: a kind that needs more than its file and its
rows fails here, and so does a patch that no longer fits. Run by ctest.
"""
import concurrent.futures
import json
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

TOY = pathlib.Path(__file__).resolve().parent
ROOT = TOY.parents[2]
COPIED = ["core", "libsel4/include", "platform/fake", "platform/platform.h", "tests/unit/harness"]
HARNESS = sorted(f"tests/unit/harness/{path.name}" for path in (TOY.parent / "harness").glob("*.c"))
JOBS = 2


def copy_tree(tree):
    for name in COPIED:
        source, target = ROOT / name, tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    shutil.copy(TOY / "toy.c", tree / "core/caps/counter.c")
    shutil.copy(TOY / "test_toy.c", tree / "tests/unit/test_toy.c")


def apply_patch(tree):
    """The rows, at lines that look as they did when the patch was written."""
    if not shutil.which("patch"):
        sys.exit("tests/unit/toy/run.py needs the program patch: apt-get install patch")
    with open(TOY / "toy.patch", "rb") as patch:
        done = subprocess.run(
            ["patch", "-p1", "--fuzz=0", "--batch", "--forward"], cwd=tree, stdin=patch,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )
    if done.returncode:
        sys.exit(f"{done.stdout}tests/unit/toy/toy.patch does not apply to this tree. What a new "
                 "kind needs elsewhere has changed: mend the patch, and docs/PORTING.md after it.")


class Build:
    """The commands of a build, for the copy."""

    def __init__(self, directory, tree):
        self.directory, self.tree = directory, tree
        entries = json.loads((directory / "compile_commands.json").read_text(encoding="utf-8"))
        self.commands = {}
        for entry in entries:
            words = shlex.split(entry["command"])
            target = words[words.index("-o") + 1].partition(".dir/")[0].rpartition("/")[2]
            self.commands[target, entry["file"]] = words

    def compile(self, target, model, source):
        """Compiles a file as `target` of the build compiles `model`. Returns the object."""
        words = list(self.commands[target, str(ROOT / model)])
        output = self.tree / (source.replace("/", "_") + ".o")
        words[words.index("-o") + 1] = str(output)
        words[words.index("-c") + 1] = str(self.tree / source)
        run([self.moved(word) for word in words], self.tree)
        return output

    def moved(self, word):
        """An include directory of the sources becomes that of the copy; the build's own stay."""
        folder = pathlib.Path(word[2:])
        around = (folder, *folder.parents)
        if not word.startswith("-I") or self.directory in around or ROOT not in around:
            return word
        return f"-I{self.tree / folder.relative_to(ROOT)}"

    def link_words(self):
        """Compiler and flags, without what concerns one source."""
        words = self.commands["lab4_unit_harness", str(ROOT / HARNESS[0])]
        return words[: words.index("-o")]


def run(command, folder):
    done = subprocess.run(command, cwd=folder, check=False)
    if done.returncode:
        sys.exit(f"tests/unit/toy: with the toy kind, {command[0]} {command[-1]} ended with status "
                 f"{done.returncode}; what it says is above.")


def build(directory, tree, cmocka):
    commands = Build(directory, tree)
    core = [str(path.relative_to(tree)) for path in sorted((tree / "core").rglob("*.c"))]
    files = [("lab4_core_fake", "core/caps/kind.c", name) for name in core]
    files += [("lab4_fake", "platform/fake/fake.c", "platform/fake/fake.c")]
    files += [("lab4_unit_harness", name, name) for name in HARNESS]
    files += [("lab4_unit_harness", HARNESS[0], "tests/unit/test_toy.c")]
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        objects = list(pool.map(lambda file: commands.compile(*file), files))
    program = tree / "unit_toy_kind"
    run([*commands.link_words(), *objects, cmocka, "-o", program], tree)
    return program


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.partition("\n")[0])
    with tempfile.TemporaryDirectory(prefix="lab4-toy-") as scratch:
        tree = pathlib.Path(scratch)
        copy_tree(tree)
        apply_patch(tree)
        program = build(pathlib.Path(sys.argv[1]).resolve(), tree, sys.argv[2])
        sys.exit(subprocess.run([program], check=False).returncode)


if __name__ == "__main__":
    main()
