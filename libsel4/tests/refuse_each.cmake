# SPDX-License-Identifier: BSD-2-Clause
#
# cmake -DCOMPILER=… -DFLAGS=… -DFILE=… -DLAST=N -DOBJECT=… -P refuse_each.cmake
# Compiles FILE with -DCASE=0, which must work, and with CASE 1 to N, each of which must be refused; counts those that are as they must.
set(passed 0)
set(failed 0)
foreach(case RANGE 0 ${LAST})
    execute_process(
        COMMAND ${COMPILER} ${FLAGS} -DCASE=${case} -c ${FILE} -o ${OBJECT}
        RESULT_VARIABLE result ERROR_VARIABLE messages)
    if((case EQUAL 0 AND result EQUAL 0) OR (case GREATER 0 AND NOT result EQUAL 0 AND NOT messages MATCHES "no such case"))
        math(EXPR passed "${passed} + 1")
    else()
        math(EXPR failed "${failed} + 1")
        message("case ${case}:\n${messages}")
    endif()
endforeach()
execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${passed} passed, ${failed} failed")
if(failed)
    message(FATAL_ERROR "a case was not refused, or case 0 was")
endif()
