// SPDX-License-Identifier: BSD-2-Clause
//
// From threads to programs and source lines (../frontend/components.h).
#include <stdlib.h>

#include "core/arch/aarch64/vspace.h"
#include "platform/hosted/inspect/inspect.h"

struct guest guest;
struct components *components;

void programs_open(const char *path, const char *name)
{
    unsetenv("DEBUGINFOD_URLS"); // nothing is fetched from anywhere
    components = components_open(path, name);
}

paddr_t root_of(const struct tcb *thread)
{
    const struct cap vspace = thread->slots[TCB_VSPACE].cap;
    if (cap_kind(vspace) != kind_vspace || !vspace_cap_is_assigned(vspace)) {
        return 0;
    }
    const asid_t asid = vspace_cap_asid(vspace);
    const struct asid_pool *pool = kernel->asid_pools[asid / ASIDS_PER_POOL % ASID_POOLS];
    const bool is_live = pool != NULL && checked_object(pool, sizeof(*pool)) != NULL &&
                         pool->vspaces[asid % ASIDS_PER_POOL] == vspace_cap_base(vspace);
    return is_live ? vspace_cap_base(vspace) : 0;
}

// The answer for the same address space is kept: threads of one follow each other.
static paddr_t last_root;
static const struct component *last;

void programs_changed(void)
{
    last_root = 0;
}

const struct component *program_of_vspace(paddr_t root)
{
    if (root == 0 || components == NULL) {
        return NULL;
    }
    if (root != last_root) {
        last = components_find(components, &guest, root);
        last_root = root;
    }
    return last;
}

const struct component *program_of(const struct tcb *thread)
{
    return program_of_vspace(root_of(thread));
}

// A thread that waits will be resumed behind its call; it is at the call.
vaddr_t pc_of(const struct tcb *thread)
{
    return tcb_is_runnable(thread) ? thread->regs.pc : thread->regs.fault_pc;
}

bool place_of(const struct tcb *thread, struct place *place)
{
    const struct component *program = program_of(thread);
    return program != NULL && program->symbols != NULL && symbols_source_place(program->symbols, pc_of(thread), place);
}
