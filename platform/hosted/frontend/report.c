// SPDX-License-Identifier: BSD-2-Clause
//
// One sentence per problem, written with a single call so that it is not torn apart by the machine's own lines.
// Control characters (they can only come from file names and option values) are shown as '?', so that it stays one line.
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((format(printf, 1, 0))) static void report_list(const char *format, va_list arguments)
{
    char line[1024] = "lab4: ";
    size_t start = strlen(line);
    vsnprintf(line + start, sizeof(line) - start - 1, format, arguments);
    size_t length = start;
    for (; line[length] != '\0'; length++) {
        if ((unsigned char)line[length] < ' ') {
            line[length] = '?';
        }
    }
    line[length++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, length);
    (void)written; // nobody is left to tell
}

void report(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report_list(format, arguments);
    va_end(arguments);
}

void refuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report_list(format, arguments);
    va_end(arguments);
    exit(STATUS_USAGE);
}
