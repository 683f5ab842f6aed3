# SPDX-License-Identifier: BSD-2-Clause
"""./lab4 inspect: becomes lab4-inspect."""
from lab4 import packages, programs, tree, trees
from lab4.arguments import Parser

DESCRIPTION = """\
Prints threads, objects, CSpaces, the derivation tree and the mappings of a
running hosted machine, which stops for a moment. PID is that of its front end
(lab4-hosted) or of one of its processes, NAME the name of its root task;
neither is needed when only one machine runs. FILE is what ./lab4 run
--post-mortem has kept."""


# lab4-inspect reads the arguments.
EPILOG = """\
  --json              the same for programs, as one JSON object
  --dot               a graph for Graphviz: threads, by address space, and what
                      they wait for:
                      ./lab4 inspect --dot | dot -Tsvg -o threads.svg
  --dot=capabilities  the other graph: CSpaces, badges, rights, and what was
                      derived from what"""


def parser():
    return Parser("inspect", "[--json | --dot[=GRAPH]] [PID|NAME|FILE]", DESCRIPTION, EPILOG)


def main(arguments):
    trees.bring_up_to_date("hosted", ["lab4-machine", "lab4-inspect"], packages.HOSTED)
    programs.replace_by([tree.build("hosted/bin/lab4-inspect"), *arguments])
