// SPDX-License-Identifier: BSD-2-Clause
//
// Protection keys (pkeys(7)): everything that is not user memory carries the machine's key, which is closed while user
// code runs; while the machine runs, the user's key is closed. It guards against mistakes, not against attackers: user
// code can execute WRPKRU.
//
// Two things depend on the host. Without keys the machine runs unprotected, after one line of warning. And Linux before
// 6.12 writes a signal frame with the rights of whatever was interrupted, be it user code, the machine, or the first
// instruction of another handler, where only key 0 is open. There the signal stack keeps key 0, and that key is never
// closed. That is harmless, because a frame is consumed before user code runs again; only the check that the kernel does not
// follow user pointers is lost. A probe decides, not a version number.
#include "core/threads/state.h"
#include "platform/hosted/machine/end.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/kasan.h"
#include "platform/hosted/machine/panic.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/x86_64/gate.h"
#include "platform/hosted/machine/x86_64/keys.h"
#include "platform/hosted/machine/x86_64/protect.h"
#include "platform/hosted/machine/x86_64/signals.h"

enum { PROT_RW = HOST_READ | HOST_WRITE };

static const struct entry entry_plain = {gate_plain, signal_plain, enter_plain, 0};
static const struct entry entry_pku = {gate_pku, signal_pku, enter_pku, PKRU_MACHINE};
static const struct entry entry_open = {gate_open, signal_open, enter_open, PKRU_OPEN};

static void tag(uint64_t start, uint64_t end, int protection)
{
    long error = host_protect_key(start, end - start, protection, KEY_MACHINE);
    if (error != 0) {
        host_refuses("to assign a protection key", error, "run with --protect=none");
    }
}

// A host with rules about executable memory may refuse. Then the text keeps the user's key: user code can read it, and nobody
// executes it any differently.
static void tag_text(void)
{
    uint64_t start = (uint64_t)image_text_start, bytes = (uint64_t)image_text_end - start;
    host_protect_key(start, bytes, HOST_READ | HOST_EXECUTE, KEY_MACHINE);
}

static void tag_everything(void)
{
    uint64_t ram = control()->ram_bytes;
    tag(LAYOUT_CONTROL, LAYOUT_CONTROL + sizeof(struct machine_control), PROT_RW);
    tag(LAYOUT_PHYSICAL_WINDOW + MACHINE_RAM_BASE, LAYOUT_PHYSICAL_WINDOW + MACHINE_RAM_BASE + ram, PROT_RW);
    tag(LAYOUT_THREADS, LAYOUT_THREADS + MACHINE_THREADS_BYTES(ram), PROT_RW);
    if (control()->flags & MACHINE_FLAG_TRACE) {
        tag(LAYOUT_TRACE, LAYOUT_TRACE + MACHINE_TRACE_BYTES, PROT_RW);
    }
    tag_text();
    tag((uint64_t)image_text_end, (uint64_t)image_rodata_end, HOST_READ);
    tag((uint64_t)image_process_start, (uint64_t)image_process_end, PROT_RW);
    tag((uint64_t)image_shared_start, (uint64_t)image_shared_end, PROT_RW);
    if (MACHINE_HAS_KASAN) {
        kasan_tag();
    }
    host_protect_key((uint64_t)exit_scratch, 4096, PROT_RW, KEY_READ_ONLY);
}

// Can the host deliver a signal to user code on a signal stack that user code may not touch?
static bool probe_signal_stack(void)
{
    int status = -1;
    long pid = host_fork();
    if (pid == 0) {
        signals_install();
        protect_probe(); // ends in signal_handle with host_exit(0), or is killed
        host_exit(1);
    }
    while (pid > 0 && host_wait(&status, true) == -EINTR) {
    }
    return status == 0;
}

void protect_start(void)
{
    uint32_t wish = control()->protect;
    bool has_keys = wish != MACHINE_PROTECT_NONE && host_new_key() == KEY_MACHINE && host_new_key() == KEY_READ_ONLY;
    machine.entry = &entry_plain;
    control()->protection = has_keys ? MACHINE_PROTECT_PKU : MACHINE_PROTECT_NONE;
    if (wish == MACHINE_PROTECT_PKU && !has_keys) {
        host_print(HOST_STDERR, "lab4: this host has no memory protection keys, which --protect=pku asks for\n");
        machine_end(MACHINE_STATUS_BOOT_FAILED);
    }
    if (!has_keys) {
        if (wish == MACHINE_PROTECT_AUTO && !(control()->flags & MACHINE_FLAG_IS_WARNED)) {
            host_print(HOST_STDERR, "lab4: no memory protection keys on this host: user code could damage the kernel (--protect=none: do not say so)\n");
        }
        return;
    }
    machine.has_pku = true;
    machine.entry = &entry_pku;
    tag_everything();
    keys_write(PKRU_MACHINE);
    if (!probe_signal_stack()) {
        machine.entry = &entry_open;
        keys_write(PKRU_OPEN);
        host_protect_key((uint64_t)signal_stack, STACK_BYTES, PROT_RW, 0);
    }
}
