# SPDX-License-Identifier: BSD-2-Clause
"""./lab4 irq: becomes lab4-irq."""
from lab4 import packages, programs, tree, trees
from lab4.arguments import Parser

DESCRIPTION = """\
Raises interrupt N (32 to 159) of a hosted machine that is running, once. PID is
a process of it (that of ./lab4 run, for example), NAME the name of its root
task; neither is needed when only one machine runs.
See also `./lab4 run --irq`."""


def parser():
    return Parser("irq", "[PID|NAME] N", DESCRIPTION)


def main(arguments):
    trees.bring_up_to_date("hosted", ["lab4-irq"], packages.HOSTED)
    programs.replace_by([tree.build("hosted/bin/lab4-irq"), *arguments])
