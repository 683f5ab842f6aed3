/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory functions that the compiler calls. The kernel runs with unaligned accesses allowed on normal memory, and
 * uses these on nothing else.
 */
    .section .text.string, "ax", %progbits

/* void *memset(void *to, int byte, size_t bytes) */
    .globl memset
    .type memset, %function
memset:
    and x1, x1, #0xff
    mov x3, #0x0101010101010101
    mul x1, x1, x3
    mov x3, x0
    subs x2, x2, #64
    b.lo 2f
1:  stp x1, x1, [x3]
    stp x1, x1, [x3, #16]
    stp x1, x1, [x3, #32]
    stp x1, x1, [x3, #48]
    add x3, x3, #64
    subs x2, x2, #64
    b.hs 1b
2:  adds x2, x2, #64 - 8
    b.mi 4f
3:  str x1, [x3], #8
    subs x2, x2, #8
    b.pl 3b
4:  adds x2, x2, #8
    b.eq 6f
5:  strb w1, [x3], #1
    subs x2, x2, #1
    b.ne 5b
6:  ret
    .size memset, . - memset

/* void *memcpy(void *to, const void *from, size_t bytes) */
    .globl memcpy
    .type memcpy, %function
memcpy:
    mov x3, x0
    subs x2, x2, #32
    b.lo 2f
1:  ldp x4, x5, [x1]
    ldp x6, x7, [x1, #16]
    stp x4, x5, [x3]
    stp x6, x7, [x3, #16]
    add x1, x1, #32
    add x3, x3, #32
    subs x2, x2, #32
    b.hs 1b
2:  adds x2, x2, #32 - 8
    b.mi 4f
3:  ldr x4, [x1], #8
    str x4, [x3], #8
    subs x2, x2, #8
    b.pl 3b
4:  adds x2, x2, #8
    b.eq 6f
5:  ldrb w4, [x1], #1
    strb w4, [x3], #1
    subs x2, x2, #1
    b.ne 5b
6:  ret
    .size memcpy, . - memcpy

/* void *memmove(void *to, const void *from, size_t bytes): bytewise from the end where the ranges overlap badly */
    .globl memmove
    .type memmove, %function
memmove:
    sub x3, x0, x1
    cmp x3, x2
    b.hs memcpy
    cbz x2, 2f
1:  sub x2, x2, #1
    ldrb w4, [x1, x2]
    strb w4, [x0, x2]
    cbnz x2, 1b
2:  ret
    .size memmove, . - memmove

/* int memcmp(const void *a, const void *b, size_t bytes) */
    .globl memcmp
    .type memcmp, %function
memcmp:
    cbz x2, 2f
1:  ldrb w3, [x0], #1
    ldrb w4, [x1], #1
    subs w3, w3, w4
    b.ne 3f
    subs x2, x2, #1
    b.ne 1b
2:  mov w3, wzr
3:  mov w0, w3
    ret
    .size memcmp, . - memcmp

    .section .note.GNU-stack, "", %progbits
