// SPDX-License-Identifier: BSD-2-Clause
//
// Assertions: answers, and the state as a whole. A watched call is compared byte for byte: the snapshot is taken after user
// level has written its registers and its buffer, right before the kernel is entered.
#include "tests/unit/harness/internal.h"

#include <stdlib.h>

enum { PAGE_BYTES = 4096, MAX_PAGES = 1 << 20, MAX_ALLOWED = 8 };

jmp_buf harness_end;
bool harness_expects_halt;
int harness_halt_status;

// ---------------------------------------------------------------------------------- setup, teardown

static void on_end(enum fake_end end, const char *what, const char *file, int line_or_status)
{
    if (end == FAKE_HALT && harness_expects_halt) {
        harness_halt_status = line_or_status;
        longjmp(harness_end, 1);
    }
    if (end == FAKE_HALT) {
        fail_msg("the machine halted with status %d", line_or_status);
    }
    print_error("the kernel panicked: %s\n", what);
    _fail(file, line_or_status);
}

static struct watch {
    bool is_armed, is_taken;
    struct tcb *caller;
    struct kernel ks;
    struct fake_state fake;
    uint8_t *was_resident; // one byte a page
    uint8_t *pages;        // copies of the resident ones, in order
    word_t page_room;
} watch;

int harness_setup(void **unused)
{
    (void)unused;
    fake_on_end = on_end;
    harness_expects_halt = false;
    watch.is_armed = watch.is_taken = false;
    given_booted_system();
    return 0;
}

int harness_teardown(void **unused)
{
    (void)unused;
    if (watch.is_armed) {
        print_error("a watched call never entered the kernel\n");
        return -1;
    }
    return 0;
}

// --------------------------------------------------------------------------------------- snapshots

static word_t page_count(void)
{
    return fake_memory.bytes / PAGE_BYTES;
}

static void copy_pages(void)
{
    word_t resident = 0;
    if (!watch.was_resident) {
        watch.was_resident = malloc(MAX_PAGES);
    }
    fake_resident_pages(watch.was_resident);
    for (word_t i = 0; i < page_count(); i++) {
        resident += watch.was_resident[i];
    }
    if (resident > watch.page_room) {
        watch.page_room = resident * 2;
        watch.pages = realloc(watch.pages, watch.page_room * PAGE_BYTES);
    }
    uint8_t *copy = watch.pages;
    for (word_t i = 0; i < page_count(); i++) {
        if (watch.was_resident[i]) {
            memcpy(copy, fake_memory.ram + i * PAGE_BYTES, PAGE_BYTES);
            copy += PAGE_BYTES;
        }
    }
}

void harness_watch(const char *file, int line)
{
    if (watch.is_armed) {
        print_error("a watched call never entered the kernel\n");
        _fail(file, line);
    }
    watch.is_armed = true;
}

void harness_before_entry(void)
{
    if (watch.is_taken) {
        fail_msg("a watched expression must enter the kernel once: make its objects before");
    }
    if (!watch.is_armed) {
        return;
    }
    fake_forget_calls();
    watch.caller = here()->current;
    watch.ks = ks;
    watch.fake = fake;
    copy_pages();
    watch.is_armed = false;
    watch.is_taken = true;
}

// --------------------------------------------------------------------------------------- comparison

struct allowed {
    const void *start;
    word_t bytes;
};

static struct allowed allowed[MAX_ALLOWED];
static word_t allowed_count;

static void allow(const void *start, word_t bytes)
{
    allowed[allowed_count++] = (struct allowed){start, bytes};
}

static bool is_allowed(const uint8_t *byte)
{
    for (word_t i = 0; i < allowed_count; i++) {
        if (byte >= (const uint8_t *)allowed[i].start && byte < (const uint8_t *)allowed[i].start + allowed[i].bytes) {
            return true;
        }
    }
    return false;
}

// The first byte that changed and was not allowed to, or null.
static const uint8_t *first_change(const void *now, const void *before, word_t bytes)
{
    const uint8_t *a = now, *b = before;
    if (memcmp(a, b, bytes) == 0) {
        return NULL;
    }
    for (word_t i = 0; i < bytes; i++) {
        if (a[i] != b[i] && !is_allowed(a + i)) {
            return a + i;
        }
    }
    return NULL;
}

static const uint8_t *first_changed_page(void)
{
    static uint8_t is_resident[MAX_PAGES], zero[PAGE_BYTES];
    const uint8_t *copy = watch.pages;
    fake_resident_pages(is_resident);
    for (word_t i = 0; i < page_count(); i++) {
        const uint8_t *before = zero, *change;
        if (watch.was_resident[i]) {
            before = copy;
            copy += PAGE_BYTES;
        } else if (!is_resident[i]) {
            continue;
        }
        change = first_change(fake_memory.ram + i * PAGE_BYTES, before, PAGE_BYTES);
        if (change) {
            return change;
        }
    }
    return NULL;
}

static void describe_ram(const uint8_t *byte)
{
    print_error("physical 0x%llx changed", (unsigned long long)plat_paddr(byte));
    for (const struct tcb *thread = ks.all_threads; thread; thread = thread->all_next) {
        if (byte >= (const uint8_t *)thread && byte < (const uint8_t *)(thread + 1)) {
            print_error(": struct tcb + %d of thread %d", (int)(byte - (const uint8_t *)thread), (int)harness_thread_number(thread));
        }
    }
    print_error("\n");
}

static void compare(const char *file, int line)
{
    if (!watch.is_taken) {
        print_error("the watched call did not enter the kernel\n");
        _fail(file, line);
    }
    watch.is_taken = false;
    if (watch.ks.cpu.now != watch.fake.now) { // the clock had been wound: the entry's stamp may show
        allow(&here()->now, sizeof here()->now);
        allow(&here()->pending, sizeof here()->pending);
    }
    allow(fake.console, sizeof fake.console);
    allow(&fake.console_length, sizeof fake.console_length);
    const uint8_t *in_ks = first_change(&ks, &watch.ks, sizeof ks);
    const uint8_t *in_fake = first_change(&fake, &watch.fake, sizeof fake);
    const uint8_t *in_ram = first_changed_page();
    allowed_count = 0;
    if (in_ks) {
        print_error("the call had an effect: struct kernel + %d changed\n", (int)(in_ks - (const uint8_t *)&ks));
        _fail(file, line);
    }
    if (in_fake) {
        print_error("the call had an effect on the machine: struct fake_state + %d changed\n", (int)(in_fake - (const uint8_t *)&fake));
        _fail(file, line);
    }
    if (in_ram) {
        print_error("the call had an effect: ");
        describe_ram(in_ram);
        _fail(file, line);
    }
}

static void check(bool condition, const char *what, word_t value, word_t expected, const char *file, int line)
{
    if (!condition) {
        print_error("%s: 0x%llx, expected 0x%llx\n", what, (unsigned long long)value, (unsigned long long)expected);
        _fail(file, line);
    }
}

static void check_equal(const char *what, word_t value, word_t expected, const char *file, int line)
{
    check(value == expected, what, value, expected, file, line);
}

void harness_assert_unchanged(const char *file, int line)
{
    compare(file, line);
}

void harness_assert_x0_changed(word_t value, const char *file, int line)
{
    check_equal("x0", watch.caller->regs.x[REG_BADGE], value, file, line);
    allow(&watch.caller->regs.x[REG_BADGE], sizeof(word_t));
    compare(file, line);
}

void harness_assert_refused(struct result r, struct words expected, const char *file, int line)
{
    struct tcb *caller = watch.caller;
    harness_assert_error(r, expected, file, line);
    word_t length = expected.count - 1;
    allow(&caller->regs.x[REG_BADGE], 2 * sizeof(word_t));
    allow(&caller->regs.x[REG_MR0], min_word(length, NUM_REG_MRS) * sizeof(word_t));
    word_t *buffer = tcb_buffer(caller, BUFFER_FOR_WRITING);
    if (buffer && length > NUM_REG_MRS) {
        allow(&buffer[BUFFER_MESSAGE + NUM_REG_MRS], (length - NUM_REG_MRS) * sizeof(word_t));
    }
    compare(file, line);
    check_equal("state of the caller", caller->state, THREAD_RUNNING, file, line);
}

// ------------------------------------------------------------------------------------------ answers

static void print_result(struct result r)
{
    print_error("the kernel answered: x0 0x%llx, label %llu, length %llu:", (unsigned long long)r.badge, (unsigned long long)r.label,
                (unsigned long long)r.length);
    for (word_t i = 0; i < r.length && i < 6; i++) {
        print_error(" 0x%llx", (unsigned long long)r.mr[i]);
    }
    print_error("\n");
}

static void check_answer(struct result r, word_t badge, word_t label, struct words words, const char *file, int line)
{
    bool is_right = r.badge == badge && r.label == label && r.length == words.count;
    for (word_t i = 0; is_right && i < words.count; i++) {
        is_right = r.mr[i] == words.words[i];
    }
    if (!is_right) {
        print_result(r);
        r.badge = badge;
        r.label = label;
        r.length = words.count;
        memcpy(r.mr, words.words, words.count * sizeof(word_t));
        print_error("expected instead: ");
        print_result(r);
        _fail(file, line);
    }
}

void harness_assert_ok(struct result r, const char *file, int line)
{
    check_answer(r, 0, 0, WORDS(), file, line);
    check_equal("x1", r.info, 0, file, line);
}

void harness_assert_answer(struct result r, struct words words, const char *file, int line)
{
    check_answer(r, 0, 0, words, file, line);
}

void harness_assert_error(struct result r, struct words e, const char *file, int line)
{
    check_answer(r, 0, e.words[0], (struct words){e.count - 1, e.words + 1}, file, line);
    check_equal("x1 of an error reply", r.info, e.words[0] << 12 | (e.count - 1), file, line);
}

void harness_assert_message(struct result r, word_t badge, word_t label, struct words words, const char *file, int line)
{
    check_answer(r, badge, label, words, file, line);
}

// -------------------------------------------------------------------------------- threads and slots

void harness_assert_state(const struct thread *thread, enum thread_state expected, const char *file, int line)
{
    check_equal("thread state", thread->tcb->state, expected, file, line);
}

void harness_assert_runs(const struct thread *thread, const char *file, int line)
{
    const struct tcb *expected = thread ? thread->tcb : &ks.idle;
    if (here()->current != expected) {
        print_error("thread %d runs, not thread %d (-1 = idle or unknown, 0 = root)\n", (int)harness_thread_number(here()->current),
                    (int)harness_thread_number(expected));
        _fail(file, line);
    }
}

void harness_assert_kind(cptr_t slot, enum cap_kind kind, const char *file, int line)
{
    check_equal("kind of capability", cap_kind(cap_of(slot)), kind, file, line);
}

const struct tcb *harness_waiters(cptr_t slot)
{
    struct cap cap = cap_of(slot);
    return cap_kind(cap) == kind_endpoint ? cap_endpoint(cap)->head : cap_notification(cap)->queue.head;
}

void harness_assert_queue(const struct tcb *head, struct threads expected, const char *file, int line)
{
    word_t i = 0;
    bool is_right = true;
    for (const struct tcb *tcb = head; tcb; tcb = tcb->queue_next) {
        is_right = is_right && i < expected.count && expected.list[i]->tcb == tcb;
        i++;
    }
    if (is_right && i == expected.count) {
        return;
    }
    print_error("threads in the queue:");
    for (const struct tcb *tcb = head; tcb; tcb = tcb->queue_next) {
        print_error(" %d", (int)harness_thread_number(tcb));
    }
    print_error("; expected:");
    for (i = 0; i < expected.count; i++) {
        print_error(" %d", (int)harness_thread_number(expected.list[i]->tcb));
    }
    print_error(" (0 = root)\n");
    _fail(file, line);
}
