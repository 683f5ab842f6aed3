// SPDX-License-Identifier: BSD-2-Clause
//
// Address translation: the kernel's own half (TTBR1), fixed at boot, and the switching and TLB maintenance of the user
// half (TTBR0), whose tables the core writes. The hardware ASID is the ASID, so a switch flushes nothing (memory §1.4).
//
// Kernel half (machine.h): one level-1 table covers the whole window, a GiB an entry; its last entry is
// the image's GiB. No memory is mapped twice, and none both writable and executable: the image page by
// page, as kernel.ld divides it; the window without the image. The boot part, which becomes user memory,
// is in the window from the start, and in the image's map, read-only, until boot_unmap.
#include "kernel.h"

enum {
    ENTRIES = 512,
    RAM_TABLES = 8, // RAM in the first 8 GiB is mapped by 2 MiB blocks, what is above by 1 GiB blocks
    DESC_TABLE = 3,
    DESC_BLOCK = 1,
    DESC_PAGE = 3,
    DESC_NORMAL = 4 << 2, // MAIR index 4, write-back (memory §3.2); index 0 is Device-nGnRnE
    DESC_ACCESSED = 1 << 10,
    DESC_READ_ONLY = 1 << 7, // AP[2]
};

#define DESC_PXN (UINT64_C(1) << 53)
#define DESC_UXN (UINT64_C(1) << 54)
#define RAM_MAX (UINT64_C(510) << 30) // from RAM_BASE to the image's GiB in the window

typedef word_t table_t[ENTRIES] __attribute__((aligned(4096)));

static table_t top_table, window_table, ram_tables[RAM_TABLES], image_table, page_table;
static table_t image_pages[IMAGE_BLOCKS], window_pages[IMAGE_BLOCKS];
extern table_t mmu_empty_table;
table_t mmu_empty_table; // the user half of a thread without an address space

struct phys_range machine_ram;

extern const struct {
    char magic[16];
    word_t bytes;
} boot_ram_block; // entry.S
extern char kernel_stack[];

// ------------------------------------------------------------------------------------ the kernel half

// The size comes from the image, not from the device tree. A size that nobody should have written is cut down.
BOOT_CODE static struct phys_range find_ram(void)
{
    word_t bytes = align_down(min_word(*(const volatile word_t *)&boot_ram_block.bytes, RAM_MAX), 21);
    if (bytes > (word_t)RAM_TABLES << 30) {
        bytes = align_down(bytes, 30);
    }
    return (struct phys_range){RAM_BASE, RAM_BASE + bytes};
}

BOOT_CODE static void map_ram(void)
{
    const word_t block = DESC_BLOCK | DESC_NORMAL | DESC_ACCESSED | DESC_PXN | DESC_UXN;
    for (word_t i = 0; i < RAM_TABLES; i++) {
        window_table[(RAM_BASE >> 30) + i] = image_paddr(ram_tables[i]) | DESC_TABLE;
    }
    const word_t fine_end = min_word(machine_ram.end, RAM_BASE + ((word_t)RAM_TABLES << 30));
    for (paddr_t at = RAM_BASE; at < fine_end; at += BIT(21)) {
        ram_tables[(at - RAM_BASE) >> 30][(at >> 21) % ENTRIES] = at | block;
    }
    for (paddr_t at = fine_end; at < machine_ram.end; at += BIT(30)) {
        window_table[at >> 30] = at | block;
    }
}

// The part of the window where the image is: without the image, but with its boot part.
BOOT_CODE static void map_window_around_image(void)
{
    const word_t page = DESC_PAGE | DESC_NORMAL | DESC_ACCESSED | DESC_PXN | DESC_UXN;
    const paddr_t start = image_paddr(ki_boot_end), end = image_paddr(ki_end);
    for (word_t block = 0; block < IMAGE_BLOCKS && IMAGE_PHYSICAL + (block << 21) < end; block++) {
        for (word_t i = 0; i < ENTRIES; i++) {
            const paddr_t at = IMAGE_PHYSICAL + (block << 21) + (i << 12);
            window_pages[block][i] = at >= start && at < end ? 0 : at | page;
        }
        ram_tables[0][block] = image_paddr(window_pages[block]) | DESC_TABLE;
    }
}

BOOT_CODE static void map_image(const char *from, const char *to, word_t attributes)
{
    for (paddr_t at = image_paddr(from); at < image_paddr(to); at += BIT(12)) {
        const word_t page = (at - IMAGE_PHYSICAL) >> 12;
        image_pages[page / ENTRIES][page % ENTRIES] =
            at | DESC_PAGE | DESC_NORMAL | DESC_ACCESSED | DESC_UXN | attributes;
    }
}

// The stack is not in it: it has a place of its own, between pages that are never mapped.
BOOT_CODE static void map_whole_image(void)
{
    map_image(ki_start, ki_text_end, DESC_READ_ONLY); // the boot part is only read, too
    map_image(ki_text_end, ki_rodata_end, DESC_READ_ONLY | DESC_PXN);
    map_image(ki_rodata_end, kernel_stack, DESC_PXN);
    map_image(kernel_stack + KERNEL_STACK_BYTES, ki_end, DESC_PXN);
    for (word_t block = 0; block < IMAGE_BLOCKS; block++) {
        image_table[block] = image_paddr(image_pages[block]) | DESC_TABLE;
    }
}

BOOT_CODE static void map_kernel_page(word_t page, paddr_t address, word_t attributes)
{
    page_table[page] = address | DESC_PAGE | DESC_ACCESSED | DESC_PXN | DESC_UXN | attributes;
}

// Called on the loader's tables; entry.S switches to ours.
BOOT_CODE paddr_t boot_map(void)
{
    machine_ram = find_ram();
    map_ram();
    map_window_around_image();
    map_whole_image();
    if (KERNEL_PRINTING) {
        map_kernel_page(UART_PAGE, UART_PHYSICAL, 0);
    }
    map_kernel_page(GIC_DISTRIBUTOR_PAGE, GIC_DISTRIBUTOR_PHYSICAL, 0);
    map_kernel_page(GIC_CPU_PAGE, GIC_CPU_PHYSICAL, 0);
    map_kernel_page(STACK_PAGE, image_paddr(kernel_stack), DESC_NORMAL);
    image_table[ENTRIES - 1] = image_paddr(page_table) | DESC_TABLE;
    window_table[ENTRIES - 1] = image_paddr(image_table) | DESC_TABLE;
    top_table[ENTRIES - 1] = image_paddr(window_table) | DESC_TABLE;
    return image_paddr(top_table);
}

// Not in the boot part itself. What was there is user memory now.
void boot_unmap(void)
{
    const word_t pages = (word_t)(ki_boot_end - ki_start) >> 12;
    for (word_t page = 0; page < pages; page++) {
        image_pages[page / ENTRIES][page % ENTRIES] = 0;
    }
    BARRIER("dsb ish");
    BARRIER("tlbi vmalle1");
    BARRIER("dsb nsh");
    BARRIER("ic iallu");
    BARRIER("dsb nsh");
    BARRIER("isb");
}

// -------------------------------------------------------------------------------------- the user half

HOT void plat_vspace_activate(paddr_t root, asid_t asid)
{
    static word_t active; // TTBR0_EL1; rewriting it with the same value is not free
    word_t wanted = root ? asid << 48 | root : image_paddr(mmu_empty_table);
    if (active != wanted) {
        active = wanted;
        WRITE_REGISTER(ttbr0_el1, wanted);
        BARRIER("isb");
    }
}

// The walker reads through the data cache (TCR_EL1); it is enough that the store comes first.
void plat_descriptor_written(const word_t *entry)
{
    (void)entry;
    BARRIER("dsb ishst");
}

void plat_page_mapped(asid_t asid, vaddr_t address)
{
    (void)asid, (void)address;
}

// One invalidation by address removes whatever the TLB made of a page or block (Arm ARM D8.13).
void plat_tlb_flush_page(asid_t asid, vaddr_t address, word_t size_bits)
{
    (void)size_bits;
    __asm__ volatile("tlbi vae1, %0" : : "r"(asid << 48 | (address >> 12 & LOW_BITS(44))) : "memory");
    BARRIER("dsb nsh");
    BARRIER("isb");
}

void plat_tlb_flush_asid(asid_t asid)
{
    __asm__ volatile("tlbi aside1, %0" : : "r"(asid << 48) : "memory");
    BARRIER("dsb nsh");
    BARRIER("isb");
}

void plat_vspace_retire(asid_t asid)
{
    (void)asid;
}
