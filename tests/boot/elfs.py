# SPDX-License-Identifier: BSD-2-Clause
"""Hand-made AArch64 ELF files, sound or not, and a reader for the kernel's."""
import struct

BASE = 0x400000
SVC = 0xD4000001


def move(register, value):
    """Instructions that load a 64-bit constant."""
    words = [0xD2800000 | (value & 0xFFFF) << 5 | register]
    for half in range(1, 4):
        part = value >> 16 * half & 0xFFFF
        if part:
            words.append(0xF2800000 | half << 21 | part << 5 | register)
    return words


def code(*words):
    return b"".join(struct.pack("<I", word) for word in words)


def exit_with_status_in_x0():
    """lab4_exit: DebugHalt with the magic number of <lab4/exit.h>."""
    return [*move(1, 0x3442414C), *move(7, (1 << 64) - 14), SVC]


def exit_program(status):
    return code(*move(0, status), *exit_with_status_in_x0())


def exit_with_byte_at(address):
    return code(*move(2, address), 0x39400040, *exit_with_status_in_x0())  # ldrb w0, [x2]


def put_byte_and_exit(byte):
    return code(*move(0, byte), *move(7, (1 << 64) - 12), SVC, *move(0, 0), *exit_with_status_in_x0())


class Segment:
    def __init__(self, address, data=b"", memory=None, kind=1, physical=None, flags=7):
        self.address, self.data, self.kind, self.flags = address, data, kind, flags
        self.memory = len(data) if memory is None else memory
        self.physical = address if physical is None else physical


def make(segments, entry=BASE, machine=183, kind=2, elf_class=2, count=None, phentsize=56, file_offset=None):
    """An ELF file: header, program headers, then the segments' bytes, unaligned."""
    count = len(segments) if count is None else count
    header = b"\x7fELF" + bytes([elf_class, 1, 1]) + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", kind, machine, 1, entry, 64, 0, 0, 64, phentsize, count, 0, 0, 0)
    headers, body, offset = b"", b"", 64 + 56 * len(segments)
    for s in segments:
        where = offset + len(body) if file_offset is None else file_offset
        headers += struct.pack("<IIQQQQQQ", s.kind, s.flags, where, s.address, s.physical, len(s.data), s.memory, 4096)
        body += s.data
    return header + headers + body


def simple(program, **changes):
    return make([Segment(BASE, program)], **changes)


def read_headers(data):
    """(entry, [(type, flags, offset, virtual, physical, file bytes, memory bytes)])"""
    entry, table = struct.unpack_from("<QQ", data, 24)
    count = struct.unpack_from("<H", data, 56)[0]
    return entry, [struct.unpack_from("<IIQQQQQ", data, table + 56 * i) for i in range(count)]


def read_symbols(data):
    sections, size, count = struct.unpack_from("<Q", data, 40)[0], *struct.unpack_from("<HH", data, 58)
    rows = [struct.unpack_from("<IIQQQQIIQQ", data, sections + size * i) for i in range(count)]
    symbols = {}
    for row in rows:
        if row[1] != 2:  # SHT_SYMTAB
            continue
        names = rows[row[6]][4]
        for at in range(row[4], row[4] + row[5], 24):
            name, _, _, _, value, _ = struct.unpack_from("<IBBHQQ", data, at)
            symbols[data[names + name:data.index(b"\0", names + name)].decode()] = value
    return symbols
