#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Fails if a citation names what docs/spec does not have: citations.py [--list] [FILE…]

Prints `file:line: citation: what is wrong; nearest: …`. Without FILE: core/, platform/, libsel4/,
tests/, examples/, tools/ and docs/, the chapters themselves included. --list prints every citation
instead, to look at what was read.
"""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from book import chapters, citations  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description="Check that what is cited exists in docs/spec.")
    parser.add_argument("--list", action="store_true", help="print every citation found")
    parser.add_argument(
        "file", nargs="*", type=lambda name: pathlib.Path(name).resolve(), help="only these files"
    )
    options = parser.parse_args()
    book, total, wrong, citing = chapters.read(), 0, 0, 0
    for path in options.file or citations.files():
        text, found = citations.of_file(book, path)
        total, citing = total + len(found), citing + bool(found)
        shown = path.relative_to(chapters.ROOT) if path.is_relative_to(chapters.ROOT) else path
        for citation in found:
            problem = citations.problem(book, citation)
            wrong += bool(problem)
            if problem or options.list:
                print(
                    f"{shown}:{citations.line_of(text, citation.start)}: {citation.text}"
                    + (f": {problem}" if problem else "")
                )
    print(f"{total} citations in {citing} files, {wrong} of them of something that does not exist.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
