#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Does what the documentation tells the reader to do: tests/docs/commands.py [DOCUMENT…]

Every fenced block of the language `sh` in README.md, docs/ and the READMEs of folders is run by `bash -eu`, in the order of
the document, in a scratch folder whose entries are links to those of the tree. A comment on the line before a fence changes that:

    <!-- file: PATH -->             the block is the content of a file: it is put there
    <!-- run instead: COMMANDS -->  a shorter form of what would take too long
    <!-- not run: REASON -->        it is only read; for what waits for a person or another machine

And no command hides: a block without a language, or an indented one, must not hold commands of this tree, links lead to files that exist, and
commands in running text and their options are those that `--help` has.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 280
FENCE = re.compile(r"^(?:<!-- (?P<mark>file|run instead|not run): (?P<value>.*?) -->\n)?```(?P<language>\w*)\n(?P<body>.*?)^```$",
                   re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\s*(\$ )?(\./lab4|tools/|tests/|cmake|ctest|make|git|apt|sudo|gdb)\b", re.MULTILINE)


def documents():
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], stdout=subprocess.PIPE, text=True)
    return sorted(ROOT / name for name in listed.stdout.split()) or sorted([ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("*/*/README.md")])


class Report:
    passed = failed = 0

    def line(self, problem, name):
        """problem: what is wrong, or nothing."""
        self.passed += not problem
        self.failed += bool(problem)
        print(f"{'FAILED ' if problem else 'ok     '} {name}" + (f": {problem}" if problem else ""), flush=True)


# ------------------------------------------------------------------------------------------------- blocks

def run_commands(commands, folder):
    try:
        done = subprocess.run(["bash", "-eu", "-c", commands], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"not done within {SECONDS} s"
    return f"exit status {done.returncode}\n{done.stdout[-3000:]}" if done.returncode else None


def check_block(match, folder):
    """What is wrong with a block, after doing what it says; None if nothing is."""
    mark, value, language, body = match.group("mark", "value", "language", "body")
    if mark == "file":
        path = folder / value
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    elif language == "sh" and mark != "not run":
        return run_commands(value if mark == "run instead" else body, folder)
    elif not language and not mark and COMMAND.search(body):
        return "commands, but the language of the fence is not sh"
    return None


def scratch_of(tree, folder):
    for entry in tree.iterdir():
        (folder / entry.name).symlink_to(entry)


def check_blocks(document, text, report):
    with tempfile.TemporaryDirectory(prefix="lab4-docs-") as name:
        folder = pathlib.Path(name)
        scratch_of(ROOT, folder)
        for match in FENCE.finditer(text):
            line = text[:match.start("body")].count("\n") + 1
            summary = (match["body"].strip().split("\n") or [""])[0][:80]
            if match["mark"] or match["language"] in ("sh", ""):
                how = f"[{match['mark']}] " if match["mark"] else ""
                report.line(check_block(match, folder), f"{document}:{line}: {how}{summary}")


# ------------------------------------------------------------------------------------------- running text

def known_options():
    """Command → the options in its help, and in that of the programs behind it."""
    def text(*words):
        return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout

    lab4 = ROOT / "lab4"
    behind = {"run": ["tools/run-qemu"], "test": ["tools/mutate.py", "tools/coverage.py"], "fuzz": ["tests/fuzz/run"],
              "bench": ["tools/bench", "tools/bench_breakdown.py"]}
    known = {"help": ""}
    for command in re.findall(r"^  ([a-z]+) ", text(lab4, "help"), re.MULTILINE):
        known[command] = text(lab4, command, "--help") if command != "help" else ""
        known[command] += "".join(text(sys.executable, ROOT / program, "--help") for program in behind.get(command, []))
        known[command] += " --help"
    hosted = ROOT / "build/hosted/bin/lab4-hosted"
    known["run"] += text(hosted, "--help") if hosted.exists() else ""
    return known


def check_indented(document, text, report):
    hidden = re.findall(r"^    (?:\$ )?(\./lab4 .*)$", FENCE.sub("", text), re.MULTILINE)
    report.line(f"commands outside a fence: {hidden[0]}" if hidden else None, f"{document}: indented blocks")


def check_mentions(document, text, known, report):
    for words in sorted(set(re.findall(r"`\./lab4 ([^`\n]+)`", text))):
        command, *rest = words.split()
        if command.isupper():  # a placeholder
            continue
        unknown = [word for word in rest if re.match(r"--[a-z]", word) and word.split("=")[0] not in known.get(command, "")]
        problem = f"there is no such command" if command not in known else f"no such option: {', '.join(unknown)}" if unknown else None
        report.line(problem, f"{document}: `./lab4 {words}`")


def check_paths(document, text, report):
    """A source that running text names is there; a prefix of a path is none."""
    named = re.findall(r"`((?:core|platform|libsel4|tests|tools|examples|docs)/[\w./-]+\.(?:c|h|S|py|md))`", text)
    gone = [name for name in sorted(set(named)) if not (ROOT / name).exists()]
    report.line(f"no such file: {', '.join(gone)}" if gone else None, f"{document}: files named")


def check_links(path, text, report):
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))
    broken = [target for target in sorted(set(targets)) if "://" not in target and not (path.parent / target).exists()]
    report.line(f"no such file: {', '.join(broken)}" if broken else None, f"{path.relative_to(ROOT)}: links")


def main():
    os.environ.update(NO_COLOR="1", TERM="dumb")
    report, known = Report(), known_options()
    for path in [pathlib.Path(word).resolve() for word in sys.argv[1:]] or documents():
        text, name = path.read_text(), path.relative_to(ROOT)
        check_links(path, text, report)
        check_paths(name, text, report)
        check_indented(name, text, report)
        check_mentions(name, text, known, report)
        check_blocks(name, text, report)
    print(f"{report.passed} passed, {report.failed} failed")
    sys.exit(1 if report.failed or not report.passed else 0)


if __name__ == "__main__":
    main()
