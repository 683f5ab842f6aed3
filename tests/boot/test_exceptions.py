# SPDX-License-Identifier: BSD-2-Clause
"""What user code gets for unusual instructions (memory §6.5), as the platform hands it to the core: one boot, one
instruction after the other. The debug stub writes the instruction and the thread's registers, stops at the entry of
core_fault or core_syscall_slow, looks at the arguments, and returns from the function at once.
"""
import elfs
from elfs import BASE
from machine import Running

WINDOW = 0xFFFFFF8000000000
PAGE = 4096
SVC = elfs.SVC

# Pages of the program, and what the test makes of their descriptors.
CODE, DATA, READ_ONLY, NO_ACCESS, NO_EXECUTE, NO_READ_BUT_EXECUTE, HOLE = (BASE + PAGE * i for i in range(7))
LARGE_READ_ONLY = 0x800000
AP_MASK, AP_USER, AP_READ_ONLY, UXN = 3 << 6, 1 << 6, 3 << 6, 1 << 54

VM, EXCEPTION, WORKS = 0, 1, None
LOAD, STORE, LOAD_EXCLUSIVE, BRANCH, LOAD_FROM_SP = 0xF9400020, 0xF9000020, 0xC85F7C20, 0xD61F0020, 0xF94003E0

# name, instruction, x1, kind, prefetch, syndrome
ABORTS = [
    ("load, no level-1 table", LOAD, 0x8000000000, 0, 0x92000004),
    ("load, no level-2 table", LOAD, 0x500000000, 0, 0x92000005),
    ("load, no level-3 table", LOAD, 0xA00000, 0, 0x92000006),
    ("load, no page", LOAD, 0x580000, 0, 0x92000007),
    ("store, no level-1 table", STORE, 0x8000000000, 0, 0x92000044),
    ("store, no level-2 table", STORE, 0x500000000, 0, 0x92000045),
    ("store, no level-3 table", STORE, 0xA00000, 0, 0x92000046),
    ("store, no page", STORE, 0x580000, 0, 0x92000047),
    ("store to a read-only page", STORE, READ_ONLY + 8, 0, 0x9200004F),
    ("load from a page without access", LOAD, NO_ACCESS + 8, 0, 0x9200000F),
    ("load from an execute-only page", LOAD, NO_READ_BUT_EXECUTE + 8, 0, 0x9200000F),
    ("store to a read-only large page", STORE, LARGE_READ_ONLY + 16, 0, 0x9200004E),
    ("store to the kernel's window", STORE, WINDOW + 0x50000000, 0, 0x9200004E),
    ("store to the kernel's window, where the image's boot part was", STORE, WINDOW + 0x40000000, 0, 0x9200004F),
    ("load from the kernel's text", LOAD, 0xFFFFFFFFC0008000, 0, 0x9200000F),
    ("load from the kernel image, where its boot part was", LOAD, 0xFFFFFFFFC0000000, 0, 0x92000007),
    ("load from the kernel's UART page", LOAD, 0xFFFFFFFFFFE00000, 0, 0x9200000F),
    ("load from below the kernel's window", LOAD, 0xFFFF000000000000, 0, 0x92000004),
    ("load from above the mappable range", LOAD, 0x800000000000, 0, 0x92000004),
    ("load from a non-canonical address", LOAD, 0x1000000000000, 0, 0x92000004),
    ("load from a tagged address", LOAD, 0x5500000000000000 + DATA, 0, 0x92000004),
    ("fetch, no level-2 table", BRANCH, 0x500000000, 1, 0x82000005),
    ("fetch, no level-3 table", BRANCH, 0xA00000, 1, 0x82000006),
    ("fetch, no page", BRANCH, 0x580000, 1, 0x82000007),
    ("fetch from an execute-never page", BRANCH, NO_EXECUTE, 1, 0x8200000F),
    ("fetch from a physical hole", BRANCH, HOLE, 1, 0x82000010),
    ("exclusive load from an unaligned address", LOAD_EXCLUSIVE, DATA + 1, 0, 0x92000021),
]

UNDEFINED = 0x02000000
EXCEPTIONS = {
    "udf": (0x00000000, UNDEFINED), "hlt": (0xD4400000, UNDEFINED), "hlt of semihosting": (0xD45E0000, UNDEFINED),
    "hvc": (0xD4000002, UNDEFINED), "smc": (0xD4000003, UNDEFINED), "eret": (0xD69F03E0, UNDEFINED), "dcps1": (0xD4A00001, UNDEFINED),
    "tlbi vmalle1": (0xD508871F, UNDEFINED), "at s1e0r": (0xD5087841, UNDEFINED), "ic iallu": (0xD508751F, UNDEFINED),
    "dc ivac": (0xD5087621, UNDEFINED), "mrs midr_el1": (0xD5380000, UNDEFINED), "mrs sctlr_el1": (0xD5381000, UNDEFINED),
    "mrs currentel": (0xD5384240, UNDEFINED), "mrs spsel": (0xD5384200, UNDEFINED), "mrs mdscr_el1": (0xD5300240, UNDEFINED),
    "msr tpidrro_el0": (0xD51BD060, UNDEFINED), "implementation-defined register": (0xD539F200, UNDEFINED),
    "brk #0": (0xD4200000, 0xF2000000), "brk #0x1234": (0xD4224680, 0xF2001234),
    "mrs cntvct_el0": (0xD53BE040, 0x6234F801), "mrs cntpct_el0": (0xD53BE020, 0x6232F801), "mrs cntfrq_el0": (0xD53BE000, 0x6230F801),
    "mrs cntv_ctl_el0": (0xD53BE320, 0x6232F807), "mrs pmccntr_el0": (0xD53B9D00, 0x6230E41B), "mrs daif": (0xD53B4220, 0x6232D005),
    "msr daifset, #2": (0xD50342DF, 0x620793E4), "dc zva": (0xD50B7421, 0x6212DC28),
}
WORKING = {
    "mrs ctr_el0": 0xD53B0020, "mrs dczid_el0": 0xD53B00E0, "dc cvac": 0xD50B7A21, "dc cvau": 0xD50B7B21, "dc civac": 0xD50B7E21,
    "ic ivau": 0xD50B7521, "wfi": 0xD503207F, "wfe": 0xD503205F, "prfm": 0xF9800020, "msr tpidr_el0": 0xD51BD040, "mrs tpidr_el0": 0xD53BD040,
    "mrs tpidrro_el0": 0xD53BD060, "mrs pmuserenr_el0": 0xD53B9E00, "mrs mdccsr_el0": 0xD5330100, "fadd": 0x1E602800,
    "load": LOAD, "store": STORE, "load through a misaligned stack pointer": LOAD_FROM_SP,
}


class Prober:
    def __init__(self, lab, run):
        self.stub, symbols = run.stub, elfs.read_symbols(lab.kernel.read_bytes())
        self.core_fault, self.core_syscall, self.ks = (symbols[name] for name in ("core_fault", "core_syscall_slow", "ks"))
        self.stub.run_to(BASE)
        self.prepare_pages()
        self.stub.run_to(self.core_syscall)  # the program's first and only system call
        self.regs = self.stub.word(self.ks) + 160

    def descriptor(self, address, level):
        """The address, in the kernel's window, of the descriptor for a user address at a level."""
        table = self.stub["ttbr0_el1"] & 0xFFFFFFFFF000
        for shift in (39, 30, 21, 12)[:level + 1]:
            where = WINDOW + table + (address >> shift) % 512 * 8
            table = self.stub.word(where) & 0xFFFFFFFFF000
        return where

    def prepare_pages(self):
        """The kernel's window cannot be read at EL0: breakpoints below are in the kernel, so enter it first."""
        self.stub.run_to(self.core_syscall)
        regs = self.stub.word(self.ks) + 160
        for page, bits in {READ_ONLY: AP_READ_ONLY, NO_ACCESS: 0, NO_READ_BUT_EXECUTE: 0}.items():
            where = self.descriptor(page, 3)
            self.stub.write_word(where, self.stub.word(where) & ~AP_MASK | bits)
        where = self.descriptor(NO_EXECUTE, 3)
        self.stub.write_word(where, self.stub.word(where) | UXN)
        where = self.descriptor(HOLE, 3)
        self.stub.write_word(where, self.stub.word(where) & 0xFFF | 0x7000000000)
        self.stub.write_word(self.descriptor(LARGE_READ_ONLY, 2), 0x50000000 | 0x401 | 4 << 2 | AP_READ_ONLY | 1 << 11)
        self.stub.write_word(regs + 256, BASE)
        self.stub["pc"] = self.stub["x30"]  # as if core_syscall_slow had returned

    def execute(self, instruction, x1, sp=DATA + 64, pc=CODE + 64):
        """(kind, address, prefetch, syndrome) of the fault, or None if the instruction did its work; and the restart PC."""
        s = self.stub
        s.write(CODE + 64, elfs.code(instruction, SVC))
        s.write_word(self.regs + 8, x1)
        s.write_word(self.regs + 248, sp)
        s.write_word(self.regs + 256, pc)
        s["pc"] = s["x30"]
        where = s.run_to(self.core_fault, self.core_syscall)
        restart = s.word(self.regs + 272)
        if where == self.core_syscall:
            return None, restart
        fault = s["x0"]
        first, last = s.word(fault), s.word(fault + 16)
        return (first & 0xFFFFFFFF, s.word(fault + 8), last & 0xFF, last >> 32), restart


def program():
    body = elfs.code(SVC)
    return elfs.make([elfs.Segment(BASE, body, 7 * PAGE)])


def test_what_user_code_gets_for_unusual_instructions(lab, t):
    """memory §6.5; memory §11 #57–#62, #65. The loader's identity map is global: a leftover entry of it would answer with
    a permission fault instead of a missing table (memory §11 #81)."""
    image = lab.image(lab.file("root", program()))
    loader = elfs.read_headers(image.read_bytes())[0]
    with Running(image, socket=lab.scratch / "gdb") as run:
        prober = Prober(lab, run)
        for name, instruction, address, prefetch, syndrome in [*ABORTS, ("load from where the loader was", LOAD, loader, 0, 0x92000005)]:
            fault, restart = prober.execute(instruction, address)
            t.equal(fault, (VM, address, prefetch, syndrome), name)
            t.equal(restart, address if prefetch else CODE + 64, f"{name}: restart PC")
        for name, (instruction, syndrome) in EXCEPTIONS.items():
            fault, restart = prober.execute(instruction, DATA)
            t.equal(fault and (fault[0], fault[3]), (EXCEPTION, syndrome), name)
            t.equal(restart, CODE + 64, f"{name}: restart PC")
        fault, restart = prober.execute(SVC, 0, pc=CODE + 65)
        t.equal((fault and (fault[0], fault[3]), restart), ((EXCEPTION, 0x8A000000), CODE + 65), "a program counter that is not aligned")
        for name, instruction in WORKING.items():
            fault, restart = prober.execute(instruction, DATA + 3 if name in ("load", "store") else DATA, sp=DATA + 5)
            t.equal(fault, WORKS, f"{name} works")
            t.equal(restart, CODE + 68, f"{name}: restart PC of the system call behind it")
        fault, restart = prober.execute(0xD4024681, 0)  # svc #0x1234
        t.equal((fault, restart), (WORKS, CODE + 64), "the immediate of SVC does not matter; the restart PC is the SVC")
