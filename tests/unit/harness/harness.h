// SPDX-License-Identifier: BSD-2-Clause
//
// The one header of a unit test: a booted kernel on platform/fake, the manual's verbs, and assertions about the whole
// state. tests/unit/README.md is the introduction.
//
// The test is user code. A verb writes the registers and the IPC buffer of the thread that runs (here()->current), enters the
// core, and then runs the invariant checker. Capability pointers are slot numbers of the root CNode, for every thread.
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sel4/bootinfo_types.h>
#include <sel4/errors.h>
#include <sel4/objecttype.h>

#include <lab4/invocations.h>

#include "core/arch/aarch64/vspace.h"
#include "core/entry/debug.h"
#include "core/caps/kind.h"
#include "core/ipc/endpoint.h"
#include "core/ipc/fault.h"
#include "core/caps/method.h"
#include "core/irq/irq.h"
#include "core/caps/cdt.h"
#include "core/ipc/call_stack.h"
#include "core/threads/message.h"
#include "core/threads/wait.h"
#include "core/time/dispatch.h"
#include "core/time/time.h"
#include "core/caps/lookup.h"
#include "core/ipc/notification.h"
#include "core/ipc/reply.h"
#include "core/time/sched_context.h"
#include "core/arch/aarch64/translation.h"
#include "platform/fake/fake.h"

enum label { LAB4_INVOCATIONS(LAB4_LABEL_ENUMERATOR) };

// ---------------------------------------------------------------------------------------- the tests

// TEST(name) { … }, and one line RUN(name) in the list of the file. Each test starts in given_booted_system().
#define TEST(name) static void name(void **unused)
#define RUN(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)
// main's last line. UNIT_TEST in the environment selects tests by a pattern with * and ?.
#define RUN_ALL(group, tests) (cmocka_set_test_filter(getenv("UNIT_TEST")), cmocka_run_group_tests_name(group, tests, NULL, NULL))

int harness_setup(void **unused);
int harness_teardown(void **unused);

// ---------------------------------------------------------------------------------------- the world

// Slots of the root CNode that boot fills.
enum {
    NULL_CAP = 0,
    TCB = seL4_CapInitThreadTCB,
    CNODE = seL4_CapInitThreadCNode,
    VSPACE = seL4_CapInitThreadVSpace,
    IRQ_CONTROL = seL4_CapIRQControl,
    ASID_CONTROL = seL4_CapASIDControl,
    ASID_POOL = seL4_CapInitThreadASIDPool,
    BUFFER_FRAME = seL4_CapInitThreadIPCBuffer,
    DOMAIN = seL4_CapDomain,
    SC = seL4_CapInitThreadSC,
};

#define UNRESOLVABLE (BIT(40) + 7) // a CPtr that the root CNode's guard refuses

enum { WRITE = 1, READ = 2, GRANT = 4, GRANT_REPLY = 8, ALL_RIGHTS = 15, NO_RIGHTS = 0 };

// A thread of the test. All share the root task's CSpace and VSpace; each has an IPC buffer and a scheduling context of
// its own (round robin, 10 ms).
struct thread {
    struct tcb *tcb;
    cptr_t cap, sc, buffer_frame;
    word_t *buffer; // its 128 words
};

extern const struct thread *root; // the root task's thread: priority and MCP 255

extern struct boot_input boot_input;  // what given_booted_system boots with
extern seL4_BootInfo *boot_info;
extern cptr_t sched_control;          // capability of the one core

// A freshly booted kernel: 16 MiB of zero RAM, a small user image, the root thread running, the clock at 1000 µs.
void given_booted_system(void);

// Boots again from boot_input as changed by the test. Returns core_boot's result; the verbs work if it is true.
bool boot(void);

// An empty slot of the root CNode, never given out before.
cptr_t new_slot(void);

// New objects, made by the thread that runs from the world's own memory. They return the slot of the first capability.
cptr_t given_object(word_t type, word_t size_bits);
cptr_t given_endpoint(void);
cptr_t given_notification(void);
cptr_t given_reply(void);
cptr_t given_cnode(word_t radix);
cptr_t given_untyped(word_t size_bits);
cptr_t given_frame(void);        // a small page, not mapped
cptr_t given_device_untyped(word_t size_bits); // one of boot's, at most this size
cptr_t given_sc(word_t budget_us, word_t period_us);

cptr_t given_copy(cptr_t source, word_t rights);
cptr_t given_minted(cptr_t source, word_t rights, word_t data);

// Threads, made by the root thread. given_thread runs at the root's priority: it takes its turn when the test says as().
const struct thread *given_thread(void);
const struct thread *given_thread_of_priority(word_t priority);
const struct thread *given_passive_thread(void);  // RESTART without a scheduling context
const struct thread *given_inactive_thread(void); // complete, but never resumed

// From now on `thread` is the one that runs: the scheduler gives it its turn, the present thread goes to the back. It must
// be ready, and nobody of a higher priority.
void as(const struct thread *thread);

// Looks at what a slot of the root CNode holds.
struct slot *slot_of(cptr_t slot);
struct cap cap_of(cptr_t slot);
void *object_of(cptr_t slot); // the kernel's address of a memory object

// ---------------------------------------------------------------------------------------- messages

struct words {
    word_t count;
    const word_t *words;
};
#define WORDS(...) \
    ((struct words){sizeof((const word_t[]){0, __VA_ARGS__}) / sizeof(word_t) - 1, (const word_t[]){0, __VA_ARGS__} + 1})
#define CAPS(...) WORDS(__VA_ARGS__)

struct message {
    word_t label;
    struct words caps, words;
    word_t length; // as the info word tells it; usually words.count
};
#define MESSAGE(label, ...) MESSAGE_WITH_CAPS(label, CAPS(), __VA_ARGS__)
#define MESSAGE_WITH_CAPS(label, caps, ...) message_of(label, caps, WORDS(__VA_ARGS__))
struct message message_of(word_t label, struct words caps, struct words words);
struct message with_length(struct message message, word_t length); // tells a length that the words do not have

// What a thread finds in its registers and its buffer after a system call.
struct result {
    word_t badge, info;                       // x0, x1
    word_t label, unwrapped, caps, length;    // fields of info
    word_t mr[MAX_MESSAGE_WORDS];             // mr[0..3] from registers, further ones from the buffer
};
struct result received(const struct thread *thread);

// ------------------------------------------------------------------------------------ system calls
//
// Each is one system call by the thread that runs, and returns what it finds afterwards; meaningless while it is blocked.

struct result sys_call(cptr_t dest, struct message message);
struct result sys_send(cptr_t dest, struct message message);
struct result sys_nbsend(cptr_t dest, struct message message);
struct result sys_signal(cptr_t dest); // Send of an empty message
struct result sys_recv(cptr_t source, cptr_t reply);
struct result sys_nbrecv(cptr_t source, cptr_t reply);
struct result sys_wait(cptr_t source);
struct result sys_nbwait(cptr_t source);
struct result sys_reply_recv(cptr_t source, cptr_t reply, struct message message);
struct result sys_nbsend_recv(cptr_t dest, struct message message, cptr_t source, cptr_t reply);
struct result sys_nbsend_wait(cptr_t dest, struct message message, cptr_t source);
struct result sys_yield(void);
struct result sys_number(word_t number); // any x7; the other registers stay what they were

// The thread that runs executes the instruction at its pc, which is the system call it made last: a restarted call.
struct result again(void);

// While `asks` is true, each system call and fault tells whether it took the fast path (core/entry/fastpath.h).
extern bool harness_asks_for_path, harness_was_fast;

// -------------------------------------------------------------------------------- faults, interrupts, time

void vm_fault(vaddr_t address, bool is_fetch, word_t syndrome);
void user_exception(word_t syndrome);
void unknown_trap(word_t number); // a trap instruction that is no system call of ours

void raise_irq(word_t irq);        // and takes it, if the line is enabled
void take_irq(void);               // an interrupt entry, whatever is pending
void wind_clock_us(word_t us);     // time passes, nothing else happens: the next entry will notice
void wind_clock_ticks(ticks_t ticks);
void pass_time_us(word_t us);      // time passes, timer interrupts are taken when they are due

// -------------------------------------------------------------------------------------- invocations

// A method of a kernel object, by Call: method(cap, label, CAPS(…), words…).
#define method(cap, label, caps, ...) sys_call(cap, MESSAGE_WITH_CAPS(label, caps, __VA_ARGS__))

// Where a slot is: (root, index, depth). AT(slot): in the root CNode.
struct place {
    cptr_t root;
    word_t index, depth;
};
#define AT(slot) ((struct place){CNODE, (slot), 64})
#define PLACE(root, index, depth) ((struct place){(root), (index), (depth)})

struct result retype(cptr_t untyped, word_t type, word_t size_bits, struct place node, word_t offset, word_t count);
struct result retype_to(cptr_t untyped, word_t type, word_t size_bits, cptr_t slot); // one object, to a slot of the root CNode

struct result cnode_copy(struct place dest, struct place source, word_t rights);
struct result cnode_mint(struct place dest, struct place source, word_t rights, word_t data);
struct result cnode_move(struct place dest, struct place source);
struct result cnode_mutate(struct place dest, struct place source, word_t data);
// pivot -> dest with pivot_data, source -> pivot with source_data
struct result cnode_rotate(struct place dest, word_t pivot_data, struct place pivot, word_t source_data, struct place source);
struct result cnode_delete(struct place place);
struct result cnode_revoke(struct place place);
struct result cnode_cancel_badged_sends(struct place place);

struct result suspend(const struct thread *thread);
struct result resume(const struct thread *thread);
struct result set_priority(const struct thread *thread, word_t priority);
struct result bind_notification(const struct thread *thread, cptr_t notification);
struct result unbind_notification(const struct thread *thread);
struct result set_fault_handler(const struct thread *thread, cptr_t endpoint);
struct result set_timeout_handler(const struct thread *thread, cptr_t endpoint);
struct result set_buffer(const struct thread *thread, vaddr_t address, cptr_t frame); // address 0: none
struct result bind_sc(cptr_t sc, cptr_t thread_or_notification);
struct result unbind_sc(cptr_t sc);
struct result unbind_object(cptr_t sc, cptr_t thread_or_notification);
struct result configure_sc(cptr_t sc, word_t budget_us, word_t period_us, word_t extra_refills, word_t badge, word_t flags);

// CNode data word: guard value and guard size.
static inline word_t guard_data(word_t guard, word_t guard_size)
{
    return guard << 6 | guard_size;
}

// Where the thread wants to receive a capability: PLACE as its buffer says it.
void set_receive_slot(const struct thread *thread, struct place place);

// ---------------------------------------------------------------------------------------- assertions

#define HERE __FILE__, __LINE__

// The kernel's answer to a method: empty success, data, or an error with exactly these payload words.
#define assert_ok(result) harness_assert_ok(result, HERE)
#define assert_answer(result, ...) harness_assert_answer(result, WORDS(__VA_ARGS__), HERE)
#define assert_error(result, ...) harness_assert_error(result, WORDS(__VA_ARGS__), HERE)

// assert_refused(call, error, payload…): the call is answered with the error, and nothing in the whole state has changed:
// not ks, not RAM, not the machine, but for x0, x1 and the payload's message registers of the caller. One kernel entry.
// (If the clock was wound before, the accounting of time, here()->now and here()->pending, may have moved on too.)
#define assert_refused(call, ...) \
    (harness_watch(HERE), harness_assert_refused(call, WORDS(__VA_ARGS__), HERE))

// The call changes nothing at all; or nothing but x0 of the caller, which becomes `value`.
#define assert_no_effect(call) (harness_watch(HERE), (void)(call), harness_assert_unchanged(HERE))
#define assert_changes_only_x0(call, value) \
    (harness_watch(HERE), (void)(call), harness_assert_x0_changed(value, HERE))

#define assert_message(result, badge, label, ...) harness_assert_message(result, badge, label, WORDS(__VA_ARGS__), HERE)

#define assert_state(thread, expected) harness_assert_state(thread, expected, HERE)
#define assert_runs(thread) harness_assert_runs(thread, HERE)
#define assert_idle() harness_assert_runs(NULL, HERE)
#define assert_empty(slot) harness_assert_kind(slot, kind_null, HERE)
#define assert_holds(slot, kind) harness_assert_kind(slot, kind_##kind, HERE)

// The order of threads in a ready list, and in the queue of an endpoint or notification, from the head.
#define assert_ready(priority, ...) harness_assert_queue(here()->ready[0].level[priority].head, THREADS(__VA_ARGS__), HERE)
#define assert_waiting(slot, ...) harness_assert_queue(harness_waiters(slot), THREADS(__VA_ARGS__), HERE)
struct threads {
    word_t count;
    const struct thread *const *list;
};
#define THREADS(...)                                                                                          \
    ((struct threads){sizeof((const struct thread *const[]){NULL, __VA_ARGS__}) / sizeof(struct thread *) - 1, \
                      (const struct thread *const[]){NULL, __VA_ARGS__} + 1})

// The thread has a cap fault on its way to a handler: fault words as composed for the message.
#define assert_cap_fault(result, badge, ...) assert_message(result, badge, seL4_Fault_CapFault, __VA_ARGS__)

// The machine halts (DebugHalt, failed boot) with a status.
#define assert_halts(call, status)                       \
    do {                                                 \
        if (setjmp(harness_end) == 0) {                  \
            harness_expects_halt = true;                 \
            (void)(call);                                \
            fail_msg("the machine did not halt");        \
        }                                                \
        harness_expects_halt = false;                    \
        assert_int_equal(harness_halt_status, status);   \
    } while (0)

void harness_watch(const char *file, int line);
void harness_assert_ok(struct result result, const char *file, int line);
void harness_assert_answer(struct result result, struct words words, const char *file, int line);
void harness_assert_error(struct result result, struct words error_and_payload, const char *file, int line);
void harness_assert_refused(struct result result, struct words error_and_payload, const char *file, int line);
void harness_assert_unchanged(const char *file, int line);
void harness_assert_x0_changed(word_t value, const char *file, int line);
void harness_assert_message(struct result result, word_t badge, word_t label, struct words words, const char *file, int line);
void harness_assert_state(const struct thread *thread, enum thread_state expected, const char *file, int line);
void harness_assert_runs(const struct thread *thread, const char *file, int line);
void harness_assert_kind(cptr_t slot, enum cap_kind kind, const char *file, int line);
void harness_assert_queue(const struct tcb *head, struct threads expected, const char *file, int line);
const struct tcb *harness_waiters(cptr_t slot);

extern jmp_buf harness_end;
extern bool harness_expects_halt;
extern int harness_halt_status;
