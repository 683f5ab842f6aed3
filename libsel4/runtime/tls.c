/* SPDX-License-Identifier: BSD-2-Clause */
/* Thread-local storage: the program's initial image, found through its own program headers, copied for each thread. */
#include <lab4/string.h>
#include <lab4/tls.h>

#include "machine.h"
#include "tls_layout.h"

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
    struct tls_segment segment;
    seL4_Word file_size; /* the rest of the segment is zero */
};

static struct tls_image tls_image(void)
{
    const char *headers = (const char *)&__ehdr_start + __ehdr_start.program_headers;
    for (seL4_Word i = 0; i < __ehdr_start.program_header_count; i++) {
        const void *address = headers + i * __ehdr_start.program_header_size;
        const struct program_header *header = address;
        if (header->type == PROGRAM_HEADER_TLS) {
            return (struct tls_image) {
                .segment = {header->virtual_address, header->memory_size, header->alignment},
                .file_size = header->file_size,
            };
        }
    }
    return (struct tls_image) {.segment = {0, 0, 1}};
}

static struct tls_layout tls_layout(const struct tls_image *image)
{
    return LAB4_TLS_BELOW ? tls_layout_below(image->segment, LAB4_TLS_HEAD_BYTES)
                          : tls_layout_above(image->segment, LAB4_TLS_HEAD_BYTES);
}

seL4_Word lab4_tls_size(void)
{
    const struct tls_image image = tls_image();
    const struct tls_layout layout = tls_layout(&image);
    return layout.alignment + layout.before + layout.after; /* the first: a block begins anywhere */
}

seL4_Word lab4_tls_init(void *block, seL4_IPCBuffer *ipc_buffer)
{
    const struct tls_image image = tls_image();
    const struct tls_layout layout = tls_layout(&image);
    const seL4_Word start = tls_round_up((seL4_Word)block, layout.alignment);
    const seL4_Word thread_pointer = start + layout.before;
    memset(block, 0, lab4_tls_size());
    if (image.file_size != 0) { /* the program is linked at a fixed address */
        memcpy((void *)(thread_pointer + (seL4_Word)layout.variables),
               (const void *)image.segment.address, image.file_size);
    }
    if (LAB4_TLS_BELOW) {
        *(seL4_Word *)thread_pointer = thread_pointer;
    }
    *(seL4_IPCBuffer **)(thread_pointer + machine_ipc_buffer_offset()) = ipc_buffer;
    return thread_pointer;
}
