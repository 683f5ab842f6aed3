// SPDX-License-Identifier: BSD-2-Clause
//
// Reading, writing, refusing. The program is short-lived: memory is not freed.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"

void refuse(const char *name, const char *problem, ...)
{
    va_list arguments;
    va_start(arguments, problem);
    fprintf(stderr, "lab4-image: %s ", name);
    vfprintf(stderr, problem, arguments);
    fputs(".\n", stderr);
    va_end(arguments);
    exit(2);
}

void *allocate(size_t bytes)
{
    void *memory = calloc(1, bytes ? bytes : 1);
    if (!memory) {
        refuse("this machine", "has too little memory");
    }
    return memory;
}

struct file read_file(const char *name, uint64_t limit)
{
    struct file file = {.name = name};
    struct stat status;
    FILE *stream = fopen(name, "rb");
    if (!stream) {
        refuse(name, "cannot be read: %s", strerror(errno));
    }
    if (fstat(fileno(stream), &status) == 0 && S_ISDIR(status.st_mode)) {
        refuse(name, "is a directory");
    }
    size_t room = 1 << 16, got;
    file.bytes = allocate(room);
    while ((got = fread(file.bytes + file.size, 1, room - file.size, stream)) > 0) {
        file.size += got;
        if (file.size > limit) {
            refuse(name, "is larger than %llu bytes, too large for what it should be", (unsigned long long)limit);
        }
        if (file.size == room) {
            room *= 2;
            file.bytes = realloc(file.bytes, room);
            if (!file.bytes) {
                refuse("this machine", "has too little memory");
            }
        }
    }
    if (ferror(stream)) {
        refuse(name, "cannot be read: %s", strerror(errno));
    }
    fclose(stream);
    return file;
}

void write_file(const char *name, const struct file *content)
{
    char *temporary = allocate(strlen(name) + 16);
    sprintf(temporary, "%s.XXXXXX", name);
    int descriptor = mkstemp(temporary);
    FILE *stream = descriptor < 0 ? 0 : fdopen(descriptor, "wb");
    int ok = stream && fwrite(content->bytes, 1, content->size, stream) == content->size;
    ok = stream && fclose(stream) == 0 && ok && chmod(temporary, 0644) == 0 && rename(temporary, name) == 0;
    if (!ok) {
        int problem = errno;
        unlink(temporary);
        refuse(name, "cannot be written: %s", strerror(problem));
    }
}
