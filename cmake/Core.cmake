# SPDX-License-Identifier: BSD-2-Clause
#
# How every platform compiles the core: the same files with the same warnings.
#
#   lab4_add_core(my_core ${CMAKE_CURRENT_SOURCE_DIR})        OBJECT library; the directory has platform_inline.h
#   target_compile_options(my_core PRIVATE -mgeneral-regs-only)
#   target_link_libraries(my_machine PRIVATE my_core)

set(LAB4_WARNINGS -Wall -Wextra -Wconversion -Wshadow -Wmissing-prototypes -Werror)
set(LAB4_CORE_FLAGS -ffreestanding ${LAB4_WARNINGS})

# For the core and what is linked with it into an ordinary program (unit tests, fuzz targets).
set(LAB4_INSTRUMENTATION "")
if(LAB4_SANITIZE)
    list(APPEND LAB4_INSTRUMENTATION -fsanitize=${LAB4_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
endif()
if(LAB4_COVERAGE)
    list(APPEND LAB4_INSTRUMENTATION -fprofile-instr-generate -fcoverage-mapping)
endif()
if(LAB4_PLATFORM STREQUAL "fake")
    add_compile_options(${LAB4_INSTRUMENTATION})
    add_link_options(${LAB4_INSTRUMENTATION})
endif()

function(lab4_add_core target platform_directory)
    add_library(${target} OBJECT ${LAB4_CORE_SOURCES})
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR} ${platform_directory})
    target_link_libraries(${target} PUBLIC lab4_options sel4_headers)
    target_compile_options(${target} PRIVATE ${LAB4_CORE_FLAGS})
    target_compile_definitions(${target} PRIVATE LAB4_KERNEL) # libsel4's headers: no user-level assertions
endfunction()
