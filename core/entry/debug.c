// SPDX-License-Identifier: BSD-2-Clause
//
// Debug system calls: PutChar, DumpScheduler, Halt, CapIdentify, Snapshot, NameThread (abi §11).
//
// A release kernel has none of them; with LAB4_PRINTING it keeps PutChar and Halt, so that a
// benchmark can print and end. Halt carries lab4's exit status when the caller says so
// (docs/DIFFERENCES.md): lab4_exit passes the status in x0 and a magic word in x1; on a kernel that
// does not know it, it is a plain halt.
#include "core/entry/debug.h"

#include "core/base/print.h"
#include "core/caps/lookup.h"
#include "core/threads/message.h"
#include "core/threads/state.h"

// Numbers of abi §2.1. The public enumerators exist only where a build has the calls.
enum {
    DEBUG_PUT_CHAR = -12,
    DEBUG_DUMP_SCHEDULER = -13,
    DEBUG_HALT = -14,
    DEBUG_CAP_IDENTIFY = -15,
    DEBUG_SNAPSHOT = -16,
    DEBUG_NAME_THREAD = -17,
};

enum { EXIT_MAGIC = 0x3442414c, MAX_NAME_WORDS = 120 }; // "LAB4"

static _Noreturn void halt(const struct tcb *thread)
{
    if (thread->regs.x[1] == EXIT_MAGIC) {
        plat_halt((int)(thread->regs.x[0] & 0xff));
    }
    print("Debug halt syscall from user thread 0x%x '%s'\nhalting...\n", (word_t)thread,
          thread->name);
    plat_halt(0);
}

static word_t identify(const struct tcb *thread, cptr_t address)
{
    struct lookup_failure failure;
    struct slot *slot = lookup_slot(thread, address, &failure);
    return slot ? cap_kind(slot->cap) : kind_null;
}

// The name is a NUL-terminated string in the caller's message words.
static void name_thread(const struct tcb *caller, cptr_t address)
{
    struct lookup_failure failure;
    const struct slot *slot = lookup_slot(caller, address, &failure);
    const word_t *buffer = tcb_buffer(caller, BUFFER_FOR_READING);
    if (!slot || cap_kind(slot->cap) != kind_tcb || !buffer) {
        print("lab4: DebugNameThread: no TCB at capability 0x%x, or the caller has no IPC buffer; "
              "nothing is named\n",
              address);
        return;
    }
    const char *name = (const char *)&buffer[BUFFER_MESSAGE];
    word_t length = 0;
    while (length < MAX_NAME_WORDS * sizeof(word_t) && name[length]) {
        length++;
    }
    if (length == MAX_NAME_WORDS * sizeof(word_t)) {
        print("lab4: DebugNameThread: the name does not end within %d bytes; nothing is named\n",
              length);
        return;
    }
    struct tcb *thread = cap_tcb(slot->cap);
    length = min_word(length, TCB_NAME_BYTES - 1);
    __builtin_memcpy(thread->name, name, length);
    thread->name[length] = '\0';
}

static bool is_enabled(word_t number)
{
    if (KERNEL_DEBUG) {
        return true;
    }
    return KERNEL_PRINTING && ((sword_t)number == DEBUG_PUT_CHAR || (sword_t)number == DEBUG_HALT);
}

bool debug_syscall(word_t number)
{
    struct tcb *thread = here()->current;
    if ((sword_t)number > DEBUG_PUT_CHAR || !is_enabled(number)) {
        return false;
    }
    switch ((sword_t)number) {
    case DEBUG_PUT_CHAR:
        plat_putchar((char)thread->regs.x[0]);
        return true;
    case DEBUG_DUMP_SCHEDULER:
        dump_scheduler();
        return true;
    case DEBUG_HALT:
        halt(thread);
    case DEBUG_CAP_IDENTIFY:
        thread->regs.x[0] = identify(thread, thread->regs.x[0]);
        return true;
    case DEBUG_SNAPSHOT:
        dump_snapshot();
        return true;
    case DEBUG_NAME_THREAD:
        name_thread(thread, thread->regs.x[0]);
        return true;
    default:
        return false;
    }
}
