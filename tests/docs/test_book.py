#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What is read from the specification and from citations of it (tools/book). Run by ctest."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/cli"), str(ROOT / "tools")]
from book import chapters, citations  # noqa: E402
from harness import main  # noqa: E402

BOOK = chapters.read()


def cited(text, home=None):
    return [citation.text for citation in citations.Scanner(BOOK, text, home).scan()]


def problems(text, home=None):
    found = citations.Scanner(BOOK, text, home).scan()
    return [problem for citation in found if (problem := citations.problem(BOOK, citation))]


def test_the_chapters_have_the_rules_that_the_book_promises():
    assert {name: len(chapter.rules) for name, chapter in BOOK.chapters.items()} == {
        "abi": 0,
        "objects": 102,
        "threads": 100,
        "memory": 83,
        "virtual-machines": 71,
        "options": 50,
        "microkit": 60,
        "multicore": 58,
    }
    assert sorted(BOOK.chapters["threads"].vectors) == list(range(1, 9))


def test_rules_are_numbered_without_a_gap():
    for chapter in BOOK.chapters.values():
        assert sorted(chapter.rules) == list(range(1, len(chapter.rules) + 1)), chapter.name


def test_a_section_and_a_rule():
    assert cited("/* objects §5.2, threads §12 #5 */") == [
        "objects §5.2",
        "threads §12",
        "threads §12 #5",
    ]


def test_a_list_of_rules_with_a_range():
    assert [name for name in cited("memory §11 #40–#42, #7") if "#" in name] == [
        f"memory §11 #{n}" for n in (40, 41, 42, 7)
    ]


def test_a_rule_without_its_section_is_of_the_chapters_list():
    assert cited("threads #60") == ["threads §12 #60"]


def test_labels_with_and_without_the_chapter():
    assert cited("threads TM-2, [PRI]; see REF-6:") == [
        "threads TM-2",
        "threads PRI",
        "threads REF-6",
    ]


def test_a_word_like_a_label_is_none():
    assert cited("FNV-1a, BSD-2-Clause, ELF-64, RFC-2119") == []


def test_a_citation_may_break_the_line_of_a_comment():
    assert cited("/* as in memory\n * §7.2,\n * §7.3 */") == ["memory §7.2", "memory §7.3"]
    assert cited("// (objects\n// §5.2)") == ["objects §5.2"]


def test_a_section_sign_alone_belongs_to_the_chapter_before():
    assert cited("/* objects §3 */ x /* §4.2 */") == ["objects §3", "objects §4.2"]
    assert cited("// Section numbers are those of the memory chapter.\n// §2.1") == ["memory §2.1"]


def test_other_books_are_left_alone():
    assert cited("enum { A }; // PL011 TRM §3.2") == []
    assert cited("/* psABI x86-64 §3.5.7, C11 §7.21 */") == []


def test_an_item_of_a_section():
    assert cited("threads §3.3 Bind 2")[-1] == "threads §3.3 item 2"
    assert problems("threads §3.3 Bind 2, objects §6.2 step 3") == []


def test_a_chapter_cites_itself():
    assert cited("see §5.2 and `threads.md` §6.1", "objects") == ["objects §5.2", "threads §6.1"]


def test_what_does_not_exist_is_told_with_the_nearest():
    assert problems("objects §5.9") == [
        "there is no section 5.9; nearest: §5.5 (Preemption), §5.4 (What happens to bystanders "
        "(summary)), §5.3 (Deferred action; one-step deletion)"
    ]
    assert problems("objects §12 #103") == ["there is no rule 103; §12 has 1–102"]
    assert problems("threads TM-9") == ["there is no label TM-9; nearest: TM-3, TM-2, TM-1"]
    assert problems("threads §5 V9") == ["there is no vector 9; §5 has 1–8"]
    assert problems("REF-99")[0].startswith("there is no label REF-99; nearest: REF-")
    assert problems("abi App. A, Retype type 13 of nothing")[0].startswith(
        'there is no row "Retype type 13 of nothing"; nearest: Retype'
    )
    assert problems("§4") == ["names no chapter, and no citation before it in this file does"]


def test_every_numbered_rule_of_an_implemented_chapter_is_in_the_map():
    text = (ROOT / "docs/ABI-MAP.md").read_text(encoding="utf-8")
    for chapter in BOOK.chapters.values():
        if chapter.status == "implemented" and chapter.rules:
            part = text.partition(f"## {chapter.name} §{chapter.rules_section}")[2].partition(
                "\n## "
            )[0]
            assert all(f"| #{number} |" in part for number in chapter.rules), chapter.name


main(globals())
