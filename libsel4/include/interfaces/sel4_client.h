/* SPDX-License-Identifier: BSD-2-Clause */
/* The invocation stubs (spec abi §12.6), expanded from the table in <lab4/invocations.h>. */
#ifndef INTERFACES_SEL4_CLIENT_H
#define INTERFACES_SEL4_CLIENT_H

#include <lab4/stub.h>

/* Appending an argument to the message, by its type in the table. */
#define LAB4_PUT_word(name) lab4_put_word(&invocation, name);
#define LAB4_PUT_byte(name) lab4_put_word(&invocation, name);
#define LAB4_PUT_time(name) lab4_put_word(&invocation, name);
#define LAB4_PUT_rights(name) lab4_put_word(&invocation, name.words[0]);
#define LAB4_PUT_attr(name) lab4_put_word(&invocation, (seL4_Word)name);
#define LAB4_PUT_cap(name) lab4_put_cap(&invocation, name);
#define LAB4_PUT_cnode(name) lab4_put_cap(&invocation, name);
#define LAB4_PUT_tcb(name) lab4_put_cap(&invocation, name);
#define LAB4_PUT_sc(name) lab4_put_cap(&invocation, name);
#define LAB4_PUT_untyped(name) lab4_put_cap(&invocation, name);

#define LAB4_PARAM_A(type, name) , LAB4_ARG_CTYPE_##type name LAB4_PARAM_B
#define LAB4_PARAM_B(type, name) , LAB4_ARG_CTYPE_##type name LAB4_PARAM_A
#define LAB4_PARAM_A_END
#define LAB4_PARAM_B_END
#define LAB4_PUT_A(type, name) LAB4_PUT_##type(name) LAB4_PUT_B
#define LAB4_PUT_B(type, name) LAB4_PUT_##type(name) LAB4_PUT_A
#define LAB4_PUT_A_END
#define LAB4_PUT_B_END

#define LAB4_STUB_HEAD(Result, kind, stub, args) \
    LIBSEL4_INLINE Result stub(LAB4_KIND_CTYPE_##kind _service LAB4_SEQUENCE(LAB4_PARAM, args))

#define LAB4_STUB_SEND(Label, args) \
    struct lab4_invocation invocation = {{{0, 0, 0, 0}}, 0, 0}; \
    LAB4_SEQUENCE(LAB4_PUT, args) \
    const seL4_Error error = lab4_invoke(_service, Label, &invocation);

/* By the result column. */
#define LAB4_STUB_error(Label, kind, stub, result, args) \
    LAB4_STUB_HEAD(seL4_Error, kind, stub, args) \
    { \
        LAB4_STUB_SEND(Label, args) \
        return error; \
    }
#define LAB4_STUB_VALUE(Label, kind, stub, result, args) \
    struct stub { \
        int error; \
        LAB4_RESULT_CTYPE_##result result; \
    }; \
    typedef struct stub stub##_t; \
    LAB4_STUB_HEAD(stub##_t, kind, stub, args) \
    { \
        LAB4_STUB_SEND(Label, args) \
        stub##_t answer; \
        answer.error = (int)error; \
        answer.result = invocation.mrs.mr[0]; \
        return answer; \
    }
#define LAB4_STUB_flags LAB4_STUB_VALUE
#define LAB4_STUB_consumed LAB4_STUB_VALUE
#define LAB4_STUB_paddr LAB4_STUB_VALUE
#define LAB4_STUB_custom(Label, kind, stub, result, args)

/* In C++ a function that is named like a class, as the ABI wants it (seL4_TCB_SetFlags), hides the class's constructor. */
#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif
#define LAB4_STUB(number, Label, kind, stub, words, caps, result, args) LAB4_STUB_##result(Label, kind, stub, result, args)
LAB4_INVOCATIONS(LAB4_STUB)
#undef LAB4_STUB
#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

/* Results of stubs that this configuration does not have: generic code names the types. */
struct seL4_ARM_VCPU_ReadRegs {
    int error;
    seL4_Word value;
};
typedef struct seL4_ARM_VCPU_ReadRegs seL4_ARM_VCPU_ReadRegs_t;

struct seL4_ARM_SIDControl_GetFault {
    int error;
    seL4_Word status;
    seL4_Word syndrome_0;
    seL4_Word syndrome_1;
};
typedef struct seL4_ARM_SIDControl_GetFault seL4_ARM_SIDControl_GetFault_t;

struct seL4_ARM_CB_CBGetFault {
    int error;
    seL4_Word status;
    seL4_Word address;
};
typedef struct seL4_ARM_CB_CBGetFault seL4_ARM_CB_CBGetFault_t;

struct seL4_TCB_GetBreakpoint {
    int error;
    seL4_Word vaddr;
    seL4_Word type;
    seL4_Word size;
    seL4_Word rw;
    seL4_Bool is_enabled;
};
typedef struct seL4_TCB_GetBreakpoint seL4_TCB_GetBreakpoint_t;

struct seL4_TCB_ConfigureSingleStepping {
    int error;
    seL4_Bool bp_was_consumed;
};
typedef struct seL4_TCB_ConfigureSingleStepping seL4_TCB_ConfigureSingleStepping_t;

#include <sel4/virtual_client.h>

#endif
