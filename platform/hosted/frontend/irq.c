// SPDX-License-Identifier: BSD-2-Clause
//
// lab4-irq: raises an interrupt of a machine that runs already.
//
// A running machine is found by its memory file, which the front end and all processes of the machine have open: /proc tells.
// Whoever may open that file may raise interrupts, that is, the user who started the machine. (platform/hosted/interface.h)
#include <ctype.h>
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

#include "irq_line.h"
#include "platform/hosted/interface.h"
#include "report.h"

enum { CONTROL_BYTES = 4096, MAX_FOUND = 16 };

static const char usage[] =
    "./lab4 irq [PID|NAME] N\n\n"
    "Raises interrupt N (32 to 159) of a running hosted machine, once. PID is a process of it (that of ./lab4 run, for example), NAME\n"
    "the name of its root task; neither is needed when only one machine runs.\n"
    "Exit status: 0 done; 2 bad usage, or there is no such machine.\n";

// ------------------------------------------------------------------------------------------- finding

// The control page of the machine that this process belongs to; null if there is none, or it may not be opened.
static struct machine_control *control_of(long pid)
{
    char directory[64], path[PATH_MAX], target[64];
    struct machine_control *control = NULL;
    snprintf(directory, sizeof(directory), "/proc/%ld/fd", pid);
    DIR *files = opendir(directory);
    for (struct dirent *entry; files != NULL && control == NULL && (entry = readdir(files)) != NULL;) {
        snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
        const ssize_t length = readlink(path, target, sizeof(target));
        if (length < 0 || strncmp(target, "/memfd:lab4-memory", strlen("/memfd:lab4-memory")) != 0) {
            continue;
        }
        const int memory = open(path, O_RDWR | O_CLOEXEC);
        struct stat about;
        const bool is_usable = memory >= 0 && fstat(memory, &about) == 0 && about.st_size >= CONTROL_BYTES;
        void *page = !is_usable ? MAP_FAILED : mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
        control = page == MAP_FAILED ? NULL : page;
        if (memory >= 0) {
            close(memory);
        }
    }
    if (files != NULL) {
        closedir(files);
    }
    return control;
}

static bool is_running(const struct machine_control *control)
{
    return control->magic == MACHINE_MAGIC && control->version == MACHINE_VERSION && !__atomic_load_n(&control->has_ended, __ATOMIC_SEQ_CST);
}

// Machines that run, each by its front end; those called `name` if that is not null.
static unsigned find_machines(const char *name, struct machine_control *found[MAX_FOUND])
{
    unsigned count = 0;
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes != NULL && count < MAX_FOUND && (entry = readdir(processes)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0])) {
            continue;
        }
        const long pid = strtol(entry->d_name, NULL, 10);
        struct machine_control *control = control_of(pid);
        if (control == NULL) {
            continue;
        }
        const bool is_wanted = name == NULL || strncmp(control->name, name, sizeof(control->name)) == 0;
        if (is_wanted && is_running(control) && control->frontend_pid == pid) {
            found[count++] = control;
        } else {
            munmap(control, CONTROL_BYTES);
        }
    }
    if (processes != NULL) {
        closedir(processes);
    }
    return count;
}

static struct machine_control *find_one(const char *name)
{
    struct machine_control *found[MAX_FOUND];
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
            snprintf(list + used, sizeof(list) - used, " %" PRIu32 " (%.64s)", found[i]->frontend_pid, found[i]->name);
        }
        refuse("several machines are running; say which by its PID:%s.", list);
    }
    return found[0];
}

static struct machine_control *find_by_pid(const char *text)
{
    errno = 0;
    const long pid = strtol(text, NULL, 10);
    if (errno != 0 || pid <= 0 || pid > INT_MAX || kill((pid_t)pid, 0) != 0) {
        refuse("process %s %s; give the PID of a running machine.", text, errno == EPERM ? "is not yours" : "does not exist");
    }
    struct machine_control *control = control_of(pid);
    if (control == NULL || !is_running(control)) {
        refuse("process %s does not belong to a running hosted machine of this version of lab4.", text);
    }
    return control;
}

// ---------------------------------------------------------------------------------------------- main

static bool is_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

int main(int argc, char **argv)
{
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs(usage, stdout);
        return fflush(stdout) == 0 ? 0 : 1;
    }
    if (argc != 2 && argc != 3) {
        refuse("which interrupt? ./lab4 irq [PID|NAME] N, and nothing else; see --help.");
    }
    uint32_t line;
    const char *number = argv[argc - 1], *target = argc == 3 ? argv[1] : NULL;
    if (!irq_line_read(number, strlen(number), &line)) {
        refuse("'%s' is not " IRQ_LINE_RANGE ".", number);
    }
    struct machine_control *control = target != NULL && is_number(target) ? find_by_pid(target) : find_one(target);
    const uint32_t pid = machine_pulse_line(control, line);
    if (pid != 0 && kill((pid_t)pid, SIGALRM) != 0 && errno != ESRCH) { // it may be about to end
        refuse("process %" PRIu32 " of the machine cannot be signalled (%s).", pid, strerror(errno));
    }
    return 0;
}
