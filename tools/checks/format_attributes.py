#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Fails if a printf-like function lacks the attribute that lets compilers compare format and arguments.

A function is printf-like if its last parameter before `...`, or before a `va_list`, is a `const char *`.
A declaration with the attribute in any file counts for all of that name.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("core", "platform", "libsel4", "examples", "tests", "tools")
# The last parameters of a printf-like function, in a declaration.
PARAMETERS = re.compile(r"\bconst char \*(?:restrict )?\w+,\s*(?:\.\.\.|va_list \w+)\)")
NAME = re.compile(r"(\w+)\)?\(")
ATTRIBUTE = re.compile(r"format(?:__)?\s*\(\s*(?:__)?printf")
# Its numbers are all of one machine word, which no archetype of the attribute knows (core/print.h).
OF_ITS_OWN_KIND = {"print"}
TESTS_WHAT_COMPILERS_REFUSE = "libsel4/tests/test_printf.c"


def without_comments(text):
    """The same text, in the same lines, with blanks in the place of comments."""
    comment = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
    return comment.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def declarations(text):
    """(name, line, has the attribute) of each printf-like function that is declared or defined."""
    text = without_comments(text)
    for found in PARAMETERS.finditer(text):
        start = max(text.rfind(end, 0, found.start()) for end in ";{}") + 1
        end = min((text.find(c, found.end()) % (len(text) + 1) for c in ";{"), default=len(text))
        declaration = text[start:end]
        names = NAME.findall(ATTRIBUTE.sub("", declaration[: found.start() - start]))
        names = [name for name in names if not name.strip("_").startswith("attribute")]
        if names:
            yield names[-1], text.count("\n", 0, found.start()) + 1, bool(ATTRIBUTE.search(declaration))


def main():
    wrong, places = [], {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.[ch]")):
            place = str(path.relative_to(ROOT))
            if place == TESTS_WHAT_COMPILERS_REFUSE:
                continue
            for name, line, attributed in declarations(path.read_text()):
                places.setdefault(name, []).append((attributed, f"{place}:{line}"))
    for name, found in places.items():
        if name not in OF_ITS_OWN_KIND and not any(attributed for attributed, _ in found):
            wrong += [f"{place}: {name} lacks __attribute__((format(printf, …)))" for _, place in found]
    print("\n".join(wrong) or f"{len(places)} printf-like functions have the attribute.")
    return 1 if wrong or len(places) < 10 else 0


if __name__ == "__main__":
    sys.exit(main())
