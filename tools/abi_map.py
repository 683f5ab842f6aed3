#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
#
# docs/ABI-MAP.md: every invocation and every rule of the specification, with the function that implements it and the
# tests that prove it. Read off the sources, so it cannot go stale:
#
#     tools/abi_map.py --write     writes docs/ABI-MAP.md
#     tools/abi_map.py --check     fails if a rule has no test; says if docs/ABI-MAP.md is out of date
#
# A test cites a rule in the comment in front of it (or in its body): `objects §12 #17`, `threads §12 #5, #6`,
# `memory §11 #40–#42`, `threads §5 V3`, `abi App. A, CNode_Delete depth 60`.
import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAP = ROOT / "docs" / "ABI-MAP.md"

# The three lists of easily missed rules, and the refill vectors: how many there are (spec/README.md).
LISTS = {"objects §12": 102, "threads §12": 100, "memory §11": 83, "threads §5 V": 8}

# Where a run of rules is implemented. Ranges are inclusive.
PLACES = {
    "objects §12": [
        (1, 8, "lookup.c, invoke.c"), (9, 26, "cnode.c, cap.c, derive.c"), (27, 37, "cdt.c, delete.c"),
        (38, 45, "delete.c"), (46, 56, "untyped.c"), (57, 75, "endpoint.c, ipc.c, fault.c"),
        (76, 86, "notification.c"), (87, 97, "reply.c, endpoint.c"), (98, 102, "invoke.c, entry.c, debug.c"),
    ],
    "threads §12": [
        (1, 7, "tcb.c, tcb_methods.c"), (8, 12, "tcb.c"), (13, 20, "tcb_registers.c, regs.c"),
        (21, 31, "tcb_methods.c"), (32, 39, "sched_control.c, sched_context.c"), (40, 48, "time.c, refill.c"),
        (49, 53, "sched.c"), (54, 66, "endpoint.c, reply.c, sched_context.c"), (67, 78, "fault.c, time.c"),
        (79, 86, "entry.c, notification.c"), (87, 90, "sched_context.c"), (91, 93, "tcb_methods.c, tcb.c"),
        (94, 95, "domain.c"), (96, 100, "debug.c, invoke.c, sched_context.c"),
    ],
    "memory §11": [
        (1, 25, "page.c, vspace.c"), (26, 30, "asid.c"), (31, 38, "page.c, vspace.c"), (39, 41, "tcb.c, tcb_methods.c"),
        (42, 42, "untyped.c"), (43, 53, "irq.c"), (54, 66, "entry.c, fault.c, platform/qemu-aarch64"),
        (67, 79, "boot.c, boot_memory.c"), (80, 83, "platform/qemu-aarch64"),
    ],
    "threads §5 V": [(1, 8, "refill.c")],
}


def expand(text):
    """'#1, #4–#6' → [1, 4, 5, 6]"""
    numbers = []
    for first, last in re.findall(r"[#V](\d+)(?:\s*[–-]\s*[#V]?(\d+))?", text):
        numbers.extend(range(int(first), int(last or first) + 1))
    return numbers


CITATION = re.compile(r"(objects §12|threads §12|memory §11)\s+(#\d+(?:(?:,|\s+and|\s*[–-])\s*#?\d+)*)")
VECTOR = re.compile(r"threads §5\s+(V\d+(?:(?:,|\s*[–-])\s*V?\d+)*)")
TEST_NAME = re.compile(r"^(?:static )?(?:void|RULE|TEST)\b[ (]*(\w+)", re.M)


def citations():
    """{(list, number): {test place}}, and {row text of App. A: {place}}"""
    rules, rows = {}, {}
    for path in sorted([*ROOT.glob("tests/**/*.c"), *ROOT.glob("tests/**/*.sh"), *ROOT.glob("tests/**/*.py"), *ROOT.glob("tests/boot/*")]):
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        where = str(path.relative_to(ROOT))
        names = [(m.start(), m.group(1)) for m in TEST_NAME.finditer(text)]

        def place(position):
            """The test that a citation belongs to: the one it precedes closely, or else the one it stands in."""
            before = [name for start, name in names if start <= position]
            after = [(start, name) for start, name in names if start > position]
            if after and "\n}" not in text[position : after[0][0]] and text[:position].rfind("\n}") >= text[:position].rfind("\n{"):
                return f"{where}: {after[0][1]}"
            return f"{where}: {before[-1]}" if before else where

        for match in CITATION.finditer(text):
            for number in expand(match.group(2)):
                rules.setdefault((match.group(1), number), set()).add(place(match.start()))
        for match in VECTOR.finditer(text):
            for number in expand(match.group(1)):
                rules.setdefault(("threads §5 V", number), set()).add(place(match.start()))
        for match in re.finditer(r"abi App\. A, ([^\n*\"]+)", text):
            rows.setdefault(match.group(1).strip(), set()).add(place(match.start()))
    return rules, rows


def implementing_file(name, number):
    return next((files for first, last, files in PLACES[name] if first <= number <= last), "?")


def invocations():
    """(number, label, kind, file of the method) by label."""
    table = (ROOT / "libsel4/include/lab4/invocations.h").read_text(encoding="utf-8")
    sources = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "core").glob("*.c"))}
    for number, label, kind in re.findall(r"\bX\((\d+), (\w+), (\w+),", table):
        define = re.compile(r"\b(?:DEFINE_METHOD|DEFINE_RANGE_METHOD|DEFINE_CACHE_METHOD)\(" + label + r"\b|\bmethod_" + label + r"\(")
        files = [path.name for path, text in sources.items() if define.search(text)]
        tests = tests_that_use(label)
        yield int(number), label, kind, ", ".join(files) or "?", tests


def tests_that_use(label):
    stub = re.search(r"X\(\d+, " + label + r", \w+, (\w+),", (ROOT / "libsel4/include/lab4/invocations.h").read_text()).group(1)
    found = []
    for path in sorted([*ROOT.glob("tests/unit/*.c"), *ROOT.glob("tests/abi/*.c")]):
        text = path.read_text(encoding="utf-8", errors="replace")
        if re.search(rf"\b({label}|{stub})\b", text):
            found.append(str(path.relative_to(ROOT)))
    return found


def render(rules, rows):
    out = [
        "# ABI map",
        "",
        "Generated by `tools/abi_map.py --write` from the sources; `--check`, part of `./lab4 test`, fails when a rule has no test. Rules are numbered",
        "as in the project's specification: `objects §12`, `threads §12`, `memory §11`, and the refill vectors `threads §5 V1`–`V8`.",
        "",
        "## Invocations",
        "",
        "| label | name | capability | method in core/ | exercised by |",
        "|---|---|---|---|---|",
    ]
    for number, label, kind, files, tests in sorted(invocations()):
        shown = ", ".join(f"`{test}`" for test in tests[:3]) + (" …" if len(tests) > 3 else "")
        out.append(f"| {number} | `{label}` | {kind} | {files} | {shown or '–'} |")
    for name, count in LISTS.items():
        out += ["", f"## {name}{'1–8' if name.endswith('V') else ''}", "", "| rule | implemented in | tests |", "|---|---|---|"]
        for number in range(1, count + 1):
            places = sorted(rules.get((name, number), ()))
            shown = "<br>".join(f"`{place}`" for place in places[:4]) + ("<br>…" if len(places) > 4 else "")
            label = f"V{number}" if name.endswith("V") else f"#{number}"
            out.append(f"| {label} | {implementing_file(name, number)} | {shown or '**none**'} |")
    out += ["", "## abi Appendix A", "", "| row | tests |", "|---|---|"]
    for row, places in sorted(rows.items()):
        out.append(f"| {row.replace('|', '/')} | {'<br>'.join(f'`{place}`' for place in sorted(places))} |")
    return "\n".join(out) + "\n"


def runs(numbers):
    """[1, 2, 3, 7] → ['1–3', '7']"""
    found = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return [str(first) if first == last else f"{first}–{last}" for first, last in found]


def main():
    parser = argparse.ArgumentParser(description="Map every invocation and rule to its function and its tests.")
    parser.add_argument("--write", action="store_true", help="write docs/ABI-MAP.md")
    parser.add_argument("--check", action="store_true", help="fail if a rule has no test")
    options = parser.parse_args()
    rules, rows = citations()
    missing = {name: [n for n in range(1, count + 1) if (name, n) not in rules] for name, count in LISTS.items()}
    missing_count = sum(map(len, missing.values()))
    text = render(rules, rows)
    if options.write:
        MAP.write_text(text, encoding="utf-8")
    print(f"{sum(LISTS.values()) - missing_count} of {sum(LISTS.values())} rules have a test.")
    for name, numbers in missing.items():
        if numbers:
            print(f"Without one: {name} " + ", ".join(runs(numbers)))
    if options.check:
        if not MAP.exists() or MAP.read_text(encoding="utf-8") != text:
            print("Note: docs/ABI-MAP.md is out of date; run: tools/abi_map.py --write")
        return 1 if missing_count else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
