// SPDX-License-Identifier: BSD-2-Clause
//
// The bus behind the RAM: which device a physical address belongs to, and how an access gets there.
//
// A device page is never mapped in the host's address space, so each access of user code stops with a page fault. The
// instruction is decoded (operation.c), performed on the device's model, and stepped over: user code sees a
// load or store that took a microsecond or two. What operation.c does not know, an access across the borders of a
// register, and physical addresses without a device are external aborts (tlb.c).
#include "core/threads/state.h"
#include "core/arch/aarch64/translation.h"
#include "platform/hosted/machine/devices.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/tlb.h"
#include "platform/hosted/machine/x86_64/decode.h"
#include "platform/hosted/machine/x86_64/instruction.h"
#include "platform/hosted/machine/x86_64/operation.h"
#include "platform/platform.h"

enum { REGISTER_BYTES = 4, MAX_COMPLAINTS = 8 };

static const struct device *const devices[] = {&pl011, &pl031, &ticker};

static const struct device *device_at(paddr_t address)
{
    for (size_t i = 0; i < ARRAY_LENGTH(devices); i++) {
        if (align_down(address, PAGE_BITS) == devices[i]->base) {
            return devices[i];
        }
    }
    return NULL;
}

// ------------------------------------------------------------------------------------------- registers

static uint64_t read_registers(const struct device *device, uint32_t offset, uint32_t bytes)
{
    const uint32_t shift = offset % REGISTER_BYTES * 8;
    const uint64_t value = device->read(offset - offset % REGISTER_BYTES) >> shift;
    if (bytes <= REGISTER_BYTES) {
        return bytes == REGISTER_BYTES ? value : value & LOW_BITS(8 * bytes);
    }
    return value | (uint64_t)device->read(offset + REGISTER_BYTES) << 32;
}

static void write_registers(const struct device *device, uint32_t offset, uint32_t bytes, uint64_t value)
{
    device->write(offset, (uint32_t)value);
    if (bytes > REGISTER_BYTES) {
        device->write(offset + REGISTER_BYTES, (uint32_t)(value >> 32));
    }
}

static void perform(const struct operation *o, const struct device *device, uint32_t offset)
{
    uint64_t memory = operation_step(o, operation_reads_memory(o) ? read_registers(device, offset, o->bytes) : 0);
    if (operation_writes_memory(o)) {
        write_registers(device, offset, o->bytes, memory);
    }
}

// ---------------------------------------------------------------------------------------------- access

static void complain(const uint8_t *bytes, uint32_t count)
{
    char text[2 * INSTRUCTION_LONGEST + 1];
    if (machine.devices.complaints++ >= MAX_COMPLAINTS) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 0xf];
    }
    text[2 * count] = '\0';
    host_print(HOST_STDERR,
               "lab4: thread '%s', pc 0x%lx: this instruction cannot access a device register, so it is a fault; it should be an aligned "
               "load, store or simple update of 1 to 8 bytes, as of a volatile uint32_t (%s)\n",
               here()->current->name, here()->current->regs.pc, text);
}

// An access to whole registers, or (reading) to a part of one, or (writing) to its low part.
static bool is_possible(const struct operation *o, uint32_t offset)
{
    return offset % o->bytes == 0 && (!operation_writes_memory(o) || offset % REGISTER_BYTES == 0);
}

bool devices_access(vaddr_t address)
{
    paddr_t physical;
    const struct device *device = tlb_is_outside_memory(address, &physical) ? device_at(physical) : NULL;
    if (!device) {
        return false;
    }
    struct operation operation;
    uint8_t bytes[INSTRUCTION_LONGEST];
    uint32_t count = instruction_fetch(&here()->current->regs, bytes), offset = (uint32_t)(physical & LOW_BITS(PAGE_BITS));
    if (!operation_read(&operation, bytes, count) || operand_address(&operation.in, &here()->current->regs) != address ||
        !is_possible(&operation, offset)) {
        complain(bytes, count);
        return false;
    }
    machine.devices.now = plat_now();
    perform(&operation, device, offset);
    devices_update();
    return true;
}

// --------------------------------------------------------------------------------------------- lines

static bool is_enabled(word_t irq)
{
    return machine.controller.enabled[irq / WORD_BITS] & BIT(irq % WORD_BITS);
}

void devices_update(void)
{
    machine.devices.now = plat_now();
    machine.clock.alarm = ~UINT64_C(0);
    for (size_t i = 0; i < ARRAY_LENGTH(devices); i++) {
        const struct device *device = devices[i];
        uint64_t *levels = &control()->line_level[device->irq / WORD_BITS];
        bool level = device->asserts(), old = __atomic_load_n(levels, __ATOMIC_SEQ_CST) & BIT(device->irq % WORD_BITS);
        if (level != old) {
            machine_set_line(control(), (uint32_t)device->irq, level);
        }
        if (device->rises_at && is_enabled(device->irq)) {
            machine.clock.alarm = min_word(machine.clock.alarm, device->rises_at());
        }
    }
}

bool devices_may_wake(void)
{
    return is_enabled(pl011.irq) && pl011_may_receive();
}

void devices_start(void)
{
    pl011_start();
    pl031_start();
    machine.clock.alarm = ~UINT64_C(0);
}
