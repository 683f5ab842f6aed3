#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What tools/book/pages.py makes: every link leads somewhere, every tag is closed. Run by ctest."""
import collections
import html.parser
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/cli"))
from harness import assert_refused, main, run  # noqa: E402

PAGES = ROOT / "tools/book/pages.py"
ALONE = {"meta", "link", "br", "hr", "img", "input"}


class Page(html.parser.HTMLParser):
    """What one page offers and asks for."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.open, self.wrong = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        if tag not in ALONE:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at line {self.getpos()[0]}")


def read_book(folder):
    names = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.html")}
    return {name: Page(path.read_text(encoding="utf-8")) for name, path in names.items()}


def broken_links(pages):
    for name, page in pages.items():
        for link in page.links:
            file, _, fragment = link.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(name), file)) if file else name
            is_there = target in pages and (not fragment or fragment in pages[target].ids)
            if "://" not in link and not is_there:
                yield f"{name}: {link}"


SCRATCH = tempfile.TemporaryDirectory(prefix="lab4-book-")
MADE = run(sys.executable, PAGES, SCRATCH.name)
BOOK = read_book(pathlib.Path(SCRATCH.name))


def test_the_book_is_made():
    assert MADE.status == 0, MADE
    assert "docs/spec/objects.html" in BOOK and "core/entry/invoke.c.html" in str(sorted(BOOK)), MADE


def test_every_link_leads_somewhere():
    assert list(broken_links(BOOK)) == []


def test_every_tag_is_closed():
    assert {
        name: page.wrong + page.open for name, page in BOOK.items() if page.wrong + page.open
    } == {}


def test_no_id_occurs_twice():
    for name, page in BOOK.items():
        twice = [word for word, number in collections.Counter(page.ids).items() if number > 1]
        assert twice == [], (name, twice)


def test_a_citation_in_a_source_leads_to_its_rule():
    links = [link for page in BOOK for link in BOOK[page].links if page.startswith("tests/unit/")]
    assert any(link.endswith("docs/spec/objects.html#s12-17") for link in links)


def test_a_rule_leads_to_those_who_cite_it():
    assert any(
        link.endswith("cited/objects.html#s12-17") for link in BOOK["docs/spec/objects.html"].links
    )


def test_a_folder_that_cannot_be_made_is_refused():
    assert_refused(
        run(sys.executable, PAGES, "/dev/null/book"), "/dev/null/book", "choose another folder"
    )


main(globals())
