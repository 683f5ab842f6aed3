// SPDX-License-Identifier: BSD-2-Clause
//
// The model's methods on frames, page tables, address spaces and ASID pools (memory §2), as far as capabilities are concerned:
// which calls are refused and how, and which mapping a capability remembers afterwards. Translation tables and pools are read
// where they are, before the kernel's turn; that the kernel writes them well is the business of the `vspace` target.
#include <sel4/errors.h>

#include <lab4/invocations.h>

#include "core/arch/aarch64/vspace.h"
#include "tests/model/model.h"

enum label { LAB4_INVOCATIONS(LAB4_LABEL_ENUMERATOR) };

#define LAST_ADDRESS UINT64_C(0x7fffffffffff)

static const struct m_answer success = {.error = M_OK};
static const struct m_answer no_such_method = {.error = seL4_IllegalOperation};
static const struct lookup_failure no_root = {.type = seL4_InvalidRoot};

// --------------------------------------------------------------------------------------- descriptors

// Where a walk ends (§2.1): an entry and log2 of the bytes it stands for.
struct place {
    word_t entry, bits;
};

static bool is_valid(word_t entry)
{
    return entry & 1;
}

static bool is_table(word_t entry, word_t bits)
{
    return bits > 12 && (entry & 3) == 3; // on the last level this means a page (§3.1)
}

static paddr_t target_of(word_t entry)
{
    return entry & UINT64_C(0xfffffffff000);
}

static bool is_writable(word_t entry)
{
    return (entry >> 6 & 3) == 1; // AP: user level may read and write
}

static struct place walk(paddr_t root, vaddr_t address)
{
    word_t bits = 39;
    for (;;) {
        const word_t *table = plat_ptr(root);
        word_t entry = table[address >> bits & 511];
        if (!is_table(entry, bits)) {
            return (struct place){entry, bits};
        }
        root = target_of(entry);
        bits -= 9;
    }
}

// The root that has the ASID; 0: none.
static paddr_t root_of(asid_t asid)
{
    const struct asid_pool *pool = ks.asid_pools[asid / 512];
    return pool ? pool->vspaces[asid % 512] : 0;
}

// §2.2; `number` is the capability's position.
static struct m_answer check_live(struct cap vspace, word_t number)
{
    DEMAND(cap_kind(vspace) == kind_vspace && vspace_cap_is_assigned(vspace), seL4_InvalidCapability, number);
    paddr_t root = root_of(vspace_cap_asid(vspace));
    if (!root) {
        return m_failed_lookup(M_DESTINATION, &no_root);
    }
    DEMAND(root == vspace_cap_base(vspace), seL4_InvalidCapability, number);
    return success;
}

// --------------------------------------------------------------------------------------- page tables

static struct m_answer map_table(struct model *m, const struct m_args *a)
{
    vaddr_t address = a->words[0];
    DEMAND(a->length >= 2 && a->extra_count >= 1, seL4_TruncatedMessage);
    DEMAND(!page_table_cap_is_mapped(a->cap), seL4_InvalidCapability, 0);
    struct cap vspace = m_cap(m, a->extra[0]);
    DEMAND(cap_kind(vspace) == kind_vspace && vspace_cap_is_assigned(vspace), seL4_InvalidCapability, 1);
    DEMAND(address <= LAST_ADDRESS, seL4_InvalidArgument, 0);
    DEMAND_OK(check_live(vspace, 1));
    struct place p = walk(vspace_cap_base(vspace), address);
    DEMAND(p.bits > 12 && !is_valid(p.entry), seL4_DeleteFirst);
    struct cap *cap = &m_node(m, a->slot)->cap;
    *cap = page_table_cap_set_is_mapped(*cap, 1);
    *cap = page_table_cap_set_asid(*cap, vspace_cap_asid(vspace));
    *cap = page_table_cap_set_address(*cap, address >> p.bits << p.bits);
    return success;
}

static struct m_answer table_method(struct model *m, const struct m_args *a)
{
    if (a->label == ARMPageTableMap) {
        return map_table(m, a);
    }
    DEMAND(a->label == ARMPageTableUnmap, seL4_IllegalOperation);
    DEMAND(m_is_last(m, a->slot), seL4_RevokeFirst);
    struct cap *cap = &m_node(m, a->slot)->cap;
    *cap = page_table_cap_set_is_mapped(*cap, 0);
    return success;
}

// --------------------------------------------------------------------------------------------- pages

static word_t frame_bits(struct cap frame)
{
    return 12 + 9 * frame_cap_size(frame);
}

static struct m_answer map_page(struct model *m, const struct m_args *a)
{
    vaddr_t address = a->words[0];
    word_t bits = frame_bits(a->cap), last = address + BIT(bits) - 1;
    DEMAND(a->length >= 3 && a->extra_count >= 1, seL4_TruncatedMessage);
    struct cap vspace = m_cap(m, a->extra[0]);
    DEMAND_OK(check_live(vspace, 1));
    DEMAND(address % BIT(bits) == 0, seL4_AlignmentError);
    if (frame_cap_asid(a->cap)) {
        DEMAND(frame_cap_asid(a->cap) == vspace_cap_asid(vspace), seL4_InvalidCapability, 1);
        DEMAND(frame_cap_address(a->cap) == address, seL4_InvalidArgument, 0);
    } else {
        DEMAND(last <= LAST_ADDRESS && last > address, seL4_InvalidArgument, 0);
    }
    struct place p = walk(vspace_cap_base(vspace), address);
    if (p.bits != bits) {
        return m_failed_lookup(M_DESTINATION, &(struct lookup_failure){seL4_MissingCapability, {p.bits}});
    }
    struct cap *cap = &m_node(m, a->slot)->cap;
    *cap = frame_cap_set_asid(*cap, vspace_cap_asid(vspace));
    *cap = frame_cap_set_address(*cap, address);
    return success;
}

static struct m_answer clean_page(const struct m_args *a)
{
    word_t start = a->words[0], end = a->words[1], bits = frame_bits(a->cap);
    DEMAND(a->length >= 2, seL4_TruncatedMessage);
    DEMAND(frame_cap_asid(a->cap), seL4_IllegalOperation);
    paddr_t root = root_of(frame_cap_asid(a->cap));
    if (!root) {
        return m_failed_lookup(M_DESTINATION, &no_root);
    }
    DEMAND(end > start, seL4_InvalidArgument, 1);
    DEMAND(start < BIT(bits) && end <= BIT(bits), seL4_InvalidArgument, 0);
    struct place p = walk(root, frame_cap_address(a->cap));
    DEMAND(p.bits == bits && is_valid(p.entry) && target_of(p.entry) == frame_cap_base(a->cap), seL4_InvalidCapability, 0);
    DEMAND(a->label != ARMPageInvalidate_Data || is_writable(p.entry), seL4_IllegalOperation);
    return success;
}

static struct m_answer page_method(struct model *m, const struct m_args *a)
{
    switch (a->label) {
    case ARMPageMap:
        return map_page(m, a);
    case ARMPageUnmap:
        m_node(m, a->slot)->cap = frame_cap_set_address(frame_cap_set_asid(a->cap, 0), 0);
        return success;
    case ARMPageGetAddress:
        return (struct m_answer){.words = {frame_cap_base(a->cap)}, .count = 1};
    default:
        return a->label > ARMPageUnmap && a->label < ARMPageGetAddress ? clean_page(a) : no_such_method;
    }
}

// ------------------------------------------------------------------------------------ address spaces

static struct m_answer space_method(const struct m_args *a)
{
    word_t start = a->words[0], end = a->words[1];
    DEMAND(a->label >= ARMVSpaceClean_Data && a->label <= ARMVSpaceUnify_Instruction, seL4_IllegalOperation);
    DEMAND(a->length >= 2, seL4_TruncatedMessage);
    DEMAND(end > start, seL4_InvalidArgument, 1);
    DEMAND(end <= LAST_ADDRESS, seL4_IllegalOperation);
    DEMAND_OK(check_live(a->cap, 0));
    struct place p = walk(vspace_cap_base(a->cap), start);
    if (!is_valid(p.entry)) {
        return success;
    }
    word_t last = start | (BIT(p.bits) - 1);
    DEMAND(end - 1 <= last, seL4_RangeError, start, last);
    DEMAND(a->label != ARMVSpaceInvalidate_Data || is_writable(p.entry), seL4_IllegalOperation);
    return success;
}

static struct m_answer make_pool(struct model *m, const struct m_args *a)
{
    struct slot *dest;
    DEMAND(a->label == ARMASIDControlMakePool, seL4_IllegalOperation);
    DEMAND(a->length >= 2 && a->extra_count >= 2, seL4_TruncatedMessage);
    word_t position = 0;
    while (position < ASID_POOLS && ks.asid_pools[position]) {
        position++;
    }
    DEMAND(position < ASID_POOLS, seL4_DeleteFirst);
    struct cap untyped = m_cap(m, a->extra[0]);
    DEMAND(cap_kind(untyped) == kind_untyped && untyped_cap_size_bits(untyped) == 12 && !untyped_cap_is_device(untyped),
           seL4_InvalidCapability, 1);
    DEMAND(!m_has_children(m, a->extra[0]), seL4_RevokeFirst);
    DEMAND_OK(m_target(m, m_cap(m, a->extra[1]), a->words[0], a->words[1], M_DESTINATION, &dest));
    DEMAND(!m_node(m, dest), seL4_DeleteFirst);
    m_node(m, a->extra[0])->cap = untyped_cap_set_watermark(untyped, BIT(12));
    m_derive_into(m, a->extra[0], dest, MAKE_CAP(asid_pool, .base = untyped_cap_base(untyped), .first_asid = position * 512), false);
    return success;
}

// The lowest free ASID; 0 is none.
static struct m_answer assign(struct model *m, const struct m_args *a)
{
    asid_t first = asid_pool_cap_first_asid(a->cap), asid;
    DEMAND(a->label == ARMASIDPoolAssign, seL4_IllegalOperation);
    DEMAND(a->extra_count >= 1, seL4_TruncatedMessage);
    struct cap vspace = m_cap(m, a->extra[0]);
    DEMAND(cap_kind(vspace) == kind_vspace && !vspace_cap_is_assigned(vspace), seL4_InvalidCapability, 1);
    const struct asid_pool *pool = ks.asid_pools[first / 512];
    if (!pool) {
        return m_failed_lookup(M_DESTINATION, &no_root);
    }
    DEMAND(plat_paddr(pool) == asid_pool_cap_base(a->cap), seL4_InvalidCapability, 0);
    for (asid = first ? first : 1; asid < first + 512 && root_of(asid); asid++) {
    }
    DEMAND(asid < first + 512, seL4_DeleteFirst);
    m_node(m, a->extra[0])->cap = vspace_cap_set_asid(vspace_cap_set_is_assigned(vspace, 1), asid);
    return success;
}

struct m_answer m_mapping_method(struct model *m, const struct m_args *a)
{
    switch (cap_kind(a->cap)) {
    case kind_frame:
        return page_method(m, a);
    case kind_page_table:
        return table_method(m, a);
    case kind_vspace:
        return space_method(a);
    case kind_asid_pool:
        return assign(m, a);
    default:
        return make_pool(m, a);
    }
}
