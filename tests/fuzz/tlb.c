// SPDX-License-Identifier: BSD-2-Clause
//
// See tlb.h.
#include "tests/fuzz/tlb.h"

#include "platform/fake/fake.h"
#include "tests/fuzz/machine.h"

enum { TLB_ENTRIES = 128 };

static struct {
    asid_t asid; // 0 = unused
    vaddr_t page;
    word_t bits, descriptor;
} tlb[TLB_ENTRIES];

void tlb_reset(void)
{
    for (int i = 0; i < TLB_ENTRIES; i++) {
        tlb[i].asid = 0;
    }
}

word_t tlb_walk(paddr_t root, vaddr_t address, word_t *bits)
{
    word_t table = root;
    for (*bits = 39;; *bits -= 9) {
        word_t descriptor = ((const word_t *)plat_ptr(table))[address >> *bits & 511];
        if (!(descriptor & 1)) {
            return 0;
        }
        if (*bits == 12) {
            return descriptor & 2 ? descriptor : 0;
        }
        if (!(descriptor & 2)) {
            return *bits == 39 ? 0 : descriptor;
        }
        table = descriptor & UINT64_C(0xfffffffff000);
    }
}

void tlb_touch(asid_t asid, paddr_t root, vaddr_t address)
{
    word_t bits, descriptor = tlb_walk(root, address, &bits);
    int unused = -1;
    for (int i = 0; i < TLB_ENTRIES; i++) {
        if (tlb[i].asid == asid && address >> tlb[i].bits << tlb[i].bits == tlb[i].page) {
            return; // a hit: hardware would not look at the tables
        }
        unused = tlb[i].asid == 0 ? i : unused;
    }
    if (descriptor && unused >= 0) {
        tlb[unused].asid = asid;
        tlb[unused].page = address >> bits << bits;
        tlb[unused].bits = bits;
        tlb[unused].descriptor = descriptor;
    }
}

static void flush(const struct fake_call *call)
{
    for (int i = 0; i < TLB_ENTRIES; i++) {
        bool is_hit = call->a == tlb[i].asid && (call->kind == FAKE_TLB_FLUSH_ASID ||
                                                 (call->kind == FAKE_TLB_FLUSH_PAGE && call->b >> tlb[i].bits << tlb[i].bits == tlb[i].page));
        tlb[i].asid = is_hit ? 0 : tlb[i].asid;
    }
}

void tlb_check(paddr_t (*root_of)(asid_t asid))
{
    if (fake.call_count > FAKE_MAX_CALLS) {
        tlb_reset(); // not everything was written down
        return;
    }
    for (word_t i = 0; i < fake.call_count; i++) {
        flush(&fake.calls[i]);
    }
    for (int i = 0; i < TLB_ENTRIES; i++) {
        word_t bits = 0;
        paddr_t root = tlb[i].asid ? root_of(tlb[i].asid) : 0;
        word_t descriptor = root ? tlb_walk(root, tlb[i].page, &bits) : 0;
        if (tlb[i].asid && (descriptor != tlb[i].descriptor || bits != tlb[i].bits)) {
            machine_fail("lost TLB flush: in address space %d, %#llx was %#llx and is %#llx now", (int)tlb[i].asid,
                         (unsigned long long)tlb[i].page, (unsigned long long)tlb[i].descriptor, (unsigned long long)descriptor);
        }
    }
}
