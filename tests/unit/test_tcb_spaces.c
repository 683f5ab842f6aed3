// SPDX-License-Identifier: BSD-2-Clause
//
// TCB methods on spaces, buffers and handlers: Configure, SetSpace, SetIPCBuffer, SetTimeoutEndpoint (threads §1.2, §2.2).
#include "tests/unit/threads.h"

#define configure(thread, cspace_data, vspace_data, buffer, ...) \
    method((thread)->cap, TCBConfigure, CAPS(__VA_ARGS__), cspace_data, vspace_data, buffer)
#define set_space(thread, cspace_data, vspace_data, ...) \
    method((thread)->cap, TCBSetSpace, CAPS(__VA_ARGS__), cspace_data, vspace_data)
#define assert_tcb_slot(thread, which, kind) assert_int_equal(cap_kind((thread)->tcb->slots[which].cap), kind_##kind)

static cptr_t given_untyped_with_a_child(void)
{
    cptr_t untyped = given_untyped(12);
    assert_ok(retype_to(untyped, seL4_EndpointObject, 0, new_slot()));
    return untyped;
}

static cptr_t given_device_frame(void)
{
    cptr_t frame = new_slot();
    assert_ok(retype_to(given_device_untyped(20), seL4_ARM_SmallPageObject, 0, frame));
    return frame;
}

static cptr_t given_vspace(void)
{
    cptr_t vspace = given_object(seL4_ARM_VSpaceObject, 0);
    assert_ok(method(ASID_POOL, ARMASIDPoolAssign, CAPS(vspace), ));
    return vspace;
}

// A thread whose TCB holds the last capability to a CNode.
static const struct thread *given_thread_with_the_last_cap_to_its_cspace(void)
{
    const struct thread *a = given_inactive_thread();
    cptr_t cnode = given_cnode(4);
    assert_ok(set_space(a, 0, 0, NULL_CAP, cnode, VSPACE));
    assert_ok(cnode_delete(AT(cnode)));
    return a;
}

// --------------------------------------------------------------------------------------- Configure

TEST(configure_needs_three_words) // threads §2.2 Configure 1
{
    const struct thread *a = given_inactive_thread();
    assert_refused(method(a->cap, TCBConfigure, CAPS(CNODE, VSPACE, BUFFER_FRAME), 0, 0), seL4_TruncatedMessage);
}

TEST(configure_needs_three_capabilities) // threads §2.2 Configure 1
{
    const struct thread *a = given_inactive_thread();
    assert_refused(configure(a, 0, 0, 0, CNODE, VSPACE), seL4_TruncatedMessage);
}

TEST(configure_without_a_buffer_of_its_own_has_no_capabilities) // threads I-5
{
    const struct thread *a = given_inactive_thread();
    assert_ok(set_buffer(root, 0, NULL_CAP));
    assert_refused(configure(a, 0, 0, 0, CNODE, VSPACE, NULL_CAP), seL4_TruncatedMessage);
}

TEST(configure_hands_on_why_the_buffer_cannot_be_derived) // threads §2.2 Configure 2
{
    const struct thread *a = given_inactive_thread();
    cptr_t untyped = given_untyped_with_a_child();
    assert_refused(configure(a, 0, 0, 0x1000, CNODE, VSPACE, untyped), seL4_RevokeFirst);
}

TEST(configure_refuses_an_unmapped_page_table_as_buffer) // threads §2.2 Configure 2
{
    const struct thread *a = given_inactive_thread();
    cptr_t table = given_object(seL4_ARM_PageTableObject, 0);
    assert_refused(configure(a, 0, 0, 0x1000, CNODE, VSPACE, table), seL4_IllegalOperation);
}

TEST(configure_refuses_a_buffer_that_is_no_frame) // threads §2.2 Configure 2
{
    const struct thread *a = given_inactive_thread();
    assert_refused(configure(a, 0, 0, 0x1000, CNODE, VSPACE, CNODE), seL4_IllegalOperation);
}

TEST(configure_refuses_an_empty_slot_as_buffer) // threads §2.2 Configure 2, I-5
{
    const struct thread *a = given_inactive_thread();
    assert_refused(configure(a, 0, 0, 0x1000, CNODE, VSPACE, NULL_CAP), seL4_IllegalOperation);
}

TEST(configure_refuses_device_memory_as_buffer) // threads §2.2 Configure 2
{
    const struct thread *a = given_inactive_thread();
    cptr_t frame = given_device_frame();
    assert_refused(configure(a, 0, 0, 0x1000, CNODE, VSPACE, frame), seL4_IllegalOperation);
}

TEST(configure_refuses_a_misaligned_buffer) // threads §2.2 Configure 2
{
    const struct thread *a = given_inactive_thread();
    cptr_t frame = given_frame();
    assert_refused(configure(a, 0, 0, 0x1200, CNODE, VSPACE, frame), seL4_AlignmentError);
}

TEST(configure_wants_a_frame_before_it_wants_alignment) // threads §12 #26
{
    const struct thread *a = given_inactive_thread();
    assert_refused(configure(a, 0, 0, 0x1001, CNODE, VSPACE, CNODE), seL4_IllegalOperation);
}

TEST(configure_wants_ram_before_it_wants_alignment) // threads §12 #26
{
    const struct thread *a = given_inactive_thread();
    cptr_t frame = given_device_frame();
    assert_refused(configure(a, 0, 0, 0x1001, CNODE, VSPACE, frame), seL4_IllegalOperation);
}

TEST(configure_refuses_to_drop_the_last_capability_to_a_cnode) // threads §12 #27
{
    const struct thread *a = given_thread_with_the_last_cap_to_its_cspace();
    assert_refused(configure(a, 0, 0, 0, CNODE, VSPACE, NULL_CAP), seL4_IllegalOperation);
}

TEST(configure_looks_at_the_buffer_before_the_last_capability) // threads §2.2 Configure 2, 3
{
    const struct thread *a = given_thread_with_the_last_cap_to_its_cspace();
    cptr_t frame = given_frame();
    assert_refused(configure(a, 0, 0, 0x1001, CNODE, VSPACE, frame), seL4_AlignmentError);
}

TEST(configure_looks_at_the_last_capability_before_the_new_cspace) // threads §2.2 Configure 3, 4
{
    const struct thread *a = given_thread_with_the_last_cap_to_its_cspace();
    cptr_t untyped = given_untyped_with_a_child();
    assert_refused(configure(a, 0, 0, 0, untyped, VSPACE, NULL_CAP), seL4_IllegalOperation);
}

TEST(configure_refuses_a_cspace_that_is_no_cnode) // threads §2.2 Configure 4
{
    const struct thread *a = given_inactive_thread();
    assert_refused(configure(a, 0, 0, 0, VSPACE, VSPACE, NULL_CAP), seL4_IllegalOperation);
}

TEST(configure_refuses_no_cspace) // threads §2.2 Configure 4
{
    const struct thread *a = given_inactive_thread();
    assert_refused(configure(a, 0, 0, 0, NULL_CAP, VSPACE, NULL_CAP), seL4_IllegalOperation);
}

TEST(configure_hands_on_why_the_cspace_cannot_be_derived) // threads §2.2 Configure 4
{
    const struct thread *a = given_inactive_thread();
    cptr_t untyped = given_untyped_with_a_child();
    assert_refused(configure(a, 0, 0, 0, untyped, VSPACE, NULL_CAP), seL4_RevokeFirst);
}

TEST(configure_refuses_a_guard_that_does_not_fit_the_cnode) // threads §2.2 Configure 4: the capability becomes null
{
    const struct thread *a = given_inactive_thread();
    cptr_t cnode = given_cnode(4);
    assert_refused(configure(a, guard_data(0, 61), 0, 0, cnode, VSPACE, NULL_CAP), seL4_IllegalOperation);
}

TEST(configure_refuses_a_vspace_that_is_none) // threads §2.2 Configure 5
{
    const struct thread *a = given_inactive_thread();
    assert_refused(configure(a, 0, 0, 0, CNODE, CNODE, NULL_CAP), seL4_IllegalOperation);
}

TEST(configure_refuses_no_vspace) // threads §2.2 Configure 5
{
    const struct thread *a = given_inactive_thread();
    assert_refused(configure(a, 0, 0, 0, CNODE, NULL_CAP, NULL_CAP), seL4_IllegalOperation);
}

TEST(configure_refuses_a_vspace_without_an_asid) // threads §2.2 Configure 5
{
    const struct thread *a = given_inactive_thread();
    cptr_t vspace = given_object(seL4_ARM_VSpaceObject, 0);
    assert_refused(configure(a, 0, 0, 0, CNODE, vspace, NULL_CAP), seL4_IllegalOperation);
}

TEST(configure_hands_on_why_the_vspace_cannot_be_derived) // threads §2.2 Configure 5
{
    const struct thread *a = given_inactive_thread();
    cptr_t untyped = given_untyped_with_a_child();
    assert_refused(configure(a, 0, 0, 0, CNODE, untyped, NULL_CAP), seL4_RevokeFirst);
}

TEST(configure_looks_at_the_cspace_before_the_vspace) // threads §2.2 Configure 4, 5
{
    const struct thread *a = given_inactive_thread();
    cptr_t untyped = given_untyped_with_a_child();
    assert_refused(configure(a, 0, 0, 0, NULL_CAP, untyped, NULL_CAP), seL4_IllegalOperation);
}

TEST(configure_installs_the_three_capabilities) // threads §2.2 Configure 6, TCB-4
{
    const struct thread *a = given_inactive_thread();
    cptr_t cnode = given_cnode(4), vspace = given_vspace(), frame = given_frame();
    assert_ok(configure(a, guard_data(5, 60), 1, 0x5400, cnode, vspace, frame));
    assert_int_equal(cnode_cap_object(a->tcb->slots[TCB_CSPACE].cap), cnode_cap_object(cap_of(cnode)));
    assert_int_equal(cnode_cap_guard(a->tcb->slots[TCB_CSPACE].cap), 5);
    assert_int_equal(cnode_cap_guard_size(a->tcb->slots[TCB_CSPACE].cap), 60);
    assert_int_equal(vspace_cap_base(a->tcb->slots[TCB_VSPACE].cap), vspace_cap_base(cap_of(vspace)));
    assert_int_equal(frame_cap_base(a->tcb->slots[TCB_BUFFER].cap), frame_cap_base(cap_of(frame)));
    assert_int_equal(a->tcb->buffer_address, 0x5400);
}

TEST(configure_with_guard_data_zero_keeps_the_guard) // threads §2.2 Configure 4
{
    const struct thread *a = given_inactive_thread();
    assert_ok(configure(a, 0, 0, 0, CNODE, VSPACE, NULL_CAP));
    assert_int_equal(cnode_cap_guard_size(a->tcb->slots[TCB_CSPACE].cap), 64 - ROOT_CNODE_RADIX);
}

TEST(configure_stores_the_buffer_as_an_unmapped_copy) // threads TCB-4
{
    const struct thread *a = given_inactive_thread();
    assert_int_not_equal(frame_cap_asid(cap_of(BUFFER_FRAME)), 0);
    assert_ok(configure(a, 0, 0, 0x1000, CNODE, VSPACE, BUFFER_FRAME));
    assert_int_equal(frame_cap_asid(a->tcb->slots[TCB_BUFFER].cap), 0);
}

TEST(configure_with_buffer_zero_ignores_the_frame_capability) // threads §12 #25
{
    const struct thread *a = given_inactive_thread();
    cptr_t untyped = given_untyped_with_a_child();
    assert_ok(configure(a, 0, 0, 0, CNODE, VSPACE, untyped));
    assert_tcb_slot(a, TCB_BUFFER, null);
    assert_int_equal(a->tcb->buffer_address, 0);
}

TEST(configure_leaves_the_handlers) // threads §12 #21
{
    const struct thread *a = given_inactive_thread();
    cptr_t endpoint = given_endpoint();
    assert_ok(set_fault_handler(a, endpoint));
    assert_ok(set_timeout_handler(a, endpoint));
    assert_ok(configure(a, 0, 0, 0, CNODE, VSPACE, NULL_CAP));
    assert_tcb_slot(a, TCB_FAULT_HANDLER, endpoint);
    assert_tcb_slot(a, TCB_TIMEOUT_HANDLER, endpoint);
}

TEST(configure_of_oneself_switches_the_address_space_at_once) // threads §12 #28
{
    cptr_t vspace = given_vspace();
    fake_forget_calls();
    assert_ok(configure(root, 0, 0, root->tcb->buffer_address, CNODE, vspace, BUFFER_FRAME));
    assert_runs(root);
    assert_int_equal(fake.vspace_root, vspace_cap_base(cap_of(vspace)));
}

TEST(configure_leaves_a_blocked_thread_blocked) // threads §2.6
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint();
    as(a);
    sys_wait(endpoint);
    assert_ok(configure(a, 0, 0, 0, CNODE, VSPACE, NULL_CAP));
    assert_waiting(endpoint, a);
}

// ---------------------------------------------------------------------------------------- SetSpace

TEST(set_space_needs_two_words) // threads §2.2 SetSpace 1
{
    const struct thread *a = given_inactive_thread();
    assert_refused(method(a->cap, TCBSetSpace, CAPS(NULL_CAP, CNODE, VSPACE), 0), seL4_TruncatedMessage);
}

TEST(set_space_needs_three_capabilities) // threads §2.2 SetSpace 1
{
    const struct thread *a = given_inactive_thread();
    assert_refused(set_space(a, 0, 0, NULL_CAP, CNODE), seL4_TruncatedMessage);
}

TEST(set_space_refuses_to_drop_the_last_capability_to_a_cnode) // threads §12 #27
{
    const struct thread *a = given_thread_with_the_last_cap_to_its_cspace();
    assert_refused(set_space(a, 0, 0, NULL_CAP, CNODE, VSPACE), seL4_IllegalOperation);
}

TEST(set_space_refuses_to_drop_a_cnode_that_is_being_taken_apart) // threads §2.2 Configure 3: zombie
{
    const struct thread *a = given_inactive_thread();
    cptr_t untyped = given_untyped(14), cnode = new_slot();
    assert_ok(retype_to(untyped, seL4_CapTableObject, 8, cnode));
    assert_ok(set_space(a, 0, 0, NULL_CAP, cnode, VSPACE));
    assert_ok(cnode_delete(AT(cnode)));
    root_sleeps();
    root_wakes(); // the line is disabled until acknowledged
    assert_ok(method(bell_handler, IRQAckIRQ, CAPS(), ));
    fake_irq_raise(BELL_IRQ);
    (void)cnode_revoke(AT(untyped));
    assert_tcb_slot(a, TCB_CSPACE, zombie);
    assert_refused(set_space(a, 0, 0, NULL_CAP, CNODE, VSPACE), seL4_IllegalOperation);
}

TEST(set_space_looks_at_the_last_capability_before_the_new_ones) // threads §2.2 SetSpace 2, 3
{
    const struct thread *a = given_thread_with_the_last_cap_to_its_cspace();
    cptr_t untyped = given_untyped_with_a_child();
    assert_refused(set_space(a, 0, 0, CNODE, untyped, untyped), seL4_IllegalOperation);
}

TEST(set_space_refuses_a_cspace_that_is_no_cnode) // threads §2.2 SetSpace 3
{
    const struct thread *a = given_inactive_thread();
    assert_refused(set_space(a, 0, 0, NULL_CAP, VSPACE, VSPACE), seL4_IllegalOperation);
}

TEST(set_space_refuses_a_vspace_that_is_none) // threads §2.2 SetSpace 4
{
    const struct thread *a = given_inactive_thread();
    assert_refused(set_space(a, 0, 0, NULL_CAP, CNODE, CNODE), seL4_IllegalOperation);
}

TEST(set_space_refuses_an_unsuitable_handler) // threads §2.2 SetSpace 5
{
    const struct thread *a = given_inactive_thread();
    assert_refused(set_space(a, 0, 0, CNODE, CNODE, VSPACE), seL4_InvalidCapability, 1);
}

TEST(set_space_looks_at_the_handler_last) // threads §12 #22
{
    const struct thread *a = given_inactive_thread();
    cptr_t untyped = given_untyped_with_a_child();
    assert_refused(set_space(a, 0, 0, CNODE, CNODE, untyped), seL4_RevokeFirst);
}

TEST(set_space_looks_at_the_cspace_before_the_vspace) // threads §2.2 SetSpace 3, 4
{
    const struct thread *a = given_inactive_thread();
    cptr_t untyped = given_untyped_with_a_child();
    assert_refused(set_space(a, 0, 0, CNODE, untyped, NULL_CAP), seL4_RevokeFirst);
}

TEST(set_space_installs_handler_cspace_and_vspace) // threads §2.2 SetSpace 6, §12 #21
{
    const struct thread *a = given_inactive_thread();
    cptr_t handler = given_minted(given_endpoint(), WRITE | GRANT, 77), cnode = given_cnode(4), vspace = given_vspace();
    assert_ok(set_space(a, guard_data(0, 60), 0, handler, cnode, vspace));
    assert_int_equal(endpoint_cap_badge(a->tcb->slots[TCB_FAULT_HANDLER].cap), 77);
    assert_int_equal(cnode_cap_object(a->tcb->slots[TCB_CSPACE].cap), cnode_cap_object(cap_of(cnode)));
    assert_int_equal(vspace_cap_base(a->tcb->slots[TCB_VSPACE].cap), vspace_cap_base(cap_of(vspace)));
    assert_tcb_slot(a, TCB_BUFFER, frame);
}

TEST(set_space_with_a_null_handler_clears_it) // threads §2.2 SetSpace 6
{
    const struct thread *a = given_inactive_thread();
    assert_ok(set_fault_handler(a, given_endpoint()));
    assert_ok(set_fault_handler(a, NULL_CAP));
    assert_tcb_slot(a, TCB_FAULT_HANDLER, null);
}

TEST(set_space_of_oneself_switches_the_address_space_only_at_the_next_thread_switch) // threads §12 #28
{
    cptr_t vspace = given_vspace();
    paddr_t old = fake.vspace_root;
    assert_ok(set_space(root, 0, 0, NULL_CAP, CNODE, vspace));
    assert_int_equal(fake.vspace_root, old);
    sys_yield();
    assert_int_equal(fake.vspace_root, vspace_cap_base(cap_of(vspace)));
}

TEST(a_new_cspace_of_oneself_is_in_force_at_once) // threads §2.2 SetSpace 6
{
    const struct thread *a = given_thread();
    cptr_t cnode = given_cnode(4);
    assert_ok(cnode_copy(PLACE(cnode, 3, 4), AT(a->cap), ALL_RIGHTS));
    as(a);
    assert_ok(set_space(a, guard_data(0, 60), 0, NULL_CAP, cnode, VSPACE));
    assert_ok(method(3, TCBSetTLSBase, CAPS(), 5));
    assert_int_equal(a->tcb->regs.tpidr_el0, 5);
}

TEST(replacing_the_last_capability_to_an_endpoint_destroys_it) // threads SP-1
{
    const struct thread *a = given_inactive_thread(), *b = given_thread();
    cptr_t endpoint = given_endpoint();
    as(b);
    sys_send(endpoint, MESSAGE(1));
    assert_ok(set_fault_handler(a, endpoint));
    assert_ok(cnode_delete(AT(endpoint)));
    assert_state(b, THREAD_BLOCKED_ON_SEND);
    assert_ok(set_fault_handler(a, NULL_CAP));
    assert_state(b, THREAD_RESTART);
}

TEST(revoking_a_handlers_parent_empties_the_slot_of_the_tcb) // threads §1.1
{
    const struct thread *a = given_inactive_thread();
    cptr_t endpoint = given_endpoint();
    assert_ok(set_fault_handler(a, given_minted(endpoint, ALL_RIGHTS, 1)));
    assert_ok(cnode_revoke(AT(endpoint)));
    assert_tcb_slot(a, TCB_FAULT_HANDLER, null);
}

// ------------------------------------------------------------------------------------ SetIPCBuffer

TEST(set_ipc_buffer_needs_a_word) // threads §2.2 SetIPCBuffer
{
    assert_refused(method(root->cap, TCBSetIPCBuffer, CAPS(BUFFER_FRAME), ), seL4_TruncatedMessage);
}

TEST(set_ipc_buffer_needs_a_capability) // threads §2.2 SetIPCBuffer
{
    assert_refused(method(root->cap, TCBSetIPCBuffer, CAPS(), 0x1000), seL4_TruncatedMessage);
}

TEST(set_ipc_buffer_refuses_what_is_no_frame) // threads §2.2 SetIPCBuffer
{
    assert_refused(set_buffer(root, 0x1000, CNODE), seL4_IllegalOperation);
}

TEST(set_ipc_buffer_refuses_device_memory) // threads §2.2 SetIPCBuffer
{
    cptr_t frame = given_device_frame();
    assert_refused(set_buffer(root, 0x1000, frame), seL4_IllegalOperation);
}

TEST(set_ipc_buffer_refuses_a_misaligned_address) // threads §2.2 SetIPCBuffer
{
    assert_refused(set_buffer(root, 0x1008, BUFFER_FRAME), seL4_AlignmentError);
}

TEST(set_ipc_buffer_hands_on_why_it_cannot_be_derived) // threads §2.2 SetIPCBuffer
{
    cptr_t untyped = given_untyped_with_a_child();
    assert_refused(set_buffer(root, 0x1001, untyped), seL4_RevokeFirst);
}

TEST(the_buffer_is_found_at_its_address_modulo_the_frames_size) // threads TCB-3
{
    const struct thread *a = given_inactive_thread();
    cptr_t frame = given_frame();
    assert_ok(set_buffer(root, 0xfffff400, frame));
    (void)read_registers(a, 0, 5);
    word_t *words = (word_t *)object_of(frame) + 0x400 / 8;
    assert_int_equal(words[BUFFER_MESSAGE + 4], a->tcb->regs.x[1]);
}

TEST(a_read_only_buffer_serves_for_sending_but_not_for_receiving) // threads TCB-3
{
    const struct thread *a = given_inactive_thread();
    assert_ok(set_buffer(root, 0x1000, given_copy(given_frame(), READ)));
    assert_ok(write_registers(a, 0, 4, 0x10, 0x11, 0, 0x44));
    assert_int_equal(a->tcb->regs.x[0], 0x44);
    assert_answer(read_registers(a, 0, 36), 0x10, 0x11, SPSR_USER, 0x44);
}

TEST(a_buffer_without_rights_is_none) // threads TCB-3
{
    const struct thread *a = given_inactive_thread();
    assert_ok(set_buffer(root, 0x1000, given_copy(given_frame(), WRITE)));
    assert_refused(write_registers(a, 0, 4, 0x10, 0x11, 0, 0x44), seL4_TruncatedMessage);
}

TEST(set_ipc_buffer_to_zero_removes_it_whatever_the_capability) // threads §12 #25
{
    const struct thread *a = given_inactive_thread();
    assert_ok(set_buffer(a, 0, CNODE));
    assert_tcb_slot(a, TCB_BUFFER, null);
    assert_int_equal(a->tcb->buffer_address, 0);
}

// ------------------------------------------------------------------------------ SetTimeoutEndpoint

TEST(set_timeout_endpoint_needs_a_capability) // threads §2.2 SetTimeoutEndpoint
{
    assert_refused(method(root->cap, TCBSetTimeoutEndpoint, CAPS(), ), seL4_TruncatedMessage);
}

TEST(a_notification_is_no_handler) // threads TCB-1
{
    cptr_t notification = given_notification();
    assert_refused(set_timeout_handler(root, notification), seL4_InvalidCapability, 1);
}

TEST(an_endpoint_that_can_only_be_written_is_no_handler) // threads §12 #23
{
    cptr_t endpoint = given_copy(given_endpoint(), WRITE);
    assert_refused(set_timeout_handler(root, endpoint), seL4_InvalidCapability, 1);
}

TEST(an_endpoint_that_cannot_be_written_is_no_handler) // threads TCB-1
{
    cptr_t endpoint = given_copy(given_endpoint(), READ | GRANT | GRANT_REPLY);
    assert_refused(set_timeout_handler(root, endpoint), seL4_InvalidCapability, 1);
}

TEST(an_endpoint_with_write_and_grant_reply_is_a_handler) // threads §12 #23
{
    assert_ok(set_timeout_handler(root, given_copy(given_endpoint(), WRITE | GRANT_REPLY)));
    assert_tcb_slot(root, TCB_TIMEOUT_HANDLER, endpoint);
}

TEST(an_endpoint_with_write_and_grant_is_a_handler) // threads TCB-1
{
    assert_ok(set_timeout_handler(root, given_copy(given_endpoint(), WRITE | GRANT)));
    assert_tcb_slot(root, TCB_TIMEOUT_HANDLER, endpoint);
    assert_tcb_slot(root, TCB_FAULT_HANDLER, null);
}

TEST(set_timeout_endpoint_to_null_clears_it) // threads §2.2 SetTimeoutEndpoint
{
    assert_ok(set_timeout_handler(root, given_endpoint()));
    assert_ok(set_timeout_handler(root, NULL_CAP));
    assert_tcb_slot(root, TCB_TIMEOUT_HANDLER, null);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(configure_needs_three_words),
        RUN(configure_needs_three_capabilities),
        RUN(configure_without_a_buffer_of_its_own_has_no_capabilities),
        RUN(configure_hands_on_why_the_buffer_cannot_be_derived),
        RUN(configure_refuses_an_unmapped_page_table_as_buffer),
        RUN(configure_refuses_a_buffer_that_is_no_frame),
        RUN(configure_refuses_an_empty_slot_as_buffer),
        RUN(configure_refuses_device_memory_as_buffer),
        RUN(configure_refuses_a_misaligned_buffer),
        RUN(configure_wants_a_frame_before_it_wants_alignment),
        RUN(configure_wants_ram_before_it_wants_alignment),
        RUN(configure_refuses_to_drop_the_last_capability_to_a_cnode),
        RUN(configure_looks_at_the_buffer_before_the_last_capability),
        RUN(configure_looks_at_the_last_capability_before_the_new_cspace),
        RUN(configure_refuses_a_cspace_that_is_no_cnode),
        RUN(configure_refuses_no_cspace),
        RUN(configure_hands_on_why_the_cspace_cannot_be_derived),
        RUN(configure_refuses_a_guard_that_does_not_fit_the_cnode),
        RUN(configure_refuses_a_vspace_that_is_none),
        RUN(configure_refuses_no_vspace),
        RUN(configure_refuses_a_vspace_without_an_asid),
        RUN(configure_hands_on_why_the_vspace_cannot_be_derived),
        RUN(configure_looks_at_the_cspace_before_the_vspace),
        RUN(configure_installs_the_three_capabilities),
        RUN(configure_with_guard_data_zero_keeps_the_guard),
        RUN(configure_stores_the_buffer_as_an_unmapped_copy),
        RUN(configure_with_buffer_zero_ignores_the_frame_capability),
        RUN(configure_leaves_the_handlers),
        RUN(configure_of_oneself_switches_the_address_space_at_once),
        RUN(configure_leaves_a_blocked_thread_blocked),
        RUN(set_space_needs_two_words),
        RUN(set_space_needs_three_capabilities),
        RUN(set_space_refuses_to_drop_the_last_capability_to_a_cnode),
        RUN(set_space_refuses_to_drop_a_cnode_that_is_being_taken_apart),
        RUN(set_space_looks_at_the_last_capability_before_the_new_ones),
        RUN(set_space_refuses_a_cspace_that_is_no_cnode),
        RUN(set_space_refuses_a_vspace_that_is_none),
        RUN(set_space_refuses_an_unsuitable_handler),
        RUN(set_space_looks_at_the_handler_last),
        RUN(set_space_looks_at_the_cspace_before_the_vspace),
        RUN(set_space_installs_handler_cspace_and_vspace),
        RUN(set_space_with_a_null_handler_clears_it),
        RUN(set_space_of_oneself_switches_the_address_space_only_at_the_next_thread_switch),
        RUN(a_new_cspace_of_oneself_is_in_force_at_once),
        RUN(replacing_the_last_capability_to_an_endpoint_destroys_it),
        RUN(revoking_a_handlers_parent_empties_the_slot_of_the_tcb),
        RUN(set_ipc_buffer_needs_a_word),
        RUN(set_ipc_buffer_needs_a_capability),
        RUN(set_ipc_buffer_refuses_what_is_no_frame),
        RUN(set_ipc_buffer_refuses_device_memory),
        RUN(set_ipc_buffer_refuses_a_misaligned_address),
        RUN(set_ipc_buffer_hands_on_why_it_cannot_be_derived),
        RUN(the_buffer_is_found_at_its_address_modulo_the_frames_size),
        RUN(a_read_only_buffer_serves_for_sending_but_not_for_receiving),
        RUN(a_buffer_without_rights_is_none),
        RUN(set_ipc_buffer_to_zero_removes_it_whatever_the_capability),
        RUN(set_timeout_endpoint_needs_a_capability),
        RUN(a_notification_is_no_handler),
        RUN(an_endpoint_that_can_only_be_written_is_no_handler),
        RUN(an_endpoint_that_cannot_be_written_is_no_handler),
        RUN(an_endpoint_with_write_and_grant_reply_is_a_handler),
        RUN(an_endpoint_with_write_and_grant_is_a_handler),
        RUN(set_timeout_endpoint_to_null_clears_it),
    };
    return RUN_ALL("TCB spaces", tests);
}
