// SPDX-License-Identifier: BSD-2-Clause
//
// interrupter PID MICROSECONDS: makes a running hosted machine look at its interrupt lines again and again, at so many microseconds' distance, in
// the way that a device model does (platform/hosted/interface.h). PID is the machine's first process. Ends with the machine, and prints
// how often it did.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "platform/hosted/interface.h"

static struct machine_control *control_of(const char *pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%s/fd/%d", pid, MACHINE_FD_MEMORY);
    const int memory = open(path, O_RDWR);
    void *page = memory < 0 ? MAP_FAILED : mmap(NULL, sizeof(struct machine_control), PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    return page == MAP_FAILED ? NULL : page;
}

int main(int argc, char **argv)
{
    struct machine_control *control = argc == 3 ? control_of(argv[1]) : NULL;
    if (control == NULL || control->magic != MACHINE_MAGIC || control->version != MACHINE_VERSION) {
        fprintf(stderr, "usage: interrupter PID MICROSECONDS; PID must be that of lab4-machine\n");
        return 2;
    }
    prctl(PR_SET_TIMERSLACK, 1);
    const pid_t machine = (pid_t)atol(argv[1]);
    const struct timespec pause = {.tv_nsec = 1000 * atol(argv[2])};
    unsigned long count = 0;
    while (!__atomic_load_n(&control->has_ended, __ATOMIC_SEQ_CST) && kill(machine, 0) == 0) {
        const uint32_t owner = machine_poke(control);
        if (owner != 0 && kill((pid_t)owner, SIGALRM) == 0) {
            count++;
        }
        nanosleep(&pause, NULL);
    }
    printf("%lu\n", count);
    return 0;
}
