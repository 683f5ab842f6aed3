/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/threads.h"

#include <lab4/runtime.h>
#include <lab4/tls.h>

#include "lib/mapper.h"
#include "lib/pool.h"

enum { STACK_PAGES = 4, PAGE_BYTES = 1 << seL4_PageBits };

seL4_CPtr sched_context_create(seL4_Word size_bits, seL4_Time budget, seL4_Time period, seL4_Word badge)
{
    const seL4_CPtr sc = pool_object(seL4_SchedContextObject, size_bits);
    const seL4_CPtr control = lab4_bootinfo()->schedcontrol.start;
    const seL4_Word extra_refills = budget == period ? 0 : seL4_MaxExtraRefills(size_bits);
    must(seL4_SchedControl_Configure(control, sc, budget, period, extra_refills, badge), "seL4_SchedControl_Configure");
    return sc;
}

void thread_create(struct thread *thread, const struct thread_options *options)
{
    thread->tcb = pool_object(seL4_TCBObject, 0);
    thread->sc = options->budget ? sched_context_create(seL4_MinSchedContextBits, options->budget, options->period, 0) : 0;
#ifdef CONFIG_DEBUG_BUILD
    seL4_DebugNameThread(thread->tcb, options->name);
#endif

    thread->memory.ipc_buffer = mapper_page(&thread->buffer_frame);
    thread->memory.stack = mapper_pages(STACK_PAGES);
    thread->memory.stack_size = STACK_PAGES * PAGE_BYTES;
    thread->memory.tls_block = mapper_pages((lab4_tls_size() + PAGE_BYTES - 1) / PAGE_BYTES);

    must(seL4_TCB_Configure(thread->tcb, options->cspace ? options->cspace : seL4_CapInitThreadCNode, options->cspace_data,
                            seL4_CapInitThreadVSpace, 0, (seL4_Word)thread->memory.ipc_buffer, thread->buffer_frame),
         "seL4_TCB_Configure");
    must(seL4_TCB_SetSchedParams(thread->tcb, seL4_CapInitThreadTCB, options->priority, options->priority, thread->sc,
                                 options->fault_handler),
         "seL4_TCB_SetSchedParams");
}

void thread_start(const struct thread *thread, void (*function)(void *), void *argument)
{
    must(lab4_thread_start(thread->tcb, &thread->memory, function, argument), "starting a thread");
}
