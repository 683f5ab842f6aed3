// SPDX-License-Identifier: BSD-2-Clause
//
// A message, as the kernel sees it: the info word, four registers and the thread's IPC buffer. Used
// by whoever reads or writes one: invocations, transfers between threads, fault messages, the
// kernel's own replies.
#pragma once

#include "core/threads/objects.h"

enum { MAX_EXTRA_CAPS = 3, MAX_MESSAGE_WORDS = 120 };

// Message info words (abi §3).
static inline word_t info_label(word_t info)
{
    return info >> 12;
}

static inline word_t info_extra_caps(word_t info)
{
    return (info >> 7) & LOW_BITS(2);
}

static inline word_t info_length(word_t info) // clamped, as the kernel uses it
{
    return min_word(info & LOW_BITS(7), MAX_MESSAGE_WORDS);
}

static inline word_t info_make(word_t label, word_t unwrapped, word_t extra_caps, word_t length)
{
    return label << 12 | unwrapped << 9 | extra_caps << 7 | length;
}

// Does the message fit into registers, without capabilities? Length and extraCaps fields in one
// comparison.
static inline bool message_is_short(word_t info)
{
    return (info & LOW_BITS(9)) <= NUM_REG_MRS;
}

// ---------------------------------------------------------------------------------- the IPC buffer

// The thread's IPC buffer as 128 words, or null. For writing it must be a read-write frame (abi
// §2.5).
enum buffer_use { BUFFER_FOR_READING, BUFFER_FOR_WRITING };
word_t *tcb_buffer(const struct tcb *thread, enum buffer_use use);

// Word indices in the IPC buffer (abi §3).
enum {
    BUFFER_MESSAGE = 1,
    BUFFER_CAPS = 122,
    BUFFER_RECEIVE_CNODE = 125,
    BUFFER_RECEIVE_INDEX = 126,
    BUFFER_RECEIVE_DEPTH = 127
};

// ----------------------------------------------------------------------------------------- answers

// Writes a kernel reply to a thread: badge 0, `label`, and `count` words (abi §2.3, objects §0.4).
void reply_write(struct tcb *thread, word_t label, const word_t *words, word_t count);
