// SPDX-License-Identifier: BSD-2-Clause
//
// Host mappings as a software-filled TLB. The core writes VMSAv8-64 tables into simulated RAM; a host page fault of
// user code walks them here, and what they allow is mapped from the memory file. Nothing else tells the host about a
// mapping, and what the tables no longer say is unmapped before user code of that VSpace runs again (flush queues).
//
// A fill maps the whole run of entries around the fault that continue each other, because one host call costs as much
// as ten pages. The number of host mappings is bounded: a full TLB is emptied.
//
// No step takes long, whatever is mapped: a thread's time must not run out unseen while the host tears down thousands of
// mappings. So everything is forgotten in pieces, and resume() looks at the clock in between.
//
// Physical addresses outside RAM are never mapped: each access faults, and is performed by devices.c where there is a
// device, or is an external abort (0x10).
#include "core/threads/state.h"
#include "core/arch/aarch64/translation.h"
#include "platform/hosted/machine/flush.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/panic.h"
#include "platform/hosted/machine/process.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/tlb.h"
#include "platform/hosted/machine/x86_64/keys.h"
#include "platform/platform.h"

// Low six bits of a syndrome (Arm ARM, ESR_ELx.DFSC / IFSC), and the rest by kind of access (memory §6.5).
enum { STATUS_TRANSLATION = 0x04, STATUS_PERMISSION = 0x0c, STATUS_EXTERNAL_ABORT = 0x10 };
#define SYNDROME_LOAD 0x92000000u
#define SYNDROME_STORE 0x92000040u
#define SYNDROME_FETCH 0x82000000u

enum { LEVELS = 4, LAST_LEVEL = 3, POPULATE_BYTES = 64 << 10, MOST_DROPPED = 32, LEAST_CAPACITY = 64 };

struct translation {
    uint32_t status;    // 0 = there is a page
    const word_t *entry;
    word_t level, bits; // of the entry
};

static struct translation translate(paddr_t root, vaddr_t address)
{
    struct translation t = {.bits = PAGE_BITS + LAST_LEVEL * TABLE_INDEX_BITS};
    if (root == 0 || address > USER_TOP) {
        t.status = STATUS_TRANSLATION;
        return t;
    }
    const word_t *table = plat_ptr(root);
    for (;; t.level++, t.bits -= TABLE_INDEX_BITS) {
        t.entry = &table[(address >> t.bits) & LOW_BITS(TABLE_INDEX_BITS)];
        if (!(*t.entry & DESC_VALID)) {
            t.status = STATUS_TRANSLATION + (uint32_t)t.level;
            return t;
        }
        if (t.level == LAST_LEVEL || !(*t.entry & DESC_TABLE_OR_PAGE)) {
            return t;
        }
        table = plat_ptr(desc_address(*t.entry));
    }
}

static bool behind_nothing(paddr_t start, word_t bytes)
{
    paddr_t end = MACHINE_RAM_BASE + control()->ram_bytes;
    return start < MACHINE_RAM_BASE || start >= end || bytes > end - start;
}

static int protection_of(word_t entry)
{
    word_t access = entry & DESC_ACCESS_MASK;
    int protection = entry & DESC_EXECUTE_NEVER ? 0 : HOST_EXECUTE;
    if (access == DESC_ACCESS_READ_WRITE) {
        return protection | HOST_READ | HOST_WRITE;
    }
    return access == DESC_ACCESS_READ_ONLY ? protection | HOST_READ : protection;
}

// ---------------------------------------------------------------------------------------------- fill

struct run {
    vaddr_t start, end;
    paddr_t physical;
};

// Does `next` continue a mapping to RAM, `size` bytes on (or back)? Behind the RAM's ends the memory file has other things.
static bool continues(word_t next, word_t expected, word_t size)
{
    return next == expected && !behind_nothing(desc_address(next), size);
}

// The entries around `t` in its table that map on, with equal attributes, and lie in the window.
static struct run find_run(const struct translation *t, vaddr_t address)
{
    word_t size = BIT(t->bits), i = (address >> t->bits) & LOW_BITS(TABLE_INDEX_BITS), first = i, last = i;
    const word_t *table = t->entry - i;
    bool extends = t->level == LAST_LEVEL; // larger pages need no help
    while (extends && first > 0 && continues(table[first - 1], table[first] - size, size)) {
        first--;
    }
    while (extends && last + 1 < TABLE_ENTRIES && continues(table[last + 1], table[last] + size, size)) {
        last++;
    }
    struct run run = {.start = align_down(address, t->bits) - (i - first) * size, .physical = desc_address(table[first])};
    run.end = run.start + (last - first + 1) * size;
    if (run.start < MACHINE_USER_LOW) {
        run.physical += MACHINE_USER_LOW - run.start;
        run.start = MACHINE_USER_LOW;
    }
    run.end = min_word(run.end, MACHINE_USER_HIGH);
    return run;
}

static long map_run(struct run run, int protection)
{
    bool populates = run.end - run.start <= POPULATE_BYTES;
    // A debugger can write into what is writable; into other code it can if that is private.
    bool is_private = (control()->flags & MACHINE_FLAG_DEBUG) && (protection & HOST_EXECUTE) && !(protection & HOST_WRITE);
    int flags = HOST_FIXED | HOST_NO_RESERVE | (is_private ? HOST_PRIVATE : HOST_SHARED) | (populates ? HOST_POPULATE : 0);
    keys_open_user(true); // populating obeys the keys in force
    long result = host_map(run.start, run.end - run.start, protection, flags, MACHINE_FD_MEMORY,
                           MACHINE_RAM_OFFSET + (run.physical - MACHINE_RAM_BASE));
    keys_open_user(false);
    return result;
}

static void count_dropped(uint32_t mappings)
{
    uint64_t *most = &control()->statistics.most_dropped;
    *most = mappings > *most ? mappings : *most;
}

// Unmapping may cut a mapping in two, which the host's limit on mappings may forbid; unmapping everything cannot.
static bool unmap(vaddr_t start, vaddr_t end)
{
    start = start < MACHINE_USER_LOW ? MACHINE_USER_LOW : start;
    end = min_word(end, MACHINE_USER_HIGH);
    return start >= end || host_unmap(start, end - start) == 0;
}

static void unmap_everything(void)
{
    if (!unmap(MACHINE_USER_LOW, MACHINE_USER_HIGH)) {
        panic_at("the host refuses to unmap user memory", NULL);
    }
    count_dropped(self.mappings);
    self.mappings = 0;
}

// What is mapped, in the order of filling. Every host mapping lies in one of these ranges. Where a flush has cut one in two, an
// empty one has been added, so there are never more host mappings than ranges.
static PER_PROCESS struct {
    vaddr_t start, end;
} mapped[MAX_MAPPINGS];

// The latest first: a run that was filled later may contain earlier ones, but not lie inside of one, so this cuts none in two.
static void forget_latest(uint32_t count)
{
    count_dropped(count);
    for (; count > 0 && self.mappings > 0; count--) {
        self.mappings--;
        if (!unmap(mapped[self.mappings].start, mapped[self.mappings].end)) {
            unmap_everything();
        }
    }
}

static void remember(vaddr_t start, vaddr_t end)
{
    mapped[self.mappings].start = start;
    mapped[self.mappings].end = end;
    self.mappings++;
}

// If there is no room the access is made again after everything has been forgotten.
static void install(struct run run, int protection)
{
    if (self.mappings >= self.capacity) {
        flush_everything(self.process);
        return;
    }
    if (map_run(run, protection) < 0) { // perhaps the host's limit on mappings: from now on there are fewer
        self.capacity = self.mappings / 2 > LEAST_CAPACITY ? self.mappings / 2 : LEAST_CAPACITY;
        unmap_everything();
        long error = map_run(run, protection);
        if (error < 0) {
            host_refuses("to map user memory", error, "raise the limit on mappings (sysctl vm.max_map_count), or free some memory");
        }
    }
    remember(run.start, run.end);
    control()->statistics.fills++;
    control()->statistics.filled_pages += (run.end - run.start) >> PAGE_BITS;
}

// The host does not give all of these rights at once (write_execute.c).
static bool excludes(int protection)
{
    return machine.write_excludes_execute && (protection & HOST_WRITE) && (protection & HOST_EXECUTE);
}

static struct run page_of(struct run run, vaddr_t address)
{
    vaddr_t page = align_down(address, PAGE_BITS);
    return (struct run){.start = page, .end = page + BIT(PAGE_BITS), .physical = run.physical + (page - run.start)};
}

static void note_cut(void)
{
    if (self.mappings < self.capacity) {
        remember(0, 0);
    } else {
        flush_everything(self.process);
    }
}

uint32_t tlb_fill(vaddr_t address, bool is_write, bool is_fetch)
{
    uint32_t kind = is_fetch ? SYNDROME_FETCH : is_write ? SYNDROME_STORE : SYNDROME_LOAD;
    struct translation t = translate(machine.active_root, address);
    if (t.status) {
        return kind | t.status;
    }
    int protection = protection_of(*t.entry), needed = is_fetch ? HOST_EXECUTE : is_write ? HOST_WRITE : HOST_READ;
    if (!(protection & needed)) {
        return kind | STATUS_PERMISSION | (uint32_t)t.level;
    }
    if (address < MACHINE_USER_LOW || address >= MACHINE_USER_HIGH) {
        return kind | STATUS_EXTERNAL_ABORT; // the host cannot make it accessible (docs/DIFFERENCES.md)
    }
    if (behind_nothing(desc_address(*t.entry), BIT(t.bits))) {
        return kind | STATUS_EXTERNAL_ABORT;
    }
    struct run run = find_run(&t, address);
    if (excludes(protection)) {
        protection &= is_fetch ? ~HOST_WRITE : ~HOST_EXECUTE;
        install(is_fetch ? page_of(run, address) : run, protection);
        note_cut(); // the page may lie in the middle of a run that was writable
        return 0;
    }
    install(run, protection);
    return 0;
}

bool tlb_is_outside_memory(vaddr_t address, paddr_t *physical)
{
    struct translation t = translate(machine.active_root, address);
    if (t.status) {
        return false;
    }
    *physical = desc_address(*t.entry) + (address & LOW_BITS(t.bits));
    return behind_nothing(desc_address(*t.entry), BIT(t.bits));
}

int tlb_rights(vaddr_t address)
{
    struct translation t = translate(machine.active_root, address);
    return t.status || behind_nothing(desc_address(*t.entry), BIT(t.bits)) ? 0 : protection_of(*t.entry);
}

void tlb_write_user(vaddr_t address, const uint8_t *bytes, word_t count)
{
    for (word_t i = 0; i < count; i++) {
        struct translation t = translate(machine.active_root, address + i);
        *(uint8_t *)plat_ptr(desc_address(*t.entry) + ((address + i) & LOW_BITS(t.bits))) = bytes[i];
    }
}

bool tlb_read_user(vaddr_t address, uint8_t *bytes, word_t count)
{
    while (count > 0) {
        const struct translation t = translate(machine.active_root, address);
        const word_t offset = address & LOW_BITS(t.bits), here = min_word(BIT(t.bits) - offset, count);
        if (t.status || behind_nothing(desc_address(*t.entry), BIT(t.bits))) {
            return false;
        }
        __builtin_memcpy(bytes, plat_ptr(desc_address(*t.entry) + offset), here);
        address += here;
        bytes += here;
        count -= here;
    }
    return true;
}

// --------------------------------------------------------------------------------------------- flush

static void apply_ranges(struct flush_queue *queue)
{
    for (uint32_t i = 0; i < queue->count && self.mappings > 0 && !queue->everything; i++) {
        queue->everything = !unmap(queue->range[i].start, queue->range[i].end);
        note_cut(); // it may have cut a mapping in two
    }
    queue->count = 0;
}

enum tlb_work tlb_apply(void)
{
    struct flush_queue *queue = &self.process->flush;
    if (!queue->everything && queue->count == 0) {
        return TLB_NOTHING_TO_DO;
    }
    apply_ranges(queue);
    if (queue->everything && self.mappings > MOST_DROPPED) {
        forget_latest(MOST_DROPPED);
        return TLB_UNFINISHED;
    }
    if (queue->everything && self.mappings > 0) {
        unmap_everything();
    }
    queue->everything = false;
    control()->statistics.flushes++;
    return TLB_CHANGED;
}

// ------------------------------------------------------------------------------------------ debugging

// tools/gdb/hosted.py has a breakpoint here: code of this process can be read, and breakpoints written into it.
static __attribute__((noinline)) void debugger_look(void)
{
    __asm__ volatile("" : : : "memory");
}

void tlb_fill_code(void)
{
    for (vaddr_t address = MACHINE_USER_LOW; address < MACHINE_USER_HIGH && self.mappings < self.capacity / 2;) {
        struct translation t = translate(machine.active_root, address);
        address = align_down(address, t.bits);
        if (!t.status && (protection_of(*t.entry) & HOST_EXECUTE) && !behind_nothing(desc_address(*t.entry), BIT(t.bits))) {
            struct run run = find_run(&t, address);
            int protection = protection_of(*t.entry);
            install(run, excludes(protection) ? protection & ~HOST_WRITE : protection);
            address = run.end;
        } else {
            address += BIT(t.bits);
        }
    }
    debugger_look();
}

// ------------------------------------------------------------------------------------------ the seam

void plat_vspace_activate(paddr_t root, asid_t asid)
{
    machine.active_root = root;
    machine.active_asid = asid;
}

// The walker reads the same memory.
void plat_descriptor_written(const word_t *entry)
{
    (void)entry;
}

// Filling ahead, page by page, would cost more than the run that the first access fills.
void plat_page_mapped(asid_t asid, vaddr_t address)
{
    (void)asid;
    (void)address;
}

void plat_tlb_flush_page(asid_t asid, vaddr_t address, word_t size_bits)
{
    struct process *process = process_of(asid);
    if (process) {
        vaddr_t start = align_down(address, size_bits);
        flush_add(process, start, start + BIT(size_bits));
    }
}

void plat_tlb_flush_asid(asid_t asid)
{
    struct process *process = process_of(asid);
    if (process) {
        flush_everything(process);
    }
}

void plat_vspace_retire(asid_t asid)
{
    struct process *process = process_of(asid);
    if (process) {
        process_release(process);
    }
}
