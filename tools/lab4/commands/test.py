# SPDX-License-Identifier: BSD-2-Clause
"""./lab4 test: builds the presets that the parts need, runs their tests by ctest's labels, and counts.

A part is a label of ctest; it may have tests in several build trees. tools/count-tests adds up the JUnit files.
"""
import os
import re
import subprocess

from lab4 import children, packages, programs, tree, trees
from lab4.arguments import Parser
from lab4.terminal import STATUS_FAILED, one_line, refuse, say

DESCRIPTION = """\
Runs all tests, or the parts named, and ends with a line `N passed, M failed`:
  unit     the core against platform/fake, under gcc, and under clang with
           sanitizers
  libsel4  the user library's own tests; its headers in all standards of C and
           C++, with gcc and clang
  checks   rules about core/: headers, symbols, no conditional compilation, same
           files everywhere, stack depth
  abi      root tasks that check the interface from user level
  libc     the C library for root tasks, and which headers they see
  hosted   the hosted machine under torture: preemption (LAB4_TORTURE=1000000:
           so many of them), hostile programs
  cli      what the commands say and return
  observe  --check, --trace, inspect and gdb on a hosted machine
  sdk      a project outside this tree, built against the SDK and run on both
           platforms
  docs     the commands in the documentation, executed
  boot     boot images on QEMU
  fuzz     the committed corpora of the fuzz targets, and a minute of fresh
           fuzzing
and only when named:
  ossfuzz  oss-fuzz/build.sh as OSS-Fuzz runs it, and what it builds
and these, each of them alone:
  hosts    the hosted machine under Debian's stock kernel, in virtual machines
           with protection keys and without. Options: --cpu pku|nopku, --all,
           --kernel FILE, --timeout SECONDS, --jumps RUNS, --tcg, --verbose"""

# The build trees that a part has tests in. Those of sdk and docs use what all these build.
PRESETS_OF_PART = {
    "unit": ["hosted", "hosted-asan"],
    "libsel4": ["hosted", "qemu-aarch64"],
    "checks": ["hosted", "hosted-clang", "qemu-aarch64"],
    "abi": ["hosted", "hosted-kasan", "qemu-aarch64"],
    "libc": ["hosted", "qemu-aarch64"],
    "hosted": ["hosted"],
    "cli": ["hosted"],
    "observe": ["hosted"],
    "sdk": ["hosted", "qemu-aarch64"],
    "docs": ["hosted", "qemu-aarch64", "fuzz"],
    "boot": ["qemu-aarch64"],
    "fuzz": ["fuzz", "hosted"],
    "ossfuzz": ["fuzz"],
}
# Where a part's tests are, if its other trees are only built for it.
TESTED_IN = {"docs": ["hosted"]}
# What is built of a tree whose tests need little of it; of the others, all is.
TARGETS = {"hosted-kasan": ["lab4-machine", "lab4-hosted", "lab4_abi_programs"]}
PARTS_ONLY_WHEN_NAMED = ["ossfuzz"]

# What users of the SDK and readers of the documentation are told to use.
DOCUMENTED = ["clang", "clangd", "gdb", "gdb-multiarch", "make", "pkg-config", "python3-markdown-it", "zsh"]

PACKAGES_OF_PART = {
    "boot": [*packages.QEMU, "gdb-multiarch"],
    "cli": [*packages.UNIT, *packages.CXX, "gdb"],
    "libsel4": [*packages.UNIT, *packages.CXX, "clang"],
    "checks": [*packages.UNIT, *packages.CXX, "clang-format-14"],
    "observe": [*packages.UNIT, "gdb"],
    "sdk": [*packages.QEMU, *packages.UNIT, *packages.CXX, *DOCUMENTED],
    "docs": [*packages.QEMU, *packages.UNIT, *packages.CXX, *DOCUMENTED],
}


def parser():
    result = Parser("test", "[PART…]\nhosts [OPTION…] [PROGRAM…]", DESCRIPTION)
    result.add_argument("--coverage", action="store_true", help="line and branch coverage of core/ by the unit tests, and an HTML report")
    result.add_argument("--mutate", metavar="N", help="plants N (200) small faults in core/, one at a time, and counts those that the "
                        "unit tests find")
    return result


def main(arguments):
    if arguments and arguments[0] in ALONE:
        return ALONE[arguments[0]](arguments[1:])
    known = [*PRESETS_OF_PART]
    for word in arguments:
        if word in ALONE:
            refuse(f"{word.lstrip('-')} is a test of its own; run ./lab4 test {word}")
        if word.startswith("-"):
            refuse(f"test does not know '{one_line(word)}'; see ./lab4 test --help")
        if word not in known:
            refuse(f"there is no test part '{one_line(word)}'; parts are: {' '.join(known)}")
    return run_parts(arguments or [part for part in known if part not in PARTS_ONLY_WHEN_NAMED])


# ------------------------------------------------------------------------------------------------ parts

def run_parts(parts):
    """Packages first, all at once; then builds; then tests, tree by tree."""
    presets = list(dict.fromkeys(preset for part in parts for preset in PRESETS_OF_PART[part]))
    packages.need([name for part in parts for name in packages_of(part)])
    results = tree.build("test-results")
    empty(results)
    for preset in presets:
        say(f"building {tree.shown(preset)}")
        if not trees.Tree(preset).build(TARGETS.get(preset, ()), ["LAB4_REQUIRE_TESTS=ON"], keep_going=True):
            # It counts as a failure; what could be built is tested all the same.
            open(os.path.join(results, f"{preset}.unbuilt"), "w").close()
    for preset in presets:
        tested = [part for part in parts if preset in TESTED_IN.get(part, PRESETS_OF_PART[part])]
        if tested:
            run_tree(preset, tested, results)
    return subprocess.run([tree.source("tools/count-tests"), results]).returncode


def packages_of(part):
    """What building and running a part's tests takes."""
    needed = [name for preset in PRESETS_OF_PART[part] for name in packages.OF_PRESET[preset]]
    if {"hosted", "hosted-clang", "qemu-aarch64"} & set(PRESETS_OF_PART[part]):
        needed += packages.LIBC  # the tests of the C library are built there, whatever is run
    if "qemu-aarch64" in PRESETS_OF_PART[part]:
        needed += packages.QEMU
    return [*needed, *PACKAGES_OF_PART.get(part, [*packages.UNIT, *packages.CXX])]


def empty(directory):
    import shutil
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)


def run_tree(preset, parts, results):
    """The tests of these parts in one build tree, at once: results/PRESET.xml."""
    directory = tree.build(preset)
    if not os.path.exists(os.path.join(directory, "CTestTestfile.cmake")):
        return
    say(f"{', '.join(parts)} tests in {tree.shown(preset)}")
    command = ["ctest", "--test-dir", directory, "-j", str(trees.jobs()), "-L", f"^({'|'.join(parts)})$", "--output-on-failure",
               "--no-tests=error", "--no-label-summary", "--timeout", "900", "--test-output-size-passed", "10000000", "--test-output-size-failed", "10000000",
               "--output-junit", os.path.join(results, f"{preset}.xml")]
    with children.child(command, adopts=True, stdout=subprocess.PIPE, text=True, errors="replace") as ctest:
        for line in ctest.stdout:
            if not re.match(r"Test project|Internal ctest|Total Test|$", line):
                print(line, end="", flush=True)


# ---------------------------------------------------------------------------------------- tests of their own

def hosts(arguments):
    packages.need(["python3"])
    runner = tree.source("tests/hosts/run")
    status = subprocess.run([runner, "--parse-only", *arguments]).returncode
    if status:
        return status
    packages.need(packages.HOSTS)
    if not trees.Tree("hosted").build():
        return STATUS_FAILED
    programs.replace_by([runner, *arguments])


def coverage(arguments):
    packages.need(["python3"])
    tool, built = tree.source("tools/coverage.py"), trees.Tree("coverage")
    status = subprocess.run([tool, "--check-arguments", built.directory, *arguments]).returncode
    if status:
        return status
    packages.need(packages.COVERAGE)
    if not built.build(definitions=["LAB4_REQUIRE_TESTS=ON"]):
        return STATUS_FAILED
    programs.replace_by([tool, built.directory, *arguments])


def mutate(arguments):
    packages.need([*packages.BUILD, *packages.UNIT])
    programs.replace_by([tree.source("tools/mutate.py"), *arguments])


ALONE = {"hosts": hosts, "--coverage": coverage, "--mutate": mutate}
