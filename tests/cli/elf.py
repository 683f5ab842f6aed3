# SPDX-License-Identifier: BSD-2-Clause
"""Makes small ELF files, good ones and bad ones."""
import struct

X86_64, AARCH64 = 62, 183


def elf(segments, entry=0x400000, machine=X86_64, kind=2, headers=None):
    """An executable with loadable segments [(address, file bytes, memory size)], each starting a page of the file."""
    count = len(segments) if headers is None else headers
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", kind, machine, 1, entry, 64, 0, 0, 64, 56, count, 64, 0, 0)
    table, body, offset = b"", b"", 4096
    for address, data, size in segments:
        position = offset + address % 4096
        table += struct.pack("<IIQQQQQQ", 1, 5, position, address, address, len(data), size, 4096)
        body += bytes(address % 4096) + data
        body += bytes(-len(body) % 4096)
        offset = 4096 + len(body)
    return (head + table).ljust(4096, b"\0") + body


CODE = b"\x0f\x0b" * 8  # ud2


def good():
    return elf([(0x400000, CODE, 4096)])
