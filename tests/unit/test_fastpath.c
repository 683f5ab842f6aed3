// SPDX-License-Identifier: BSD-2-Clause
//
// The IPC fast path (threads §11): that it is taken, that it ends in the same state as the slow path, and each condition
// that must divert to the slow path.
//
// The slow path reads the clock, the fast path does not: after the clock was wound, ks.now tells which one it was.
#include "core/fastpath.h"
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

// One system call, a microsecond after the last entry.
#define assert_fast(call) assert_path(true, (wind_clock_us(1), harness_now = ks.now, (void)(call), ks.now == harness_now), HERE)
#define assert_slow(call) assert_path(false, (wind_clock_us(1), harness_now = ks.now, (void)(call), ks.now == harness_now), HERE)
static ticks_t harness_now;

static void assert_path(bool expected, bool is_fast, const char *file, int line)
{
    if (is_fast != expected) {
        print_error("expected the %s path\n", expected ? "fast" : "slow");
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

TEST(call_with_five_words_is_slow) // threads §11.1 #1
{
    given_client_and_passive_server();
    assert_slow(sys_call(endpoint, MESSAGE(7, 1, 2, 3, 4, 5)));
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

TEST(reply_recv_with_five_words_is_slow) // threads §11.2 #1
{
    given_server_with_a_caller();
    assert_slow(sys_reply_recv(endpoint, reply, MESSAGE(9, 1, 2, 3, 4, 5)));
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

TEST(reply_recv_to_a_faulting_thread_is_slow) // threads §11.2 #6
{
    given_client_and_passive_server();
    as(root);
    assert_ok(set_fault_handler(client, endpoint));
    as(client);
    vm_fault(0x30000000, false, 0x92000046);
    assert_runs(server);
    assert_slow(sys_reply_recv(endpoint, reply, MESSAGE(0)));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(call_to_a_waiting_passive_server_is_fast),
        RUN(a_fast_call_writes_no_register_beyond_the_length),
        RUN(a_fast_call_hides_the_senders_cap_fields),
        RUN(a_fast_call_delivers_the_badge),
        RUN(call_with_grant_reply_only_is_fast),
        RUN(call_with_five_words_is_slow),
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
        RUN(reply_recv_with_five_words_is_slow),
        RUN(reply_recv_on_a_notification_is_slow),
        RUN(reply_recv_without_the_receive_right_is_slow),
        RUN(reply_recv_with_something_that_is_no_reply_object_is_slow),
        RUN(reply_recv_with_an_unresolvable_reply_object_is_slow),
        RUN(reply_recv_with_an_active_bound_notification_is_slow),
        RUN(reply_recv_with_an_idle_bound_notification_is_fast),
        RUN(reply_recv_with_a_queued_sender_is_slow),
        RUN(reply_recv_with_a_free_reply_object_is_slow),
        RUN(reply_recv_to_a_caller_outside_the_call_stack_is_slow),
        RUN(reply_recv_to_a_faulting_thread_is_slow),
        RUN(reply_recv_to_a_caller_with_a_new_context_is_slow),
        RUN(reply_recv_to_a_caller_without_a_live_vspace_is_slow),
        RUN(reply_recv_while_somebody_above_the_caller_is_ready_is_slow),
        RUN(a_server_queues_behind_its_equals_on_the_fast_path),
        RUN(other_system_calls_are_slow),
        RUN(fast_and_slow_path_end_in_the_same_state),
    };
    return RUN_ALL("fastpath", tests);
}
