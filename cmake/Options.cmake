# SPDX-License-Identifier: BSD-2-Clause
#
# The options of a build, checked here and handed to C in <lab4/options.h> as constants that the core tests
# with plain `if`. The configuration headers of libsel4 are made from the same variables.

option(LAB4_RELEASE "Leave out debug system calls, diagnostics and asserts" OFF)
if(LAB4_RELEASE)
    option(LAB4_PRINTING "Keep DebugPutChar and DebugHalt in a release kernel" OFF)
else()
    option(LAB4_PRINTING "Kernel printing" ON)
endif()
option(LAB4_PRINT_INVOCATION_ERRORS "User programs print each invocation that the kernel refuses" OFF)
option(LAB4_EXPORT_PMU_USER "User level may use the performance monitors" OFF)
option(LAB4_EXPORT_PCNT_USER "User level may read the physical counter" OFF)
option(LAB4_EXPORT_PTMR_USER "User level may use the physical timer" OFF)
option(LAB4_EXPORT_VCNT_USER "User level may read the virtual counter" OFF)
set(LAB4_ROOT_CNODE_SIZE_BITS 13 CACHE STRING "log2 of the slots in the root task's CNode")
set(LAB4_NUM_DOMAINS 1 CACHE STRING "Scheduling domains")

option(LAB4_REQUIRE_TESTS "Refuse to configure when a test tool is missing" OFF)
option(LAB4_FUZZ "Build the libFuzzer targets instead of the unit tests" OFF)
option(LAB4_KASAN "Check the addresses that the hosted machine accesses (gcc)" OFF)
option(LAB4_COVERAGE "Instrument the core and the unit tests for llvm-cov (clang)" OFF)
set(LAB4_SANITIZE "" CACHE STRING "Sanitizers for the core and the unit tests, as in -fsanitize=")

function(lab4_check_range name low high)
    set(value "${${name}}")
    if(NOT value MATCHES "^[0-9]+$" OR value LESS low OR value GREATER high)
        message(FATAL_ERROR "${name} is '${value}'; it must be a number from ${low} to ${high}.")
    endif()
endfunction()

lab4_check_range(LAB4_ROOT_CNODE_SIZE_BITS 7 27)
lab4_check_range(LAB4_NUM_DOMAINS 1 256)
if(LAB4_NUM_DOMAINS EQUAL 1)
    set(LAB4_NUM_DOMAIN_SCHEDULES 2) # threads §0.2
else()
    set(LAB4_NUM_DOMAIN_SCHEDULES 100)
endif()

# 0 / 1 for C.
foreach(name RELEASE PRINTING EXPORT_PMU_USER EXPORT_PCNT_USER EXPORT_PTMR_USER EXPORT_VCNT_USER)
    if(LAB4_${name})
        set(LAB4_OPT_${name} 1)
    else()
        set(LAB4_OPT_${name} 0)
    endif()
endforeach()

configure_file(${CMAKE_CURRENT_LIST_DIR}/options.h.in ${CMAKE_BINARY_DIR}/include/lab4/options.h @ONLY)
add_library(lab4_options INTERFACE)
target_include_directories(lab4_options INTERFACE ${CMAKE_BINARY_DIR}/include)
