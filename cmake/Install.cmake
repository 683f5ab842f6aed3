# SPDX-License-Identifier: BSD-2-Clause
#
# The SDK: what `cmake --install BUILD --prefix DIR` puts into DIR. Builds for both platforms go into the same DIR.
#
#   bin/                       lab4-hosted and lab4-machine, or lab4-qemu: they run root tasks; lab4, lab4-inspect, lab4-irq, lab4-gdb
#   include/                   headers
#   lib/lab4/PLATFORM/         libsel4.a, libsel4runtime.a, crt0.o, root.ld; on QEMU kernel.elf and loader.elf
#   lib/lab4/PLATFORM/include/ gen_config.h of this build, and gen_config.json beside it
#   lib/lab4/PLATFORM/         invocations_all.json, platform_gen.json for other languages; all .json also as .yaml
#   lib/cmake/lab4/            find_package(lab4), the toolchain file for AArch64
#   lib/pkgconfig/             lab4-PLATFORM.pc
#   share/lab4/                examples to copy, the licence, scripts that the programs in bin/ run
#   share/man/                 lab4(1)
#   share/bash-completion/, share/zsh/
string(REPLACE "-aarch64" "" LAB4_PLATFORM_NAME ${LAB4_PLATFORM}) # hosted, qemu: as in `./lab4 run --on`
set(LAB4_LIB lib/lab4/${LAB4_PLATFORM_NAME})

install(DIRECTORY ${CMAKE_SOURCE_DIR}/libsel4/include/ DESTINATION include)
install(DIRECTORY ${CMAKE_BINARY_DIR}/generated/include/ DESTINATION ${LAB4_LIB}/include)
install(TARGETS sel4 sel4runtime ARCHIVE DESTINATION ${LAB4_LIB})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/libsel4/freestanding/ DESTINATION lib/lab4/freestanding)
# The C library, if it was built (target lab4_libc).
install(DIRECTORY ${CMAKE_BINARY_DIR}/libc/ DESTINATION ${LAB4_LIB}/libc OPTIONAL)
install(FILES $<TARGET_FILE:lab4_libc> DESTINATION ${LAB4_LIB}/libc OPTIONAL)
install(FILES $<TARGET_OBJECTS:lab4_crt0> DESTINATION ${LAB4_LIB} RENAME crt0.o)
install(FILES ${CMAKE_SOURCE_DIR}/libsel4/runtime/root.ld DESTINATION ${LAB4_LIB})
foreach(export invocations_all platform_gen)
    install(FILES ${CMAKE_BINARY_DIR}/generated/${export}.json ${CMAKE_BINARY_DIR}/generated/${export}.yaml DESTINATION ${LAB4_LIB})
endforeach()

# CMake and pkg-config
include(CMakePackageConfigHelpers)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/generated/lab4-config-version.cmake
    COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
    ${CMAKE_SOURCE_DIR}/cmake/lab4-config.cmake
    ${CMAKE_SOURCE_DIR}/cmake/aarch64-toolchain.cmake
    ${CMAKE_SOURCE_DIR}/libsel4/cmake/RootTask.cmake
    ${CMAKE_BINARY_DIR}/generated/lab4-config-version.cmake
    DESTINATION lib/cmake/lab4)
list(JOIN LAB4_USER_FLAGS " " LAB4_PC_FLAGS)
list(JOIN LAB4_USER_CXX_FLAGS " " LAB4_PC_CXX_FLAGS)
if(LAB4_PLATFORM STREQUAL "qemu-aarch64")
    set(LAB4_PC_FLAGS "-mcpu=cortex-a53 ${LAB4_PC_FLAGS}")
endif()
configure_file(${CMAKE_SOURCE_DIR}/cmake/lab4.pc.in ${CMAKE_BINARY_DIR}/generated/lab4-${LAB4_PLATFORM_NAME}.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/generated/lab4-${LAB4_PLATFORM_NAME}.pc DESTINATION lib/pkgconfig)

# What runs root tasks
if(LAB4_PLATFORM STREQUAL "hosted")
    install(TARGETS lab4-hosted lab4-machine lab4-irq RUNTIME DESTINATION bin)
    install(PROGRAMS ${CMAKE_SOURCE_DIR}/tools/sdk/lab4-gdb DESTINATION bin)
    if(TARGET lab4-inspect)
        install(TARGETS lab4-inspect RUNTIME DESTINATION bin)
    endif()
else()
    install(TARGETS kernel.elf loader.elf RUNTIME DESTINATION ${LAB4_LIB})
    if(TARGET lab4-image)
        install(PROGRAMS ${CMAKE_BINARY_DIR}/bin/lab4-image DESTINATION ${LAB4_LIB}/bin)
    endif()
    install(PROGRAMS ${CMAKE_SOURCE_DIR}/tools/run-qemu DESTINATION bin RENAME lab4-qemu)
endif()
install(PROGRAMS ${CMAKE_SOURCE_DIR}/tools/sdk/lab4 DESTINATION bin)

# Scripts that these programs run (platform/hosted/frontend/tools.c): traces, graphs, gdb.
foreach(scripts gdb lab4/tracing lab4/drawing)
    install(DIRECTORY ${CMAKE_SOURCE_DIR}/tools/${scripts}/ DESTINATION share/lab4/tools/${scripts}
        PATTERN "__pycache__" EXCLUDE)
endforeach()
install(FILES ${CMAKE_SOURCE_DIR}/tools/sdk/project.py DESTINATION share/lab4/tools/sdk)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/core DESTINATION share/lab4 FILES_MATCHING PATTERN "*.h") # which gdb's commands read

install(FILES ${CMAKE_SOURCE_DIR}/man/lab4.1 DESTINATION share/man/man1)
install(FILES ${CMAKE_SOURCE_DIR}/share/lab4.bash DESTINATION share/bash-completion/completions RENAME lab4)
install(FILES ${CMAKE_SOURCE_DIR}/share/_lab4 DESTINATION share/zsh/site-functions)

# Sources to copy
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE ${CMAKE_SOURCE_DIR}/VERSION DESTINATION share/lab4)
install(FILES ${CMAKE_SOURCE_DIR}/examples/CMakeLists.txt DESTINATION share/lab4/examples)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/examples/lib ${CMAKE_SOURCE_DIR}/examples/hello
    ${CMAKE_SOURCE_DIR}/examples/client-server ${CMAKE_SOURCE_DIR}/examples/driver DESTINATION share/lab4/examples)
