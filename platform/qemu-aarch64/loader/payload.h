/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the packer puts behind the loader in a boot image: this header at the loader's page-aligned end, then the files.
 * Offsets count from the header; sizes are in bytes; dtb.size = 0 means no device tree.
 */
#ifndef LAB4_LOADER_PAYLOAD_H
#define LAB4_LOADER_PAYLOAD_H

#include <stdint.h>

#define PAYLOAD_MAGIC UINT64_C(0x31474d493442414c) /* "LAB4IMG1" */

struct payload_file {
    uint64_t offset, size;
};

struct payload {
    uint64_t magic, size; /* size: of header and files */
    struct payload_file kernel, dtb, root;
    struct payload_file arguments; /* whole pages, the end of the root task's image; size 0 = none */
};

#endif
