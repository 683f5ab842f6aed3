#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Includes form a graph without circles: include_graph.py [--dot] DIRECTORY...

A room is a source file and the header of the same name (x/tlb.c and x/tlb.h are the room x/tlb). Room A depends on room B when a file of A
includes a header of B, quoted, by its path from the root of the tree or from the including file. Only rooms below the directories named count,
with all their subdirectories. Prints a shortest circle for each knot of rooms, with the line of each include, and ends with 1 if there is
any. --dot prints the graph for Graphviz instead. --layers prints the rooms by layer instead: a room includes rooms of lower layers only. With
--layers-in TEXT, the check also fails if that list does not stand in the file TEXT.
"""
import argparse
import collections
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
SOURCES = {".c", ".h", ".S"}


def room_of(path):
    return path.with_suffix("")


def included(path, name, root):
    """The file that an include means; None if it is not in the tree."""
    for candidate in (root / name, path.parent / name):
        if candidate.is_file():
            return candidate.resolve()
    return None


def graph_of(directories, root=ROOT):
    """Room -> {room it depends on: "file:line" of the first include}."""
    files = sorted(file.resolve() for directory in directories for file in pathlib.Path(directory).rglob("*") if file.suffix in SOURCES)
    rooms = {room_of(file) for file in files}
    graph = {room: {} for room in sorted(rooms)}
    for file in files:
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            target = included(file, match.group(1), root) if match else None
            if target and room_of(target) in rooms and room_of(target) != room_of(file):
                graph[room_of(file)].setdefault(room_of(target), f"{file.relative_to(root)}:{number}")
    return graph


def shortest_circle(graph, start):
    """The rooms of a shortest way from a room back to itself; empty if there is none."""
    before, queue = {}, collections.deque([start])
    while queue:
        room = queue.popleft()
        for target in graph[room]:
            if target == start:
                way = [room]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return way[::-1]
            if target not in before:
                before[target] = room
                queue.append(target)
    return []


def circles(graph):
    """A shortest circle for each knot: rooms that are in one already found are not asked again."""
    found, seen = [], set()
    for room in graph:
        circle = [] if room in seen else shortest_circle(graph, room)
        if circle:
            found.append(circle)
            seen.update(circle)
    return found


def describe(graph, circle, root=ROOT):
    lines = [f"circle of {len(circle)} rooms:"]
    for room, target in zip(circle, circle[1:] + circle[:1]):
        lines.append(f"  {room.relative_to(root)} -> {target.relative_to(root)} ({graph[room][target]})")
    return "\n".join(lines)


def print_dot(graph, root=ROOT):
    print("digraph rooms {\n    rankdir=BT; node [shape=box, fontname=sans];")
    for room, targets in graph.items():
        for target in targets:
            print(f'    "{room.relative_to(root)}" -> "{target.relative_to(root)}";')
    print("}")


def layers(graph, root=ROOT):
    """The rooms by layer, highest first; a room's layer is one above the highest that it includes. Only without circles."""
    known = {}

    def layer(room):
        if room not in known:
            known[room] = 1 + max((layer(target) for target in graph[room]), default=-1)
        return known[room]

    names = collections.defaultdict(list)
    for room in graph:
        names[layer(room)].append(str(pathlib.Path(*room.relative_to(root).parts[1:])))
    lines = []
    for number in sorted(names, reverse=True):
        lines += textwrap.wrap(" ".join(sorted(names[number])), 100, initial_indent=f"{number:2}  ", subsequent_indent="    ",
                               break_on_hyphens=False)
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dot", action="store_true", help="print the graph for Graphviz")
    parser.add_argument("--layers", action="store_true", help="print the rooms by layer")
    parser.add_argument("--layers-in", metavar="TEXT", type=pathlib.Path, help="the file that must show them")
    parser.add_argument("--root", type=pathlib.Path, default=ROOT, help="what the paths of includes begin at")
    parser.add_argument("directories", nargs="+", type=pathlib.Path)
    given = parser.parse_args()
    root = given.root.resolve()
    for directory in given.directories:
        if not directory.is_dir():
            sys.exit(f"include_graph.py: {directory} is not a directory")
    graph = graph_of(given.directories, root)
    if given.dot:
        print_dot(graph, root)
        return
    found = circles(graph)
    for circle in found:
        print(describe(graph, circle, root))
    if not found and given.layers:
        print(layers(graph, root), end="")
        return
    if not found and given.layers_in and layers(graph, root) not in given.layers_in.read_text():
        directories = " ".join(map(str, given.directories))
        print(f"{given.layers_in}: does not show the layers as they are; replace its list by what this prints:\n"
              f"  tools/checks/include_graph.py --layers {directories}")
        sys.exit(1)
    print(f"{len(graph)} rooms, {sum(map(len, graph.values()))} dependencies, {len(found)} circles")
    sys.exit(1 if found or not graph else 0)


if __name__ == "__main__":
    main()
