# SPDX-License-Identifier: BSD-2-Clause
"""Draws what `lab4-inspect --json` prints as a graph for Graphviz:

    python3 tools/lab4/drawing threads|capabilities < JSON

`lab4-inspect --dot` starts it. Two graphs, since one that shows everything shows nothing:

    threads        (threads.py)       who runs where, who waits for whom, and who could wake whom
    capabilities   (capabilities.py)  what each CSpace holds, and what that was derived from
"""
import json
import os
import sys

import capabilities
import threads
from model import Machine

GRAPHS = {"threads": threads.draw, "capabilities": capabilities.draw}


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in GRAPHS:
        sys.exit(
            f"lab4: the graphs are {' and '.join(GRAPHS)}; give one of them, and JSON on stdin."
        )
    try:
        machine = Machine(json.load(sys.stdin))
    except (ValueError, KeyError, TypeError) as problem:
        sys.exit(f"lab4: stdin is not what lab4-inspect --json prints ({problem!r}); give it that.")
    try:
        print("\n".join(GRAPHS[sys.argv[1]](machine)), flush=True)
    except OSError as problem:
        sys.stderr.write(f"lab4: the output cannot be written ({problem.strerror}).\n")
        os._exit(1)  # the interpreter would try again to write


main()
