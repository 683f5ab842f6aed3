# SPDX-License-Identifier: BSD-2-Clause
"""Our loader against memory §7.4, and the kernel against §6.6 and §8: every register, address and slot, seen through
QEMU's debug stub.
"""
import struct

import bootinfo
import elfs
import trees
from machine import Running

KERNEL = 0xFFFFFFFFC0000000
ZERO = [f"x{i}" for i in range(1, 31)] + ["sp", "tpidr_el0", "tpidrro_el0", "fpsr", "fpcr"] + [f"v{i}" for i in range(32)]


def kernel_symbols(lab):
    return elfs.read_symbols(lab.kernel.read_bytes())


def test_kernel_elf_has_one_segment_at_the_demanded_addresses(lab, t):
    """memory §7.2; memory §11 #82, #83: no other header with memory, and all that the kernel uses is inside this one"""
    data = lab.kernel.read_bytes()
    entry, segments = elfs.read_headers(data)
    with_memory = [s for s in segments if s[6]]
    t.equal(len(with_memory), 1, "program headers with memory")
    kind, flags, _, virtual, physical, _, memory = with_memory[0]
    t.equal((kind, flags, virtual, physical, entry), (1, 7, KERNEL, 0x40000000, KERNEL), "type, flags, vaddr, paddr, entry")
    symbols = elfs.read_symbols(data)
    t.equal(symbols["ki_end"] - KERNEL, memory, "ki_end is the end of the segment")
    t.equal((symbols["ki_end"] % 4096, symbols["ki_boot_end"] % 4096), (0, 0), "ki_end and ki_boot_end are page aligned")
    t.check(KERNEL < symbols["ki_boot_end"] < symbols["ki_end"], "ki_boot_end lies within")
    for name in "ks", "kernel_stack", "top_table", "mmu_empty_table", "boot_arguments":
        t.check(KERNEL <= symbols[name] < symbols["ki_end"], f"{name} lies within")


def test_our_arithmetic_agrees_with_the_observed_example(lab, t):
    """memory §8.2, §8.6 and §9.3, the values marked [V]"""
    x = [0x40249000, 0x4025C000, 0x3FE49000, 0x400000, 0x40247000, 0x1DD1]
    e = bootinfo.Expected(x, 0x40247000, 0x40010000, 1 << 30)
    t.equal(e.objects, (0x7FF80000, 0x7FFC9880), "the block of root objects")
    t.equal([e.regions[n] for n in ("userImagePaging", "extraBIPages", "schedcontrol", "userImageFrames", "untyped", "empty")],
            [(16, 19), (19, 21), (21, 22), (22, 41), (41, 103), (103, 8192)], "slots")
    below_ram = "0/27 8001000/12 8002000/13 8004000/14 8008000/15 8011000/12 8012000/13 8014000/14 8018000/15 8020000/17 8040000/18 " \
        "8080000/19 8100000/20 8200000/21 8400000/22 8800000/23 9000000/24 a000000/25 c000000/26 10000000/28 20000000/29"
    device = [(int(a, 16), int(k), 1) for a, k in (entry.split("/") for entry in below_ram.split())]
    device += [(1 << k, k, 1) for k in range(31, 40)]
    t.equal(e.untypeds[:30], device, "device untypeds")
    t.equal(e.untypeds[30:33], [(0x40000000, 16, 0), (0x40248DE0, 5, 0), (0x40248E00, 9, 0)], "the first ordinary untypeds")


def check_kernel_entry(t, s, lab, program, tree_bytes):
    kernel_end = kernel_symbols(lab)["ki_end"] - KERNEL + 0x40000000
    _, segments = elfs.read_headers(program)
    start, end = min(g[3] for g in segments), max(g[3] + g[6] for g in segments)
    x = [s[f"x{i}"] for i in range(6)]
    t.equal(x[4], kernel_end if tree_bytes else 0, "X4: the device tree is in the page after the kernel")
    root = (kernel_end + tree_bytes + 4095) & -4096
    t.equal(x[:4], [root, root + (end - start + 4095 & -4096), (root - start) % 2**64, elfs.read_headers(program)[0]],
            "X0–X3: root image, its end, offset, entry")
    t.equal(s["cpsr"] & 0x3CF, 0x3C5, "PSTATE: EL1h, D A I F masked")
    t.equal([s["sctlr"], s["tcr_el1"], s["mair_el1"], s["cpacr"], s["tpidr_el1"]],
            [0xC5183D, 0x1285100510, 0xAAFF440C0400, 0, 0], "SCTLR, TCR, MAIR, CPACR, TPIDR_EL1")
    return x


def check_root_entry(t, s, expected):
    t.equal(s["x0"], expected.bootinfo, "X0 is the address of BootInfo")
    t.equal([name for name in ZERO if s[name]], [], "registers of the root thread that are not zero")
    t.equal(s["cpsr"], 0x40, "PSTATE of the root thread")
    t.equal([s["sctlr"], s["tcr_el1"], s["mair_el1"]], [0x4C5982D, 0x1285100510, 0xAAFF440C0400], "SCTLR, TCR, MAIR")
    t.equal([s["cntkctl"], s["pmuserenr_el0"], s["mdscr_el1"], s["cpacr"]], [0, 0, 0, 0x300000], "CNTKCTL, PMUSERENR, MDSCR, CPACR")
    t.equal(s["vbar"] % 2048, 0, "VBAR is aligned")
    t.equal(s["ttbr0_el1"] >> 48, 1, "the root task has ASID 1")


def check_bootinfo(t, s, expected, tree):
    info = bootinfo.read(s.read(expected.bootinfo, 4096))
    for name, region in expected.regions.items():
        t.equal(info[name], region, f"BootInfo.{name}")
    t.equal(info["untypedList"], expected.untypeds, "the untyped list")
    t.equal(info["rest"].strip(b"\0"), b"", "unused list entries and padding")
    t.equal([info[n] for n in ("nodeID", "numNodes", "numIOPTLevels", "ipcBuffer", "initThreadCNodeSizeBits", "initThreadDomain", "extraLen")],
            [0, 1, 0, expected.end, 13, 0, expected.extra], "node, nodes, levels, buffer, CNode bits, domain, extraLen")
    if tree:
        t.equal(struct.unpack("<QQ", s.read(expected.bootinfo + 4096, 16)), (6, 16 + len(tree)), "the header of extra BootInfo")
        t.equal(s.read(expected.bootinfo + 4096 + 16, len(tree)), tree, "the device tree in extra BootInfo")
        padding = 2**expected.extra_bits - 16 - len(tree)
        rest = s.read(expected.bootinfo + 4096 + 16 + len(tree), min(padding, -(16 + len(tree)) % 4096))
        t.equal(rest.strip(b"\0"), b"", "what is behind the device tree")


def check_boot(lab, t, program, mem, ram_bytes, dtb=None, machine=""):
    file = lab.file("root", program)
    image = lab.image(file, "--mem", mem, dtb=dtb, mem=mem)
    symbols = kernel_symbols(lab)
    physical = lambda name: symbols[name] - KERNEL + 0x40000000
    with Running(image, mem, socket=lab.scratch / "gdb", machine=machine) as run:
        s = run.stub
        s.run_to(KERNEL)
        tree_bytes = s["x5"]
        x = check_kernel_entry(t, s, lab, program, tree_bytes)
        tree = s.read(x[4] - 0x40000000 + KERNEL, tree_bytes) if tree_bytes else b""
        expected = bootinfo.Expected(x, physical("ki_end"), physical("ki_boot_end"), ram_bytes)
        s.run_to(elfs.BASE)
        check_root_entry(t, s, expected)
        check_bootinfo(t, s, expected, tree)
        s.go()
        t.equal(run.finish().status, 7, "exit status")


def test_every_register_and_slot_with_1_GiB(lab, t):
    """memory §8; memory §11 #80: the kernel is entered with CPACR 0 and comes through its boot"""
    check_boot(lab, t, elfs.simple(elfs.exit_program(7)), "1G", 1 << 30)


def test_every_register_and_slot_with_2_GiB(lab, t):
    check_boot(lab, t, elfs.simple(elfs.exit_program(7)), "2G", 2 << 30)


def test_every_register_and_slot_with_62_MiB(lab, t):
    check_boot(lab, t, elfs.simple(elfs.exit_program(7)), "62M", 62 << 20)


def test_every_register_and_slot_with_12_GiB(lab, t):
    check_boot(lab, t, elfs.simple(elfs.exit_program(7)), "12G", 12 << 30)


def test_every_register_and_slot_without_device_tree(lab, t):
    check_boot(lab, t, elfs.simple(elfs.exit_program(7)), "1G", 1 << 30, dtb=False)


def test_every_register_and_slot_from_EL2(lab, t):
    check_boot(lab, t, elfs.simple(elfs.exit_program(7)), "1G", 1 << 30, machine=",virtualization=on")


def test_an_image_that_spans_two_level_2_tables(lab, t):
    program = elfs.make([elfs.Segment(elfs.BASE, elfs.exit_program(7)), elfs.Segment(elfs.BASE + 0x1FE000, b"x", 0x3000)])
    check_boot(lab, t, program, "256M", 256 << 20)


def test_a_large_device_tree_goes_before_the_root_cnode(lab, t):
    tree = trees.with_bulk(lab.tree().read_bytes(), 290000)
    check_boot(lab, t, elfs.simple(elfs.exit_program(7)), "1G", 1 << 30, dtb=lab.file("big.dtb", tree))
