// SPDX-License-Identifier: BSD-2-Clause
//
// lab4-irq: raises an interrupt of a machine that runs already.
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "irq_line.h"
#include "report.h"
#include "running.h"

static const char usage[] =
    "./lab4 irq [PID|NAME] N\n\n"
    "Raises interrupt N (32 to 159) of a running hosted machine, once. PID is a process of it (that of ./lab4 run, for example), NAME\n"
    "the name of its root task; neither is needed when only one machine runs.\n"
    "Exit status: 0 done; 2 bad usage, or there is no such machine.\n";

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("lab4-irq " LAB4_VERSION "\n");
        return fflush(stdout) == 0 ? 0 : 1;
    }
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
    const uint32_t pid = machine_pulse_line(running_find(target, false).control, line);
    if (pid != 0 && kill((pid_t)pid, SIGALRM) != 0 && errno != ESRCH) { // it may be about to end
        refuse("process %" PRIu32 " of the machine cannot be signalled (%s).", pid, strerror(errno));
    }
    return 0;
}
