#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""PORTING.md, "A new object kind", shows all rows of tests/unit/toy/toy.patch, and text of toy.c.

unit.toy_kind builds those two files, so what the page shows is what works. Run by ctest.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/cli"))
from harness import main  # noqa: E402

TOY = ROOT / "tests/unit/toy"
PAGE = (ROOT / "docs/PORTING.md").read_text(encoding="utf-8")
PATCH = (TOY / "toy.patch").read_text(encoding="utf-8")
SECTION = re.search(r"^## A new object kind\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)[1]


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE)


def changed_lines(text):
    return [line for line in text.split("\n") if re.match(r"[+-](?!-- |\+\+ )", line)]


def test_the_page_shows_the_rows_of_the_patch_in_its_order():
    shown, patch = changed_lines("".join(blocks("diff"))), changed_lines(PATCH)
    differing = [pair for pair in zip(shown, patch) if pair[0] != pair[1]]
    assert not differing, "the page has %r where toy.patch has %r" % differing[0]
    lengths = f"the page shows {len(shown)} lines, toy.patch changes {len(patch)}"
    assert len(shown) == len(patch), lengths


def test_the_page_names_each_file_of_the_patch():
    for name in re.findall(r"^\+\+\+ b/(\S+)", PATCH, re.MULTILINE):
        assert f"`{name}`" in SECTION, f"{name} is in toy.patch and not on the page"


def test_the_page_shows_text_of_the_kinds_file():
    source = (TOY / "toy.c").read_text(encoding="utf-8")
    assert len(blocks("c")) >= 3, "the page shows no method, no row or no checker's row"
    for block in blocks("c"):
        assert block in source, f"not in toy.c as the page has it: {block.splitlines()[0]!r}"


main(globals())
