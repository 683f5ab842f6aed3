# SPDX-License-Identifier: BSD-2-Clause
#
# cmake -DCOMPILER=… -DFLAGS=… -DFILES=… -DDIRECTORY=… -P compile_each.cmake
# Compiles a translation unit that includes just one file, for each of the files; counts those that compile.
set(passed 0)
set(failed 0)
foreach(file ${FILES})
    if(IS_ABSOLUTE ${file})
        set(include "#include \"${file}\"")
    else()
        set(include "#include <${file}>")
    endif()
    # Twice, for the include guard; ISO C wants a declaration.
    file(WRITE ${DIRECTORY}/unit.c "${include}\nextern int a_translation_unit_is_not_empty;\n")
    if(file MATCHES "\\.h$")
        file(APPEND ${DIRECTORY}/unit.c "${include}\n")
    endif()
    execute_process(
        COMMAND ${COMPILER} ${FLAGS} ${DIRECTORY}/unit.c
        RESULT_VARIABLE result ERROR_VARIABLE messages)
    if(result EQUAL 0)
        math(EXPR passed "${passed} + 1")
    else()
        math(EXPR failed "${failed} + 1")
        message("${file}:\n${messages}")
    endif()
endforeach()
execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${passed} passed, ${failed} failed")
if(failed)
    message(FATAL_ERROR "some files do not compile")
endif()
