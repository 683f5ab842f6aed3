#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Worst-case kernel stack of the core, and proof that it does not recurse.

    core_stack.py [--limit BYTES] [--report] BUILD_DIRECTORY

Compiles the core once more, as the build does (same compiler, same optimisation), with gcc's -fcallgraph-info=su: each
function's frame and callees. Indirect calls go through members of tables (`kind->finalise(cap)`): the text of the core
tells which members a function calls, itself or through the functions of headers and of its own file that it names, and
which functions the tables put there. Where it does not tell, an indirect call is taken to reach every core function whose
address is taken anywhere, as the relocations of the objects tell. Functions of the platform and mem* count as 0: they are the platform's share of the
kernel stack (4 KiB in all).
"""
import argparse
import pathlib
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from compiled import core_units, plain_command, run, tool

ROOT = pathlib.Path(__file__).resolve().parents[2]
CALL = 8  # the return address, pushed on x86-64; harmless to count elsewhere


class Graph:
    def __init__(self):
        self.frame, self.calls, self.indirect, self.address_taken = {}, {}, set(), set()
        self.source = {}  # function: the file it is in

    def name(self, title, source):
        """Static functions are `path:name` in gcc's output; keep them apart by file."""
        function = title.rsplit(":", 1)[-1]
        return f"{source}:{function}" if ":" in title else function

    def read_callgraph(self, path, source):
        text = path.read_text()
        for title, label in re.findall(r'node: \{ title: "([^"]*)" label: "([^"]*)"', text):
            size = re.search(r"(\d+) bytes \((.*?)\)", label)
            if size:
                if size[2] not in ("static", "dynamic,bounded"):
                    sys.exit(f"core_stack: {title} has a frame of unbounded size ({size[2]})")
                self.frame[self.name(title, source)] = int(size[1])
                self.source[self.name(title, source)] = source
        for caller, callee in re.findall(r'edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"', text):
            caller = self.name(caller, source)
            if callee == "__indirect_call":
                self.indirect.add(caller)
            else:
                self.calls.setdefault(caller, set()).add(self.name(callee, source))

    def read_relocations(self, readelf, path, source):
        """Functions whose address is stored in data, or loaded by code other than a call."""
        section, static = "", {}
        for line in run([readelf, "-sW", str(path)]).splitlines():
            words = line.split()
            if len(words) == 8 and words[3] == "FUNC" and words[4] == "LOCAL":
                static[words[7]] = True
        for line in run([readelf, "-rW", str(path)]).splitlines():
            heading = re.match(r"Relocation section '([^']*)'", line)
            if heading:
                section = heading[1]
                continue
            words = line.split()
            if len(words) < 5 or not re.match(r"R_", words[2]) or re.search(r"debug|eh_frame", section):
                continue
            if re.search(r"PLT32|CALL26|JUMP26", words[2]):
                continue
            symbol = words[4]
            if symbol.startswith(".text.") and words[-1] in ("0", "5", words[4]):
                symbol = symbol[len(".text."):]
            base = re.sub(r"\.(constprop|isra|part|cold)\..*", "", symbol)
            self.address_taken.add(f"{source}:{symbol}" if symbol in static else base)


class Tables:
    """Which members of tables of functions are called where, and what the tables hold; from the text of the core."""

    def __init__(self, root):
        self.targets = {}  # member: functions that some table puts there
        self.bodies = {}   # (file or "header", function): text
        core = root / "core"
        texts = {path: path.read_text() for path in sorted(core.glob("**/*.[ch]"))}
        for path, text in texts.items():
            for member, function in re.findall(r"\.(\w+) = (\w+)[,}\s]", text):
                self.targets.setdefault(member, set()).add((path.stem, function))
            scope = "header" if path.suffix == ".h" else path.stem
            for name, body in re.findall(r"^[A-Za-z_][^\n;={]*?\b(\w+)\([^;{]*?\)\n\{\n(.*?)^\}", text, re.M | re.S):
                self.bodies[scope, name] = body
            for name in re.findall(r"\bDEFINE_METHOD\((\w+)", text):
                self.targets.setdefault("invoke", set()).add((path.stem, "method_" + name))
                self.bodies[scope, "method_" + name] = f"decode_{name}(), perform_{name}()"
            for alias, name in re.findall(r"^#define (\w+) (\w+)$", text, re.M):
                self.bodies[scope, alias] = f"{name}()"

    def members(self, scope, name, seen):
        body = self.bodies.get((scope, name)) or self.bodies.get(("header", name))
        if body is None or name in seen:
            return set()
        seen.add(name)
        found = set(re.findall(r"(?:->|\.)(\w+)\(", body))
        for word in set(re.findall(r"\b(\w+)\(", body)):
            found |= self.members(scope, word, seen)
        return found

    def callees(self, caller, source, known):
        """The core functions that an indirect call in `caller` may reach; None when the text does not tell. A member that
        no table of the core sets is the platform's."""
        name = caller.rsplit(":", 1)[-1]
        found = set()
        members = self.members(source, re.sub(r"\..*", "", name), set())
        if not members:
            return None
        for member in members:
            for file, function in self.targets.get(member, ()):
                found |= {f for f in (f"{file}:{function}", function) if f in known}
        return found


def resolve_indirect(graph):
    """Adds to the graph what its indirect calls may reach; returns the functions that are reached through pointers."""
    reachable = {name for name in graph.frame if name in graph.address_taken}
    tables = Tables(ROOT)
    for caller in graph.indirect:
        callees = tables.callees(caller, graph.source[caller], graph.frame)
        graph.calls.setdefault(caller, set()).update(reachable if callees is None else callees)
    return reachable


def analyse(build, units):
    graph = Graph()
    readelf = tool(units[0], "readelf")
    with tempfile.TemporaryDirectory() as scratch:
        def compile_one(unit):
            out = pathlib.Path(scratch) / (unit.source.stem + ".o")
            run(plain_command(unit, "-fcallgraph-info=su", "-ffunction-sections", "-c", "-o", str(out)), unit.directory)
            return out
        with ThreadPoolExecutor() as pool:
            objects = list(pool.map(compile_one, units))
        for unit, out in zip(units, objects):
            graph.read_callgraph(out.with_suffix(".ci"), unit.source.stem)
            graph.read_relocations(readelf, out, unit.source.stem)
    return graph, resolve_indirect(graph)


def deepest_paths(graph):
    """{function: (bytes, path)} over the acyclic call graph; exits with the cycle when there is one."""
    best, stack = {}, []

    def visit(name):
        if name in best:
            return best[name]
        if name in stack:
            cycle = stack[stack.index(name):] + [name]
            print("core_stack: the core may recurse:\n  " + "\n  → ".join(cycle))
            sys.exit(1)
        stack.append(name)
        below = max((visit(callee) for callee in sorted(graph.calls.get(name, ())) if callee in graph.frame),
                    default=(0, ()))
        stack.pop()
        best[name] = (graph.frame[name] + CALL + below[0], (name, *below[1]))
        return best[name]

    sys.setrecursionlimit(10000)
    for name in sorted(graph.frame):
        visit(name)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--limit", type=int, default=4096)
    parser.add_argument("--report", action="store_true", help="print the deepest path")
    options = parser.parse_args()

    bad = 0
    for target, units in core_units(options.build, ROOT).items():
        if "clang" in pathlib.Path(units[0].command[0]).name:
            print(f"{options.build}: {target}: not measured, clang cannot write call graphs")
            continue
        graph, indirect = analyse(options.build, units)
        best = deepest_paths(graph)
        size, path = max(best.values())
        print(f"{options.build}: {target}: {len(graph.frame)} functions, {len(indirect)} reached through pointers, "
              f"worst-case stack {size} bytes (limit {options.limit})")
        if options.report or size >= options.limit:
            for name in path:
                print(f"  {graph.frame[name]:5} {name}")
        bad += size >= options.limit
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
