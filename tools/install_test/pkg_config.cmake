# Builds the outside program by one call of the compiler, with what pkg-config says and nothing else.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

if(NOT PKG_CONFIG)
  message("skipped: there is no pkg-config (Debian package pkg-config)")
  return()
endif()
set(ENV{PKG_CONFIG_PATH} ${prefix}/${LIBRARY_FOLDER}/pkgconfig)
run("pkg-config" ${PKG_CONFIG} --modversion chatos-codec)
if(NOT output STREQUAL "${VERSION}\n")
  message(FATAL_ERROR "pkg-config tells version ${output}")
endif()
run("pkg-config" ${PKG_CONFIG} --cflags --libs chatos-codec)
separate_arguments(flags UNIX_COMMAND "${COMPILER_FLAGS} ${output}")
# The source first: a static library gives only what was missing before it.
run("compiling" ${COMPILER} -std=c++20 ${CMAKE_CURRENT_LIST_DIR}/outside/main.cpp -o ${FOLDER}/outside ${flags})
check_outside_program(${FOLDER}/outside)

# The same in C, shared and static.
run("pkg-config" ${PKG_CONFIG} --cflags --libs chatos)
separate_arguments(flags UNIX_COMMAND "${COMPILER_FLAGS} ${output}")
run("compiling C" ${C_COMPILER} -std=c11 -Wall -Wextra -Wpedantic -Werror ${CMAKE_CURRENT_LIST_DIR}/outside_in_c/main.c
  -o ${FOLDER}/outside_in_c ${flags} -Wl,-rpath,${prefix}/${LIBRARY_FOLDER})
check_outside_program(${FOLDER}/outside_in_c)
run("pkg-config" ${PKG_CONFIG} --static --cflags --libs chatos)
string(REPLACE "-lchatos" "-l:libchatos.a" output "${output}")
separate_arguments(flags UNIX_COMMAND "${COMPILER_FLAGS} ${output}")
run("compiling C" ${C_COMPILER} -std=c11 ${CMAKE_CURRENT_LIST_DIR}/outside_in_c/main.c -o ${FOLDER}/outside_in_c_static ${flags})
check_outside_program(${FOLDER}/outside_in_c_static)
