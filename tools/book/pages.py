#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Makes a book to browse of the specification, the documentation and the sources: pages.py FOLDER

One page for each text file of the tree, at the same path with `.html` behind it (`.md` becomes
`.html`). Each citation is a link to what it names, and each section, rule and label that is cited
has a number beside it that leads to a list of the places. Nothing is fetched when the pages are
read: no script, no font, one style sheet.

How a link gets through the conversion from Markdown: before it, characters of Unicode's private
area are put around what shall become one (`Marks`); after it, they are replaced by tags. Uses
Debian's python3-markdown-it.
"""
import argparse
import collections
import html
import os
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from book import chapters, citations  # noqa: E402

try:
    from markdown_it import MarkdownIt
except ImportError:  # another Python than Debian's: the package is pure Python
    sys.path.append("/usr/lib/python3/dist-packages")
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        sys.exit(
            "book: cannot read Markdown without markdown-it; install Debian's python3-markdown-it"
        )

OPEN, CLOSE, END = "\ue000", "\ue001", "\ue002"
STYLE = pathlib.Path(__file__).with_name("style.css")
GUIDE = "docs/spec/HOW-TO-READ.md"
FIRST_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>lab4</title>
<meta http-equiv="refresh" content="0; url=docs/spec/HOW-TO-READ.html"></head>
<body><a href="docs/spec/HOW-TO-READ.html">How to read this</a></body>
</html>
"""
TOKEN = re.compile(
    r"(?P<string>&quot;(?:\\.|(?!&quot;)[^\n\\])*&quot;)"
    r"|(?P<comment>//[^\n]*|/\*.*?\*/|(?<![\w&])\# [^\n]*|(?<=\n)\#[^\n]*(?=\n\#))",
    re.DOTALL,
)


def page_name(path):
    """Where the page of a file of the tree is, relative to the folder."""
    return path[: -len(".md")] + ".html" if path.endswith(".md") else path + ".html"


def relative(target, page):
    return os.path.relpath(target, os.path.dirname(page) or ".")


def anchor(citation):
    """The id of what a citation names, on its chapter's page."""
    if citation.kind == "label":
        return citation.name
    if citation.kind in ("section", "appendix"):
        return f"s{citation.section}"
    return f"s{citation.section}-{'v' if citation.kind == 'vector' else ''}{citation.name}"


class Marks:
    """Tags to come, by number, and where they go in a text."""

    def __init__(self):
        self.tags, self.places = [], []

    def put(self, position, tag):
        """A tag at a position of the text."""
        self.tags.append(tag)
        self.places.append((position, f"{OPEN}{len(self.tags) - 1}{CLOSE}"))

    def link(self, start, end, tag):
        self.put(start, tag)
        self.places.append((end, END))

    def insert(self, text):
        parts, last = [], 0
        for position, mark in sorted(self.places, key=lambda place: (place[0], place[1] != END)):
            parts += [text[last:position], mark]
            last = position
        return "".join(parts) + text[last:]

    def replace(self, page):
        page = re.sub(f"{OPEN}(\\d+){CLOSE}", lambda match: self.tags[int(match[1])], page)
        return page.replace(END, "</a>")


class Tree:
    """The files of the book, what they cite, and who cites what."""

    def __init__(self):
        self.book = chapters.read()
        self.texts, self.cited, self.by = {}, {}, collections.defaultdict(list)
        for path in [*citations.files(), chapters.ROOT / "docs/ABI-MAP.md"]:
            name = str(path.relative_to(chapters.ROOT))
            text, found = citations.of_file(self.book, path)
            if text:
                self.texts[name] = text
                self.cited[name] = self.existing(found)
        for name, found in self.cited.items():
            self.note_citing(name, found)
        self.pages = {page_name(name) for name in self.texts}

    def existing(self, found):
        """Those of what exists, one for each place: of a range the first."""
        places = {}
        for citation in found:
            if not citations.problem(self.book, citation):
                old = places.get((citation.start, citation.end))
                if old is None or natural(citation) < natural(old):
                    places[citation.start, citation.end] = citation
        return list(places.values())

    def note_citing(self, name, found):
        if name.startswith("docs/spec/") or name == "docs/ABI-MAP.md":
            return
        for citation in found:
            line = citations.line_of(self.texts[name], citation.start)
            place = (name, line)
            places = self.by[citation.chapter, anchor(citation)]
            if place not in places:
                places.append(place)

    def chapter_page(self, chapter):
        return page_name(f"docs/spec/{chapters.FILES[chapter]}")


def natural(citation):
    return [
        int(part) if part.isdigit() else 0
        for part in f"{citation.section}.{citation.name}".split(".")
    ]


# -------------------------------------------------------------------------------------------------
# one page


def marked(tree, name, page):
    """The marks of one file: its citations, and, for a chapter, what can be cited."""
    marks = Marks()
    last = 0
    for citation in sorted(tree.cited[name], key=lambda found: (found.start, -found.end)):
        if citation.start >= last:
            target = relative(tree.chapter_page(citation.chapter), page) + "#" + anchor(citation)
            marks.link(citation.start, citation.end, f'<a class="cite" href="{target}">')
            last = citation.end
    for chapter in tree.book.chapters.values():
        if name == f"docs/spec/{chapters.FILES[chapter.name]}":
            mark_chapter(tree, chapter, page, marks)
    return marks


def mark_chapter(tree, chapter, page, marks):
    """Ids for sections, items, vectors and labels; a number where they are cited."""
    starts = [0]
    for line in tree.texts[str(chapter.path.relative_to(chapters.ROOT))].split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    text = tree.texts[str(chapter.path.relative_to(chapters.ROOT))]
    used = set()

    def mark(line, identifier, pattern):
        begin = starts[line - 1]
        match = re.compile(pattern).search(text, begin, starts[line] - 1)
        if identifier not in used and match:
            used.add(identifier)
            marks.put(
                match.end(), f'<a id="{identifier}"></a>' + count(tree, chapter, identifier, page)
            )

    for section in chapter.sections.values():
        mark(section.line, f"s{section.number}", r"#+ +")
    for number in chapter.sections:
        for item, (line, _) in chapter.items(number).items():
            mark(
                line,
                f"s{number}-{item}",
                rf"(?:^|(?<=\n)|(?<=[ |])){item}\. (?=\S)|\| *(?={item} *\|)",
            )
    for vector, (line, _) in chapter.vectors.items():
        mark(line, f"s5-v{vector}", rf"\| *(?=V{vector}\b)")
    for label, line in chapter.labels.items():
        mark(line, label, rf"(?=\[{label}\])")


def count(tree, chapter, identifier, page):
    places = tree.by.get((chapter.name, identifier))
    if not places:
        return ""
    target = relative(f"cited/{chapter.name}.html", page)
    title = f"cited in {len(places)} places"
    return f'<a class="by" title="{title}" href="{target}#{identifier}">{len(places)}</a>'


def markdown_page(tree, name):
    page = page_name(name)
    marks = marked(tree, name, page)
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    text = re.sub(
        r"^<!--.*?-->\n", "", marks.insert(tree.texts[name]), flags=re.MULTILINE | re.DOTALL
    )
    body = reader.render(text)
    body = re.sub(r"<h([1-4])>(.*?)</h\1>", heading, body)
    body = re.sub(
        r'href="([^"#:]+)(#[^"]*)?"', lambda match: tree_link(tree, name, page, match), body
    )
    body = re.sub(r"<code>([\w./-]+)</code>", lambda match: file_link(tree, page, match), body)
    return marks.replace(body)


def heading(match):
    words = re.sub(f"<[^>]*>|{OPEN}\\d+{CLOSE}|{END}", "", match[2])
    slug = re.sub(r"[^\w\- ]", "", html.unescape(words).lower()).replace(" ", "-")
    return f'<h{match[1]} id="{slug}">{match[2]}</h{match[1]}>'


def tree_link(tree, name, page, match):
    """A link of the documentation: to the page of that file, if it has one."""
    target = os.path.normpath(os.path.join(os.path.dirname(name), match[1]))
    for candidate in (target, f"{target}/README.md"):
        if candidate in tree.texts:
            return f'href="{relative(page_name(candidate), page)}{match[2] or ""}"'
    return 'class="file"'


def file_link(tree, page, match):
    """`core/caps/cdt.c` in running text is a link to that file."""
    if match[1] not in tree.texts:
        return match[0]
    return f'<a href="{relative(page_name(match[1]), page)}"><code>{match[1]}</code></a>'


def source_page(tree, name):
    marks = marked(tree, name, page_name(name))
    text = html.escape(marks.insert(tree.texts[name]).expandtabs(8))
    text = TOKEN.sub(lambda match: match[0] if match["string"] else f"<i>{match[0]}</i>", text)
    lines = text.rstrip("\n").split("\n")
    numbered = (
        f'<a class="n" id="L{n}" href="#L{n}">{n:4}</a>  {line}' for n, line in enumerate(lines, 1)
    )
    return (
        f'<h1>{html.escape(name)}</h1>\n<pre class="source">'
        + marks.replace("\n".join(numbered))
        + "</pre>"
    )


def cited_page(tree, chapter):
    """Who cites a chapter: for each place in it, in its order, the files and lines."""
    page, rows = f"cited/{chapter.name}.html", []
    ids = [identifier for name, identifier in tree.by if name == chapter.name]
    for identifier in sorted(ids, key=in_order):
        target = relative(tree.chapter_page(chapter.name), page) + "#" + identifier
        cited = f"{chapter.name} {spoken(identifier)}"
        rows.append(f'<h3 id="{identifier}"><a href="{target}">{cited}</a></h3>\n<ul>')
        for name, line in tree.by[chapter.name, identifier]:
            fragment = "" if name.endswith(".md") else f"#L{line}"
            shown = html.escape(tree.texts[name].split("\n")[line - 1].strip()[:140])
            target = relative(page_name(name), page) + fragment
            rows.append(f'<li><a href="{target}">{name}:{line}</a> <code>{shown}</code></li>')
        rows.append("</ul>")
    return f"<h1>Who cites {html.escape(chapter.name)}</h1>\n" + "\n".join(rows)


def in_order(identifier):
    """Sections and their items by number, labels by name."""
    numbers = [int(part) if part.isdigit() else 0 for part in re.split(r"[.\-sv]", identifier)]
    return (
        identifier[0] != "s",
        identifier.partition("-")[0] if identifier[0] != "s" else "",
        numbers,
    )


def spoken(identifier):
    """'s12-17' → section 12, #17, as a citation has it."""
    section, _, item = identifier.partition("-")
    if not re.match(r"s[\dA-Z]", identifier):
        return identifier
    return f"§{section[1:]}" + (
        f" {item.upper()}" if item.startswith("v") else f" #{item}" if item else ""
    )


# -------------------------------------------------------------------------------------------------
# around it


def contents(tree, page):
    """The column at the left: the chapters, open with their sections; other pages; the sources."""

    def item(target, text, note=""):
        note = f" <small>{note}</small>" if note else ""
        here = ' class="here"' if target == page else ""
        return f'<li{here}><a href="{relative(target, page)}">{html.escape(text)}</a>{note}</li>'

    rows = [
        f'<a class="title" href="{relative("index.html", page)}">lab4</a>',
        "<h2>Specification</h2><ul>",
    ]
    rows.append(item(page_name(GUIDE), "How to read this"))
    for chapter in tree.book.chapters.values():
        target = tree.chapter_page(chapter.name)
        rows.append(
            item(target, chapter.name, "" if chapter.status == "implemented" else chapter.status)
        )
        if target == page:
            sections = [s for s in chapter.sections.values() if "." not in s.number]
            links = (
                f'<li><a href="#s{s.number}">{s.number} {html.escape(s.title[:44])}</a></li>'
                for s in sections
            )
            rows.append("<ul>" + "".join(links) + "</ul>")
    rows.append("</ul><h2>Documentation</h2><ul>" + item("README.html", "README"))
    for other in sorted(tree.texts):
        if re.fullmatch(r"docs/[\w-]+\.md|[A-Z]+\.md", other) and other != "README.md":
            rows.append(item(page_name(other), pathlib.PurePath(other).stem))
    rows.append("</ul><h2>Sources</h2><ul>")
    rows += [item(f"files-{folder}.html", folder + "/") for folder in folders(tree)]
    return "\n".join(rows) + "</ul>"


def folders(tree):
    return sorted({name.split("/")[0] for name in tree.texts if "/" in name})


def files_page(tree, folder):
    """All files of one folder at the top, by subfolder."""
    rows, last = [], None
    for name in sorted(tree.texts, key=lambda word: (os.path.dirname(word), word)):
        if name.startswith(folder + "/"):
            if os.path.dirname(name) != last:
                last = os.path.dirname(name)
                rows.append(("</ul>" if rows else "") + f'<h2>{last}/</h2>\n<ul class="files">')
            cites = f" <small>{len(tree.cited[name])}</small>" if tree.cited[name] else ""
            rows.append(f'<li><a href="{page_name(name)}">{os.path.basename(name)}</a>{cites}</li>')
    note = "<p>The number behind a file says how often it cites the specification.</p>"
    return f"<h1>{folder}/</h1>\n{note}" + "\n".join(rows) + "</ul>"


def whole(tree, page, title, body):
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{html.escape(title)} · lab4</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="{relative("style.css", page)}">
</head>
<body>
<nav>{contents(tree, page)}</nav>
<main>{body}</main>
</body>
</html>
"""


def write(folder):
    """Writes all pages. Returns how many."""
    tree, pages = Tree(), {}
    for name in tree.texts:
        body = markdown_page(tree, name) if name.endswith(".md") else source_page(tree, name)
        pages[page_name(name)] = (name, body)
    for chapter in tree.book.chapters.values():
        pages[f"cited/{chapter.name}.html"] = (
            f"Who cites {chapter.name}",
            cited_page(tree, chapter),
        )
    for top in folders(tree):
        pages[f"files-{top}.html"] = (top, files_page(tree, top))
    for page, (title, body) in pages.items():
        path = folder / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(whole(tree, page, title, body), encoding="utf-8")
    (folder / "index.html").write_text(FIRST_PAGE, encoding="utf-8")
    shutil.copyfile(STYLE, folder / "style.css")
    return len(pages)


def main():
    parser = argparse.ArgumentParser(
        description="Make linked pages of the specification, the documentation and the sources."
    )
    parser.add_argument(
        "folder", type=pathlib.Path, help="where to put them; made if it does not exist"
    )
    options = parser.parse_args()
    try:
        number = write(options.folder)
    except OSError as problem:
        sys.exit(
            f"book: cannot write {problem.filename}: {problem.strerror}; choose another folder"
        )
    print(f"{number} pages; start at {options.folder / 'index.html'}")


if __name__ == "__main__":
    main()
