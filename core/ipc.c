// SPDX-License-Identifier: BSD-2-Clause
//
// Message transfer: registers first, then the IPC buffers, then capabilities. The sender's registers and buffer
// are read at the moment of the rendezvous, not at that of its system call (objects §8).
#include "core/ipc.h"

#include "core/derive.h"
#include "core/fault.h"
#include "core/lookup.h"

bool message_write(struct tcb *thread, word_t *buffer, word_t i, word_t value)
{
    if (i < NUM_REG_MRS) {
        thread->regs.x[REG_MR0 + i] = value;
        return true;
    }
    if (!buffer) {
        return false;
    }
    buffer[BUFFER_MESSAGE + i] = value;
    return true;
}

void reply_write(struct tcb *thread, word_t label, const word_t *words, word_t count)
{
    word_t *buffer = count > NUM_REG_MRS ? tcb_buffer(thread, BUFFER_FOR_WRITING) : NULL;
    word_t length = 0;
    while (length < count && message_write(thread, buffer, length, words[length])) {
        length++;
    }
    thread->regs.x[REG_BADGE] = 0;
    thread->regs.x[REG_INFO] = info_make(label, 0, 0, length);
}

// Resolves the capabilities that the sender names; all or none (objects §8 step 2).
static word_t find_caps(struct tcb *from, const word_t *buffer, word_t count, struct slot *slots[MAX_EXTRA_CAPS])
{
    struct lookup_failure failure;
    for (word_t i = 0; i < count; i++) {
        slots[i] = lookup_slot(from, buffer[BUFFER_CAPS + i], &failure);
        if (!slots[i]) {
            return 0;
        }
    }
    return count;
}

// The empty slot that the receiver offers, or null (objects §8.1 step 2).
static struct slot *receive_slot(struct tcb *to, const word_t *buffer)
{
    struct lookup_failure failure;
    struct slot *root = lookup_slot(to, buffer[BUFFER_RECEIVE_CNODE], &failure), *slot;
    if (!root) {
        return NULL;
    }
    word_t index = buffer[BUFFER_RECEIVE_INDEX], depth = buffer[BUFFER_RECEIVE_DEPTH];
    struct refusal refusal = lookup_empty_target(root->cap, index, depth, &slot);
    return refusal.error == seL4_NoError ? slot : NULL;
}

static bool is_cap_to(struct cap cap, const struct endpoint *endpoint)
{
    return endpoint && cap_kind(cap) == kind_endpoint && cap_endpoint(cap) == endpoint;
}

// Returns the extraCaps and capsUnwrapped fields of the received message.
static word_t transfer_caps(const struct transfer *t, struct slot **slots, word_t count, word_t *buffer, word_t *unwrapped)
{
    if (count == 0 || !buffer) {
        return 0;
    }
    struct slot *dest = receive_slot(t->to, buffer);
    for (word_t i = 0; i < count; i++) {
        struct cap cap = slots[i]->cap, derived;
        if (is_cap_to(cap, t->endpoint)) {
            buffer[BUFFER_CAPS + i] = endpoint_cap_badge(cap);
            *unwrapped |= BIT(i);
            continue;
        }
        if (!dest || cap_derive(slots[i], cap, &derived).error != seL4_NoError || cap_is_null(derived)) {
            return i;
        }
        cdt_insert(derived, slots[i], dest);
        dest = NULL;
    }
    return count;
}

static word_t copy_words(struct tcb *from, const word_t *source, struct tcb *to, word_t *dest, word_t length)
{
    for (word_t i = 0; i < min_word(length, NUM_REG_MRS); i++) {
        to->regs.x[REG_MR0 + i] = from->regs.x[REG_MR0 + i];
    }
    if (length <= NUM_REG_MRS) {
        return length;
    }
    if (!source || !dest) {
        return NUM_REG_MRS;
    }
    for (word_t i = NUM_REG_MRS; i < length; i++) {
        dest[BUFFER_MESSAGE + i] = source[BUFFER_MESSAGE + i];
    }
    return length;
}

void ipc_transfer(const struct transfer *t)
{
    if (t->from->fault.type != seL4_Fault_NullFault) {
        fault_send_message(t->from, t->to, t->badge);
        return;
    }
    word_t tag = t->from->regs.x[REG_INFO];
    word_t length = info_length(tag), caps = t->can_grant ? info_extra_caps(tag) : 0;
    word_t *source = NULL, *dest = NULL;
    if (length > NUM_REG_MRS || caps > 0) {
        source = tcb_buffer(t->from, BUFFER_FOR_READING);
        dest = tcb_buffer(t->to, BUFFER_FOR_WRITING);
    }
    struct slot *slots[MAX_EXTRA_CAPS];
    word_t unwrapped = 0;
    caps = source ? find_caps(t->from, source, caps, slots) : 0;
    length = copy_words(t->from, source, t->to, dest, length);
    caps = transfer_caps(t, slots, caps, dest, &unwrapped);
    t->to->regs.x[REG_INFO] = info_make(info_label(tag), unwrapped, caps, length);
    t->to->regs.x[REG_BADGE] = t->badge;
}
