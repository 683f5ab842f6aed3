# SPDX-License-Identifier: BSD-2-Clause
#
# find_package(lab4): root tasks outside the tree of lab4, for the platform that the compiler is for.
#
#   cmake_minimum_required(VERSION 3.25)
#   project(mine LANGUAGES C)
#   find_package(lab4 REQUIRED)
#   lab4_add_root_task(mine SOURCES main.c)
#
#   cmake -B build -DCMAKE_PREFIX_PATH=SDK                                                         hosted
#   cmake -B build -DCMAKE_PREFIX_PATH=SDK --toolchain SDK/lib/cmake/lab4/aarch64-toolchain.cmake  QEMU
#
# Gives lab4_add_root_task and lab4_embed (RootTask.cmake), the targets lab4::sel4_headers, lab4::sel4, lab4::sel4runtime, and
# the variables LAB4_PLATFORM (hosted or qemu), LAB4_LIB_DIR (libraries, JSON exports) and LAB4_EXAMPLES_DIR (sources to copy).
get_filename_component(_lab4_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    set(LAB4_PLATFORM qemu)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    set(LAB4_PLATFORM hosted)
else()
    set(${CMAKE_FIND_PACKAGE_NAME}_FOUND FALSE)
    set(${CMAKE_FIND_PACKAGE_NAME}_NOT_FOUND_MESSAGE
        "lab4 has no platform for the processor '${CMAKE_SYSTEM_PROCESSOR}'; it has hosted (x86_64) and qemu (aarch64).")
    return()
endif()

set(LAB4_LIB_DIR ${_lab4_prefix}/lib/lab4/${LAB4_PLATFORM})
set(LAB4_EXAMPLES_DIR ${_lab4_prefix}/share/lab4/examples)
if(NOT EXISTS ${LAB4_LIB_DIR}/crt0.o)
    set(${CMAKE_FIND_PACKAGE_NAME}_FOUND FALSE)
    set(${CMAKE_FIND_PACKAGE_NAME}_NOT_FOUND_MESSAGE
        "This SDK was made without the platform ${LAB4_PLATFORM}; add it with ./lab4 sdk --on ${LAB4_PLATFORM} ${_lab4_prefix}")
    return()
endif()

if(NOT TARGET lab4::sel4_headers)
    add_library(lab4::sel4_headers INTERFACE IMPORTED)
    target_include_directories(lab4::sel4_headers INTERFACE ${_lab4_prefix}/include ${LAB4_LIB_DIR}/include)
    foreach(_lab4_library sel4 sel4runtime)
        add_library(lab4::${_lab4_library} STATIC IMPORTED)
        set_target_properties(lab4::${_lab4_library} PROPERTIES IMPORTED_LOCATION ${LAB4_LIB_DIR}/lib${_lab4_library}.a)
        target_link_libraries(lab4::${_lab4_library} INTERFACE lab4::sel4_headers)
    endforeach()
    target_link_libraries(lab4::sel4runtime INTERFACE lab4::sel4)
endif()

set(LAB4_LIBC_DIR ${LAB4_LIB_DIR}/libc)
if(EXISTS ${LAB4_LIBC_DIR}/liblab4c.a AND NOT TARGET lab4::libc)
    add_library(lab4::libc STATIC IMPORTED)
    set_target_properties(lab4::libc PROPERTIES IMPORTED_LOCATION ${LAB4_LIBC_DIR}/liblab4c.a)
endif()

set(LAB4_CRT0 ${LAB4_LIB_DIR}/crt0.o)
set(LAB4_FREESTANDING_HEADERS ${_lab4_prefix}/lib/lab4/freestanding)
set(LAB4_ROOT_LINKER_SCRIPT ${LAB4_LIB_DIR}/root.ld)
include(${CMAKE_CURRENT_LIST_DIR}/RootTask.cmake)
