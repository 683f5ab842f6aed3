// SPDX-License-Identifier: BSD-2-Clause
//
// See components.h. All files are untrusted: every offset is checked against the size of what it points into.
#include "components.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_COMPONENTS = 256, PAGE = 4096, FEW_BYTES = 64, RECORD_ALIGN = 8, IMAGE_ALIGN = 4, MAX_FILE_BYTES = 1 << 30 };

struct components {
    struct component list[MAX_COMPONENTS];
    size_t count;
    uint8_t *files[MAX_COMPONENTS + 1]; // what was read and has to be freed
    size_t file_count;
};

// ---------------------------------------------------------------------------------------------- files

static uint8_t *read_file(const char *path, size_t *bytes)
{
    struct stat about;
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    uint8_t *content = NULL;
    size_t have = 0;
    if (file >= 0 && fstat(file, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0 && about.st_size < MAX_FILE_BYTES) {
        content = malloc((size_t)about.st_size);
    }
    while (content != NULL && have < (size_t)about.st_size) {
        const ssize_t got = read(file, content + have, (size_t)about.st_size - have);
        if (got <= 0) {
            break;
        }
        have += (size_t)got;
    }
    if (file >= 0) {
        close(file);
    }
    *bytes = have;
    return content;
}

static uint8_t *keep_file(struct components *c, const char *path, size_t *bytes)
{
    uint8_t *content = c->file_count <= MAX_COMPONENTS ? read_file(path, bytes) : NULL;
    if (content != NULL) {
        c->files[c->file_count++] = content;
    }
    return content;
}

// ------------------------------------------------------------------------------------------------ ELF

// `size` bytes at `offset`, or NULL.
static const void *part(const uint8_t *image, size_t bytes, uint64_t offset, uint64_t size)
{
    return offset <= bytes && size <= bytes - offset ? image + offset : NULL;
}

static bool read_header(const uint8_t *image, size_t bytes, Elf64_Ehdr *header)
{
    const void *from = part(image, bytes, 0, sizeof(*header));
    if (from == NULL || memcmp(from, ELFMAG, SELFMAG) != 0) {
        return false;
    }
    memcpy(header, from, sizeof(*header));
    return header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_ident[EI_DATA] == ELFDATA2LSB &&
           (header->e_type == ET_EXEC || header->e_type == ET_DYN) && (header->e_phnum == 0 || header->e_phentsize == sizeof(Elf64_Phdr));
}

static bool read_segment(const uint8_t *image, size_t bytes, const Elf64_Ehdr *header, unsigned index, Elf64_Phdr *segment)
{
    const void *from = part(image, bytes, header->e_phoff + index * sizeof(*segment), sizeof(*segment));
    if (from != NULL) {
        memcpy(segment, from, sizeof(*segment));
    }
    return from != NULL && part(image, bytes, segment->p_offset, segment->p_filesz) != NULL;
}

static bool read_section(const uint8_t *image, size_t bytes, const Elf64_Ehdr *header, unsigned index, Elf64_Shdr *section)
{
    const void *from = header->e_shentsize == sizeof(*section) && index < header->e_shnum
                           ? part(image, bytes, header->e_shoff + index * sizeof(*section), sizeof(*section))
                           : NULL;
    if (from != NULL) {
        memcpy(section, from, sizeof(*section));
    }
    return from != NULL && (section->sh_type == SHT_NOBITS || part(image, bytes, section->sh_offset, section->sh_size) != NULL);
}

// How long a file is of which only the beginning is known: up to the last part that its headers name. 0 = no program.
static size_t length_of_image(const uint8_t *image, size_t bytes)
{
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    Elf64_Shdr section;
    if (!read_header(image, bytes, &header) || header.e_phnum == 0) {
        return 0;
    }
    uint64_t end = header.e_phoff + header.e_phnum * sizeof(segment);
    for (unsigned i = 0; i < header.e_phnum; i++) {
        if (!read_segment(image, bytes, &header, i, &segment)) {
            return 0;
        }
        end = segment.p_offset + segment.p_filesz > end ? segment.p_offset + segment.p_filesz : end;
    }
    for (unsigned i = 0; read_section(image, bytes, &header, i, &section); i++) {
        const uint64_t last = section.sh_type == SHT_NOBITS ? 0 : section.sh_offset + section.sh_size;
        end = last > end ? last : end;
    }
    const uint64_t table_end = header.e_shoff + header.e_shnum * sizeof(section);
    end = header.e_shnum != 0 && table_end <= bytes && table_end > end ? table_end : end;
    return end <= bytes ? end : 0;
}

// Bytes of the file that are loaded at a virtual address, or NULL.
static const uint8_t *at_address(const uint8_t *image, size_t bytes, uint64_t address, uint64_t size)
{
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    for (unsigned i = 0; read_header(image, bytes, &header) && i < header.e_phnum; i++) {
        if (read_segment(image, bytes, &header, i, &segment) && segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
            size <= segment.p_filesz && address - segment.p_vaddr <= segment.p_filesz - size) {
            return image + segment.p_offset + (address - segment.p_vaddr);
        }
    }
    return NULL;
}

// ------------------------------------------------------------------------------------------ the list

// The symbols of a file without lines are perhaps still where it was made, and then the file there has the same code.
static void find_symbols(struct components *c, struct component *component)
{
    size_t bytes;
    component->symbols = symbols_open(component->image, component->bytes);
    component->has_own_symbols = component->symbols != NULL && symbols_have_lines(component->symbols);
    if (component->path == NULL) {
        return;
    }
    const uint8_t *file = keep_file(c, component->path, &bytes);
    const bool is_same = file != NULL && bytes == component->bytes && memcmp(file, component->image, bytes) == 0;
    Elf64_Ehdr header;
    if (!is_same && (file == NULL || !read_header(file, bytes, &header))) {
        free(component->path);
        component->path = NULL;
    }
    if (component->has_own_symbols || is_same || component->path == NULL) {
        return;
    }
    struct symbols *symbols = symbols_open(file, bytes);
    if (symbols != NULL && symbols_have_lines(symbols)) {
        symbols_close(component->symbols);
        component->symbols = symbols;
        component->has_own_symbols = true;
    } else {
        symbols_close(symbols);
    }
}

static void add(struct components *c, const uint8_t *image, size_t bytes, const char *name, const char *path)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->list[i].image == image) {
            return;
        }
    }
    if (c->count == MAX_COMPONENTS) {
        return;
    }
    struct component *component = &c->list[c->count++];
    *component = (struct component){.image = image, .bytes = bytes, .path = path != NULL && path[0] != '\0' ? strdup(path) : NULL};
    for (size_t i = 0; i + 1 < sizeof(component->name) && name[i] != '\0'; i++) {
        component->name[i] = name[i] >= ' ' && name[i] <= '~' ? name[i] : '?';
    }
    find_symbols(c, component);
}

// One record of `.lab4.components`: two words (where the image begins and ends), name, path. Returns its length, 0 = no more.
static size_t add_record(struct components *c, const uint8_t *record, size_t bytes)
{
    const struct component *root = &c->list[0];
    uint64_t range[2];
    const char *name = (const char *)record + sizeof(range);
    const uint8_t *name_end = bytes > sizeof(range) ? memchr(name, 0, bytes - sizeof(range)) : NULL;
    const uint8_t *path = name_end != NULL ? name_end + 1 : NULL;
    const uint8_t *path_end = path != NULL ? memchr(path, 0, bytes - (size_t)(path - record)) : NULL;
    if (path_end == NULL) {
        return 0;
    }
    memcpy(range, record, sizeof(range));
    const uint8_t *image = range[1] >= range[0] ? at_address(root->image, root->bytes, range[0], range[1] - range[0]) : NULL;
    if (image != NULL) {
        add(c, image, range[1] - range[0], name, (const char *)path);
    }
    return ((size_t)(path_end + 1 - record) + RECORD_ALIGN - 1) / RECORD_ALIGN * RECORD_ALIGN;
}

static void add_recorded(struct components *c)
{
    static const char wanted[] = ".lab4.components";
    const uint8_t *image = c->list[0].image;
    const size_t bytes = c->list[0].bytes;
    Elf64_Ehdr header;
    Elf64_Shdr names, section;
    if (!read_header(image, bytes, &header) || !read_section(image, bytes, &header, header.e_shstrndx, &names) ||
        names.sh_type == SHT_NOBITS) {
        return;
    }
    for (unsigned i = 0; i < header.e_shnum; i++) {
        if (!read_section(image, bytes, &header, i, &section) || section.sh_type == SHT_NOBITS || section.sh_name >= names.sh_size ||
            names.sh_size - section.sh_name < sizeof(wanted) || memcmp(image + names.sh_offset + section.sh_name, wanted, sizeof(wanted)) != 0) {
            continue;
        }
        const uint8_t *records = image + section.sh_offset;
        for (size_t at = 0, length = 1; at < section.sh_size && length != 0; at += length) {
            length = add_record(c, records + at, section.sh_size - at);
        }
    }
}

static void add_found(struct components *c, const Elf64_Phdr *segment)
{
    const uint8_t *image = c->list[0].image;
    const uint64_t end = segment->p_offset + segment->p_filesz;
    char name[COMPONENT_NAME_ROOM];
    struct place place;
    for (uint64_t at = segment->p_offset; at + sizeof(Elf64_Ehdr) < end;) {
        const uint8_t *magic = memmem(image + at, end - at, ELFMAG, SELFMAG);
        if (magic == NULL) {
            return;
        }
        const uint64_t offset = (uint64_t)(magic - image);
        const uint64_t address = segment->p_vaddr + (offset - segment->p_offset);
        const size_t length = offset != 0 && offset % IMAGE_ALIGN == 0 ? length_of_image(magic, end - offset) : 0;
        if (length > 0 && c->list[0].symbols != NULL && symbols_data(c->list[0].symbols, address, &place) && place.offset == 0) {
            add(c, magic, length, place.function, NULL);
        } else if (length > 0) {
            snprintf(name, sizeof(name), "image at 0x%" PRIx64, address);
            add(c, magic, length, name, NULL);
        }
        at = offset + (length > 0 ? length : IMAGE_ALIGN);
    }
}

struct components *components_of_image(const uint8_t *image, size_t bytes, const char *path, const char *name)
{
    struct components *c = calloc(1, sizeof(*c));
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    if (c == NULL || !read_header(image, bytes, &header)) {
        return c;
    }
    add(c, image, bytes, name, path);
    add_recorded(c);
    for (unsigned i = 0; i < header.e_phnum; i++) {
        if (read_segment(image, bytes, &header, i, &segment) && segment.p_type == PT_LOAD) {
            add_found(c, &segment);
        }
    }
    return c;
}

struct components *components_open(const char *path, const char *name)
{
    size_t bytes = 0;
    uint8_t *file = read_file(path, &bytes);
    struct components *c = components_of_image(file, bytes, path, name);
    if (c != NULL && file != NULL) {
        c->files[c->file_count++] = file;
    } else {
        free(file);
    }
    return c;
}

void components_close(struct components *components)
{
    for (size_t i = 0; components != NULL && i < components->count; i++) {
        symbols_close(components->list[i].symbols);
        free(components->list[i].path);
    }
    for (size_t i = 0; components != NULL && i < components->file_count; i++) {
        free(components->files[i]);
    }
    free(components);
}

size_t components_count(const struct components *components)
{
    return components->count;
}

const struct component *components_at(const struct components *components, size_t index)
{
    return &components->list[index];
}

// ------------------------------------------------------------------------------------------ comparing

struct agreement {
    uint64_t equal, different; // pages
};

// A page with a few other bytes is still the page: a debugger's breakpoints.
static bool is_equal(const uint8_t *a, const uint8_t *b, size_t bytes)
{
    size_t different = 0;
    for (size_t i = 0; i < bytes; i++) {
        different += a[i] != b[i];
    }
    return different <= FEW_BYTES && different * 2 <= bytes;
}

static void compare_segment(const struct guest *guest, uint64_t root, const uint8_t *content, const Elf64_Phdr *segment,
                            struct agreement *agreement)
{
    uint8_t there[PAGE];
    for (uint64_t done = 0; done < segment->p_filesz;) {
        const uint64_t address = segment->p_vaddr + done;
        const uint64_t left = PAGE - address % PAGE;
        const size_t length = segment->p_filesz - done < left ? segment->p_filesz - done : left;
        if (guest_read(guest, root, address, there, length) == length) {
            const bool is_same = memcmp(there, content + done, length) == 0 || is_equal(there, content + done, length);
            agreement->equal += is_same;
            agreement->different += !is_same;
        }
        done += length;
    }
}

static struct agreement compare(const struct guest *guest, uint64_t root, const struct component *component)
{
    struct agreement agreement = {0, 0};
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    for (unsigned i = 0; read_header(component->image, component->bytes, &header) && i < header.e_phnum; i++) {
        if (read_segment(component->image, component->bytes, &header, i, &segment) && segment.p_type == PT_LOAD &&
            (segment.p_flags & PF_X)) {
            compare_segment(guest, root, component->image + segment.p_offset, &segment, &agreement);
        }
    }
    return agreement;
}

const struct component *components_find(const struct components *components, const struct guest *guest, uint64_t root)
{
    const struct component *best = NULL;
    uint64_t most = 0;
    for (size_t i = 0; i < components->count; i++) {
        const struct agreement agreement = compare(guest, root, &components->list[i]);
        if (agreement.equal > agreement.different && agreement.equal - agreement.different > most) {
            most = agreement.equal - agreement.different;
            best = &components->list[i];
        }
    }
    return best;
}
