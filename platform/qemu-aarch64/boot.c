// SPDX-License-Identifier: BSD-2-Clause
//
// Boot after entry.S: devices, then the root task from the loader's arguments (memory §7.4). Returns to entry.S with a
// thread to run; ends the machine when there is none to be had. The whole file lies in the recyclable part (kernel.ld).
#include "core/base/print.h"
#include "kernel.h"

static _Noreturn void fail(const char *why)
{
    print("lab4: boot failed: %s\n", why);
    kernel_halt(EXIT_FAILED, KERNEL_FAILED);
}

// ID_AA64PFR0_EL1: FP in bits 19:16, AdvSIMD in 23:20; 0xf = absent.
static bool has_fpu(void)
{
    word_t features = READ_REGISTER(id_aa64pfr0_el1);
    return (features >> 16 & 0xf) != 0xf && (features >> 20 & 0xf) != 0xf;
}

static bool is_in_ram(paddr_t start, word_t bytes)
{
    return start >= machine_ram.start && start <= machine_ram.end && bytes <= machine_ram.end - start;
}

void boot_main(void)
{
    const struct boot_arguments *arguments = &boot_arguments;
    const word_t image_bytes = arguments->image_end - arguments->image_start;
    const struct boot_input input = {
        .ram = {machine_ram},
        .ram_count = 1,
        .kernel = {image_paddr(ki_start), image_paddr(ki_end)},
        .recyclable = {image_paddr(ki_start), image_paddr(ki_boot_end)},
        .dtb = arguments->dtb,
        .dtb_size = (uint32_t)arguments->dtb_size, // memory §11 #79
        .image = {arguments->image_start, arguments->image_end},
        .image_offset = arguments->image_offset,
        .entry = arguments->entry,
        .device_pages = {GIC_DISTRIBUTOR_PHYSICAL, GIC_CPU_PHYSICAL},
        .device_page_count = 2,
    };
    WRITE_REGISTER(mdscr_el1, 0);
    gic_init();
    timer_init();
    if (!has_fpu()) {
        fail("the processor has no FP/SIMD unit");
    }
    if (input.dtb && input.dtb_size && !is_in_ram(input.dtb, input.dtb_size)) {
        fail("the device tree is not in RAM");
    }
    if (is_in_ram(input.image.start, image_bytes) && image_bytes > 0) {
        plat_cache_operation(CACHE_UNIFY_INSTRUCTION, input.image.start, image_bytes);
    }
    if (!core_boot(&input)) {
        kernel_halt(EXIT_FAILED, KERNEL_FAILED);
    }
}
