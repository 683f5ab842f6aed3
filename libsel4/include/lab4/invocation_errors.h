/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Refused invocations in words. With CONFIG_LIB_SEL4_PRINT_INVOCATION_ERRORS each stub prints what it was refused:
 *
 *    seL4_Untyped_Retype on capability 12: seL4_NotEnoughMemory (10), 4096 bytes are free
 *
 * That is off unless the build turns it on for all programs (LAB4_PRINT_INVOCATION_ERRORS), or one source file or program for itself:
 * cc -DCONFIG_LIB_SEL4_PRINT_INVOCATION_ERRORS=1. Nothing else changes, neither results nor message registers.
 */
#ifndef LAB4_INVOCATION_ERRORS_H
#define LAB4_INVOCATION_ERRORS_H

#include <sel4/errors.h>
#include <sel4/simple_types.h>

enum {
    LAB4_INVOCATION_ERROR_BYTES = 200 /* enough for every description */
};

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Describes the refusal of an invocation with this label; its details are in the message registers, as the stubs leave them. At most
 * `size` bytes, the last of them 0; size > 0.
 */
void lab4_describe_invocation_error(char *text, seL4_Word size, seL4_CPtr service, seL4_Word label, seL4_Error error);

/* Prints it as a line to the kernel's console, if the kernel has one. */
void lab4_print_invocation_error(seL4_CPtr service, seL4_Word label, seL4_Error error);

#ifdef __cplusplus
}
#endif

#endif
