/* SPDX-License-Identifier: BSD-2-Clause */
/* Thread-local storage: the program's initial image, found through its own program headers, copied for each thread. */
#include <lab4/string.h>
#include <lab4/tls.h>

#include "machine.h"

/* The parts of an ELF64 file header and program header that are needed here (System V ABI). */
struct elf_header {
    unsigned char ident[16];
    seL4_Uint16 type, machine;
    seL4_Uint32 version;
    seL4_Uint64 entry, program_headers, section_headers;
    seL4_Uint32 flags;
    seL4_Uint16 header_size, program_header_size, program_header_count;
};

struct program_header {
    seL4_Uint32 type, flags;
    seL4_Uint64 offset, virtual_address, physical_address, file_size, memory_size, alignment;
};

enum { PROGRAM_HEADER_TLS = 7 };

/* Made by the linker: the file header as loaded. */
extern const struct elf_header __ehdr_start __attribute__((visibility("hidden")));

/* The initial image of the thread-local variables. A program without any has an empty one. */
struct tls_image {
    const void *start;
    seL4_Word file_size; /* the rest of size is zero */
    seL4_Word size;
    seL4_Word alignment;
};

static struct tls_image tls_image(void)
{
    const char *headers = (const char *)&__ehdr_start + __ehdr_start.program_headers;
    for (seL4_Word i = 0; i < __ehdr_start.program_header_count; i++) {
        const void *address = headers + i * __ehdr_start.program_header_size;
        const struct program_header *header = address;
        if (header->type == PROGRAM_HEADER_TLS) {
            return (struct tls_image) {
                .start = (const void *)header->virtual_address, /* linked at a fixed address */
                .file_size = header->file_size,
                .size = header->memory_size,
                .alignment = header->alignment > 16 ? header->alignment : 16,
            };
        }
    }
    return (struct tls_image) {.alignment = 16};
}

static seL4_Word round_up(seL4_Word value, seL4_Word alignment)
{
    return (value + alignment - 1) & ~(alignment - 1);
}

seL4_Word lab4_tls_size(void)
{
    const struct tls_image image = tls_image();
    /* image and head, each rounded up, after the start of the block was rounded up */
    return image.alignment + round_up(image.size, image.alignment) + round_up(LAB4_TLS_HEAD_BYTES, image.alignment);
}

seL4_Word lab4_tls_init(void *block, seL4_IPCBuffer *ipc_buffer)
{
    const struct tls_image image = tls_image();
    const seL4_Word start = round_up((seL4_Word)block, image.alignment);
    seL4_Word thread_pointer, variables;
    if (LAB4_TLS_BELOW) {
        variables = start;
        thread_pointer = start + round_up(image.size, image.alignment);
    } else {
        thread_pointer = start;
        variables = start + round_up(LAB4_TLS_HEAD_BYTES, image.alignment);
    }
    memset(block, 0, lab4_tls_size());
    if (image.file_size != 0) {
        memcpy((void *)variables, image.start, image.file_size);
    }
    if (LAB4_TLS_BELOW) {
        *(seL4_Word *)thread_pointer = thread_pointer;
    }
    *(seL4_IPCBuffer **)(thread_pointer + machine_ipc_buffer_offset()) = ipc_buffer;
    return thread_pointer;
}
