// SPDX-License-Identifier: BSD-2-Clause
//
// Reads the root task's file. It is read rather than mapped: a file that somebody changes or truncates meanwhile can then
// neither kill us nor differ between the check and the copy.
#include "program_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"

enum { MAX_PROGRAM_BYTES = 1 << 30 };

uint8_t *program_file_read(const char *path, size_t *size)
{
    struct stat info;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); // a FIFO shall be refused, not waited for
    if (file < 0 && (errno == EMFILE || errno == ENFILE)) {
        refuse("the host gives no file descriptor (%s); raise the limit on open files (ulimit -n).", strerror(errno));
    }
    if (file < 0 || fstat(file, &info) != 0) {
        refuse("cannot read %s (%s); give the ELF file of a root task.", path, strerror(errno));
    }
    if (!S_ISREG(info.st_mode)) {
        refuse("%s is %s; give the ELF file of a root task.", path, S_ISDIR(info.st_mode) ? "a directory" : "no regular file");
    }
    if (info.st_size > MAX_PROGRAM_BYTES) {
        refuse("%s is larger than 1 GiB; strip it (strip -g), or load the rest of the data from the root task.", path);
    }
    const size_t bytes = (size_t)info.st_size;
    uint8_t *content = malloc(bytes + 1);
    size_t have = 0;
    ssize_t got = content != NULL ? 1 : -1;
    while (got > 0 && have < bytes) {
        got = read(file, content + have, bytes - have);
        have += got > 0 ? (size_t)got : 0;
    }
    if (got < 0) {
        refuse("cannot read %s (%s); give the ELF file of a root task.", path, strerror(errno));
    }
    close(file);
    *size = have;
    return content;
}
