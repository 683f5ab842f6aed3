#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Does the runtime put thread-local variables where the linker thinks that they are?

    tls_layout_test.py COMPILER LAYOUT LINKER_SCRIPT

COMPILER makes programs of every size from 0 to 72 and every alignment from 1 to 64, with initialised
variables, zeros, and both, linked by LINKER_SCRIPT (root.ld); in each, the linker writes down how far
the first variable is from the thread pointer. LAYOUT (tls_layout.c) says where the runtime puts it.
"""
import concurrent.futures
import pathlib
import struct
import subprocess
import sys
import tempfile

SIZES, ALIGNMENTS = range(73), [1, 2, 4, 8, 16, 32, 64]
PT_TLS, EM_X86_64 = 7, 62
OFFSET = {True: ".data\n.globl offset\noffset: .quad first@tpoff", False: """.text
.globl offset
offset: mrs x0, tpidr_el0
add x0, x0, #:tprel_hi12:first, lsl #12
add x0, x0, #:tprel_lo12_nc:first"""}


def source(initialised, zero, alignment, is_x86):
    """One variable of each kind; `first` is at the start of the segment."""
    name, kind = (".tdata", "@progbits") if initialised else (".tbss", "@nobits")
    kind = kind if is_x86 else kind.replace("@", "%")
    text = f'.section {name},"awT",{kind}\n.balign {alignment}\nfirst: .skip {initialised or zero}\n'
    if initialised and zero:
        text += f'.section .tbss,"awT",{"@" if is_x86 else "%"}nobits\n.skip {zero}\n'
    return text + OFFSET[is_x86] + "\n.text\n.globl _start\n_start: nop\n"


def read_program(path):
    """(address, size, alignment) of PT_TLS, and the offset that the linker wrote."""
    data = path.read_bytes()
    is_x86 = struct.unpack_from("<H", data, 18)[0] == EM_X86_64
    table, count = struct.unpack_from("<Q", data, 32)[0], struct.unpack_from("<H", data, 56)[0]
    rows = [struct.unpack_from("<IIQQQQQQ", data, table + 56 * i) for i in range(count)]
    tls = next(row for row in rows if row[0] == PT_TLS)
    loads = [row for row in rows if row[0] == 1 and row[1] & (2 if is_x86 else 1) and row[5]]
    at = loads[-1][2]
    if is_x86:  # .data follows .tdata and is aligned to 1
        offset = struct.unpack_from("<q", data, at + tls[5])[0]
    else:
        high, low = struct.unpack_from("<II", data, at + 4)
        offset = (high >> 10 & 0xFFF) << 12 | low >> 10 & 0xFFF
    return (tls[3], tls[6], tls[7]), offset


def build(compiler, script, scratch, case):
    path = scratch / "-".join(map(str, case))
    text = path.with_suffix(".s")
    text.write_text(source(*case, "aarch64" not in compiler))
    subprocess.run([compiler, "-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none", "-Wl,-T", script, "-Wl,-z,max-page-size=4096",
                    "-Wl,--no-warn-rwx-segments", text, "-o", path], check=True)
    return read_program(path)


def main():
    compiler, layout, script = sys.argv[1:]
    parts = sorted({(size, 0) for size in SIZES} | {(0, size) for size in SIZES} | {(size // 2, size - size // 2) for size in SIZES})
    cases = [(initialised, zero, alignment) for initialised, zero in parts if initialised + zero for alignment in ALIGNMENTS]
    with tempfile.TemporaryDirectory(prefix="lab4-tls-") as scratch, concurrent.futures.ThreadPoolExecutor(2) as pool:
        programs = list(pool.map(lambda case: build(compiler, script, pathlib.Path(scratch), case), cases))
    variant = 1 if "aarch64" in compiler else 2
    lines = "".join(f"{variant} {address} {size} {alignment}\n" for (address, size, alignment), _ in programs)
    places = subprocess.run([layout], input=lines, capture_output=True, text=True, check=True).stdout.split()
    wrong = [f"{case}: the linker assumes {program[1]}, the runtime puts it at {place}"
             for case, program, place in zip(cases, programs, places, strict=True) if program[1] != int(place)]
    print("\n".join(wrong[:20]))
    print(f"{len(cases) - len(wrong)} passed, {len(wrong)} failed")
    return len(wrong) > 0


if __name__ == "__main__":
    sys.exit(main())
