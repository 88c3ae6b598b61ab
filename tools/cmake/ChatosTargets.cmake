# How every target of this project is made: warnings as errors, sanitizers for the whole build, one way to name
# libraries (chatos::x), programs (build/bin/chatos-x) and tests (x_test).

# -O3 where each packet passes (HOT); elsewhere it takes a fifth longer to compile and gains nothing.
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
set(chatos_hot $<$<CONFIG:Release>:-O3>)

add_library(chatos_build_flags INTERFACE)
target_compile_options(chatos_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overlapping copies in "literal" + std::string (its bug 105329).
  target_compile_options(chatos_build_flags INTERFACE -Wno-restrict)
endif()
# In a batch a local name may be that of something in another file.
target_compile_options(chatos_build_flags INTERFACE $<$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>:-Wno-shadow>)
if(CHATOS_SANITIZE)
  target_compile_options(chatos_build_flags INTERFACE
    -fsanitize=${CHATOS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  target_link_options(chatos_build_flags INTERFACE -fsanitize=${CHATOS_SANITIZE})
endif()
if(CHATOS_FUZZ)
  include(ChatosFuzzing)
endif()
# Coverage must lead a fuzzer through the code under test; that of judges and tests would only slow it down. Linked after
# chatos_build_flags, whose flags these take back.
add_library(chatos_not_under_test INTERFACE)
if(CHATOS_FUZZ)
  target_compile_options(chatos_not_under_test INTERFACE ${chatos_no_fuzz_coverage})
endif()

# What nearly every source includes is a third of its compile time. Compiled once it hides that an include is missing, so a
# build without options and `tools/dev lint` see each source with what it includes itself.
if(CHATOS_COMMON_HEADERS)
  set(chatos_common_headers <algorithm> <array> <charconv> <chrono> <cstdint> <cstring> <functional> <map> <memory> <optional>
    <set> <span> <string> <string_view> <utility> <variant> <vector>)
  foreach(kind IN ITEMS common hot judge)
    add_library(chatos_${kind}_headers OBJECT ${CMAKE_CURRENT_LIST_DIR}/test_headers.cpp)
    target_link_libraries(chatos_${kind}_headers PRIVATE chatos_build_flags)
    target_precompile_headers(chatos_${kind}_headers PRIVATE ${chatos_common_headers})
  endforeach()
  target_compile_options(chatos_hot_headers PRIVATE ${chatos_hot})
  target_link_libraries(chatos_judge_headers PRIVATE chatos_not_under_test)
endif()
# GCC 12 takes what it inlines from precompiled headers for accesses out of bounds.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(chatos_precompiled_warnings -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  if(CHATOS_COMMON_HEADERS)
    target_compile_options(chatos_build_flags INTERFACE ${chatos_precompiled_warnings})
  endif()
endif()

# chatos_compiled_alone(SOURCES...): never in a batch with others (CMAKE_UNITY_BUILD), because their names meet.
function(chatos_compiled_alone)
  foreach(source IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH source)
    if(NOT EXISTS ${source})
      message(FATAL_ERROR "chatos_compiled_alone: there is no ${source}; was it renamed?")
    endif()
  endforeach()
  set_property(SOURCE ${ARGN} PROPERTY SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# chatos_library(NAME SOURCES ... [DEPENDS ...] [PRIVATE_DEPENDS ...] [INCLUDE DIR] [HOT] [NOT_UNDER_TEST])
# The include folder is the only one that users of the library see: a component that does not depend on it cannot
# include its headers.
function(chatos_library name)
  cmake_parse_arguments(arg "HOT;NOT_UNDER_TEST" "INCLUDE" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  add_library(chatos::${name} ALIAS ${name})
  set_target_properties(${name} PROPERTIES OUTPUT_NAME chatos_${name} EXPORT_NAME ${name})
  if(arg_INCLUDE)
    target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${arg_INCLUDE}>)
  endif()
  target_link_libraries(${name} PUBLIC ${arg_DEPENDS} PRIVATE $<BUILD_INTERFACE:chatos_build_flags> ${arg_PRIVATE_DEPENDS})
  set(headers chatos_common_headers)
  if(arg_HOT)
    target_compile_options(${name} PRIVATE ${chatos_hot})
    set(headers chatos_hot_headers)
  endif()
  if(arg_NOT_UNDER_TEST)
    target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:chatos_not_under_test>)
    set(headers chatos_judge_headers)
  endif()
  if(CHATOS_COMMON_HEADERS)
    target_precompile_headers(${name} REUSE_FROM ${headers})
  endif()
endfunction()

# For what runs once or briefly, tests and the reading of flags, whose headers are the heaviest: optimizing it takes longer
# than it saves. Half of a test's compile time with GCC, 60% with Clang's sanitizers.
set(chatos_quickly_compiled -O0)

# chatos_quickly(SOURCES...): compiles sources so.
function(chatos_quickly)
  set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS ${chatos_quickly_compiled})
endfunction()

# CLI11 is most of the compile time of a main.cpp.
if(CHATOS_COMMON_HEADERS AND CHATOS_PROGRAMS)
  add_library(chatos_main_headers OBJECT ${CMAKE_CURRENT_LIST_DIR}/test_headers.cpp)
  target_link_libraries(chatos_main_headers PRIVATE chatos_build_flags)
  target_compile_options(chatos_main_headers PRIVATE ${chatos_quickly_compiled})
  target_precompile_headers(chatos_main_headers PRIVATE <CLI/CLI.hpp>)
endif()

# chatos_program(NAME SOURCES ... DEPENDS ...): build/bin/NAME, which knows the project's version.
function(chatos_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_compile_definitions(${name} PRIVATE CHATOS_VERSION="${PROJECT_VERSION}")
  set(mains ${arg_SOURCES})
  list(FILTER mains INCLUDE REGEX "(^|/)(main|flags)\\.cpp$")
  if(mains AND TARGET chatos_main_headers)
    target_compile_options(${name} PRIVATE ${chatos_quickly_compiled})
    target_precompile_headers(${name} REUSE_FROM chatos_main_headers)
  elseif(mains)
    chatos_quickly(${mains})
  elseif(CHATOS_COMMON_HEADERS)
    target_precompile_headers(${name} REUSE_FROM chatos_common_headers)
  endif()
  target_link_libraries(${name} PRIVATE chatos_build_flags ${arg_DEPENDS})
endfunction()

# GoogleTest and the standard headers that nearly every test includes are half of a test's compile time: compiled once.
if(CHATOS_TESTS)
  add_library(chatos_test_headers OBJECT ${CMAKE_CURRENT_LIST_DIR}/test_headers.cpp)
  target_link_libraries(chatos_test_headers PRIVATE chatos_build_flags chatos_not_under_test GTest::gtest)
  target_compile_options(chatos_test_headers PRIVATE ${chatos_quickly_compiled})
  target_precompile_headers(chatos_test_headers PRIVATE <gtest/gtest.h> <algorithm> <array> <chrono> <functional> <map>
    <memory> <optional> <span> <string> <string_view> <variant> <vector>)
endif()

# chatos_test(NAME SOURCES ... DEPENDS ... [THREADS] [EXHAUSTIVE]): one GoogleTest program; ctest knows each of its tests.
# THREADS says that threads meet in it; only such programs are worth running under ThreadSanitizer. EXHAUSTIVE: it walks
# through so many cases that its own code is optimized like the rest.
function(chatos_test name)
  if(NOT CHATOS_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "THREADS;EXHAUSTIVE" "" "SOURCES;DEPENDS;DEFINITIONS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${CHATOS_TEST_BATCHES} UNITY_BUILD_BATCH_SIZE 10)
  target_compile_definitions(${name} PRIVATE ${arg_DEFINITIONS})
  target_link_libraries(${name} PRIVATE chatos_build_flags chatos_not_under_test ${arg_DEPENDS} GTest::gtest_main)
  if(NOT arg_EXHAUSTIVE)
    target_compile_options(${name} PRIVATE ${chatos_quickly_compiled})
    target_precompile_headers(${name} REUSE_FROM chatos_test_headers)
  endif()
  target_compile_options(${name} PRIVATE ${chatos_precompiled_warnings})
  set(labels "")
  if(arg_THREADS)
    set(labels LABELS threads)
  endif()
  if(CHATOS_SANITIZE AND NOT arg_THREADS AND NOT arg_EXHAUSTIVE)
    # With sanitizers a process takes longer to start than most tests to run: one for all tests of a program.
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 1500)
  else()
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 900 ${labels})
  endif()
endfunction()
