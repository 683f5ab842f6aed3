#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Rules about the text of core/ (docs/TESTING.md): what it may include, no conditional compilation; and a report of
the longest files and functions.

    core_text.py [--report] [ROOT]
"""
import argparse
import pathlib
import re
import sys

FREESTANDING = {"stdbool.h", "stddef.h", "stdint.h", "stdalign.h", "stdarg.h", "stdnoreturn.h", "limits.h"}
FILE_LINES, FUNCTION_LINES = 600, 60  # guides, not limits


def may_include(name):
    if name.startswith("<"):
        name = name.strip("<>")
        return name in FREESTANDING or name.startswith(("sel4/", "lab4/"))
    name = name.strip('"')
    return name in ("platform/platform.h", "platform_types.h") or (name.startswith("core/") and ".." not in name)


def problems_of(path, text):
    directives = [(n, line.strip()) for n, line in enumerate(text.split("\n"), 1) if line.lstrip().startswith("#")]
    guard = set()  # an include guard: the first and the last directive of a header
    if path.suffix == ".h" and len(directives) >= 3 and directives[0][1].startswith("#ifndef"):
        if re.match(r"#\s*define\s+" + directives[0][1].split()[1] + r"\b", directives[1][1]) \
                and re.match(r"#\s*endif", directives[-1][1]):
            guard = {directives[0][0], directives[-1][0]}
    for number, directive in directives:
        include = re.match(r'#\s*include\s*(.*)', directive)
        if include:
            name = re.match(r'(<[^>]*>|"[^"]*")', include[1])
            if not name or not may_include(name[1]):
                yield number, f"core/ may not include {include[1]}"
        elif re.match(r"#\s*(if|ifdef|ifndef|elif|else|endif)\b", directive) and number not in guard:
            yield number, f"no conditional compilation in core/: {directive}"


def functions_of(text):
    """(name, first line, lines) of every function body that opens in column 0."""
    lines = text.split("\n")
    for start, line in enumerate(lines):
        if line != "{" or start == 0:
            continue
        head = start - 1
        while head > 0 and not re.match(r"[A-Za-z_]", lines[head]):
            head -= 1
        name = re.search(r"(\w+)\s*\(", lines[head])
        if name:
            end = next((n for n in range(start, len(lines)) if lines[n].startswith("}")), len(lines) - 1)
            yield name[1], start + 1, end - start + 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", nargs="?", default=pathlib.Path(__file__).resolve().parents[2], type=pathlib.Path)
    parser.add_argument("--report", action="store_true", help="print the longest files and functions")
    options = parser.parse_args()

    files = sorted((options.root / "core").glob("**/*.[ch]"))
    if not files:
        sys.exit("core_text: no files in core/")
    bad, sizes, functions = 0, [], []
    for path in files:
        text, name = path.read_text(), path.relative_to(options.root)
        for number, problem in problems_of(path, text):
            print(f"{name}:{number}: {problem}")
            bad += 1
        sizes.append((text.count("\n"), str(name)))
        functions += [(length, function, f"{name}:{line}") for function, line, length in functions_of(text)]

    sizes.sort(reverse=True)
    functions.sort(reverse=True)
    median = functions[len(functions) // 2][0] if functions else 0
    print(f"core/: {sum(n for n, _ in sizes)} lines in {len(sizes)} files, {len(functions)} functions, median {median} lines")
    if options.report:
        print("longest files:")
        for length, name in sizes[:8]:
            print(f"  {length:5} {name}{'   over the guide of ' + str(FILE_LINES) if length > FILE_LINES else ''}")
        print("longest functions:")
        for length, function, where in functions[:12]:
            print(f"  {length:5} {function} ({where}){'   over the guide of ' + str(FUNCTION_LINES) if length > FUNCTION_LINES else ''}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
