# SPDX-License-Identifier: BSD-2-Clause
"""tools/run-qemu: statuses, the console, and leaving no process behind however it ends."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import elfs

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUN, HELPERS = ROOT / "tools/run-qemu", ROOT / "tools/gdb/lab4.py"
FOREVER = elfs.simple(elfs.code(*elfs.move(0, ord("x")), *elfs.move(7, 2**64 - 12), elfs.SVC, 0x14000000))  # prints x, b .


def start(lab, program, *options, **more):
    command = [str(RUN), "--build", str(lab.build), *options, str(lab.file("program", program))]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **more)


def run(lab, program, *options):
    process = start(lab, program, *options)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output.decode(), errors.decode()


def survivors(session):
    """Processes of the session that run-qemu was started in."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(path.parent.name)
    return found


def no_survivors(t, session):
    deadline = time.monotonic() + 5
    while survivors(session) and time.monotonic() < deadline:
        time.sleep(0.05)
    t.equal(survivors(session), [], "processes left behind")


def ended_by(lab, t, number, status):
    process = start(lab, FOREVER)
    t.equal(process.stdout.read(1), b"x", "the machine runs")
    os.killpg(process.pid, number) if number == signal.SIGINT else os.kill(process.pid, number)
    _, errors = process.communicate(timeout=20)
    t.equal((process.returncode, errors), (status, b""), "status and messages")
    no_survivors(t, process.pid)


def test_run_returns_the_status_of_the_root_task(lab, t):
    t.equal(run(lab, elfs.simple(elfs.exit_program(42))), (42, "", ""), "status, console, messages")
    t.equal(run(lab, elfs.simple(elfs.put_byte_and_exit(10))), (0, "\n", ""), "status, console, messages")


def test_run_refuses_a_bad_program(lab, t):
    status, output, errors = run(lab, b"no program")
    t.equal((status, output), (2, ""), "status and console")
    t.contains(errors, "program is not an ELF file; give a program linked with libsel4.")


def test_run_refuses_bad_options(lab, t):
    for option in "--mem=lots", "--mem=3M", "--mem=0", "--timeout=never", "--timeout=0", "--no-such-option", "--build=/nowhere":
        status, output, errors = run(lab, FOREVER, option)
        t.equal((status, output), (2, ""), f"status and console with {option}")
        t.check(errors.count("\n") == 1 and option.partition("=")[0] in errors or "/nowhere" in errors,
                f"one sentence with {option}: {errors!r}")


def stopped_at(lab, program, address, *commands):
    """What gdb says to the commands when the program gets to the address; then the program runs to its end."""
    path = lab.scratch / "gdb-commands"
    qemu = "-S", "-chardev", f"socket,id=gdb,path={path},server=on,wait=off", "-gdb", "chardev:gdb"
    process = start(lab, program, *(f"--qemu-option={word}" for word in qemu))
    deadline = time.monotonic() + 60
    while not path.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    script = (f"target remote {path}", f"hbreak *{address:#x}", "continue", *commands, "continue")
    gdb = subprocess.run(["gdb-multiarch", "-nx", "-batch", "-x", HELPERS, *(word for line in script for word in ("-ex", line)),
                          lab.build / "kernel.elf"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    process.communicate(timeout=60)
    return process.returncode, gdb.stdout + gdb.stderr


def test_run_ends_after_the_timeout(lab, t):
    begin = time.monotonic()
    t.equal(run(lab, FOREVER, "--timeout", "1"), (5, "x", "lab4: the run did not end within 1 s.\n"), "status, console, messages")
    t.check(time.monotonic() - begin < 10, "in time")


def test_a_fault_without_handler_is_told_with_its_line(lab, t):
    """In words, from the line that the kernel prints on the console."""
    program = lab.build / "bin/boot-wrong"
    source = ROOT / "tests/observe/wrong.c"
    number, = (i + 1 for i, line in enumerate(source.read_text().split("\n")) if line.endswith("// null"))
    process = subprocess.run([RUN, "--build", lab.build, "--timeout", "60", program], stdin=subprocess.DEVNULL, capture_output=True,
                             text=True, timeout=90)
    t.contains(process.stdout, "lab4: thread 'rootserver' has no fault handler and stops: vm fault at pc 0x")
    t.contains(process.stderr, "lab4: 'rootserver' stops at length_of (wrong.c:%d) of boot-wrong: read at 0x0: nothing is mapped there: "
               "a null pointer" % number)
    t.equal(process.returncode, 3, "the status is that of threads that all wait")


def test_run_with_virtual_time_does_not_wait(lab, t):
    begin = time.monotonic()
    status, output, _ = run(lab, (lab.build / "bin/boot-hardware").read_bytes(), "--time", "virtual")
    t.equal(status, 0, f"status (output {output!r})")
    t.check(time.monotonic() - begin < 20, "in time")


def test_run_ends_cleanly_on_ctrl_c(lab, t):
    ended_by(lab, t, signal.SIGINT, 130)


def test_run_ends_cleanly_when_it_is_terminated(lab, t):
    ended_by(lab, t, signal.SIGTERM, 143)


def test_run_that_is_killed_leaves_no_machine_behind(lab, t):
    ended_by(lab, t, signal.SIGKILL, -9)


def test_run_boots_with_the_memory_asked_for(lab, t):
    for mem in "16M", "64M", "130M", "512M", "3G":
        t.equal(run(lab, elfs.simple(elfs.exit_program(3)), "--mem", mem), (3, "", ""), f"status, console, messages with {mem}")


def test_the_port_for_gdb_can_be_chosen_and_must_be_free(lab, t):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        status, output, errors = run(lab, FOREVER, "--gdb", "--gdb-port", str(port))
        t.equal((status, output, errors.count("\n")), (2, "", 1), "status, console, lines")
        t.contains(errors, f"port {port} is not free", "--gdb-port")
    process = start(lab, FOREVER, "--gdb", "--gdb-port", str(port))
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            break
        except OSError:
            time.sleep(0.05)
    else:
        t.equal("refused", "a connection", "the machine waits for gdb at its port")
    process.terminate()
    process.communicate(timeout=20)
    no_survivors(t, process.pid)
    for text in ("", "0", "65536", "http"):
        t.contains(run(lab, FOREVER, "--gdb-port", text)[2], "--gdb-port")


def test_gdb_finds_the_way_from_the_kernel_to_the_program(lab, t):
    hello = lab.build / "bin/hello"
    entry = int.from_bytes(hello.read_bytes()[24:32], "little")
    status, said = stopped_at(lab, hello.read_bytes(), entry, "delete", f"add-symbol-file {hello}", "break perform_UntypedRetype", "continue",
                              "backtrace", "delete", "break core_syscall_fast", "continue", "backtrace", "delete", "break core_syscall_slow",
                              "continue", "backtrace", "delete")
    for kernel in "perform_UntypedRetype", "core_syscall_fast", "core_syscall_slow":
        frames = rf"\n#0 +{kernel}[^#].*?\n#\d+ [^\n]*(slow|from)_syscall.*?\n#\d+ [^\n]*main \(\) at [^\n]*hello/main\.c"
        t.check(re.search(frames, said, re.DOTALL), f"{frames} in {said!r}")
    t.check("Python Exception" not in said, said)
    t.equal(status, 0, f"status (gdb says {said!r})")


def test_gdb_commands_show_the_kernel_when_user_code_has_stopped(lab, t):
    status, said = stopped_at(lab, elfs.simple(elfs.exit_program(7)), elfs.BASE, "lab4-threads",
                              "lab4-slot &ks.cpu.current->slots[0]", "lab4-tree", "print/x $cpsr")
    t.contains(said, "* rootserver               running")
    t.contains(said, "  idle_thread              idle")
    t.contains(said, "radix=0xd guard_size=0x33 guard=0x0")
    for kind in "tcb object", "irq_control", "sched_context", "page_table base", "frame base", "untyped base=0x0 size_bits=0x1b":
        t.contains(said, f"parent first {kind}")
    t.contains(said, "$1 = 0x40")
    t.equal(status, 7, f"status (gdb says {said!r})")
