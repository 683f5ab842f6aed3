// SPDX-License-Identifier: BSD-2-Clause
//
// The IPC fast path (threads §11): that it is taken, that it ends in the same state as the slow path, and each condition
// that must divert to the slow path.
//
#include "core/entry/fastpath.h"
#include "tests/unit/harness/harness.h"

static cptr_t endpoint, reply;
static const struct thread *client, *server;

// A passive server waits for a client of the same priority, which runs.
static void given_client_and_passive_server(void)
{
    client = given_thread();
    server = given_thread();
    endpoint = given_endpoint();
    reply = given_reply();
    as(server);
    sys_recv(endpoint, reply);
    as(root);
    assert_ok(unbind_object(server->sc, server->cap));
    as(client);
}

static void given_server_with_a_caller(void)
{
    given_client_and_passive_server();
    sys_call(endpoint, MESSAGE(1));
    assert_runs(server);
}

// One entry, a microsecond after the last one: on the fast path without a look at the clock, on it with one, or not on it.
#define assert_fast(entry) assert_path(FAST, (watch(), (void)(entry), path()), HERE)
#define assert_stamped(entry) assert_path(STAMPED, (watch(), (void)(entry), path()), HERE)
#define assert_slow(entry) assert_path(SLOW, (watch(), (void)(entry), path()), HERE)

enum path { FAST, STAMPED, SLOW };
static ticks_t last_stamp;

static void watch(void)
{
    wind_clock_us(1);
    last_stamp = here()->now;
    harness_asks_for_path = true;
}

static enum path path(void)
{
    harness_asks_for_path = false;
    return !harness_was_fast ? SLOW : here()->now == last_stamp ? FAST : STAMPED;
}

static void assert_path(enum path expected, enum path path, const char *file, int line)
{
    static const char *const names[] = {"fast", "fast with a stamp", "slow"};
    if (path != expected) {
        print_error("expected %s, not %s\n", names[expected], names[path]);
        _fail(file, line);
    }
}

// -------------------------------------------------------------------------------------------- Call

TEST(call_to_a_waiting_passive_server_is_fast) // threads §11.1
{
    given_client_and_passive_server();
    assert_fast(sys_call(endpoint, MESSAGE(7, 1, 2, 3, 4)));
    assert_runs(server);
    assert_message(received(server), 0, 7, 1, 2, 3, 4);
    assert_state(client, THREAD_BLOCKED_ON_REPLY);
    assert_ptr_equal(server->tcb->sc, object_of(client->sc));
}

TEST(a_fast_call_writes_no_register_beyond_the_length) // abi §2.3
{
    given_client_and_passive_server();
    word_t x3 = server->tcb->regs.x[3];
    sys_call(endpoint, MESSAGE(7, 1));
    assert_int_equal(server->tcb->regs.x[3], x3);
}

TEST(a_fast_call_hides_the_senders_cap_fields) // abi §2.5
{
    given_client_and_passive_server();
    assert_fast(sys_call(endpoint, with_length(MESSAGE(7, 1), 1 | 5 << 9))); // capsUnwrapped 5
    assert_int_equal(received(server).unwrapped, 0);
    assert_int_equal(received(server).caps, 0);
}

TEST(a_fast_call_delivers_the_badge) // threads §11.1
{
    given_client_and_passive_server();
    as(root);
    cptr_t badged = given_minted(endpoint, ALL_RIGHTS, 0x42);
    as(client);
    assert_fast(sys_call(badged, MESSAGE(7)));
    assert_int_equal(received(server).badge, 0x42);
}

TEST(call_with_grant_reply_only_is_fast) // threads §11.1 #6
{
    given_client_and_passive_server();
    as(root);
    cptr_t cap = given_copy(endpoint, WRITE | GRANT_REPLY);
    as(client);
    assert_fast(sys_call(cap, MESSAGE(7)));
}

TEST(call_with_five_words_takes_a_stamp) // threads §11.1 #1, FP-3
{
    given_client_and_passive_server();
    assert_stamped(sys_call(endpoint, MESSAGE(7, 1, 2, 3, 4, 5)));
}

TEST(call_with_a_capability_is_slow) // threads §11.1 #1
{
    given_client_and_passive_server();
    assert_slow(sys_call(endpoint, MESSAGE_WITH_CAPS(7, CAPS(endpoint), )));
}

TEST(call_on_an_unresolvable_address_is_slow) // threads §11.1 #2
{
    given_client_and_passive_server();
    assert_slow(sys_call(UNRESOLVABLE, MESSAGE(7)));
}

TEST(call_on_another_object_is_slow) // threads §11.1 #2
{
    given_client_and_passive_server();
    assert_slow(sys_call(TCB, MESSAGE(0)));
}

TEST(call_without_the_send_right_is_slow) // threads §11.1 #2
{
    given_client_and_passive_server();
    as(root);
    cptr_t cap = given_copy(endpoint, READ | GRANT | GRANT_REPLY);
    as(client);
    assert_slow(sys_call(cap, MESSAGE(7)));
}

TEST(call_without_a_waiting_receiver_is_slow) // threads §11.1 #3
{
    given_client_and_passive_server();
    as(root);
    cptr_t other = given_endpoint();
    as(client);
    assert_slow(sys_call(other, MESSAGE(7)));
    assert_state(client, THREAD_BLOCKED_ON_SEND);
}

TEST(call_to_a_server_without_a_live_vspace_is_slow) // threads §11.1 #4
{
    given_client_and_passive_server();
    cdt_remove(&server->tcb->slots[TCB_VSPACE]);
    assert_slow(sys_call(endpoint, MESSAGE(7)));
    assert_int_equal(fake.vspace_root, 0);
}

TEST(call_to_a_lower_server_while_somebody_between_is_ready_is_slow) // threads §11.1 #5, threads §12 #54
{
    given_client_and_passive_server();
    as(root);
    assert_ok(set_priority(server, 100));
    const struct thread *between = given_thread_of_priority(150);
    sys_wait(given_notification());
    assert_runs(client);
    assert_slow(sys_call(endpoint, MESSAGE(7)));
    assert_runs(between);
}

TEST(call_to_a_lower_server_is_fast_if_nobody_is_between) // threads §11.1 #5
{
    given_client_and_passive_server();
    as(root);
    assert_ok(set_priority(server, 100));
    sys_wait(given_notification());
    assert_runs(client);
    assert_fast(sys_call(endpoint, MESSAGE(7)));
    assert_runs(server);
}

TEST(call_without_grant_or_grant_reply_is_slow) // threads §11.1 #6
{
    given_client_and_passive_server();
    as(root);
    cptr_t cap = given_copy(endpoint, WRITE | READ);
    as(client);
    assert_slow(sys_call(cap, MESSAGE(7)));
    assert_state(client, THREAD_INACTIVE);
}

TEST(call_to_a_server_with_its_own_context_is_slow) // threads §11.1 #8
{
    given_client_and_passive_server();
    as(root);
    assert_ok(bind_sc(server->sc, server->cap));
    as(client);
    assert_slow(sys_call(endpoint, MESSAGE(7)));
    assert_ptr_equal(client->tcb->sc, object_of(client->sc));
}

TEST(call_to_a_server_without_a_reply_object_is_slow) // threads §11.1 #9
{
    given_client_and_passive_server();
    as(root);
    cptr_t other = given_endpoint();
    const struct thread *waiter = given_thread();
    as(waiter);
    sys_wait(other);
    as(client);
    assert_slow(sys_call(other, MESSAGE(7)));
    assert_state(client, THREAD_INACTIVE);
}

TEST(call_through_two_levels_is_fast) // threads §11.1 #2: a CPtr that ends at a non-CNode in a second CNode
{
    given_client_and_passive_server();
    as(root);
    cptr_t cnode = given_cnode(4), two_level = given_cnode(4), level_1 = new_slot();
    assert_ok(cnode_copy(PLACE(cnode, 3, 4), AT(endpoint), ALL_RIGHTS));
    assert_ok(cnode_copy(PLACE(two_level, 2, 4), AT(cnode), ALL_RIGHTS));
    assert_ok(cnode_mint(AT(level_1), AT(two_level), ALL_RIGHTS, guard_data(0, 56)));
    assert_ok(method(client->cap, TCBSetSpace, CAPS(NULL_CAP, level_1, VSPACE), 0, 0));
    as(client);
    assert_fast(sys_call(0x23, MESSAGE(7)));
    assert_runs(server);
}

// --------------------------------------------------------------------------------------- ReplyRecv

TEST(reply_recv_to_a_caller_on_its_context_is_fast) // threads §11.2
{
    given_server_with_a_caller();
    assert_fast(sys_reply_recv(endpoint, reply, MESSAGE(9, 5, 6)));
    assert_runs(client);
    assert_message(received(client), 0, 9, 5, 6);
    assert_state(server, THREAD_BLOCKED_ON_RECEIVE);
    assert_waiting(endpoint, server);
    assert_ptr_equal(client->tcb->sc, object_of(client->sc));
    assert_null(server->tcb->sc);
}

TEST(a_client_and_a_server_go_round_and_round) // threads §11
{
    given_server_with_a_caller();
    assert_fast(sys_reply_recv(endpoint, reply, MESSAGE(9, 5, 6)));
    assert_fast(sys_call(endpoint, MESSAGE(1, 2)));
    assert_fast(sys_reply_recv(endpoint, reply, MESSAGE(9, 7)));
    assert_message(received(client), 0, 9, 7);
}

TEST(reply_recv_with_five_words_takes_a_stamp) // threads §11.2 #1, FP-3
{
    given_server_with_a_caller();
    assert_stamped(sys_reply_recv(endpoint, reply, MESSAGE(9, 1, 2, 3, 4, 5)));
}

TEST(reply_recv_on_a_notification_is_slow) // threads §11.2 #2
{
    given_server_with_a_caller();
    cptr_t notification = given_notification();
    assert_slow(sys_reply_recv(notification, reply, MESSAGE(9)));
}

TEST(reply_recv_without_the_receive_right_is_slow) // threads §11.2 #2
{
    given_server_with_a_caller();
    cptr_t cap = given_copy(endpoint, WRITE | GRANT);
    assert_slow(sys_reply_recv(cap, reply, MESSAGE(9)));
}

TEST(reply_recv_with_something_that_is_no_reply_object_is_slow) // threads §11.2 #2
{
    given_server_with_a_caller();
    assert_slow(sys_reply_recv(endpoint, endpoint, MESSAGE(9)));
}

TEST(reply_recv_with_an_unresolvable_reply_object_is_slow) // threads §11.2 #2
{
    given_server_with_a_caller();
    assert_slow(sys_reply_recv(endpoint, UNRESOLVABLE, MESSAGE(9)));
}

TEST(reply_recv_with_an_active_bound_notification_is_slow) // threads §11.2 #3
{
    given_server_with_a_caller();
    cptr_t notification = given_notification();
    assert_ok(bind_notification(server, notification));
    sys_signal(given_minted(notification, ALL_RIGHTS, 3));
    assert_slow(sys_reply_recv(endpoint, reply, MESSAGE(9)));
    assert_int_equal(received(server).badge, 3);
}

TEST(reply_recv_with_an_idle_bound_notification_is_fast) // threads §11.2 #3
{
    given_server_with_a_caller();
    assert_ok(bind_notification(server, given_notification()));
    assert_fast(sys_reply_recv(endpoint, reply, MESSAGE(9)));
}

TEST(reply_recv_with_a_queued_sender_is_slow) // threads §11.2 #4
{
    const struct thread *second = given_thread();
    given_server_with_a_caller();
    as(second);
    sys_call(endpoint, MESSAGE(5));
    as(server);
    assert_slow(sys_reply_recv(endpoint, reply, MESSAGE(9)));
    assert_int_equal(received(server).label, 5);
}

TEST(reply_recv_with_a_free_reply_object_is_slow) // threads §11.2 #5
{
    given_server_with_a_caller();
    cptr_t free_reply = given_reply();
    assert_slow(sys_reply_recv(endpoint, free_reply, MESSAGE(9)));
    assert_state(client, THREAD_BLOCKED_ON_REPLY);
}

TEST(reply_recv_to_a_caller_outside_the_call_stack_is_slow) // threads §11.2 #5: a server with its own context
{
    client = given_thread(), server = given_thread(), endpoint = given_endpoint(), reply = given_reply();
    as(server);
    sys_recv(endpoint, reply);
    as(client);
    sys_call(endpoint, MESSAGE(1));
    as(server);
    assert_slow(sys_reply_recv(endpoint, reply, MESSAGE(9)));
    assert_state(client, THREAD_RUNNING);
}

static void given_client_that_faults_to_the_server(void)
{
    given_client_and_passive_server();
    as(root);
    assert_ok(set_fault_handler(client, endpoint));
    as(client);
}

TEST(reply_recv_to_a_faulting_thread_takes_a_stamp) // threads §11.2 #6, FP-3
{
    given_client_that_faults_to_the_server();
    vm_fault(0x30000000, false, 0x92000046);
    assert_runs(server);
    assert_stamped(sys_reply_recv(endpoint, reply, MESSAGE(0)));
    assert_runs(client);
}

TEST(reply_recv_to_a_caller_with_a_new_context_is_slow) // threads §11.2 #6, threads §12 #59
{
    given_server_with_a_caller();
    cptr_t sc = given_sc(10000, 10000);
    assert_ok(bind_sc(sc, client->cap));
    as(server);
    assert_slow(sys_reply_recv(endpoint, reply, MESSAGE(9)));
    assert_ptr_equal(server->tcb->sc, object_of(client->sc));
}

TEST(reply_recv_to_a_caller_without_a_live_vspace_is_slow) // threads §11.2 #6
{
    given_server_with_a_caller();
    cdt_remove(&client->tcb->slots[TCB_VSPACE]);
    assert_slow(sys_reply_recv(endpoint, reply, MESSAGE(9)));
}

TEST(reply_recv_while_somebody_above_the_caller_is_ready_is_slow) // threads §11.2 #7
{
    given_client_and_passive_server();
    as(root);
    assert_ok(set_priority(client, 100));
    const struct thread *between = given_thread_of_priority(150);
    cptr_t gate = given_notification();
    sys_wait(gate);
    as(between);
    sys_wait(given_notification());
    assert_runs(client);
    sys_call(endpoint, MESSAGE(1));
    assert_runs(server);
    assert_ok(resume(between));
    assert_slow(sys_reply_recv(endpoint, reply, MESSAGE(9)));
    assert_runs(between);
}

TEST(a_server_queues_behind_its_equals_on_the_fast_path) // threads §11.2 Effect
{
    const struct thread *other = given_thread();
    given_server_with_a_caller();
    cptr_t other_reply = given_reply();
    as(other);
    sys_recv(endpoint, other_reply);
    as(server);
    assert_fast(sys_reply_recv(endpoint, reply, MESSAGE(9)));
    assert_waiting(endpoint, other, server);
}

// ------------------------------------------------------------------------------------- other calls

TEST(other_system_calls_are_slow) // threads §11, TM-2
{
    given_client_and_passive_server();
    assert_slow(sys_nbwait(given_notification()));
    assert_slow(sys_send(endpoint, MESSAGE(7)));
}

TEST(fast_and_slow_path_end_in_the_same_state) // threads FP-1
{
    static struct kernel after_fast;
    given_client_and_passive_server();
    sys_call(endpoint, MESSAGE(7, 1, 2));
    after_fast = ks;
    struct tcb fast_client = *client->tcb, fast_server = *server->tcb;
    given_booted_system();
    given_client_and_passive_server();
    struct thread_regs *regs = &client->tcb->regs;
    regs->x[REG_CAP] = endpoint, regs->x[REG_INFO] = 7 << 12 | 2, regs->x[REG_SYSCALL] = (word_t)-1;
    regs->x[REG_REPLY] = regs->x[REG_DEST] = 0;
    regs->x[2] = 1, regs->x[3] = 2, regs->x[4] = 0xdead0002, regs->x[5] = 0xdead0003;
    regs->fault_pc = regs->pc, regs->pc += 4;
    core_syscall_slow();
    assert_memory_equal(&after_fast, &ks, sizeof ks);
    assert_memory_equal(&fast_client, client->tcb, sizeof fast_client);
    assert_memory_equal(&fast_server, server->tcb, sizeof fast_server);
}

// ------------------------------------------------------------------------------- long messages and time

TEST(a_long_call_arrives_whole) // objects §8
{
    given_client_and_passive_server();
    assert_stamped(sys_call(endpoint, MESSAGE(7, 1, 2, 3, 4, 5, 6)));
    assert_message(received(server), 0, 7, 1, 2, 3, 4, 5, 6);
}

TEST(a_long_reply_with_a_capability_is_slow) // threads §11.2 #1
{
    given_server_with_a_caller();
    assert_slow(sys_reply_recv(endpoint, reply, MESSAGE_WITH_CAPS(9, CAPS(endpoint), 1, 2)));
}

TEST(a_long_call_without_budget_is_slow) // threads FP-3, CH-3
{
    given_client_and_passive_server();
    wind_clock_us(9990);
    assert_slow(sys_call(endpoint, MESSAGE(7, 1, 2, 3, 4, 5)));
    assert_state(client, THREAD_RESTART);
}

TEST(a_long_call_when_a_sleeper_is_due_is_slow) // threads FP-3, §4.6
{
    given_client_and_passive_server();
    const struct thread *sleeper = given_thread();
    as(root);
    assert_ok(configure_sc(sleeper->sc, 1000, 5000, 0, 0, 0));
    as(sleeper);
    sys_yield();
    as(client);
    wind_clock_us(5000);
    assert_slow(sys_call(endpoint, MESSAGE(7, 1, 2, 3, 4, 5)));
}

// ------------------------------------------------------------------------------------ Signal and Send

TEST(a_signal_to_an_idle_notification_takes_a_stamp) // threads §11.3
{
    cptr_t idle = given_notification(), four = given_minted(idle, ALL_RIGHTS, 4);
    assert_stamped(sys_signal(four));
    assert_int_equal(((struct notification *)object_of(idle))->state, NOTIFICATION_ACTIVE);
    assert_int_equal(((struct notification *)object_of(idle))->word, 4);
}

TEST(a_signal_to_an_active_notification_takes_a_stamp) // threads §11.3
{
    cptr_t active = given_notification(), four = given_minted(active, ALL_RIGHTS, 4), one = given_minted(active, ALL_RIGHTS, 1);
    sys_signal(four);
    assert_stamped(sys_signal(one));
    assert_int_equal(((struct notification *)object_of(active))->word, 5);
}

TEST(an_nbsend_to_a_notification_takes_a_stamp) // threads §11.3, FP-3
{
    cptr_t idle = given_notification();
    assert_stamped(sys_nbsend(idle, MESSAGE(0)));
    assert_int_equal(((struct notification *)object_of(idle))->state, NOTIFICATION_ACTIVE);
}

TEST(a_signal_without_the_send_right_is_slow) // threads §11.3
{
    cptr_t read_only = given_copy(given_notification(), READ);
    assert_slow(sys_signal(read_only));
}

TEST(a_signal_to_an_unresolvable_address_is_slow) // threads §11.3
{
    assert_slow(sys_nbsend(UNRESOLVABLE, MESSAGE(0)));
}

TEST(a_signal_to_a_bound_thread_that_receives_is_slow) // threads §11.3
{
    const struct thread *bound = given_thread();
    cptr_t bell = given_notification(), port = given_endpoint();
    assert_ok(bind_notification(bound, bell));
    as(bound), sys_wait(port);
    as(root);
    assert_slow(sys_signal(bell));
}

TEST(a_signal_with_a_bound_thread_that_runs_takes_a_stamp) // threads §11.3
{
    cptr_t bell = given_notification();
    assert_ok(bind_notification(root, bell));
    assert_stamped(sys_signal(bell));
}

TEST(a_signal_to_a_waiter_of_equal_priority_takes_a_stamp_and_switches_to_nobody) // threads §11.3
{
    const struct thread *equal = given_thread();
    cptr_t bell = given_notification();
    as(equal), sys_wait(bell);
    as(root);
    assert_stamped(sys_signal(bell));
    assert_runs(root);
    assert_state(equal, THREAD_RUNNING);
}

TEST(a_signal_to_a_waiter_of_lower_priority_takes_a_stamp_and_switches_to_nobody) // threads §11.3
{
    const struct thread *low = given_thread();
    cptr_t bell = given_notification();
    as(low), sys_wait(bell);
    as(root);
    assert_ok(set_priority(low, 50));
    assert_stamped(sys_signal(bell));
    assert_runs(root);
    assert_state(low, THREAD_RUNNING);
}

TEST(a_signal_to_a_waiter_of_higher_priority_takes_a_stamp_and_switches) // threads FP-3
{
    const struct thread *low = given_thread_of_priority(50);
    cptr_t bell = given_notification();
    sys_wait(bell);
    assert_runs(low);
    assert_stamped(sys_signal(bell));
    assert_runs(root);
    assert_state(low, THREAD_RUNNING);
}

TEST(a_signal_to_a_waiter_without_a_scheduling_context_is_slow) // threads §11.3
{
    const struct thread *passive = given_thread();
    cptr_t bell = given_notification();
    as(passive), sys_wait(bell);
    as(root);
    assert_ok(unbind_object(passive->sc, passive->cap));
    assert_slow(sys_signal(bell));
}

TEST(a_signal_to_a_waiter_on_a_sporadic_context_is_slow) // objects §0.5
{
    const struct thread *sporadic = given_thread();
    cptr_t bell = given_notification();
    assert_ok(configure_sc(sporadic->sc, 1000, 5000, 0, 0, seL4_SchedContext_Sporadic));
    as(sporadic), sys_wait(bell);
    as(root);
    assert_slow(sys_signal(bell));
}

TEST(a_signal_with_a_capability_is_slow) // objects §11.4
{
    cptr_t bell = given_notification();
    assert_slow(sys_send(bell, MESSAGE_WITH_CAPS(0, CAPS(bell), )));
}

TEST(a_send_to_a_receiver_of_higher_priority_takes_a_stamp_and_switches) // threads FP-3
{
    const struct thread *low = given_thread_of_priority(50);
    cptr_t port = given_endpoint();
    sys_wait(port);
    assert_runs(low);
    assert_stamped(sys_send(port, MESSAGE(7, 1, 2)));
    assert_runs(root);
    assert_message(received(root), 0, 7, 1, 2);
}

TEST(a_send_to_a_receiver_of_equal_priority_takes_a_stamp_and_frees_its_reply_object) // threads FP-3, objects §7.3
{
    const struct thread *equal = given_thread();
    cptr_t port = given_endpoint(), answer = given_reply();
    as(equal), sys_recv(port, answer);
    as(root);
    assert_stamped(sys_nbsend(port, MESSAGE(7, 1)));
    assert_runs(root);
    assert_message(received(equal), 0, 7, 1);
    assert_null(((struct reply *)object_of(answer))->thread);
}

TEST(a_send_to_nobody_is_slow) // threads §11
{
    assert_slow(sys_nbsend(given_endpoint(), MESSAGE(7)));
}

TEST(a_send_of_five_words_is_slow) // threads §11
{
    const struct thread *equal = given_thread();
    cptr_t port = given_endpoint();
    as(equal), sys_wait(port);
    as(root);
    assert_slow(sys_nbsend(port, MESSAGE(7, 1, 2, 3, 4, 5)));
}

TEST(a_send_without_the_send_right_is_slow) // threads §11
{
    const struct thread *equal = given_thread();
    cptr_t port = given_endpoint(), read_only = given_copy(port, READ);
    as(equal), sys_wait(port);
    as(root);
    assert_slow(sys_nbsend(read_only, MESSAGE(7)));
}

// --------------------------------------------------------------------------------------------- faults

TEST(a_fault_to_a_waiting_passive_handler_takes_a_stamp) // threads FP-3, §7.2
{
    given_client_that_faults_to_the_server();
    assert_stamped(vm_fault(0x30000000, true, 0x92000046));
    assert_runs(server);
    assert_message(received(server), 0, seL4_Fault_VMFault, client->tcb->regs.fault_pc, 0x30000000, 1, 0x92000046);
    assert_state(client, THREAD_BLOCKED_ON_REPLY);
}

TEST(a_fault_without_a_handler_is_slow) // threads FLT-6
{
    given_client_and_passive_server();
    assert_slow(vm_fault(0x30000000, false, 0x92000046));
    assert_state(client, THREAD_INACTIVE);
}

TEST(a_fault_to_a_handler_that_does_not_wait_is_slow) // threads §7.2
{
    given_client_that_faults_to_the_server();
    sys_call(endpoint, MESSAGE(0));
    assert_runs(server);
    as(root);
    const struct thread *other = given_thread();
    assert_ok(set_fault_handler(other, endpoint));
    as(other);
    assert_slow(vm_fault(0x30000000, false, 0x92000046));
    assert_state(other, THREAD_BLOCKED_ON_SEND);
}

TEST(a_reply_that_does_not_restart_the_faulting_thread_is_slow) // threads §7.5
{
    given_client_that_faults_to_the_server();
    user_exception(0x02000000);
    assert_runs(server);
    assert_slow(sys_reply_recv(endpoint, reply, MESSAGE(1)));
    assert_state(client, THREAD_INACTIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(call_to_a_waiting_passive_server_is_fast),
        RUN(a_fast_call_writes_no_register_beyond_the_length),
        RUN(a_fast_call_hides_the_senders_cap_fields),
        RUN(a_fast_call_delivers_the_badge),
        RUN(call_with_grant_reply_only_is_fast),
        RUN(call_with_five_words_takes_a_stamp),
        RUN(call_with_a_capability_is_slow),
        RUN(call_on_an_unresolvable_address_is_slow),
        RUN(call_on_another_object_is_slow),
        RUN(call_without_the_send_right_is_slow),
        RUN(call_without_a_waiting_receiver_is_slow),
        RUN(call_to_a_server_without_a_live_vspace_is_slow),
        RUN(call_to_a_lower_server_while_somebody_between_is_ready_is_slow),
        RUN(call_to_a_lower_server_is_fast_if_nobody_is_between),
        RUN(call_without_grant_or_grant_reply_is_slow),
        RUN(call_to_a_server_with_its_own_context_is_slow),
        RUN(call_to_a_server_without_a_reply_object_is_slow),
        RUN(call_through_two_levels_is_fast),
        RUN(reply_recv_to_a_caller_on_its_context_is_fast),
        RUN(a_client_and_a_server_go_round_and_round),
        RUN(reply_recv_with_five_words_takes_a_stamp),
        RUN(reply_recv_on_a_notification_is_slow),
        RUN(reply_recv_without_the_receive_right_is_slow),
        RUN(reply_recv_with_something_that_is_no_reply_object_is_slow),
        RUN(reply_recv_with_an_unresolvable_reply_object_is_slow),
        RUN(reply_recv_with_an_active_bound_notification_is_slow),
        RUN(reply_recv_with_an_idle_bound_notification_is_fast),
        RUN(reply_recv_with_a_queued_sender_is_slow),
        RUN(reply_recv_with_a_free_reply_object_is_slow),
        RUN(reply_recv_to_a_caller_outside_the_call_stack_is_slow),
        RUN(reply_recv_to_a_faulting_thread_takes_a_stamp),
        RUN(reply_recv_to_a_caller_with_a_new_context_is_slow),
        RUN(reply_recv_to_a_caller_without_a_live_vspace_is_slow),
        RUN(reply_recv_while_somebody_above_the_caller_is_ready_is_slow),
        RUN(a_server_queues_behind_its_equals_on_the_fast_path),
        RUN(other_system_calls_are_slow),
        RUN(fast_and_slow_path_end_in_the_same_state),
        RUN(a_long_call_arrives_whole),
        RUN(a_long_reply_with_a_capability_is_slow),
        RUN(a_long_call_without_budget_is_slow),
        RUN(a_long_call_when_a_sleeper_is_due_is_slow),
        RUN(a_signal_to_an_idle_notification_takes_a_stamp),
        RUN(a_signal_to_an_active_notification_takes_a_stamp),
        RUN(an_nbsend_to_a_notification_takes_a_stamp),
        RUN(a_signal_without_the_send_right_is_slow),
        RUN(a_signal_to_an_unresolvable_address_is_slow),
        RUN(a_signal_to_a_bound_thread_that_receives_is_slow),
        RUN(a_signal_with_a_bound_thread_that_runs_takes_a_stamp),
        RUN(a_signal_to_a_waiter_of_equal_priority_takes_a_stamp_and_switches_to_nobody),
        RUN(a_signal_to_a_waiter_of_lower_priority_takes_a_stamp_and_switches_to_nobody),
        RUN(a_signal_to_a_waiter_of_higher_priority_takes_a_stamp_and_switches),
        RUN(a_signal_to_a_waiter_without_a_scheduling_context_is_slow),
        RUN(a_signal_to_a_waiter_on_a_sporadic_context_is_slow),
        RUN(a_signal_with_a_capability_is_slow),
        RUN(a_send_to_a_receiver_of_higher_priority_takes_a_stamp_and_switches),
        RUN(a_send_to_a_receiver_of_equal_priority_takes_a_stamp_and_frees_its_reply_object),
        RUN(a_send_to_nobody_is_slow),
        RUN(a_send_of_five_words_is_slow),
        RUN(a_send_without_the_send_right_is_slow),
        RUN(a_fault_to_a_waiting_passive_handler_takes_a_stamp),
        RUN(a_fault_without_a_handler_is_slow),
        RUN(a_fault_to_a_handler_that_does_not_wait_is_slow),
        RUN(a_reply_that_does_not_restart_the_faulting_thread_is_slow),
    };
    return RUN_ALL("fastpath", tests);
}
