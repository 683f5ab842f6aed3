# SPDX-License-Identifier: BSD-2-Clause
#
#   lab4_add_root_task(NAME [LIBC] SOURCES file...)
#
# An executable that the kernel can start as its root task: static, at a fixed address, freestanding C or C++ with libsel4 and its
# runtime. `int main(void)` is its entry; <lab4/printf.h>, <lab4/exit.h>, <lab4/runtime.h> are at hand. The target is an ordinary
# CMake executable: target_include_directories, target_link_libraries and so on apply. Of <…> headers C sources see the compiler's own
# and lab4's, never those of the host's C library. With LIBC there is a C library (docs/LIBC.md): its headers, malloc, stdio and so on.
#
#   lab4_embed(NAME IMAGE SYMBOL)
#
# Puts the executable target IMAGE into the executable target NAME, as the bytes from `SYMBOL` to `SYMBOL_end`: page-aligned,
# read-only. The linker makes both symbols; in C: extern const char SYMBOL[], SYMBOL_end[];
# The section `.lab4.components`, which is not loaded, tells reports, traces and debuggers what was embedded: for each image the
# addresses of both symbols (8 bytes each), its name and its path (NUL-terminated), aligned to 8 bytes.
#
# The build of lab4 and its installed CMake package share this file. Before it is included, the latter sets LAB4_CRT0,
# LAB4_ROOT_LINKER_SCRIPT, LAB4_FREESTANDING_HEADERS and LAB4_LIBC_DIR.

if(NOT LAB4_CRT0)
    set(LAB4_CRT0 $<TARGET_OBJECTS:lab4_crt0>)
    set(LAB4_ROOT_LINKER_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/../runtime/root.ld)
    set(LAB4_FREESTANDING_HEADERS ${CMAKE_CURRENT_LIST_DIR}/../freestanding)
    set(LAB4_LIBC_DIR ${CMAKE_BINARY_DIR}/libc)
endif()

# What every object of a root task is compiled with.
set(LAB4_USER_FLAGS -g -ffreestanding -fno-stack-protector -fno-pic -ftls-model=local-exec
    -Werror=format) # printf.h: what does not fit its format is an error
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    list(APPEND LAB4_USER_FLAGS -mno-outline-atomics) # the outlined ones need a host operating system
endif()
# There is no C++ library: no exceptions, no run-time types, no locks around the first use of a static variable.
set(LAB4_USER_CXX_FLAGS -fno-exceptions -fno-rtti -fno-threadsafe-statics)

# Which <…> headers there are: instead of the host's only the compiler's own, and with the C library those.
execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=include
    OUTPUT_VARIABLE LAB4_COMPILER_HEADERS OUTPUT_STRIP_TRAILING_WHITESPACE)
set(LAB4_USER_HEADERS -nostdinc -isystem${LAB4_COMPILER_HEADERS} -isystem${LAB4_FREESTANDING_HEADERS})
set(LAB4_LIBC_HEADERS -nostdinc -isystem${LAB4_COMPILER_HEADERS} -isystem${LAB4_LIBC_DIR}/include)

# The C library: before the runtime, whose printf and memcpy give way to it. Under it all of its system calls, because on AArch64 newlib
# has some of its own, which lead nowhere.
function(lab4_link_libc name)
    if(NOT TARGET lab4::libc)
        message(FATAL_ERROR "lab4_add_root_task(${name} LIBC): this SDK has no C library. `./lab4 sdk` makes one that has.")
    endif()
    target_compile_definitions(${name} PRIVATE LAB4_LIBC=1)
    target_compile_options(${name} PRIVATE ${LAB4_LIBC_HEADERS})
    target_link_libraries(${name} PRIVATE
        -Wl,--whole-archive lab4::libc -Wl,--no-whole-archive
        -Wl,--start-group ${LAB4_LIBC_DIR}/libc.a ${LAB4_LIBC_DIR}/libm.a -Wl,--end-group)
    if(TARGET lab4_newlib)
        add_dependencies(${name} lab4_newlib)
    endif()
endfunction()

function(lab4_add_root_task name)
    cmake_parse_arguments(PARSE_ARGV 1 task "LIBC" "" "SOURCES")
    if(NOT task_SOURCES)
        message(FATAL_ERROR "lab4_add_root_task(${name}): no SOURCES")
    endif()
    add_executable(${name} ${task_SOURCES} ${LAB4_CRT0})
    target_compile_options(${name} PRIVATE ${LAB4_USER_FLAGS} $<$<COMPILE_LANGUAGE:CXX>:${LAB4_USER_CXX_FLAGS}>)
    if(task_LIBC)
        lab4_link_libc(${name})
    else()
        target_compile_options(${name} PRIVATE "$<$<COMPILE_LANGUAGE:C>:${LAB4_USER_HEADERS}>")
    endif()
    target_link_libraries(${name} PRIVATE lab4::sel4runtime lab4::sel4 $<$<BOOL:${task_LIBC}>:-lgcc>)
    target_link_options(${name} PRIVATE
        -static -nostdlib
        -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack -Wl,--build-id=none
        -T ${LAB4_ROOT_LINKER_SCRIPT})
    set_target_properties(${name} PROPERTIES
        POSITION_INDEPENDENT_CODE OFF
        LINK_DEPENDS ${LAB4_ROOT_LINKER_SCRIPT})
endfunction()

function(lab4_embed name image symbol)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.${symbol}.c)
    set(object ${source}${CMAKE_C_OUTPUT_EXTENSION})
    # C, so that a project needs no assembler of its own.
    file(CONFIGURE OUTPUT ${source} CONTENT [[
/* Made by lab4_embed. */
__asm__(".section .rodata.@symbol@, \"a\"\n"
        ".balign 4096\n"
        ".globl @symbol@, @symbol@_end\n"
        "@symbol@:\n"
        ".incbin \"" IMAGE "\"\n"
        "@symbol@_end:\n"
        ".previous\n"
        ".section .lab4.components, \"\", %progbits\n"
        ".balign 8\n"
        ".quad @symbol@, @symbol@_end\n"
        ".asciz \"@image@\", \"" IMAGE "\"\n"
        ".balign 8\n"
        ".previous\n");
]] @ONLY)
    set(target)
    if(CMAKE_C_COMPILE_OPTIONS_TARGET AND CMAKE_C_COMPILER_TARGET) # clang: the compiler for all machines
        set(target ${CMAKE_C_COMPILE_OPTIONS_TARGET}${CMAKE_C_COMPILER_TARGET})
    endif()
    add_custom_command(OUTPUT ${object}
        COMMAND ${CMAKE_C_COMPILER} ${target} "-DIMAGE=\"$<TARGET_FILE:${image}>\"" -c ${source} -o ${object}
        DEPENDS ${image} ${source} VERBATIM)
    target_sources(${name} PRIVATE ${object})
    set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
endfunction()
