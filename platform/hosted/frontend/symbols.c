// SPDX-License-Identifier: BSD-2-Clause
//
// See symbols.h. libelf gets the file as memory, so nothing is opened here; libdw decodes line tables and scopes. Functions are
// looked up in the ELF symbol table too: assembler has no scopes, and a program may have no DWARF.
#include "symbols.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct symbols {
    Elf *elf;
    Dwarf *dwarf; // NULL = none
    Elf_Data *table;
    size_t table_count, names; // section index of the names
};

// -------------------------------------------------------------------------------------------- opening

static void find_table(struct symbols *symbols)
{
    for (Elf_Scn *section = elf_nextscn(symbols->elf, NULL); section != NULL; section = elf_nextscn(symbols->elf, section)) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == NULL || header.sh_type != SHT_SYMTAB || header.sh_entsize == 0) {
            continue;
        }
        symbols->table = elf_getdata(section, NULL);
        symbols->table_count = symbols->table != NULL ? symbols->table->d_size / header.sh_entsize : 0;
        symbols->names = header.sh_link;
    }
}

struct symbols *symbols_open(const uint8_t *image, size_t bytes)
{
    struct symbols *symbols = calloc(1, sizeof(*symbols));
    if (symbols == NULL) {
        return NULL;
    }
    elf_version(EV_CURRENT);
    symbols->elf = elf_memory((char *)(uintptr_t)image, bytes); // it is only read
    if (symbols->elf != NULL && elf_kind(symbols->elf) == ELF_K_ELF) {
        symbols->dwarf = dwarf_begin_elf(symbols->elf, DWARF_C_READ, NULL);
        find_table(symbols);
    }
    return symbols;
}

void symbols_close(struct symbols *symbols)
{
    if (symbols != NULL) {
        dwarf_end(symbols->dwarf);
        elf_end(symbols->elf);
        free(symbols);
    }
}

bool symbols_have_lines(struct symbols *symbols)
{
    return symbols->dwarf != NULL;
}

// ---------------------------------------------------------------------------------------------- texts

static void copy_text(char *to, size_t room, const char *from)
{
    size_t i = 0;
    for (; from != NULL && from[i] != '\0' && i + 1 < room; i++) {
        const unsigned char c = (unsigned char)from[i];
        to[i] = c >= ' ' && c != 0x7f ? from[i] : '?';
    }
    to[i] = '\0';
}

// Takes "//", "/./" and "DIRECTORY/../" out of an absolute path.
static void tidy_path(char *path)
{
    char *end = path;
    for (const char *next = path; *next != '\0';) {
        const size_t length = strcspn(next + 1, "/") + 1; // with the slash before
        if (length == 3 && strncmp(next, "/..", 3) == 0) {
            while (end > path && *--end != '/') {
            }
        } else if (length > 1 && !(length == 2 && next[1] == '.')) {
            memmove(end, next, length);
            end += length;
        }
        next += length;
    }
    *end = '\0';
}

static void copy_path(char to[SYMBOL_FILE_ROOM], const char *directory, const char *file)
{
    char path[2 * PATH_MAX], here[PATH_MAX];
    const bool is_relative = file[0] != '/';
    if (is_relative && (directory == NULL || directory[0] != '/')) { // nobody knows relative to what
        while (strncmp(file, "../", 3) == 0) {
            file += 3;
        }
        copy_text(to, SYMBOL_FILE_ROOM, file);
        return;
    }
    snprintf(path, sizeof(path), "%s%s%s", is_relative ? directory : "", is_relative ? "/" : "", file);
    tidy_path(path);
    const size_t length = getcwd(here, sizeof(here)) != NULL ? strlen(here) : 0;
    const bool is_below = length > 1 && strncmp(path, here, length) == 0 && path[length] == '/';
    copy_text(to, SYMBOL_FILE_ROOM, is_below ? path + length + 1 : path);
}

void place_text(const struct place *place, uint64_t address, char *room, size_t size)
{
    int used = 0;
    if (place->function[0] == '\0') {
        used = snprintf(room, size, "0x%" PRIx64, address);
    } else if (place->offset != 0) {
        used = snprintf(room, size, "%s+0x%" PRIx64, place->function, place->offset);
    } else {
        used = snprintf(room, size, "%s", place->function);
    }
    if (place->file[0] != '\0' && used >= 0 && (size_t)used < size) {
        snprintf(room + used, size - (size_t)used, " (%s:%d)", place->file, place->line);
    }
}

// --------------------------------------------------------------------------------------- symbol table

static bool is_wanted(const GElf_Sym *symbol, bool wants_data)
{
    const unsigned type = GELF_ST_TYPE(symbol->st_info);
    const bool is_plain = type == STT_FUNC || type == STT_NOTYPE || (wants_data && (type == STT_OBJECT || type == STT_COMMON));
    return is_plain && symbol->st_shndx != SHN_UNDEF && symbol->st_shndx < SHN_LORESERVE && symbol->st_name != 0;
}

// A symbol with a size that covers the address is better than the nearest one before it.
static bool find_symbol(struct symbols *symbols, uint64_t address, bool wants_data, struct place *place)
{
    GElf_Sym best = {.st_value = 0};
    bool is_covered = false, is_found = false;
    for (size_t i = 0; i < symbols->table_count; i++) {
        GElf_Sym symbol;
        if (gelf_getsym(symbols->table, (int)i, &symbol) == NULL || !is_wanted(&symbol, wants_data) || symbol.st_value > address) {
            continue;
        }
        const bool covers = address - symbol.st_value < symbol.st_size;
        const bool is_open = symbol.st_size == 0 && GELF_ST_TYPE(symbol.st_info) == STT_NOTYPE && !wants_data;
        if ((covers && !is_covered) || ((covers || (is_open && !is_covered)) && symbol.st_value >= best.st_value)) {
            best = symbol;
            is_covered |= covers;
            is_found = true;
        }
    }
    if (is_found) {
        copy_text(place->function, sizeof(place->function), elf_strptr(symbols->elf, symbols->names, best.st_name));
        place->offset = address - best.st_value;
    }
    return is_found;
}

bool symbols_data(struct symbols *symbols, uint64_t address, struct place *place)
{
    *place = (struct place){.line = 0};
    return find_symbol(symbols, address, true, place);
}

uint64_t symbols_address(struct symbols *symbols, const char *name)
{
    for (size_t i = 0; i < symbols->table_count; i++) {
        GElf_Sym symbol;
        if (gelf_getsym(symbols->table, (int)i, &symbol) != NULL && is_wanted(&symbol, false)) {
            const char *its_name = elf_strptr(symbols->elf, symbols->names, symbol.st_name);
            if (its_name != NULL && strcmp(its_name, name) == 0) {
                return symbol.st_value;
            }
        }
    }
    return 0;
}

// ---------------------------------------------------------------------------------------------- DWARF

// The compilation unit of an address. Not every compiler writes the table that libdw's own search needs.
static bool find_unit(struct symbols *symbols, uint64_t address, Dwarf_Die *unit)
{
    Dwarf_CU *cursor = NULL;
    if (symbols->dwarf == NULL) {
        return false;
    }
    if (dwarf_addrdie(symbols->dwarf, address, unit) != NULL) {
        return true;
    }
    while (dwarf_get_units(symbols->dwarf, cursor, &cursor, NULL, NULL, unit, NULL) == 0) {
        if (dwarf_haspc(unit, address) > 0) {
            return true;
        }
    }
    return false;
}

static const char *directory_of(Dwarf_Die *unit)
{
    Dwarf_Attribute attribute;
    return dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
}

static void set_line(Dwarf_Die *unit, uint64_t address, struct place *place)
{
    Dwarf_Line *line = dwarf_getsrc_die(unit, address);
    const char *file = dwarf_linesrc(line, NULL, NULL);
    if (line != NULL && file != NULL && dwarf_lineno(line, &place->line) == 0) {
        copy_path(place->file, directory_of(unit), file);
    }
}

static uint64_t number_of(Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    return dwarf_formudata(dwarf_attr(die, name, &attribute), &value) == 0 ? value : 0;
}

// The place in the next outer function that the inlined function `die` was called from.
static void set_call(Dwarf_Die *unit, Dwarf_Die *die, struct place *place)
{
    Dwarf_Files *files;
    size_t count;
    const uint64_t number = number_of(die, DW_AT_call_file);
    if (dwarf_getsrcfiles(unit, &files, &count) == 0 && number < count) {
        const char *file = dwarf_filesrc(files, number, NULL, NULL);
        if (file != NULL) {
            copy_path(place->file, directory_of(unit), file);
            place->line = (int)number_of(die, DW_AT_call_line);
        }
    }
}

// The function at the end of a chain of scopes, and those inlined on the way. `places[0]` has its line already.
static unsigned add_scopes(Dwarf_Die *unit, Dwarf_Die *scopes, int scope_count, uint64_t address, struct place places[MAX_INLINED])
{
    unsigned count = 0;
    for (int i = 0; i < scope_count && count < MAX_INLINED; i++) {
        const int tag = dwarf_tag(&scopes[i]);
        if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram) {
            continue;
        }
        struct place *place = &places[count++];
        copy_text(place->function, sizeof(place->function), dwarf_diename(&scopes[i]));
        if (tag == DW_TAG_subprogram) {
            Dwarf_Addr start;
            place->offset = dwarf_lowpc(&scopes[i], &start) == 0 && start <= address ? address - start : 0;
            return count;
        }
        place->is_inlined = true;
        if (count < MAX_INLINED) {
            places[count] = (struct place){.line = 0};
            set_call(unit, &scopes[i], &places[count]);
        }
    }
    return count;
}

// libdw's scopes of an address leave the function for the definition of what is inlined there: the parents of the innermost
// one are asked for instead.
static unsigned find_scopes(struct symbols *symbols, Dwarf_Die *unit, uint64_t address, struct place places[MAX_INLINED])
{
    Dwarf_Die *scopes = NULL, *parents = NULL, innermost;
    unsigned count = 0;
    if (dwarf_getscopes(unit, address, &scopes) > 0 && dwarf_offdie(symbols->dwarf, dwarf_dieoffset(&scopes[0]), &innermost) != NULL) {
        const int parent_count = dwarf_getscopes_die(&innermost, &parents);
        count = add_scopes(unit, parents, parent_count, address, places);
    }
    free(scopes);
    free(parents);
    return count;
}

unsigned symbols_places(struct symbols *symbols, uint64_t address, struct place places[MAX_INLINED])
{
    Dwarf_Die unit;
    unsigned count = 0;
    places[0] = (struct place){.line = 0};
    if (find_unit(symbols, address, &unit)) {
        set_line(&unit, address, &places[0]);
        count = find_scopes(symbols, &unit, address, places);
    }
    if (count == 0 && find_symbol(symbols, address, false, &places[0])) {
        count = 1;
    }
    return count == 0 && places[0].line != 0 ? 1 : count;
}

bool symbols_place(struct symbols *symbols, uint64_t address, struct place *place)
{
    struct place places[MAX_INLINED];
    const bool is_known = symbols_places(symbols, address, places) > 0;
    *place = places[0];
    return is_known;
}

bool place_is_stub(const struct place *place)
{
    static const char *const folders[] = {"include/sel4/", "include/lab4/", "include/interfaces/sel4"};
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (strstr(place->file, folders[i]) != NULL) {
            return true;
        }
    }
    return false;
}

bool symbols_source_place(struct symbols *symbols, uint64_t address, struct place *place)
{
    struct place places[MAX_INLINED];
    const unsigned count = symbols_places(symbols, address, places);
    unsigned i = 0;
    while (i + 1 < count && place_is_stub(&places[i])) {
        i++;
    }
    *place = places[i];
    return count > 0;
}
