# SPDX-License-Identifier: BSD-2-Clause
"""The programs of a lab4 system, for traces and gdb: the root task's ELF file, and those that
lab4_embed put into it.

lab4_embed leaves a record of each in the section `.lab4.components` of the root task
(libsel4/cmake/RootTask.cmake): two addresses, a name, a path. Which of the files runs where is
found by comparing code with memory (`is_in_memory`).
"""
import os
import struct

PT_LOAD, PF_X, SHT_NOBITS = 1, 1, 8
RECORD_ALIGN = 8


def read_file(path):
    with open(path, "rb") as file:
        return file.read()


def headers_of(content):
    """The program headers of an ELF file. ValueError: it is not one."""
    if content[:6] != b"\x7fELF\x02\x01":
        raise ValueError("no 64-bit ELF file")
    try:
        (table,) = struct.unpack_from("<Q", content, 32)
        size, count = struct.unpack_from("<HH", content, 54)
        return [struct.unpack_from("<IIQQQQQQ", content, table + i * size) for i in range(count)]
    except struct.error as problem:
        raise ValueError("a damaged ELF file") from problem


def segments_of(content, wanted_flags=0):
    """[(address, bytes)] of what is loaded from an ELF file."""
    return [
        (start, content[offset : offset + in_file])
        for kind, flags, offset, start, _, in_file, _, _ in headers_of(content)
        if kind == PT_LOAD and flags & wanted_flags == wanted_flags and in_file
    ]


def code_of(content):
    """[(address, bytes)] of what an ELF file says is code."""
    return segments_of(content, PF_X)


def sections_of(content):
    """{name: bytes} of those that have any."""
    try:
        (table,) = struct.unpack_from("<Q", content, 40)
        size, count, names = struct.unpack_from("<HHH", content, 58)
        rows = [struct.unpack_from("<IIQQQQ", content, table + i * size) for i in range(count)]
        start = rows[names][4]
        return {
            content[start + name : content.index(b"\0", start + name)].decode(
                errors="replace"
            ): content[offset : offset + length]
            for name, kind, _, _, offset, length in rows
            if kind != SHT_NOBITS
        }
    except (struct.error, IndexError, ValueError):
        return {}


def components_of(content):
    """[(name, path)] of the programs embedded in a root task; paths are those of the build."""
    records = sections_of(content).get(".lab4.components", b"")
    while len(records) > 2 * RECORD_ALIGN and records.count(b"\0", 2 * RECORD_ALIGN) >= 2:
        name, path, _ = records[2 * RECORD_ALIGN :].split(b"\0", 2)
        yield name.decode(errors="replace"), os.fsdecode(path)
        length = 2 * RECORD_ALIGN + len(name) + len(path) + 2
        records = records[(length + RECORD_ALIGN - 1) // RECORD_ALIGN * RECORD_ALIGN :]


def files_of(root_task):
    """Paths of the root task and of those of its components whose files are still there."""
    yield root_task
    for _, path in components_of(read_file(root_task)):
        if os.path.isfile(path):
            yield path


def is_in_memory(content, read):
    """Is all code of the program in the memory that `read(address, count)` reads?"""
    code = code_of(content)
    return bool(code) and all(bytes(read(start, len(text))) == text for start, text in code)
