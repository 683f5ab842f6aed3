// SPDX-License-Identifier: BSD-2-Clause
//
// Names for the addresses of a program: functions, data, source lines, from its symbol table and its DWARF (elfutils' libdw).
//
// One `struct symbols` is one ELF file in memory. Everything is read when the first question is asked, not before; a file
// without symbols or without debug information just has fewer answers. The file is untrusted: texts are printable, bounded.
// Used by the trace, by lab4-inspect and by its reports; not used by a run that ends well.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SYMBOL_NAME_ROOM = 128, SYMBOL_FILE_ROOM = 256, MAX_INLINED = 16 };

// Where an address is. What is not known is empty, or 0.
struct place {
    char function[SYMBOL_NAME_ROOM]; // or the name of data
    uint64_t offset;                 // from the beginning of the function or data; 0 for an inlined function
    char file[SYMBOL_FILE_ROOM];     // relative to the working directory if it is below it
    int line;
    bool is_inlined;                 // into the next outer place
};

struct symbols;

// `image` stays the caller's and must live as long as the result. NULL: out of memory.
struct symbols *symbols_open(const uint8_t *image, size_t bytes);
void symbols_close(struct symbols *symbols);

// Is there debug information (source lines)?
bool symbols_have_lines(struct symbols *symbols);

// The places of an instruction, innermost first: inlined functions and then the function that is really there. How many, at
// most MAX_INLINED; 0 = nothing is known about the address.
unsigned symbols_places(struct symbols *symbols, uint64_t address, struct place places[MAX_INLINED]);

// The innermost of them.
bool symbols_place(struct symbols *symbols, uint64_t address, struct place *place);

// The innermost of them that is no stub of libsel4: the line that makes a system call. If all are, the outermost.
bool symbols_source_place(struct symbols *symbols, uint64_t address, struct place *place);

// The variable (or function) that an address is in, by the symbol table: `function` and `offset`.
bool symbols_data(struct symbols *symbols, uint64_t address, struct place *place);

// Where a function begins; 0 = there is none of that name.
uint64_t symbols_address(struct symbols *symbols, const char *name);

// Is it in a header of libsel4: a stub of a system call?
bool place_is_stub(const struct place *place);

// "parse+0x16 (main.c:42)", "0x401136" …: as much as is known.
void place_text(const struct place *place, uint64_t address, char *room, size_t size);
