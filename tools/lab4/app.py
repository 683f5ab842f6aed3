# SPDX-License-Identifier: BSD-2-Clause
"""Finds the command, gives help, and ends in one sentence where the host does not give what lab4 needs."""
import sys

from lab4.terminal import one_line, refuse

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


def main(words):
    """words: what stands behind ./lab4"""
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
