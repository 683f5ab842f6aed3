// SPDX-License-Identifier: BSD-2-Clause
//
// Finds a machine by the memory file that its processes have open, maps it, and makes the machine stop at the end of a
// kernel entry (interface.h: pause_wanted). The machine does not wait for ever, in case that we die.
#include "platform/hosted/inspect/inspect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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

enum { MAX_FOUND = 64, PATIENCE_TENTHS = 50, CONTROL_BYTES = 4096, STATUS_FAILED = 1 };

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

// ---------------------------------------------------------------------------------- finding a machine

// Opens the memory file that the process has open; -1 = it has none, or is not ours to look at (errno).
static int open_memory(const char *pid)
{
    char directory[64];
    snprintf(directory, sizeof(directory), "/proc/%.20s/fd", pid);
    DIR *list = opendir(directory);
    if (list == NULL) {
        return -1;
    }
    int memory = -1;
    errno = 0;
    for (struct dirent *entry = readdir(list); entry != NULL && memory < 0; entry = readdir(list)) {
        char path[sizeof(directory) + sizeof(entry->d_name) + 1], target[64];
        snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
        ssize_t length = readlink(path, target, sizeof(target) - 1);
        target[length > 0 ? length : 0] = '\0';
        if (strncmp(target, "/memfd:lab4-memory", 18) == 0) {
            memory = open(path, O_RDWR | O_CLOEXEC);
        }
    }
    closedir(list);
    return memory;
}

static bool is_front_end(const char *pid)
{
    char path[64], target[PATH_MAX];
    snprintf(path, sizeof(path), "/proc/%.20s/exe", pid);
    ssize_t length = readlink(path, target, sizeof(target) - 1);
    target[length > 0 ? length : 0] = '\0';
    const char *slash = strrchr(target, '/');
    return slash != NULL && strcmp(slash, "/lab4-hosted") == 0;
}

// The memory file of the only machine there is.
static int find_memory(void)
{
    DIR *list = opendir("/proc");
    char found[256] = "";
    int memory = -1, count = 0;
    for (struct dirent *entry = list ? readdir(list) : NULL; entry != NULL; entry = readdir(list)) {
        if (entry->d_name[strspn(entry->d_name, "0123456789")] != '\0' || !is_front_end(entry->d_name)) {
            continue;
        }
        int candidate = open_memory(entry->d_name);
        if (candidate >= 0 && count++ == 0) {
            memory = candidate;
        }
        if (candidate >= 0 && strlen(found) + 16 < sizeof(found)) {
            strcat(strcat(found, " "), entry->d_name);
        }
    }
    if (count == 0) {
        fail("no hosted machine of yours is running; start one with ./lab4 run PROGRAM.");
    }
    if (count > 1) {
        fail("several machines are running; give one of these ids:%s.", found);
    }
    return memory;
}

// ------------------------------------------------------------------------------------------- mapping

static void *map(uint64_t at, uint64_t bytes, int protection, int memory, uint64_t offset)
{
    void *address = mmap((void *)at, bytes, protection, MAP_SHARED | MAP_NORESERVE | (at != 0 ? MAP_FIXED_NOREPLACE : 0), memory, (off_t)offset);
    if (address == MAP_FAILED || (at != 0 && address != (void *)at)) {
        fail("the machine's memory cannot be mapped at 0x%lx (%s); lift the limit on address space (ulimit -v unlimited).", at, strerror(errno));
    }
    return address;
}

static void map_machine(int memory)
{
    struct machine_control *control = map(0, CONTROL_BYTES, PROT_READ | PROT_WRITE, memory, 0);
    if (control->magic != MACHINE_MAGIC || control->version != MACHINE_VERSION || control->kernel_bytes != sizeof(struct kernel)) {
        fail("the machine was made by another build of lab4; use the lab4-inspect that was built with it.");
    }
    map((uint64_t)plat_ptr(MACHINE_RAM_BASE), control->ram_bytes, PROT_READ, memory, MACHINE_RAM_OFFSET);
    map(control->state_start, control->state_bytes, PROT_READ, memory, MACHINE_STATE_OFFSET);
    kernel = (const struct kernel *)control->kernel_start;
    machine_control = control;
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

void attach(const char *pid)
{
    int memory = pid != NULL ? open_memory(pid) : find_memory();
    if (memory < 0) {
        fail("process %s has no machine that you may look at (%s); give the id of a running lab4-hosted, or none.", pid,
             errno != 0 ? strerror(errno) : "it is another program");
    }
    map_machine(memory);
    close(memory);
    signal(SIGSEGV, give_up);
    signal(SIGBUS, give_up);
    stop_machine();
}
