# SPDX-License-Identifier: BSD-2-Clause
"""What the packer and the loader refuse, and odd but legal root tasks that they must not refuse."""
import os
import pathlib
import struct
import subprocess
import time

import elfs
import trees
from elfs import BASE, Segment

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOOD = elfs.simple(elfs.exit_program(7))


def refused(lab, t, *texts, program=GOOD, options=(), **more):
    """The packer says so in one sentence, returns 2, and leaves no file."""
    path = program if isinstance(program, (str, os.PathLike)) else lab.file("root", program)
    start = time.monotonic()
    result, image = lab.pack(path, *options, **more)
    t.equal(result.status, 2, "exit status of the packer")
    t.contains(result.output, *texts)
    t.equal((result.output.count("\n"), result.output[:12]), (1, "lab4-image: "), "one line that begins with the packer's name")
    t.check(not image.exists() and not list(lab.scratch.glob("image*")), "no image is left behind")
    t.check(time.monotonic() - start < 10, "it does not take long")


def boots(lab, t, program, status, mem="1G", **more):
    result = lab.boot(lab.image(lab.file("root", program), "--mem", mem, mem=mem, **more), mem)
    t.equal(result.status, status, f"exit status (output: {result.output!r})")


def test_version(lab, t):
    done = subprocess.run([str(lab.packer), "--version"], capture_output=True, text=True)
    version = (ROOT / "VERSION").read_text().strip()
    t.equal((done.returncode, done.stdout, done.stderr), (0, f"lab4-image {version}\n", ""), "status and output")


# ------------------------------------------------------------------------------------------ device trees

def test_missing_device_tree(lab, t):
    refused(lab, t, "cannot be read: No such file", dtb=lab.scratch / "nowhere.dtb")


def test_empty_device_tree(lab, t):
    refused(lab, t, "is not a device tree", dtb=lab.file("t.dtb", b""))


def test_garbage_instead_of_a_device_tree(lab, t):
    refused(lab, t, "is not a device tree", dtb=lab.file("t.dtb", bytes(i * 7 % 256 for i in range(9000))))


def test_garbage_behind_a_device_tree_magic(lab, t):
    for seed in range(1, 9):
        data = bytes(i * i * seed % 251 for i in range(4096))
        refused(lab, t, dtb=lab.file("t.dtb", b"\xd0\x0d\xfe\xed" + struct.pack(">I", 4096) + data[8:]))


def test_truncated_device_tree(lab, t):
    tree = trees.join(*trees.parts(lab.tree().read_bytes()))
    for size in 8, 41, len(tree) // 2, len(tree) - 1:
        refused(lab, t, "device tree" if size < 40 else "is truncated", dtb=lab.file("t.dtb", tree[:size]))


def test_device_tree_that_ends_within_its_structure(lab, t):
    structure, strings = trees.parts(lab.tree().read_bytes())
    refused(lab, t, "not a sound device tree", dtb=lab.file("t.dtb", trees.join(structure[:len(structure) // 2 & -4], strings)))
    refused(lab, t, "not a sound device tree", dtb=lab.file("t.dtb", trees.join(structure, strings, struct_size=2**31)))
    refused(lab, t, "not a sound device tree", dtb=lab.file("t.dtb", trees.join(structure, strings, strings=2**32 - 8)))
    refused(lab, t, "not a sound device tree", dtb=lab.file("t.dtb", trees.join(structure, strings, version=99, compatible=99)))


def test_huge_device_tree(lab, t):
    refused(lab, t, "is larger than 1048576 bytes", dtb=lab.file("t.dtb", trees.with_bulk(lab.tree().read_bytes(), 1 << 20)))
    refused(lab, t, "is larger than 1048576 bytes", dtb="/dev/zero")
    refused(lab, t, "is a directory", dtb=lab.scratch)


def test_device_tree_without_ram_where_it_should_be(lab, t):
    refused(lab, t, "describes no RAM at 0x40000000", dtb=lab.file("t.dtb", trees.without(lab.tree().read_bytes(), b"memory\0")))


def test_device_tree_of_a_machine_with_another_interrupt_controller(lab, t):
    refused(lab, t, "no GICv2", dtb=lab.file("t.dtb", trees.without(lab.tree().read_bytes(), b"arm,cortex-a15-gic")))


def test_a_device_tree_reaches_the_root_task_byte_for_byte(lab, t):
    """Seeds, free space, padding: what somebody wrote into the file is theirs."""
    tree = lab.tree().read_bytes()
    t.check(b"rng-seed" in tree, "QEMU's dump has seeds")
    image = lab.image(lab.file("root", GOOD), dtb=lab.file("t.dtb", tree)).read_bytes()
    at = image.index(b"LAB4IMG1")
    where, size = struct.unpack_from("<QQ", image, at + 32)
    t.check(image[at + where:at + where + size] == tree, "the payload has the file's bytes")
    tidied = lab.image(lab.file("root", GOOD)).read_bytes()
    t.check(len(tidied) < len(image) - len(tree) // 2, "QEMU's own dump loses its free space")


def test_device_tree_of_a_smaller_machine(lab, t):
    refused(lab, t, "describes 128 MiB of RAM, less than the 512 MiB asked for", options=["--mem", "512M"], dtb=lab.tree("128M"))


def test_random_damage_never_crashes_the_packer(lab, t):
    tree, state = bytearray(trees.join(*trees.parts(lab.tree().read_bytes()))), 12345
    for _ in range(150):
        damaged = bytearray(tree)
        for _ in range(8):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            damaged[(state >> 33) % len(damaged)] = state >> 20 & 0xFF
        result, _ = lab.pack(lab.file("root", GOOD), dtb=lab.file("t.dtb", bytes(damaged)))
        t.check(result.status in (0, 2), f"exit status {result.status}: {result.output}")


def test_random_damage_of_the_root_task_ends_in_a_refusal_or_with_the_root_thread(lab, t):
    state = 54321
    for _ in range(120):
        damaged = bytearray(elfs.make([Segment(BASE, elfs.exit_program(7)), Segment(BASE + 0x2345, b"data" * 20, 300)]))
        for _ in range(2):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            damaged[(state >> 33) % 230] = state >> 20 & 0xFF
        result, image = lab.pack(lab.file("root", bytes(damaged)))
        t.check(result.status in (0, 2), f"exit status {result.status}: {result.output}")
        if result.status == 0 and state >> 40 & 3 == 0:
            end = lab.boot(image, timeout=3)
            t.check(end.status not in (2, 4), f"status {end.status}, output {end.output!r}")


# -------------------------------------------------------------------------------------------- root tasks

def test_root_task_that_is_no_elf_file(lab, t):
    refused(lab, t, "cannot be read: No such file", program=lab.scratch / "nowhere")
    refused(lab, t, "is not an ELF file", program=b"#!/bin/sh\n")
    refused(lab, t, "is empty, not an ELF file", program=b"")
    refused(lab, t, "is built for x86-64; use --on hosted", program="/proc/self/exe")
    refused(lab, t, "ends inside the ELF header", program=GOOD[:40])
    refused(lab, t, "ends inside the program headers", program=GOOD[:80])
    refused(lab, t, "ends inside segment 0", program=GOOD[:130])


def test_root_task_with_bad_headers(lab, t):
    program = elfs.exit_program(7)
    refused(lab, t, "is not a 64-bit", program=elfs.simple(program, elf_class=1))
    refused(lab, t, "is built for x86-64; use --on hosted", program=elfs.simple(program, machine=62))
    refused(lab, t, "fixed address", program=elfs.simple(program, kind=3))
    refused(lab, t, "no segments to load", program=elfs.simple(program, count=0))
    refused(lab, t, "65535 program headers, more than 64", program=elfs.simple(program, count=65535))
    refused(lab, t, "8 bytes instead of 56", program=elfs.simple(program, phentsize=8))
    refused(lab, t, "ends inside segment 0", program=elfs.simple(program, file_offset=2**64 - 4))
    refused(lab, t, "entry point", program=elfs.simple(program, entry=BASE - 4))
    refused(lab, t, "no segments to load", program=elfs.make([Segment(BASE, program, kind=4)]))


def test_root_task_with_bad_segments(lab, t):
    program = elfs.exit_program(7)
    refused(lab, t, "more bytes in the file than in memory", program=elfs.make([Segment(BASE, program, 4)]))
    refused(lab, t, "0x400010, which is not page aligned", program=elfs.make([Segment(BASE + 16, program)], entry=BASE + 16))
    refused(lab, t, "segment 1: 0x2000 bytes at 0xfffffffffffff000", program=elfs.make([Segment(BASE, program), Segment(2**64 - 4096, b"", 8192)]))
    refused(lab, t, "outside the user addresses", program=elfs.make([Segment(BASE, program), Segment(2**47, b"", 4096)]))
    refused(lab, t, "outside the user addresses", program=elfs.make([Segment(2**48 - 4096, program)], entry=2**48 - 4096))
    refused(lab, t, "overlap", program=elfs.make([Segment(BASE, program), Segment(BASE + len(program) - 1, b"", 4096)]))
    refused(lab, t, "overlap", program=elfs.make([Segment(BASE + 4096, b"x"), Segment(BASE, program, 4097)]))


def test_root_task_that_does_not_fit(lab, t):
    program = elfs.exit_program(7)
    refused(lab, t, "needs 204800 KiB of memory but the machine has 131072 KiB", mem="128M",
            program=elfs.make([Segment(BASE, program, 200 << 20)]))
    refused(lab, t, "does not fit into 128 MiB", program=elfs.make([Segment(BASE, program, 127 << 20)]), mem="128M")
    tree = trees.without(trees.without(lab.tree("16M").read_bytes(), b"rng-seed"), b"kaslr-seed")
    tree = trees.with_bulk(tree, (1 << 20) - len(trees.with_bulk(tree, 0)) & -4)  # 1 MiB: extra BootInfo takes 2
    refused(lab, t, "leaves no room in RAM", program=elfs.make([Segment(BASE, program, 11_500_000)]), dtb=lab.file("t.dtb", tree))
    refused(lab, t, "2^13 slots", program=elfs.make([Segment(BASE, program, 40 << 20)]))
    refused(lab, t, "needs 536870912 KiB of memory", program=elfs.make([Segment(BASE, program, 1 << 39)]))


def test_the_largest_root_task_that_fits_boots(lab, t):
    boots(lab, t, elfs.make([Segment(BASE, elfs.exit_program(9), 31 << 20)]), 9)
    boots(lab, t, elfs.make([Segment(BASE, elfs.exit_program(9), 12_000_000)]), 9, mem="16M")


def test_odd_segment_alignment(lab, t):
    byte_at = BASE + 0x3123
    data = Segment(byte_at, b"\x2a" + bytes(5000), 9001)
    boots(lab, t, elfs.make([Segment(BASE, elfs.exit_with_byte_at(byte_at)), data]), 42)
    boots(lab, t, elfs.make([data, Segment(BASE, elfs.exit_with_byte_at(byte_at))]), 42)
    tls = Segment(byte_at + 3, b"", 0x777, kind=7)
    boots(lab, t, elfs.make([Segment(BASE, elfs.exit_with_byte_at(byte_at)), data, tls]), 42)
    boots(lab, t, elfs.make([Segment(BASE, elfs.exit_with_byte_at(BASE + 0x2FFF), 0x3000)]), 0)
    boots(lab, t, elfs.make([Segment(0, elfs.exit_program(5))], entry=0), 5)
    high = 0x7E0000000000
    boots(lab, t, elfs.make([Segment(high, elfs.exit_program(6))], entry=high), 6)


# ------------------------------------------------------------------------------------- kernel and options

def test_bad_kernel(lab, t):
    kernel = bytearray(lab.kernel.read_bytes())
    refused(lab, t, "is not an ELF file", kernel=lab.file("k", b"no kernel"))
    refused(lab, t, "multiples of 2 MiB", kernel=lab.file("k", GOOD.replace(struct.pack("<Q", BASE), struct.pack("<Q", BASE + 4096))))
    at = kernel.index(b"LAB4 RAM BYTES: ")
    kernel[at + 24] = 200
    refused(lab, t, "damaged RAM block", kernel=lab.file("k", bytes(kernel)))


def test_bad_ram_sizes(lab, t):
    for size, text in {"0": "understand", "1T": "understand", "-4M": "understand", "99999999999999999999G": "understand", "1M": "at least 16M",
                       "129M": "multiple of 2M", "8195M": "multiple of 2M", "8194M": "multiple of 1G", "600G": "at most 510G"}.items():
        refused(lab, t, text, options=["--mem", size])


def test_output_that_cannot_be_written(lab, t):
    result, _ = lab.pack(lab.file("root", GOOD), name="no/such/directory")
    t.equal(result.status, 2, "exit status")
    t.contains(result.output, "cannot be written: No such file")


def test_images_are_reproducible(lab, t):
    first = lab.image(lab.file("root", GOOD), name="image1").read_bytes()
    lab.trees.clear()
    t.check(first == lab.image(lab.file("root", GOOD), name="image2").read_bytes(), "two images of the same program are equal")


# ---------------------------------------------------------------------------------------------- the loader

def damaged_image(lab, change):
    image = bytearray(lab.image(lab.file("root", GOOD)).read_bytes())
    change(image)
    return lab.file("damaged", bytes(image))


def test_loader_refuses_a_damaged_payload(lab, t):
    def overwrite(text, at, value, occurrence=0):
        def change(image):
            where = -1
            for _ in range(occurrence + 1):
                where = image.index(text, where + 1)
            image[where + at:where + at + len(value)] = value
        return change
    cases = {
        "the boot image is damaged": overwrite(b"LAB4IMG1", 0, b"x"),
        "is damaged": overwrite(b"LAB4IMG1", 16, b"\xff" * 8),
        "kernel.elf is not an ELF file": overwrite(b"\x7fELF", 0, b"x", 1),
        "the root task is not an ELF file": overwrite(b"\x7fELF", 0, b"x", 2),
        "the root task has no segments to load": overwrite(b"\x7fELF", 56, b"\0\0", 2),
        "the root task needs too much memory": overwrite(b"\x7fELF", 64 + 40, struct.pack("<Q", 1 << 30), 2),
        "overlaps what it is to load": overwrite(b"\x7fELF", 64 + 40, struct.pack("<Q", 2 << 20), 2),
    }
    for text, change in cases.items():
        result = lab.boot(damaged_image(lab, change))
        t.equal(result.status, 2, f"exit status for '{text}'")
        t.contains(result.output, "lab4 loader: ", text)
