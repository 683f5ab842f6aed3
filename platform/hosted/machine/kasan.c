// SPDX-License-Identifier: BSD-2-Clause
//
// Address checks of a machine built with -fsanitize=kernel-address (preset hosted-kasan): the compiler calls a function here
// before each access to memory, surrounds variables and arrays on the stack with poison, and registers the poison around globals.
//
// Eight bytes of the image have a byte of shadow, at SHADOW_OFFSET + address / 8: 0 = good, 1..7 = so many of them are, else
// poison. The shadow is shared by all processes like the variables that it is about, but for the part that each process
// has for itself. Everything else that the machine may touch is known by its range; it has no shadow.
//
// This file and those that run before there is a shadow (start.c, host.c) are not instrumented. In a build without
// the sanitizer nothing here is called.
#include "core/threads/state.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/kasan.h"
#include "platform/hosted/machine/panic.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/x86_64/gate.h"

#define SHADOW_OFFSET UINT64_C(0x640000000000)
enum { SHADOW_SHIFT = 3, GRANULE = 1 << SHADOW_SHIFT, POISON = 0xf9 };

typedef void constructor(void);
extern constructor *const image_init_start[], *const image_init_end[]; // machine.ld

static bool is_on, is_reporting;

static uint8_t *shadow_of(uint64_t address)
{
    return (uint8_t *)((address >> SHADOW_SHIFT) + SHADOW_OFFSET);
}

// ------------------------------------------------------------------------------------------- reports

static _Noreturn void report(uint64_t address, uint64_t size, const char *what, uint64_t pc)
{
    is_reporting = true;
    host_print(HOST_STDERR, "lab4: the kernel %s %lu bytes at %lx, which is not its to touch; pc %lx\n", what, size, address, pc);
    panic_at("bad access to memory", NULL);
}

static bool is_in(uint64_t address, uint64_t size, uint64_t start, uint64_t bytes)
{
    return address >= start && size <= bytes && address - start <= bytes - size;
}

// What the machine may touch and has no shadow.
static bool is_other_memory(uint64_t address, uint64_t size)
{
    uint64_t ram = control()->ram_bytes;
    return is_in(address, size, LAYOUT_CONTROL, sizeof(struct machine_control)) ||
           is_in(address, size, LAYOUT_PHYSICAL_WINDOW + MACHINE_RAM_BASE, ram) ||
           is_in(address, size, LAYOUT_THREADS, MACHINE_THREADS_BYTES(ram)) || is_in(address, size, LAYOUT_TRACE, MACHINE_TRACE_BYTES);
}

static bool is_good(uint64_t address, uint64_t size)
{
    if (!is_in(address, size, (uint64_t)image_text_start, (uint64_t)image_shared_end - (uint64_t)image_text_start)) {
        return is_other_memory(address, size);
    }
    uint64_t end = address + size;
    for (uint64_t at = address; at < end; at = (at / GRANULE + 1) * GRANULE) {
        uint8_t shadow = *shadow_of(at);
        uint64_t last = end < (at / GRANULE + 1) * GRANULE ? end - 1 : at | (GRANULE - 1);
        if (shadow != 0 && (shadow >= GRANULE || last % GRANULE >= shadow)) {
            return false;
        }
    }
    return true;
}

static void check(uint64_t address, uint64_t size, const char *what, const void *pc)
{
    if (is_on && !is_reporting && size > 0 && !is_good(address, size)) {
        report(address, size, what, (uint64_t)pc);
    }
}

// ------------------------------------------------------------------------- what the compiler calls

#define ACCESS(size)                                                            \
    void __asan_load##size##_noabort(uint64_t address);                         \
    void __asan_load##size##_noabort(uint64_t address)                          \
    {                                                                           \
        check(address, size, "reads", __builtin_return_address(0));             \
    }                                                                           \
    void __asan_store##size##_noabort(uint64_t address);                        \
    void __asan_store##size##_noabort(uint64_t address)                         \
    {                                                                           \
        check(address, size, "writes", __builtin_return_address(0));            \
    }
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

void __asan_loadN_noabort(uint64_t address, uint64_t size);
void __asan_loadN_noabort(uint64_t address, uint64_t size)
{
    check(address, size, "reads", __builtin_return_address(0));
}

void __asan_storeN_noabort(uint64_t address, uint64_t size);
void __asan_storeN_noabort(uint64_t address, uint64_t size)
{
    check(address, size, "writes", __builtin_return_address(0));
}

struct global {
    uint64_t start, bytes, bytes_with_poison;
    const char *name, *file;
    uint64_t unused[3];
};

void __asan_register_globals(const struct global *globals, uint64_t count);
void __asan_register_globals(const struct global *globals, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        const struct global *g = &globals[i];
        uint64_t rest = g->bytes % GRANULE, whole = g->bytes - rest;
        if (rest > 0) {
            *shadow_of(g->start + whole) = (uint8_t)rest;
        }
        uint64_t first = whole + (rest > 0 ? GRANULE : 0);
        __builtin_memset(shadow_of(g->start + first), POISON, (g->bytes_with_poison - first) / GRANULE);
    }
}

void __asan_unregister_globals(const struct global *globals, uint64_t count);
void __asan_unregister_globals(const struct global *globals, uint64_t count)
{
    (void)globals, (void)count;
}

// Before a call that does not return: the poison of the frames that are left must not stay.
void __asan_handle_no_return(void);
void __asan_handle_no_return(void)
{
    kasan_forget_stacks();
}

// --------------------------------------------------------------------------------------------- start

static void map_shadow(uint64_t start, uint64_t end, int flags, int file, uint64_t offset)
{
    uint64_t first = align_down((uint64_t)shadow_of(start), 12), bytes = align_up((uint64_t)shadow_of(end), 12) - first;
    if (host_map(first, bytes, HOST_READ | HOST_WRITE, flags | HOST_NO_RESERVE, file, offset) != (long)first) {
        host_print(HOST_STDERR, "lab4: the machine cannot start: the host does not map the checker's memory\n");
        host_exit(MACHINE_STATUS_BOOT_FAILED);
    }
}

static volatile char tested[GRANULE * 4 - 3];

// Does the compiler do what this file relies on?
static void test_itself(void)
{
    uint64_t end = (uint64_t)tested + sizeof tested;
    const struct global global = {.start = (uint64_t)tested, .bytes = sizeof tested, .bytes_with_poison = GRANULE * 4};
    __asan_register_globals(&global, 1);
    if (!is_good((uint64_t)tested, sizeof tested) || is_good(end - 1, 2) || is_good(end, 1) || is_good(0, 1) || (uint64_t)image_init_start == (uint64_t)image_init_end) {
        host_print(HOST_STDERR, "lab4: the machine cannot start: the checks of its memory do not work\n");
        host_exit(MACHINE_STATUS_BOOT_FAILED);
    }
}

void kasan_start(void)
{
    map_shadow((uint64_t)image_text_start, (uint64_t)image_shared_end, HOST_SHARED | HOST_FIXED_NO_REPLACE, MACHINE_FD_MEMORY, MACHINE_SHADOW_OFFSET);
    map_shadow((uint64_t)image_process_start, (uint64_t)image_process_end, HOST_PRIVATE | HOST_ANONYMOUS | HOST_FIXED, -1, 0);
    for (constructor *const *c = image_init_start; c != image_init_end; c++) {
        (*c)();
    }
}

void kasan_begin(void)
{
    test_itself();
    is_on = true;
}

void kasan_tag(void)
{
    uint64_t first = align_down((uint64_t)shadow_of((uint64_t)image_text_start), 12);
    host_protect_key(first, align_up((uint64_t)shadow_of((uint64_t)image_shared_end), 12) - first, HOST_READ | HOST_WRITE, KEY_MACHINE);
}

void kasan_forget_stacks(void)
{
    if (MACHINE_HAS_KASAN) {
        uint64_t stacks = (uint64_t)image_process_start, kernel_stack = (uint64_t)kernel_stack_top - STACK_BYTES;
        __builtin_memset(shadow_of(stacks), 0, ((uint64_t)image_process_end - stacks) / GRANULE);
        __builtin_memset(shadow_of(kernel_stack), 0, STACK_BYTES / GRANULE);
    }
}
