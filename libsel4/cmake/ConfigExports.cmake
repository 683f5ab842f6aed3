# SPDX-License-Identifier: BSD-2-Clause
#
# The configuration for programs in other languages than C (spec abi §1.2), each as .json and, JSON being YAML, as .yaml:
#
#   generated/include/kernel/gen_config   {"KERNEL_MCS": true, "NUM_DOMAINS": "1", …}: the CONFIG_ macros, without the prefix;
#   generated/include/sel4/gen_config     an option that is off is false, one with a value is a string
#   generated/platform_gen                {"devices": [{"start": 0, "end": …}, …], "memory": […]}: physical addresses
#
# They are read from the headers, so that both say the same.

# Macros that have a value even where it is 1.
set(LAB4_CONFIG_NUMBERS
    KERNEL_WCET_SCALE MAX_NUM_NODES NUM_DOMAINS NUM_DOMAIN_SCHEDULES)

# Options of other seL4 configurations, off in every build of lab4; programs ask for them by name.
set(LAB4_CONFIG_OFF_kernel
    AARCH64_SERROR_IGNORE ALLOW_SMC_CALLS ARCH_AARCH32 ARCH_ARM_HYP ARCH_ARM_V7A ARCH_ARM_V7VE ARCH_IA32 ARCH_RISCV ARCH_RISCV32
    ARCH_RISCV64 ARCH_X86 ARCH_X86_64 ARM_GIC_V3_SUPPORT ARM_HYPERVISOR_SUPPORT ARM_PA_SIZE_BITS_44 ARM_SMMU ARM_TLS_REG_TPIDRURO
    BENCHMARK_GENERIC BENCHMARK_TRACEPOINTS BENCHMARK_TRACK_KERNEL_ENTRIES BENCHMARK_TRACK_UTILISATION BINARY_VERIFICATION_BUILD
    DANGEROUS_CODE_INJECTION ENABLE_BENCHMARKS ENABLE_SMP_SUPPORT EXCEPTION_FASTPATH EXPORT_VTMR_USER HARDWARE_DEBUG_API IOMMU
    KERNEL_INVOCATION_REPORT_ERROR_IPC KERNEL_LOG_BUFFER SET_TLS_BASE_SELF SIGNAL_FASTPATH TK1_SMMU VERIFICATION_BUILD VTX)
set(LAB4_CONFIG_OFF_sel4
    LIB_SEL4_DEFAULT_FUNCTION_ATTRIBUTES LIB_SEL4_PUBLIC_SYMBOLS LIB_SEL4_STUBS_USE_IPC_BUFFER_ONLY)

function(lab4_write_export path content)
    foreach(format json yaml)
        file(CONFIGURE OUTPUT ${path}.${format} CONTENT "${content}" @ONLY)
    endforeach()
endfunction()

function(lab4_export_config library)
    set(header ${LAB4_GENERATED_INCLUDE_DIR}/${library}/gen_config.h)
    file(STRINGS ${header} lines REGEX "CONFIG_")
    set(rows "")
    foreach(line IN LISTS lines)
        if(line MATCHES "#undef CONFIG_([A-Z0-9_]+)")
            list(APPEND rows "    \"${CMAKE_MATCH_1}\": false")
        elseif(line MATCHES "#define CONFIG_([A-Z0-9_]+) ?(.*)$")
            if(CMAKE_MATCH_2 STREQUAL "1" AND NOT CMAKE_MATCH_1 IN_LIST LAB4_CONFIG_NUMBERS)
                list(APPEND rows "    \"${CMAKE_MATCH_1}\": true")
            elseif(CMAKE_MATCH_1 STREQUAL "LIB_SEL4_PRINT_INVOCATION_ERRORS") # a boolean that C tests by value
                list(APPEND rows "    \"${CMAKE_MATCH_1}\": false")
            else()
                list(APPEND rows "    \"${CMAKE_MATCH_1}\": \"${CMAKE_MATCH_2}\"")
            endif()
        endif()
    endforeach()
    foreach(name IN LISTS LAB4_CONFIG_OFF_${library})
        list(APPEND rows "    \"${name}\": false")
    endforeach()
    list(SORT rows)
    list(JOIN rows ",\n" rows)
    lab4_write_export(${LAB4_GENERATED_INCLUDE_DIR}/${library}/gen_config "{\n${rows}\n}\n")
endfunction()

lab4_export_config(kernel)
lab4_export_config(sel4)

# The pinned platform: everything that is neither RAM nor the kernel's interrupt controller is a device.
lab4_write_export(${CMAKE_BINARY_DIR}/generated/platform_gen "{
    \"devices\": [
        {\"start\": 0, \"end\": 134217728},
        {\"start\": 134221824, \"end\": 134283264},
        {\"start\": 134287360, \"end\": 1073741824},
        {\"start\": 2147483648, \"end\": 1099511627776}
    ],
    \"memory\": [
        {\"start\": 1073741824, \"end\": 2147483648}
    ]
}
")
