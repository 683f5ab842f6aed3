# SPDX-License-Identifier: BSD-2-Clause
"""./lab4 trace: becomes the decoder of raw traces (tools/lab4/tracing)."""
import sys

from lab4 import packages, programs, tree
from lab4.arguments import Parser

DESCRIPTION = """\
Makes text or JSON of a raw trace: what `./lab4 run --trace FILE.raw PROGRAM`
writes, or what a run that was killed has left in FILE.raw."""

# The decoder reads the arguments.
EPILOG = """\
  --format text|json  of what is printed (default text)
  --only WHAT         only what concerns a thread, an object or a method; may be
                      repeated (docs/DEBUGGING.md)"""


def parser():
    return Parser("trace", "[--format text|json] [--only WHAT]… FILE.raw", DESCRIPTION, EPILOG)


def main(arguments):
    packages.need(["python3"])
    programs.replace_by([sys.executable, "-B", "-s", "-E", tree.source("tools/lab4/tracing"), *arguments])
