# SPDX-License-Identifier: BSD-2-Clause
#
# <kernel/gen_config.h> and <sel4/gen_config.h> in LAB4_GENERATED_INCLUDE_DIR, made from the LAB4_* options. An option that
# is off leaves its CONFIG_ macro undefined, because user code tests with #ifdef.

set(LAB4_GENERATED_INCLUDE_DIR ${CMAKE_BINARY_DIR}/generated/include)

# The top-level build sets these (cmake/Options.cmake); the defaults are those of the pinned configuration.
if(NOT DEFINED LAB4_PRINTING AND NOT LAB4_RELEASE)
    set(LAB4_PRINTING ON)
endif()
if(NOT DEFINED LAB4_ROOT_CNODE_SIZE_BITS)
    set(LAB4_ROOT_CNODE_SIZE_BITS 13)
endif()
if(NOT DEFINED LAB4_NUM_DOMAINS)
    set(LAB4_NUM_DOMAINS 1)
endif()
if(NOT DEFINED LAB4_NUM_DOMAIN_SCHEDULES)
    if(LAB4_NUM_DOMAINS GREATER 1)
        set(LAB4_NUM_DOMAIN_SCHEDULES 100)
    else()
        set(LAB4_NUM_DOMAIN_SCHEDULES 2)
    endif()
endif()

if(LAB4_RELEASE)
    set(CONFIG_DEBUG_BUILD OFF)
    set(LAB4_USER_STACK_TRACE_LENGTH 0)
else()
    set(CONFIG_DEBUG_BUILD ON)
    set(LAB4_USER_STACK_TRACE_LENGTH 16)
endif()
set(CONFIG_PRINTING ${LAB4_PRINTING})
set(CONFIG_IRQ_REPORTING ${LAB4_PRINTING})
set(CONFIG_COLOUR_PRINTING ${LAB4_PRINTING})
foreach(resource PMU PCNT PTMR VCNT)
    set(CONFIG_EXPORT_${resource}_USER ${LAB4_EXPORT_${resource}_USER})
endforeach()

if(LAB4_PRINT_INVOCATION_ERRORS)
    set(LAB4_OPT_PRINT_INVOCATION_ERRORS 1)
else()
    set(LAB4_OPT_PRINT_INVOCATION_ERRORS 0)
endif()

foreach(library kernel sel4)
    configure_file(
        ${CMAKE_CURRENT_LIST_DIR}/../config/${library}_gen_config.h.in
        ${LAB4_GENERATED_INCLUDE_DIR}/${library}/gen_config.h @ONLY)
endforeach()
