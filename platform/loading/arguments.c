// SPDX-License-Identifier: BSD-2-Clause
//
// See arguments.h: pointers first, then the strings; struct lab4_arguments at the end.
#include "platform/loading/arguments.h"

#include <lab4/arguments.h>
#include <string.h>

enum { PAGE = 4096 };

size_t arguments_size(int count, char *const *arguments)
{
    if (count < 2) {
        return 0;
    }
    size_t strings = 0;
    for (int i = 0; i < count; i++) {
        strings += strlen(arguments[i]) + 1;
    }
    if (count > LAB4_ARGUMENTS_MAX_COUNT || strings > LAB4_ARGUMENTS_MAX) {
        return SIZE_MAX;
    }
    const size_t bytes =
        ((size_t)count + 1) * sizeof(uint64_t) + strings + 8 + sizeof(struct lab4_arguments);
    return (bytes + PAGE - 1) / PAGE * PAGE;
}

void arguments_write(int count, char *const *arguments, uint64_t image_end, uint8_t *block)
{
    const size_t size = arguments_size(count, arguments);
    size_t at = ((size_t)count + 1) * sizeof(uint64_t);
    memset(block, 0, size);
    for (int i = 0; i < count; i++) {
        const uint64_t address = image_end + at;
        memcpy(block + (size_t)i * sizeof(address), &address, sizeof(address));
        strcpy((char *)block + at, arguments[i]);
        at += strlen(arguments[i]) + 1;
    }
    const struct lab4_arguments end = {
        .count = (unsigned long)count, .argv = image_end, .magic = LAB4_ARGUMENTS_MAGIC};
    memcpy(block + size - sizeof(end), &end, sizeof(end));
}
