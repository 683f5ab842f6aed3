// SPDX-License-Identifier: BSD-2-Clause
//
// Creation of the root task (memory §8–9). The platform says what memory there is and where the
// user image lies; this file finds room for the root objects, builds the root task's CSpace,
// address space and BootInfo, hands out the rest of physical memory as untypeds, and makes the root
// thread the first one to run.
//
// The order in which dynamic slots are handed out is ABI: page tables, extra BootInfo pages,
// SchedControl, image frames, untypeds. Input that no root task can be made from ends the boot with
// a message (memory §10).
#include <sel4/bootinfo_types.h>

#include "core/arch/aarch64/translation.h"
#include "core/arch/aarch64/vspace.h"
#include "core/base/print.h"
#include "core/caps/cdt.h"
#include "core/entry/boot_memory.h"
#include "core/irq/irq.h"
#include "core/threads/tcb.h"
#include "core/time/dispatch.h"
#include "core/time/sched_context.h"

enum {
    ROOT_ASID = 1,
    ROOT_PRIORITY = NUM_PRIORITIES - 1,
    BOOT_TIME_SLICE_US = 5000,
    CNODE_BITS = ROOT_CNODE_RADIX + SLOT_BITS,
    BOOTINFO_ID_FDT = 6,
};

#define DEVICE_TOP BIT(40)            // CONFIG_PADDR_USER_DEVICE_TOP
#define RAM_TOP (UINT64_C(511) << 30) // end of the kernel's memory window (memory §3.5)
#define DOMAIN_FOREVER (BIT(56) - 1)

// Where everything goes; all physical addresses, filled in by plan_*.
struct boot {
    const struct boot_input *input;
    struct range_list free;
    paddr_t dtb;
    word_t dtb_size;
    word_t extra_bytes;                    // of extra BootInfo: 0 or header + device tree
    word_t extra_bits;                     // log2 of the memory it takes
    vaddr_t image, image_end, covered_end; // user addresses: [image, covered_end) has page tables
    word_t table_count;
    paddr_t cnode, vspace, asid_pool, ipc_buffer, bootinfo, extra, tables, tcb, sc;
    word_t next_slot;
    word_t untyped_count;
    seL4_BootInfo *info;
};

static bool fail(const char *why)
{
    print("lab4: boot failed: %s\n", why);
    return false;
}

#define BOOT_REQUIRE(condition, why) \
    do { \
        if (!(condition)) { \
            return fail(why); \
        } \
    } while (0)

// -------------------------------------------------------------------------- checking, and planning

static bool plan_free_memory(struct boot *b)
{
    const struct boot_input *in = b->input;
    paddr_t previous = 0;
    BOOT_REQUIRE(in->ram_count > 0 && in->ram_count <= BOOT_MAX_RAM_REGIONS,
                 "no usable list of RAM regions");
    for (word_t i = 0; i < in->ram_count; i++) {
        struct phys_range ram = in->ram[i];
        BOOT_REQUIRE(ram.start < ram.end && ram.start >= previous,
                     "RAM regions must be ascending, disjoint and not empty");
        previous = ram.end;
        ram.end = min_word(ram.end, RAM_TOP);
        BOOT_REQUIRE(range_list_add(&b->free, ram), "too many RAM regions");
    }
    BOOT_REQUIRE(b->free.count > 0, "all RAM lies outside the kernel's window");
    struct phys_range dtb =
        b->dtb == 0 ? (struct phys_range){0, 0} : (struct phys_range){b->dtb, b->dtb + b->dtb_size};
    bool fits = range_list_remove(&b->free, in->kernel) && range_list_remove(&b->free, dtb) &&
                range_list_remove(&b->free, in->image);
    BOOT_REQUIRE(fits, "too many free memory regions");
    return true;
}

static bool plan_device_tree(struct boot *b)
{
    const struct boot_input *in = b->input;
    b->dtb_size = in->dtb_size & LOW_BITS(32);
    b->dtb = b->dtb_size == 0 ? 0 : in->dtb;
    BOOT_REQUIRE(b->dtb + b->dtb_size >= b->dtb, "the device tree wraps around the address space");
    BOOT_REQUIRE(b->dtb + b->dtb_size < RAM_TOP,
                 "the device tree lies outside the kernel's window");
    if (b->dtb != 0) {
        BOOT_REQUIRE(b->dtb >= in->kernel.end && b->dtb + b->dtb_size <= in->image.start,
                     "the device tree must lie between the kernel and the root image");
    }
    if (b->dtb_size > 0) {
        b->extra_bytes = sizeof(seL4_BootInfoHeader) + b->dtb_size;
        b->extra_bits = PAGE_BITS;
        while (BIT(b->extra_bits) < b->extra_bytes) {
            b->extra_bits++;
        }
    }
    return true;
}

static bool plan_image(struct boot *b)
{
    const struct boot_input *in = b->input;
    BOOT_REQUIRE(in->image.start <= in->image.end && in->kernel.end <= in->image.start,
                 "the root image overlaps the kernel");
    BOOT_REQUIRE(is_aligned(in->image.start, PAGE_BITS) && is_aligned(in->image.end, PAGE_BITS),
                 "the root image is not page aligned");
    b->image = in->image.start - in->image_offset;
    b->image_end = in->image.end - in->image_offset;
    word_t behind = 2 * BIT(PAGE_BITS) + (b->extra_bytes > 0 ? BIT(b->extra_bits) : 0);
    b->covered_end = b->image_end + behind;
    BOOT_REQUIRE(is_aligned(b->image, PAGE_BITS) && b->image <= b->image_end &&
                     b->image_end < USER_TOP && b->covered_end < USER_TOP,
                 "the root image does not fit into user space");
    for (word_t bits = 39; bits > PAGE_BITS; bits -= TABLE_INDEX_BITS) {
        b->table_count += ((b->covered_end - 1) >> bits) - (b->image >> bits) + 1;
    }
    return true;
}

// Carves the root objects out of one block; sizes never increase, so each is naturally aligned
// (memory §8.2).
static void place_root_objects(struct boot *b, paddr_t at)
{
    bool extra_first = b->extra_bits >= CNODE_BITS;
    word_t extra_size = b->extra_bytes > 0 ? BIT(b->extra_bits) : 0;
    if (extra_first) {
        b->extra = at;
        at += extra_size;
    }
    b->cnode = at;
    at += BIT(CNODE_BITS);
    if (!extra_first) {
        b->extra = at;
        at += extra_size;
    }
    b->vspace = at;
    b->asid_pool = b->vspace + BIT(PAGE_BITS);
    b->ipc_buffer = b->asid_pool + BIT(PAGE_BITS);
    b->bootinfo = b->ipc_buffer + BIT(PAGE_BITS);
    b->tables = b->bootinfo + BIT(PAGE_BITS);
    b->tcb = b->tables + (b->table_count << PAGE_BITS);
    b->sc = b->tcb + BIT(TCB_BITS);
}

static bool plan_root_objects(struct boot *b)
{
    word_t size = BIT(CNODE_BITS) + BIT(TCB_BITS) + 4 * BIT(PAGE_BITS) + BIT(SC_MIN_BITS) +
                  (b->table_count << PAGE_BITS) + (b->extra_bytes > 0 ? BIT(b->extra_bits) : 0);
    // a CNode has at least a page
    word_t align = b->extra_bits > CNODE_BITS ? b->extra_bits : CNODE_BITS;
    for (word_t i = b->free.count; i-- > 0;) {
        struct phys_range range = b->free.ranges[i];
        if (range.end - range.start < size) {
            continue;
        }
        paddr_t start = align_down(range.end - size, align);
        if (start >= range.start) {
            place_root_objects(b, start);
            BOOT_REQUIRE(range_list_remove(&b->free, (struct phys_range){start, start + size}),
                         "too many free memory regions");
            if (!b->input->ram_is_zero) {
                __builtin_memset(plat_ptr(start), 0, size);
            }
            return true;
        }
    }
    return fail(
        "no free memory region is large enough for the root objects; give the machine more memory");
}

// -------------------------------------------------------------------------- capabilities and pages

static struct slot *root_slot(const struct boot *b, word_t i)
{
    return (struct slot *)plat_ptr(b->cnode) + i;
}

static bool plant_next(struct boot *b, struct cap cap)
{
    BOOT_REQUIRE(b->next_slot < BIT(ROOT_CNODE_RADIX),
                 "the root CNode is full; build with a larger LAB4_ROOT_CNODE_SIZE_BITS");
    cdt_plant(cap, root_slot(b, b->next_slot++));
    return true;
}

static struct cap map_frame(const struct boot *b, paddr_t frame, vaddr_t address,
                            bool is_executable)
{
    struct walk w = translation_walk(b->vspace, address);
    KASSERT(w.bits == PAGE_BITS && !walk_is_valid(w));
    desc_write(w.entry, desc_page(frame, PAGE_BITS, ACCESS_READ_WRITE,
                                  ATTR_CACHEABLE | (is_executable ? 0 : ATTR_EXECUTE_NEVER)));
    return MAKE_CAP(frame, .base = frame, .size = FRAME_SMALL, .access = ACCESS_READ_WRITE,
                    .asid = ROOT_ASID, .address = address);
}

static bool map_frames(struct boot *b, paddr_t frame, vaddr_t address, word_t count,
                       seL4_SlotRegion *region)
{
    region->start = b->next_slot;
    for (word_t i = 0; i < count; i++) {
        if (!plant_next(b,
                        map_frame(b, frame + (i << PAGE_BITS), address + (i << PAGE_BITS), true))) {
            return false;
        }
    }
    region->end = b->next_slot;
    return true;
}

// All level-1 tables, then all level-2, then all level-3, each by ascending address.
static bool make_page_tables(struct boot *b)
{
    paddr_t table = b->tables;
    b->info->userImagePaging.start = b->next_slot;
    for (word_t bits = 39; bits > PAGE_BITS; bits -= TABLE_INDEX_BITS) {
        for (vaddr_t address = align_down(b->image, bits); address < b->covered_end;
             address += BIT(bits)) {
            struct walk w = translation_walk(b->vspace, address);
            KASSERT(w.bits == bits && !walk_is_valid(w));
            desc_write(w.entry, desc_table(table));
            if (!plant_next(b, MAKE_CAP(page_table, .base = table, .is_mapped = 1,
                                        .asid = ROOT_ASID, .address = address))) {
                return false;
            }
            table += BIT(PAGE_BITS);
        }
    }
    b->info->userImagePaging.end = b->next_slot;
    return true;
}

// ------------------------------------------------------------------------------------ the sequence

static void fill_bootinfo(struct boot *b)
{
    seL4_BootInfo *info = b->info = plat_ptr(b->bootinfo);
    info->extraLen = b->extra_bytes;
    info->numNodes = 1;
    info->ipcBuffer = (seL4_IPCBuffer *)b->image_end;
    info->initThreadCNodeSizeBits = ROOT_CNODE_RADIX;
    if (b->extra_bytes > 0) {
        seL4_BootInfoHeader *header = plat_ptr(b->extra);
        *header = (seL4_BootInfoHeader){.id = BOOTINFO_ID_FDT, .len = b->extra_bytes};
        if (b->dtb != 0) { // physical 0 is empty flash: it reads zero, as the page does already
            __builtin_memcpy(header + 1, plat_ptr(b->dtb), b->dtb_size);
        }
    }
}

static void plant_fixed_caps(const struct boot *b)
{
    struct asid_pool *pool = plat_ptr(b->asid_pool);
    pool->vspaces[ROOT_ASID] = b->vspace;
    ks.asid_pools[0] = pool;
    cdt_plant(MAKE_CAP(cnode, .object = b->cnode, .radix = ROOT_CNODE_RADIX,
                       .guard_size = WORD_BITS - ROOT_CNODE_RADIX),
              root_slot(b, seL4_CapInitThreadCNode));
    cdt_plant(MAKE_CAP(domain, .unused = 0), root_slot(b, seL4_CapDomain));
    cdt_plant(MAKE_CAP(irq_control, .unused = 0), root_slot(b, seL4_CapIRQControl));
    cdt_plant(MAKE_CAP(vspace, .base = b->vspace, .is_assigned = 1, .asid = ROOT_ASID),
              root_slot(b, seL4_CapInitThreadVSpace));
    cdt_plant(MAKE_CAP(asid_pool, .base = b->asid_pool), root_slot(b, seL4_CapInitThreadASIDPool));
    cdt_plant(MAKE_CAP(asid_control, .unused = 0), root_slot(b, seL4_CapASIDControl));
    cdt_plant(MAKE_CAP(tcb, .object = b->tcb), root_slot(b, seL4_CapInitThreadTCB));
    cdt_plant(MAKE_CAP(sched_context, .object = b->sc, .size_bits = SC_MIN_BITS),
              root_slot(b, seL4_CapInitThreadSC));
}

static bool make_user_space(struct boot *b)
{
    const vaddr_t bootinfo_page = b->image_end + BIT(PAGE_BITS),
                  extra_pages = bootinfo_page + BIT(PAGE_BITS);
    const struct phys_range *image = &b->input->image;
    seL4_BootInfo *info = b->info;
    if (!make_page_tables(b)) {
        return false;
    }
    cdt_plant(map_frame(b, b->bootinfo, bootinfo_page, false), root_slot(b, seL4_CapBootInfoFrame));
    word_t extra_count = align_up(b->extra_bytes, PAGE_BITS) >> PAGE_BITS;
    if (extra_count > 0 &&
        !map_frames(b, b->extra, extra_pages, extra_count, &info->extraBIPages)) {
        return false;
    }
    info->schedcontrol.start = b->next_slot;
    if (!plant_next(b, MAKE_CAP(sched_control, .core = 0))) {
        return false;
    }
    info->schedcontrol.end = b->next_slot;
    cdt_plant(map_frame(b, b->ipc_buffer, b->image_end, false),
              root_slot(b, seL4_CapInitThreadIPCBuffer));
    return map_frames(b, image->start, b->image, (image->end - image->start) >> PAGE_BITS,
                      &info->userImageFrames);
}

// -------------------------------------------------------------------------------------- untypeds

static bool add_untypeds(struct boot *b, struct phys_range range, bool is_device, bool is_zero)
{
    while (range.start != range.end) {
        paddr_t base = range.start;
        word_t bits = range_cut_untyped(&range);
        if (bits == 0) {
            continue; // a crumb
        }
        if (b->untyped_count == CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS) {
            print("lab4: more than %d untypeds; memory from 0x%x on is not handed out\n",
                  b->untyped_count, base);
            return true;
        }
        word_t watermark = is_zero ? 0 : BIT(bits);
        struct cap cap = MAKE_CAP(untyped, .base = base, .size_bits = bits, .is_device = is_device,
                                  .watermark = watermark);
        if (!plant_next(b, cap)) {
            return false;
        }
        b->info->untypedList[b->untyped_count++] =
            (seL4_UntypedDesc){.paddr = base, .sizeBits = (seL4_Uint8)bits, .isDevice = is_device};
    }
    return true;
}

// The gaps between everything that is RAM, taken, or a device page of the kernel's.
static bool add_device_untypeds(struct boot *b)
{
    const struct boot_input *in = b->input;
    struct range_list reserved = {.count = 0};
    bool fits = range_list_add(&reserved, in->kernel) && range_list_add(&reserved, in->image) &&
                range_list_add(&reserved,
                               (struct phys_range){b->dtb, b->dtb == 0 ? 0 : b->dtb + b->dtb_size});
    for (word_t i = 0; i < in->ram_count; i++) {
        fits = fits && range_list_add(&reserved, in->ram[i]);
    }
    for (word_t i = 0; i < in->device_page_count; i++) {
        fits = fits &&
               range_list_add(&reserved, (struct phys_range){in->device_pages[i],
                                                             in->device_pages[i] + BIT(PAGE_BITS)});
    }
    BOOT_REQUIRE(fits, "too many reserved memory ranges");
    paddr_t start = 0;
    for (word_t i = 0; i < reserved.count; i++) {
        struct phys_range gap = {start, min_word(reserved.ranges[i].start, DEVICE_TOP)};
        if (gap.start < gap.end && !add_untypeds(b, gap, true, false)) {
            return false;
        }
        start = reserved.ranges[i].end;
    }
    return start >= DEVICE_TOP ||
           add_untypeds(b, (struct phys_range){start, DEVICE_TOP}, true, false);
}

static bool make_untypeds(struct boot *b)
{
    b->info->untyped.start = b->next_slot;
    if (!add_device_untypeds(b) || !add_untypeds(b, b->input->recyclable, false, false)) {
        return false;
    }
    for (word_t i = 0; i < b->free.count; i++) {
        if (!add_untypeds(b, b->free.ranges[i], false, b->input->ram_is_zero)) {
            return false;
        }
    }
    b->info->untyped.end = b->next_slot;
    b->info->empty = (seL4_SlotRegion){b->next_slot, BIT(ROOT_CNODE_RADIX)};
    return true;
}

// --------------------------------------------------------------------------------------- threads

static void make_idle_thread(void)
{
    struct tcb *idle = &ks.idle;
    tcb_init(idle, "idle_thread");
    idle->state = THREAD_IDLE;
    idle->flags = TCB_FLAG_FPU_DISABLED;
    idle->sc = idle_sc();
    idle_sc()->thread = idle;
    refill_new(idle_sc(), SC_MIN_REFILLS, REFILL_MAX, 0, here()->now);
    here()->current = idle;
    here()->charged_sc = idle_sc();
}

// A TCB slot gets what a copy of the initial capability would be.
static void give_root_cap(const struct boot *b, struct tcb *thread, enum tcb_slot which,
                          word_t slot)
{
    struct cap cap = root_slot(b, slot)->cap;
    if (cap_kind(cap) == kind_frame) {
        cap = frame_cap_set_asid(cap, 0);
    }
    cdt_insert(cap, root_slot(b, slot), &thread->slots[which]);
}

static void make_root_thread(const struct boot *b)
{
    struct tcb *thread = plat_ptr(b->tcb);
    struct sched_context *sc = plat_ptr(b->sc);
    tcb_init(thread, "rootserver");
    thread->regs.x[REG_CAP] = b->image_end + BIT(PAGE_BITS); // BootInfo
    thread->regs.pc = thread->regs.fault_pc = b->input->entry;
    plat_thread_registers_written(thread);
    thread->priority = thread->mcp = ROOT_PRIORITY;
    thread->buffer_address = b->image_end;
    give_root_cap(b, thread, TCB_CSPACE, seL4_CapInitThreadCNode);
    give_root_cap(b, thread, TCB_VSPACE, seL4_CapInitThreadVSpace);
    give_root_cap(b, thread, TCB_BUFFER, seL4_CapInitThreadIPCBuffer);
    refill_new(sc, SC_MIN_REFILLS, us_to_ticks(BOOT_TIME_SLICE_US), 0, here()->now);
    sc->thread = thread;
    thread->sc = sc;
    thread->state = THREAD_RUNNING;
    here()->action = ACTION_NOMINATE;
    here()->nominee = thread;
}

bool core_boot(const struct boot_input *input)
{
    struct boot b = {.input = input, .next_slot = seL4_NumInitialCaps};
    if (!plan_device_tree(&b) || !plan_image(&b) || !plan_free_memory(&b) ||
        !plan_root_objects(&b)) {
        return false;
    }
    irq_init();
    fill_bootinfo(&b);
    plant_fixed_caps(&b);
    if (!make_user_space(&b) || !make_untypeds(&b)) {
        return false;
    }
    ks.domain_schedule[0] = (struct domain_slice){0, DOMAIN_FOREVER};
    here()->domain_time = DOMAIN_FOREVER;
    here()->now = plat_now(); // nothing of the boot is charged to anybody
    here()->rearm = true;
    make_idle_thread();
    make_root_thread(&b);
    dispatch();
    return true;
}
