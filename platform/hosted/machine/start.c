// SPDX-License-Identifier: BSD-2-Clause
//
// From the host's exec to the zygote: checks what the front end says, empties the address space but for the image (the
// host's stack, vdso and vvar go, too: nothing of the host's is to be found where user code looks), maps the memory
// file, makes the image's variables shared, and boots the core.
#include <asm/signal.h>
#include <linux/auxvec.h>
#include <linux/prctl.h>

#include "core/threads/state.h"
#include "platform/hosted/machine/clock.h"
#include "platform/hosted/machine/devices.h"
#include "platform/hosted/machine/end.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/kasan.h"
#include "platform/hosted/machine/start.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/watch.h"
#include "platform/hosted/machine/write_execute.h"
#include "platform/hosted/machine/x86_64/context.h"
#include "platform/hosted/machine/x86_64/keys.h"
#include "platform/hosted/machine/x86_64/protect.h"
#include "platform/hosted/machine/x86_64/signals.h"
#include "platform/hosted/machine/zygote.h"
#include "platform/platform.h"

PER_PROCESS struct self self;
struct machine machine;

static _Noreturn void refuse(const char *why)
{
    host_print(HOST_STDERR, "lab4: the machine cannot start: %s\n", why);
    host_exit(MACHINE_STATUS_BOOT_FAILED);
}

static void map_file(uint64_t at, uint64_t bytes, uint64_t offset)
{
    const int flags = HOST_SHARED | HOST_NO_RESERVE | HOST_FIXED_NO_REPLACE;
    if (host_map(at, bytes, HOST_READ | HOST_WRITE, flags, MACHINE_FD_MEMORY, offset) != (long)at) {
        refuse("it cannot map the memory file at its fixed addresses");
    }
}

static void map_control(void)
{
    map_file(LAYOUT_CONTROL, sizeof(struct machine_control), 0);
    const struct machine_control *c = control();
    if (c->magic != MACHINE_MAGIC || c->version != MACHINE_VERSION) {
        refuse("it is not of the same version as the front end");
    }
    if (c->ram_bytes == 0 || c->ram_bytes % (UINT64_C(2) << 20) != 0 || c->ram_bytes > MACHINE_RAM_MAX) {
        refuse("the RAM size is not a multiple of 2 MiB, or too large");
    }
    host_prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (host_parent() != c->frontend_pid) { // it died before that
        host_exit(MACHINE_STATUS_PANIC);
    }
}

// Everything that the host mapped beside the image. Where the host has sealed its own pages it refuses; they lie above
// the user window then, which is checked next.
static void empty_address_space(void)
{
    host_unmap(MACHINE_USER_LOW, LAYOUT_CONTROL - MACHINE_USER_LOW);
    host_unmap((uint64_t)image_shared_end, LAYOUT_HOST_END - (uint64_t)image_shared_end);
    const int flags = HOST_PRIVATE | HOST_ANONYMOUS | HOST_NO_RESERVE | HOST_FIXED_NO_REPLACE;
    const uint64_t bytes = LAB4_GATE_PAGE - MACHINE_USER_LOW;
    if (host_map(MACHINE_USER_LOW, bytes, 0, flags, -1, 0) != (long)MACHINE_USER_LOW) {
        refuse("the host keeps pages in the lower part of the address space (try `ulimit -s 8192`)");
    }
    host_unmap(MACHINE_USER_LOW, bytes);
}

// Replaces the image's ordinary variables by shared memory, keeping their initial values.
static void share_variables(void)
{
    uint64_t start = (uint64_t)image_shared_start, bytes = (uint64_t)image_shared_end - start;
    if (MACHINE_STATE_OFFSET + bytes > MACHINE_SHADOW_OFFSET) {
        refuse("its state does not fit into the memory file");
    }
    uint64_t initial = (uint64_t)image_shared_data_end - start;
    map_file(LAYOUT_THREADS, bytes, MACHINE_STATE_OFFSET);
    __builtin_memcpy((void *)LAYOUT_THREADS, image_shared_start, initial);
    host_unmap(LAYOUT_THREADS, bytes);
    const int flags = HOST_SHARED | HOST_NO_RESERVE | HOST_FIXED;
    if (host_map(start, bytes, HOST_READ | HOST_WRITE, flags, MACHINE_FD_MEMORY, MACHINE_STATE_OFFSET) != (long)start) {
        refuse("it cannot map its state");
    }
    control()->state_start = start;
    control()->state_bytes = bytes;
    control()->kernel_start = (uint64_t)&ks;
    control()->kernel_bytes = sizeof ks;
}

static void map_memory(void)
{
    uint64_t ram = control()->ram_bytes;
    map_file(LAYOUT_PHYSICAL_WINDOW + MACHINE_RAM_BASE, ram, MACHINE_RAM_OFFSET);
    map_file(LAYOUT_THREADS, MACHINE_THREADS_BYTES(ram), MACHINE_THREADS_OFFSET(ram));
    if (control()->flags & MACHINE_FLAG_TRACE) {
        map_file(LAYOUT_TRACE, MACHINE_TRACE_BYTES, MACHINE_TRACE_OFFSET);
    }
}

static void make_gate_page(void)
{
    const int flags = HOST_PRIVATE | HOST_ANONYMOUS | HOST_FIXED_NO_REPLACE;
    if (host_map(LAB4_GATE_PAGE, 4096, HOST_READ | HOST_WRITE, flags, -1, 0) != (long)LAB4_GATE_PAGE) {
        refuse("it cannot map the gate page");
    }
    uint64_t *words = (uint64_t *)LAB4_GATE_PAGE;
    keys_open_user(true);
    words[LAB4_GATE_ENTRY_OFFSET / 8] = (uint64_t)machine.entry->gate;
    words[LAB4_GATE_MAGIC_OFFSET / 8] = LAB4_GATE_MAGIC;
    keys_open_user(false);
    host_protect(LAB4_GATE_PAGE, 4096, HOST_READ);
}

static bool boot_core(void)
{
    const struct machine_control *c = control();
    const struct boot_input input = {
        .ram = {{MACHINE_RAM_BASE, MACHINE_RAM_BASE + c->ram_bytes}},
        .ram_count = 1,
        .ram_is_zero = true, // a fresh memory file; what was loaded into it is not free
        .dtb = c->dtb_bytes ? c->dtb : 0,
        .dtb_size = c->dtb_bytes,
        .image = {c->image_start, c->image_end},
        .image_offset = c->image_offset,
        .entry = c->entry,
        .device_pages = {0x08000000, 0x08010000}, // the interrupt controller, as on QEMU (memory §5.1)
        .device_page_count = 2,
    };
    return core_boot(&input);
}

_Noreturn void machine_main(const uint64_t *arguments)
{
    const uint64_t has_fsgsbase = 2; // HWCAP2_FSGSBASE
    bool fsgsbase = host_auxiliary(arguments, AT_HWCAP2) & has_fsgsbase;
    empty_address_space();
    map_control();
    share_variables();
    map_memory();
    write_execute_start();
    if (MACHINE_HAS_KASAN) {
        kasan_start();
        kasan_begin();
    }
    machine.has_fsgsbase = fsgsbase;
    machine.zygote_pid = host_pid();
    clock_start();
    devices_start();
    context_start();
    host_unblock_signals();
    if (control()->host_cpu != MACHINE_CPU_NONE && !(control()->flags & MACHINE_FLAG_SPIN)) {
        host_pin(control()->host_cpu);
    }
    host_prctl(PR_SET_TIMERSLACK, 1);
    host_prctl(PR_SET_NO_NEW_PRIVS, 1);
    protect_start();
    signals_install(); // only now is it known which entry
    make_gate_page();
    if (!boot_core()) {
        machine_end(MACHINE_STATUS_BOOT_FAILED);
    }
    watch_start();
    clock_measure();
    zygote_run();
}
