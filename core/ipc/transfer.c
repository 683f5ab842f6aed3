// SPDX-License-Identifier: BSD-2-Clause
//
// Message transfer: what a receiver gets of a sender's message. Words that fit travel in registers,
// the rest from IPC buffer to IPC buffer, and capabilities last (objects §8). No state of its own.
//
// The sender's registers and buffer are read when the two threads meet, not when the sender made
// its system call: both may have been written while it waited. Nothing here is refused, because
// neither thread is to learn of the other's mistakes: unless both have a usable buffer the message
// is cut to four words; no capability travels if one of them cannot be found, and none from the
// first one on that the receiver cannot be given.
#include "core/ipc/transfer.h"

#include "core/arch/aarch64/fault_message.h"
#include "core/caps/cdt.h"
#include "core/caps/kind.h"
#include "core/caps/lookup.h"

// Resolves the capabilities that the sender names; all or none (objects §8 step 2).
static word_t find_caps(struct tcb *from, const word_t *buffer, word_t count,
                        struct slot *slots[MAX_EXTRA_CAPS])
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

// What the receiver is told about the capabilities of a message.
struct caps_outcome {
    word_t count, unwrapped; // fields of the receiver's message info
};

static struct caps_outcome transfer_caps(struct slot **slots, word_t count,
                                         const struct endpoint *endpoint, struct tcb *to,
                                         word_t *buffer)
{
    struct slot *dest = receive_slot(to, buffer);
    word_t unwrapped = 0;
    for (word_t i = 0; i < count; i++) {
        struct cap cap = slots[i]->cap, derived;
        if (is_cap_to(cap, endpoint)) {
            buffer[BUFFER_CAPS + i] = endpoint_cap_badge(cap);
            unwrapped |= BIT(i);
            continue;
        }
        if (!dest || cap_derive(slots[i], cap, &derived).error != seL4_NoError ||
            cap_is_null(derived)) {
            return (struct caps_outcome){i, unwrapped};
        }
        cdt_insert(derived, slots[i], dest);
        dest = NULL;
    }
    return (struct caps_outcome){count, unwrapped};
}

// Copies the message words. Returns how many arrive: without both buffers only those in registers.
static word_t copy_words(const struct tcb *from, const word_t *source, struct tcb *to, word_t *dest,
                         word_t length)
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

// A message that needs the IPC buffers.
static void transfer_long(struct tcb *from, struct tcb *to, struct endpoint *endpoint, word_t badge,
                          bool can_grant)
{
    word_t info = from->regs.x[REG_INFO];
    word_t *source = tcb_buffer(from, BUFFER_FOR_READING),
           *dest = tcb_buffer(to, BUFFER_FOR_WRITING);
    struct slot *slots[MAX_EXTRA_CAPS];
    word_t count = can_grant && source ? find_caps(from, source, info_extra_caps(info), slots) : 0;
    word_t length = copy_words(from, source, to, dest, info_length(info));
    struct caps_outcome caps = {0, 0};
    if (count > 0 && dest) {
        caps = transfer_caps(slots, count, endpoint, to, dest);
    }
    to->regs.x[REG_INFO] = info_make(info_label(info), caps.unwrapped, caps.count, length);
    to->regs.x[REG_BADGE] = badge;
}

void transfer(struct tcb *from, struct tcb *to, struct endpoint *endpoint, word_t badge,
              bool can_grant)
{
    if (from->fault.type != seL4_Fault_NullFault) {
        fault_send_message(from, to, badge);
    } else if (message_is_short(from->regs.x[REG_INFO])) {
        transfer_short(from, to, badge);
    } else {
        transfer_long(from, to, endpoint, badge, can_grant);
    }
}
