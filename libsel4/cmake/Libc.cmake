# SPDX-License-Identifier: BSD-2-Clause
#
# The C library for root tasks (docs/LIBC.md): lab4_newlib builds it into LAB4_LIBC_DIR, once, when something needs it; lab4_libc
# (lab4::libc) is the layer of system calls under it. Nothing of it belongs to `all`.
set(LAB4_NEWLIB_SOURCES /usr/src/newlib/newlib-3.3.0.tar.xz CACHE INTERNAL "of Debian's newlib-source")

# GCC, which newlib is written for, whatever compiles the rest.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    set(compiler ${CMAKE_C_COMPILER})
else()
    find_program(LAB4_GCC gcc)
    set(compiler ${LAB4_GCC})
endif()
set(flags ${LAB4_USER_FLAGS})
list(REMOVE_ITEM flags -g -Werror=format)
set(machine_flags "")
if(CMAKE_CROSSCOMPILING)
    separate_arguments(machine_flags UNIX_COMMAND "${CMAKE_C_FLAGS}") # those of the toolchain file
endif()
# newlib's system calls are called write or _write, by machine; here write on each.
list(APPEND machine_flags $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},aarch64>:-DMISSING_SYSCALL_NAMES>)

add_custom_command(OUTPUT ${LAB4_LIBC_DIR}/libc.a ${LAB4_LIBC_DIR}/libm.a
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/libc/build-newlib ${LAB4_LIBC_DIR} ${compiler} ${CMAKE_SYSTEM_PROCESSOR}-elf
        ${machine_flags} ${flags}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/libc/build-newlib
    COMMENT "Building the C library for root tasks: one or two minutes, once"
    VERBATIM COMMAND_EXPAND_LISTS)
add_custom_target(lab4_newlib DEPENDS ${LAB4_LIBC_DIR}/libc.a)

add_library(lab4_libc STATIC EXCLUDE_FROM_ALL libc/heap.c libc/system.c libc/threads.c)
lab4_user_library(lab4_libc)
target_compile_definitions(lab4_libc PRIVATE LAB4_LIBC=1)
target_compile_options(lab4_libc PRIVATE ${LAB4_LIBC_HEADERS})
add_dependencies(lab4_libc lab4_newlib)
set_target_properties(lab4_libc PROPERTIES OUTPUT_NAME lab4c)
add_library(lab4::libc ALIAS lab4_libc)
