// SPDX-License-Identifier: BSD-2-Clause
#include "platform/hosted/machine/flush.h"
#include "platform/hosted/machine/state.h"

void flush_everything(struct process *process)
{
    process->flush.everything = true;
}

void flush_add(struct process *process, vaddr_t start, vaddr_t end)
{
    struct flush_queue *queue = &process->flush;
    uint32_t last = queue->count - 1;
    if (queue->everything) {
        return;
    }
    if (queue->count > 0 && queue->range[last].end == start) {
        queue->range[last].end = end;
    } else if (queue->count == FLUSH_RANGES) {
        queue->everything = true;
    } else {
        queue->range[queue->count].start = start;
        queue->range[queue->count++].end = end;
    }
}
