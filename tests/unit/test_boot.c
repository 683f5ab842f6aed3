// SPDX-License-Identifier: BSD-2-Clause
//
// The root task that core_boot makes: slots, BootInfo, address space, untypeds (memory §8, §9).
#include "tests/unit/memory.h"

static vaddr_t image_end(void)
{
    return boot_input.image.end - boot_input.image_offset;
}

static word_t count(seL4_SlotRegion region)
{
    return region.end - region.start;
}

// The reference machine of memory §8.2 and §9.3: 1 GiB, the sizes of the reference image.
static void given_the_reference_machine(void)
{
    boot_input.ram[0] = (struct phys_range){0x40000000, 0x80000000};
    boot_input.ram_is_zero = false;
    boot_input.kernel = (struct phys_range){0x40000000, 0x40247000};
    boot_input.recyclable = (struct phys_range){0x40000000, 0x40010000};
    boot_input.dtb = 0x40247000;
    boot_input.dtb_size = 7633;
    boot_input.image = (struct phys_range){0x40249000, 0x4025c000};
    boot_input.image_offset = 0x3fe49000;
    assert_true(boot());
}

static cptr_t first_ordinary_untyped(void)
{
    word_t i = 0;
    while (boot_info->untypedList[i].isDevice) {
        i++;
    }
    return boot_info->untyped.start + i;
}

// -------------------------------------------------------------------------------------------- slots

TEST(the_initial_slots_hold_what_the_api_says) // memory §8.3, abi §10.2
{
    assert_holds(seL4_CapNull, null);
    assert_holds(seL4_CapInitThreadTCB, tcb);
    assert_holds(seL4_CapInitThreadCNode, cnode);
    assert_holds(seL4_CapInitThreadVSpace, vspace);
    assert_holds(seL4_CapIRQControl, irq_control);
    assert_holds(seL4_CapASIDControl, asid_control);
    assert_holds(seL4_CapInitThreadASIDPool, asid_pool);
    assert_holds(seL4_CapIOPortControl, null);
    assert_holds(seL4_CapIOSpace, null);
    assert_holds(seL4_CapBootInfoFrame, frame);
    assert_holds(seL4_CapInitThreadIPCBuffer, frame);
    assert_holds(seL4_CapDomain, domain);
    assert_holds(seL4_CapSMMUSIDControl, null);
    assert_holds(seL4_CapSMMUCBControl, null);
    assert_holds(seL4_CapInitThreadSC, sched_context);
    assert_holds(seL4_CapSMC, null);
}

TEST(dynamic_slots_are_handed_out_in_the_reference_order) // memory §8.3, §8.6 example
{
    given_the_reference_machine();
    const seL4_BootInfo *info = boot_info;
    assert_int_equal(info->userImagePaging.start, 16);
    assert_int_equal(info->extraBIPages.start, 19);
    assert_int_equal(info->schedcontrol.start, 21);
    assert_int_equal(info->userImageFrames.start, 22);
    assert_int_equal(info->untyped.start, 41);
    assert_int_equal(info->empty.start, 103);
    assert_int_equal(info->empty.end, 8192);
}

TEST(the_root_cnode_resolves_64_bits) // memory §8.3 step 1
{
    assert_int_equal(cnode_cap_guard_size(cap_of(CNODE)), 51);
    assert_int_equal(cnode_cap_guard(cap_of(CNODE)), 0);
}

TEST(page_tables_come_by_level_then_by_address) // memory §11 #72
{
    boot_input.image_offset = boot_input.image.start - UINT64_C(0x3fffe000); // the image ends in the next GiB
    assert_true(boot());
    cptr_t first = boot_info->userImagePaging.start;
    assert_int_equal(count(boot_info->userImagePaging), 5);
    assert_int_equal(page_table_cap_address(cap_of(first)), 0);
    assert_int_equal(page_table_cap_address(cap_of(first + 1)), 0);
    assert_int_equal(page_table_cap_address(cap_of(first + 2)), 0x40000000);
    assert_int_equal(page_table_cap_address(cap_of(first + 3)), 0x3fe00000);
    assert_int_equal(page_table_cap_address(cap_of(first + 4)), 0x40000000);
}

TEST(page_tables_cover_the_whole_extra_area) // memory §11 #73
{
    boot_input.dtb_size = 0x8010; // b = 16: the covered range reaches 0x10000 behind BootInfo
    boot_input.image_offset = boot_input.image.start - UINT64_C(0x5ed000);
    assert_true(boot());
    assert_int_equal(image_end() + 0x2000, 0x5f2000);
    assert_int_equal(count(boot_info->userImagePaging), 4);
}

// ------------------------------------------------------------------------------------ address space

TEST(buffer_bootinfo_and_extra_follow_the_image) // memory §11 #68
{
    assert_int_equal((word_t)boot_info->ipcBuffer, image_end());
    assert_int_equal(frame_cap_address(cap_of(seL4_CapInitThreadIPCBuffer)), image_end());
    assert_int_equal(frame_cap_address(cap_of(seL4_CapBootInfoFrame)), image_end() + 0x1000);
    assert_int_equal(frame_cap_address(cap_of(boot_info->extraBIPages.start)), image_end() + 0x2000);
}

TEST(image_and_extra_pages_are_executable_and_the_two_others_are_not) // memory §11 #71
{
    assert_int_equal(descriptor_at(VSPACE, boot_input.image.start - boot_input.image_offset) >> 54, 0);
    assert_int_equal(descriptor_at(VSPACE, image_end() + 0x2000) >> 54, 0);
    assert_int_equal(descriptor_at(VSPACE, image_end()) >> 54, 1);
    assert_int_equal(descriptor_at(VSPACE, image_end() + 0x1000) >> 54, 1);
}

TEST(image_frames_are_the_pages_of_the_image_in_order) // memory §8.3 step 9
{
    cptr_t last = boot_info->userImageFrames.end - 1;
    assert_int_equal(count(boot_info->userImageFrames), 3);
    assert_int_equal(frame_cap_base(cap_of(last)), boot_input.image.end - 0x1000);
    assert_int_equal(frame_cap_address(cap_of(last)), image_end() - 0x1000);
}

TEST(boot_mappings_are_ordinary) // memory §8.4 rule 4
{
    assert_ok(page_map(BUFFER_FRAME, VSPACE, image_end(), READ, EXECUTE_NEVER));
    assert_refused(page_map(BUFFER_FRAME, VSPACE, FREE_PAGE, READ_WRITE, 3), seL4_InvalidArgument, 0);
}

TEST(deleting_an_image_frame_frees_no_memory) // memory §8.4 rule 1
{
    cptr_t frame = boot_info->userImageFrames.start;
    assert_null(cdt_previous(slot_of(frame)));
    assert_ok(cnode_delete(AT(frame)));
}

// ------------------------------------------------------------------------------------------ BootInfo

TEST(extra_bootinfo_is_one_chunk_with_the_device_tree) // memory §11 #69
{
    const seL4_BootInfoHeader *header = plat_ptr(frame_cap_base(cap_of(boot_info->extraBIPages.start)));
    assert_int_equal(header->id, 6);
    assert_int_equal(header->len, 16 + boot_input.dtb_size);
    assert_int_equal(boot_info->extraLen, 16 + boot_input.dtb_size);
    assert_memory_equal(header + 1, plat_ptr(boot_input.dtb), boot_input.dtb_size);
}

TEST(extra_pages_are_as_many_as_needed_although_a_power_of_two_was_taken) // memory §11 #70
{
    boot_input.image.start += 0x10000;
    boot_input.image.end += 0x10000;
    boot_input.dtb_size = 0x8000; // 16 bytes more than 8 pages: 9 of 16 pages
    assert_true(boot());
    assert_int_equal(count(boot_info->extraBIPages), 9);
}

TEST(without_a_device_tree_there_is_no_extra_bootinfo) // memory §10, X5 = 0
{
    boot_input.dtb_size = 0;
    assert_true(boot());
    assert_int_equal(boot_info->extraLen, 0);
    assert_int_equal(count(boot_info->extraBIPages), 0);
    assert_int_equal(boot_info->extraBIPages.start, 0);
}

TEST(only_the_low_32_bits_of_the_device_tree_size_count) // memory §11 #79
{
    boot_input.dtb_size = BIT(32) + 100;
    assert_true(boot());
    assert_int_equal(boot_info->extraLen, 116);
}

TEST(a_device_tree_at_physical_0_is_accepted_and_reserves_nothing) // memory §10, X5 > 0 with X4 = 0
{
    boot_input.dtb = 0;
    assert_true(boot());
    assert_int_equal(boot_info->extraLen, 16 + boot_input.dtb_size);
    assert_int_equal(boot_info->untypedList[0].paddr, 0);
}

TEST(fixed_bootinfo_fields) // memory §8.6
{
    assert_int_equal(boot_info->nodeID, 0);
    assert_int_equal(boot_info->numNodes, 1);
    assert_int_equal(boot_info->numIOPTLevels, 0);
    assert_int_equal(boot_info->initThreadCNodeSizeBits, 13);
    assert_int_equal(boot_info->initThreadDomain, 0);
    assert_int_equal(count(boot_info->sharedFrames), 0);
    assert_int_equal(count(boot_info->ioSpaceCaps), 0);
    assert_int_equal(count(boot_info->schedcontrol), 1);
}

// ----------------------------------------------------------------------------------- the root thread

TEST(the_root_thread_starts_with_bootinfo_in_x0_and_zeroes) // memory §11 #67
{
    struct thread_regs expected = {0};
    expected.x[0] = image_end() + 0x1000;
    expected.pc = expected.fault_pc = boot_input.entry;
    expected.spsr = 0x40;
    assert_true(boot());
    assert_memory_equal(&here()->current->regs, &expected, sizeof expected);
}

TEST(the_root_thread_has_the_highest_priority_and_5_ms_of_round_robin) // memory §8.5, threads TCB-8
{
    assert_int_equal(root->tcb->priority, 255);
    assert_int_equal(root->tcb->mcp, 255);
    assert_int_equal(root->tcb->sc->period, 0);
    assert_int_equal(refill_head(root->tcb->sc)->amount, 312500);
    assert_string_equal(root->tcb->name, "rootserver");
}

TEST(the_root_thread_has_no_handlers) // memory §8.4 rule 2
{
    assert_true(slot_is_empty(&root->tcb->slots[TCB_FAULT_HANDLER]));
    assert_true(slot_is_empty(&root->tcb->slots[TCB_TIMEOUT_HANDLER]));
    assert_int_equal(frame_cap_asid(root->tcb->slots[TCB_BUFFER].cap), 0);
}

// ------------------------------------------------------------------------------------------ untypeds

TEST(the_untyped_list_of_the_reference_machine) // memory §9.3, [V]
{
    static const struct {
        paddr_t base;
        uint8_t bits, is_device;
    } expected[] = {
        {0x0, 27, 1}, {0x8001000, 12, 1}, {0x8002000, 13, 1}, {0x8004000, 14, 1}, {0x8008000, 15, 1}, {0x8011000, 12, 1},
        {0x8012000, 13, 1}, {0x8014000, 14, 1}, {0x8018000, 15, 1}, {0x8020000, 17, 1}, {0x8040000, 18, 1}, {0x8080000, 19, 1},
        {0x8100000, 20, 1}, {0x8200000, 21, 1}, {0x8400000, 22, 1}, {0x8800000, 23, 1}, {0x9000000, 24, 1}, {0xa000000, 25, 1},
        {0xc000000, 26, 1}, {0x10000000, 28, 1}, {0x20000000, 29, 1}, {0x80000000, 31, 1}, {BIT(32), 32, 1}, {BIT(33), 33, 1},
        {BIT(34), 34, 1}, {BIT(35), 35, 1}, {BIT(36), 36, 1}, {BIT(37), 37, 1}, {BIT(38), 38, 1}, {BIT(39), 39, 1},
        {0x40000000, 16, 0}, {0x40248de0, 5, 0}, {0x40248e00, 9, 0},
    };
    given_the_reference_machine();
    for (word_t i = 0; i < ARRAY_LENGTH(expected); i++) {
        assert_int_equal(boot_info->untypedList[i].paddr, expected[i].base);
        assert_int_equal(boot_info->untypedList[i].sizeBits, expected[i].bits);
        assert_int_equal(boot_info->untypedList[i].isDevice, expected[i].is_device);
    }
}

TEST(root_objects_lie_where_the_reference_puts_them) // memory §8.2 example
{
    given_the_reference_machine();
    assert_int_equal(cnode_cap_object(cap_of(CNODE)), 0x7ff80000);
    assert_int_equal(frame_cap_base(cap_of(boot_info->extraBIPages.start)), 0x7ffc0000);
    assert_int_equal(vspace_cap_base(cap_of(VSPACE)), 0x7ffc2000);
    assert_int_equal(asid_pool_cap_base(cap_of(ASID_POOL)), 0x7ffc3000);
    assert_int_equal(tcb_cap_object(cap_of(TCB)), 0x7ffc9000);
    assert_int_equal(sched_context_cap_object(cap_of(SC)), 0x7ffc9800);
}

TEST(a_large_device_tree_comes_before_the_cnode) // memory §8.2 example: 300 000 bytes, b = 19
{
    boot_input.image.start += 0x100000;
    boot_input.image.end += 0x100000;
    boot_input.dtb_size = 300000;
    assert_true(boot());
    paddr_t extra = frame_cap_base(cap_of(boot_info->extraBIPages.start));
    assert_int_equal(extra & LOW_BITS(19), 0);
    assert_int_equal(cnode_cap_object(cap_of(CNODE)), extra + BIT(19));
}

TEST(slot_and_list_of_untypeds_agree) // memory §11 #76
{
    for (word_t i = 0; i < count(boot_info->untyped); i++) {
        struct cap cap = cap_of(boot_info->untyped.start + i);
        assert_int_equal(untyped_cap_base(cap), boot_info->untypedList[i].paddr);
        assert_int_equal(untyped_cap_size_bits(cap), boot_info->untypedList[i].sizeBits);
        assert_int_equal(untyped_cap_is_device(cap), boot_info->untypedList[i].isDevice);
    }
}

TEST(the_gic_pages_are_in_no_untyped_and_the_uart_is) // memory §11 #74
{
    bool has_uart = false;
    for (word_t i = 0; i < count(boot_info->untyped); i++) {
        paddr_t start = boot_info->untypedList[i].paddr, end = start + BIT(boot_info->untypedList[i].sizeBits);
        assert_false(start <= 0x8000000 && 0x8000000 < end);
        assert_false(start <= 0x8010000 && 0x8010000 < end);
        has_uart = has_uart || (start <= 0x9000000 && 0x9000000 < end && boot_info->untypedList[i].isDevice);
    }
    assert_true(has_uart);
}

TEST(surplus_ram_is_device_memory) // memory §11 #75: what the build does not describe
{
    cptr_t last = boot_info->untyped.end - 1;
    paddr_t ram_end = boot_input.ram[0].end;
    assert_int_equal(untyped_cap_is_device(cap_of(last)), 0);
    assert_int_equal(boot_info->untypedList[21].paddr, ram_end);
    assert_int_equal(boot_info->untypedList[21].isDevice, 1);
}

TEST(a_fresh_untyped_must_be_cleared_unless_memory_is_known_to_be_zero) // memory §11 #77
{
    assert_int_equal(untyped_cap_watermark(cap_of(boot_info->untyped.end - 1)), 0);
    boot_input.ram_is_zero = false;
    assert_true(boot());
    struct cap cap = cap_of(boot_info->untyped.end - 1);
    assert_int_equal(untyped_cap_watermark(cap), BIT(untyped_cap_size_bits(cap)));
}

TEST(the_recycled_boot_part_is_never_known_to_be_zero) // memory §9.1 rule 4
{
    struct cap cap = cap_of(first_ordinary_untyped());
    assert_int_equal(untyped_cap_base(cap), boot_input.recyclable.start);
    assert_int_equal(untyped_cap_watermark(cap), BIT(untyped_cap_size_bits(cap)));
}

TEST(the_tail_of_the_device_trees_page_is_small_untypeds) // memory §11 #78
{
    given_the_reference_machine();
    assert_int_equal(boot_info->untypedList[31].paddr, 0x40248de0); // 0x40248dd1 rounded up: the crumb below is lost
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_initial_slots_hold_what_the_api_says),
        RUN(dynamic_slots_are_handed_out_in_the_reference_order),
        RUN(the_root_cnode_resolves_64_bits),
        RUN(page_tables_come_by_level_then_by_address),
        RUN(page_tables_cover_the_whole_extra_area),
        RUN(buffer_bootinfo_and_extra_follow_the_image),
        RUN(image_and_extra_pages_are_executable_and_the_two_others_are_not),
        RUN(image_frames_are_the_pages_of_the_image_in_order),
        RUN(boot_mappings_are_ordinary),
        RUN(deleting_an_image_frame_frees_no_memory),
        RUN(extra_bootinfo_is_one_chunk_with_the_device_tree),
        RUN(extra_pages_are_as_many_as_needed_although_a_power_of_two_was_taken),
        RUN(without_a_device_tree_there_is_no_extra_bootinfo),
        RUN(only_the_low_32_bits_of_the_device_tree_size_count),
        RUN(a_device_tree_at_physical_0_is_accepted_and_reserves_nothing),
        RUN(fixed_bootinfo_fields),
        RUN(the_root_thread_starts_with_bootinfo_in_x0_and_zeroes),
        RUN(the_root_thread_has_the_highest_priority_and_5_ms_of_round_robin),
        RUN(the_root_thread_has_no_handlers),
        RUN(the_untyped_list_of_the_reference_machine),
        RUN(root_objects_lie_where_the_reference_puts_them),
        RUN(a_large_device_tree_comes_before_the_cnode),
        RUN(slot_and_list_of_untypeds_agree),
        RUN(the_gic_pages_are_in_no_untyped_and_the_uart_is),
        RUN(surplus_ram_is_device_memory),
        RUN(a_fresh_untyped_must_be_cleared_unless_memory_is_known_to_be_zero),
        RUN(the_recycled_boot_part_is_never_known_to_be_zero),
        RUN(the_tail_of_the_device_trees_page_is_small_untypeds),
    };
    return RUN_ALL("boot", tests);
}
