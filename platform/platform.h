// SPDX-License-Identifier: BSD-2-Clause
//
// The seam between the kernel core and the machine under it. This is the only header that both sides
// include; every function in either direction is declared and documented here, once.
//
// A platform owns the loop "run user code, get an event, call the core, resume whom it names":
//
//     up    core_boot, core_syscall, core_fault, core_irq     (core/entry/entry.c, core/entry/boot.c)
//     down  plat_*                                            (platform/<name>/)
//
// None of the core functions blocks or runs user code. Each returns with here()->current set to the thread to
// resume; if that is the idle thread, the platform waits for an interrupt and then calls core_irq. The
// platform enters the core with interrupts masked, on its one kernel stack, after storing the interrupted
// thread's registers in here()->current->regs (see core/arch/aarch64/registers.h for what pc and fault_pc must hold).
//
// The functions marked INLINE are defined in the platform's own `platform_inline.h`, which is included at
// the end; the build finds it through the include path, so that a missing one is a compile error here. Beside it lies
// `platform_types.h`, which defines struct plat_thread: what the platform keeps in each TCB, zero in a new one.
#pragma once

#include "core/base/types.h"

struct tcb;
struct fault;
struct thread_regs;

// ------------------------------------------------------------------------------------------------ up

// What a platform tells the core about the machine at boot. All ranges are half open, [start, end).
struct phys_range {
    paddr_t start, end;
};

enum { BOOT_MAX_RAM_REGIONS = 8, BOOT_MAX_DEVICE_PAGES = 8 };

struct boot_input {
    struct phys_range ram[BOOT_MAX_RAM_REGIONS]; // ascending, disjoint
    word_t ram_count;
    bool ram_is_zero;          // free RAM is known to be all zero: untypeds start with watermark 0
    struct phys_range kernel;  // taken by the kernel image; may be empty
    struct phys_range recyclable; // its first part, needed only while booting; may be empty
    paddr_t dtb;               // flattened device tree, byte exact; dtb_size 0 = none
    word_t dtb_size;           // bytes; only the low 32 bits count (memory §11 #79)
    struct phys_range image;   // user image, page aligned
    word_t image_offset;       // virtual = physical - image_offset (modulo 2^64)
    vaddr_t entry;             // where the root thread starts
    paddr_t device_pages[BOOT_MAX_DEVICE_PAGES]; // 4 KiB device pages that the kernel keeps, ascending
    word_t device_page_count;
};

// Creates the root task as memory §8–9 say and makes its thread the current one.
// Returns false, after a console message, when the input is hopeless (memory §10).
bool core_boot(const struct boot_input *input);

// A system call by here()->current: its number and arguments are in its registers (abi §2.2).
void core_syscall(void);

// core_syscall in two halves, for entry code that keeps no stack frame. The fast half performs the call if it is one of
// those that clients, servers and drivers make all day and nothing unusual holds: then it returns the registers of the
// thread to resume, here()->current, which is never the idle one. Otherwise it has changed nothing and returns null; the
// slow half must follow, and can do every call.
struct thread_regs *core_syscall_fast(void);
void core_syscall_slow(void);

// Everything else that stops user code and is not an interrupt.
enum hw_fault_kind {
    HW_FAULT_VM,              // translation or permission fault
    HW_FAULT_USER_EXCEPTION,  // any other synchronous exception
    HW_FAULT_UNKNOWN_SYSCALL, // a trap instruction that is no system call of ours (hosted: a raw host call)
};

struct hw_fault {
    enum hw_fault_kind kind;
    vaddr_t address;   // VM: the faulting data address, or the pc of the fetch
    bool is_fetch;     // VM
    uint32_t syndrome; // VM: FSR; user exception: number (both ESR_EL1, memory §6.3)
    word_t number;     // unknown system call
};

void core_fault(const struct hw_fault *fault);

// An interrupt is (probably) pending: from user code or from the idle loop.
void core_irq(void);

// ------------------------------------------------------------------------------------- down: memory

// The kernel's address of physical memory. INLINE
static inline void *plat_ptr(paddr_t address);

// The inverse of plat_ptr, for any address inside an object. INLINE
static inline paddr_t plat_paddr(const void *object);

// Makes what the kernel wrote in [start, start+bytes) visible to uncached user mappings (point of coherency).
void plat_clean_to_memory(const void *start, word_t bytes);

// The cache operations that user level can ask for (memory §2.8).
enum cache_operation { CACHE_CLEAN, CACHE_INVALIDATE, CACHE_CLEAN_INVALIDATE, CACHE_UNIFY_INSTRUCTION };

// `bytes` of RAM at `address`, inside one page; bytes > 0.
void plat_cache_operation(enum cache_operation operation, paddr_t address, word_t bytes);

// ------------------------------------------------------------------------------ down: address spaces

// From now on user code runs in the address space with this level-0 table. root = 0: an empty one.
void plat_vspace_activate(paddr_t root, asid_t asid);

// The core has written a descriptor into `entry`; make it visible to the table walker.
void plat_descriptor_written(const word_t *entry);

// The page at `address` is now mapped in the address space `asid` (a hint: hosted may fill ahead).
void plat_page_mapped(asid_t asid, vaddr_t address);

// A valid page descriptor of the address space was changed or removed. `size_bits` is 12, 21 or 30.
void plat_tlb_flush_page(asid_t asid, vaddr_t address, word_t size_bits);

// A table was unlinked, or the address space has gone.
void plat_tlb_flush_asid(asid_t asid);

// The address space `asid` is being deleted: give up all that the platform keeps for it.
// Called after plat_tlb_flush_asid; a later VSpace may get the same ASID.
void plat_vspace_retire(asid_t asid);

// ------------------------------------------------------------------------------------- down: threads

// A TCB was created: its registers are zero, FP state must start as zero (REG-9).
void plat_thread_init(struct tcb *thread);

// A TCB is being deleted: forget what is kept beside it, FP state included.
void plat_thread_destroy(struct tcb *thread);

// A TCB method or fault reply wrote the thread's registers (pc, sp, spsr or general ones).
void plat_thread_registers_written(struct tcb *thread);

// The thread is about to run and may use the FPU: make its FP state live and the unit accessible.
void plat_fpu_enable(struct tcb *thread);

// The current thread must trap when it uses the FPU. Live state stays with its owner.
void plat_fpu_disable(void);

// If the thread's FP state is live, save it to memory, so that nobody owns the unit.
void plat_fpu_save(struct tcb *thread);

// ---------------------------------------------------------------------------------- down: interrupts

enum { PLAT_NO_IRQ = 1023 };

// Is an interrupt waiting? Used by preemption points; must be cheap and must not acknowledge. INLINE
static inline bool plat_irq_pending(void);

// Takes the most urgent waiting interrupt: its line, or PLAT_NO_IRQ. May exceed NUM_IRQS - 1.
word_t plat_irq_acknowledge(void);

// Ends the handling of a line returned by plat_irq_acknowledge.
void plat_irq_end(word_t irq);

// Enables or disables a line at the controller.
void plat_irq_enable(word_t irq, bool enabled);

// Sets the trigger mode: edge (true) or level.
void plat_irq_set_trigger(word_t irq, bool edge);

// Raises software-generated interrupt `sgi` (0..15) at CPU interface `target` (0..7).
void plat_sgi_send(word_t sgi, word_t target);

// ---------------------------------------------------------------------------------------- down: time

// The timer clock, 62.5 MHz, never going backwards. INLINE
static inline ticks_t plat_now(void);

// Raise TIMER_IRQ when the clock reaches `deadline`. ~0 = never.
void plat_timer_arm(ticks_t deadline);

// ----------------------------------------------------------------------------- down: console and end

void plat_putchar(char c);

// Ends the machine on behalf of DebugHalt or of a failed boot. `status` is the exit status where there is one.
_Noreturn void plat_halt(int status);

// The thread, which has no fault handler, is about to stop because of this fault; the core has printed a line about it. For
// platforms that can say more.
void plat_fault_unhandled(const struct tcb *thread, const struct fault *fault);

// plat_panic is declared in core/base/types.h, because asserts need it.

#include "platform_inline.h"
