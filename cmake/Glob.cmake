# SPDX-License-Identifier: BSD-2-Clause
#
# lab4_glob(VARIABLE DIRECTORY PATTERN)            the files of a directory
# lab4_glob_recurse(VARIABLE DIRECTORY PATTERN)    and of those below it
#
# As file(GLOB … CONFIGURE_DEPENDS): a build notices files that came or went. That would run CMake in each build to look
# again, 30 ms that `./lab4 run hello` would spend on nothing; here Ninja looks at the times of the directories.

function(lab4_glob variable directory pattern)
    file(GLOB files ${directory}/${pattern})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${directory})
    set(${variable} ${files} PARENT_SCOPE)
endfunction()

function(lab4_glob_recurse variable directory pattern)
    file(GLOB_RECURSE files LIST_DIRECTORIES true ${directory}/*)
    set(directories ${directory})
    foreach(file ${files})
        if(IS_DIRECTORY ${file})
            list(APPEND directories ${file})
        endif()
    endforeach()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${directories})
    file(GLOB_RECURSE files ${directory}/${pattern})
    set(${variable} ${files} PARENT_SCOPE)
endfunction()
