# SPDX-License-Identifier: BSD-2-Clause
"""Finds the command, gives help, and ends in one sentence where the host does not give what lab4 needs."""
import errno
import sys

from lab4 import packages, tree
from lab4.terminal import fail, one_line, refuse

# In the order of the help. Each is a module of lab4.commands with `parser()` and `main(arguments)`.
COMMANDS = {
    "run": "build and run a root task: ./lab4 run hello",
    "irq": "raise an interrupt of a running machine",
    "test": "all tests, or one part: ./lab4 test unit",
    "build": "configure and build one of the CMake presets",
    "trace": "text or JSON of a raw trace",
    "inspect": "what a running hosted machine looks like inside",
    "doctor": "what is missing on this machine",
    "image": "make a boot image for QEMU",
    "fuzz": "run a fuzz target",
    "bench": "measure",
    "sdk": "headers and libraries for programs outside this tree",
    "docs": "pages of specification, documentation and sources",
}

HELP = """\
./lab4 COMMAND [--help]

{commands}
  help COMMAND   the same as ./lab4 COMMAND --help

Exit status: 0 success; 1 something failed, and a message or a log says what;
2 wrong usage or input that is refused. `run` exits with the root task's own
status (lab4_exit), or 3 every thread waits for ever; 4 the kernel failed;
5 --timeout; 128 + N ended by signal N (130: Ctrl-C); 134 an assertion failed
in the root task. `run --status-file FILE` writes whose status it is.
With any command: --yes installs packages without asking; --build-dir DIR builds
there instead of in build/; --version.
Environment: NO_COLOR turns colours off; they and progress appear on terminals
only.
Files: everything is built below build/.
Completion: source share/lab4.bash, or share/_lab4 in zsh.
Manual: man -l man/lab4.1
"""


def command_of(name):
    import importlib
    return importlib.import_module(f"lab4.commands.{name}")


def help_of(name):
    return command_of(name).parser().format_help()


def help_all():
    names = {name: f"{name} PROGRAM" if name == "run" else f"{name} N" if name == "irq" else
             f"{name} PRESET" if name == "build" else name for name in COMMANDS}
    return HELP.format(commands="\n".join(f"  {names[name]:14} {summary}" for name, summary in COMMANDS.items()))


def help_command(words):
    if len(words) > 1:
        refuse(f"help explains one command, but got {len(words)}")
    if words and words[0] not in COMMANDS:
        refuse(f"there is no command '{one_line(words[0])}'; ./lab4 help lists them")
    sys.stdout.write(help_of(words[0]) if words else help_all())


def take_general(words):
    """Takes the options of lab4 itself from those before `--`; what is left."""
    cut = words.index("--") if "--" in words else len(words)
    left, own = [], iter(words[:cut])
    for word in own:
        if word == "--yes":
            packages.consent.is_given = True
        elif word == "--build-dir" or word.startswith("--build-dir="):
            directory = next(own, "") if word == "--build-dir" else word.partition("=")[2]
            if not directory:
                refuse("--build-dir needs a value: DIR")
            tree.build_in(directory)
        elif word == "--version":
            sys.stdout.write(f"lab4 {tree.version()}\n")
            sys.exit(0)
        else:
            left.append(word)
    return left + words[cut:]


def main(words):
    """words: what stands behind ./lab4"""
    try:
        find_command(words)
    except OSError as problem:
        explain(problem)


def explain(problem):
    """A host that does not give what lab4 needs: one sentence, status 1."""
    place = problem.filename or tree.BUILD
    remedy = ""
    if problem.errno in (errno.EROFS, errno.EACCES, errno.ENOSPC, errno.EDQUOT, errno.EPERM):
        remedy = "; make room there, or build" if problem.errno in (errno.ENOSPC, errno.EDQUOT) else "; build"
        remedy += " elsewhere with --build-dir DIR"
    fail(f"{one_line(str(place))}: {problem.strerror}{remedy}")


def find_command(words):
    words = take_general(words)
    command, arguments = (words[0], words[1:]) if words else ("help", [])
    if command in ("help", "-h", "--help"):
        help_command(arguments)
        return
    if command not in COMMANDS:
        refuse(f"there is no command '{one_line(command)}'; ./lab4 help lists them")
    own = arguments[:arguments.index("--")] if "--" in arguments else arguments
    if "-h" in own or "--help" in own:
        sys.stdout.write(help_of(command))
        return
    sys.exit(command_of(command).main(arguments))
