# Builds the outside program as a CMake project of its own that knows nothing but the prefix.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

set(build ${FOLDER}/find_package)
file(REMOVE_RECURSE ${build})
set(toolchain "")
if(TOOLCHAIN)
  set(toolchain -DCMAKE_TOOLCHAIN_FILE=${TOOLCHAIN})
endif()
cmake_path(GET VERSION STEM LAST_ONLY minor_version)
run("configuring" ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/outside -B ${build} -G ${GENERATOR}
  -DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM} ${toolchain} -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${COMPILER_FLAGS}
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH=${prefix} -DCHATOS_VERSION=${minor_version})
run("building" ${CMAKE_COMMAND} --build ${build})
check_outside_program(${build}/outside)

file(REMOVE_RECURSE ${build}-in-c)
run("configuring C" ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/outside_in_c -B ${build}-in-c -G ${GENERATOR}
  -DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM} ${toolchain} -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_BUILD_TYPE=Release
  -DCMAKE_PREFIX_PATH=${prefix} -DCHATOS_VERSION=${minor_version})
run("building C" ${CMAKE_COMMAND} --build ${build}-in-c)
foreach(program IN ITEMS outside_in_c outside_in_c_static)
  check_outside_program(${build}-in-c/${program})
endforeach()

# A version that is not there is not found.
execute_process(
  COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/outside -B ${build}-too-new -G ${GENERATOR}
    -DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM} ${toolchain} -DCMAKE_CXX_COMPILER=${COMPILER}
    -DCMAKE_PREFIX_PATH=${prefix} -DCHATOS_VERSION=999.0
  RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE errors)
if(status EQUAL 0 OR NOT errors MATCHES "version")
  message(FATAL_ERROR "version 999.0 was found, or missed for another reason:\n${errors}")
endif()
