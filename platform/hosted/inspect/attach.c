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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/hosted/frontend/pause.h"
#include "platform/hosted/frontend/running.h"

enum { PATIENCE_TENTHS = 50, STATUS_FAILED = 1, CONTROL_BYTES = 4096 };

const struct kernel *kernel;
static bool is_kept; // it is a file, and no machine
struct machine_control *machine_control;

void wake(uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void detach(void)
{
    if (machine_control != NULL) {
        machine_go_on(machine_control);
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

// A file of --post-mortem has the program behind the memory.
static bool open_kept_program(const struct machine_control *control, int memory, const char *path, const char *name)
{
    struct stat about;
    const uint64_t start = MACHINE_FILE_BYTES(control->ram_bytes);
    if (fstat(memory, &about) != 0 || (uint64_t)about.st_size <= start) {
        return false;
    }
    const size_t bytes = (size_t)about.st_size - start;
    const uint8_t *program = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, memory, (off_t)start);
    if (program == MAP_FAILED) {
        return false;
    }
    components = components_of_image(program, bytes, path, name);
    return true;
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
    if (!open_kept_program(control, memory, path, name)) {
        programs_open(path, name);
    }
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
    if (is_kept || control->has_ended || control->stays) {
        return; // it stands still for good
    }
    switch (machine_pause(control, PATIENCE_TENTHS)) {
    case PAUSE_REACHED:
        return;
    case PAUSE_TAKEN:
        machine_control = NULL; // not ours to release
        fail("somebody else inspects the machine just now; try again.");
    case PAUSE_ENDED:
        fail("the machine has just ended.");
    default:
        fail("the machine does not come to a stop: a debugger may hold it, or nobody reads its console.");
    }
}

static void guard_against_damage(void)
{
    signal(SIGSEGV, give_up);
    signal(SIGBUS, give_up);
    signal(SIGFPE, give_up);
    signal(SIGALRM, give_up);
}

// The machine waits for an answer, so it goes on by itself when that has been given: there is nothing to be let go.
void attach_for_report(int memory)
{
    struct machine_control *control = mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (control == MAP_FAILED || control->magic != MACHINE_MAGIC || control->version != MACHINE_VERSION) {
        fail("there is no memory of a machine; --report is for lab4-hosted, which gives it as a descriptor.");
    }
    map_machine(control, memory);
    open_programs(control, memory);
    guard_against_damage();
}

void attach(const char *target)
{
    const struct running machine = running_find(target, true);
    is_kept = machine.is_kept;
    map_machine(machine.control, machine.memory);
    open_programs(machine.control, machine.memory); // before the machine stops: it takes a while
    close(machine.memory);
    guard_against_damage();
    stop_machine();
}
