// SPDX-License-Identifier: BSD-2-Clause
//
// Maps a machine's memory file, and makes the machine stop at the end of a kernel entry (interface.h: pause_wanted). The machine
// does not wait for ever, in case that we die.
#include "platform/hosted/inspect/inspect.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "platform/hosted/frontend/running.h"

enum { PATIENCE_TENTHS = 50, STATUS_FAILED = 1 };

const struct kernel *kernel;
struct machine_control *machine_control;

static void wake(uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void detach(void)
{
    if (machine_control != NULL) {
        __atomic_store_n(&machine_control->pause_wanted, 0, __ATOMIC_SEQ_CST);
        wake(&machine_control->pause_wanted);
    }
}

_Noreturn void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    detach();
    fputs("lab4: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(STATUS_FAILED);
}

// ------------------------------------------------------------------------------------------- mapping

static void map(uint64_t at, uint64_t bytes, int memory, uint64_t offset)
{
    if (mmap((void *)at, bytes, PROT_READ, MAP_SHARED | MAP_NORESERVE | MAP_FIXED_NOREPLACE, memory, (off_t)offset) != (void *)at) {
        fail("the machine's memory cannot be mapped at 0x%lx (%s); lift the limit on address space (ulimit -v unlimited).", at, strerror(errno));
    }
}

static void map_machine(struct machine_control *control, int memory)
{
    if (control->kernel_bytes != sizeof(struct kernel)) {
        fail("the machine was made by another build of lab4; use the lab4-inspect that was built with it.");
    }
    map((uint64_t)plat_ptr(MACHINE_RAM_BASE), control->ram_bytes, memory, MACHINE_RAM_OFFSET);
    map(control->state_start, control->state_bytes, memory, MACHINE_STATE_OFFSET);
    kernel = (const struct kernel *)control->kernel_start;
    machine_control = control;
    guest = (struct guest){.ram = plat_ptr(MACHINE_RAM_BASE), .ram_bytes = control->ram_bytes};
}

static void open_programs(const struct machine_control *control, int memory)
{
    struct machine_notes *notes = mmap(NULL, sizeof(*notes), PROT_READ, MAP_SHARED, memory, MACHINE_NOTES_OFFSET);
    char path[sizeof(notes->program)] = "", name[sizeof(control->name)];
    if (notes != MAP_FAILED) {
        snprintf(path, sizeof(path), "%.*s", (int)sizeof(path) - 1, notes->program);
        munmap(notes, sizeof(*notes));
    }
    snprintf(name, sizeof(name), "%.*s", (int)sizeof(name) - 1, control->name);
    programs_open(path, name);
}

// ------------------------------------------------------------------------------------------ stopping

static void give_up(int number)
{
    (void)number;
    static const char text[] = "lab4: the kernel's data is damaged, or changed while it was read; run the machine with --check.\n";
    detach();
    ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);
    (void)written; // nobody is left to tell
    _exit(STATUS_FAILED);
}

static void stop_machine(void)
{
    struct machine_control *control = machine_control;
    uint32_t expected = 0;
    if (!__atomic_compare_exchange_n(&control->pause_wanted, &expected, 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        machine_control = NULL; // not ours to release
        fail("somebody else inspects the machine just now; try again.");
    }
    for (unsigned i = 0; i < PATIENCE_TENTHS; i++) {
        if (control->has_ended) {
            fail("the machine has just ended.");
        }
        uint32_t owner = machine_poke(control);
        if (owner != 0) {
            kill((pid_t)owner, SIGALRM);
        } else {
            wake(&control->attention);
        }
        const struct timespec tenth = {.tv_nsec = 100000000};
        syscall(SYS_futex, &control->pause_reached, FUTEX_WAIT, 0, &tenth, NULL, 0);
        if (__atomic_load_n(&control->pause_reached, __ATOMIC_SEQ_CST)) {
            return;
        }
    }
    fail("the machine does not come to a stop: a debugger may hold it, or nobody reads its console.");
}

void attach(const char *target)
{
    const struct running machine = running_find(target);
    map_machine(machine.control, machine.memory);
    open_programs(machine.control, machine.memory); // before the machine stops: it takes a while
    close(machine.memory);
    signal(SIGSEGV, give_up);
    signal(SIGBUS, give_up);
    stop_machine();
}
