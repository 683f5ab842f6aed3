# SPDX-License-Identifier: BSD-2-Clause
"""Flattened device trees, taken apart and put together differently."""
import struct

HEADER = ">10I"  # magic, total, struct, strings, reserved, version, compatible, cpu, strings size, struct size


def parts(tree):
    """(structure block, strings block)"""
    _, _, at, strings, _, _, _, _, strings_size, size = struct.unpack_from(HEADER, tree)
    return tree[at:at + size], tree[strings:strings + strings_size]


def join(structure_block, strings_block, **changes):
    fields = {"magic": 0xD00DFEED, "total": 0, "struct": 56, "strings": 56 + len(structure_block), "reserved": 40, "version": 17,
              "compatible": 16, "cpu": 0, "strings_size": len(strings_block), "struct_size": len(structure_block)}
    fields["total"] = fields["strings"] + len(strings_block)
    fields.update(changes)
    return struct.pack(HEADER, *fields.values()) + bytes(16) + structure_block + strings_block


def with_bulk(tree, size):
    """The same tree with one more property of `size` bytes in the root node."""
    structure, strings = parts(tree)
    body = bytes(i % 251 for i in range(size)) + bytes(-size % 4)
    prop = struct.pack(">3I", 3, size, len(strings)) + body
    return join(structure[:8] + prop + structure[8:], strings + b"bulk\0")


def without(tree, text):
    """The same tree with a string replaced by x's wherever it occurs."""
    assert text in tree
    structure, strings = parts(tree)
    return join(structure.replace(text, b"x" * len(text)), strings.replace(text, b"x" * len(text)))
