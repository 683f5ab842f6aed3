/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/lib gives memory and slots back: objects made anew are as new, and a process can be restarted as often as one likes. */
#include <lab4/runtime.h>

#include "lib/mapper.h"
#include "lib/pool.h"
#include "lib/process.h"
#include "support/check.h"

/* More rounds than there are slots, if each kept but one; more processes than fit, if each kept its slots. */
enum { ROUNDS = 10000, RESTARTS = 300, PAGE_WORDS = 512, COMPONENT_ENDPOINT = 16 };

extern const char component_image[], component_image_end[];

static seL4_CPtr endpoint, reply;

/* Objects of one size, over and over, with a copy of each. The result: how many did not begin as zeros. */
static seL4_Word make_and_free_pages(void)
{
    seL4_Word dirty = 0;
    const seL4_Word address = mapper_reserve(1ul << seL4_PageBits);
    for (int i = 0; i < ROUNDS; i++) {
        const seL4_CPtr frame = pool_object(seL4_ARM_SmallPageObject, 0), copy = pool_mint(frame, seL4_ReadWrite, 0);
        must(mapper_map(seL4_CapInitThreadVSpace, frame, address, seL4_ReadWrite, seL4_ARM_ExecuteNever), "mapping");
        volatile seL4_Word *words = (volatile seL4_Word *)address;
        dirty += words[0] != 0 || words[PAGE_WORDS - 1] != 0;
        words[0] = words[PAGE_WORDS - 1] = (seL4_Word)i + 1;
        pool_free(copy);
        pool_free(frame);
    }
    return dirty;
}

static void objects(void)
{
    const seL4_CPtr kept = pool_object(seL4_NotificationObject, 0), copy = pool_mint(kept, seL4_AllRights, 5);
    check("pages that were given back begin as zeros", make_and_free_pages(), 0);
    pool_free(kept);
    check_true("a copy of what was freed is gone", seL4_DebugCapIdentify(copy) == 0);
    pool_free(copy);
    const seL4_CPtr next = pool_slot(), after = pool_slot();
    pool_free(after);
    check("a slot that was given back is used again", pool_slot(), after);
    pool_free(next);
}

/* Makes the process, hears how often it has started according to its data, and ends it. */
static seL4_Word one_life(void)
{
    struct process process;
    seL4_Word badge;
    const char *problem = process_create(&process, &(struct process_options) {
        .name = "component",
        .image = component_image,
        .image_size = (seL4_Word)(component_image_end - component_image),
        .priority = 100,
        .budget = 10000,
        .period = 10000,
    });
    if (problem != NULL) {
        return 0;
    }
    process_give(&process, COMPONENT_ENDPOINT, endpoint, seL4_AllRights, 0);
    process_start(&process);
    seL4_Recv(endpoint, &badge, reply);
    const seL4_Word starts = seL4_GetMR(0);
    process_destroy(&process); /* while it waits for the answer */
    return starts;
}

static void processes(void)
{
    seL4_Word stale = 0;
    endpoint = pool_object(seL4_EndpointObject, 0);
    reply = pool_object(seL4_ReplyObject, 0);
    one_life();
    const seL4_CPtr before = pool_slot();
    pool_free(before);
    for (int i = 0; i < RESTARTS; i++) {
        stale += one_life() != 1;
    }
    check("a process that is made again has the data of its image", stale, 0);
    check("and leaves no slot in use", pool_slot(), before);
}

int main(void)
{
    check_begin();
    objects();
    processes();
    check_end();
}
