/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Refuses arguments of floating type at compile time, for printf-like functions that cannot print
 * them. As a macro of the same name
 *
 *   #define my_printf(...) my_printf(LAB4_PRINTF_CHECKED(__VA_ARGS__))
 *
 * makes each call of such a function checked. Every argument is evaluated once, as in a call; there
 * may be 32, the format included. An argument of type float, double or long double becomes a call
 * of a function with the attribute `error`; without _Generic, in C++ of GCC, an incomplete type.
 */
#ifndef LAB4_PRINTF_CHECK_H
#define LAB4_PRINTF_CHECK_H

#if defined(__cplusplus) && !defined(__clang__)

template <typename type> struct lab4_printf_argument {
};
template <> struct lab4_printf_argument<float>; /* this printf has no floating point */
template <> struct lab4_printf_argument<double>;
template <> struct lab4_printf_argument<long double>;
/* Of a value of type `type`, whatever the expression was. */
template <typename type> lab4_printf_argument<type> lab4_printf_argument_of(type);
#define LAB4_PRINTF_ARGUMENT(a) ((void)sizeof(lab4_printf_argument_of(a)), (a))

#else

#ifdef __cplusplus
extern "C" {
#endif

/* The result keeps compilers from complaining about the format, too. */
double lab4_printf_without_floating_point(void)
    __attribute__((__error__("this printf has no floating point: print integers, or use the C "
                             "library, lab4_add_root_task(... LIBC)")));

#ifdef __cplusplus
}
#endif

/* A character array is passed as it is, so that the compiler still sees a literal. */
#define LAB4_PRINTF_ARGUMENT(a)                                                                    \
    __extension__ _Generic((a), float                                                              \
                           : lab4_printf_without_floating_point(), double                          \
                           : lab4_printf_without_floating_point(), long double                     \
                           : lab4_printf_without_floating_point(), default                         \
                           : (a))

#endif

/* LAB4_PRINTF_EACH_n: n arguments, each checked. */
#define LAB4_PRINTF_EACH_1(a) LAB4_PRINTF_ARGUMENT(a)
#define LAB4_PRINTF_EACH_2(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_1(__VA_ARGS__)
#define LAB4_PRINTF_EACH_3(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_2(__VA_ARGS__)
#define LAB4_PRINTF_EACH_4(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_3(__VA_ARGS__)
#define LAB4_PRINTF_EACH_5(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_4(__VA_ARGS__)
#define LAB4_PRINTF_EACH_6(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_5(__VA_ARGS__)
#define LAB4_PRINTF_EACH_7(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_6(__VA_ARGS__)
#define LAB4_PRINTF_EACH_8(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_7(__VA_ARGS__)
#define LAB4_PRINTF_EACH_9(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_8(__VA_ARGS__)
#define LAB4_PRINTF_EACH_10(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_9(__VA_ARGS__)
#define LAB4_PRINTF_EACH_11(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_10(__VA_ARGS__)
#define LAB4_PRINTF_EACH_12(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_11(__VA_ARGS__)
#define LAB4_PRINTF_EACH_13(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_12(__VA_ARGS__)
#define LAB4_PRINTF_EACH_14(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_13(__VA_ARGS__)
#define LAB4_PRINTF_EACH_15(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_14(__VA_ARGS__)
#define LAB4_PRINTF_EACH_16(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_15(__VA_ARGS__)
#define LAB4_PRINTF_EACH_17(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_16(__VA_ARGS__)
#define LAB4_PRINTF_EACH_18(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_17(__VA_ARGS__)
#define LAB4_PRINTF_EACH_19(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_18(__VA_ARGS__)
#define LAB4_PRINTF_EACH_20(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_19(__VA_ARGS__)
#define LAB4_PRINTF_EACH_21(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_20(__VA_ARGS__)
#define LAB4_PRINTF_EACH_22(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_21(__VA_ARGS__)
#define LAB4_PRINTF_EACH_23(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_22(__VA_ARGS__)
#define LAB4_PRINTF_EACH_24(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_23(__VA_ARGS__)
#define LAB4_PRINTF_EACH_25(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_24(__VA_ARGS__)
#define LAB4_PRINTF_EACH_26(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_25(__VA_ARGS__)
#define LAB4_PRINTF_EACH_27(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_26(__VA_ARGS__)
#define LAB4_PRINTF_EACH_28(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_27(__VA_ARGS__)
#define LAB4_PRINTF_EACH_29(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_28(__VA_ARGS__)
#define LAB4_PRINTF_EACH_30(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_29(__VA_ARGS__)
#define LAB4_PRINTF_EACH_31(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_30(__VA_ARGS__)
#define LAB4_PRINTF_EACH_32(a, ...) LAB4_PRINTF_ARGUMENT(a), LAB4_PRINTF_EACH_31(__VA_ARGS__)

/* The name of the macro for as many arguments as there are. */
#define LAB4_PRINTF_CHOOSE(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16,  \
                           a17, a18, a19, a20, a21, a22, a23, a24, a25, a26, a27, a28, a29, a30,   \
                           a31, a32, each, ...)                                                    \
    each
#define LAB4_PRINTF_CHECKED(...)                                                                   \
    LAB4_PRINTF_CHOOSE(                                                                            \
        __VA_ARGS__, LAB4_PRINTF_EACH_32, LAB4_PRINTF_EACH_31, LAB4_PRINTF_EACH_30,                \
        LAB4_PRINTF_EACH_29, LAB4_PRINTF_EACH_28, LAB4_PRINTF_EACH_27, LAB4_PRINTF_EACH_26,        \
        LAB4_PRINTF_EACH_25, LAB4_PRINTF_EACH_24, LAB4_PRINTF_EACH_23, LAB4_PRINTF_EACH_22,        \
        LAB4_PRINTF_EACH_21, LAB4_PRINTF_EACH_20, LAB4_PRINTF_EACH_19, LAB4_PRINTF_EACH_18,        \
        LAB4_PRINTF_EACH_17, LAB4_PRINTF_EACH_16, LAB4_PRINTF_EACH_15, LAB4_PRINTF_EACH_14,        \
        LAB4_PRINTF_EACH_13, LAB4_PRINTF_EACH_12, LAB4_PRINTF_EACH_11, LAB4_PRINTF_EACH_10,        \
        LAB4_PRINTF_EACH_9, LAB4_PRINTF_EACH_8, LAB4_PRINTF_EACH_7, LAB4_PRINTF_EACH_6,            \
        LAB4_PRINTF_EACH_5, LAB4_PRINTF_EACH_4, LAB4_PRINTF_EACH_3, LAB4_PRINTF_EACH_2,            \
        LAB4_PRINTF_EACH_1, too_many_arguments)                                                    \
    (__VA_ARGS__)

#endif
