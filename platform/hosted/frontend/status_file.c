// SPDX-License-Identifier: BSD-2-Clause
//
// Writes the line of --status-file; see status_file.h. The state is that one file.
#include "status_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/hosted/interface.h"
#include "report.h"

static const char OPTION[] = "--status-file";
static int file = -1;

static const char *cause_of(int status)
{
    switch (status) {
    case MACHINE_STATUS_DEADLOCK:
        return "deadlock";
    case MACHINE_STATUS_PANIC:
        return "failed";
    case MACHINE_STATUS_TIMEOUT:
        return "timeout";
    default:
        return "refused";
    }
}

static void write_line(const char *who, int status, const char *cause)
{
    if (file >= 0) {
        dprintf(file, "%s %d %s\n", who, status, cause);
        close(file);
        file = -1;
    }
}

void status_file_note(bool is_program, int status)
{
    enum { SIGNALS = 128 };
    if (is_program) {
        write_line("program", status, "exit");
    } else if (status > SIGNALS) {
        const char *name = sigabbrev_np(status - SIGNALS);
        write_line("signal", status, name != NULL ? name : "?");
    } else {
        write_line("lab4", status, cause_of(status));
    }
}

static void note_refusal(void)
{
    status_file_note(false, STATUS_USAGE);
}

// The value of the option; NULL if it is not there.
static const char *find(int argc, char **argv)
{
    const size_t length = strlen(OPTION);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], OPTION) == 0) {
            return argv[i + 1]; // NULL behind the last one
        }
        if (strncmp(argv[i], OPTION, length) == 0 && argv[i][length] == '=') {
            return argv[i] + length + 1;
        }
    }
    return NULL;
}

void status_file_open(int argc, char **argv)
{
    const char *path = find(argc, argv);
    if (path == NULL) {
        return;
    }
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) {
        refuse("--status-file %s cannot be written (%s).", path, strerror(errno));
    }
    atexit(note_refusal);
}
