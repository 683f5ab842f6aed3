// SPDX-License-Identifier: BSD-2-Clause
//
// Messages: where a thread's IPC buffer is, and what the kernel itself writes to a caller; see
// message.h.
//
// The buffer is found through the frame capability in the thread's own slot, at each use: the frame
// may have been unmapped, and another capability to it may have gone, without the thread noticing.
#include "core/threads/message.h"

HOT word_t *tcb_buffer(const struct tcb *thread, enum buffer_use use)
{
    struct cap cap = thread->slots[TCB_BUFFER].cap;
    if (cap_kind(cap) != kind_frame || frame_cap_is_device(cap)) {
        return NULL;
    }
    word_t access = frame_cap_access(cap);
    if (access != ACCESS_READ_WRITE && !(access == ACCESS_READ_ONLY && use == BUFFER_FOR_READING)) {
        return NULL;
    }
    return plat_ptr(frame_cap_base(cap) +
                    (thread->buffer_address & LOW_BITS(frame_cap_size_bits(cap))));
}

void reply_write(struct tcb *thread, word_t label, const word_t *words, word_t count)
{
    for (word_t i = 0; i < min_word(count, NUM_REG_MRS); i++) {
        thread->regs.x[REG_MR0 + i] = words[i];
    }
    if (count > NUM_REG_MRS) {
        word_t *buffer = tcb_buffer(thread, BUFFER_FOR_WRITING);
        for (word_t i = NUM_REG_MRS; buffer && i < count; i++) {
            buffer[BUFFER_MESSAGE + i] = words[i];
        }
        count = buffer ? count : NUM_REG_MRS;
    }
    thread->regs.x[REG_BADGE] = 0;
    thread->regs.x[REG_INFO] = info_make(label, 0, 0, count);
}
