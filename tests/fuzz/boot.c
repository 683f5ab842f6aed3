// SPDX-License-Identifier: BSD-2-Clause
//
// Target `boot`: memory maps, image descriptions and device trees against core_boot. Hopeless input is refused with a
// message. From anything else a root task must come out whose BootInfo tells the truth: untypeds that are aligned, do not
// overlap each other nor anything in use, and together with what is in use cover all of RAM; frames that show the image;
// the device tree, byte for byte; and a kernel that keeps its invariants.
//
// Input: a few bytes for each field of struct boot_input; what is left is the device tree.
#include <stdio.h>
#include <string.h>

#include <sel4/bootinfo_types.h>

#include "core/check/invariants.h"
#include "core/arch/aarch64/translation.h"
#include "platform/fake/fake.h"
#include "tests/fuzz/machine.h"
#include "tests/fuzz/target.h"

enum { ARENA = 0x20000000, PLAIN = ARENA / 2, MAX_TREE = 256, SCRATCH_WORDS = 4096 };

#define TREE_ADDRESS_SLACK 0x1000

const size_t fuzz_max_steps = 0;

// ------------------------------------------------------------------------------------------ decoding

struct cursor {
    const uint8_t *data;
    size_t size;
};

static word_t take(struct cursor *c, word_t bytes)
{
    word_t value = 0;
    for (word_t i = 0; i < bytes; i++) {
        value |= (word_t)(c->size ? *c->data : 0) << (8 * i);
        c->data += c->size > 0;
        c->size -= c->size > 0;
    }
    return value;
}

// Addresses are mostly whole pages in the arena; now and then anything.
static paddr_t take_address(struct cursor *c, paddr_t base)
{
    word_t value = take(c, 2);
    if (value == 0xffff) {
        return take(c, 8);
    }
    return base + (value << 12) % PLAIN + ((value & 0xf00f) == 0xf00f ? 0x123 : 0);
}

static struct boot_input decode(struct cursor *c)
{
    struct boot_input in = {0};
    word_t flags = take(c, 1);
    paddr_t at = FAKE_RAM_BASE;
    in.ram_count = 1 + (flags & 3);
    for (word_t i = 0; i < in.ram_count; i++) {
        in.ram[i].start = at + (take(c, 1) << 12);
        in.ram[i].end = at = in.ram[i].start + (take(c, 2) << 10) % (PLAIN / 4);
    }
    in.ram_is_zero = flags & 4;
    in.kernel.start = in.ram[0].start;
    in.kernel.end = in.kernel.start + (take(c, 1) << 12);
    in.recyclable = (struct phys_range){in.kernel.start, in.kernel.start + (flags & 8 ? (in.kernel.end - in.kernel.start) / 2 : 0)};
    in.dtb = flags & 16 ? take_address(c, FAKE_RAM_BASE) : in.kernel.end;
    in.image.start = flags & 32 ? take_address(c, FAKE_RAM_BASE) : in.kernel.end + TREE_ADDRESS_SLACK;
    in.image.end = in.image.start + (take(c, 1) << 12);
    in.image_offset = flags & 64 ? take(c, 8) : in.image.start - 0x400000;
    in.entry = take(c, 2);
    in.device_page_count = take(c, 1) % 4;
    paddr_t device = 0x8000000;
    for (word_t i = 0; i < in.device_page_count; i++) {
        device += (1 + take(c, 1)) << 12;
        in.device_pages[i] = device;
    }
    in.dtb_size = flags & 128 ? take(c, 5) : min_word(c->size, MAX_TREE);
    return in;
}

// The machine keeps the promises of the seam: whatever is said to be in memory is there.
static bool is_in_arena(paddr_t start, word_t bytes)
{
    return start >= FAKE_RAM_BASE && bytes <= ARENA && start - FAKE_RAM_BASE <= ARENA - bytes;
}

static bool is_plausible(const struct boot_input *in)
{
    bool has_tree = (in->dtb_size & LOW_BITS(32)) > 0 && in->dtb != 0;
    return is_in_arena(in->image.start, in->image.end - in->image.start) &&
           (!has_tree || is_in_arena(in->dtb, in->dtb_size & LOW_BITS(32)));
}

// -------------------------------------------------------------------------------------------- checks

static word_t overlap(struct phys_range a, struct phys_range b)
{
    paddr_t start = a.start > b.start ? a.start : b.start, end = a.end < b.end ? a.end : b.end;
    return start < end ? end - start : 0;
}

static const seL4_BootInfo *boot_info(void)
{
    const struct slot *slots = cap_cnode(here()->current->slots[TCB_CSPACE].cap);
    return plat_ptr(frame_cap_base(slots[seL4_CapBootInfoFrame].cap));
}

static struct phys_range untyped_range(const seL4_BootInfo *info, word_t i)
{
    const seL4_UntypedDesc *u = &info->untypedList[i];
    return (struct phys_range){u->paddr, u->paddr + BIT(u->sizeBits)};
}

static void check_untypeds(const struct boot_input *in, const seL4_BootInfo *info)
{
    word_t count = info->untyped.end - info->untyped.start;
    struct phys_range tree = {in->dtb, in->dtb + (in->dtb_size & LOW_BITS(32))};
    struct phys_range kernel = {in->recyclable.end > in->kernel.start ? in->recyclable.end : in->kernel.start, in->kernel.end};
    for (word_t i = 0; i < count; i++) {
        struct phys_range range = untyped_range(info, i);
        word_t in_ram = 0;
        for (word_t j = 0; j < in->ram_count; j++) {
            in_ram += overlap(range, in->ram[j]);
        }
        bool is_device = info->untypedList[i].isDevice;
        if (range.start % (range.end - range.start) != 0 || (in_ram != 0 && is_device)) {
            machine_fail("untyped %d is misaligned, or RAM is handed out as a device", (int)i);
        }
        if (overlap(range, kernel) || overlap(range, in->image) || (in->dtb_size && overlap(range, tree) && !is_device)) {
            machine_fail("untyped %d [%#llx, %#llx) overlaps something in use", (int)i, (unsigned long long)range.start,
                         (unsigned long long)range.end);
        }
        for (word_t j = 0; j < i; j++) {
            if (overlap(range, untyped_range(info, j))) {
                machine_fail("untypeds %d and %d overlap", (int)i, (int)j);
            }
        }
    }
}

static void check_frames(const struct boot_input *in, const seL4_BootInfo *info)
{
    const struct slot *slots = cap_cnode(here()->current->slots[TCB_CSPACE].cap);
    paddr_t root = vspace_cap_base(slots[seL4_CapInitThreadVSpace].cap);
    word_t pages = (in->image.end - in->image.start) >> 12;
    if (info->userImageFrames.end - info->userImageFrames.start != pages) {
        machine_fail("BootInfo counts another number of image frames");
    }
    for (word_t i = 0; i < pages; i++) {
        struct cap cap = slots[info->userImageFrames.start + i].cap;
        paddr_t expected = in->image.start + (i << 12);
        struct walk w = translation_walk(root, expected - in->image_offset);
        if (cap_kind(cap) != kind_frame || frame_cap_base(cap) != expected || !walk_is_page(w) || desc_address(*w.entry) != expected) {
            machine_fail("image page %d is not mapped where it belongs", (int)i);
        }
    }
}

static void check_tree(const uint8_t *tree, word_t bytes, const seL4_BootInfo *info)
{
    const struct slot *slots = cap_cnode(here()->current->slots[TCB_CSPACE].cap);
    if (bytes == 0) {
        return;
    }
    const struct cap first = slots[info->extraBIPages.start].cap;
    const seL4_BootInfoHeader *header = plat_ptr(frame_cap_base(first));
    if (info->extraLen != bytes + sizeof *header || header->len != info->extraLen || memcmp(header + 1, tree, bytes) != 0) {
        machine_fail("the device tree in BootInfo is not the one that was given");
    }
}

static void report(int number, const char *what, const void *subject)
{
    machine_fail("invariant %d is broken: %s (%p)", number, what, subject);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static word_t scratch[SCRATCH_WORDS];
    static uint8_t tree[MAX_TREE];
    struct cursor c = {data, size};
    struct boot_input in = decode(&c);
    word_t tree_bytes = min_word(c.size, MAX_TREE);
    fake_reset(FAKE_RAM_BASE, ARENA);
    if (!is_plausible(&in)) {
        return 0;
    }
    memset(tree, 0, sizeof tree);
    memcpy(tree, c.data, tree_bytes);
    if (in.dtb != 0 && in.dtb_size > 0 && in.dtb_size <= MAX_TREE) {
        memcpy(plat_ptr(in.dtb), tree, in.dtb_size);
    }
    if (!core_boot(&in)) {
        if (!strstr(fake.console, "boot failed")) {
            machine_fail("core_boot refuses without a word");
        }
        return 0;
    }
    check_untypeds(&in, boot_info());
    check_frames(&in, boot_info());
    if (in.dtb != 0 && in.dtb_size <= MAX_TREE) {
        check_tree(tree, in.dtb_size, boot_info());
    }
    invariants_check(scratch, SCRATCH_WORDS, report);
    return 0;
}
