// SPDX-License-Identifier: BSD-2-Clause
//
// The world a test starts in, and the objects and threads it asks for. Everything is made by system calls of the thread
// that runs, so that the state is one that user level can reach.
#include "tests/unit/harness/internal.h"
#include "core/time/dispatch.h"

enum { RAM_BYTES = 16 << 20, KERNEL_BYTES = 0x20000, DTB_BYTES = 0x234, IMAGE_PAGES = 3, MAX_THREADS = 24, TIME_SLICE_US = 10000 };

#define IMAGE_ADDRESS UINT64_C(0x400000)

struct boot_input boot_input;
seL4_BootInfo *boot_info;
cptr_t sched_control;
const struct thread *root;

static struct thread threads[MAX_THREADS];
static word_t thread_count;
static cptr_t next_slot;
static cptr_t memory; // the untyped that given_object takes from

// -------------------------------------------------------------------------------------------- boot

static struct boot_input standard_input(void)
{
    paddr_t image = FAKE_RAM_BASE + KERNEL_BYTES + 0x10000;
    return (struct boot_input){
        .ram = {{FAKE_RAM_BASE, FAKE_RAM_BASE + RAM_BYTES}},
        .ram_count = 1,
        .ram_is_zero = true,
        .kernel = {FAKE_RAM_BASE, FAKE_RAM_BASE + KERNEL_BYTES},
        .recyclable = {FAKE_RAM_BASE, FAKE_RAM_BASE + KERNEL_BYTES / 2},
        .dtb = FAKE_RAM_BASE + KERNEL_BYTES,
        .dtb_size = DTB_BYTES,
        .image = {image, image + IMAGE_PAGES * BIT(PAGE_BITS)},
        .image_offset = image - IMAGE_ADDRESS,
        .entry = IMAGE_ADDRESS,
        .device_pages = {0x8000000, 0x8010000},
        .device_page_count = 2,
    };
}

static word_t ram_bytes(void)
{
    word_t end = FAKE_RAM_BASE;
    for (word_t i = 0; i < boot_input.ram_count && i < BOOT_MAX_RAM_REGIONS; i++) {
        end = boot_input.ram[i].end > end ? boot_input.ram[i].end : end;
    }
    return min_word(align_up(end - FAKE_RAM_BASE, PAGE_BITS), FAKE_RAM_MAX);
}

static void adopt_root_thread(void)
{
    struct tcb *tcb = here()->current;
    boot_info = plat_ptr(frame_cap_base(cap_of(seL4_CapBootInfoFrame)));
    threads[0] = (struct thread){.tcb = tcb, .cap = TCB, .sc = SC, .buffer_frame = BUFFER_FRAME, .buffer = tcb_buffer(tcb, BUFFER_FOR_WRITING)};
    thread_count = 1;
    root = &threads[0];
    next_slot = boot_info->empty.start;
    sched_control = boot_info->schedcontrol.start;
    memory = 0;
    for (word_t i = 0; i < boot_info->untyped.end - boot_info->untyped.start; i++) {
        const seL4_UntypedDesc *desc = &boot_info->untypedList[i];
        if (!desc->isDevice && (memory == 0 || desc->sizeBits > untyped_cap_size_bits(cap_of(memory)))) {
            memory = boot_info->untyped.start + i;
        }
    }
}

// Recognisable bytes where the device tree is said to be, as far as that is RAM.
static void fill_device_tree(void)
{
    word_t offset = boot_input.dtb - FAKE_RAM_BASE;
    for (word_t i = 0; i < min_word(boot_input.dtb_size & LOW_BITS(32), DTB_BYTES) && offset < ram_bytes() && i < ram_bytes() - offset; i++) {
        *((uint8_t *)plat_ptr(boot_input.dtb) + i) = (uint8_t)(i * 7 + 1);
    }
}

bool boot(void)
{
    fake_reset(FAKE_RAM_BASE, ram_bytes());
    fake.now = us_to_ticks(1000);
    here()->current = NULL;
    root = NULL;
    fill_device_tree();
    if (!core_boot(&boot_input)) {
        return false;
    }
    adopt_root_thread();
    harness_check_invariants();
    fake_forget_calls();
    fake_forget_console();
    return true;
}

void given_booted_system(void)
{
    boot_input = standard_input();
    assert_true(boot());
}

// ------------------------------------------------------------------------------------------ objects

struct slot *slot_of(cptr_t slot)
{
    // The root CNode itself, found through the root thread: tests may change what its slots hold.
    struct cap cnode = (root ? root->tcb : here()->current)->slots[TCB_CSPACE].cap;
    assert_in_range(slot, 0, BIT(ROOT_CNODE_RADIX) - 1);
    return cap_cnode(cnode) + slot;
}

struct cap cap_of(cptr_t slot)
{
    return slot_of(slot)->cap;
}

void *object_of(cptr_t slot)
{
    struct region region;
    assert_true(cap_region(cap_of(slot), &region));
    return plat_ptr(region.base);
}

cptr_t new_slot(void)
{
    assert_in_range(next_slot, 1, boot_info->empty.end - 1);
    return next_slot++;
}

cptr_t given_object(word_t type, word_t size_bits)
{
    cptr_t slot = new_slot();
    assert_ok(retype_to(memory, type, size_bits, slot));
    return slot;
}

cptr_t given_endpoint(void)
{
    return given_object(seL4_EndpointObject, 0);
}

cptr_t given_notification(void)
{
    return given_object(seL4_NotificationObject, 0);
}

cptr_t given_reply(void)
{
    return given_object(seL4_ReplyObject, 0);
}

cptr_t given_cnode(word_t radix)
{
    return given_object(seL4_CapTableObject, radix);
}

cptr_t given_untyped(word_t size_bits)
{
    return given_object(seL4_UntypedObject, size_bits);
}

cptr_t given_frame(void)
{
    return given_object(seL4_ARM_SmallPageObject, 0);
}

cptr_t given_device_untyped(word_t size_bits)
{
    cptr_t best = 0;
    for (word_t i = 0; i < boot_info->untyped.end - boot_info->untyped.start; i++) {
        const seL4_UntypedDesc *desc = &boot_info->untypedList[i];
        cptr_t slot = boot_info->untyped.start + i;
        if (desc->isDevice && desc->sizeBits <= size_bits && (best == 0 || desc->sizeBits > untyped_cap_size_bits(cap_of(best)))) {
            best = slot;
        }
    }
    assert_int_not_equal(best, 0);
    return best;
}

cptr_t given_sc(word_t budget_us, word_t period_us)
{
    cptr_t sc = given_object(seL4_SchedContextObject, 8);
    assert_ok(configure_sc(sc, budget_us, period_us, 0, 0, 0));
    return sc;
}

cptr_t given_copy(cptr_t source, word_t rights)
{
    cptr_t slot = new_slot();
    assert_ok(cnode_copy(AT(slot), AT(source), rights));
    return slot;
}

cptr_t given_minted(cptr_t source, word_t rights, word_t data)
{
    cptr_t slot = new_slot();
    assert_ok(cnode_mint(AT(slot), AT(source), rights, data));
    return slot;
}

// ------------------------------------------------------------------------------------------ threads

// Registers that a test can recognise.
static void write_registers(const struct thread *thread, bool resumes)
{
    word_t n = (word_t)(thread - threads), words[2 + REGS_CONTEXT_WORDS] = {resumes, REGS_CONTEXT_WORDS};
    for (word_t i = 0; i < REGS_CONTEXT_WORDS; i++) {
        words[2 + i] = 0x1000000 * n + 0x9900 + i;
    }
    words[2] = IMAGE_ADDRESS + 0x10000 * n;
    words[3] = 0x7000000 + 0x10000 * n;
    words[4] = 0x40;
    assert_ok(sys_call(thread->cap, message_of(TCBWriteRegisters, CAPS(), (struct words){ARRAY_LENGTH(words), words})));
}

static struct thread *new_thread(word_t priority, cptr_t sc)
{
    assert_in_range(thread_count, 1, MAX_THREADS - 1);
    struct thread *thread = &threads[thread_count];
    vaddr_t buffer_address = 0x800000 + 0x1000 * thread_count++;
    *thread = (struct thread){.cap = given_object(seL4_TCBObject, 0), .sc = sc, .buffer_frame = given_frame()};
    thread->tcb = object_of(thread->cap);
    assert_ok(method(thread->cap, TCBConfigure, CAPS(CNODE, VSPACE, thread->buffer_frame), 0, 0, buffer_address));
    assert_ok(method(thread->cap, TCBSetSchedParams, CAPS(TCB, sc, NULL_CAP), 255, priority));
    thread->buffer = object_of(thread->buffer_frame);
    return thread;
}

const struct thread *given_thread_of_priority(word_t priority)
{
    struct thread *thread = new_thread(priority, given_sc(TIME_SLICE_US, TIME_SLICE_US));
    write_registers(thread, true);
    return thread;
}

const struct thread *given_thread(void)
{
    return given_thread_of_priority(255);
}

const struct thread *given_passive_thread(void)
{
    struct thread *thread = new_thread(255, NULL_CAP);
    write_registers(thread, true);
    return thread;
}

const struct thread *given_inactive_thread(void)
{
    struct thread *thread = new_thread(255, given_sc(TIME_SLICE_US, TIME_SLICE_US));
    write_registers(thread, false);
    return thread;
}

const struct thread *harness_thread_of(const struct tcb *tcb)
{
    for (word_t i = 0; i < thread_count; i++) {
        if (threads[i].tcb == tcb) {
            return &threads[i];
        }
    }
    return NULL;
}

word_t harness_thread_number(const struct tcb *tcb)
{
    const struct thread *thread = harness_thread_of(tcb);
    return thread ? (word_t)(thread - threads) : ~(word_t)0;
}

void as(const struct thread *thread)
{
    struct tcb *tcb = thread->tcb;
    if (here()->current == tcb) {
        return;
    }
    if (!sched_is_schedulable(tcb)) {
        fail_msg("as(): thread %d is not ready (state %d)", (int)harness_thread_number(tcb), tcb->state);
    }
    if ((int)tcb->priority < sched_highest_ready() || (here()->current != &ks.idle && tcb->priority < here()->current->priority)) {
        fail_msg("as(): somebody of a higher priority than thread %d is ready; block it first", (int)harness_thread_number(tcb));
    }
    // As if the present thread's slice had ended, and those between had had theirs.
    sched_dequeue(tcb);
    sched_push_front(tcb);
    if (sched_is_schedulable(here()->current)) {
        sched_push_back(here()->current);
    }
    here()->action = ACTION_CHOOSE;
    dispatch();
    harness_check_invariants();
    assert_ptr_equal(here()->current, tcb);
}
