# SPDX-License-Identifier: BSD-2-Clause
"""./lab4 docs: pages to browse of the specification, the documentation and the sources."""
import argparse
import subprocess

from lab4 import packages, tree
from lab4.arguments import Parser
from lab4.terminal import one_line, refuse

DESCRIPTION = """\
Makes HTML pages of the specification, the documentation and all sources, where
every citation of a rule is a link to it and every rule knows who cites it.
Start at FOLDER/index.html; without FOLDER at build/book/index.html."""


def parser():
    result = Parser("docs", "[FOLDER]", DESCRIPTION)
    result.add_argument("folder", nargs="?", help=argparse.SUPPRESS)
    return result


def main(arguments):
    parsed, unknown = parser().parse_known_args(arguments)
    for word in unknown:
        refuse(f"docs does not know '{one_line(word)}'; see ./lab4 docs --help" if word.startswith("-") else
               f"docs takes one FOLDER, but got '{one_line(word)}' as well")
    packages.need(["python3", "python3-markdown-it"])
    return subprocess.run([tree.source("tools/book/pages.py"), parsed.folder or tree.build("book")]).returncode
