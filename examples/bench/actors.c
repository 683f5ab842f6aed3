/* SPDX-License-Identifier: BSD-2-Clause */
#include "actors.h"

#include <lab4/runtime.h>
#include <lab4/thread.h>
#include <lab4/tls.h>

#include "lib/mapper.h"
#include "lib/pool.h"
#include "lib/threads.h"
#include "space.h"

enum { STACK_BYTES = 8192, TLS_BYTES = 4096, ROOT_PRIORITY = 255, SLICE = 100000 /* microseconds: no slice ends in between */ };

/* All its memory is in the image, and therefore in both address spaces. */
static struct actor_state {
    seL4_CPtr tcb, sc;
    struct lab4_thread_memory memory;
    struct script script;
    bool is_called_up;
    struct notes notes;
    _Alignas(4096) char stack[STACK_BYTES];
    _Alignas(64) char tls[TLS_BYTES];
} actors[NUM_ACTORS];

const volatile seL4_Word *actors_load_from;

const struct notes *notes_of(enum actor actor)
{
    return &actors[actor].notes;
}

static inline struct timed perform(const struct step *step, seL4_Word mr0)
{
    if (step->before) {
        step->before();
    }
    if (step->number == STEP_UNDEFINED) {
        return timed_undefined();
    }
    if (step->number == STEP_LOAD) {
        return timed_load(actors_load_from);
    }
    return timed_syscall(step->number, step->cap, step->info, step->reply, mr0 + step->add);
}

static inline __attribute__((always_inline)) void play(struct actor_state *actor)
{
    const struct script *script = &actor->script;
    struct notes *notes = &actor->notes;
    struct timed last = {0};
    if (script->uses_fp) {
        fp_touch();
    }
    if (script->once.number != NO_STEP) {
        last = perform(&script->once, 0);
        notes->received_first = last.after;
    }
    for (seL4_Word round = 0; round < ROUNDS; round++) {
        last = perform(&script->each, last.mr0);
        notes->each[round].before = last.before;
        notes->each[round].after = last.after;
        if (script->then.number != NO_STEP) {
            last = perform(&script->then, last.mr0);
            notes->then[round].before = last.before;
            notes->then[round].after = last.after;
        }
    }
}

/* A function each, so that a trace tells who called (tools/bench_breakdown.py). */
#define ACTOR_FUNCTION(name, index) \
    static __attribute__((noinline)) void name(void *argument) \
    { \
        play(argument); \
        __asm__ volatile("" : : "i"(index)); /* not to be merged with the others */ \
    }
ACTOR_FUNCTION(actor_first, 0)
ACTOR_FUNCTION(actor_second, 1)
ACTOR_FUNCTION(actor_third, 2)
ACTOR_FUNCTION(actor_foreign, 3)

static void (*const functions[NUM_ACTORS])(void *) = {actor_first, actor_second, actor_third, actor_foreign};

static void create(struct actor_state *actor, seL4_CPtr vspace)
{
    seL4_CPtr buffer_frame;
    actor->tcb = pool_object(seL4_TCBObject, 0);
    actor->sc = sched_context_create(seL4_MinSchedContextBits, SLICE, SLICE, 0);
    actor->memory = (struct lab4_thread_memory) {
        .stack = actor->stack, .stack_size = STACK_BYTES, .tls_block = actor->tls, .ipc_buffer = mapper_page(&buffer_frame)};
    must(seL4_TCB_Configure(actor->tcb, seL4_CapInitThreadCNode, 0, vspace, 0, (seL4_Word)actor->memory.ipc_buffer, buffer_frame),
         "seL4_TCB_Configure");
    if (vspace != seL4_CapInitThreadVSpace) {
        must(mapper_map(vspace, pool_mint(buffer_frame, seL4_AllRights, 0), (seL4_Word)actor->memory.ipc_buffer, seL4_ReadWrite,
                        seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever), "mapping an IPC buffer");
    }
}

void actors_init(void)
{
    const seL4_CPtr other = space_create();
    space_share_image(other);
    for (int i = 0; i < NUM_ACTORS; i++) {
        create(&actors[i], i == FOREIGN ? other : seL4_CapInitThreadVSpace);
    }
}

static void set_own_priority(seL4_Word priority)
{
    must(seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, priority), "seL4_TCB_SetPriority");
}

/* The root thread steps behind everybody else; it is back when all of them wait. */
void let_everybody_run(void)
{
    set_own_priority(PRIORITY_BYSTANDER + 1);
    set_own_priority(ROOT_PRIORITY);
}

void actor_call_up(enum actor index, const struct script *script)
{
    struct actor_state *actor = &actors[index];
    actor->script = *script;
    actor->is_called_up = true;
    must(seL4_TCB_Suspend(actor->tcb), "seL4_TCB_Suspend");
    must(seL4_SchedControl_Configure(lab4_bootinfo()->schedcontrol.start, actor->sc, script->period ? script->budget : SLICE,
                                     script->period ? script->period : SLICE, 0, 0), "seL4_SchedControl_Configure");
    must(seL4_TCB_SetSchedParams(actor->tcb, seL4_CapInitThreadTCB, script->priority, script->priority, actor->sc,
                                 script->fault_handler), "seL4_TCB_SetSchedParams");
    const seL4_TCB_SetFlags_t flags = seL4_TCB_SetFlags(actor->tcb, seL4_TCBFlag_fpuDisabled,
                                                        script->uses_fp ? 0 : seL4_TCBFlag_fpuDisabled);
    must((seL4_Error)flags.error, "seL4_TCB_SetFlags");
    must(lab4_thread_start(actor->tcb, &actor->memory, functions[index], actor), "starting an actor");
    if (script->is_passive) {
        let_everybody_run();
        must(seL4_SchedContext_Unbind(actor->sc), "seL4_SchedContext_Unbind");
    }
}

void actors_play(void)
{
    let_everybody_run();
    for (int i = 0; i < NUM_ACTORS; i++) {
        if (actors[i].is_called_up) {
            must(seL4_TCB_Suspend(actors[i].tcb), "seL4_TCB_Suspend");
            actors[i].is_called_up = false;
        }
    }
}
