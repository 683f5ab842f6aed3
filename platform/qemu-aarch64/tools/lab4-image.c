// SPDX-License-Identifier: BSD-2-Clause
//
// lab4-image: makes one bootable file of kernel, device tree, root task and loader, for
//
//   qemu-system-aarch64 -machine virt,secure=off,gic-version=2 -cpu cortex-a53 -m SIZE -kernel FILE
//
// It decides where everything will lie (the same arithmetic as the loader's, loader/layout.c), writes the RAM size into its
// copy of the kernel, and refuses what could not boot: bad files, and root tasks that do not fit.
#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../loading/arguments.h"
#include "../../loading/elf_text.h"
#include "../loader/payload.h"
#include "../machine.h"
#include "image.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

enum { FILE_LIMIT_MIB = 1024, PROGRAM_HEADER_BYTES = 56, DTB_LIMIT = 1 << 20, ALIGN_IN_PAYLOAD = 16 };

struct options {
    const char *kernel, *dtb, *loader, *program, *output;
    char **arguments; // of the program, from its name on
    int argument_count;
    int has_no_dtb, is_dtb_dumped;
    uint64_t ram_bytes; // 0 = what the device tree says
};

static const char usage[] =
    "usage: lab4-image --kernel KERNEL.ELF --loader LOADER.ELF (--dtb FILE | --dumped-dtb FILE | --no-dtb) [--mem SIZE]\n"
    "                  PROGRAM -o FILE\n"
    "  --dtb FILE          a device tree, which the root task gets byte for byte\n"
    "  --dumped-dtb FILE   one that QEMU wrote with -machine …,dumpdtb=FILE: without its free space and random seeds\n"
    "  --no-dtb            boot without a device tree\n"
    "  --mem SIZE          RAM to use, e.g. 512M or 2G; the default is what the device tree says\n";

// ------------------------------------------------------------------------------------------- options

// A number with K, M or G (and optionally i, B) behind it; 0 if it is none.
static uint64_t parse_size(const char *text)
{
    char *end;
    if (!isdigit((unsigned char)*text)) {
        return 0;
    }
    uint64_t value = strtoull(text, &end, 10), unit = 1;
    switch (toupper((unsigned char)*end)) {
    case 'K': unit = 1024; break;
    case 'M': unit = MIB; break;
    case 'G': unit = GIB; break;
    case '\0': return value;
    default: return 0;
    }
    end++;
    end += *end == 'i';
    end += *end == 'B';
    return *end || value > UINT64_MAX / unit ? 0 : value * unit;
}

static void check_ram_bytes(uint64_t bytes)
{
    if (bytes < 16 * MIB || bytes % (2 * MIB)) {
        refuse("the RAM size", "must be at least 16M and a multiple of 2M");
    }
    if (bytes > 8 * GIB && (bytes % GIB || bytes > 510 * GIB)) {
        refuse("the RAM size", "must be a multiple of 1G if it is above 8G, and at most 510G");
    }
}

static _Noreturn void wrong_usage(void)
{
    fputs(usage, stderr);
    exit(2);
}

static struct options parse_options(int argc, char **argv)
{
    static const struct option known[] = {
        {"kernel", required_argument, 0, 'k'}, {"dtb", required_argument, 0, 'd'},    {"no-dtb", no_argument, 0, 'n'},
        {"dumped-dtb", required_argument, 0, 'D'},
        {"loader", required_argument, 0, 'l'}, {"mem", required_argument, 0, 'm'},    {"output", required_argument, 0, 'o'},
        {"help", no_argument, 0, 'h'},         {"version", no_argument, 0, 'V'},     {0, 0, 0, 0},
    };
    struct options options = {0};
    int option;
    while ((option = getopt_long(argc, argv, "o:h", known, 0)) != -1) {
        switch (option) {
        case 'k': options.kernel = optarg; break;
        case 'd':
        case 'D':
            options.dtb = optarg;
            options.is_dtb_dumped = option == 'D';
            break;
        case 'n': options.has_no_dtb = 1; break;
        case 'l': options.loader = optarg; break;
        case 'o': options.output = optarg; break;
        case 'h': fputs(usage, stdout); exit(0);
        case 'V': puts("lab4-image " LAB4_VERSION); exit(0);
        case 'm':
            options.ram_bytes = parse_size(optarg);
            if (!options.ram_bytes) {
                refuse("--mem", "does not understand '%s'; say for example 512M or 2G", optarg);
            }
            check_ram_bytes(options.ram_bytes);
            break;
        default: wrong_usage();
        }
    }
    if (!options.kernel || !options.loader || !options.output || argc - optind < 1 || !options.dtb == !options.has_no_dtb) {
        wrong_usage();
    }
    options.program = argv[optind];
    char *slash = strrchr(options.program, '/');
    argv[optind] = slash ? slash + 1 : argv[optind]; // what the program is told of its name
    options.arguments = argv + optind;
    options.argument_count = argc - optind;
    return options;
}

// -------------------------------------------------------------------------------------------- inputs

struct input {
    struct file file;
    struct lab4_elf elf;
};

static void require(const char *name, const char *problem)
{
    if (problem) {
        refuse(name, "%s", problem);
    }
}

// Reads an ELF file and cuts off what no loader looks at: symbols, debug information, section headers.
static struct input open_elf(const char *name, struct lab4_elf_rules rules)
{
    struct input input = {.file = read_file(name, FILE_LIMIT_MIB * MIB)};
    struct lab4_elf_problem problem;
    if (lab4_elf_check(&input.elf, input.file.bytes, input.file.size, &rules, &problem) != LAB4_ELF_GOOD) {
        refuse(name, "%s", elf_text(&problem, &rules).text);
    }
    uint64_t end = input.elf.headers + input.elf.header_count * PROGRAM_HEADER_BYTES;
    for (lab4_elf_word i = 0; i < input.elf.header_count; i++) {
        const struct lab4_elf_segment segment = lab4_elf_header(&input.elf, i);
        if (lab4_elf_is_loaded(&segment) && segment.offset + segment.bytes_size > end) {
            end = segment.offset + segment.bytes_size;
        }
    }
    input.file.size = input.elf.size = end;
    memset(input.file.bytes + 40, 0, 8);   // e_shoff
    memset(input.file.bytes + 60, 0, 4);   // e_shnum, e_shstrndx
    return input;
}

// The loader as it lies in memory, from its link address 0 to its page-aligned end.
static struct file flatten_loader(const struct input *loader)
{
    if (loader->elf.start != 0 || loader->elf.end % PAGE_BYTES || loader->elf.end >= LARGE_PAGE_BYTES) {
        refuse(loader->file.name, "is not lab4's loader");
    }
    struct file flat = {.name = loader->file.name, .size = loader->elf.end, .bytes = allocate(loader->elf.end)};
    for (lab4_elf_word i = 0; i < loader->elf.header_count; i++) {
        const struct lab4_elf_segment segment = lab4_elf_header(&loader->elf, i);
        if (lab4_elf_is_loaded(&segment)) {
            memcpy(flat.bytes + segment.address, loader->file.bytes + segment.offset, segment.bytes_size);
        }
    }
    return flat;
}

// ------------------------------------------------------------------------------------ will it fit?

static uint64_t regions_touched(uint64_t start, uint64_t end, unsigned bits)
{
    return ((end - 1) >> bits) - (start >> bits) + 1;
}

// The block of root objects, memory §8.2, and whether the kernel will find room for it above the root image.
static void check_root_objects(const char *name, const struct layout *layout, const struct lab4_elf *root, uint64_t ram_end,
                               uint64_t radix)
{
    uint64_t extra_bytes = 0, cnode_bits = radix + 5, align_bits = cnode_bits;
    if (layout->dtb_bytes > 0) {
        unsigned extra_bits = 12;
        while (UINT64_C(1) << extra_bits < layout->dtb_bytes + 16) {
            extra_bits++;
        }
        extra_bytes = UINT64_C(1) << extra_bits;
        align_bits = extra_bits > align_bits ? extra_bits : align_bits;
    }
    uint64_t image_end = root->start + (layout->root_end - layout->root_start), covered_end = image_end + 2 * PAGE_BYTES + extra_bytes;
    uint64_t tables = 0;
    for (unsigned bits = 39; bits > 12; bits -= 9) {
        tables += regions_touched(root->start, covered_end, bits);
    }
    uint64_t size = (UINT64_C(1) << cnode_bits) + 0x880 + (4 + tables) * PAGE_BYTES + extra_bytes;
    uint64_t start = (ram_end - size) & ~((UINT64_C(1) << align_bits) - 1);
    if (size > ram_end - layout->root_end || start < layout->root_end) {
        refuse(name, "leaves no room in RAM for the kernel's own objects; give the machine more memory");
    }
    uint64_t slots = 16 + tables + extra_bytes / PAGE_BYTES + 1 + (image_end - root->start) / PAGE_BYTES;
    if (slots >= UINT64_C(1) << radix) {
        refuse(name, "has %llu pages, more than the root CNode of 2^%llu slots can hold; build the kernel with a larger "
                     "LAB4_ROOT_CNODE_SIZE_BITS", (unsigned long long)((image_end - root->start) / PAGE_BYTES),
               (unsigned long long)radix);
    }
}

// ------------------------------------------------------------------------------------------- output

static struct payload_file append(struct file *payload, const struct file *file)
{
    uint64_t offset = (payload->size + ALIGN_IN_PAYLOAD - 1) & ~(uint64_t)(ALIGN_IN_PAYLOAD - 1);
    if (file->size == 0) {
        return (struct payload_file){0, 0};
    }
    memcpy(payload->bytes + offset, file->bytes, file->size);
    payload->size = offset + file->size;
    return (struct payload_file){offset, file->size};
}

static struct file make_arguments(const struct options *options, uint64_t image_end)
{
    size_t size = arguments_size(options->argument_count, options->arguments);
    if (size == SIZE_MAX) {
        refuse("the root task", "has more than 4096 arguments, or more than 64 KiB of them; put them into a file");
    }
    struct file block = {.name = "the arguments", .size = size, .bytes = allocate(size)};
    if (size > 0) {
        arguments_write(options->argument_count, options->arguments, image_end, block.bytes);
    }
    return block;
}

static struct file make_payload(const struct file *kernel, const struct file *dtb, const struct file *root,
                                const struct file *arguments)
{
    struct payload header = {.magic = PAYLOAD_MAGIC};
    struct file payload = {.size = sizeof header};
    payload.bytes = allocate(sizeof header + kernel->size + dtb->size + root->size + arguments->size + 4 * ALIGN_IN_PAYLOAD);
    header.kernel = append(&payload, kernel);
    header.dtb = append(&payload, dtb);
    header.root = append(&payload, root);
    header.arguments = append(&payload, arguments);
    header.size = payload.size;
    memcpy(payload.bytes, &header, sizeof header); // both machines are little-endian
    return payload;
}

// An ELF file with one segment: the loader at `address`, the payload right behind it.
static struct file make_image(const struct file *loader, uint64_t entry, const struct file *payload, uint64_t address)
{
    uint64_t bytes = loader->size + payload->size;
    struct file image = {.size = PAGE_BYTES + bytes, .bytes = allocate(PAGE_BYTES + bytes)};
    static const uint8_t identity[] = {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 183, 0, 1};
    memcpy(image.bytes, identity, sizeof identity);
    put_word(image.bytes + 24, address + entry);
    put_word(image.bytes + 32, 64);
    image.bytes[52] = 64, image.bytes[54] = 56, image.bytes[56] = 1;
    uint8_t *header = image.bytes + 64;
    header[0] = 1, header[4] = 7; // PT_LOAD, RWX
    put_word(header + 8, PAGE_BYTES);
    put_word(header + 16, address);
    put_word(header + 24, address);
    put_word(header + 32, bytes);
    put_word(header + 40, bytes);
    put_word(header + 48, PAGE_BYTES);
    memcpy(image.bytes + PAGE_BYTES, loader->bytes, loader->size);
    memcpy(image.bytes + PAGE_BYTES + loader->size, payload->bytes, payload->size);
    return image;
}

static uint64_t choose_ram_bytes(const struct options *options, const struct file *dtb, uint64_t described)
{
    uint64_t bytes = options->ram_bytes ? options->ram_bytes : described;
    if (options->dtb && bytes > described) {
        refuse(dtb->name, "describes %llu MiB of RAM, less than the %llu MiB asked for", (unsigned long long)(described / MIB),
               (unsigned long long)(bytes / MIB));
    }
    check_ram_bytes(bytes);
    return bytes;
}

int main(int argc, char **argv)
{
    struct options options = parse_options(argc, argv);
    struct input kernel = open_elf(options.kernel, layout_kernel_rules());
    struct input loader = open_elf(options.loader, layout_kernel_rules());
    struct file flat_loader = flatten_loader(&loader), dtb = {.name = "no device tree"};
    struct layout layout;
    require(options.kernel, layout_kernel(&layout, &kernel.elf));
    if (layout.kernel_start != RAM_BASE) {
        refuse(options.kernel, "is not made for RAM at 0x%lx", RAM_BASE);
    }
    struct kernel_block block = kernel_block_find(&kernel.file, &kernel.elf);

    uint64_t described = block.ram_bytes ? get_word(block.ram_bytes) : RAM_DEFAULT_BYTES;
    if (options.dtb) {
        dtb = read_file(options.dtb, DTB_LIMIT);
        described = device_tree_check(&dtb);
        if (options.is_dtb_dumped) {
            device_tree_tidy(&dtb);
        }
    }
    uint64_t ram_bytes = choose_ram_bytes(&options, &dtb, described);
    if (block.ram_bytes) {
        put_word(block.ram_bytes, ram_bytes);
    } else {
        fprintf(stderr, "lab4-image: %s has no RAM block: it uses the RAM size that it was built for.\n", options.kernel);
    }

    struct input root = open_elf(options.program, layout_root_rules(ram_bytes));
    layout_dtb(&layout, dtb.size);
    struct file arguments = make_arguments(&options, page_up(root.elf.end));
    layout_root(&layout, &root.elf, arguments.size);
    struct file payload = make_payload(&kernel.file, &dtb, &root.file, &arguments);
    uint64_t ram_end = RAM_BASE + ram_bytes, address = (layout.end + LARGE_PAGE_BYTES - 1) & ~(LARGE_PAGE_BYTES - 1);
    if (address > ram_end || flat_loader.size + payload.size > ram_end - address) {
        refuse(options.program, "needs %llu MiB of memory while it is loaded, and does not fit into %llu MiB of RAM; give the "
                                "machine more",
               (unsigned long long)((address + flat_loader.size + payload.size - RAM_BASE + MIB - 1) / MIB),
               (unsigned long long)(ram_bytes / MIB));
    }
    check_root_objects(options.program, &layout, &root.elf, ram_end, block.root_cnode_bits);
    struct file image = make_image(&flat_loader, loader.elf.entry, &payload, address);
    write_file(options.output, &image);
    return 0;
}
