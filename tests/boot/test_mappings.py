# SPDX-License-Identifier: BSD-2-Clause
"""How the kernel maps itself while user code runs: its tables, walked through QEMU's debug stub."""
import struct

import elfs
from machine import Running

IMAGE, IMAGE_PHYSICAL, WINDOW, PAGE = 0xFFFFFFFFC0000000, 0x40000000, 0xFFFFFF8000000000, 4096
TABLE, VALID, READ_ONLY, PXN, UXN = 3, 1, 1 << 7, 1 << 53, 1 << 54
ADDRESS = 0x0000FFFFFFFFF000


class Mapping:
    def __init__(self, virtual, entry, size):
        self.virtual, self.physical, self.size = virtual, entry & ADDRESS & -size, size
        self.writable, self.executable = not entry & READ_ONLY, not entry & PXN
        self.user_executable = not entry & UXN

    def __repr__(self):
        return f"{self.virtual:#x} -> {self.physical:#x}, {self.size:#x} bytes, writable {self.writable}, executable {self.executable}"


def walk(stub, table, base, shift, found):
    """All leaves below a table, which lies in the kernel image."""
    entries = struct.unpack("<512Q", stub.read(IMAGE + table - IMAGE_PHYSICAL, PAGE))
    for i, entry in enumerate(entries):
        virtual = base + (i << shift)
        if entry & TABLE == TABLE and shift > 12:
            walk(stub, entry & ADDRESS, virtual, shift - 9, found)
        elif entry & VALID:
            found.append(Mapping(virtual, entry, 1 << shift))
    return found


def kernel_mappings(lab):
    """(mappings, symbols) when the kernel has booted: its memory cannot be read from user level."""
    symbols = elfs.read_symbols(lab.kernel.read_bytes())
    with Running(lab.image(lab.file("root", elfs.simple(elfs.exit_program(7)))), socket=lab.scratch / "gdb") as run:
        run.stub.run_to(symbols["exception_resume"])
        return walk(run.stub, symbols["top_table"] - IMAGE + IMAGE_PHYSICAL, 0xFFFF << 48, 39, []), symbols


def at(mappings, virtual):
    return next((m for m in mappings if m.virtual <= virtual < m.virtual + m.size), None)


def test_no_kernel_memory_is_writable_and_executable(lab, t):
    mappings, _ = kernel_mappings(lab)
    t.equal([m for m in mappings if m.writable and m.executable], [], "mappings that are both")
    t.equal([m for m in mappings if m.user_executable], [], "mappings that user level could execute")
    t.equal([m for m in mappings if m.executable and m.virtual < IMAGE], [], "executable mappings in the window")


def test_no_physical_page_is_mapped_twice(lab, t):
    mappings, _ = kernel_mappings(lab)
    ends = sorted((m.physical, m.physical + m.size, m) for m in mappings)
    twice = [(a[2], b[2]) for a, b in zip(ends, ends[1:]) if b[0] < a[1]]
    t.equal(twice, [], "pairs of mappings of the same memory")


def test_the_parts_of_the_image_have_the_rights_they_need(lab, t):
    mappings, symbols = kernel_mappings(lab)
    parts = [("ki_boot_end", "ki_text_end", (False, True)), ("ki_text_end", "ki_rodata_end", (False, False)),
             ("ki_rodata_end", "kernel_stack", (True, False))]
    for start, end, rights in parts:
        for address in range(symbols[start], symbols[end], PAGE):
            m = at(mappings, address)
            t.check(m and (m.writable, m.executable) == rights, f"{address:#x} between {start} and {end}: {m}")


def test_memory_given_to_users_is_not_mapped_with_the_kernel(lab, t):
    mappings, symbols = kernel_mappings(lab)
    t.check(at(mappings, IMAGE) is None and at(mappings, symbols["ki_boot_end"] - 1) is None, "the boot part is gone from the image")
    boot = at(mappings, WINDOW + IMAGE_PHYSICAL)
    t.check(boot and boot.writable and not boot.executable, "it is user memory in the window")
    t.check(at(mappings, symbols["ki_boot_end"] - IMAGE + IMAGE_PHYSICAL + WINDOW) is None, "the window has no kernel text")
    t.check(at(mappings, symbols["ki_end"] - 1 - IMAGE + IMAGE_PHYSICAL + WINDOW) is None, "and no kernel data")
