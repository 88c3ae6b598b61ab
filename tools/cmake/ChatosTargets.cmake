# How every target of this project is made: warnings as errors, sanitizers for the whole build, one way to name
# libraries (chatos::x), programs (build/bin/chatos-x) and tests (x_test).

add_library(chatos_build_flags INTERFACE)
target_compile_options(chatos_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overlapping copies in "literal" + std::string (its bug 105329).
  target_compile_options(chatos_build_flags INTERFACE -Wno-restrict)
endif()
if(CHATOS_SANITIZE)
  target_compile_options(chatos_build_flags INTERFACE
    -fsanitize=${CHATOS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  target_link_options(chatos_build_flags INTERFACE -fsanitize=${CHATOS_SANITIZE})
endif()
if(CHATOS_FUZZ)
  include(ChatosFuzzing)
endif()
# chatos_not_under_test(SOURCES...): coverage is to lead a fuzzer through the code under test. These are the judges; their
# coverage would only slow it down.
function(chatos_not_under_test)
  if(CHATOS_FUZZ)
    set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS ${chatos_no_fuzz_coverage})
  endif()
endfunction()

# chatos_library(NAME SOURCES ... [DEPENDS ...] [PRIVATE_DEPENDS ...] [INCLUDE DIR])
# The include folder is the only one that users of the library see: a component that does not depend on it cannot
# include its headers.
function(chatos_library name)
  cmake_parse_arguments(arg "" "INCLUDE" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  add_library(chatos::${name} ALIAS ${name})
  set_target_properties(${name} PROPERTIES OUTPUT_NAME chatos_${name} EXPORT_NAME ${name})
  if(arg_INCLUDE)
    target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${arg_INCLUDE}>)
  endif()
  target_link_libraries(${name} PUBLIC ${arg_DEPENDS} PRIVATE $<BUILD_INTERFACE:chatos_build_flags> ${arg_PRIVATE_DEPENDS})
endfunction()

# For what runs once or briefly, tests and the reading of flags, whose headers are the heaviest: optimizing it takes longer
# than it saves. A third of a test's compile time with GCC, 60% with Clang's sanitizers.
set(chatos_quickly_compiled -O1)
if(CHATOS_SANITIZE)
  set(chatos_quickly_compiled -O0)
endif()

# chatos_program(NAME SOURCES ... DEPENDS ...): build/bin/NAME, which knows the project's version.
function(chatos_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_compile_definitions(${name} PRIVATE CHATOS_VERSION="${PROJECT_VERSION}")
  set(mains ${arg_SOURCES})
  list(FILTER mains INCLUDE REGEX "(^|/)main\\.cpp$")
  set_property(SOURCE ${mains} APPEND PROPERTY COMPILE_OPTIONS ${chatos_quickly_compiled})
  target_link_libraries(${name} PRIVATE chatos_build_flags ${arg_DEPENDS})
endfunction()

# GoogleTest and the standard headers that nearly every test includes are half of a test's compile time: compiled once.
if(CHATOS_TESTS)
  add_library(chatos_test_headers OBJECT ${CMAKE_CURRENT_LIST_DIR}/test_headers.cpp)
  target_link_libraries(chatos_test_headers PRIVATE chatos_build_flags GTest::gtest)
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
  target_compile_definitions(${name} PRIVATE ${arg_DEFINITIONS})
  target_link_libraries(${name} PRIVATE chatos_build_flags ${arg_DEPENDS} GTest::gtest_main)
  if(NOT arg_EXHAUSTIVE)
    target_compile_options(${name} PRIVATE ${chatos_quickly_compiled})
    target_precompile_headers(${name} REUSE_FROM chatos_test_headers)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 takes what it inlines from precompiled headers for accesses out of bounds.
    target_compile_options(${name} PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
  set(labels "")
  if(arg_THREADS)
    set(labels LABELS threads)
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 120 ${labels})
endfunction()
