# SPDX-License-Identifier: BSD-2-Clause
#
#   lab4_add_root_task(NAME SOURCES file...)
#
# An executable that the kernel can start as its root task: static, at a fixed address, freestanding C with libsel4 and its
# runtime. `int main(void)` is its entry; <lab4/printf.h>, <lab4/exit.h>, <lab4/runtime.h> are at hand. The target is an ordinary
# CMake executable: target_include_directories, target_link_libraries and so on apply.

# What every object of a root task is compiled with.
set(LAB4_USER_FLAGS -g -ffreestanding -fno-stack-protector -fno-pic -ftls-model=local-exec)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    list(APPEND LAB4_USER_FLAGS -mno-outline-atomics) # the outlined ones need a host operating system
endif()

set(LAB4_ROOT_LINKER_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/../runtime/root.ld)

function(lab4_add_root_task name)
    cmake_parse_arguments(PARSE_ARGV 1 task "" "" "SOURCES")
    if(NOT task_SOURCES)
        message(FATAL_ERROR "lab4_add_root_task(${name}): no SOURCES")
    endif()
    add_executable(${name} ${task_SOURCES} $<TARGET_OBJECTS:lab4_crt0>)
    target_compile_options(${name} PRIVATE ${LAB4_USER_FLAGS})
    target_link_libraries(${name} PRIVATE sel4runtime sel4)
    target_link_options(${name} PRIVATE
        -static -nostdlib
        -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack -Wl,--build-id=none
        -T ${LAB4_ROOT_LINKER_SCRIPT})
    set_target_properties(${name} PROPERTIES
        POSITION_INDEPENDENT_CODE OFF
        LINK_DEPENDS ${LAB4_ROOT_LINKER_SCRIPT})
endfunction()
