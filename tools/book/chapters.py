# SPDX-License-Identifier: BSD-2-Clause
"""The chapters of docs/spec as data: its sections, rules and labels, and the line of each.

Read-only and without state: `read()` makes a `Book` of the files, and the check of citations, the
ABI map and the printed pages ask it. A chapter says what it contains by its own typography, nothing
is listed twice:

    ## 5. Deletion            section 5              ### 5.2 Finalisation    section 5.2
    ## Appendix A. Vectors    section A              3. text, or | 3 | text  item 3 of its section
    [TM-2] text, - **[PRI]    label TM-2, PRI        V3 text                 vector V3

The section whose title says "got wrong" is the chapter's list of rules: `objects §12 #17` is item
17 in it. Whether a chapter is implemented stands in docs/spec/STATUS.md.
"""
import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEC = ROOT / "docs" / "spec"

# What citations call a chapter, and its file.
FILES = {
    "abi": "abi.md",
    "objects": "objects.md",
    "threads": "threads.md",
    "memory": "memory-and-boot.md",
    "virtual-machines": "virtual-machines.md",
    "options": "options.md",
    "microkit": "microkit.md",
    "multicore": "multicore.md",
}
ALIASES = {"memory-and-boot": "memory"}

HEADING = re.compile(
    r"^#{2,4} (?:Appendix )?(?P<number>\d+(?:\.\d+)*|[A-Z](?=\.))\.? +(?P<title>.+)$"
)
UNNUMBERED = re.compile(r"^#{2,4} ")
ITEM = re.compile(r"^\s*(?:[-*] )?(?P<number>\d{1,3})\. +(?P<text>.*)$")
ROW = re.compile(r"^\| *(?P<number>\d{1,3}) *\| *(?P<text>.*?) *\|?$")
INLINE_ITEM = re.compile(r"(?:[;.] |[–—] )(\d{1,2})\. (?=\S)")
LABEL_AT_START = re.compile(
    r"^\s*(?:[-*] |\d+\. )?(?:\*\*)?\[(?P<label>[A-Z]{1,4}-\d+|[A-Z]{2,4})\]"
)
LABEL_INSIDE = re.compile(r"(?<!\()\[(?P<label>[A-Z]{1,4}-\d+)\]")
VECTOR = re.compile(r"\bV(\d+)\b")
STATUS_ROW = re.compile(r"^\| *\[`?(?P<name>[\w-]+)`?\]\([^)]*\) *\| *(?P<status>\w+)")


@dataclasses.dataclass
class Section:
    number: str
    title: str
    line: int
    items: dict = dataclasses.field(default_factory=dict)  # number → (line, text)


@dataclasses.dataclass
class Chapter:
    name: str
    path: pathlib.Path
    status: str = "planned"
    title: str = ""
    sections: dict = dataclasses.field(default_factory=dict)  # "5.2" → Section
    labels: dict = dataclasses.field(default_factory=dict)  # "TM-2" → line
    vectors: dict = dataclasses.field(default_factory=dict)  # 3 → (line, text)
    rows: list = dataclasses.field(
        default_factory=list
    )  # first cells of the appendix, and its lines of running text
    rules_section: str = ""

    @property
    def rules(self):
        """The numbered rules of the chapter's list: number → (line, text)."""
        return self.items(self.rules_section) if self.rules_section else {}

    def items(self, number):
        """The numbered items of a section and of those below it. The first of a number counts."""
        found = {}
        for section in self.sections.values():
            if section.number == number or section.number.startswith(number + "."):
                for item, place in section.items.items():
                    found.setdefault(item, place)
        return found


def read_chapter(name, path):
    chapter, section, fenced, inside = Chapter(name, path), None, False, {}
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if text.startswith("```"):
            fenced = not fenced
        elif fenced:
            continue
        elif text.startswith("# ") and not chapter.title:
            chapter.title = text[2:]
        elif match := HEADING.match(text):
            section = Section(match["number"], match["title"], line)
            chapter.sections[section.number] = section
            if "got wrong" in section.title.lower().replace("-", " ") and not chapter.rules_section:
                chapter.rules_section = section.number
        elif UNNUMBERED.match(text):
            section = None
        else:
            read_line(chapter, section, line, text)
            for match in LABEL_INSIDE.finditer(text):
                inside.setdefault(match["label"], line)
    for label, line in inside.items():  # of those that no line opens with
        chapter.labels.setdefault(label, line)
    return chapter


def read_line(chapter, section, line, text):
    if match := LABEL_AT_START.match(text):
        chapter.labels.setdefault(match["label"], line)
    if section is None:
        return
    if match := ITEM.match(text) or ROW.match(text):
        section.items.setdefault(int(match["number"]), (line, plain(match["text"])))
    if section.number.isalpha() and text and "---" not in text:
        chapter.rows.append(text.strip("| ").split(" | ")[0])
    if section.number != chapter.rules_section:
        for number in INLINE_ITEM.findall(text):
            section.items.setdefault(int(number), (line, ""))
    if "Vectors" in text or re.match(r"^\|? ?\**V\d", text):
        for number in VECTOR.findall(text):
            chapter.vectors.setdefault(int(number), (line, plain(text)))


def plain(text):
    """A row or an item as one line of text: cells become parts of a sentence."""
    return re.sub(r"\s*\|\s*", " → ", text.strip().strip("|").strip())


def read_status():
    """chapter → "implemented", "partly" or "planned"."""
    text = (SPEC / "STATUS.md").read_text(encoding="utf-8")
    return {
        match["name"]: match["status"]
        for line in text.splitlines()
        if (match := STATUS_ROW.match(line))
    }


class Book:
    """All chapters. `chapters["objects"].sections["5.2"].title`"""

    def __init__(self, chapters):
        self.chapters = chapters
        self.labels = {
            label: name for name, chapter in reversed(chapters.items()) for label in chapter.labels
        }
        self.prefixes = {label.partition("-")[0] for label in self.labels if "-" in label}


def read():
    """The published specification. Raises OSError if docs/spec lacks a chapter."""
    status = read_status()
    chapters = {name: read_chapter(name, SPEC / file) for name, file in FILES.items()}
    for name, chapter in chapters.items():
        chapter.status = status.get(name, "planned")
    return Book(chapters)
