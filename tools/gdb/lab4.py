# SPDX-License-Identifier: BSD-2-Clause
#
# gdb commands for a lab4 kernel, hosted or on QEMU:
#
#     (gdb) source tools/gdb/lab4.py
#     (gdb) lab4-threads            every thread: state, priority, pc, what it waits for
#     (gdb) lab4-slot EXPR          the capability in a slot; EXPR is a `struct slot *`
#     (gdb) lab4-tree [EXPR]        the derivation list that a slot is part of (default: of every slot of the current CSpace)
#
# They read `ks` and the objects in memory through the debug information of the core, call nothing in the inferior, and
# decode capabilities with the same table as the kernel: the fields are read off core/caps/cap.h.
import contextlib
import functools
import os
import re

import gdb
import gdb.unwinder

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
WORD = (1 << 64) - 1
KIND_SHIFT = 59
SLOT_BYTES = 32
EL1H_MASKED = 0x3C5


def read_source(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def read_tables():
    """Kinds {number: name} and fields {kind: [(field, word, low, width, shift)]} from the macros of core/caps/cap.h."""
    text = read_source("core", "caps", "cap.h")
    kinds = {int(number): name for name, number in re.findall(r"\bK\((\w+), (\d+),", text)}
    fields = {}
    for kind, field, *numbers in re.findall(r"\bF\((\w+), (\w+), (\d+), (\d+), (\d+), (\d+)\)", text):
        fields.setdefault(kind, []).append((field, *map(int, numbers)))
    return kinds, fields


KINDS, FIELDS = read_tables()


def field(words, kind, name):
    """The value of one field of a capability."""
    word, low, width, shift = next(numbers for field, *numbers in FIELDS[kind] if field == name)
    return ((words[word] >> low) & ((1 << width) - 1)) << shift


def is_on_aarch64():
    return gdb.newest_frame().architecture().name().startswith("aarch64")


def window():
    """What turns a physical address into the kernel's."""
    path, name = (("qemu-aarch64", "machine.h"), "KERNEL_WINDOW") if is_on_aarch64() else \
        (("hosted", "machine", "layout.h"), "LAYOUT_PHYSICAL_WINDOW")
    return int(re.search(rf"#define {name} (?:WORD\()?(0x[0-9a-f]+)", read_source("platform", *path))[1], 16)


def privilege():
    """The exception level that the machine stopped at."""
    return int(gdb.newest_frame().read_register("cpsr")) >> 2 & 3


@contextlib.contextmanager
def kernel_memory():
    """QEMU reads memory with the rights of the exception level that the machine stopped at, so at EL0 the kernel's is out
    of reach: say EL1 while a command reads."""
    if not is_on_aarch64() or privilege() > 0:
        yield
        return
    depth = gdb.selected_frame().level()
    gdb.newest_frame().select()
    saved = int(gdb.parse_and_eval("$cpsr"))
    gdb.execute(f"set $cpsr = {EL1H_MASKED:#x}", to_string=True)
    try:
        yield
    finally:
        gdb.newest_frame().select()
        gdb.execute(f"set $cpsr = {saved:#x}", to_string=True)
        frame = gdb.newest_frame()
        for _ in range(depth):
            frame = frame.older()
        frame.select()


def reads_kernel_memory(invoke):
    @functools.wraps(invoke)
    def wrapped(*arguments):
        with kernel_memory():
            invoke(*arguments)
    return wrapped


def describe(words):
    kind = KINDS.get(words[0] >> KIND_SHIFT, "?")
    parts = []
    for field, word, low, width, shift in FIELDS.get(kind, []):
        value = ((words[word] >> low) & ((1 << width) - 1)) << shift
        parts.append(f"{field}={value:#x}")
    return kind + (" " + " ".join(parts) if parts else "")


def cap_words(slot):
    return [int(slot["cap"]["words"][i]) & WORD for i in range(2)]


def neighbour(slot, member):
    """The slot that a list link names, or None; bit 0 of a link is a flag."""
    address = int(slot[member]) & WORD & ~1
    return gdb.Value(address).cast(slot.type.pointer()).dereference() if address else None


def kernel():
    return gdb.parse_and_eval("ks")


def threads():
    thread = kernel()["all_threads"]
    while int(thread):
        yield thread.dereference()
        thread = thread["all_next"]


class FrameId:
    """What gdb tells frames apart by."""

    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class UserFrame(gdb.unwinder.Unwinder):
    """On QEMU: from the entry code (platform/qemu-aarch64/vectors.S) to the program, whose registers are
    those of the current thread. On a hosted machine the entry code is a signal handler, and gdb finds its
    way alone."""

    ENTRY_CODE = ("from_synchronous", "user_resume")
    MOST_BYTES = 256  # from the last of them on

    def __init__(self):
        super().__init__("lab4-user-frame")

    def is_entry_code(self, pc):
        try:
            first, last = (int(gdb.parse_and_eval(f"(long)&{name}")) & WORD for name in self.ENTRY_CODE)
        except gdb.error:
            return False  # this is no kernel for QEMU
        return first <= pc < last + self.MOST_BYTES

    def __call__(self, pending):
        if not pending.architecture().name().startswith("aarch64"):
            return None
        sp, pc = (pending.read_register(name) for name in ("sp", "pc"))
        if not self.is_entry_code(int(pc) & WORD):
            return None
        registers = kernel()["cpu"]["current"]["regs"]
        frame = pending.create_unwind_info(FrameId(sp, pc))
        for i in range(31):
            name = f"x{i}"
            frame.add_saved_register(name, registers["x"][i].cast(pending.read_register(name).type))
        frame.add_saved_register("sp", registers["sp"].cast(sp.type))
        frame.add_saved_register("pc", registers["pc"].cast(pc.type))
        return frame


class Threads(gdb.Command):
    """Lists every thread of the lab4 kernel, newest first."""

    def __init__(self):
        super().__init__("lab4-threads", gdb.COMMAND_STATUS)

    @reads_kernel_memory
    def invoke(self, argument, from_tty):
        current = int(kernel()["cpu"]["current"])
        print(f"  {'name':<24} {'state':<32} prio  {'pc':>18}  sc")
        for thread in threads():
            mark = "*" if int(thread.address) == current else " "
            state = str(thread["state"]).replace("THREAD_", "").lower()
            if thread["is_sleeping"]:
                state += " (sleeping)"
            pc = int(thread["regs"]["pc"]) & WORD
            name = thread["name"].string(errors="replace")
            print(f"{mark} {name:<24} {state:<32} {int(thread['priority']):>4}  {pc:#18x}  {int(thread['sc']):#x}")


class Slot(gdb.Command):
    """lab4-slot EXPR: decodes the capability in a slot (EXPR: struct slot *)."""

    def __init__(self):
        super().__init__("lab4-slot", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    @reads_kernel_memory
    def invoke(self, argument, from_tty):
        if not argument:
            raise gdb.GdbError("lab4-slot needs an expression, for example: lab4-slot &ks.cpu.current->slots[0]")
        slot = gdb.parse_and_eval(argument).dereference()
        print(describe(cap_words(slot)))


def print_list(slot, seen):
    """Prints the whole derivation list that contains the slot."""
    previous = neighbour(slot, "previous")
    while previous is not None:
        slot, previous = previous, neighbour(previous, "previous")
    while slot is not None and int(slot.address) not in seen:
        seen.add(int(slot.address))
        revocable = "parent" if int(slot["next"]) & 1 else "      "
        first = "first" if int(slot["previous"]) & 1 else "     "
        print(f"{int(slot.address):#x} {revocable} {first} {describe(cap_words(slot))}")
        slot = neighbour(slot, "next")


class Tree(gdb.Command):
    """lab4-tree [EXPR]: the derivation list of a slot, or of every slot of the current thread's root CNode."""

    def __init__(self):
        super().__init__("lab4-tree", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    @reads_kernel_memory
    def invoke(self, argument, from_tty):
        seen = set()
        if argument:
            print_list(gdb.parse_and_eval(argument).dereference(), seen)
            return
        root = kernel()["cpu"]["current"].dereference()["slots"][0]
        words = cap_words(root)
        if KINDS.get(words[0] >> KIND_SHIFT) != "cnode":
            raise gdb.GdbError("The current thread has no CSpace; give a slot: lab4-tree &thread->slots[1]")
        base = (field(words, "cnode", "object") + window()) & WORD
        size = SLOT_BYTES << field(words, "cnode", "radix")
        memory = bytes(gdb.selected_inferior().read_memory(base, size))  # at once: each read is a message to QEMU
        for offset in range(0, size, SLOT_BYTES):
            if memory[offset + 7] >> KIND_SHIFT - 56 and base + offset not in seen:
                print_list(gdb.Value(base + offset).cast(root.type.pointer()).dereference(), seen)


gdb.unwinder.register_unwinder(None, UserFrame(), replace=True)
Threads()
Slot()
Tree()
