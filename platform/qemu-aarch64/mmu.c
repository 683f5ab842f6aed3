// SPDX-License-Identifier: BSD-2-Clause
//
// Address translation: the kernel's own half (TTBR1), fixed at boot, and the switching and TLB maintenance of the user
// half (TTBR0), whose tables the core writes. The hardware ASID is the ASID, so a switch flushes nothing (memory §1.4).
//
// Kernel half (machine.h): one level-1 table covers the whole window, a GiB an entry; its last entry is the image's GiB.
#include "kernel.h"

enum {
    ENTRIES = 512,
    RAM_TABLES = 8, // RAM in the first 8 GiB is mapped by 2 MiB blocks, what is above by 1 GiB blocks
    DESC_TABLE = 3,
    DESC_BLOCK = 1,
    DESC_PAGE = 3,
    DESC_NORMAL = 4 << 2, // MAIR index 4, write-back (memory §3.2); index 0 is Device-nGnRnE
    DESC_ACCESSED = 1 << 10,
};

#define DESC_PXN (UINT64_C(1) << 53)
#define DESC_UXN (UINT64_C(1) << 54)
#define RAM_MAX (UINT64_C(510) << 30) // from RAM_BASE to the image's GiB in the window

typedef word_t table_t[ENTRIES] __attribute__((aligned(4096)));

static table_t top_table, window_table, ram_tables[RAM_TABLES], image_table, page_table;
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

BOOT_CODE static void map_kernel_page(word_t page, paddr_t address, word_t attributes)
{
    page_table[page] = address | DESC_PAGE | DESC_ACCESSED | DESC_PXN | DESC_UXN | attributes;
}

// Called on the loader's tables; entry.S switches to ours.
BOOT_CODE paddr_t boot_map(void)
{
    machine_ram = find_ram();
    map_ram();
    for (paddr_t at = IMAGE_PHYSICAL; at < image_paddr(ki_end); at += BIT(21)) {
        image_table[(at - IMAGE_PHYSICAL) >> 21] = at | DESC_BLOCK | DESC_NORMAL | DESC_ACCESSED | DESC_UXN;
    }
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
