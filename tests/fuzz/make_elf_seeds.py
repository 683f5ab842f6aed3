#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes the seed corpus of the `elf` target: small programs that are good, and some that are nearly so."""
import pathlib
import struct
import sys

TYPE_EXEC, TYPE_DYN, X86_64, AARCH64, LOAD, INTERP, TLS = 2, 3, 62, 183, 1, 3, 7


def program(segments, entry, machine=X86_64, kind=TYPE_EXEC, data=b"\x90" * 64):
    """segments: (type, offset, vaddr, filesz, memsz)"""
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", kind, machine, 1, entry, 64, 0, 0, 64, 56, len(segments), 64, 0, 0)
    table = b"".join(struct.pack("<IIQQQQQQ", t, 7, offset, vaddr, vaddr, filesz, memsz, 4096) for t, offset, vaddr, filesz, memsz in segments)
    return header + table + data


SEEDS = {
    "one-segment": program([(LOAD, 0, 0x400000, 120, 0x1000)], 0x400078),
    "text-and-bss": program([(LOAD, 0, 0x400000, 176, 176), (LOAD, 176, 0x402000, 32, 0x3000)], 0x4000b0),
    "unordered": program([(LOAD, 176, 0x402000, 32, 64), (LOAD, 0, 0x400000, 176, 176)], 0x400000),
    "touching-pages": program([(LOAD, 0, 0x400000, 176, 0x1800), (LOAD, 176, 0x401800, 64, 64)], 0x400040),
    "overlapping": program([(LOAD, 0, 0x400000, 176, 0x2000), (LOAD, 176, 0x401000, 64, 64)], 0x400040),
    "with-tls": program([(LOAD, 0, 0x400000, 232, 232), (TLS, 232, 0x4000e8, 16, 32), (4, 0, 0, 0, 0)], 0x400000),
    "interpreter": program([(LOAD, 0, 0x400000, 176, 176), (INTERP, 176, 0x4000b0, 16, 16)], 0x400000),
    "position-independent": program([(LOAD, 0, 0, 120, 120)], 0x78, kind=TYPE_DYN),
    "aarch64": program([(LOAD, 0, 0x400000, 120, 120)], 0x400078, machine=AARCH64),
    "unaligned": program([(LOAD, 0, 0x400010, 120, 120)], 0x400078),
    "entry-outside": program([(LOAD, 0, 0x400000, 120, 120)], 0x500000),
    "too-big": program([(LOAD, 0, 0x400000, 120, 1 << 40)], 0x400078),
    "wraps": program([(LOAD, 0, (1 << 64) - 4096, 120, 0x2000)], (1 << 64) - 4096),
    "wraps-in-file": program([(LOAD, (1 << 64) - 64, 0x400000, 128, 0x1000)], 0x400078),
    "file-too-short": program([(LOAD, 0, 0x400000, 1 << 20, 1 << 20)], 0x400078),
    "no-segments": program([], 0),
    "cut-header": program([], 0)[:40],
}

directory = pathlib.Path(sys.argv[1])
directory.mkdir(parents=True, exist_ok=True)
for name, content in SEEDS.items():
    (directory / name).write_bytes(content)
