#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Size of kernel.elf and its worst-case stack, printed at the end of each build.

    kernel_report.py KERNEL.ELF READELF STACK_BYTES OBJECT_DIRECTORY...

The stack is gcc's frame sizes (-fcallgraph-info=su) along the deepest path from one of the platform's entries, core and
platform together. Fails if it exceeds STACK_BYTES: there is an unmapped page below. The analysis is that of
tools/checks/core_stack.py.
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools/checks"))
from core_stack import Graph, deepest_paths, resolve_indirect  # noqa: E402
from compiled import run  # noqa: E402

ENTRIES = "boot_map", "boot_main", "exception_resume", "exception_syscall", "core_syscall_fast", "exception_synchronous", "exception_interrupt"
REPORTING = "plat_panic", "panic_exception"  # the end of a run: too deep is no harm there, and print calls are everywhere


def sizes(readelf, kernel):
    """(code and constants, data, zeroed) bytes of what is loaded."""
    text = data = bss = 0
    for line in run([readelf, "-SW", kernel]).splitlines():
        words = line.replace("[ ", "[").split()
        if len(words) == 11 and words[0].startswith("[") and "A" in words[7]:
            size = int(words[5], 16)
            if words[2] == "NOBITS":
                bss += size
            elif "W" in words[7] and "X" not in words[7]:
                data += size
            else:
                text += size
    return text, data, bss


def worst_stack(readelf, directories):
    graph = Graph()
    for directory in directories:
        for path in sorted(pathlib.Path(directory).rglob("*.ci")):
            source = path.name.removesuffix(".c.ci")
            graph.read_callgraph(path, source)
            graph.read_relocations(readelf, path.with_name(f"{source}.c.obj"), source)
    resolve_indirect(graph)
    for name in REPORTING:
        graph.calls.pop(name, None)
    best = deepest_paths(graph)
    return max((best[name] for name in ENTRIES if name in best), default=None)


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    kernel, readelf, limit, directories = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
    text, data, bss = sizes(readelf, kernel)
    deepest = worst_stack(readelf, directories)
    if deepest is None:
        print(f"kernel.elf: text {text}, data {data}, bss {bss} bytes; no call graph in this build, see the debug build for the stack")
        return
    used, path = deepest
    print(f"kernel.elf: text {text}, data {data}, bss {bss} bytes; worst-case stack {used} of {limit} bytes")
    if used > limit:
        sys.exit("the kernel stack is too small for\n  " + "\n  ".join(path))


if __name__ == "__main__":
    main()
