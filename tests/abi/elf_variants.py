#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The table of ELF header variants that every loader of lab4 must judge alike (docs/ELF.md).

    elf_variants.py MACHINE FILE    writes all of them, one behind the other, for tests/abi/components.c

A variant that is good loads the word at DATA, which is 0x2a28, and then faults at that address: who
runs it sees that text and data are where they belong. Used by tests/abi/loaders, too.
"""
import pathlib
import struct
import sys

MACHINES = {"x86-64": 62, "AArch64": 183}
BASE, DATA, ANSWER = 0x400000, 0x403124, 0x2A28
LOAD, INTERP, NOTE, TLS, GNU_STACK, GNU_PROPERTY = 1, 3, 4, 7, 0x6474E551, 0x6474E553
READ, WRITE, EXECUTE = 4, 2, 1
TOP = 1 << 64

# What the component loader and the loader on QEMU say, and what the hosted front end and the packer,
# which know the numbers, say beside the name of the file.
REASONS = {
    "not elf": ("is not an ELF file", "is not an ELF file"),
    "empty": ("is not an ELF file", "is empty, not an ELF file"),
    "cut header": ("is truncated: it ends inside the ELF header", "it ends inside the ELF header"),
    "cut headers": ("is truncated: it ends inside the program headers", "it ends inside the program headers"),
    "cut segment": ("is truncated: it ends inside a segment", "it ends inside segment 1"),
    "32 bits": ("is not a 64-bit program", "is not a 64-bit program"),
    "big-endian": ("is a big-endian program", "is a big-endian program"),
    "machine": ("is built for another processor", "(ELF machine 243)"),
    "shared": ("is not a program linked at a fixed address", "is position independent or a shared library"),
    "object": ("is not a program linked at a fixed address", "is an object file, not a program"),
    "core dump": ("is not a program linked at a fixed address", "is no executable (ELF type 4)"),
    "dynamic": ("needs a dynamic linker", "needs a dynamic linker (program header 2)"),
    "header size": ("has program headers of a size that is not that of ELF-64", "program headers of 64 bytes instead of 56"),
    "65 headers": ("has more than 64 program headers", "has 65 program headers, more than 64"),
    "65535 headers": ("has more than 64 program headers", "has 65535 program headers, more than 64"),
    "no segments": ("has no segments to load", "has no segments to load"),
    "file > memory": ("has a segment with more bytes in the file than in memory", "more bytes in the file than in memory in segment 1"),
    "stack size": ("asks for a stack of a certain size (PT_GNU_STACK)", "asks for a stack of 65536 bytes"),
    "outside": ("has a segment outside the addresses it may have", "has a segment outside the user addresses"),
    "overlap": ("has segments that overlap", "has segments that overlap (0 and 1, "),
    "unaligned": ("does not start at a multiple of 4096 bytes", "starts at 0x400010, which is not page aligned"),
    "entry": ("has its entry point outside its executable segments", "has its entry point 0x"),
    "too big": ("needs too much memory", "KiB of memory but the machine has"),
}


class Segment:
    """One program header, and what the file has for it."""

    def __init__(self, address, data=b"", size=None, kind=LOAD, flags=READ, align=4096, offset=None, file_size=None):
        self.address, self.data, self.kind, self.flags, self.align = address, data, kind, flags, align
        self.size = len(data) if size is None else size
        self.offset, self.file_size = offset, len(data) if file_size is None else file_size


def code(machine, address=DATA):
    """Loads the word at `address`, and the word where that one points to."""
    if machine == "x86-64":
        return b"\x8b\x04\x25" + struct.pack("<I", address) + b"\x48\x8b\x00"
    low, high = address & 0xFFFF, address >> 16
    return struct.pack("<4I", 0xD2800002 | low << 5, 0xF2A00002 | high << 5, 0xB9400040, 0xF9400000)


def make(machine, segments, *, entry=BASE, number=None, kind=2, ident=b"\x7fELF\x02\x01\x01", version=1, flags=0, sections=0,
         count=None, header_size=56, headers_at=64, cut=None):
    """The file; the program headers at `headers_at`, the bytes of the segments behind everything."""
    table_end = headers_at + 56 * len(segments)
    header = ident.ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", kind, MACHINES[machine] if number is None else number, version, entry, headers_at % TOP, sections, flags,
        64, header_size, len(segments) if count is None else count, 64 if sections else 0, 9 if sections else 0, 0)
    rows, body = b"", b""
    for s in segments:
        offset = table_end + len(body) if s.offset is None else s.offset
        rows += struct.pack("<IIQQQQQQ", s.kind, s.flags, offset, s.address, s.address, s.file_size, s.size, s.align)
        body += s.data
    return (header.ljust(headers_at, b"\0") + rows + body)[:cut]


def variants(machine):
    """[(name, None or key of REASONS, file)]"""
    answer, program = struct.pack("<I", ANSWER), code(machine)
    text, data = Segment(BASE, program, flags=READ | EXECUTE), Segment(DATA, answer, flags=READ | WRITE)
    end = BASE + len(program)

    def file(*segments, **changes):
        return make(machine, segments, **changes)

    def with_data(**changes):
        return file(text, Segment(**{"address": DATA, "data": answer, **changes}))

    near = Segment(BASE, code(machine, BASE + 0x124), flags=READ | EXECUTE)
    touching = Segment(BASE, code(machine, end), flags=READ | EXECUTE)
    good = file(text, data)
    return [
        ("two segments", None, good),
        ("in descending order", None, file(data, text)),
        ("two segments in one page", None, file(near, Segment(BASE + 0x124, answer))),
        ("two segments in one page, in descending order", None, file(Segment(BASE + 0x124, answer), near)),
        ("two segments that touch", None, file(touching, Segment(end, answer))),
        ("an empty segment inside another one", None, file(text, data, Segment(BASE + 4))),
        ("an empty segment in the kernel's half", None, file(text, data, Segment(TOP - 4096))),
        ("an empty segment behind the end of the file", None, file(text, data, Segment(DATA, offset=TOP - 1))),
        ("zeros behind the end of the file", None, file(text, data, Segment(BASE + 0x5000, size=64, offset=1 << 40))),
        ("zeros in a segment of their own, in the page of the data", None,
         file(text, data, Segment(DATA + 4, size=8000, flags=READ | WRITE))),
        ("zeros behind the data", None, with_data(size=9000)),
        ("alignment 0", None, with_data(align=0)),
        ("alignment 1", None, with_data(align=1)),
        ("alignment 3", None, with_data(align=3)),
        ("alignment 2 MiB", None, with_data(align=2 << 20)),
        ("program headers at an odd place", None, file(text, data, headers_at=203)),
        ("a section table that is not there", None, file(text, data, sections=TOP - 64)),
        ("64 program headers", None, file(text, data, *[Segment(0, kind=0)] * 62)),
        ("thread-local zeros behind the data", None, file(text, data, Segment(DATA, size=9000, kind=TLS))),
        ("a header of an unknown kind", None, file(text, data, Segment(BASE, size=4, kind=GNU_PROPERTY))),
        ("other versions and flags", None, file(text, data, ident=b"\x7fELF\x02\x01\x07\x42", version=9, flags=77)),
        ("a gap of 1 MiB", None, file(text, data, Segment(BASE + (1 << 20), b"x"))),
        ("one segment, all rights", None, file(Segment(BASE, program.ljust(DATA - BASE, b"\0") + answer, flags=7))),

        ("segments that overlap by a byte", "overlap", file(touching, Segment(end - 1, answer))),
        ("a segment within another one", "overlap", file(Segment(BASE, program, 0x4000, flags=7), data)),
        ("two segments at one address", "overlap", file(text, Segment(BASE, b"x"))),
        ("segments that overlap in descending order", "overlap", file(data, Segment(BASE, program, 0x4000, flags=7))),
        ("more in the file than in memory", "file > memory", with_data(size=3)),
        ("something in the file, nothing in memory", "file > memory", with_data(size=0)),
        ("cut within the last segment", "cut segment", file(text, data, cut=-1)),
        ("an offset that wraps around", "cut segment", with_data(offset=TOP - 2)),
        ("a size in the file that wraps around", "cut segment", with_data(file_size=TOP - 64, size=TOP - 1)),
        ("an address that wraps around", "outside", with_data(address=TOP - 4096, size=8192)),
        ("zeros of 2^62 bytes", "outside", with_data(size=1 << 62)),
        ("zeros of 2^40 bytes", "too big", with_data(size=1 << 40)),
        ("a segment in the kernel's half", "outside", with_data(address=0xFFFF << 48)),
        ("a note in the kernel's half", "outside", file(text, data, Segment(TOP - 4096, size=64, kind=NOTE))),
        ("an unused header with memory", "outside", file(text, data, Segment(TOP - 4096, size=64, kind=0))),
        ("a start within a page", "unaligned", file(Segment(BASE + 16, program, flags=5), data, entry=BASE + 16)),
        ("an entry below everything", "entry", file(text, data, entry=BASE - 4)),
        ("an entry behind the text", "entry", file(text, data, entry=end)),
        ("an entry in the data", "entry", file(text, data, entry=DATA)),
        ("a dynamic linker", "dynamic", file(text, data, Segment(BASE, size=4, kind=INTERP))),
        ("a size for the stack", "stack size", file(text, data, Segment(0, size=65536, kind=GNU_STACK))),
        ("no program headers", "no segments", file(text, data, count=0)),
        ("only a note", "no segments", file(Segment(BASE, b"x" * 64, kind=NOTE))),
        ("65 program headers", "65 headers", file(text, data, *[Segment(0, kind=0)] * 63)),
        ("65,535 program headers", "65535 headers", file(text, data, count=65535)),
        ("program headers of 64 bytes", "header size", file(text, data, header_size=64)),
        ("cut within the program headers", "cut headers", good[:100]),
        ("program headers behind the end", "cut headers", good[:32] + struct.pack("<Q", 1 << 40) + good[40:]),
        ("program headers that wrap around", "cut headers", good[:32] + struct.pack("<Q", TOP - 8) + good[40:]),
        ("a program of 32 bits", "32 bits", file(text, data, ident=b"\x7fELF\x01\x01\x01")),
        ("a big-endian program", "big-endian", file(text, data, ident=b"\x7fELF\x02\x02\x01")),
        ("a program for RISC-V", "machine", file(text, data, number=243)),
        ("a shared library", "shared", file(text, data, kind=3)),
        ("an object file", "object", file(text, data, kind=1)),
        ("a core dump", "core dump", file(text, data, kind=4)),
        ("cut within the header", "cut header", good[:63]),
        ("a script", "not elf", b"#!/bin/sh\n".ljust(100)),
        ("nothing", "empty", b""),
    ]


def blob(machine):
    """Records: bytes of the name, of the file (32 bits each), name with a zero behind it, file."""
    records = []
    for name, _, content in variants(machine):
        title = name.encode() + b"\0"
        records.append(struct.pack("<II", len(title), len(content)) + title + content)
    return b"".join(records) + bytes(8)


if __name__ == "__main__":
    pathlib.Path(sys.argv[2]).write_bytes(blob(sys.argv[1]))
