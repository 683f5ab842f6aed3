# SPDX-License-Identifier: BSD-2-Clause
"""Finds citations of the specification in a text. Used by the check, the ABI map and the pages.

A citation is the name of a chapter and then one or more references, each of which may follow the
one before after a comma, a semicolon, a slash, "and" or "or":

    objects §5.2            a section          memory §2.3, §2.5–2.7    several, a range
    threads §12 #5, #6      rules              threads #5               the same
    threads TM-2, [PRI]     labels             threads §5 V3            a refill vector
    threads §3.3 Bind 2     an item: "check 2", "step 14", "rule 3", "Bind 2"
    abi App. A, row text    a row of the observed vectors

A comment may break the line anywhere inside. A § without a chapter belongs to the chapter cited
last in the file. A label alone ("REF-6:") is a citation, too, if its first half is that of a label
of the specification. "Section numbers are those of the memory chapter", or a mention of
`objects.md`, decides for the § after it as a citation does.
"""
import dataclasses
import re
import subprocess

from book import chapters

NAMES = "|".join(sorted([*chapters.FILES, *chapters.ALIASES], key=len, reverse=True))
# What makes a name a citation.
FOLLOWS = r"(?=§|#\d|\[[A-Z]{2,4}\b|\[?[A-Z]{1,4}-\d|App(?:endix|\.)\s+A)"
BLANK = r"(?:[ \t]+|[ \t]*\n[ \t]*)"
ANCHOR = re.compile(rf"(?<![\w/-])({NAMES})(?:\.md)?`?,?{BLANK}{FOLLOWS}")
SEPARATOR = re.compile(
    r"\s*(?:,|;|/)\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+|\s+(?=#\d|V\d|\[[A-Z]{1,4}-\d)"
)
SECTION = re.compile(r"§\s?(\d+(?:\.\d+)*)(?:\s?[–-]\s?(§?)(\d+(?:\.\d+)*))?")
RULE = re.compile(r"#(\d+)(?:\s?[–-]\s?#?(\d+))?")
VECTOR = re.compile(r"V(\d+)(?:\s?[–-]\s?V?(\d+))?\b")
LABEL = re.compile(r"\[?([A-Z]{1,4}-\d+)(?:[–-](\d+)\b)?\]?|\[([A-Z]{2,4})\]")
ITEM = re.compile(
    r"\s+(?:checks?|steps?|rules?|notes?|[A-Z]\w+[a-z]\w*)"
    r"\s+(\d+)(?:[–-](\d+))?(?![\w.]*[×%])[a-d]?"
)
# "Section numbers are those of the memory chapter": what a head comment may say instead.
DECLARED = rf"\bof the ({NAMES}) chapter\b|`({NAMES})\.md`(?!,?{BLANK}{FOLLOWS})"
APPENDIX = re.compile(r"App(?:endix|\.)\s+([A-Z])(?:,? ([^\n*\"`]+))?")
BARE_LABEL = re.compile(r"(?<![\w-])\[?([A-Z]{1,4})-(\d+)\b(?![\w-]|\.\d)")
# A paragraph sign of other books.
OTHER_BOOK = re.compile(
    r"(?:TRM|ARM|[Mm]anual|PSCI|psABI(?: [\w-]+)?|AAPCS64|DWARF ?\d*|RFC ?\d*|POSIX|C\d\d|ISO \S+)"
    r",?\s+$"
)
# What continues a comment on the next line. Overwritten by blanks, so that positions stay.
LEADER = re.compile(r"(?<=\n)[ \t]*(?:///?|\*(?!/)|#(?!\d|include|define|if|e|pragma))?[ \t]?")

FOLDERS = [
    "core",
    "platform",
    "libsel4",
    "tests",
    "examples",
    "tools",
    "docs",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGES.md",
]
SUFFIXES = {".c", ".h", ".S", ".py", ".sh", ".md", ".txt", ".cmake", ".ld", ".lds", ".in", ""}
# Generated, or what a program printed: their sources are checked.
LEFT_OUT = (
    "docs/ABI-MAP.md",
    "tests/fuzz/corpus/",
    "tests/abi/expected/",
    "tests/docs/test_book.py",
)


@dataclasses.dataclass(frozen=True)
class Citation:
    chapter: str
    kind: str  # "section", "rule", "label", "vector", "item" or "appendix"
    section: str  # the section, "" for a label; of a rule: the list's section
    name: str  # number of the rule, vector or item, the label, the text of the row
    start: int  # position in the text
    end: int

    @property
    def text(self):
        mark = {
            "section": "",
            "rule": " #",
            "vector": " V",
            "item": " item ",
            "label": " ",
            "appendix": " App. A, ",
        }[self.kind]
        return (
            f"{self.chapter}"
            + (f" §{self.section}" if self.kind not in ("label", "appendix") else "")
            + mark
            + self.name
        )


class Scanner:
    """The citations of one text, in order."""

    def __init__(self, book, text, home=None):
        """home: the chapter that the text itself is, for its own paragraph signs."""
        self.book, self.found, self.chapter, self.home = book, [], home, home
        self.text = LEADER.sub(lambda match: " " * len(match[0]), text)

    def scan(self):
        position = 0
        starts = re.compile(
            rf"{ANCHOR.pattern}|(?P<bare>§)(?=\s?\d)|(?P<label>{BARE_LABEL.pattern})|{DECLARED}"
        )
        while match := starts.search(self.text, position):
            position = match.end()
            if match["bare"]:
                if not OTHER_BOOK.search(self.text[max(0, match.start() - 30) : match.start()]):
                    position = self.references(self.chapter or "?", match.start()) or position
            elif match["label"]:
                self.bare_label(match)
            else:
                name = match[1] or match[match.lastindex]
                name = chapters.ALIASES.get(name, name)
                self.chapter = self.home or name
                position = self.references(name, match.end()) or position
        return self.found

    def bare_label(self, match):
        prefix, number = match["label"].strip("[").split("-")
        if prefix in self.book.prefixes:
            label = f"{prefix}-{int(number)}"
            owner = self.book.labels.get(label) or self.owner_of_prefix(prefix)
            self.add(owner, "label", "", label, match.start(), match.end())

    def owner_of_prefix(self, prefix):
        return next(
            name for label, name in self.book.labels.items() if label.startswith(prefix + "-")
        )

    def add(self, chapter, kind, section, name, start, end):
        self.found.append(Citation(chapter, kind, section, name, start, end))

    def references(self, chapter, position):
        """Reads references from `position` on. Where they end, or None if there is none."""
        section, last = "", None
        while end := self.reference(chapter, section, position):
            section = (
                next((c.section for c in reversed(self.found) if c.kind == "section"), section)
                if self.text[position] == "§"
                else section
            )
            last = end
            match = SEPARATOR.match(self.text, end)
            if not match:
                break
            position = match.end()
        return last

    def reference(self, chapter, section, position):
        """One reference at `position`: its end, or None."""
        text, at = self.text, position
        if match := SECTION.match(text, at):
            return self.section(chapter, match)
        if match := RULE.match(text, at):
            return self.numbers(chapter, "rule", section or self.rules_section(chapter), match)
        if match := VECTOR.match(text, at):
            return self.numbers(chapter, "vector", "5", match) if chapter == "threads" else None
        if match := APPENDIX.match(text, at):
            self.add(
                chapter, "appendix", match[1], (match[2] or "").strip(), match.start(), match.end()
            )
            return match.end()
        if match := LABEL.match(text, at):
            return self.label(chapter, match)
        return None

    def rules_section(self, chapter):
        return self.book.chapters[chapter].rules_section if chapter in self.book.chapters else ""

    def section(self, chapter, match):
        first, last = match[1], match[3]
        names = [first]
        if last:
            names += run_of_sections(first, last, is_short=not match[2])
        for name in names[1:]:
            self.add(chapter, "section", name, "", match.start(), match.end())
        self.add(chapter, "section", first, "", match.start(), match.end())
        if item := ITEM.match(self.text, match.end()):
            return self.numbers(chapter, "item", first, item)
        return match.end()

    def numbers(self, chapter, kind, section, match):
        first, last = int(match[1]), int(match[2] or match[1])
        for number in range(first, min(last, first + 200) + 1):
            self.add(chapter, kind, section, str(number), match.start(), match.end())
        return match.end()

    def label(self, chapter, match):
        if match[3]:
            self.add(chapter, "label", "", match[3], match.start(), match.end())
            return match.end()
        prefix, number = match[1].split("-")
        for n in range(int(number), int(match[2] or number) + 1):
            self.add(chapter, "label", "", f"{prefix}-{n}", match.start(), match.end())
        return match.end()


def run_of_sections(first, last, is_short):
    """'2.3', '2.6' → ['2.4', '2.5', '2.6'], is_short: also '2.3', '6'.

    Of sections with different parents only the last one.
    """
    parent, _, start = first.rpartition(".")
    if is_short and "." not in last and parent and int(last) > int(start):
        last = f"{parent}.{last}"
    end_parent, _, end = last.rpartition(".")
    if end_parent != parent:
        return [last]
    return [f"{parent}.{n}" if parent else str(n) for n in range(int(start) + 1, int(end) + 1)]


# -------------------------------------------------------------------------------------------------
# what is wrong


def problem(book, citation):
    """None if what is cited exists; otherwise why not, and what is nearest."""
    chapter = book.chapters.get(citation.chapter)
    if chapter is None:
        return "names no chapter, and no citation before it in this file does"
    if citation.kind == "label":
        return (
            None
            if citation.name in chapter.labels
            else no_such(f"label {citation.name}", near_labels(chapter, citation.name))
        )
    if citation.section not in chapter.sections:
        return no_such(f"section {citation.section}", near_sections(chapter, citation.section))
    if citation.kind == "appendix":
        return no_such_row(chapter, citation.name)
    if citation.kind in ("rule", "item", "vector"):
        numbers = chapter.vectors if citation.kind == "vector" else chapter.items(citation.section)
        if int(citation.name) not in numbers:
            has = (
                f"§{citation.section} has {runs(numbers)}"
                if numbers
                else f"§{citation.section} has no numbered ones"
            )
            return f"there is no {citation.kind} {citation.name}; {has}"
    return None


def no_such_row(chapter, text):
    """A row is cited by most of its words; "row by row" and nothing at all mean the whole table."""
    cited = words(text.partition(":")[0])
    if not cited or cited[0] == "row":
        return None

    def share(row):
        return sum(word in words(row) for word in cited) / len(cited)

    if max(map(share, chapter.rows)) >= 0.75:
        return None
    return no_such(f'row "{text}"', sorted(chapter.rows, key=share, reverse=True)[:2])


def words(text):
    return re.findall(r"\w+", text.lower())


def no_such(what, nearest):
    return f"there is no {what}" + (f"; nearest: {', '.join(nearest)}" if nearest else "")


def near_sections(chapter, number):
    """The sections beside a missing one: those with the same parent, or the chapter's own."""
    wanted = [int(part) for part in number.split(".") if part.isdigit()]
    numeric = [s for s in chapter.sections.values() if s.number[0].isdigit()]

    def distance(section):
        parts = [int(part) for part in section.number.split(".")]
        return [abs(a - b) for a, b in zip(parts + [0] * 4, wanted + [0] * 4)]

    return [f"§{s.number} ({s.title})" for s in sorted(numeric, key=distance)[:3]]


def near_labels(chapter, label):
    prefix, _, number = label.partition("-")
    same = [other for other in chapter.labels if other.partition("-")[0] == prefix and "-" in other]
    if number:
        same.sort(key=lambda other: abs(int(other.partition("-")[2]) - int(number)))
    return same[:3]


def runs(numbers):
    """{1, 2, 3, 7} → '1–3, 7'"""
    found = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in found)


# -------------------------------------------------------------------------------------------------
# the tree


def files(root=chapters.ROOT):
    """The text files that may cite, in order: those git knows; without git, those of FOLDERS."""
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard", *FOLDERS],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    ).stdout.split("\n")
    if not any(listed):
        listed = [
            str(path.relative_to(root))
            for folder in FOLDERS
            for path in [root / folder, *(root / folder).rglob("*")]
        ]
    for name in sorted(set(filter(None, listed))):
        path = root / name
        if path.is_file() and path.suffix in SUFFIXES and not name.startswith(LEFT_OUT):
            yield path


def of_file(book, path, root=chapters.ROOT):
    """(text, citations) of one file; nothing for one that is not text."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return "", []
    home = next((name for name, chapter in book.chapters.items() if chapter.path == path), None)
    return text, Scanner(book, text, home).scan()


def line_of(text, position):
    return text.count("\n", 0, position) + 1
