# SPDX-License-Identifier: BSD-2-Clause
#
# Cross compiler for the QEMU AArch64 platform: Debian package gcc-aarch64-linux-gnu. Nothing of its C library is used.
#
#   -DCMAKE_C_COMPILER=clang [-DCMAKE_CXX_COMPILER=clang++]   another one; it links with that package's ld (binutils)
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(LAB4_TRIPLE aarch64-linux-gnu)
if(NOT CMAKE_C_COMPILER)
    set(CMAKE_C_COMPILER ${LAB4_TRIPLE}-gcc)
endif()
if(NOT CMAKE_CXX_COMPILER AND CMAKE_C_COMPILER MATCHES "clang([^/]*)$")
    set(CMAKE_CXX_COMPILER clang++${CMAKE_MATCH_1})
elseif(NOT CMAKE_CXX_COMPILER)
    set(CMAKE_CXX_COMPILER ${LAB4_TRIPLE}-g++) # for programs that use C++; nothing in this tree does
endif()
set(CMAKE_ASM_COMPILER ${CMAKE_C_COMPILER})
foreach(language C CXX ASM)
    set(CMAKE_${language}_COMPILER_TARGET ${LAB4_TRIPLE}) # which clang wants to know; gcc is told by its name
endforeach()
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

set(CMAKE_C_FLAGS_INIT "-mcpu=cortex-a53 -mno-outline-atomics")
set(CMAKE_CXX_FLAGS_INIT "${CMAKE_C_FLAGS_INIT}")
set(CMAKE_ASM_FLAGS_INIT "-mcpu=cortex-a53")

# Programs (python3, qemu) are the build machine's; libraries and headers come from this tree only.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
