# SPDX-License-Identifier: BSD-2-Clause
#
# generated/invocations_all.json (and .yaml): the labels of the invocation table as {"LabelName": number}, for users of other languages
# (spec abi §1.2). The preprocessor expands the table; made when the build is configured, again when the table changes.

set(table ${CMAKE_CURRENT_LIST_DIR}/../include/lab4/invocations.h)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${table})

set(expansion ${CMAKE_CURRENT_BINARY_DIR}/invocations_rows.c)
file(WRITE ${expansion}
    "#include \"${table}\"\n"
    "#define ROW(number, label, kind, stub, words, caps, result, args) (label=number)\n"
    "LAB4_INVOCATIONS(ROW)\n")
execute_process(
    COMMAND ${CMAKE_C_COMPILER} -E -P ${expansion}
    OUTPUT_VARIABLE rows COMMAND_ERROR_IS_FATAL ANY)

string(REGEX MATCHALL "[A-Za-z_]+ *= *[0-9]+" rows "${rows}")
list(TRANSFORM rows REPLACE "([A-Za-z_]+) *= *([0-9]+)" "    \"\\1\": \\2")
list(JOIN rows ",\n" rows)
lab4_write_export(${CMAKE_BINARY_DIR}/generated/invocations_all "{\n${rows}\n}\n")
