// SPDX-License-Identifier: BSD-2-Clause
//
// Which ELF file runs in which address space: the root task's own, or one of the images that it carries.
//
// Images are found in the root task's file in two ways: lab4_embed (libsel4/cmake/RootTask.cmake) leaves a record of name and
// path in the section `.lab4.components`; and whatever else looks like an ELF file there is one, too (archives, other tools'
// images). An address space runs the program whose code is in its memory: names and addresses alone prove nothing.
#pragma once

#include "platform/hosted/frontend/guest.h"
#include "platform/hosted/frontend/symbols.h"

enum { COMPONENT_NAME_ROOM = 128 };

struct component {
    char name[COMPONENT_NAME_ROOM]; // of the program, for people; "image at 0x…" if only that is known
    char *path;                     // its file, if it still has these bytes; otherwise NULL
    const uint8_t *image;           // the ELF file
    size_t bytes;
    struct symbols *symbols;
    bool has_own_symbols;           // false: it has no lines, and none were found at its path
};

struct components;

// The root task is the first one. Its file is read again; what cannot be read, or is no ELF file, gives no components at all.
// `name`: what to call the root task. Never NULL, unless memory is short.
struct components *components_open(const char *path, const char *name);
// The same from a file in memory, which must live as long as the result; `path` may be NULL.
struct components *components_of_image(const uint8_t *image, size_t bytes, const char *path, const char *name);
void components_close(struct components *components);

size_t components_count(const struct components *components);
const struct component *components_at(const struct components *components, size_t index);

// What runs in the address space with this level-0 table; NULL = nothing that is known.
const struct component *components_find(const struct components *components, const struct guest *guest, uint64_t root);
