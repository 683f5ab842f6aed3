#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Where the kernel's instructions go, function by function, on the paths of one measurement of examples/bench (QEMU).

The benchmark runs with one instruction a translation block and a trace of every block. What the kernel executes between two
instructions of the actors is a path; equal paths are counted. Each is shown as the functions that it goes through, in the order
of their first instruction, with the number of instructions that they execute themselves; indented below, what of that comes
from inlined functions.
"""
import argparse
import bisect
import collections
import importlib.machinery
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
ACTORS = {"actor_first", "actor_second", "actor_third", "actor_foreign", # functions of examples/bench/actors.c
          "map_pages", "unmap_pages"} # and memory.c
KERNEL = 0xffff000000000000 # from here on up
QEMU = ["qemu-system-aarch64", "-machine", "virt,secure=off,gic-version=2", "-cpu", "cortex-a53", "-m", "1024", "-nic", "none",
        "-display", "none", "-monitor", "none", "-serial", "null", "-no-reboot", "-semihosting-config", "enable=on,target=native",
        "-icount", "shift=0,sleep=off", "-singlestep", "-d", "exec,nochain"]


def load_bench():
    loader = importlib.machinery.SourceFileLoader("bench", str(ROOT / "tools/bench"))
    sys.dont_write_bytecode = True
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench", loader))
    loader.exec_module(module)
    return module


class Symbols:
    def __init__(self, program):
        text = subprocess.run(["aarch64-linux-gnu-nm", "--defined-only", str(program)], stdout=subprocess.PIPE, text=True, check=True).stdout
        table = {}
        for line in text.splitlines():
            if len(line.split()) != 3:
                continue  # undefined, or nameless after link-time optimisation
            address, kind, name = line.split()
            if kind in "tTwW" and not name.startswith(("$", "ki_")):
                table.setdefault(int(address, 16), name)
        self.addresses = sorted(table)
        self.names = [table[address] for address in self.addresses]

    def name(self, address):
        index = bisect.bisect_right(self.addresses, address) - 1
        return self.names[index] if index >= 0 else hex(address)


def trace(image):
    """Addresses of all instructions in the order of their execution."""
    read_end, write_end = os.pipe()
    command = QEMU + ["-D", f"/dev/fd/{write_end}", "-kernel", str(image)]
    machine = subprocess.Popen(command, pass_fds=[write_end], stdin=subprocess.DEVNULL)
    os.close(write_end)
    try:
        with os.fdopen(read_end, "rb", buffering=1 << 20) as stream:
            for line in stream:
                if line.startswith(b"Trace"): # Trace 0: 0x… [flags/address/…
                    yield int(line.split(b"/", 2)[1], 16)
    finally:
        machine.kill()
        machine.wait()


def paths_between_actors(addresses, user, limit):
    """How often each path was taken: (from, to, addresses) → times. Ends after `limit` of them."""
    counted = collections.Counter()
    caller, path = 0, []
    for address in addresses:
        if address >= KERNEL:
            path.append(address)
            continue
        if path:
            names = user.name(caller), user.name(address)
            if names[0] in ACTORS and names[1] in ACTORS:
                counted[(*names, tuple(path))] += 1
                limit -= 1
                if limit == 0:
                    break
            path = []
        caller = address
    return counted


def inlined(kernel, addresses):
    """The innermost source function of each address, and its line."""
    text = subprocess.run(["aarch64-linux-gnu-addr2line", "-f", "-s", "-e", str(kernel)], stdout=subprocess.PIPE, text=True, check=True,
                          input="".join(f"{address:#x}\n" for address in addresses)).stdout.splitlines()
    return {address: (text[2 * i], text[2 * i + 1].split(" ")[0]) for i, address in enumerate(addresses)}


def show(path, symbols, source, with_lines):
    own, inner, order = collections.Counter(), collections.defaultdict(collections.Counter), []
    for address in path:
        name = symbols.name(address)
        if name not in own:
            order.append(name)
        own[name] += 1
        function, line = source[address]
        if with_lines:
            inner[name][line] += 1
        elif function not in (name, "??"):
            inner[name][function] += 1
    for name in order:
        print(f"  {own[name]:5}  {name}")
        for part, count in inner[name].most_common():
            print(f"         {count:5}  {part}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = lambda problem: sys.exit(print(f"bench: {problem}", file=sys.stderr) or 2)
    parser.add_argument("--check-arguments", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--build", metavar="DIR", type=pathlib.Path, default=ROOT / "build/bench-qemu")
    parser.add_argument("--lines", action="store_true", help="source lines instead of inlined functions")
    parser.add_argument("--listing", metavar="FILE", type=pathlib.Path, help="every instruction of each path shown, disassembled, to a file")
    parser.add_argument("--least", metavar="N", type=int, default=8, help="only paths taken at least so often (default 8)")
    parser.add_argument("--most", metavar="N", type=int, default=1000, help="stop after so many paths in all (default 1000)")
    parser.add_argument("measurement", nargs="?", default="call", help="its name in examples/bench/main.c (default call)")
    arguments = parser.parse_args()
    if arguments.check_arguments:
        return
    bench = load_bench()
    kernel, program = arguments.build / "kernel.elf", arguments.build / "bin/bench"
    with tempfile.TemporaryDirectory(prefix="lab4-bench-") as scratch:
        copy = bench.select(program, arguments.measurement, pathlib.Path(scratch) / "bench")
        image = pathlib.Path(scratch) / "image"
        subprocess.run([ROOT / "tools/run-qemu", "--build", arguments.build, "--image", image, copy], check=True)
        counted = paths_between_actors(trace(image), Symbols(program), arguments.most)
    symbols = Symbols(kernel)
    shown = [item for item in counted.items() if item[1] >= arguments.least]
    source = inlined(kernel, sorted({address for (_, _, path), _ in shown for address in path}))
    for (caller, callee, path), times in shown:
        print(f"{caller} → {callee}: {len(path)} instructions in the kernel, {times} times")
        show(path, symbols, source, arguments.lines)
        print()
    if arguments.listing:
        write_listing(arguments.listing, kernel, shown, symbols)


def write_listing(output, kernel, shown, symbols):
    text = subprocess.run(["aarch64-linux-gnu-objdump", "-d", "--no-show-raw-insn", str(kernel)], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    code = {}
    for line in text.splitlines():
        match = re.match(r"^ *([0-9a-f]{16}):\t(.*)", line)
        if match:
            code[int(match[1], 16)] = match[2].expandtabs()
    with output.open("w") as file:
        for (caller, callee, path), times in shown:
            print(f"==== {caller} → {callee}: {len(path)} instructions, {times} times", file=file)
            previous = None
            for address in path:
                name = symbols.name(address)
                print(f"{name if name != previous else '':24} {address:x}  {code.get(address, '?')}", file=file)
                previous = name


if __name__ == "__main__":
    main()
