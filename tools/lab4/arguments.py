# SPDX-License-Identifier: BSD-2-Clause
"""argparse, as lab4 shows it: help of at most 80 columns that begins with the usage, and refusals of one sentence."""
import argparse
import re

from lab4.terminal import one_line, refuse

WIDTH = 80


class Formatter(argparse.RawDescriptionHelpFormatter):
    """No heading above the options, and no word `usage:` before the usage."""

    def __init__(self, prog):
        super().__init__(prog, max_help_position=24, width=WIDTH)

    def add_usage(self, usage, actions, groups, prefix=None):
        super().add_usage(usage, actions, groups, "")

    def start_section(self, heading):
        super().start_section(argparse.SUPPRESS)


class Parser(argparse.ArgumentParser):
    """The arguments of one command. `usage` is what stands behind the command's name, one line or several."""

    def __init__(self, command, usage, description, epilog=None):
        usage = "\n".join(f"./lab4 {command} {line}".rstrip() for line in usage.split("\n"))
        super().__init__(prog=f"./lab4 {command}", usage=usage.replace("%", "%%"), description=description, epilog=epilog,
                         add_help=False, allow_abbrev=False, formatter_class=Formatter)
        self.command = command
        self._positionals.title = self._optionals.title = None

    def error(self, message):
        message = re.sub(r"^argument ([^ :]+)(?:/\S+)?: ", r"\1 ", message)
        message = re.sub(r"^(\S+) expected one argument$", lambda match: f"{match[1]} needs {self.value_of(match[1])}", message)
        refuse(f"{one_line(message)}; see ./lab4 {self.command} --help")

    def value_of(self, option):
        """What an option wants, in words."""
        metavar = next((action.metavar for action in self._actions if option in action.option_strings), None)
        return f"a value: {metavar.replace('|', ' or ')}" if metavar else "a value"


def platform(text):
    """The type of --on."""
    if text not in ("hosted", "qemu"):
        raise argparse.ArgumentTypeError(f"is '{text}'; it must be hosted or qemu")
    return text


def add_on(parser, **keywords):
    """Adds --on; its help is in the command's usage."""
    return parser.add_argument("--on", type=platform, metavar="hosted|qemu", **{"default": "hosted", "help": argparse.SUPPRESS, **keywords})
