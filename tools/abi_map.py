#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
#
# docs/ABI-MAP.md: every invocation and every rule of the specification in docs/spec, with the
# function that implements it and the tests that prove it. Read off the chapters and the sources, so
# it cannot go stale:
#
#     tools/abi_map.py --write     writes docs/ABI-MAP.md
#     tools/abi_map.py --check     fails if a rule has no test; says if docs/ABI-MAP.md is out of date
#
# Rules are the numbered ones of the chapters that docs/spec/STATUS.md calls implemented, and the
# refill vectors. A test cites a rule in the comment in front of it (or in its body), as
# tools/book/citations.py reads it.
import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAP = ROOT / "docs" / "ABI-MAP.md"
sys.path.insert(0, str(ROOT / "tools"))
from book import chapters, citations  # noqa: E402

# Where a run of rules is implemented. Ranges are inclusive.
PLACES = {
    "objects §12": [
        (1, 8, "lookup.c, invoke.c"),
        (9, 26, "cnode.c, kind.h, untyped.c"),
        (27, 37, "cdt.c, delete.c"),
        (38, 45, "delete.c"),
        (46, 56, "untyped.c"),
        (57, 75, "endpoint.c, transfer.c, fault.c"),
        (76, 86, "notification.c"),
        (87, 97, "reply.c, endpoint.c"),
        (98, 102, "invoke.c, entry.c, debug.c"),
    ],
    "threads §12": [
        (1, 7, "tcb.c, tcb_methods.c"),
        (8, 12, "tcb.c, wait.c"),
        (13, 20, "tcb_registers.c, registers.c"),
        (21, 31, "tcb_methods.c"),
        (32, 39, "sched_control.c, sched_context.c"),
        (40, 48, "time.c, slice.c, refill.c"),
        (49, 53, "sched.c, dispatch.c"),
        (54, 66, "endpoint.c, call_stack.c, reply.c, sched_context.c"),
        (67, 78, "fault.c, fault_message.c, slice.c"),
        (79, 86, "entry.c, notification.c"),
        (87, 90, "sched_context.c"),
        (91, 93, "tcb_methods.c, tcb.c"),
        (94, 95, "domain.c"),
        (96, 100, "debug.c, invoke.c, sched_context.c"),
    ],
    "memory §11": [
        (1, 25, "frame.c, page_table.c, vspace.c, stage1.c"),
        (26, 30, "asid.c"),
        (31, 38, "frame.c, page_table.c, vspace.c, stage1.c"),
        (39, 41, "message.c, tcb_methods.c"),
        (42, 42, "untyped.c"),
        (43, 53, "irq.c"),
        (54, 66, "entry.c, fault.c, platform/qemu-aarch64"),
        (67, 79, "boot.c, boot_memory.c"),
        (80, 83, "platform/qemu-aarch64"),
    ],
    "threads §5 V": [(1, 8, "refill.c")],
}


BOOK = chapters.read()
TEST_NAME = re.compile(r"^(?:static )?(?:void|RULE|TEST)\b[ (]*(\w+)", re.M)


def rule_lists():
    """{"objects §12": {number: text}} of what is implemented; the refill vectors are a list, too."""
    lists = {}
    for chapter in BOOK.chapters.values():
        if chapter.status != "implemented":
            continue
        if chapter.rules:
            lists[f"{chapter.name} §{chapter.rules_section}"] = {
                n: text for n, (_, text) in chapter.rules.items()
            }
        if chapter.vectors:
            lists[f"{chapter.name} §5 V"] = {n: text for n, (_, text) in chapter.vectors.items()}
    return lists


def place_of(text, names, where, position):
    """The test of a citation: the one it precedes closely, or else the one it stands in."""
    before = [name for start, name in names if start <= position]
    after = [(start, name) for start, name in names if start > position]
    outside = text[:position].rfind("\n}") >= text[:position].rfind("\n{")
    if after and outside and "\n}" not in text[position : after[0][0]]:
        return f"{where}: {after[0][1]}"
    return f"{where}: {before[-1]}" if before else where


def cited_by_tests():
    """{(list, number): {test place}}, and {row text of App. A: {place}}"""
    rules, rows = {}, {}
    for path in citations.files():
        where = str(path.relative_to(ROOT))
        if not where.startswith("tests/") or path.suffix not in (".c", ".sh", ".py", ""):
            continue
        text, found = citations.of_file(BOOK, path)
        names = [(m.start(), m.group(1)) for m in TEST_NAME.finditer(text)]
        for citation in found:
            place = place_of(text, names, where, citation.start)
            if citation.kind in ("rule", "vector"):
                mark = " V" if citation.kind == "vector" else ""
                rules.setdefault(
                    (f"{citation.chapter} §{citation.section}{mark}", int(citation.name)), set()
                ).add(place)
            elif (
                citation.kind == "appendix"
                and citation.name
                and not citation.name.startswith("row")
            ):
                rows.setdefault(citation.name.rstrip(" /."), set()).add(place)
    return rules, rows


def missing_sources():
    """Files of PLACES that the tree no longer has."""
    known = {path.name for path in (ROOT / "core").rglob("*.[ch]")}
    named = {
        file.strip()
        for runs in PLACES.values()
        for _, _, files in runs
        for file in files.split(",")
    }
    return sorted(name for name in named if name not in known and not (ROOT / name).exists())


def implementing_file(name, number):
    return next(
        (files for first, last, files in PLACES.get(name, []) if first <= number <= last), "?"
    )


def invocations():
    """(number, label, kind, file of the method) by label."""
    table = (ROOT / "libsel4/include/lab4/invocations.h").read_text(encoding="utf-8")
    sources = {
        path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "core").rglob("*.c"))
    }
    for number, label, kind in re.findall(r"\bX\((\d+), (\w+), (\w+),", table):
        define = re.compile(
            r"\b(?:DEFINE_METHOD|DEFINE_RANGE_METHOD|DEFINE_CACHE_METHOD)\("
            + label
            + r"\b|\bmethod_"
            + label
            + r"\("
        )
        files = [path.name for path, text in sources.items() if define.search(text)]
        tests = tests_that_use(label)
        yield int(number), label, kind, ", ".join(files) or "?", tests


def tests_that_use(label):
    stub = re.search(
        r"X\(\d+, " + label + r", \w+, (\w+),",
        (ROOT / "libsel4/include/lab4/invocations.h").read_text(),
    ).group(1)
    found = []
    for path in sorted([*ROOT.glob("tests/unit/*.c"), *ROOT.glob("tests/abi/*.c")]):
        text = path.read_text(encoding="utf-8", errors="replace")
        if re.search(rf"\b({label}|{stub})\b", text):
            found.append(str(path.relative_to(ROOT)))
    return found


def shortened(text, length=110):
    """A rule in one cell: without marks of emphasis, cut at a word."""
    text = text.replace("**", "").replace("|", "/")
    if len(text) <= length:
        return text
    text = text[:length].rpartition(" ")[0] + " …"
    return text + ("`" if text.count("`") % 2 else "")


def chapter_link(name):
    """`objects §12` → a link to the chapter."""
    return f"[{name}](spec/{chapters.FILES[name.split()[0]]})"


def render(lists, rules, rows):
    out = [
        "# ABI map",
        "",
        "Generated by `tools/abi_map.py --write` from [the specification](spec/HOW-TO-READ.md) and the",
        "sources; `--check`, part of `./lab4 test`, fails when a rule of an implemented chapter has no",
        "test. The rules are shortened here; the chapter has them in full.",
        "",
        "## Invocations",
        "",
        "| label | name | capability | method in core/ | exercised by |",
        "|---|---|---|---|---|",
    ]
    for number, label, kind, files, tests in sorted(invocations()):
        shown = ", ".join(f"`{test}`" for test in tests[:3]) + (" …" if len(tests) > 3 else "")
        out.append(f"| {number} | `{label}` | {kind} | {files} | {shown or '–'} |")
    for name, texts in lists.items():
        is_vector = name.endswith("V")
        out += [
            "",
            f"## {name}{f'1–{max(texts)}' if is_vector else ''}",
            "",
            f"In full: {chapter_link(name.removesuffix(' V'))}.",
            "",
        ]
        out += ["| rule | in short | implemented in | tests |", "|---|---|---|---|"]
        for number in sorted(texts):
            places = sorted(rules.get((name, number), ()))
            shown = "<br>".join(f"`{place}`" for place in places[:4]) + (
                "<br>…" if len(places) > 4 else ""
            )
            label = f"V{number}" if is_vector else f"#{number}"
            text = shortened(texts[number])
            out.append(
                f"| {label} | {text} | {implementing_file(name, number)} | {shown or '**none**'} |"
            )
    out += ["", "## abi Appendix A", "", "| row | tests |", "|---|---|"]
    for row, places in sorted(rows.items()):
        out.append(
            f"| {row.replace('|', '/')} | {'<br>'.join(f'`{place}`' for place in sorted(places))} |"
        )
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(
        description="Map every invocation and rule to its function and its tests."
    )
    parser.add_argument("--write", action="store_true", help="write docs/ABI-MAP.md")
    parser.add_argument(
        "--check",
        action="store_true",
        help="fail if a rule has no test or a file of PLACES is gone",
    )
    options = parser.parse_args()
    lists, (rules, rows), gone = rule_lists(), cited_by_tests(), missing_sources()
    missing = {name: [n for n in texts if (name, n) not in rules] for name, texts in lists.items()}
    missing_count, count = sum(map(len, missing.values())), sum(map(len, lists.values()))
    text = render(lists, rules, rows)
    if options.write:
        MAP.write_text(text, encoding="utf-8")
    print(f"{count - missing_count} of {count} rules have a test.")
    for name, numbers in missing.items():
        if numbers:
            print(f"Without one: {name} {citations.runs(numbers)}")
    if gone:
        print(f"PLACES in tools/abi_map.py names what core/ no longer has: {', '.join(gone)}")
    if options.check:
        if not MAP.exists() or MAP.read_text(encoding="utf-8") != text:
            print("Note: docs/ABI-MAP.md is out of date; run: tools/abi_map.py --write")
        return 1 if missing_count or gone else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
