// SPDX-License-Identifier: BSD-2-Clause
#include "post_mortem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"

enum { CHUNK = 1 << 16 };

static bool write_all(int file, const uint8_t *from, size_t bytes, off_t at)
{
    size_t done = 0;
    while (done < bytes) {
        const ssize_t count = pwrite(file, from + done, bytes - done, at + (off_t)done);
        if (count < 0 && errno != EINTR) {
            return false;
        }
        done += count > 0 ? (size_t)count : 0;
    }
    return true;
}

// One stretch of the memory file that has content.
static bool copy(int from, int to, off_t start, off_t end)
{
    static uint8_t chunk[CHUNK];
    for (off_t at = start; at < end;) {
        const size_t wanted = end - at < CHUNK ? (size_t)(end - at) : CHUNK;
        const ssize_t count = pread(from, chunk, wanted, at);
        if (count <= 0 || !write_all(to, chunk, (size_t)count, at)) {
            return false;
        }
        at += count;
    }
    return true;
}

static bool copy_memory(int from, int to, off_t bytes)
{
    for (off_t at = 0; at < bytes;) {
        const off_t start = lseek(from, at, SEEK_DATA);
        if (start < 0 && errno == ENXIO) {
            return true; // nothing but a hole
        }
        const off_t end = start < 0 ? -1 : lseek(from, start, SEEK_HOLE);
        if (end < 0 || !copy(from, to, start, end)) {
            return false;
        }
        at = end;
    }
    return true;
}

void post_mortem_write(const struct machine *machine, const char *path, const uint8_t *program, size_t bytes)
{
    const off_t memory_bytes = (off_t)MACHINE_FILE_BYTES(machine->control->ram_bytes);
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600); // programs may have secrets
    struct stat about;
    if (file < 0 || fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
        report("the state cannot be kept in %s (%s); give --post-mortem a file in a folder that can be written to.", path,
               file < 0 ? strerror(errno) : "not a regular file");
    } else if (!copy_memory(machine->memory, file, memory_bytes) || !write_all(file, program, bytes, memory_bytes)) {
        report("the state cannot be kept in %s (%s); make room there.", path, strerror(errno));
        unlink(path);
    } else {
        report("the state is kept in %s; ./lab4 inspect %s shows it.", path, path);
    }
    if (file >= 0) {
        close(file);
    }
}
