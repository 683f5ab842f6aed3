// SPDX-License-Identifier: BSD-2-Clause
//
// A running machine is found by its memory file, which the front end and all processes of the machine have open: /proc tells.
// Whoever may open that file may do with the machine as he likes, that is, the user who started it. (platform/hosted/interface.h)
#include "running.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"

enum { CONTROL_BYTES = 4096, MAX_FOUND = 16 };

static bool is_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static bool is_memory_file(const char *path)
{
    static const char name[] = "/memfd:lab4-memory";
    char target[sizeof(name) - 1];
    return readlink(path, target, sizeof(target)) == (ssize_t)sizeof(target) && memcmp(target, name, sizeof(target)) == 0;
}

// Takes over the descriptor. Without control page: not that of a machine.
static struct running map_control(int memory)
{
    struct running machine = {.memory = memory};
    struct stat about;
    if (memory < 0 || fstat(memory, &about) != 0 || about.st_size < CONTROL_BYTES) {
        return machine;
    }
    void *page = mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    machine.control = page == MAP_FAILED ? NULL : page;
    return machine;
}

static void let_go(struct running *machine)
{
    if (machine->control != NULL) {
        munmap(machine->control, CONTROL_BYTES);
        machine->control = NULL;
    }
    if (machine->memory >= 0) {
        close(machine->memory);
        machine->memory = -1;
    }
}

static bool runs(const struct machine_control *control)
{
    return control->magic == MACHINE_MAGIC && control->version == MACHINE_VERSION && !__atomic_load_n(&control->has_ended, __ATOMIC_SEQ_CST);
}

// The machine that this process belongs to; without control page if there is none that runs, or it may not be opened.
static struct running machine_of(long pid)
{
    struct running machine = {.memory = -1};
    char directory[64], path[PATH_MAX];
    snprintf(directory, sizeof(directory), "/proc/%ld/fd", pid);
    DIR *files = opendir(directory);
    for (struct dirent *entry; files != NULL && machine.control == NULL && (entry = readdir(files)) != NULL;) {
        snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
        if (!is_memory_file(path)) {
            continue;
        }
        machine = map_control(open(path, O_RDWR | O_CLOEXEC));
        if (machine.control == NULL || !runs(machine.control)) {
            let_go(&machine);
        }
    }
    if (files != NULL) {
        closedir(files);
    }
    return machine;
}

// Machines that run, each by its front end; those called `name` if that is not null.
static unsigned find_machines(const char *name, struct running found[MAX_FOUND])
{
    unsigned count = 0;
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes != NULL && count < MAX_FOUND && (entry = readdir(processes)) != NULL;) {
        if (!is_number(entry->d_name)) {
            continue;
        }
        const long pid = strtol(entry->d_name, NULL, 10);
        struct running machine = machine_of(pid);
        if (machine.control == NULL) {
            continue;
        }
        const bool is_wanted = name == NULL || strncmp(machine.control->name, name, sizeof(machine.control->name) - 1) == 0; // a long one is cut
        if (is_wanted && machine.control->frontend_pid == pid) {
            found[count++] = machine;
        } else {
            let_go(&machine);
        }
    }
    if (processes != NULL) {
        closedir(processes);
    }
    return count;
}

static struct running find_one(const char *name)
{
    struct running found[MAX_FOUND];
    const unsigned count = find_machines(name, found);
    if (count == 0 && name == NULL) {
        refuse("no hosted machine of yours is running; start one with ./lab4 run PROGRAM.");
    }
    if (count == 0) {
        refuse("no hosted machine of yours runs '%s'; give the PID of one, or the name of its root task.", name);
    }
    if (count > 1) {
        char list[512] = "";
        for (unsigned i = 0; i < count; i++) {
            const size_t used = strlen(list);
            snprintf(list + used, sizeof(list) - used, " %" PRIu32 " (%.64s)", found[i].control->frontend_pid, found[i].control->name);
        }
        refuse("several machines are running; say which by its PID:%s.", list);
    }
    return found[0];
}

static struct running find_by_pid(const char *text)
{
    errno = 0;
    const long pid = strtol(text, NULL, 10);
    if (errno != 0 || pid <= 0 || pid > INT_MAX || kill((pid_t)pid, 0) != 0) {
        refuse("process %s %s; give the PID of a running machine.", text, errno == EPERM ? "is not yours" : "does not exist");
    }
    const struct running machine = machine_of(pid);
    if (machine.control == NULL) {
        refuse("process %s does not belong to a running hosted machine of this version of lab4.", text);
    }
    return machine;
}

// ------------------------------------------------------------------------------- files of --post-mortem

static bool has_plausible_sizes(const struct machine_control *control, uint64_t bytes)
{
    return control->ram_bytes <= MACHINE_RAM_MAX && control->ram_bytes != 0 && control->ram_bytes % CONTROL_BYTES == 0 &&
           MACHINE_FILE_BYTES(control->ram_bytes) <= bytes && control->state_bytes <= MACHINE_TRACE_OFFSET &&
           control->state_start % CONTROL_BYTES == 0 && control->kernel_start >= control->state_start &&
           control->kernel_start - control->state_start <= control->state_bytes &&
           control->kernel_bytes <= control->state_bytes - (control->kernel_start - control->state_start);
}

// Without control page: it is no regular file.
static struct running open_kept(const char *path)
{
    struct running machine = {.memory = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), .is_kept = true};
    struct stat about;
    if (machine.memory < 0 || fstat(machine.memory, &about) != 0 || !S_ISREG(about.st_mode)) {
        let_go(&machine);
        return machine;
    }
    static struct machine_control control;
    if (pread(machine.memory, &control, sizeof(control), 0) != (ssize_t)sizeof(control) || control.magic != MACHINE_MAGIC) {
        refuse("%s is no file of --post-mortem; give such a file, the PID of a running machine, or the name of its root task.", path);
    }
    if (control.version != MACHINE_VERSION) {
        refuse("%s was written by another version of lab4; use the lab4-inspect that belongs to it.", path);
    }
    if (!has_plausible_sizes(&control, (uint64_t)about.st_size)) {
        refuse("%s is damaged, or was cut off; write it again.", path);
    }
    machine.control = mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE, machine.memory, 0);
    if (machine.control == MAP_FAILED) {
        refuse("%s cannot be mapped (%s); lift the limit on address space (ulimit -v unlimited).", path, strerror(errno));
    }
    return machine;
}

struct running running_find(const char *target, bool takes_files)
{
    if (target != NULL && takes_files && !is_number(target) && access(target, F_OK) == 0) {
        const struct running kept = open_kept(target);
        if (kept.control != NULL) {
            return kept;
        }
    }
    return target != NULL && is_number(target) ? find_by_pid(target) : find_one(target);
}
