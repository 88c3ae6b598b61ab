# Instrumentation and engine of the fuzz targets. By default libFuzzer, which comes with Clang. A service that fuzzes for
# others says what to link with CHATOS_FUZZ_ENGINE, and instruments by its own CXXFLAGS. The engine "replay" is our own: it
# runs inputs and mutates none.
set(CHATOS_FUZZ_ENGINE "" CACHE STRING "What to link for a fuzzing engine, or \"replay\"; empty: Clang's libFuzzer")

if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "CHATOS_FUZZ needs Clang, and this compiler is ${CMAKE_CXX_COMPILER_ID}. Install Debian's packages "
    "clang and libclang-rt-14-dev and configure with -DCMAKE_CXX_COMPILER=clang++, or use the preset 'fuzz'.")
endif()

if(CHATOS_FUZZ_ENGINE STREQUAL "replay")
  set(chatos_fuzz_engine chatos::fuzz_replay_engine)
  set(chatos_no_fuzz_coverage "")
elseif(CHATOS_FUZZ_ENGINE)
  separate_arguments(chatos_fuzz_engine UNIX_COMMAND "${CHATOS_FUZZ_ENGINE}")
  set(chatos_no_fuzz_coverage -fno-sanitize=fuzzer-no-link)
  # The service chooses the compiler, and a newer one warns of more: that must not stop the fuzzing.
  target_compile_options(chatos_build_flags INTERFACE -Wno-error)
else()
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_FLAGS "-fsanitize=fuzzer")
  check_cxx_source_compiles(
    "extern \"C\" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }" CHATOS_HAS_LIBFUZZER)
  unset(CMAKE_REQUIRED_FLAGS)
  if(NOT CHATOS_HAS_LIBFUZZER)
    message(FATAL_ERROR "This Clang cannot link libFuzzer: its runtime library is missing. "
      "Install Debian's package libclang-rt-14-dev (the number is that of `clang++ --version`) and configure again.")
  endif()
  set(chatos_fuzz_engine -fsanitize=fuzzer)
  set(chatos_no_fuzz_coverage -fno-sanitize=fuzzer-no-link)
  if(NOT CHATOS_TESTS)
    # A build for fuzzing alone is there for speed.
    list(APPEND chatos_no_fuzz_coverage -fno-sanitize=undefined)
  endif()
  # Comparisons are not traced: the mutator and the dictionary know the numbers that the code compares with, and without
  # the tracing the decoder's harness runs a tenth faster.
  target_compile_options(chatos_build_flags INTERFACE -fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp)
endif()
