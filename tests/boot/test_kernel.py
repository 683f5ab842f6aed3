# SPDX-License-Identifier: BSD-2-Clause
"""The kernel under a loader that lies (memory §10), its ends, and its panics: registers at the entry are changed through
QEMU's debug stub.
"""
import elfs
from machine import Running

KERNEL = 0xFFFFFFFFC0000000
GOOD = elfs.simple(elfs.exit_program(7))
PAGE = 4096


def enter_with(lab, **registers):
    """Boots with registers of the kernel's entry changed: each a number, or a function of the six original ones."""
    with Running(lab.image(lab.file("root", GOOD)), socket=lab.scratch / "gdb") as run:
        run.stub.run_to(KERNEL)
        x = [run.stub[f"x{i}"] for i in range(6)]
        for name, value in registers.items():
            run.stub[name] = value(x) if callable(value) else value
        run.stub.go()
        return run.finish(20)


def fails(lab, t, text, **registers):
    result = enter_with(lab, **registers)
    t.equal(result.status, 4, f"exit status with {text}")
    t.contains(result.output, "boot failed", text)


def boots(lab, t, status, **registers):
    result = enter_with(lab, **registers)
    t.equal(result.status, status, f"exit status (output {result.output!r})")
    return result.output


def test_a_device_tree_that_the_kernel_cannot_take_fails_the_boot(lab, t):
    fails(lab, t, "device tree", x4=2**64 - 16)
    fails(lab, t, "device tree", x4=(511 << 30) - 8)
    fails(lab, t, "device tree", x4=0x40000000)
    fails(lab, t, "device tree", x4=lambda x: x[0])
    fails(lab, t, "device tree", x4=lambda x: x[1])
    fails(lab, t, "device tree", x5=lambda x: x[0] - x[4] + 1)


def test_a_device_tree_that_the_kernel_must_take(lab, t):
    boots(lab, t, 7, x5=0)
    boots(lab, t, 7, x4=0)
    boots(lab, t, 7, x4=0, x5=0)
    boots(lab, t, 7, x4=2**64 - 1, x5=0)
    boots(lab, t, 7, x5=lambda x: x[5] + (1 << 32))
    boots(lab, t, 7, x5=lambda x: x[0] - x[4])
    boots(lab, t, 7, x4=lambda x: x[4] + 5, x5=16)


def test_a_root_image_that_the_kernel_cannot_take_fails_the_boot(lab, t):
    fails(lab, t, "root image", x0=0x40000000, x4=0, x5=0)
    fails(lab, t, "root image", x0=lambda x: x[0] + 1)
    fails(lab, t, "root image", x1=lambda x: x[1] + 1)
    fails(lab, t, "root image", x1=lambda x: x[0] - PAGE)
    fails(lab, t, "root image", x2=lambda x: x[0] - 0x7FFFFFFFE000)
    fails(lab, t, "root", x1=0x7FFFF000)


def test_root_images_that_only_the_root_thread_suffers_from(lab, t):
    t.contains(boots(lab, t, 3, x1=lambda x: x[0], x2=lambda x: x[0] - 0x400000), "0x400000")
    t.contains(boots(lab, t, 3, x3=0x12345678000), "0x12345678000", "0x82000004")
    t.contains(boots(lab, t, 3, x3=0x40000000), "0x40000000", "0x82000005")
    t.contains(boots(lab, t, 3, x3=0x800000), "0x800000", "0x82000006")
    t.contains(boots(lab, t, 3, x3=0x480000), "0x480000", "0x82000007")
    for address, syndrome in {0x7000000000: "0x82000010", 0x100000000000: "0x82000003"}.items():  # a hole; beyond the CPU's 40 bits
        output = boots(lab, t, 3, x0=address, x1=address + PAGE, x2=address - 0x400000, x4=0, x5=0)
        t.contains(output, "0x400000", syndrome)


def test_a_clean_end_returns_the_status(lab, t):
    for status in 0, 1, 255:
        result = lab.boot(lab.image(lab.file("root", elfs.simple(elfs.exit_program(status)))))
        t.equal((result.status, result.output), (status, ""), "status and output")


def test_without_semihosting_the_machine_powers_itself_off(lab, t):
    program = elfs.simple(elfs.put_byte_and_exit(ord("!")))
    result = lab.boot(lab.image(lab.file("root", program)), semihosting=False, timeout=20)
    t.equal((result.status, result.output), (0, "!"), "status and output")


def test_a_line_feed_is_sent_with_a_carriage_return(lab, t):
    with Running(lab.image(lab.file("root", elfs.simple(elfs.put_byte_and_exit(10))))) as run:
        output, _ = run.process.communicate(timeout=20)
        t.equal(output, b"\r\n", "bytes on the console")


def test_a_machine_that_sleeps_for_ever_says_so(lab, t):
    wait = elfs.simple(elfs.code(*elfs.move(0, 1), 0xD4200000))  # BRK: the root thread has no fault handler
    result = lab.boot(lab.image(lab.file("root", wait)))
    t.equal(result.status, 3, "exit status")
    t.contains(result.output, "0xf2000000", "every thread waits", "rootserver")


def test_ram_that_the_device_tree_does_not_know_of_is_a_device(lab, t):
    """One build serves every size: the packer writes it into the kernel, the device tree only bounds it."""
    image = lab.image(lab.file("root", GOOD), "--mem", "128M", mem="1G")
    with Running(image, "1G", socket=lab.scratch / "gdb") as run:
        run.stub.run_to(elfs.BASE)
        info = run.stub["x0"]
        first, last = run.stub.word(info + 168), run.stub.word(info + 176)
        blocks = [(run.stub.word(info + 184 + 16 * i), run.stub.word(info + 192 + 16 * i)) for i in range(last - first)]
        t.check((0x48000000, 27 + 256) in blocks, "a device untyped begins at the end of the 128 MiB")


# ---------------------------------------------------------------------------------------------- panics

def panic(lab, **registers):
    symbols = elfs.read_symbols(lab.kernel.read_bytes())
    with Running(lab.image(lab.file("root", GOOD)), socket=lab.scratch / "gdb") as run:
        run.stub.run_to(symbols["core_syscall_slow"])
        for name, value in registers.items():
            run.stub[name] = value
        run.stub.go()
        return run.finish(20)


def test_a_jump_into_nothing_is_a_panic_with_registers_and_backtrace(lab, t):
    result = panic(lab, pc=0x10, x20=0x1234567)
    t.equal(result.status, 4, "exit status")
    t.contains(result.output, "kernel panic: exception in the kernel", "pc 0x10", "esr 0x86000006", "x20 0x1234567",
               "current thread 'rootserver'", "called from", "all invariants hold")


def test_a_stack_overflow_is_a_panic(lab, t):
    result = panic(lab, sp=0xFFFFFFFFFFE05000)  # the bottom of the stack page; the page below is not mapped
    t.equal(result.status, 4, "exit status")
    t.contains(result.output, "kernel panic: exception in the kernel", "sp 0xffffffffffe0", "far 0xffffffffffe04")


def test_a_kernel_bug_without_semihosting_ends_too(lab, t):
    symbols = elfs.read_symbols(lab.kernel.read_bytes())
    with Running(lab.image(lab.file("root", GOOD)), socket=lab.scratch / "gdb", semihosting=False) as run:
        run.stub.run_to(symbols["core_syscall_slow"])
        run.stub["pc"] = 0x10
        run.stub.go()
        t.contains(run.finish(20).output, "kernel panic")
